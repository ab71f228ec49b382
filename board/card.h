/*
 * The socket of an SD card at the chip's SDIO: QOM property `locked`.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_CARD_H
#define STM32_BOARD_CARD_H

#include "stm32/core/pins/pin.h"

#define TYPE_CARD_SOCKET "stm32-card-socket"

/*
 * Make the child `card` of @parent, and put the card of -drive if=sd into it at @sdio, if there is one; @d0 and @d3 are
 * the pins of its data lines, @detect and @protect (NULL: none) are those of its switches.  Exits with a line that says what is wrong.
 */
void card_socket_new(Object *parent, DeviceState *sdio, Pin *d0, Pin *d3, Pin *detect, Pin *protect);

#endif
