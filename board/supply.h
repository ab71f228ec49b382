/*
 * The supply as pins that parts and jumpers can be joined to: gnd, 3v3 (vcc, vdd), 5v.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_SUPPLY_H
#define STM32_BOARD_SUPPLY_H

#include "stm32/core/pins/pin.h"

/* Make the children of @machine that supply_find() finds. */
void supply_new(Object *machine);
/* The rail @name ("gnd", "GND.2", "3V3"), or NULL. */
Pin *supply_find(const char *name);

#endif
