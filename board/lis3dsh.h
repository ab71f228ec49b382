/*
 * What the parts of the LIS3DSH share: registers (lis3dsh.c), state machines (lis3dsh_sm.c).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_LIS3DSH_H
#define STM32_BOARD_LIS3DSH_H

#include "stm32/board/accelerometer.h"

enum {
    INFO1 = 0x0d, WHO_AM_I = 0x0f, OFF_X = 0x10, STAT = 0x18, CTRL_REG4 = 0x20, CTRL_REG1,
    CTRL_REG2, CTRL_REG3, CTRL_REG5, CTRL_REG6, STATUS = 0x27, OUT_X_L = 0x28, OUT_Z_H = 0x2d,
    FIFO_CTRL = 0x2e, FIFO_SRC, SM1 = 0x40, SM2 = 0x60,
};
/* From SM1 or SM2 on: the program, timers, thresholds, masks, output. */
enum {
    SM_STATES = 16, SM_TIM4 = 0x10, SM_TIM3, SM_TIM2_L, SM_TIM1_L = 0x14, SM_THRS2 = 0x16, SM_THRS1,
    SM_MASK_B = 0x19, SM_MASK_A, SM_SETT, SM_PR, SM_TC_L, SM_TC_H, SM_OUTS,
};

#define STAT_INT_SM1 0x08
#define STAT_INT_SM2 0x04
#define SM_EN 0x01              /* CTRL_REG1, CTRL_REG2 */
#define SM_PIN 0x08

static inline uint8_t *lis3dsh_sm(Accelerometer *a, unsigned n)
{
    return &a->reg[n ? SM2 : SM1];
}

/* Let machine @n see a sample; @value is that of the axes in LSB of 16 bits. */
void lis3dsh_sm_sample(Accelerometer *a, unsigned n, const int16_t *value);
/* It has been switched on: from the beginning. */
void lis3dsh_sm_start(Accelerometer *a, unsigned n);

#endif
