/*
 * What a write to RCC's registers does (RM0090 7.3), and what the chip does not bear.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/core/mistake/later.h"
#include "stm32/core/mistake/place.h"
#include "stm32/peripherals/rcc/state.h"

static void check_pll(Periph *p, const char *name, unsigned n)
{
    RccSources from = rcc_sources(RCC(p));
    uint64_t input, vco;

    rcc_pll_frequencies(p->regs, &from, n, &input, &vco);
    if (!input) {
        periph_mistake(p, RCC002, "%s on before its source %s is ready", name,
                       oscillator_name(rcc_pll_source(p->regs)));
    } else if (input < 950000 || input > 2100000) {
        periph_mistake(p, RCC003, "%s input is %" PRIu64 " Hz, allowed are 0.95 to 2.1 MHz", name, input);
    } else if (vco < 100000000 || vco > 432000000) {
        periph_mistake(p, RCC004, "%s VCO is %" PRIu64 " Hz, allowed are 100 to 432 MHz", name, vco);
    }
}

/* What feeds SYSCLK, or what it stands on, can't be switched off. */
static void keep_sysclk_on(Periph *p, uint32_t was)
{
    unsigned sws = reg_get(RCC(p), CFGR, SWS);
    uint32_t needed = sws == 0 ? R_CR_HSION_MASK : sws == 1 ? R_CR_HSEON_MASK
                    : R_CR_PLLON_MASK |
                      ((rcc_pll_source(p->regs) == HSE) ? R_CR_HSEON_MASK : R_CR_HSION_MASK);

    if (was & ~p->regs[R_CR] & needed) {
        periph_mistake(p, RCC005, "CR switches off what SYSCLK runs from: ignored");
        p->regs[R_CR] |= was & needed;
    }
}

void rcc_cr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    uint32_t set;

    keep_sysclk_on(p, was);
    if ((was & R_CR_HSEON_MASK) && ((p->regs[R_CR] ^ was) & R_CR_HSEBYP_MASK)) {
        periph_mistake(p, RCC006, "HSEBYP can be written only with HSE off: ignored");
        p->regs[R_CR] = (p->regs[R_CR] & ~R_CR_HSEBYP_MASK) | (was & R_CR_HSEBYP_MASK);
    }
    set = p->regs[R_CR] & ~was;
    if (set & R_CR_PLLON_MASK) {
        check_pll(p, "PLL", reg_get(RCC(p), PLLCFGR, PLLN));
    }
    if (set & R_CR_PLLI2SON_MASK) {
        check_pll(p, "PLLI2S", reg_get(RCC(p), PLLI2SCFGR, PLLI2SN));
    }
}

void rcc_pllcfgr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    uint32_t locked = 0;

    if (p->regs[R_CR] & R_CR_PLLON_MASK) {
        locked = UINT32_MAX;
    } else if (p->regs[R_CR] & R_CR_PLLI2SON_MASK) {
        locked = R_PLLCFGR_PLLM_MASK | R_PLLCFGR_PLLSRC_MASK;
    }
    if ((p->regs[n] ^ was) & locked) {
        periph_mistake(p, RCC007, "PLLCFGR written while a PLL that uses it is on: ignored");
        p->regs[n] = (p->regs[n] & ~locked) | (was & locked);
    }
}

void rcc_plli2scfgr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    if ((p->regs[R_CR] & R_CR_PLLI2SON_MASK) && p->regs[n] != was) {
        periph_mistake(p, RCC008, "PLLI2SCFGR written while PLLI2S is on: ignored");
        p->regs[n] = was;
    }
}

static uint64_t clock_hz(uint64_t period)
{
    return period ? CLOCK_PERIOD_TO_HZ(period) : 0;
}

/*
 * Clocks of the APBs that are above their limits.  Some drivers (older ones of ST's HAL) choose the dividers behind the
 * switch of SYSCLK: that is over after some instructions, and boards bear it.
 */
#define SETTLED_NS 1000000

enum { PCLK1_LIMIT = 42000000, PCLK2_LIMIT = 84000000 };

static void tell_fast(Rcc *s, MistakeKind kind, const char *text)
{
    if (s->fast_pc) {
        guest_mistake_at(DEVICE(s)->canonical_path, kind, s->fast_pc, "%s", text);
    } else {
        guest_mistake(DEVICE(s)->canonical_path, kind, "%s", text);
    }
}

