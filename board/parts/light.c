/*
 * What makes light, see light.h.
 *
 * Deliberately different: with squares at both legs they are taken as independent of each other; a voltage counts as
 * its part of the supply.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/parts/light.h"

static bool is_driven(Pin *pin)
{
    Drive d = pin_plain_state(pin);

    return drive_rank(&d) > DRIVE_PULL_UP;
}

unsigned light_percent(Pin *anode, Pin *cathode)
{
    return is_driven(anode) && is_driven(cathode) ? pin_duty(anode) * (100 - pin_duty(cathode)) / 100 : 0;
}

void light_visit(Visitor *v, const char *name, Pin *anode, Pin *cathode, Error **errp)
{
    int64_t percent = light_percent(anode, cathode);

    visit_type_int(v, name, &percent, errp);
}
