/*
 * How what is against USB is said: one line, which says who minds.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_USB_COMPLAIN_H
#define STM32_BOARD_USB_COMPLAIN_H

#include "stm32/core/mistake/mistake.h"

/* @g is a Gadget, the kind one of core/mistake/kinds/usb.h. */
#define COMPLAIN(g, ...) guest_mistake((g)->path, __VA_ARGS__)

#endif
