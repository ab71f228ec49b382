/*
 * From mg to digits in the LIS3DSH: self test, offset, the anti-aliasing filter (CTRL_REG5.BW) as one of
 * first order, where it is below half of the output data rate and so can be seen; the vector's length.
 *
 * That is (45 (|x| + |y| + |z|) + 77 max) / 256; with VFILT what the state machines see of it is the
 * sum of VFC_1 ... VFC_4 times the differences of samples 7, 5, 3 and 1 apart, of the last 8.
 *
 * unsure: which of BW = 1 and 2 is 400 Hz; which coefficient is the outer one, and that they are 2^-7.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/accelerometer/lis3dsh_state.h"

#define ONE 65536
#define TAPS 8

/* What of a step is there after a sample: 1 - exp(-2 pi f / rate), 2^-16; ONE: all. */
static int share(const Accelerometer *a)
{
    static const unsigned hz[] = { 800, 400, 200, 50 };
    int64_t rate = NANOSECONDS_PER_SECOND / MAX(a->model->period(a), 1);

    switch (rate / hz[a->reg[CTRL_REG5] >> 6]) {
    case 4:  return 51912;
    case 8:  return 35656;
    case 16: return 21284;
    case 32: return 11683;
    default: return ONE;
    }
}

static int low_pass(Accelerometer *a, unsigned axis, int value)
{
    int64_t *low = &a->state[LOW_PASS + axis], *begun = &a->state[LOW_PASS + N_AXES];
    int64_t wanted = (int64_t)value * ONE;

    *low += *begun & 1 << axis ? (wanted - *low) * share(a) / ONE : wanted - *low;
    *begun |= 1 << axis;
    return *low / ONE;
}

/* CTRL_REG5.ST: what is typical, added or taken away.  unsure: how much that is */
static int self_test(const Accelerometer *a, unsigned axis)
{
    unsigned st = a->reg[CTRL_REG5] >> 1 & 3;
    int mg = axis == AXIS_Z ? 590 : 140;

    return st == 1 ? mg : st == 2 ? -mg : 0;
}

int16_t lis3dsh_measure(Accelerometer *a, unsigned axis, int mg)
{
    static const int full_scale[8] = { 2000, 4000, 6000, 8000, 16000, 16000, 16000, 16000 };
    /* in 0.01 mg a digit */
    static const int sensitivity[8] = { 6, 12, 18, 24, 73, 73, 73, 73 };
    unsigned scale = a->reg[CTRL_REG5] >> 3 & 7;
    int most = full_scale[scale], value;

    value = CLAMP(mg + self_test(a, axis), -most, most) * 100 / sensitivity[scale];
    value = low_pass(a, axis, value) - (int8_t)a->reg[OFF_X + axis] * 32;
    return a->reg[CTRL_REG4] & 1 << axis ? CLAMP(value, INT16_MIN, INT16_MAX) : 0;
}

int lis3dsh_vector(Accelerometer *a, const int16_t *value)
{
    int64_t *last = &a->state[VECTORS];
    int sum = 0, most = 0, filtered = 0;

    for (unsigned axis = 0; axis < N_AXES; axis++) {
        int v = abs(value[axis] / 256);

        sum += v;
        most = MAX(most, v);
    }
    memmove(last + 1, last, (TAPS - 1) * sizeof(*last));
    last[0] = (45 * sum + 77 * most) / 256;
    if (!(a->reg[CTRL_REG3] & CTRL3_VFILT)) {
        return last[0];
    }
    for (unsigned i = 0; i < TAPS / 2; i++) {
        filtered += (int8_t)a->reg[VFC_1 + i] * (int)(last[i] - last[TAPS - 1 - i]);
    }
    return CLAMP(filtered / 128, -128, 127);
}
