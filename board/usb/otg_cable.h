/*
 * An OTG cable: while a device is plugged into the USB bus of a core, its ID pin is at ground, which makes the core
 * a host.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_USB_OTG_CABLE_H
#define STM32_BOARD_USB_OTG_CABLE_H

#include "stm32/core/pins/pin.h"

typedef struct OtgCable OtgCable;

/* One for @core, whose output `plugged` says that something is there, with its pin at @id. */
OtgCable *otg_cable_new(DeviceState *core, Pin *id);

/* It does, or is a cable without that wire. */
void otg_cable_ground_id(OtgCable *c, bool grounds);

#endif
