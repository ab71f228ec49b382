/*
 * Which mistakes the user does not want to be told of, and why.
 *
 *   -machine ignore=DMA015:SPI005          these kinds, wherever
 *   -machine ignore=.mistakes-ignore       a file, of lines
 *
 *   # a comment
 *   DMA015: the driver clears them itself
 *   DMA015 in spi_flash.c: a vendor's, reported to them
 *   all in HAL_SPI_Transmit(): the same
 *
 * What is between `:` is a kind's code, or else a file.  `in` is the function or the file of the place itself,
 * or what is inlined there, not who has called it; a file is named by the end of its path.  There has to be a
 * reason.  What is ignored is kept and counted, and is in the files that are written, as ignored.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CORE_MISTAKE_IGNORE_H
#define STM32_CORE_MISTAKE_IGNORE_H

#include "stm32/core/mistake/mistake.h"

/* Take over what the option says.  False with one line in @errp. */
bool ignore_set(const char *option, Error **errp);

/* Why @m, which is complete but for that, is ignored, or NULL. */
const char *ignore_reason(const GuestMistake *m);

#endif