static void look_at_apbs(void *opaque)
{
    Rcc *s = opaque;
    uint64_t pclk1 = clock_hz(clock_get(s->pclk1)), pclk2 = clock_hz(clock_get(s->pclk2));
    g_autofree char *text = NULL;

    if (pclk1 > PCLK1_LIMIT) {
        text = g_strdup_printf("PCLK1 is %" PRIu64 " Hz, the limit is 42 MHz: see CFGR.PPRE1", pclk1);
        tell_fast(s, RCC011, text);
    } else if (pclk2 > PCLK2_LIMIT) {
        text = g_strdup_printf("PCLK2 is %" PRIu64 " Hz, the limit is 84 MHz: see CFGR.PPRE2", pclk2);
        tell_fast(s, RCC012, text);
    } else {
        tell_fast(s, RCC019, "PCLK1 or PCLK2 was above its limit for a moment");
    }
}

static void apbs_are_fast(Rcc *s)
{
    if (!guest_pc(&s->fast_pc)) {
        s->fast_pc = 0;
    }
    mistake_later(look_at_apbs, s, SETTLED_NS);
}

/* The limits of the buses, with the new dividers and the source that is to come. */
static void check_buses(Periph *p)
{
    unsigned sw = reg_get(RCC(p), CFGR, SW);
    uint32_t regs[R_PLLI2SCFGR + 1];
    RccSources from = rcc_sources(RCC(p));
    RccClocks c;

    if (!rcc_is_ready(RCC(p), rcc_sysclk_source(sw))) {
        periph_mistake(p, RCC009, "CFGR.SW selects %s, which is not ready: the switch waits for it",
                       oscillator_name(rcc_sysclk_source(sw)));
        return;
    }
    memcpy(regs, p->regs, sizeof(regs));
    regs[R_CFGR] = FIELD_DP32(regs[R_CFGR], CFGR, SWS, sw);
    c = rcc_tree(regs, &from);
    if (clock_hz(c.hclk) > 168000000) {
        periph_mistake(p, RCC010, "HCLK is %" PRIu64 " Hz, the limit is 168 MHz", clock_hz(c.hclk));
    }
    if (clock_hz(c.pclk1) > PCLK1_LIMIT || clock_hz(c.pclk2) > PCLK2_LIMIT) {
        apbs_are_fast(RCC(p));
    }
}

void rcc_cfgr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    if (FIELD_EX32(p->regs[n], CFGR, SW) == 3) {
        periph_mistake(p, RCC013, "CFGR.SW = 3 is not allowed: ignored");
        p->regs[n] = FIELD_DP32(p->regs[n], CFGR, SW, FIELD_EX32(was, CFGR, SW));
    }
    check_buses(p);
}

void rcc_cir_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    p->regs[R_CIR] &= ~(data >> 16 & 0xbf);
}

void rcc_bdcr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    uint32_t *bdcr = &p->regs[R_BDCR];

    if (!RCC(p)->dbp) {
        periph_mistake(p, RCC014, "BDCR written while the backup domain is protected");
        *bdcr = was;
        return;
    }
    if (FIELD_EX32(was, BDCR, RTCSEL) && ((*bdcr ^ was) & R_BDCR_RTCSEL_MASK)) {
        periph_mistake(p, RCC015, "BDCR.RTCSEL can be changed only after BDRST: ignored");
        *bdcr = (*bdcr & ~R_BDCR_RTCSEL_MASK) | (was & R_BDCR_RTCSEL_MASK);
    }
    if ((was & R_BDCR_LSEON_MASK) && ((*bdcr ^ was) & R_BDCR_LSEBYP_MASK)) {
        periph_mistake(p, RCC016, "BDCR.LSEBYP can be written only with LSE off: ignored");
        *bdcr = (*bdcr & ~R_BDCR_LSEBYP_MASK) | (was & R_BDCR_LSEBYP_MASK);
    }
    if (*bdcr & ~was & R_BDCR_LSEON_MASK && !(*bdcr & R_BDCR_LSEBYP_MASK) && !clock_is_enabled(RCC(p)->osc.lse)) {
        periph_mistake(p, RCC017, "BDCR.LSEON set, but the board has no crystal at PC14 and PC15: LSERDY stays 0");
    }
    if (*bdcr & R_BDCR_BDRST_MASK) {
        *bdcr = R_BDCR_BDRST_MASK;      /* the whole domain but this bit */
    }
}

void rcc_csr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    if (data & R_CSR_RMVF_MASK) {
        p->regs[R_CSR] &= ~RCC_RESET_FLAGS;
    }
}
