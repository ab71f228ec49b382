/*
 * The codec of the board, a CS43L22, for guest programs: at I2C1 (PB6, PB9; reset is PD4), by polling;
 * its samples come from I2S3 (PC7, PC10, PA4, PC12).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef FIRMWARE_CS43L22_H
#define FIRMWARE_CS43L22_H

#include <stdint.h>

/* Set up all those pins and I2C1, with PCLK1 = 42 MHz, and let the codec go. */
void cs43l22_init(void);
void cs43l22_put(uint8_t reg, uint8_t value);
uint8_t cs43l22_get(uint8_t reg);
/* Bytes that it has not acknowledged. */
unsigned cs43l22_errors(void);

#endif
