/*
 * LIS3DSH, the accelerometer of boards MB997C and later: 16 bits an axis, 3.125 to 1600 Hz, a FIFO of 32,
 * filters (lis3dsh_filter.c), two state machines (lis3dsh_sm.c).
 *
 * Deliberately different: three-wire SPI (SIM) answers on SDO, a reboot (BOOT) takes no time, so INT2 does
 * not show it.  unsure: a pulse (IEL) lasts until the next sample; the watermark (WTM_EN) does not make
 * the FIFO less deep; LONG is at INT1.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/accelerometer/lis3dsh_state.h"

#define CTRL4_BDU 0x08
#define STAT_DRDY 0x01
#define STAT_DOR 0x02
#define CTRL3_DR_EN 0x80
#define CTRL3_IEA 0x40
#define CTRL3_IEL 0x20
#define CTRL3_INT2_EN 0x10
#define CTRL3_INT1_EN 0x08
#define CTRL3_STRT 0x01
#define CTRL6_BOOT 0x80
#define CTRL6_FIFO_EN 0x40
#define CTRL6_WTM_EN 0x20
#define CTRL6_ADD_INC 0x10
#define CTRL6_P1_EMPTY 0x08
#define CTRL6_P1_WTM 0x04
#define CTRL6_P1_OVERRUN 0x02
#define FIFO_WTM 0x80
#define FIFO_OVRN 0x40
#define FIFO_EMPTY 0x20

/* FIFO_CTRL.FMODE */
enum { FIFO_BYPASS, FIFO_FIFO, FIFO_STREAM, FIFO_STREAM_TO_FIFO, FIFO_BYPASS_TO_STREAM,
       FIFO_BYPASS_TO_FIFO = 7 };

static int64_t lis3dsh_period(const Accelerometer *a)
{
    static const int64_t us[16] = { 0, 320000, 160000, 80000, 40000, 20000, 10000, 2500, 1250, 625 };

    return us[a->reg[CTRL_REG4] >> 4] * 1000;
}

static void lis3dsh_reset(Accelerometer *a)
{
    memset(a->reg, 0, sizeof(a->reg));
    memset(a->state, 0, sizeof(a->state));
    memset(a->out, 0, sizeof(a->out));
    a->fifo_first = a->fifo_count = 0;
    a->reg[INFO1] = 0x21;
    a->reg[WHO_AM_I] = 0x3f;
    a->reg[LC_L] = 0x01;
    a->reg[CTRL_REG4] = 0x07;
    a->reg[CTRL_REG6] = CTRL6_ADD_INC;
}

/* ---- FIFO ---- */

/* The mode it is in: the switching ones have switched when a state machine has fired. */
static unsigned fifo_mode(const Accelerometer *a)
{
    unsigned mode = a->reg[FIFO_CTRL] >> 5;
    bool fired = a->reg[STAT] & (STAT_INT_SM1 | STAT_INT_SM2);

    if (!(a->reg[CTRL_REG6] & CTRL6_FIFO_EN)) {
        return FIFO_BYPASS;
    }
    switch (mode) {
    case FIFO_STREAM_TO_FIFO:   return fired ? FIFO_FIFO : FIFO_STREAM;
    case FIFO_BYPASS_TO_STREAM: return fired ? FIFO_STREAM : FIFO_BYPASS;
    case FIFO_BYPASS_TO_FIFO:   return fired ? FIFO_FIFO : FIFO_BYPASS;
    default:                    return mode;
    }
}

static uint8_t fifo_source(const Accelerometer *a)
{
    unsigned mark = a->reg[CTRL_REG6] & CTRL6_WTM_EN ? a->reg[FIFO_CTRL] & 0x1f : ACC_FIFO;

    return (a->fifo_count >= mark ? FIFO_WTM : 0) | (a->fifo_count == ACC_FIFO ? FIFO_OVRN : 0) |
           (a->fifo_count ? MIN(a->fifo_count, 31) : FIFO_EMPTY);
}

