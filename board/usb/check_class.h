/*
 * What a strict host would say of an interface of a class that it knows.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_USB_CHECK_CLASS_H
#define STM32_BOARD_USB_CHECK_CLASS_H

#include "stm32/board/usb/gadget.h"

void check_class(Gadget *g, const Descriptors *d, const uint8_t *interface);

#endif
