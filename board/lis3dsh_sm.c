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
#include "stm32/board/lis3dsh.h"

enum {
    CMD_STOP = 0x00, CMD_CONT = 0x11, CMD_JMP = 0x22, CMD_SRP = 0x33, CMD_CRP = 0x44,
    CMD_SETP = 0x55, CMD_SETS1 = 0x66, CMD_STHR1 = 0x77, CMD_OUTC = 0x88, CMD_OUTW = 0x99,
    CMD_STHR2 = 0xaa, CMD_DEC = 0xbb, CMD_SISW = 0xcc, CMD_REL = 0xdd, CMD_STHR3 = 0xee,
    CMD_SSYNC = 0xff, CMD_SABS0 = 0x12, CMD_SABS1, CMD_SELMA, CMD_SRADI0 = 0x21, CMD_SRADI1 = 0x23,
    CMD_SELSA, CMD_SCS0 = 0x31, CMD_SCS1, CMD_SRTAM0 = 0x34, CMD_STIM3 = 0x41, CMD_STIM4,
    CMD_SRTAM1,
};

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

/* ---- Where it is: PR has the program pointer above the reset pointer ---- */

static unsigned program_pointer(Accelerometer *a, unsigned n)
{
    return lis3dsh_sm(a, n)[SM_PR] >> 4;
}

/* The byte @i after the one it is at; the program is a circle. */
static uint8_t code(Accelerometer *a, unsigned n, unsigned i)
{
    return lis3dsh_sm(a, n)[(program_pointer(a, n) + i) % SM_STATES];
}

static void go_to(Accelerometer *a, unsigned n, unsigned point)
{
    uint8_t *pr = &lis3dsh_sm(a, n)[SM_PR];

    *pr = point % SM_STATES << 4 | (*pr & 0xf);
    lis3dsh_sm_state(a, n)[SM_WAITED] = 0;
}

static void release(Accelerometer *a, unsigned n)
{
    int64_t *state = lis3dsh_sm_state(a, n);

    state[SM_SIGN] = false;
    state[SM_TAM] = lis3dsh_sm_mask(a, n);
    a->reg[n ? PEAK2 : PEAK1] = 0;
}

static void to_reset_point(Accelerometer *a, unsigned n)
{
    go_to(a, n, lis3dsh_sm(a, n)[SM_PR] & 0xf);
    release(a, n);
}

void lis3dsh_sm_start(Accelerometer *a, unsigned n)
{
    int64_t *state = lis3dsh_sm_state(a, n);

    memset(state, 0, SM_STATE * sizeof(*state));
    lis3dsh_sm(a, n)[SM_PR] = 0;
    lis3dsh_sm(a, n)[SM_OUTS] = 0;
    a->reg[STAT] &= ~sync_flag(n);
    release(a, n);
}

/* ---- What it tells ---- */

static void output(Accelerometer *a, unsigned n)
{
    lis3dsh_sm(a, n)[SM_OUTS] = lis3dsh_sm_state(a, n)[SM_FIRED];
    a->reg[STAT] |= n ? STAT_INT_SM2 : STAT_INT_SM1;
}

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

static void set_bit_of_sett(Accelerometer *a, unsigned n, uint8_t bit, bool on)
{
    uint8_t *sett = &lis3dsh_sm(a, n)[SM_SETT];

    *sett = on ? *sett | bit : *sett & ~bit;
}

static void select_mask(Accelerometer *a, unsigned n, bool swap)
{
    int64_t *state = lis3dsh_sm_state(a, n);

    state[SM_SWAP] = swap;
    state[SM_TAM] = lis3dsh_sm_mask(a, n);
}

static void swap_signs(Accelerometer *a, unsigned n)
{
    int64_t *state = lis3dsh_sm_state(a, n);
    uint8_t tam = state[SM_TAM];

    state[SM_SIGN] = !state[SM_SIGN];
    state[SM_TAM] = (tam & 0xaa) >> 1 | (tam & 0x55) << 1;
}

static void decrease_long_counter(Accelerometer *a)
{
    unsigned count = lduw_le_p(&a->reg[LC_L]);

    if (count != 1) {
        count = count ? count - 1 : 1;
        a->reg[STAT] |= count == 1 ? STAT_LONG : 0;
        stw_le_p(&a->reg[LC_L], count);
    }
}