static void fifo_push(Accelerometer *a)
{
    unsigned mode = fifo_mode(a), n;

    if (mode == FIFO_BYPASS) {
        a->fifo_count = 0;
        return;
    }
    if (a->fifo_count == ACC_FIFO) {
        if (mode == FIFO_FIFO) {
            return;
        }
        a->fifo_first = (a->fifo_first + 1) % ACC_FIFO;
        a->fifo_count--;
    }
    n = (a->fifo_first + a->fifo_count++) % ACC_FIFO;
    memcpy(&a->fifo[n * N_AXES], a->out, sizeof(a->out));
}

/* ---- Samples ---- */

static void lis3dsh_sample(Accelerometer *a, const int *mg)
{
    uint8_t *status = &a->reg[STATUS], enabled = a->reg[CTRL_REG4] & 7;
    int vector;

    for (unsigned axis = 0; axis < N_AXES; axis++) {
        a->out[axis] = lis3dsh_measure(a, axis, mg[axis]);
    }
    *status |= (*status & enabled) << 4 | enabled;
    *status |= (*status & 0x70 ? 0x80 : 0) | 0x08;
    a->reg[STAT] |= a->reg[STAT] & STAT_DRDY ? STAT_DOR | STAT_DRDY : STAT_DRDY;
    if (a->reg[CTRL_REG3] & CTRL3_IEL) {        /* pulses: until the next sample */
        a->reg[STAT] &= ~(STAT_INT_SM1 | STAT_INT_SM2);
    }
    vector = lis3dsh_vector(a, a->out);
    for (unsigned n = 0; n < 2; n++) {
        lis3dsh_sm_sample(a, n, a->out, vector);
    }
    fifo_push(a);
}

/* ---- Registers ---- */

/* With BDU both halves are of the sample of which the first was read. */
static uint16_t whole(Accelerometer *a, unsigned axis, bool high, uint16_t value)
{
    int64_t *half = &a->state[HALF_READ + axis], held = *half;

    if (!(a->reg[CTRL_REG4] & CTRL4_BDU)) {
        *half = 0;
    } else if (held & HELD && !(held & HELD_HIGH) == !high) {
        *half = 0;
        return held;
    } else {
        *half = value | HELD | (high ? 0 : HELD_HIGH);
    }
    return value;
}

/* Of the sample that is read: the oldest in the FIFO, or the last. */
static uint8_t read_out(Accelerometer *a, unsigned n)
{
    unsigned axis = (n - OUT_X_L) / 2;
    int16_t now = a->fifo_count ? a->fifo[a->fifo_first * N_AXES + axis] : a->out[axis];
    uint16_t value = whole(a, axis, n % 2, now);
    uint8_t *status = &a->reg[STATUS];

    if (n % 2) {
        *status &= ~(0x11 << axis);
        if (!(*status & 0x07)) {
            *status &= ~0x08;
            a->reg[STAT] &= ~(STAT_DRDY | STAT_DOR);
        }
        if (!(*status & 0x70)) {
            *status &= ~0x80;
        }
    }
    if (n == OUT_Z_H && a->fifo_count) {
        a->fifo_first = (a->fifo_first + 1) % ACC_FIFO;
        a->fifo_count--;
    }
    return n % 2 ? value >> 8 : value;
}

static uint8_t lis3dsh_read(Accelerometer *a, unsigned n)
{
    uint8_t value = a->reg[n];

    switch (n) {
    case OUT_X_L ... OUT_Z_H:
        return read_out(a, n);
    case FIFO_SRC:
        return fifo_source(a);
    case OUT_T:
        return a->celsius - 25;
    case STAT:
        a->reg[n] &= ~STAT_LONG;
        return value;
    case SM1 + SM_OUTS:                     /* this lets go of a latched interrupt */
    case SM2 + SM_OUTS:
        lis3dsh_sm_read(a, n > SM2);
        return value;
    default:
        return value;
    }
}

