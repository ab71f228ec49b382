/*
 * What the parts of the LIS302DL share: registers and samples (lis302dl.c), detectors
 * (lis302dl_detect.c).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_ACCELEROMETER_LIS302DL_STATE_H
#define STM32_BOARD_ACCELEROMETER_LIS302DL_STATE_H

#include "stm32/board/accelerometer/model.h"

enum {
    WHO_AM_I = 0x0f, CTRL_REG1 = 0x20, CTRL_REG2, CTRL_REG3, HP_FILTER_RESET, STATUS_REG = 0x27,
    OUT_X = 0x29, OUT_Y = 0x2b, OUT_Z = 0x2d,
    FF_WU_CFG_1 = 0x30, FF_WU_CFG_2 = 0x34,     /* and SRC, THS, DURATION after each */
    CLICK_CFG = 0x38, CLICK_SRC, CLICK_THSY_X = 0x3b, CLICK_THSZ, CLICK_TIME_LIMIT, CLICK_LATENCY,
    CLICK_WINDOW,
};
enum { FF_WU_SRC = 1, FF_WU_THS = 2, FF_WU_DURATION = 3 };     /* after FF_WU_CFG_x */

#define CTRL1_DR 0x80
#define CTRL1_PD 0x40
#define CTRL1_FS 0x20
#define CTRL1_STP 0x10
#define CTRL1_STM 0x08
#define CTRL2_BOOT 0x40
#define CTRL2_FDS 0x10
#define CTRL2_HP_FF_WU1 0x04
#define CTRL3_IHL 0x80
#define CTRL3_PP_OD 0x40
#define THS_DCRM 0x80
#define FF_WU_AOI 0x80
#define LIR 0x40                /* of FF_WU_CFG and CLICK_CFG */
#define IA 0x40                 /* of FF_WU_SRC and CLICK_SRC */
#define STATUS_OR 0x70          /* and ZYXOR, 0x80 */
#define STATUS_DA 0x07          /* and ZYXDA, 0x08 */

/* What is in Accelerometer.state. */
enum {
    LOW_PASS,                   /* 3 of them: 1/1024 mg, what the high-pass filter takes away */
    HELD = LOW_PASS + N_AXES,   /* 2: samples that the condition of a detector has held */
    CLICK = HELD + 2,           /* 3 x: phase, and the virtual ns it began */
    CLICK_AT = CLICK + N_AXES,
    SETTLED = CLICK_AT + N_AXES,    /* the high-pass filter has begun */
};

/* mg a digit. */
static inline int lis302dl_sensitivity(const Accelerometer *a)
{
    return a->reg[CTRL_REG1] & CTRL1_FS ? 72 : 18;
}

/* Let detector @n of free fall or wake-up see a sample, in mg, filtered if it wants that. */
void lis302dl_detect(Accelerometer *a, unsigned n, const int *mg);
/* Look for clicks at @axis. */
void lis302dl_detect_click(Accelerometer *a, unsigned axis, int mg);

#endif
