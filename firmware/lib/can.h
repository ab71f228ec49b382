/*
 * CAN1 (PD0, PD1) and CAN2 (PB5, PB6) for guest programs.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef FIRMWARE_CAN_H
#define FIRMWARE_CAN_H

#include <stdint.h>

#define CAN_1_MBIT (5 | 3 << 16 | 1 << 20)          /* BTR: PCLK1 of 42 MHz / 6 / 7 */

/* Clocks and pins of both. */
void can_pins_init(void);
/* Through initialization to normal mode, with the interrupts @ier. */
void can_start(uint32_t can, uint32_t btr, uint32_t ier);

#endif
