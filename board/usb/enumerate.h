/*
 * What enumerate.c stands on: read.c and learn.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_USB_ENUMERATE_H
#define STM32_BOARD_USB_ENUMERATE_H

#include "stm32/board/usb/gadget.h"

/* ---- read.c: what is wrong is reported ---- */

/* Bytes that have come, or the TransferStatus, negative. */
int coroutine_fn gadget_get_descriptor(Gadget *g, unsigned type, unsigned index, unsigned language,
                                       void *data, unsigned length);
/* Say that to get @what has failed, as @got has it; false. */
bool gadget_complain(Gadget *g, const char *what, int got);
void coroutine_fn gadget_read_qualifier(Gadget *g);
/* False: there is none that can be used. */
bool coroutine_fn gadget_read_configurations(Gadget *g);
void coroutine_fn gadget_read_strings(Gadget *g);

/* ---- learn.c ---- */

void gadget_accepted(void *opaque, const uint8_t *setup);

#endif
