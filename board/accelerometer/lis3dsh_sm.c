/*
 * The two state machines of the LIS3DSH (AN3393): a program of 16 bytes, each a pair of conditions
 * (the upper nibble resets, the lower one goes on) or a command, works on every sample.
 *
 * Commands are done at once; a machine waits at conditions, and at JMP's.  A reset condition comes before
 * the other.  A condition that is met freezes the mask on the axes that met it, unless R_TAM; going to
 * the reset point, REL, and a sample beyond THRS3 (THR3_MA, THR3_SA) let go of it.  SSYNC hands over to
 * the other machine and waits until that does the same.
 *
 * unsure: timer n is over at the nth sample of a state; DES2 leaves out so many samples; PEAKx is
 * the largest magnitude of the axes in the mask since the reset point or REL; the long counter
 * raises LONG when DEC brings it to 1, where it stops, and reading STAT clears that.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/accelerometer/lis3dsh_state.h"

/* What is next after a command. */
enum { GO_ON, WAIT, NO_COMMAND };

static uint8_t *control(Accelerometer *a, unsigned n)
{
    return &a->reg[n ? CTRL_REG2 : CTRL_REG1];
}

static uint8_t sync_flag(unsigned n)
{
    return n ? STAT_SYNC2 : STAT_SYNC1;
}

/* ---- Where it goes ---- */

static void go_to(Accelerometer *a, unsigned n, unsigned point)
{
    uint8_t *pr = &lis3dsh_sm(a, n)[SM_PR];

    *pr = point % SM_STATES << 4 | (*pr & 0xf);
    lis3dsh_sm_state(a, n)[SM_WAITED] = 0;
}

static void to_reset_point(Accelerometer *a, unsigned n)
{
    go_to(a, n, lis3dsh_sm(a, n)[SM_PR] & 0xf);
    lis3dsh_sm_release(a, n);
}

void lis3dsh_sm_start(Accelerometer *a, unsigned n)
{
    int64_t *state = lis3dsh_sm_state(a, n);

    memset(state, 0, SM_STATE * sizeof(*state));
    lis3dsh_sm(a, n)[SM_PR] = 0;
    lis3dsh_sm(a, n)[SM_OUTS] = 0;
    a->reg[STAT] &= ~sync_flag(n);
    lis3dsh_sm_release(a, n);
}

/* ---- What it tells ---- */

void lis3dsh_sm_read(Accelerometer *a, unsigned n)
{
    lis3dsh_sm(a, n)[SM_OUTS] = 0;
    a->reg[STAT] &= ~(n ? STAT_INT_SM2 : STAT_INT_SM1);
    lis3dsh_sm_state(a, n)[SM_HOLD] = false;
    if (!lis3dsh_sm_state(a, !n)[SM_HOLD]) {
        a->reg[STAT] &= ~STAT_SYNCW;
    }
}

/* ---- Commands ---- */

static void synchronize(Accelerometer *a, unsigned n)
{
    a->reg[STAT] |= sync_flag(n);
    a->reg[STAT] &= ~sync_flag(!n);
}

static int do_command(Accelerometer *a, unsigned n)
{
    unsigned at = lis3dsh_sm_pointer(a, n), more;
    bool tells = lis3dsh_sm(a, n)[SM_SETT] & SETT_SITR;

    switch (lis3dsh_sm_code(a, n, 0)) {
    case CMD_STOP:
        if (tells) {
            lis3dsh_sm_output(a, n);
        }
        *control(a, n) &= ~SM_EN;
        return WAIT;
    case CMD_CONT:
        if (tells) {
            lis3dsh_sm_output(a, n);
        }
        to_reset_point(a, n);
        return WAIT;                /* one turn a sample */
    case CMD_OUTW:
        lis3dsh_sm_output(a, n);
        a->reg[STAT] |= STAT_SYNCW;
        lis3dsh_sm_state(a, n)[SM_HOLD] = true;
        go_to(a, n, at + 1);
        return WAIT;
    case CMD_SSYNC:
        synchronize(a, n);
        go_to(a, n, at + 1);
        return WAIT;
    }
    more = lis3dsh_sm_set(a, n);
    if (!more && !lis3dsh_sm_do(a, n)) {
        return NO_COMMAND;
    }
    go_to(a, n, at + 1 + more);
    return GO_ON;
}

