/*
 * QEMU's -serial options: the first is the virtual COM port, joined to USART2 (PA2 and PA3, where
 * people solder the wires to ST-LINK's), or to what the machine property `vcp` says.  Then come
 * USART1, 2, 3, UART4, 5, USART6 in order without the one taken.  With vcp=off the first goes
 * nowhere.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "hw/qdev-core.h"
#include "hw/qdev-properties-system.h"
#include "system/system.h"
#include "stm32/board/serial.h"

static const char *const ports[] = { "usart1", "usart2", "usart3", "uart4", "uart5", "usart6" };

bool serial_check_vcp(const char *name, Error **errp)
{
    bool known = !strcmp(name, "off");

    for (unsigned i = 0; i < ARRAY_SIZE(ports); i++) {
        known |= !strcmp(name, ports[i]);
    }
    if (!known) {
        error_setg(errp, "vcp=%s: choose usart1, usart2, usart3, uart4, uart5, usart6 or off",
                   name);
    }
    return known;
}

static void join(Object *soc, const char *port, unsigned n, SerialTee *tee)
{
    Chardev *chardev = tee ? tee(port, serial_hd(n)) : serial_hd(n);

    if (chardev) {
        qdev_prop_set_chr(DEVICE(object_resolve_path_component(soc, port)), "chardev", chardev);
    }
}

void serial_join(Object *soc, const char *vcp, SerialTee *tee)
{
    unsigned n = 1;

    vcp = vcp ?: "usart2";
    for (unsigned i = 0; i < ARRAY_SIZE(ports); i++) {
        join(soc, ports[i], strcmp(ports[i], vcp) ? n++ : 0, tee);
    }
}
