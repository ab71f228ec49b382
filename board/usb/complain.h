/*
 * How what is against USB is said: one line, with the chapter, and who minds.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_USB_COMPLAIN_H
#define STM32_BOARD_USB_COMPLAIN_H

#include "stm32/core/mistake.h"

/* @g is a Gadget; @chapter and the text have to be literals. */
#define COMPLAIN(g, chapter, ...) guest_mishap((g)->path, "USB " chapter, __VA_ARGS__)

#endif
