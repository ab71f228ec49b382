/*
 * What feeds SYSCLK (RM0090 7.2.6).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/rcc/state.h"

bool rcc_is_ready(const Rcc *s, OscillatorId id)
{
    return oscillator_is_ready(s->parent_obj.regs, id);
}

RccSources rcc_sources(const Rcc *s)
{
    RccSources from = oscillators_running(&s->osc);

    from.i2s_ckin = signal_wave_period(&s->i2s_ckin);
    return from;
}

OscillatorId rcc_sysclk_source(unsigned sw)
{
    static const OscillatorId source[] = { HSI, HSE, PLL };

    return source[sw];
}

void rcc_switch_sysclk(Rcc *s)
{
    unsigned sw = reg_get(s, CFGR, SW);

    if (sw < 3 && rcc_is_ready(s, rcc_sysclk_source(sw))) {
        reg_set(s, CFGR, SWS, sw);
    }
}

void rcc_back_to_hsi(Rcc *s)
{
    reg_set(s, CR, HSION, 1);
    reg_set(s, CR, HSIRDY, 1);
    reg_set(s, CFGR, SW, 0);
    reg_set(s, CFGR, SWS, 0);
}

bool rcc_hse_feeds_sysclk(const Rcc *s)
{
    unsigned sws = reg_get(s, CFGR, SWS);

    return sws == 1 || (sws == 2 && rcc_pll_source(s->parent_obj.regs) == HSE);
}
