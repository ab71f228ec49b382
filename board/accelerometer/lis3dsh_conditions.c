/*
 * What the state machines of the LIS3DSH look at (AN3393), see lis3dsh_sm.c: 8 bits of each axis and
 * of the vector, or differences (machine 2); masks, thresholds, the conditions of a state.
 *
 * An unsigned threshold (ABS = 0) is one of the magnitude, and the sign of the sample tells which bit of
 * the mask is meant by "greater"; a signed one is compared with the value for a positive bit, with its
 * negative for a negative bit.  Hysteresis makes "greater" and "less" harder to meet.
 *
 * unsure: that "less" takes an axis with either bit of its sign; that "reversed" thresholds are always
 * signed; LLTH2 and GTTH1 alone look past the frozen mask; a zero that is reached is crossed.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/accelerometer/lis3dsh_state.h"

#define POSITIVE(input) (0x80 >> 2 * (input))
#define NEGATIVE(input) (0x40 >> 2 * (input))
#define BOTH(input) (0xc0 >> 2 * (input))

/* ---- Input ---- */

void lis3dsh_sm_input(Accelerometer *a, unsigned n, const int16_t *value, int vector)
{
    int64_t *state = lis3dsh_sm_state(a, n);
    uint8_t sett = lis3dsh_sm(a, n)[SM_SETT];
    bool differs = n && sett & SETT_RADI, first = !state[SM_OLD];

    for (unsigned i = 0; i < N_INPUTS; i++) {
        int64_t *old = &state[SM_OLD + 1 + i];
        int raw = i < N_AXES ? value[i] / 256 : vector, base = 0;

        if (differs) {
            base = first ? raw : *old;
            if (sett & SETT_D_CS) {
                base = i < N_AXES ? (int8_t)a->reg[CS_X + i] : 0;
            }
        }
        *old = raw;
        state[SM_BEFORE + i] = first ? raw - base : state[SM_INPUT + i];
        state[SM_INPUT + i] = CLAMP(raw - base, -128, 127);
    }
    state[SM_OLD] = true;
}

/* ---- Masks ---- */

uint8_t lis3dsh_sm_mask(Accelerometer *a, unsigned n)
{
    const uint8_t *sm = lis3dsh_sm(a, n);
    const int64_t *state = lis3dsh_sm_state(a, n);
    uint8_t mask = sm[state[SM_SWAP] ? SM_MASK_B : SM_MASK_A];

    return state[SM_SIGN] ? (mask & 0xaa) >> 1 | (mask & 0x55) << 1 : mask;
}

/* ---- Conditions ---- */

unsigned lis3dsh_sm_timer(Accelerometer *a, unsigned n, unsigned timer)
{
    const uint8_t *sm = lis3dsh_sm(a, n);

    switch (timer) {
    case 1:  return lduw_le_p(&sm[SM_TIM1_L]);
    case 2:  return lduw_le_p(&sm[SM_TIM2_L]);
    case 3:  return sm[SM_TIM3];
    default: return sm[SM_TIM4];
    }
}

static unsigned hysteresis(const Accelerometer *a, unsigned n)
{
    return a->reg[n ? CTRL_REG2 : CTRL_REG1] >> 5;
}

/* The bits of inputs above THRS1 or 2, @which. */
static uint8_t greater(Accelerometer *a, unsigned n, unsigned which)
{
    const int64_t *input = &lis3dsh_sm_state(a, n)[SM_INPUT];
    const uint8_t *sm = lis3dsh_sm(a, n);
    uint8_t raw = sm[which == 1 ? SM_THRS1 : SM_THRS2], bits = 0;
    int limit = (sm[SM_SETT] & SETT_ABS ? (int8_t)raw : raw) + hysteresis(a, n);

    for (unsigned i = 0; i < N_INPUTS; i++) {
        int v = input[i];

        bits |= (v > limit ? POSITIVE(i) : 0) | (-v > limit ? NEGATIVE(i) : 0);
    }
    return bits;
}

