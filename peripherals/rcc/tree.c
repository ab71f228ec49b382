/*
 * Clock tree (RM0090 figure 16 and chapter 7.2): periods from registers, never frequencies of
 * frequencies, so that nothing is rounded twice.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/host-utils.h"
#include "hw/clock.h"
#define REGS "stm32/regs/rcc.h"
#include "stm32/core/regs.h"
#include "stm32/peripherals/rcc/tree.h"

static uint64_t pll_source(const uint32_t *regs, const RccSources *from)
{
    return FIELD_EX32(regs[R_PLLCFGR], PLLCFGR, PLLSRC) ? from->hse : from->hsi;
}

/* source / M * N / divide */
static uint64_t pll_output(const uint32_t *regs, const RccSources *from, unsigned n, unsigned divide)
{
    unsigned m = FIELD_EX32(regs[R_PLLCFGR], PLLCFGR, PLLM);

    return m && n ? muldiv64(pll_source(regs, from), m * divide, n) : 0;
}

void rcc_pll_frequencies(const uint32_t *regs, const RccSources *from, unsigned n,
                         uint64_t *input_hz, uint64_t *vco_hz)
{
    unsigned m = FIELD_EX32(regs[R_PLLCFGR], PLLCFGR, PLLM);
    uint64_t source = pll_source(regs, from);

    *input_hz = source && m ? CLOCK_PERIOD_TO_HZ(source * m) : 0;
    *vco_hz = source && m && n ? CLOCK_PERIOD_TO_HZ(muldiv64(source, m, n)) : 0;
}

static unsigned ahb_divider(unsigned hpre)
{
    static const uint16_t divider[8] = { 2, 4, 8, 16, 64, 128, 256, 512 };

    return hpre & 8 ? divider[hpre & 7] : 1;
}

static unsigned apb_divider(unsigned ppre)
{
    return ppre & 4 ? 2 << (ppre & 3) : 1;
}

static unsigned mco_divider(unsigned pre)
{
    return pre & 4 ? (pre & 3) + 2 : 1;
}

/* Timers get PCLK, or twice PCLK where the APB divides. */
static uint64_t timer_clock(uint64_t hclk, unsigned divider)
{
    return divider == 1 ? hclk : hclk * divider / 2;
}

static uint64_t hse_rtc_clock(const uint32_t *regs, const RccSources *from)
{
    unsigned divider = FIELD_EX32(regs[R_CFGR], CFGR, RTCPRE);

    return divider >= 2 ? from->hse * divider : 0;
}

static uint64_t rtc_clock(const uint32_t *regs, const RccSources *from)
{
    if (!(regs[R_BDCR] & R_BDCR_RTCEN_MASK)) {
        return 0;
    }
    switch (FIELD_EX32(regs[R_BDCR], BDCR, RTCSEL)) {
    case 1:  return from->lse;
    case 2:  return from->lsi;
    case 3:  return hse_rtc_clock(regs, from);
    default: return 0;
    }
}

RccClocks rcc_tree(const uint32_t *regs, const RccSources *from)
{
    uint32_t cfgr = regs[R_CFGR];
    unsigned n = FIELD_EX32(regs[R_PLLCFGR], PLLCFGR, PLLN);
    unsigned q = FIELD_EX32(regs[R_PLLCFGR], PLLCFGR, PLLQ);
    unsigned i2s_n = FIELD_EX32(regs[R_PLLI2SCFGR], PLLI2SCFGR, PLLI2SN);
    unsigned i2s_r = FIELD_EX32(regs[R_PLLI2SCFGR], PLLI2SCFGR, PLLI2SR);
    unsigned ppre1 = apb_divider(FIELD_EX32(cfgr, CFGR, PPRE1));
    unsigned ppre2 = apb_divider(FIELD_EX32(cfgr, CFGR, PPRE2));
    RccClocks c = {};

    if (from->pll_ready) {
        c.pll = pll_output(regs, from, n, 2 * FIELD_EX32(regs[R_PLLCFGR], PLLCFGR, PLLP) + 2);
        c.pll48 = q >= 2 ? pll_output(regs, from, n, q) : 0;
    }
    if (from->plli2s_ready && i2s_r >= 2) {
        c.plli2s = pll_output(regs, from, i2s_n, i2s_r);
    }
    c.sysclk = (uint64_t[]) { from->hsi, from->hse, c.pll, 0 }[FIELD_EX32(cfgr, CFGR, SWS)];
    c.hclk = c.sysclk * ahb_divider(FIELD_EX32(cfgr, CFGR, HPRE));
    c.systick = c.hclk * 8;
    c.pclk1 = c.hclk * ppre1;
    c.pclk2 = c.hclk * ppre2;
    c.tim1 = timer_clock(c.hclk, ppre1);
    c.tim2 = timer_clock(c.hclk, ppre2);
    c.i2s = cfgr & R_CFGR_I2SSRC_MASK ? from->i2s_ckin : c.plli2s;
    c.hse_rtc = hse_rtc_clock(regs, from);
    c.rtc = rtc_clock(regs, from);
    c.mco1 = (uint64_t[]) { from->hsi, from->lse, from->hse, c.pll }[FIELD_EX32(cfgr, CFGR, MCO1)]
             * mco_divider(FIELD_EX32(cfgr, CFGR, MCO1PRE));
    c.mco2 = (uint64_t[]) { c.sysclk, c.plli2s, from->hse, c.pll }[FIELD_EX32(cfgr, CFGR, MCO2)]
             * mco_divider(FIELD_EX32(cfgr, CFGR, MCO2PRE));
    return c;
}
