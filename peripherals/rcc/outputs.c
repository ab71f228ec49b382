/*
 * What RCC gives the chip: clocks (RM0090 figure 16), a gated one for every enable bit (7.3.10 to
 * 7.3.19), a reset line for every reset bit, interrupts, the pins MCO1 and MCO2.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/rcc/state.h"
#include "stm32/core/fresh_clock.h"

static uint64_t gate_source(const Gate *gate, const RccClocks *c)
{
    switch (gate->from) {
    case FROM_PCLK1: return c->pclk1;
    case FROM_PCLK2: return c->pclk2;
    case FROM_TIM1:  return c->tim1;
    case FROM_TIM2:  return c->tim2;
    default:         return c->hclk;
    }
}

static Drive clock_wave(uint64_t period)
{
    return period ? (Drive) { DRIVE_WAVE, .period = period, .high = period / 2 } : DRIVE(NONE);
}

void rcc_update(Periph *p)
{
    Rcc *s = RCC(p);
    uint32_t *regs = p->regs;
    RccSources from;
    RccClocks c;

    oscillators_run(&s->osc);
    rcc_switch_sysclk(s);
    from = rcc_sources(s);
    c = rcc_tree(regs, &from);

    clock_update(s->lsi, from.lsi);
    clock_update(s->lse, from.lse);
    clock_update(s->hse_rtc, c.hse_rtc);
    clock_update(s->rtc, c.rtc);
    clock_update(s->pll48, c.pll48);
    clock_update(s->i2s, c.i2s);
    clock_update(s->hclk, c.hclk);
    clock_update(s->systick, c.systick);
    clock_update(s->pclk1, c.pclk1);
    clock_update(s->pclk2, c.pclk2);
    for (unsigned i = 0; i < s->n_gates; i++) {
        const Gate *gate = &s->gate[i];
        uint32_t enabled = regs[gate->reg];

        if (s->sleeping) {
            enabled &= regs[gate->reg + R_AHB1LPENR - R_AHB1ENR] |
                       ~p->reg[gate->reg + R_AHB1LPENR - R_AHB1ENR].rw;
        }
        if (enabled & gate->bit && !clock_is_enabled(gate->out)) {
            fresh_clock_rises(gate->out);
        }
        clock_update(gate->out, enabled & gate->bit ? gate_source(gate, &c) : 0);
    }
    for (unsigned i = 0; i < s->n_reset_lines; i++) {
        line_set(&s->reset_line[i].line, regs[s->reset_line[i].reg] & s->reset_line[i].bit);
    }
    line_set(&s->backup_reset, regs[R_BDCR] & R_BDCR_BDRST_MASK);
    line_set(&s->irq, regs[R_CIR] & 0x3f);
    line_set(&s->nmi, regs[R_CIR] & R_CIR_CSSF_MASK);
    line_set(&s->brk, regs[R_CIR] & R_CIR_CSSF_MASK);
    signal_drive(&s->mco1, clock_wave(c.mco1));
    signal_drive(&s->mco2, clock_wave(c.mco2));
}

/* ---- Making ---- */

/* "USART2EN" -> "usart2" with @suffix instead of the last @drop letters */
static char *line_name(const char *bit, unsigned drop, const char *suffix)
{
    g_autofree char *stem = g_ascii_strdown(bit, strlen(bit) - drop);

    return g_strconcat(stem, suffix, NULL);
}

static void add_gate(Rcc *s, const RegRow *row)
{
    Gate *gate = &s->gate[s->n_gates++];
    g_autofree char *name = line_name(row->name, strlen("EN"), "");
    bool timer = g_str_has_prefix(name, "tim");

    g_assert(s->n_gates <= MAX_GATES);
    gate->reg = row->offset / 4;
    gate->bit = 1u << row->shift;
    gate->from = gate->reg == R_APB1ENR ? (timer ? FROM_TIM1 : FROM_PCLK1)
               : gate->reg == R_APB2ENR ? (timer ? FROM_TIM2 : FROM_PCLK2) : FROM_HCLK;
    gate->out = qdev_init_clock_out(DEVICE(s), name);
}

static void add_reset_line(Rcc *s, const RegRow *row)
{
    ResetLine *reset = &s->reset_line[s->n_reset_lines++];
    g_autofree char *name = line_name(row->name, strlen("RST"), "-reset");

    g_assert(s->n_reset_lines <= MAX_GATES);
    reset->reg = row->offset / 4;
    reset->bit = 1u << row->shift;
    periph_add_line(&s->parent_obj, &reset->line, name);
}

void rcc_add_outputs(Rcc *s)
{
    for (const RegRow *row = s->parent_obj.info->regs; row->name; row++) {
        if (row->length && row->offset >= A_AHB1ENR && row->offset <= A_APB2ENR) {
            add_gate(s, row);
        } else if (row->length && row->offset >= A_AHB1RSTR && row->offset <= A_APB2RSTR) {
            add_reset_line(s, row);
        }
    }
}
