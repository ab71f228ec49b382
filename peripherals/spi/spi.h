/*
 * What others ask of an SPI.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_PERIPHERALS_SPI_SPI_H
#define STM32_PERIPHERALS_SPI_SPI_H

#include "hw/qdev-core.h"

/* Virtual ns at which the parts on the bus of @spi have sampled the last bit of its frame, over or under way. */
int64_t spi_frame_sampled_at(DeviceState *spi);

#endif
