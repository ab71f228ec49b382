/*
 * What it causes that a test mode is chosen or ended, see test.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/otg/state.h"

/* They are signals of high speed: a PHY of full speed has none of them. */
static void check_speed(Otg *s, const char *field)
{
    if (!otg_uses_ulpi(s)) {
        periph_mistake(&s->parent_obj, OTG057, "%s chooses a test mode with a full-speed PHY: all of them are signals "
                       "of high speed", field);
    }
}

void otg_device_test_written(Otg *s, unsigned was)
{
    unsigned test = reg_get(s, DCTL, TCTL);

    if (test == was) {
        return;
    }
    s->connected_in_test = false;
    if (test) {
        check_speed(s, "DCTL.TCTL");
        if (s->in_control && s->socket.pulled_up) {
            periph_mistake(&s->parent_obj, OTG058, "DCTL.TCTL is set before the status of the control transfer under "
                           "way has been sent: the host never gets it");
        }
    }
    if (s->socket.pulled_up) {
        otg_bus_rests(s, !otg_device_test(s) && !s->socket.frames);
    }
}

void otg_port_test_written(Otg *s, unsigned was)
{
    if (reg_get(s, HPRT, PTCTL) == was) {
        return;
    }
    if (reg_get(s, HPRT, PTCTL)) {
        check_speed(s, "HPRT.PTCTL");
    }
    otg_host_set_frames(s, reg_get(s, HPRT, PENA) && !reg_get(s, HPRT, PSUSP) && !reg_get(s, HPRT, PRES) &&
                        !otg_port_test(s));
}
