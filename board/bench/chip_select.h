/*
 * Which pins select the parts that the user hangs on the SPI buses (-device w25q80bl,bus=spi2,cs=0).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_BENCH_CHIP_SELECT_H
#define STM32_BOARD_BENCH_CHIP_SELECT_H

#include "qom/object.h"

/*
 * When all devices are there, connect the CS inputs of those on the buses of @soc to pins: @text is
 * "spi2-pb12:spi2-pb11", the first pin named for a bus is of its cs=0, and so on.  A bus it does not
 * name has its NSS pin for cs=0.  Exits with a line that says what is wrong.
 */
void chip_select_connect(Object *soc, const char *text);

#endif
