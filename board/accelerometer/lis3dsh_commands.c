/*
 * The LIS3DSH's state machines (AN3393), see lis3dsh_sm.c: where one is and what it tells, and the commands
 * that set something.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/accelerometer/lis3dsh_state.h"

/* ---- What a machine is at ---- */

/* PR has the program pointer above the reset pointer. */
unsigned lis3dsh_sm_pointer(Accelerometer *a, unsigned n)
{
    return lis3dsh_sm(a, n)[SM_PR] >> 4;
}

uint8_t lis3dsh_sm_code(Accelerometer *a, unsigned n, unsigned i)
{
    return lis3dsh_sm(a, n)[(lis3dsh_sm_pointer(a, n) + i) % SM_STATES];
}

void lis3dsh_sm_release(Accelerometer *a, unsigned n)
{
    int64_t *state = lis3dsh_sm_state(a, n);

    state[SM_SIGN] = false;
    state[SM_TAM] = lis3dsh_sm_mask(a, n);
    a->reg[n ? PEAK2 : PEAK1] = 0;
}

void lis3dsh_sm_output(Accelerometer *a, unsigned n)
{
    lis3dsh_sm(a, n)[SM_OUTS] = lis3dsh_sm_state(a, n)[SM_FIRED];
    a->reg[STAT] |= n ? STAT_INT_SM2 : STAT_INT_SM1;
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

unsigned lis3dsh_sm_set(Accelerometer *a, unsigned n)
{
    uint8_t *sm = lis3dsh_sm(a, n), value = lis3dsh_sm_code(a, n, 1);

    switch (lis3dsh_sm_code(a, n, 0)) {
    case CMD_SETP:  a->model->write(a, value % ACC_REGS, lis3dsh_sm_code(a, n, 2)); return 2;
    case CMD_SETS1: sm[SM_SETT] = value; return 1;
    case CMD_STHR1: sm[SM_THRS1] = value; return 1;
    case CMD_STHR2: sm[SM_THRS2] = value; return 1;
    case CMD_STHR3: a->reg[THRS3] = value; return 1;
    case CMD_STIM3: sm[SM_TIM3] = value; return 1;
    case CMD_STIM4: sm[SM_TIM4] = value; return 1;
    default:        return 0;
    }
}

bool lis3dsh_sm_do(Accelerometer *a, unsigned n)
{
    uint8_t *pr = &lis3dsh_sm(a, n)[SM_PR];

    switch (lis3dsh_sm_code(a, n, 0)) {
    case CMD_SRP:    *pr = (*pr & 0xf0) | (lis3dsh_sm_pointer(a, n) + 1) % SM_STATES; break;
    case CMD_CRP:    *pr &= 0xf0; break;
    case CMD_OUTC:   lis3dsh_sm_output(a, n); break;
    case CMD_DEC:    decrease_long_counter(a); break;
    case CMD_SISW:   swap_signs(a, n); break;
    case CMD_REL:    lis3dsh_sm_release(a, n); break;
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
