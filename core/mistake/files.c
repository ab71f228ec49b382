/*
 * Files with the mistakes there have been, see files.h: which form a file has is told by the end of its name.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/error-report.h"
#include "qemu/notify.h"
#include "qapi/error.h"
#include "qobject/qjson.h"
#include "system/system.h"
#include "stm32/core/mistake/files.h"
#include "stm32/core/mistake/html.h"
#include "stm32/core/mistake/list.h"
#include "stm32/core/mistake/sarif.h"
#include "stm32/core/user_file.h"

typedef struct OutputFile {
    const char *name;
    FILE *file;
    char *(*document)(void);
    Notifier at_exit;
} OutputFile;

/* ---- Forms ---- */

static char *pretty(QObject *o)
{
    GString *text = qobject_to_json_pretty(o, true);

    g_string_append_c(text, '\n');
    qobject_unref(o);
    return g_string_free(text, false);
}

static char *json_document(void)
{
    return pretty(QOBJECT(qdict_from_jsonf_nofail("{'version': 1, 'mistakes': %p, 'lost': %lld}", mistakes_list(),
                                                  (long long)guest_mistakes_lost())));
}

static char *sarif_document(void)
{
    return pretty(QOBJECT(mistakes_sarif()));
}

static void add_line(const GuestMistake *m, void *opaque)
{
    g_autofree char *line = guest_mistake_line(m);

    g_string_append_printf(opaque, "%s (%" PRIu64 " times, from %.6f s to %.6f s)", line, m->count,
                           m->first_ns / 1e9, m->last_ns / 1e9);
    if (m->ignored) {
        g_string_append_printf(opaque, " ignored: %s", m->ignored);
    }
    g_string_append_c(opaque, '\n');
}

static char *text_document(void)
{
    GString *text = g_string_new(NULL);

    guest_mistakes_each(add_line, text);
    return g_string_free(text, false);
}

static const struct {
    const char *ending;
    char *(*document)(void);
} forms[] = {
    { ".json", json_document }, { ".sarif", sarif_document }, { ".html", mistakes_html },
    { ".txt", text_document },
};

/* ---- Files ---- */

static void write_file(Notifier *n, void *data)
{
    OutputFile *f = container_of(n, OutputFile, at_exit);
    g_autofree char *text = f->document();
    bool written = fputs(text, f->file) >= 0;

    if (fclose(f->file) || !written) {
        error_report("mistakes=%s: it can't be written: %s", f->name, strerror(errno));
    }
}

static bool add_file(const char *name, Error **errp)
{
    for (unsigned i = 0; i < ARRAY_SIZE(forms); i++) {
        if (g_str_has_suffix(name, forms[i].ending)) {
            FILE *file = user_file_create("mistakes", name, errp);
            OutputFile *f;

            if (!file) {
                return false;
            }
            f = g_new0(OutputFile, 1);
            *f = (OutputFile) { g_strdup(name), file, forms[i].document, { .notify = write_file } };
            qemu_add_exit_notifier(&f->at_exit);
            return true;
        }
    }
    error_setg(errp, "mistakes=%s: its name has to end in .json, .sarif, .html or .txt", name);
    return false;
}

bool mistake_files_set(const char *option, Error **errp)
{
    g_auto(GStrv) words = g_strsplit(option, ":", 0);

    for (char **w = words; *w; w++) {
        if (**w && !add_file(*w, errp)) {
            return false;
        }
    }
    return true;
}
