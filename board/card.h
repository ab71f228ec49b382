/*
 * The socket of an SD card at the chip's SDIO.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_CARD_H
#define STM32_BOARD_CARD_H

#include "stm32/core/pins/pin.h"

/*
 * Put the card of -drive if=sd into the socket at @sdio, if there is one; @detect (NULL: none) is the pin of its
 * switch.  Exits with a line that says what is wrong.
 */
void card_socket_new(DeviceState *sdio, Pin *detect);

#endif
