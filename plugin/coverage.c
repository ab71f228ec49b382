/*
 * Coverage, see coverage.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>
#include "counts.h"
#include "coverage.h"
#include "output.h"

typedef struct Entry {          /* of a line, or of a function by its name */
    unsigned line;
    uint64_t count;
} Entry;

typedef struct File {
    GHashTable *lines;          /* line -> Entry */
    GHashTable *functions;      /* name -> Entry */
} File;

/* ---- What has run ---- */

static void free_file(gpointer data)
{
    File *f = data;

    g_hash_table_destroy(f->lines);
    g_hash_table_destroy(f->functions);
    g_free(f);
}

static File *file_of(GHashTable *files, const char *path)
{
    File *f = g_hash_table_lookup(files, path);

    if (!f) {
        f = g_new(File, 1);
        f->lines = g_hash_table_new_full(NULL, NULL, NULL, g_free);
        f->functions = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
        g_hash_table_insert(files, g_strdup(path), f);
    }
    return f;
}

static Entry *line_of(File *f, unsigned line)
{
    Entry *e = g_hash_table_lookup(f->lines, GUINT_TO_POINTER(line));

    if (!e) {
        e = g_new0(Entry, 1);
        e->line = line;
        g_hash_table_insert(f->lines, GUINT_TO_POINTER(line), e);
    }
    return e;
}

static Entry *function_of(File *f, const char *name, unsigned line)
{
    Entry *e = g_hash_table_lookup(f->functions, name);

    if (!e) {
        e = g_new0(Entry, 1);
        e->line = line;
        g_hash_table_insert(f->functions, g_strdup(name), e);
    }
    return e;
}

static GHashTable *what_has_run(const Program *p)
{
    GHashTable *files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_file);

    for (unsigned i = 0; i < p->lines->len; i++) {
        const Line *l = &g_array_index(p->lines, Line, i);

        if (l->file && l->line && l->statement) {
            Entry *e = line_of(file_of(files, l->file), l->line);

            e->count = MAX(e->count, counts_of(p, l->address));
        }
    }
    for (unsigned i = 0; i < p->functions->len; i++) {
        const Function *f = &g_array_index(p->functions, Function, i);

        if (*f->file) {
            function_of(file_of(files, f->file), f->name, f->line)->count += counts_of(p, f->base);
        }
    }
    return files;
}

/* ---- What has run before ---- */

/* The number at the beginning of *@text, behind which there has to be @end; that is passed over. */
static bool take_number(const char **text, char end, uint64_t *number)
{
    char *rest;

    *number = g_ascii_strtoull(*text, &rest, 10);
    if (rest == *text || *rest != end) {
        return false;
    }
    *text = rest + (end != 0);
    return true;
}

/* The lines of an lcov file that this program writes. */
static void add_line(GHashTable *files, File **file, const char *text)
{
    uint64_t line, count;

    if (g_str_has_prefix(text, "SF:")) {
        *file = file_of(files, text + 3);
    } else if (*file && g_str_has_prefix(text, "DA:")) {
        text += 3;
        if (take_number(&text, ',', &line) && take_number(&text, 0, &count) && line <= G_MAXINT) {
            line_of(*file, line)->count += count;
        }
    } else if (*file && g_str_has_prefix(text, "FN:")) {
        text += 3;
        if (take_number(&text, ',', &line) && *text) {
            function_of(*file, text, line);
        }
    } else if (*file && g_str_has_prefix(text, "FNDA:")) {
        text += 5;
        if (take_number(&text, ',', &count) && g_hash_table_contains((*file)->functions, text)) {
            function_of(*file, text, 0)->count += count;
        }
    }
}

static void add_before(GHashTable *files, FILE *in)
{
    g_autofree char *line = NULL;
    File *file = NULL;
    size_t size = 0;
    ssize_t length;

    while ((length = getline(&line, &size, in)) >= 0) {
        line[length - (length && line[length - 1] == '\n')] = 0;
        add_line(files, &file, line);
    }
}

/* ---- The files ---- */

static int by_line(const void *a, const void *b)
{
    const Entry *x = *(Entry *const *)a, *y = *(Entry *const *)b;

    return x->line < y->line ? -1 : x->line > y->line;
}

static GPtrArray *sorted_lines(const File *f)
{
    GPtrArray *lines = g_ptr_array_new();
    GHashTableIter iter;
    gpointer e;

    g_hash_table_iter_init(&iter, f->lines);
    while (g_hash_table_iter_next(&iter, NULL, &e)) {
        g_ptr_array_add(lines, e);
    }
    g_ptr_array_sort(lines, by_line);
    return lines;
}

static unsigned hit(const GPtrArray *lines)
{
    unsigned count = 0;

    for (unsigned i = 0; i < lines->len; i++) {
        count += ((Entry *)lines->pdata[i])->count != 0;
    }
    return count;
}

