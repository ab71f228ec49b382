/*
 * Lines that go out over a link, see lines.h.  One begins with the time at which it holds, or - for at once.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/error-report.h"
#include "qemu/main-loop.h"
#include "stm32/board/links/lines.h"

static gboolean flush(void *do_not_use, GIOCondition condition, void *opaque);

static void push(Link *l)
{
    if (l->out->len && !l->watch) {
        int done = qemu_chr_fe_write(&l->chr, (uint8_t *)l->out->str, l->out->len);

        g_string_erase(l->out, 0, MAX(done, 0));
        if (l->out->len) {
            l->watch = qemu_chr_fe_add_watch(&l->chr, G_IO_OUT | G_IO_HUP, flush, l);
        }
    }
}

static gboolean flush(void *do_not_use, GIOCondition condition, void *opaque)
{
    Link *l = opaque;

    l->watch = 0;
    push(l);
    if (!l->out->len && l->drained) {
        l->drained(l->opaque);
    }
    return G_SOURCE_REMOVE;
}

/* Not from within what it has made us say. */
static void unplug(void *opaque)
{
    Link *l = opaque;

    warn_report("%s: the other end asks and does not listen to the answers: unplugged", l->name);
    g_string_truncate(l->out, 0);
    qemu_chr_fe_disconnect(&l->chr);
    l->given_up = false;
}

void link_say_at(Link *l, const char *when, const char *format, va_list args)
{
    if (l->given_up) {
        return;
    }
    if (l->out->len > LINK_MAX_ANSWERS) {
        l->given_up = true;
        aio_bh_schedule_oneshot(qemu_get_aio_context(), unplug, l);
        return;
    }
    g_string_append(l->out, when);
    g_string_append_c(l->out, ' ');
    g_string_append_vprintf(l->out, format, args);
    g_string_append_c(l->out, '\n');
    push(l);
}

void link_answer(Link *l, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    link_say_at(l, "-", format, args);
    va_end(args);
}

void link_lines_reset(Link *l)
{
    g_string_truncate(l->in, 0);
    g_string_truncate(l->out, 0);
}

void link_lines_init(Link *l)
{
    l->in = g_string_new(NULL);
    l->out = g_string_new(NULL);
}
