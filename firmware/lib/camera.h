/*
 * The camera of the base board: an OV9655 at I2C1 (PB8, PB9), whose 160 x 120 pixels of RGB565 come to the DCMI.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef FIRMWARE_CAMERA_H
#define FIRMWARE_CAMERA_H

#include "stm32.h"

enum { CAMERA_WIDTH = 160, CAMERA_HEIGHT = 120 };
/* What DCMI_CR has for it. */
#define CAMERA_CR (DCMI_CR_VSPOL | DCMI_CR_PCKPOL | DCMI_CR_ENABLE)

/* Clocks, pins, and what it sends.  False: it does not answer, or is another one. */
bool camera_init(void);

#endif