static void synchronize(Accelerometer *a, unsigned n)
{
    a->reg[STAT] |= sync_flag(n);
    a->reg[STAT] &= ~sync_flag(!n);
}

/* Commands with bytes that follow: returns how many those are, 0: it is none of them. */
static unsigned set_something(Accelerometer *a, unsigned n)
{
    uint8_t *sm = lis3dsh_sm(a, n), value = code(a, n, 1);

    switch (code(a, n, 0)) {
    case CMD_SETP:  lis3dsh_write(a, value % ACC_REGS, code(a, n, 2)); return 2;
    case CMD_SETS1: sm[SM_SETT] = value; return 1;
    case CMD_STHR1: sm[SM_THRS1] = value; return 1;
    case CMD_STHR2: sm[SM_THRS2] = value; return 1;
    case CMD_STHR3: a->reg[THRS3] = value; return 1;
    case CMD_STIM3: sm[SM_TIM3] = value; return 1;
    case CMD_STIM4: sm[SM_TIM4] = value; return 1;
    default:        return 0;
    }
}

/* Commands of one byte that do not change where it goes; false: it is none of them. */
static bool do_simple(Accelerometer *a, unsigned n)
{
    uint8_t *pr = &lis3dsh_sm(a, n)[SM_PR];

    switch (code(a, n, 0)) {
    case CMD_SRP:    *pr = (*pr & 0xf0) | (program_pointer(a, n) + 1) % SM_STATES; break;
    case CMD_CRP:    *pr &= 0xf0; break;
    case CMD_OUTC:   output(a, n); break;
    case CMD_DEC:    decrease_long_counter(a); break;
    case CMD_SISW:   swap_signs(a, n); break;
    case CMD_REL:    release(a, n); break;
    case CMD_SABS0:  set_bit_of_sett(a, n, SETT_ABS, false); break;
    case CMD_SABS1:  set_bit_of_sett(a, n, SETT_ABS, true); break;
    case CMD_SELMA:  select_mask(a, n, false); break;
    case CMD_SELSA:  select_mask(a, n, true); break;
    case CMD_SRADI0: set_bit_of_sett(a, n, SETT_RADI, false); break;
    case CMD_SRADI1: set_bit_of_sett(a, n, SETT_RADI, true); break;
    case CMD_SCS0:   set_bit_of_sett(a, n, SETT_D_CS, false); break;
    case CMD_SCS1:   set_bit_of_sett(a, n, SETT_D_CS, true); break;
    case CMD_SRTAM0: set_bit_of_sett(a, n, SETT_R_TAM, false); break;
    case CMD_SRTAM1: set_bit_of_sett(a, n, SETT_R_TAM, true); break;
    default:         return false;
    }
    return true;
}

static int do_command(Accelerometer *a, unsigned n)
{
    unsigned at = program_pointer(a, n), more;
    bool tells = lis3dsh_sm(a, n)[SM_SETT] & SETT_SITR;

    switch (code(a, n, 0)) {
    case CMD_STOP:
        if (tells) {
            output(a, n);
        }
        *control(a, n) &= ~SM_EN;
        return WAIT;
    case CMD_CONT:
        if (tells) {
            output(a, n);
        }
        to_reset_point(a, n);
        return WAIT;                /* one turn a sample */
    case CMD_OUTW:
        output(a, n);
        a->reg[STAT] |= STAT_SYNCW;
        lis3dsh_sm_state(a, n)[SM_HOLD] = true;
        go_to(a, n, at + 1);
        return WAIT;
    case CMD_SSYNC:
        synchronize(a, n);
        go_to(a, n, at + 1);
        return WAIT;
    }
    more = set_something(a, n);
    if (!more && !do_simple(a, n)) {
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
    bool jump = code(a, n, 0) == CMD_JMP;
    uint8_t pair = code(a, n, jump);
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
    bool jump = code(a, n, 0) == CMD_JMP;
    uint8_t pair = code(a, n, jump), to = code(a, n, 2);
    bool is_timer = (pair & 0xf) <= COND_TI4;

    state[SM_WAITED]++;
    if (lis3dsh_sm_is_met(a, n, pair >> 4)) {
        if (jump) {
            go_to(a, n, to >> 4);
        } else {
            to_reset_point(a, n);
        }
    } else if (lis3dsh_sm_is_met(a, n, pair & 0xf)) {
        go_to(a, n, jump ? to & 0xf : program_pointer(a, n) + 1);
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
