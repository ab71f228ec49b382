/*
 * The mistakes there have been as data, see list.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/core/mistake/list.h"

static void put_text(QDict *d, const char *key, const char *text)
{
    if (text) {
        qdict_put_str(d, key, text);
    }
}

static void put_place(QDict *d, const GuestFrame *f)
{
    qdict_put_int(d, "pc", f->pc);
    put_text(d, "function", f->function);
    put_text(d, "file", f->file);
    if (f->line) {
        qdict_put_int(d, "line", f->line);
    }
}

static QList *stack_of(const GuestMistake *m)
{
    QList *stack = qlist_new();

    for (unsigned i = 0; i < m->n_frames; i++) {
        QDict *d = qdict_new();

        put_place(d, &m->frame[i]);
        if (m->frame[i].inlined) {
            qdict_put_bool(d, "inlined", true);
        }
        if (m->frame[i].interrupted) {
            qdict_put_bool(d, "interrupts", true);
        }
        qlist_append(stack, d);
    }
    return stack;
}

static void put_kind(QDict *d, const MistakeKindInfo *kind)
{
    qdict_put_str(d, "code", kind->code);
    qdict_put_str(d, "severity", mistake_severity_name(kind->severity));
    qdict_put_str(d, "what", kind->what);
    qdict_put_str(d, "mend", kind->mend);
}

static void add(const GuestMistake *m, void *opaque)
{
    QDict *d = qdict_new();

    put_kind(d, m->kind);
    qdict_put_str(d, "device", m->device);
    qdict_put_str(d, "text", m->text);
    qdict_put_str(d, "chapter", m->chapter);
    qdict_put_int(d, "count", m->count);
    qdict_put_int(d, "first-ns", m->first_ns);
    qdict_put_int(d, "last-ns", m->last_ns);
    if (m->n_frames) {
        put_place(d, &m->frame[0]);
        qdict_put(d, "stack", stack_of(m));
    }
    put_text(d, "ignored", m->ignored);
    qlist_append((QList *)opaque, d);
}

QList *mistakes_list(void)
{
    QList *list = qlist_new();

    guest_mistakes_each(add, list);
    return list;
}

QList *mistakes_kinds(void)
{
    QList *list = qlist_new();

    for (MistakeKind kind = MISTAKE_NONE + 1; kind < MISTAKE_KINDS; kind++) {
        QDict *d = qdict_new();

        put_kind(d, &mistake_kinds[kind]);
        qdict_put_str(d, "chapter", mistake_kinds[kind].chapter);
        qdict_put_bool(d, "mishap", mistake_kinds[kind].mishap);
        qlist_append(list, d);
    }
    return list;
}