static void sm_control(Accelerometer *a, unsigned n, unsigned machine, uint8_t value)
{
    uint8_t was = a->reg[n];

    a->reg[n] = value;
    if (value & ~was & SM_EN) {
        lis3dsh_sm_start(a, machine);
    }
}

/* As SPI does, or a state machine by SETP. */
static void lis3dsh_write(Accelerometer *a, unsigned n, uint8_t value)
{
    switch (n) {
    case CTRL_REG1:
        sm_control(a, n, 0, value);
        break;
    case CTRL_REG2:
        sm_control(a, n, 1, value);
        break;
    case CTRL_REG3:
        if (value & CTRL3_STRT) {
            lis3dsh_reset(a);
        } else {
            a->reg[n] = value;
        }
        break;
    case CTRL_REG6:
        a->reg[n] = value & ~CTRL6_BOOT;
        break;
    case FIFO_CTRL:
        a->reg[n] = value;
        if (fifo_mode(a) == FIFO_BYPASS) {
            a->fifo_count = 0;
        }
        break;
    case OFF_X ... LC_H:
    case VFC_1 ... CTRL_REG4:
    case CTRL_REG5:
    case SM1 ... SM1 + SM_THRS1:
    case SM1 + SM_MASK_B ... SM1 + SM_SETT:
    case SM2 ... SM2 + SM_SETT:
        a->reg[n] = value;
        break;
    }
}

/* Through the FIFO in one go: after OUT_Z_H comes OUT_X_L again. */
static unsigned lis3dsh_next(const Accelerometer *a, uint8_t first, unsigned n)
{
    if (!(a->reg[CTRL_REG6] & CTRL6_ADD_INC)) {
        return n;
    }
    return n == OUT_Z_H && fifo_mode(a) != FIFO_BYPASS ? OUT_X_L : n + 1;
}

/* ---- Interrupts ---- */

/* What a state machine shows at the pin that CTRL_REG1 or 2 chooses. */
static bool sm_at(const Accelerometer *a, unsigned pin)
{
    bool one = a->reg[STAT] & STAT_INT_SM1 && !(a->reg[CTRL_REG1] & SM_PIN) == !pin;
    bool two = a->reg[STAT] & STAT_INT_SM2 && !(a->reg[CTRL_REG2] & SM_PIN) == !pin;

    return one || two;
}

static void lis3dsh_update(Accelerometer *a)
{
    uint8_t ctrl3 = a->reg[CTRL_REG3], ctrl6 = a->reg[CTRL_REG6], fifo = fifo_source(a);
    bool low = !(ctrl3 & CTRL3_IEA);
    bool one = sm_at(a, 0) || a->reg[STAT] & STAT_LONG || (ctrl3 & CTRL3_DR_EN && a->reg[STAT] & STAT_DRDY) ||
               (ctrl6 & CTRL6_P1_EMPTY && fifo & FIFO_EMPTY) ||
               (ctrl6 & CTRL6_P1_WTM && fifo & FIFO_WTM) ||
               (ctrl6 & CTRL6_P1_OVERRUN && fifo & FIFO_OVRN);

    pin_drive(&a->int1, ctrl3 & CTRL3_INT1_EN ? DRIVE_LEVEL(one ^ low) : DRIVE(NONE));
    pin_drive(&a->int2, ctrl3 & CTRL3_INT2_EN ? DRIVE_LEVEL(sm_at(a, 1) ^ low) : DRIVE(NONE));
}

static bool lis3dsh_interrupts(const Accelerometer *a)
{
    return a->reg[CTRL_REG3] & (CTRL3_INT1_EN | CTRL3_INT2_EN);
}

const AccModel lis3dsh = {
    .name = "lis3dsh", .address_mask = 0x7f, .reset = lis3dsh_reset, .read = lis3dsh_read,
    .write = lis3dsh_write, .next = lis3dsh_next, .period = lis3dsh_period,
    .sample = lis3dsh_sample, .update = lis3dsh_update, .interrupts = lis3dsh_interrupts,
};
