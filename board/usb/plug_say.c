/*
 * What a plug tells the user, see plug.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/error-report.h"
#include "stm32/board/usb/plug.h"

#define MAX_LINES 1000

void usb_plug_say(UsbPlug *plug, const char *fmt, ...)
{
    g_autofree char *text = NULL;
    va_list args;

    if (plug->lines++ >= MAX_LINES) {
        return;                     /* a device that comes and goes all the time */
    }
    va_start(args, fmt);
    text = g_strdup_vprintf(fmt, args);
    va_end(args);
    info_report("%s at %s: %s%s", object_get_typename(OBJECT(plug)), plug->port, text,
                plug->lines == MAX_LINES ? " (and so on)" : "");
}
