/*
 * Which mistakes are ignored, see ignore.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/units.h"
#include "qapi/error.h"
#include "stm32/core/mistake/ignore.h"
#include "stm32/core/user_file.h"

#define MAX_FILE (1 * MiB)

typedef struct Rule {
    MistakeKind kind;           /* MISTAKE_NONE: all */
    char *function, *file;      /* where, or NULL: anywhere */
    char *reason;
} Rule;

static GPtrArray *rules;

static bool ends_with_path(const char *path, const char *end)
{
    size_t length = strlen(path), n = strlen(end);

    return n <= length && !strcmp(path + length - n, end) && (n == length || path[length - n - 1] == '/');
}

/* @name may be without its namespaces and classes. */
static bool is_function(const char *full, const char *name)
{
    size_t length = strlen(full), n = strlen(name);

    return n <= length && !strcmp(full + length - n, name) &&
           (n == length || (length - n > 1 && full[length - n - 1] == ':' && full[length - n - 2] == ':'));
}

static bool is_there(const Rule *r, const GuestFrame *frame)
{
    return (!r->function || (frame->function && is_function(frame->function, r->function))) &&
           (!r->file || (frame->file && ends_with_path(frame->file, r->file)));
}

static bool matches(const Rule *r, const GuestMistake *m)
{
    if (r->kind && &mistake_kinds[r->kind] != m->kind) {
        return false;
    }
    if (!r->function && !r->file) {
        return true;
    }
    for (unsigned i = 0; i < m->n_frames; i++) {
        if (is_there(r, &m->frame[i])) {
            return true;
        }
        if (!m->frame[i].inlined) {
            break;
        }
    }
    return false;
}

const char *ignore_reason(const GuestMistake *m)
{
    for (unsigned i = 0; rules && i < rules->len; i++) {
        const Rule *r = rules->pdata[i];

        if (matches(r, m)) {
            return r->reason;
        }
    }
    return NULL;
}

/* ---- What the user has written ---- */

static void add(Rule rule)
{
    if (!rules) {
        rules = g_ptr_array_new();
    }
    g_ptr_array_add(rules, g_memdup2(&rule, sizeof(rule)));
}

/* "CODE", "CODE in main.c", "all in main()"; @what is written to. */
static bool parse_what(char *what, Rule *rule)
{
    char *in = strstr(what, " in ");

    if (in) {
        char *where = g_strstrip(in + 4);

        *in = 0;
        if (g_str_has_suffix(where, "()")) {
            rule->function = g_strndup(where, strlen(where) - 2);
        } else {
            rule->file = g_strdup(where);
        }
        if (!*where) {
            return false;
        }
    }
    g_strstrip(what);
    if (strcmp(what, "all")) {
        rule->kind = mistake_kind_find(what);
        return rule->kind;
    }
    return in;
}

static bool add_line(const char *file, unsigned number, char *line, Error **errp)
{
    Rule rule = { };
    char *colon;

    g_strstrip(line);
    if (!*line || *line == '#') {
        return true;
    }
    colon = strchr(line, ':');
    if (colon) {
        *colon = 0;
        rule.reason = user_text(g_strstrip(colon + 1));
    }
    if (!colon || !*rule.reason || !parse_what(line, &rule)) {
        error_setg(errp, "ignore=%s: line %u is none of \"DMA015: reason\", \"DMA015 in file.c: reason\", \"all in "
                   "function(): reason\", with a code of docs/mistakes.md", file, number);
        return false;
    }
    add(rule);
    return true;
}

static bool add_file(const char *name, Error **errp)
{
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;

    if (!g_file_test(name, G_FILE_TEST_EXISTS)) {
        error_setg(errp, "ignore=%s: this is no kind of mistake (docs/mistakes.md), and no file", name);
        return false;
    }
    text = user_file_read("ignore", name, MAX_FILE, NULL, errp);
    if (!text) {
        return false;
    }
    lines = g_strsplit(text, "\n", 0);
    for (unsigned i = 0; lines[i]; i++) {
        if (!add_line(name, i + 1, lines[i], errp)) {
            return false;
        }
    }
    return true;
}

bool ignore_set(const char *option, Error **errp)
{
    g_auto(GStrv) words = g_strsplit(option, ":", 0);

    for (char **w = words; *w; w++) {
        MistakeKind kind = mistake_kind_find(*w);

        if (kind) {
            add((Rule) { .kind = kind, .reason = g_strdup("-machine ignore=") });
        } else if (**w && !add_file(*w, errp)) {
            return false;
        }
    }
    return true;
}
