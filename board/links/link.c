/*
 * Link, see link.h: what is said to and heard of the other end.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "stm32/board/links/link.h"

void link_say(Link *l, const char *format, ...)
{
    g_autofree char *when = link_in_step(l) ? g_strdup_printf("%" PRId64, link_now(l)) : g_strdup("-");
    va_list args;

    va_start(args, format);
    link_say_at(l, when, format, args);
    va_end(args);
    link_has_said(l);
}

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
    link_lines_reset(l);
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
    link_lines_init(l);
    if (!link_step_init(l, errp)) {
        return false;
    }
    qemu_chr_fe_set_handlers(&l->chr, may_receive, receives, chr_event, NULL, l, NULL, true);
    return true;
}