static void write_lcov(FILE *out, const char *path, const File *f)
{
    g_autoptr(GPtrArray) lines = sorted_lines(f);
    g_autoptr(GList) names = g_list_sort(g_hash_table_get_keys(f->functions), (GCompareFunc)strcmp);
    unsigned called = 0;

    fprintf(out, "TN:\nSF:%s\n", path);
    for (GList *n = names; n; n = n->next) {
        fprintf(out, "FN:%u,%s\n", ((Entry *)g_hash_table_lookup(f->functions, n->data))->line, (char *)n->data);
    }
    for (GList *n = names; n; n = n->next) {
        Entry *e = g_hash_table_lookup(f->functions, n->data);

        fprintf(out, "FNDA:%" PRIu64 ",%s\n", e->count, (char *)n->data);
        called += e->count != 0;
    }
    fprintf(out, "FNF:%u\nFNH:%u\n", g_hash_table_size(f->functions), called);
    for (unsigned i = 0; i < lines->len; i++) {
        Entry *e = lines->pdata[i];

        fprintf(out, "DA:%u,%" PRIu64 "\n", e->line, e->count);
    }
    fprintf(out, "LF:%u\nLH:%u\nend_of_record\n", lines->len, hit(lines));
}

static const char *below(const char *path, const char *root)
{
    size_t length = strlen(root);

    return g_str_has_prefix(path, root) && path[length] == '/' ? path + length + 1 : path;
}

static void write_class(FILE *out, const char *path, const File *f, const char *root)
{
    g_autoptr(GPtrArray) lines = sorted_lines(f);
    g_autoptr(GList) names = g_list_sort(g_hash_table_get_keys(f->functions), (GCompareFunc)strcmp);
    g_autofree char *file = g_markup_escape_text(below(path, root), -1);
    double rate = lines->len ? (double)hit(lines) / lines->len : 1;

    fprintf(out, "   <class name=\"%s\" filename=\"%s\" line-rate=\"%.4f\" branch-rate=\"0\" complexity=\"0\">\n"
            "    <methods>\n", file, file, rate);
    for (GList *n = names; n; n = n->next) {
        Entry *e = g_hash_table_lookup(f->functions, n->data);
        g_autofree char *name = g_markup_escape_text(n->data, -1);

        fprintf(out, "     <method name=\"%s\" signature=\"\" line-rate=\"%d\" branch-rate=\"0\" complexity=\"0\"><lines>"
                "<line number=\"%u\" hits=\"%" PRIu64 "\"/></lines></method>\n", name, e->count != 0, e->line, e->count);
    }
    fputs("    </methods>\n    <lines>\n", out);
    for (unsigned i = 0; i < lines->len; i++) {
        Entry *e = lines->pdata[i];

        fprintf(out, "     <line number=\"%u\" hits=\"%" PRIu64 "\"/>\n", e->line, e->count);
    }
    fputs("    </lines>\n   </class>\n", out);
}

static void write_cobertura(FILE *out, GHashTable *files, GList *paths, const char *root)
{
    g_autofree char *source = g_markup_escape_text(root, -1);
    unsigned all = 0, covered = 0;
    double rate;

    for (GList *p = paths; p; p = p->next) {
        g_autoptr(GPtrArray) lines = sorted_lines(g_hash_table_lookup(files, p->data));

        all += lines->len;
        covered += hit(lines);
    }
    rate = all ? (double)covered / all : 1;
    fprintf(out, "<?xml version=\"1.0\"?>\n"
            "<!DOCTYPE coverage SYSTEM \"http://cobertura.sourceforge.net/xml/coverage-04.dtd\">\n"
            "<coverage line-rate=\"%.4f\" branch-rate=\"0\" lines-covered=\"%u\" lines-valid=\"%u\" branches-covered=\"0\" "
            "branches-valid=\"0\" complexity=\"0\" version=\"1\" timestamp=\"0\">\n <sources><source>%s</source></sources>\n"
            " <packages><package name=\"firmware\" line-rate=\"%.4f\" branch-rate=\"0\" complexity=\"0\">\n  <classes>\n",
            rate, covered, all, source, rate);
    for (GList *p = paths; p; p = p->next) {
        write_class(out, p->data, g_hash_table_lookup(files, p->data), root);
    }
    fputs("  </classes>\n </package></packages>\n</coverage>\n", out);
}

bool coverage_write(const Program *p, const char *path, const char *root, bool merge, char **error)
{
    g_autoptr(GHashTable) files = what_has_run(p);
    bool xml = g_str_has_suffix(path, ".xml");
    g_autoptr(GList) paths = NULL;
    FILE *out = fopen(path, merge && !xml ? "a+" : "w");

    if (!out) {
        *error = g_strdup_printf("%s cannot be written: %s", path, g_strerror(errno));
        return false;
    }
    if (merge && !xml) {
        flock(fileno(out), LOCK_EX);        /* tests run side by side, and each adds what it has */
        rewind(out);
        add_before(files, out);
        if (ftruncate(fileno(out), 0)) {
            fclose(out);
            *error = g_strdup_printf("%s cannot be written: %s", path, g_strerror(errno));
            return false;
        }
    }
    paths = g_list_sort(g_hash_table_get_keys(files), (GCompareFunc)strcmp);
    if (xml) {
        write_cobertura(out, files, paths, root);
    } else {
        for (GList *n = paths; n; n = n->next) {
            write_lcov(out, n->data, g_hash_table_lookup(files, n->data));
        }
    }
    return output_close(out, path, error);
}
