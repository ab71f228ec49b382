/*
 * What makes light: how much current goes through a diode between two legs.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_PARTS_LIGHT_H
#define STM32_BOARD_PARTS_LIGHT_H

#include "qapi/visitor.h"
#include "stm32/core/pins/pin.h"

/*
 * Per cent of the time there is current from @anode to @cathode.  Both have to be driven: a leg in the air, or one
 * that has only a pull resistor of the chip, is dark.  It is asked, nobody listens: a PWM costs nothing.
 */
unsigned light_percent(Pin *anode, Pin *cathode);

/* visit_type_int() of that, for a property's `get`. */
void light_visit(Visitor *v, const char *name, Pin *anode, Pin *cathode, Error **errp);

#endif
