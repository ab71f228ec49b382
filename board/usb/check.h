/*
 * What a strict host would say of a device's descriptors: reports, one line for each cause, of what is
 * against USB 2.0, and who minds.  Endpoints (check_endpoint.c) and what classes want (check_class.c) are part of
 * a configuration.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_USB_CHECK_H
#define STM32_BOARD_USB_CHECK_H

#include "stm32/board/usb/gadget.h"

/* The device descriptor, of which @length bytes have come. */
void check_device(Gadget *g, unsigned length);
/* Is it a right bMaxPacketSize0?  If not, that has been told. */
bool check_packet_size(Gadget *g, unsigned size);
/* The qualifier, of which @length bytes have come, or less than 0: it has none. */
void check_qualifier(Gadget *g, const uint8_t *qualifier, int length);
/* Configuration @d, which says that it is @total bytes long. */
void check_configuration(Gadget *g, const Descriptors *d, unsigned total);
/* String @index, of which @length bytes have come. */
void check_string(Gadget *g, unsigned index, const uint8_t *string, unsigned length);

#endif
