/*
 * What the LIS302DL detects: free fall or wake-up, twice, and clicks.
 *
 * unsure: a flag that is not latched lasts as long as its cause.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/accelerometer/lis302dl_state.h"

enum { QUIET, DOWN, LATENCY, WINDOW, DOWN_AGAIN, TOO_LONG };   /* phases of a click */

/* ---- Free fall, wake-up ---- */

static void count(int64_t *held, bool met, bool decrement)
{
    *held = met ? MIN(*held + 1, 256) : decrement ? MAX(*held - 1, 0) : 0;
}

void lis302dl_detect(Accelerometer *a, unsigned n, const int *mg)
{
    uint8_t *reg = &a->reg[n ? FF_WU_CFG_2 : FF_WU_CFG_1], cfg = reg[0], src = 0;
    int threshold = (reg[FF_WU_THS] & 0x7f) * lis302dl_sensitivity(a);
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
void lis302dl_detect_click(Accelerometer *a, unsigned axis, int mg)
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
