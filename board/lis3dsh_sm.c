/*
 * The two state machines of the LIS3DSH (AN3393): a program of 16 bytes, each a pair of conditions
 * (the upper nibble resets, the lower one goes on) or a command, works on every sample.
 *
 * Modelled: the timers, the thresholds 1 and 2 (any unmasked axis above, none above), the commands STOP,
 * CONT, SRP, CRP and OUTC.  A machine that meets anything else stops.  No decimation, no
 * difference mode, no vector filter, no peak detection.  unsure: that a condition is looked at
 * once a sample, and commands at once.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/lis3dsh.h"

enum { COND_NOP, COND_TI1, COND_TI2, COND_TI3, COND_TI4, COND_GNTH1, COND_GNTH2, COND_LNTH1, COND_LNTH2 };
enum { CMD_STOP = 0x00, CMD_CONT = 0x11, CMD_SRP = 0x33, CMD_CRP = 0x44, CMD_OUTC = 0x88 };

#define SETT_SITR 0x01          /* STOP and CONT raise the interrupt */
#define SETT_ABS 0x20           /* magnitudes, not signed values */

/* Samples that the current condition has waited, in Accelerometer.state. */
static int64_t *waited(Accelerometer *a, unsigned n)
{
    return &a->state[n];
}

static void go_to(Accelerometer *a, unsigned n, unsigned point)
{
    uint8_t *pr = &lis3dsh_sm(a, n)[SM_PR];

    *pr = (*pr & 0xf0) | (point % SM_STATES);
    *waited(a, n) = 0;
}

static void reset_point(Accelerometer *a, unsigned n)
{
    go_to(a, n, lis3dsh_sm(a, n)[SM_PR] >> 4);
}

void lis3dsh_sm_start(Accelerometer *a, unsigned n)
{
    lis3dsh_sm(a, n)[SM_PR] = 0;
    lis3dsh_sm(a, n)[SM_OUTS] = 0;
    *waited(a, n) = 0;
}

static void stop(Accelerometer *a, unsigned n)
{
    a->reg[n ? CTRL_REG2 : CTRL_REG1] &= ~SM_EN;
}

/* The axes above a threshold, as bits of MASK and OUTS: +x -x +y -y +z -z, bit 7 down. */
static uint8_t axes_above(Accelerometer *a, unsigned n, const int16_t *value, int8_t threshold)
{
    const uint8_t *sm = lis3dsh_sm(a, n);
    uint8_t above = 0;

    for (unsigned axis = 0; axis < N_AXES; axis++) {
        int v = value[axis] / 256;

        if (sm[SM_SETT] & SETT_ABS) {
            v = abs(v);
        }
        above |= v > threshold ? 0x80 >> 2 * axis : 0;
        above |= -v > threshold ? 0x40 >> 2 * axis : 0;
    }
    return above & sm[SM_MASK_A];
}

static bool timer_is_over(Accelerometer *a, unsigned n, unsigned timer)
{
    const uint8_t *sm = lis3dsh_sm(a, n);
    unsigned samples = timer == 4 ? sm[SM_TIM4] : timer == 3 ? sm[SM_TIM3]
                       : timer == 2 ? lduw_le_p(&sm[SM_TIM2_L]) : lduw_le_p(&sm[SM_TIM1_L]);

    return *waited(a, n) > samples;
}

/* 1: it is met, 0: not, -1: what is this? */
static int is_met(Accelerometer *a, unsigned n, unsigned condition, const int16_t *value)
{
    uint8_t *sm = lis3dsh_sm(a, n);
    bool first = condition == COND_GNTH1 || condition == COND_LNTH1;
    uint8_t above = axes_above(a, n, value, sm[first ? SM_THRS1 : SM_THRS2]);

    switch (condition) {
    case COND_NOP:
        return 0;
    case COND_TI1 ... COND_TI4:
        return timer_is_over(a, n, condition);
    case COND_GNTH1:
    case COND_GNTH2:
        if (above) {
            sm[SM_OUTS] = above;
        }
        return above != 0;
    case COND_LNTH1:
    case COND_LNTH2:
        return !above;
    default:
        return -1;
    }
}

static void interrupt(Accelerometer *a, unsigned n)
{
    a->reg[STAT] |= n ? STAT_INT_SM2 : STAT_INT_SM1;
}

/* Do the command at the program counter; false if it is none. */
static bool do_command(Accelerometer *a, unsigned n)
{
    uint8_t *sm = lis3dsh_sm(a, n), *pr = &sm[SM_PR];
    unsigned at = *pr & 0xf;

    switch (sm[at]) {
    case CMD_STOP:
        if (sm[SM_SETT] & SETT_SITR) {
            interrupt(a, n);
        }
        stop(a, n);
        return false;
    case CMD_CONT:
        if (sm[SM_SETT] & SETT_SITR) {
            interrupt(a, n);
        }
        reset_point(a, n);
        return false;               /* one turn a sample */
    case CMD_SRP:
        *pr = (at + 1) % SM_STATES << 4 | at;
        break;
    case CMD_CRP:
        *pr = at;
        break;
    case CMD_OUTC:
        interrupt(a, n);
        break;
    default:
        return false;
    }
    go_to(a, n, at + 1);
    return true;
}

void lis3dsh_sm_sample(Accelerometer *a, unsigned n, const int16_t *value)
{
    uint8_t *sm = lis3dsh_sm(a, n), code;
    int reset, next;

    if (!(a->reg[n ? CTRL_REG2 : CTRL_REG1] & SM_EN)) {
        return;
    }
    for (unsigned i = 0; i < SM_STATES && do_command(a, n); i++) {
    }
    code = sm[sm[SM_PR] & 0xf];
    ++*waited(a, n);
    reset = is_met(a, n, code >> 4, value);
    next = is_met(a, n, code & 0xf, value);
    if (code == CMD_STOP || code == CMD_CONT) {
        return;
    }
    if (reset < 0 || next < 0) {
        stop(a, n);
    } else if (reset) {
        reset_point(a, n);
    } else if (next) {
        go_to(a, n, (sm[SM_PR] & 0xf) + 1);
        for (unsigned i = 0; i < SM_STATES && do_command(a, n); i++) {
        }
    }
}