/* As far as it goes without a sample; false: it waits for something else than conditions. */
static bool do_commands(Accelerometer *a, unsigned n)
{
    for (unsigned i = 0; i < SM_STATES; i++) {
        switch (do_command(a, n)) {
        case NO_COMMAND: return true;
        case WAIT:       return false;
        }
    }
    return false;
}

/* ---- Samples ---- */

static void watch_peak(Accelerometer *a, unsigned n)
{
    const int64_t *state = lis3dsh_sm_state(a, n);
    uint8_t *peak = &a->reg[n ? PEAK2 : PEAK1], sett = lis3dsh_sm(a, n)[SM_SETT];
    bool third = sett & (state[SM_SWAP] ? SETT_THR3_SA : SETT_THR3_MA), beyond = false;

    for (unsigned i = 0; i < N_INPUTS; i++) {
        unsigned v = ABS(state[SM_INPUT + i]);

        if (sett & SETT_P_DET && state[SM_TAM] & 0xc0 >> 2 * i) {
            *peak = MAX(*peak, v);
        }
        beyond |= lis3dsh_sm_mask(a, n) & 0xc0 >> 2 * i && v > a->reg[THRS3];
    }
    if (third && beyond) {
        lis3dsh_sm_state(a, n)[SM_TAM] = lis3dsh_sm_mask(a, n);
    }
}

/* TC: what is left of the timer that the state waits for. */
static void show_timer(Accelerometer *a, unsigned n)
{
    bool jump = lis3dsh_sm_code(a, n, 0) == CMD_JMP;
    uint8_t pair = lis3dsh_sm_code(a, n, jump);
    unsigned next = pair & 0xf, timer = next >= COND_TI1 && next <= COND_TI4 ? next : pair >> 4;
    int64_t waited = lis3dsh_sm_state(a, n)[SM_WAITED], left = 0;

    if (timer >= COND_TI1 && timer <= COND_TI4) {
        left = MAX(lis3dsh_sm_timer(a, n, timer) - waited, 0);
    }
    stw_le_p(&lis3dsh_sm(a, n)[SM_TC_L], left);
}

static void evaluate(Accelerometer *a, unsigned n)
{
    int64_t *state = lis3dsh_sm_state(a, n);
    bool jump = lis3dsh_sm_code(a, n, 0) == CMD_JMP;
    uint8_t pair = lis3dsh_sm_code(a, n, jump), to = lis3dsh_sm_code(a, n, 2);
    bool is_timer = (pair & 0xf) <= COND_TI4;

    state[SM_WAITED]++;
    if (lis3dsh_sm_is_met(a, n, pair >> 4)) {
        if (jump) {
            go_to(a, n, to >> 4);
        } else {
            to_reset_point(a, n);
        }
    } else if (lis3dsh_sm_is_met(a, n, pair & 0xf)) {
        go_to(a, n, jump ? to & 0xf : lis3dsh_sm_pointer(a, n) + 1);
        if (!is_timer) {
            state[SM_TAM] = state[SM_FIRED];
        }
    } else {
        return;
    }
    do_commands(a, n);
}

void lis3dsh_sm_sample(Accelerometer *a, unsigned n, const int16_t *value, int vector)
{
    int64_t *state = lis3dsh_sm_state(a, n);

    if (!(*control(a, n) & SM_EN)) {
        return;
    }
    if (n && state[SM_SKIP]-- > 0) {
        return;
    }
    state[SM_SKIP] = n ? lis3dsh_sm(a, n)[SM_DES] : 0;
    lis3dsh_sm_input(a, n, value, vector);
    if (a->reg[STAT] & sync_flag(n) || state[SM_HOLD]) {
        return;
    }
    watch_peak(a, n);
    if (do_commands(a, n)) {
        evaluate(a, n);
    }
    show_timer(a, n);
}
