/*
 * Oscillators and PLLs (RM0090 7.2): on bits, start-up times, ready bits and their interrupt flags.
 *
 * Deliberately different: each starts in the shortest time the datasheet has (the crystal in 512 periods
 * of 8 MHz), because old drivers count their time-out in loops.  A ready flag drops at once.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/timer.h"
#define REGS "stm32/regs/rcc.h"
#include "stm32/core/counter.h"
#include "stm32/core/periph.h"
#include "stm32/peripherals/rcc/oscillators.h"

#define HSI_HZ 16000000
#define LSI_HZ 32000

static const struct Oscillator {
    const char *name;
    uint8_t reg;
    uint32_t on, ready;
    int64_t start_ns;           /* from on to ready */
} oscillators[N_OSCILLATORS] = {
    [LSI]    = { "LSI", R_CSR, R_CSR_LSION_MASK, R_CSR_LSIRDY_MASK, 15 * SCALE_US },
    [LSE]    = { "LSE", R_BDCR, R_BDCR_LSEON_MASK, R_BDCR_LSERDY_MASK, 1000 * SCALE_MS },
    [HSI]    = { "HSI", R_CR, R_CR_HSION_MASK, R_CR_HSIRDY_MASK, 2200 },
    [HSE]    = { "HSE", R_CR, R_CR_HSEON_MASK, R_CR_HSERDY_MASK, 64 * SCALE_US },
    [PLL]    = { "PLL", R_CR, R_CR_PLLON_MASK, R_CR_PLLRDY_MASK, 75 * SCALE_US },
    [PLLI2S] = { "PLLI2S", R_CR, R_CR_PLLI2SON_MASK, R_CR_PLLI2SRDY_MASK, 75 * SCALE_US },
};

bool oscillator_is_ready(const uint32_t *regs, OscillatorId id)
{
    return regs[oscillators[id].reg] & oscillators[id].ready;
}

const char *oscillator_name(OscillatorId id)
{
    return oscillators[id].name;
}

OscillatorId rcc_pll_source(const uint32_t *regs)
{
    return regs[R_PLLCFGR] & R_PLLCFGR_PLLSRC_MASK ? HSE : HSI;
}

RccSources oscillators_running(const Oscillators *o)
{
    const uint32_t *regs = o->rcc->regs;

    return (RccSources) {
        .hsi = oscillator_is_ready(regs, HSI) ? CLOCK_PERIOD_FROM_HZ(HSI_HZ) : 0,
        .hse = oscillator_is_ready(regs, HSE) ? clock_get(o->hse) : 0,
        .lsi = oscillator_is_ready(regs, LSI) ? CLOCK_PERIOD_FROM_HZ(LSI_HZ) : 0,
        .lse = oscillator_is_ready(regs, LSE) ? clock_get(o->lse) : 0,
        .pll_ready = oscillator_is_ready(regs, PLL),
        .plli2s_ready = oscillator_is_ready(regs, PLLI2S),
    };
}

/* Does what @id stands on run?  An absent crystal never starts. */
static bool can_start(const Oscillators *o, OscillatorId id)
{
    const uint32_t *regs = o->rcc->regs;

    switch (id) {
    case LSE:
        return clock_is_enabled(o->lse);
    case HSE:
        return clock_is_enabled(o->hse);
    case PLL:
        /* unsure: with a multiplier that is not allowed the PLL never locks */
        return oscillator_is_ready(regs, rcc_pll_source(regs)) &&
               FIELD_EX32(regs[R_PLLCFGR], PLLCFGR, PLLM) >= 2 &&
               FIELD_EX32(regs[R_PLLCFGR], PLLCFGR, PLLN) >= 2 &&
               FIELD_EX32(regs[R_PLLCFGR], PLLCFGR, PLLN) <= 432;
    case PLLI2S:
        return oscillator_is_ready(regs, rcc_pll_source(regs)) &&
               FIELD_EX32(regs[R_PLLCFGR], PLLCFGR, PLLM) >= 2 &&
               FIELD_EX32(regs[R_PLLI2SCFGR], PLLI2SCFGR, PLLI2SN) >= 2 &&
               FIELD_EX32(regs[R_PLLI2SCFGR], PLLI2SCFGR, PLLI2SN) <= 432;
    default:
        return true;
    }
}

static bool is_wanted(const Oscillators *o, OscillatorId id)
{
    const struct Oscillator *row = &oscillators[id];

    if (o->stop && id != LSI && id != LSE) {
        return false;
    }
    return (o->rcc->regs[row->reg] & row->on) || (id == LSI && o->lsi_on);
}

/* Start, finish or stop oscillators; those that stand on others come later in the table. */
void oscillators_run(Oscillators *o)
{
    uint32_t *regs = o->rcc->regs;
    int64_t now = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL), next = COUNTER_NEVER;

    for (int id = 0; id < N_OSCILLATORS; id++) {
        const struct Oscillator *row = &oscillators[id];

        if (!is_wanted(o, id) || !can_start(o, id)) {
            regs[row->reg] &= ~row->ready;
            o->ready_at[id] = COUNTER_NEVER;
        } else if (!(regs[row->reg] & row->ready)) {
            if (o->ready_at[id] == COUNTER_NEVER) {
                o->ready_at[id] = now + row->start_ns;
            }
            if (o->ready_at[id] <= now) {
                regs[row->reg] |= row->ready;
                o->ready_at[id] = COUNTER_NEVER;
                regs[R_CIR] |= (regs[R_CIR] >> 8) & (1u << id);     /* F if IE */
            }
            next = MIN(next, o->ready_at[id]);
        }
    }
    counter_arm(o->starting, next);
}

static void starting_expired(void *opaque)
{
    periph_update(opaque);
}

void oscillators_reset(Oscillators *o)
{
    for (int id = 0; id < N_OSCILLATORS; id++) {
        o->ready_at[id] = COUNTER_NEVER;
    }
}

void oscillators_init(Oscillators *o, Periph *rcc)
{
    o->rcc = rcc;
    o->starting = timer_new_ns(QEMU_CLOCK_VIRTUAL, starting_expired, rcc);
}

const VMStateDescription vmstate_oscillators = {
    .name = "stm32f4-rcc-oscillators", .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_CLOCK(hse, Oscillators),
        VMSTATE_CLOCK(lse, Oscillators),
        VMSTATE_INT64_ARRAY(ready_at, Oscillators, N_OSCILLATORS),
        VMSTATE_BOOL(stop, Oscillators),
        VMSTATE_BOOL(lsi_on, Oscillators),
        VMSTATE_END_OF_LIST()
    },
};
