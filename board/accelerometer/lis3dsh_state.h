/*
 * What the parts of the LIS3DSH share: registers and samples (lis3dsh.c), which stand on the filters of
 * the samples (lis3dsh_filter.c) and the state machines (lis3dsh_sm.c); those on their commands
 * (lis3dsh_commands.c) and conditions (lis3dsh_conditions.c).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_ACCELEROMETER_LIS3DSH_STATE_H
#define STM32_BOARD_ACCELEROMETER_LIS3DSH_STATE_H

#include "stm32/board/accelerometer/model.h"

enum {
    OUT_T = 0x0c, INFO1 = 0x0d, WHO_AM_I = 0x0f, OFF_X = 0x10, CS_X = 0x13, LC_L = 0x16, LC_H,
    STAT, PEAK1, PEAK2, VFC_1, THRS3 = 0x1f, CTRL_REG4 = 0x20, CTRL_REG1, CTRL_REG2, CTRL_REG3,
    CTRL_REG5, CTRL_REG6, STATUS = 0x27, OUT_X_L = 0x28, OUT_Z_H = 0x2d, FIFO_CTRL = 0x2e,
    FIFO_SRC, SM1 = 0x40, SM2 = 0x60,
};
/* From SM1 or SM2 on: the program, timers, thresholds, decimation, masks, output. */
enum {
    SM_STATES = 16, SM_TIM4 = 0x10, SM_TIM3, SM_TIM2_L, SM_TIM1_L = 0x14, SM_THRS2 = 0x16, SM_THRS1,
    SM_DES, SM_MASK_B, SM_MASK_A, SM_SETT, SM_PR, SM_TC_L, SM_TC_H, SM_OUTS,
};

#define STAT_LONG 0x80
#define STAT_SYNCW 0x40
#define STAT_SYNC1 0x20
#define STAT_SYNC2 0x10
#define STAT_INT_SM1 0x08
#define STAT_INT_SM2 0x04
#define SM_EN 0x01              /* CTRL_REG1, CTRL_REG2 */
#define SM_PIN 0x08
#define CTRL3_VFILT 0x04
#define SETT_SITR 0x01          /* STOP and CONT do what OUTC does, too */
#define SETT_R_TAM 0x02         /* the mask is not frozen on the axis that fired */
#define SETT_THR3_MA 0x04
#define SETT_D_CS 0x08          /* difference: to CS_x, not to the sample before; SM2 alone */
#define SETT_RADI 0x10          /* differences, not raw samples; SM2 alone */
#define SETT_ABS 0x20           /* thresholds are signed */
#define SETT_THR3_SA 0x40
#define SETT_P_DET 0x80

#define N_INPUTS 4              /* of a state machine: x, y, z, the vector */

/* What is in Accelerometer.state. */
enum {
    /* of a state machine, twice */
    SM_WAITED,                  /* samples since this state was entered */
    SM_TAM,                     /* the temporary mask */
    SM_FIRED,                   /* axes that met the last condition */
    SM_SWAP,                    /* MASK_B is selected */
    SM_SIGN,                    /* signs are swapped */
    SM_HOLD,                    /* OUTW: OUTS has to be read */
    SM_SKIP,                    /* samples until the next that it sees */
    SM_OLD,                     /* samples before: the one before is there, and what it was */
    SM_INPUT = SM_OLD + 1 + N_INPUTS,       /* this and the one before, as conditions see them */
    SM_BEFORE = SM_INPUT + N_INPUTS,
    SM_STATE = SM_BEFORE + N_INPUTS,        /* so many */
    LOW_PASS = 2 * SM_STATE,    /* 3: what the filter has come to, 2^-16 digits; 1: there is some */
    VECTORS = LOW_PASS + N_AXES + 1,        /* the last 8 */
    HALF_READ = VECTORS + 8,    /* 3: an axis of which only one half has been read, with BDU */
};
QEMU_BUILD_BUG_ON(HALF_READ + N_AXES > ACC_STATE);
#define HELD 0x10000            /* in HALF_READ: a value is held, it waits for its other half: */
#define HELD_HIGH 0x20000       /* the upper one */

