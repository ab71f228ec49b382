/*
 * The table of all kinds of mistakes, see kinds.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/core/mistake/kinds.h"

const MistakeKindInfo mistake_kinds[MISTAKE_KINDS] = {
#define MISTAKE(code, severity, chapter, what, mend) \
    [code] = { #code, MISTAKE_##severity, false, false, chapter, what, mend },
#define MISHAP(code, severity, chapter, what, mend) \
    [code] = { #code, MISTAKE_##severity, true, false, chapter, what, mend },
#define UNMODELLED(code, severity, chapter, what, mend) \
    [code] = { #code, MISTAKE_##severity, false, true, chapter, what, mend },
#include "stm32/core/mistake/all_kinds.h"
};

const char *mistake_severity_name(MistakeSeverity severity)
{
    static const char *const names[] = {
        [MISTAKE_NOTE] = "note", [MISTAKE_SUSPICIOUS] = "suspicious", [MISTAKE_ERROR] = "error",
    };

    return names[severity];
}

MistakeKind mistake_kind_find(const char *code)
{
    for (MistakeKind kind = MISTAKE_NONE + 1; kind < MISTAKE_KINDS; kind++) {
        if (!strcmp(mistake_kinds[kind].code, code)) {
            return kind;
        }
    }
    return MISTAKE_NONE;
}
