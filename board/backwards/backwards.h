/*
 * backwards=on: gdb's reverse commands, without a recording.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_BACKWARDS_H
#define STM32_BOARD_BACKWARDS_H

#include "chardev/char.h"

/* Before there is anything: exits with a line if that can't be, with @page or whatever time there is. */
void backwards_prepare(bool page);
/* What is between a USART and its -serial: a SerialTee. */
Chardev *backwards_port(const char *port, Chardev *given);

#endif