static uint8_t less(Accelerometer *a, unsigned n, unsigned which)
{
    const int64_t *input = &lis3dsh_sm_state(a, n)[SM_INPUT];
    const uint8_t *sm = lis3dsh_sm(a, n);
    uint8_t raw = sm[which == 1 ? SM_THRS1 : SM_THRS2], bits = 0;
    int limit = (sm[SM_SETT] & SETT_ABS ? (int8_t)raw : raw) - hysteresis(a, n);

    for (unsigned i = 0; i < N_INPUTS; i++) {
        int v = input[i];

        if (sm[SM_SETT] & SETT_ABS) {
            bits |= (v <= limit ? POSITIVE(i) : 0) | (-v <= limit ? NEGATIVE(i) : 0);
        } else {
            bits |= abs(v) <= limit ? BOTH(i) : 0;
        }
    }
    return bits;
}

/* Above the negative of a threshold, or not. */
static uint8_t above_reversed(Accelerometer *a, unsigned n, unsigned which, bool above)
{
    const int64_t *input = &lis3dsh_sm_state(a, n)[SM_INPUT];
    int limit = -(int8_t)lis3dsh_sm(a, n)[which == 1 ? SM_THRS1 : SM_THRS2];
    int hyst = hysteresis(a, n);
    uint8_t bits = 0;

    limit += above ? hyst : -hyst;
    for (unsigned i = 0; i < N_INPUTS; i++) {
        int v = input[i];

        bits |= (v > limit) == above ? POSITIVE(i) : 0;
        bits |= (-v > limit) == above ? NEGATIVE(i) : 0;
    }
    return bits;
}

static uint8_t zero_crossed(Accelerometer *a, unsigned n)
{
    const int64_t *state = lis3dsh_sm_state(a, n);
    uint8_t bits = 0;

    for (unsigned i = 0; i < N_INPUTS; i++) {
        int64_t now = state[SM_INPUT + i], before = state[SM_BEFORE + i];

        if ((before > 0 && now <= 0) || (before < 0 && now >= 0)) {
            bits |= BOTH(i);
        }
    }
    return bits;
}

static uint8_t looked_at(Accelerometer *a, unsigned n, unsigned condition)
{
    if (condition == COND_GTTH1 || condition == COND_LLTH2 ||
        lis3dsh_sm(a, n)[SM_SETT] & SETT_R_TAM) {
        return lis3dsh_sm_mask(a, n);
    }
    return lis3dsh_sm_state(a, n)[SM_TAM];
}

bool lis3dsh_sm_is_met(Accelerometer *a, unsigned n, unsigned condition)
{
    int64_t *state = lis3dsh_sm_state(a, n);
    uint8_t mask = looked_at(a, n, condition), bits;

    switch (condition) {
    case COND_NOP:
        return false;
    case COND_TI1 ... COND_TI4:
        return state[SM_WAITED] >= lis3dsh_sm_timer(a, n, condition);
    case COND_GNTH1:
    case COND_GTTH1: bits = greater(a, n, 1); break;
    case COND_GNTH2: bits = greater(a, n, 2); break;
    case COND_LNTH1: bits = less(a, n, 1); break;
    case COND_LNTH2:
    case COND_LLTH2: bits = less(a, n, 2); break;
    case COND_GRTH1: bits = above_reversed(a, n, 1, true); break;
    case COND_LRTH1: bits = above_reversed(a, n, 1, false); break;
    case COND_GRTH2: bits = above_reversed(a, n, 2, true); break;
    case COND_LRTH2: bits = above_reversed(a, n, 2, false); break;
    default:         bits = zero_crossed(a, n); break;
    }
    bits &= mask;
    if (!bits || (condition == COND_LLTH2 && bits != mask)) {
        return false;
    }
    state[SM_FIRED] = bits;
    return true;
}
