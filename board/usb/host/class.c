/*
 * What the drivers of classes have in common, see class.h: which interface they drive.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/usb/host/class.h"

const uint8_t *host_class_interface(HostClass *c)
{
    const Descriptors *d = gadget_configuration(c->gadget);

    return d ? descriptors_interface(d, c->interface,
                                     c->gadget->alternate[c->interface % GADGET_INTERFACES]) : NULL;
}
