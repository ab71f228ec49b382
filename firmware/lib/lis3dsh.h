/*
 * The accelerometer of the board, a LIS3DSH, for guest programs: at SPI1, by polling.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef FIRMWARE_LIS3DSH_H
#define FIRMWARE_LIS3DSH_H

#include <stdbool.h>
#include <stdint.h>

enum {
    LIS3DSH_WHO_AM_I = 0x0f, LIS3DSH_CTRL_REG4 = 0x20, LIS3DSH_CTRL_REG3 = 0x23,
    LIS3DSH_CTRL_REG6 = 0x25, LIS3DSH_STATUS = 0x27, LIS3DSH_OUT_X_L = 0x28,
    LIS3DSH_FIFO_CTRL = 0x2e,
};

/* Set up SPI1 and its pins, with PCLK2 = 84 MHz.  Is the part there? */
bool lis3dsh_init(void);
/* Read @size registers from @n on. */
void lis3dsh_read(uint8_t n, uint8_t *data, unsigned size);
uint8_t lis3dsh_get(uint8_t n);
void lis3dsh_put(uint8_t n, uint8_t value);
/* The last sample, in mg at a full scale of 2 g. */
void lis3dsh_get_mg(int32_t mg[3]);

#endif
