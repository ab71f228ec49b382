/*
 * LIS302DL, the accelerometer of boards MB997A and B: 8 bits an axis, 100 or 400 Hz, two detectors of
 * free fall or wake-up, clicks, a high-pass filter.
 *
 * Deliberately different: three-wire SPI (SIM) answers on SDO, a reboot (BOOT) takes no time.
 * unsure: a flag that is not latched lasts as long as its cause; what the self test adds.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/host-utils.h"
#include "stm32/board/accelerometer.h"

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
enum { QUIET, DOWN, LATENCY, WINDOW, DOWN_AGAIN, TOO_LONG };   /* phases of a click */

static int64_t lis302dl_period(const Accelerometer *a)
{
    uint8_t ctrl = a->reg[CTRL_REG1];

    return !(ctrl & CTRL1_PD) ? 0 : ctrl & CTRL1_DR ? 2500000 : 10000000;
}

static int sensitivity(const Accelerometer *a)
{
    return a->reg[CTRL_REG1] & CTRL1_FS ? 72 : 18;
}

static void lis302dl_reset(Accelerometer *a)
{
    memset(a->reg, 0, sizeof(a->reg));
    memset(a->state, 0, sizeof(a->state));
    memset(a->out, 0, sizeof(a->out));
    a->reg[WHO_AM_I] = 0x3b;
    a->reg[CTRL_REG1] = 0x07;
}

/* ---- Free fall, wake-up ---- */

static void count(int64_t *held, bool met, bool decrement)
{
    *held = met ? MIN(*held + 1, 256) : decrement ? MAX(*held - 1, 0) : 0;
}

static void detect(Accelerometer *a, unsigned n, const int *mg)
{
    uint8_t *reg = &a->reg[n ? FF_WU_CFG_2 : FF_WU_CFG_1], cfg = reg[0], src = 0;
    int threshold = (reg[FF_WU_THS] & 0x7f) * sensitivity(a);
    bool met;

    for (unsigned axis = 0; axis < N_AXES; axis++) {
        src |= (abs(mg[axis]) > threshold ? 2 : 1) << 2 * axis;
    }
    src &= cfg & 0x3f;
    met = cfg & FF_WU_AOI ? (cfg & 0x3f) && src == (cfg & 0x3f) : src;
    count(&a->state[HELD + n], met, reg[FF_WU_THS] & THS_DCRM);
    if (met && a->state[HELD + n] > reg[FF_WU_DURATION]) {
        reg[FF_WU_SRC] = src | IA;
    } else if (!(cfg & LIR)) {
        reg[FF_WU_SRC] = src;
    }
}

/* ---- Clicks ---- */

static int click_threshold(const Accelerometer *a, unsigned axis)
{
    uint8_t nibbles = a->reg[axis == AXIS_Z ? CLICK_THSZ : CLICK_THSY_X];

    return (axis == AXIS_Y ? nibbles >> 4 : nibbles & 0xf) * 500;
}

/* Over the threshold for less than the time limit; again within the window after the latency. */
static void detect_click(Accelerometer *a, unsigned axis, int mg)
{
    int64_t *phase = &a->state[CLICK + axis], *at = &a->state[CLICK_AT + axis];
    int64_t since = a->sample_at - *at, limit = a->reg[CLICK_TIME_LIMIT] * 500000ll;
    int64_t latency = a->reg[CLICK_LATENCY] * 1000000ll;
    bool over = abs(mg) > click_threshold(a, axis);
    unsigned was = *phase, single = 1 << 2 * axis, found = 0;

    switch (was) {
    case QUIET:
    case WINDOW:
        if (was == WINDOW && since > a->reg[CLICK_WINDOW] * 1000000ll) {
            *phase = was = QUIET;
        }
        if (over) {
            *phase = was == QUIET ? DOWN : DOWN_AGAIN;
        }
        break;
    case DOWN:
    case DOWN_AGAIN:
        if (since > limit) {
            *phase = TOO_LONG;
        } else if (!over) {
            found = was == DOWN ? single : single << 1;
            *phase = was == DOWN && a->reg[CLICK_CFG] & single << 1 ? LATENCY : QUIET;
        }
        break;
    case LATENCY:
        if (since >= latency) {
            *phase = WINDOW;
        }
        break;
    case TOO_LONG:
        if (!over) {
            *phase = QUIET;
        }
        break;
    }
    if (*phase != was) {
        *at = a->sample_at;
    }
    if (found & a->reg[CLICK_CFG]) {
        a->reg[CLICK_SRC] |= found | IA;
    }
}

/* ---- Samples ---- */

/* The high-pass filter: ODR / 50, / 100, / 200 or / 400. */
static int high_pass(Accelerometer *a, unsigned axis, int mg)
{
    int64_t *low = &a->state[LOW_PASS + axis];
    unsigned divider = 50 << (a->reg[CTRL_REG2] & 3);

    if (!a->state[SETTLED]) {
        *low = mg * 1024ll;
    }
    *low += ((int64_t)mg * 1024 - *low) * 2 * 355 / (113 * (int64_t)divider);     /* 2 pi */
    return mg - *low / 1024;
}

