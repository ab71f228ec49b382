/*
 * The board's device as USB/IP has it in its lists: see usbip_protocol of Linux, OP_REP_DEVLIST.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/cutils.h"
#include "stm32/board/usb/usbip/state.h"

void usbip_describe(Usbip *s, uint8_t *to)
{
    static const uint8_t speeds[] = { LINUX_LOW, LINUX_FULL, LINUX_HIGH };
    Gadget *g = &USB_PLUG(s)->gadget;
    const Descriptors *c = gadget_configuration(g);
    const uint8_t *d = g->device;
    unsigned interfaces = 0;

    for (unsigned i = 0; c && i < GADGET_INTERFACES; i++) {
        interfaces += descriptors_interface(c, i, 0) != NULL;
    }
    memset(to, 0, OP_DEVICE);
    pstrcpy((char *)to, 256, "/sys/devices/platform/stm32/usb1/" USBIP_BUS_ID);
    pstrcpy((char *)to + 256, OP_BUS_ID, USBIP_BUS_ID);
    stl_be_p(to + 288, USBIP_DEV_ID >> 16);
    stl_be_p(to + 292, USBIP_DEV_ID & 0xffff);
    stl_be_p(to + 296, speeds[MIN(host_bus_speed(&g->bus), 2u)]);
    stw_be_p(to + 300, get16(d + 8));
    stw_be_p(to + 302, get16(d + 10));
    stw_be_p(to + 304, get16(d + 12));
    memcpy(to + 306, d + 4, 3);
    to[309] = g->configuration;
    to[310] = d[17];
    to[311] = interfaces;
}