static inline uint8_t *lis3dsh_sm(Accelerometer *a, unsigned n)
{
    return &a->reg[n ? SM2 : SM1];
}

static inline int64_t *lis3dsh_sm_state(Accelerometer *a, unsigned n)
{
    return &a->state[n ? SM_STATE : 0];
}

/* What @axis measures of @mg, in digits. */
int16_t lis3dsh_measure(Accelerometer *a, unsigned axis, int mg);
/* The length of the vector of the sample, filtered with CTRL_REG3.VFILT, of 8 bits. */
int lis3dsh_vector(Accelerometer *a, const int16_t *value);

/* Let machine @n see a sample; @value is that of the axes in LSB of 16 bits, @vector its length. */
void lis3dsh_sm_sample(Accelerometer *a, unsigned n, const int16_t *value, int vector);
/* It has been switched on: from the beginning. */
void lis3dsh_sm_start(Accelerometer *a, unsigned n);
/* The host has read OUTS. */
void lis3dsh_sm_read(Accelerometer *a, unsigned n);

/* ---- Between the state machines, their conditions and commands ---- */

enum { COND_NOP, COND_TI1, COND_TI2, COND_TI3, COND_TI4, COND_GNTH1, COND_GNTH2, COND_LNTH1,
       COND_LNTH2, COND_GTTH1, COND_LLTH2, COND_GRTH1, COND_LRTH1, COND_GRTH2, COND_LRTH2,
       COND_NZERO };

enum {
    CMD_STOP = 0x00, CMD_CONT = 0x11, CMD_JMP = 0x22, CMD_SRP = 0x33, CMD_CRP = 0x44,
    CMD_SETP = 0x55, CMD_SETS1 = 0x66, CMD_STHR1 = 0x77, CMD_OUTC = 0x88, CMD_OUTW = 0x99,
    CMD_STHR2 = 0xaa, CMD_DEC = 0xbb, CMD_SISW = 0xcc, CMD_REL = 0xdd, CMD_STHR3 = 0xee,
    CMD_SSYNC = 0xff, CMD_SABS0 = 0x12, CMD_SABS1, CMD_SELMA, CMD_SRADI0 = 0x21, CMD_SRADI1 = 0x23,
    CMD_SELSA, CMD_SCS0 = 0x31, CMD_SCS1, CMD_SRTAM0 = 0x34, CMD_STIM3 = 0x41, CMD_STIM4,
    CMD_SRTAM1,
};

/* Make the input of machine @n from a sample. */
void lis3dsh_sm_input(Accelerometer *a, unsigned n, const int16_t *value, int vector);
/* The mask that is selected. */
uint8_t lis3dsh_sm_mask(Accelerometer *a, unsigned n);
/* Is @condition met?  Which axes do, goes to SM_FIRED. */
bool lis3dsh_sm_is_met(Accelerometer *a, unsigned n, unsigned condition);
/* Samples that timer @timer, 1 to 4, lasts. */
unsigned lis3dsh_sm_timer(Accelerometer *a, unsigned n, unsigned timer);

/* Where it is, and the byte @i after that; the program is a circle. */
unsigned lis3dsh_sm_pointer(Accelerometer *a, unsigned n);
uint8_t lis3dsh_sm_code(Accelerometer *a, unsigned n, unsigned i);
/* Let go of the frozen mask, swapped signs and the peak. */
void lis3dsh_sm_release(Accelerometer *a, unsigned n);
/* Tell the host. */
void lis3dsh_sm_output(Accelerometer *a, unsigned n);
/* Commands with bytes that follow: returns how many those are, 0: it is none of them. */
unsigned lis3dsh_sm_set(Accelerometer *a, unsigned n);
/* Commands of one byte that do not change where it goes; false: it is none of them. */
bool lis3dsh_sm_do(Accelerometer *a, unsigned n);

#endif
