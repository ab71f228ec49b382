/*
 * How a master of SPI has to treat a part: the mode that it understands, and its chip select, which stays low until the
 * last bit is through.  This machine's parts take a frame whole, as it begins, so both would go well here.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CORE_PINS_SPI_CARE_H
#define STM32_CORE_PINS_SPI_CARE_H

#include "stm32/core/pins/frames.h"

/* Virtual ns at which a part has sampled the last of @bits, which began at @start and take @bit each. */
static inline int64_t spi_sampled_at(int64_t start, uint64_t bit, unsigned bits)
{
    return start + (int64_t)((bit * (2 * bits - 1)) >> 33);
}

/* The part @path, which samples at rising edges of SCK (modes 0 and 3), is clocked with these. */
void spi_care_mode(const char *path, bool cpol, bool cpha);

/* The part @path takes a clock of @max_hz, and gets one whose bits last @bit (as in a frame). */
void spi_care_speed(const char *path, uint64_t bit, unsigned max_hz);

/*
 * The part @path is not selected any more, by its chip select @cs, and has sampled the last frame's bits at @sampled.  If
 * nobody drives @cs, there has been a reset.
 */
void spi_care_deselected(const char *path, Pin *cs, int64_t sampled);

#endif
