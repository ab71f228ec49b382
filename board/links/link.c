/*
 * Link, see link.h.  A line begins with the time at which it holds, or - for at once.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "stm32/board/links/step.h"

/* ---- Out ---- */

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

static void G_GNUC_PRINTF(2, 0) say(Link *l, const char *format, va_list args)
{
    g_string_append_vprintf(l->out, format, args);
    g_string_append_c(l->out, '\n');
    push(l);
}

void link_answer(Link *l, const char *format, ...)
{
    va_list args;

    g_string_append(l->out, "- ");
    va_start(args, format);
    say(l, format, args);
    va_end(args);
}

void link_say(Link *l, const char *format, ...)
{
    va_list args;

    if (link_in_step(l)) {
        g_string_append_printf(l->out, "%" PRId64 " ", link_now(l));
    } else {
        g_string_append(l->out, "- ");
    }
    va_start(args, format);
    say(l, format, args);
    va_end(args);
    link_has_said(l);
}

/* ---- In ---- */

static void hear_line(Link *l, const char *line)
{
    const char *text = strchr(line, ' ');

    if (!text) {
        return;
    }
    text++;
    if (*line != '-' && link_in_step(l)) {
        link_hear_later(l, g_ascii_strtoll(line, NULL, 10), text);
    } else if (!link_hear_step(l, text)) {
        l->hear(l->opaque, text);
    }
}

static int may_receive(void *opaque)
{
    return LINK_MAX_LINE;
}

static void receives(void *opaque, const uint8_t *data, int size)
{
    Link *l = opaque;

    for (int i = 0; i < size; i++) {
        if (data[i] != '\n') {
            g_string_append_c(l->in, data[i]);
            g_string_truncate(l->in, MIN(l->in->len, LINK_MAX_LINE));
        } else {
            hear_line(l, l->in->str);
            g_string_truncate(l->in, 0);
        }
    }
}

static void chr_event(void *opaque, QEMUChrEvent event)
{
    Link *l = opaque;

    if (event != CHR_EVENT_OPENED && event != CHR_EVENT_CLOSED) {
        return;
    }
    l->connected = event == CHR_EVENT_OPENED;
    g_string_truncate(l->in, 0);
    g_string_truncate(l->out, 0);
    link_step_plugged(l);
    if (l->plugged) {
        l->plugged(l->opaque);
    }
}

bool link_open(Link *l, const char *example, Error **errp)
{
    if (!qemu_chr_fe_backend_connected(&l->chr)) {
        error_setg(errp, "%s", example);
        return false;
    }
    l->in = g_string_new(NULL);
    l->out = g_string_new(NULL);
    if (!link_step_init(l, errp)) {
        return false;
    }
    qemu_chr_fe_set_handlers(&l->chr, may_receive, receives, chr_event, NULL, l, NULL, true);
    return true;
}
