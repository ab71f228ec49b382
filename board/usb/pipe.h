/*
 * One transaction of a transfer, and what comes of it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_USB_PIPE_H
#define STM32_BOARD_USB_PIPE_H

#include "stm32/board/usb/state.h"

/* The next token of @t. */
int pipe_pid(HostBus *bus, const Transfer *t);
/* How long that takes at most, all of a microframe's if there are several. */
int64_t pipe_ns(HostBus *bus, const Transfer *t);
/* Do it; how long the bus was busy.  The transfer may have ended, and its owner may have done anything. */
int64_t pipe_transact(HostBus *bus, Transfer *t);
/* An isochronous transfer whose turn was in a frame that has passed. */
void pipe_miss(HostBus *bus, Transfer *t, uint64_t frame);

#endif
