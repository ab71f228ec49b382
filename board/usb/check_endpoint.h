/*
 * What a strict host would say of an interface's endpoints.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_USB_CHECK_ENDPOINT_H
#define STM32_BOARD_USB_CHECK_ENDPOINT_H

#include "stm32/board/usb/gadget.h"

void check_endpoints(Gadget *g, const Descriptors *d, const uint8_t *interface);

#endif
