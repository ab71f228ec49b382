/*
 * LIS302DL, the accelerometer of boards MB997A and B: 8 bits an axis, 100 or 400 Hz, two detectors of
 * free fall or wake-up, clicks (lis302dl_detect.c), a high-pass filter.
 *
 * Deliberately different: three-wire SPI (SIM) answers on SDO, a reboot (BOOT) takes no time.
 * unsure: what the self test adds.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/accelerometer/lis302dl_state.h"

static int64_t lis302dl_period(const Accelerometer *a)
{
    uint8_t ctrl = a->reg[CTRL_REG1];

    return !(ctrl & CTRL1_PD) ? 0 : ctrl & CTRL1_DR ? 2500000 : 10000000;
}

static void lis302dl_reset(Accelerometer *a)
{
    memset(a->reg, 0, sizeof(a->reg));
    memset(a->state, 0, sizeof(a->state));
    memset(a->out, 0, sizeof(a->out));
    a->reg[WHO_AM_I] = 0x3b;
    a->reg[CTRL_REG1] = 0x07;
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
            int out = (ctrl2 & CTRL2_FDS ? filtered[axis] : mg[axis]) / lis302dl_sensitivity(a);

            a->out[axis] = CLAMP(out, -128, 127);
            status |= (status & STATUS_DA & 1 << axis) << 4 | 1 << axis;
        }
        lis302dl_detect_click(a, axis, mg[axis]);
    }
    a->state[SETTLED] = true;
    status |= (status & STATUS_OR ? 0x80 : 0) | 0x08;
    a->reg[STATUS_REG] = status;
    for (unsigned n = 0; n < 2; n++) {
        lis302dl_detect(a, n, ctrl2 & CTRL2_HP_FF_WU1 << n ? filtered : mg);
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
