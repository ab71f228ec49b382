/*
 * The end of the machine at the first mistake that the user does not want: `strict=` of files.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/error-report.h"
#include "qapi/error.h"
#include "system/runstate.h"
#include "stm32/core/mistake/files.h"
#include "stm32/core/mistake/mistake.h"
#include "stm32/core/mistake/place.h"

static bool strict[MISTAKE_KINDS];
static bool watching, over;

static void told(const GuestMistake *m, void *opaque)
{
    g_autofree char *line = NULL;

    if (over || !strict[m->kind - mistake_kinds]) {
        return;
    }
    over = true;
    line = guest_mistake_line(m);
    error_report("strict=: the run ends here, with exit code %d: %s", MISTAKES_STRICT_EXIT, line);
    qemu_system_shutdown_request_with_code(SHUTDOWN_CAUSE_GUEST_SHUTDOWN, MISTAKES_STRICT_EXIT);
    guest_stop();
}

static bool add(const char *word)
{
    MistakeKind kind = mistake_kind_find(word);
    bool found = kind;

    strict[kind] = kind != MISTAKE_NONE;
    for (MistakeSeverity severity = MISTAKE_NOTE; severity <= MISTAKE_ERROR; severity++) {
        if (!strcmp(word, mistake_severity_name(severity))) {
            found = true;
            for (kind = MISTAKE_NONE + 1; kind < MISTAKE_KINDS; kind++) {
                strict[kind] |= mistake_kinds[kind].severity >= severity && !mistake_kinds[kind].unmodelled;
            }
        }
    }
    return found;
}

bool mistakes_strict_set(const char *option, Error **errp)
{
    g_auto(GStrv) words = g_strsplit(option, ":", 0);

    for (char **w = words; *w; w++) {
        if (!add(*w)) {
            error_setg(errp, "strict=%s: it takes codes of docs/mistakes.md, or error, suspicious (these and worse) "
                       "or note (all), with : between them", *w);
            return false;
        }
    }
    if (!watching) {
        watching = true;
        guest_mistakes_watch(told, NULL);
    }
    return true;
}
