/*
 * Profile, see profile.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <errno.h>
#include <stdio.h>
#include "calls.h"
#include "counts.h"
#include "output.h"
#include "profile.h"

typedef struct Edge {
    const Function *from, *to;
    uint64_t calls;
    Cost inside;                /* all that went on in those calls */
} Edge;

static GHashTable *own;         /* Function -> Cost, boxed */
static GHashTable *edges;       /* Edge -> itself */

static unsigned hash_edge(const void *p)
{
    const Edge *e = p;

    return g_direct_hash(e->from) * 31 + g_direct_hash(e->to);
}

static gboolean same_edge(const void *a, const void *b)
{
    const Edge *x = a, *y = b;

    return x->from == y->from && x->to == y->to;
}

static void ran(const Stack *stack, const Function *function, Cost more)
{
    Cost *sum = g_hash_table_lookup(own, function);

    if (!sum) {
        sum = g_new0(Cost, 1);
        g_hash_table_insert(own, (void *)function, sum);
    }
    sum->cycles += more.cycles;
    sum->instructions += more.instructions;
}

static void left(const Stack *stack, const Frame *frame, const Function *caller, uint64_t ns)
{
    Edge key = { caller, frame->function };
    Edge *e;

    if (!caller || frame->exception) {
        return;                 /* nobody has called it */
    }
    e = g_hash_table_lookup(edges, &key);
    if (!e) {
        e = g_memdup2(&key, sizeof(key));
        g_hash_table_insert(edges, e, e);
    }
    e->calls++;
    e->inside.cycles += stack->cost.cycles - frame->begun.cycles;
    e->inside.instructions += stack->cost.instructions - frame->begun.instructions;
}

void profile_begin(void)
{
    static const CallListener listener = { .ran = ran, .left = left };

    own = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    edges = g_hash_table_new(hash_edge, same_edge);
    calls_listen(&listener);
}

/* ---- The file ---- */

static const char *file_of(const Function *f)
{
    static const char unknown[] = "???";

    return *f->file ? f->file : unknown;
}

/* Instructions by line: of the function's own file, callgrind has the others by fi=. */
static void write_lines(FILE *out, const Program *p, const Function *f)
{
    const char *file = f->file;
    const Line *last = NULL;
    uint64_t count = 0;

    for (uint32_t at = f->base; at < f->base + f->size; at += 2) {
        const Line *l = program_line(p, at);

        if (l && last && (l->line != last->line || l->file != last->file) && count) {
            fprintf(out, "%u 0 %" PRIu64 "\n", last->line, count);
            count = 0;
        }
        if (l && l->file != file) {
            fprintf(out, "fi=%s\n", l->file);
            file = l->file;
        }
        last = l ?: last;
        count += counts_of(p, at);
    }
    if (count) {
        fprintf(out, "%u 0 %" PRIu64 "\n", last ? last->line : 0, count);
    }
}

static void write_function(FILE *out, const Program *p, const Function *f)
{
    const Cost *cost = g_hash_table_lookup(own, f);
    GHashTableIter iter;
    gpointer edge;

    fprintf(out, "\nfl=%s\nfn=%s\n%u %" PRIu64 " 0\n", file_of(f), f->name, f->line, cost ? cost->cycles : 0);
    g_hash_table_iter_init(&iter, edges);
    while (g_hash_table_iter_next(&iter, &edge, NULL)) {
        const Edge *e = edge;

        if (e->from == f) {
            if (file_of(e->to) != file_of(f)) {
                fprintf(out, "cfi=%s\n", file_of(e->to));
            }
            fprintf(out, "cfn=%s\n", e->to->name);
            fprintf(out, "calls=%" PRIu64 " %u\n%u %" PRIu64 " %" PRIu64 "\n", e->calls, e->to->line, f->line,
                    e->inside.cycles, e->inside.instructions);
        }
    }
    write_lines(out, p, f);
}

bool profile_write(const Program *p, const char *path, char **error)
{
    const Cost *unknown = g_hash_table_lookup(own, NULL);
    FILE *out = fopen(path, "w");

    if (!out) {
        *error = g_strdup_printf("%s cannot be written: %s", path, g_strerror(errno));
        return false;
    }
    fputs("# callgrind format\nversion: 1\ncreator: stm32f407g-disc\npositions: line\nevents: Cycles Instructions\n", out);
    for (unsigned i = 0; i < p->functions->len; i++) {
        const Function *f = &g_array_index(p->functions, Function, i);

        if (g_hash_table_contains(own, f) || counts_of(p, f->base)) {
            write_function(out, p, f);
        }
    }
    if (unknown) {
        fprintf(out, "\nfl=???\nfn=(no function)\n0 %" PRIu64 " %" PRIu64 "\n", unknown->cycles, unknown->instructions);
    }
    return output_close(out, path, error);
}
