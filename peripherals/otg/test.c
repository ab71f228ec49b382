/*
 * Test modes (USB 2.0 7.1.20, 9.4.9, 11.24.2.13; RM0090 DCTL.TCTL, HPRT.PTCTL): while a signal to be measured is on the
 * lines there is no traffic.  A device that shows SE0_NAK still says NAK to whoever asks it; it notices neither a
 * reset nor that the bus rests.  A port sends no SOF, and no channel is served.
 *
 * The core goes on with it until the field is cleared, which a reset of the core does; that an end of power ends it is
 * for the firmware to see to.
 *
 * Deliberately different: Force_Enable leaves a port as it is: nothing is there that could be measured while no device
 * is.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/otg/state.h"

static UsbTest signal_of(unsigned field)
{
    return field <= USB_TEST_PACKET ? field : USB_TEST_NONE;
}

/* ---- A device ---- */

UsbTest otg_device_test(const Otg *s)
{
    return !s->host && s->socket.pulled_up ? signal_of(reg_get(s, DCTL, TCTL)) : USB_TEST_NONE;
}

void otg_device_test_connected(Otg *s)
{
    s->connected_in_test = otg_device_test(s);
}

void otg_device_test_reset(Otg *s)
{
    if (s->connected_in_test) {
        periph_mistake(&s->parent_obj, OTG069, "it is connected with DCTL.TCTL = %u: it drives a test signal, and "
                       "answers no host", reg_get(s, DCTL, TCTL));
    }
}

/* ---- A host's port ---- */

UsbTest otg_port_test(const Otg *s)
{
    return s->host ? signal_of(reg_get(s, HPRT, PTCTL)) : USB_TEST_NONE;
}
