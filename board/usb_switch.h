/*
 * The power switch of the USB connector, an STMPS2141.
 *
 * QOM properties: `overcurrent` (bool: what is plugged in takes too much), `short-circuit` (bool: so much that nothing
 * is left of VBUS).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_USB_SWITCH_H
#define STM32_BOARD_USB_SWITCH_H

#include "stm32/core/pins/pin.h"

#define TYPE_USB_SWITCH "stm32-usb-switch"

/* Make the child @name of @parent: @enable low puts 5 V on @vbus, @fault is low on overcurrent. */
void usb_switch_new(Object *parent, const char *name, Pin *enable, Pin *vbus, Pin *fault);

#endif