/* In mg: the digits are those of the small range. */
static int self_test(const Accelerometer *a, unsigned axis)
{
    static const int digits[N_AXES] = { -19, 19, 19 };
    uint8_t ctrl = a->reg[CTRL_REG1];

    return (!!(ctrl & CTRL1_STP) - !!(ctrl & CTRL1_STM)) * digits[axis] * 18;
}

static void lis302dl_sample(Accelerometer *a, const int *world)
{
    uint8_t ctrl2 = a->reg[CTRL_REG2], status = a->reg[STATUS_REG];
    int mg[N_AXES], filtered[N_AXES];

    if (!(a->reg[CLICK_CFG] & LIR)) {
        a->reg[CLICK_SRC] = 0;
    }
    for (unsigned axis = 0; axis < N_AXES; axis++) {
        mg[axis] = world[axis] + self_test(a, axis);
        filtered[axis] = high_pass(a, axis, mg[axis]);
        if (a->reg[CTRL_REG1] & 1 << axis) {
            int out = (ctrl2 & CTRL2_FDS ? filtered[axis] : mg[axis]) / sensitivity(a);

            a->out[axis] = CLAMP(out, -128, 127);
            status |= (status & STATUS_DA & 1 << axis) << 4 | 1 << axis;
        }
        detect_click(a, axis, mg[axis]);
    }
    a->state[SETTLED] = true;
    status |= (status & STATUS_OR ? 0x80 : 0) | 0x08;
    a->reg[STATUS_REG] = status;
    for (unsigned n = 0; n < 2; n++) {
        detect(a, n, ctrl2 & CTRL2_HP_FF_WU1 << n ? filtered : mg);
    }
}

/* ---- Registers ---- */

static uint8_t read_out(Accelerometer *a, unsigned axis)
{
    uint8_t *status = &a->reg[STATUS_REG];

    *status &= ~(0x11 << axis);
    if (!(*status & STATUS_DA)) {
        *status &= ~0x08;
    }
    if (!(*status & STATUS_OR)) {
        *status &= ~0x80;
    }
    return a->out[axis];
}

static uint8_t lis302dl_read(Accelerometer *a, unsigned n)
{
    uint8_t value = a->reg[n];

    switch (n) {
    case OUT_X: return read_out(a, AXIS_X);
    case OUT_Y: return read_out(a, AXIS_Y);
    case OUT_Z: return read_out(a, AXIS_Z);
    case FF_WU_CFG_1 + FF_WU_SRC:
    case FF_WU_CFG_2 + FF_WU_SRC:
    case CLICK_SRC:
        a->reg[n] = 0;
        return value;
    case HP_FILTER_RESET:                       /* it begins anew with the next sample */
        a->state[SETTLED] = false;
        if (a->reg[CTRL_REG2] & CTRL2_FDS) {
            memset(a->out, 0, sizeof(a->out));
        }
        return 0;
    default:
        return value;
    }
}

static void lis302dl_write(Accelerometer *a, unsigned n, uint8_t value)
{
    switch (n) {
    case CTRL_REG1 ... CTRL_REG3:
        a->reg[n] = value & (n == CTRL_REG2 ? ~CTRL2_BOOT : 0xff);
        break;
    case FF_WU_CFG_1:
    case FF_WU_CFG_1 + FF_WU_THS ... FF_WU_CFG_2:
    case FF_WU_CFG_2 + FF_WU_THS ... CLICK_CFG:
    case CLICK_THSY_X ... CLICK_WINDOW:
        a->reg[n] = value;
        break;
    }
}

/* Bit 6 of the first byte: the next register follows. */
static unsigned lis302dl_next(const Accelerometer *a, uint8_t first, unsigned n)
{
    return first & 0x40 ? (n + 1) & 0x3f : n;
}

/* ---- Interrupts ---- */

/* I1CFG or I2CFG: what a line shows. */
static bool source(const Accelerometer *a, unsigned config)
{
    bool one = a->reg[FF_WU_CFG_1 + FF_WU_SRC] & IA, two = a->reg[FF_WU_CFG_2 + FF_WU_SRC] & IA;

    switch (config) {
    case 1:  return one;
    case 2:  return two;
    case 3:  return one || two;
    case 4:  return a->reg[STATUS_REG] & 0x08;
    case 7:  return a->reg[CLICK_SRC] & IA;
    default: return false;
    }
}

static void drive(const Accelerometer *a, PinDriver *line, unsigned config)
{
    uint8_t ctrl = a->reg[CTRL_REG3];
    bool level = source(a, config) ^ !!(ctrl & CTRL3_IHL);

    pin_drive(line, level && ctrl & CTRL3_PP_OD ? DRIVE(NONE) : DRIVE_LEVEL(level));
}

static void lis302dl_update(Accelerometer *a)
{
    drive(a, &a->int1, a->reg[CTRL_REG3] & 7);
    drive(a, &a->int2, a->reg[CTRL_REG3] >> 3 & 7);
}

static bool lis302dl_interrupts(const Accelerometer *a)
{
    return a->reg[CTRL_REG3] & 0x3f;
}

const AccModel lis302dl = {
    .name = "lis302dl", .address_mask = 0x3f, .reset = lis302dl_reset, .read = lis302dl_read,
    .write = lis302dl_write, .next = lis302dl_next, .period = lis302dl_period,
    .sample = lis302dl_sample, .update = lis302dl_update, .interrupts = lis302dl_interrupts,
};
