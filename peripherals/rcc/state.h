/*
 * RCC's state, and what its files have for each other, from the bottom up: tree.c (the clock tree, a
 * pure function), oscillators.c, sysclk.c (what feeds it), outputs.c and write.c (registers); rcc.c is
 * the device.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_PERIPHERALS_RCC_STATE_H
#define STM32_PERIPHERALS_RCC_STATE_H

#define REGS "stm32/regs/rcc.h"
#include "stm32/core/periph.h"
#include "stm32/peripherals/rcc/oscillators.h"
#include "stm32/peripherals/rcc/tree.h"

/* One bit of an enable register: a clock. */
typedef struct Gate {
    Clock *out;
    uint8_t reg;                /* R_xxxENR */
    uint32_t bit;
    enum { FROM_HCLK, FROM_PCLK1, FROM_PCLK2, FROM_TIM1, FROM_TIM2 } from;
} Gate;

/* One bit of a reset register: a line. */
typedef struct ResetLine {
    Line line;
    uint8_t reg;
    uint32_t bit;
} ResetLine;

#define MAX_GATES 96

typedef struct Rcc {
    Periph parent_obj;
    Oscillators osc;
    Clock *hclk, *systick, *pclk1, *pclk2, *pll48, *i2s, *lsi, *lse, *hse_rtc, *rtc;
    Gate gate[MAX_GATES];
    ResetLine reset_line[MAX_GATES];
    unsigned n_gates, n_reset_lines;
    Line irq, nmi, brk, backup_reset;
    Signal mco1, mco2, i2s_ckin;
    bool dbp, sleeping, stop, clocked;
    uint32_t cause;                     /* flags of the reset that is under way */
    uint32_t fast_pc;                   /* who has made an APB too fast, or 0: nobody that is known */
} Rcc;

#define RCC(obj) ((Rcc *)(obj))

/* Of CSR, 31:25: what reset the chip. */
#define RCC_RESET_FLAGS 0xfe000000u

/* ---- sysclk.c ---- */

/* The clocks that run. */
RccSources rcc_sources(const Rcc *s);
bool rcc_is_ready(const Rcc *s, OscillatorId id);
/* What 0, 1 and 2 in CFGR.SW mean. */
OscillatorId rcc_sysclk_source(unsigned sw);
/* SWS follows SW as soon as that source is ready. */
void rcc_switch_sysclk(Rcc *s);
void rcc_back_to_hsi(Rcc *s);
bool rcc_hse_feeds_sysclk(const Rcc *s);

/* ---- outputs.c ---- */

/* A clock for each enable bit, a line for each reset bit. */
void rcc_add_outputs(Rcc *s);
void rcc_update(Periph *p);

/* ---- write.c ---- */

void rcc_cr_written(Periph *p, unsigned n, uint32_t was, uint32_t data);
void rcc_pllcfgr_written(Periph *p, unsigned n, uint32_t was, uint32_t data);
void rcc_plli2scfgr_written(Periph *p, unsigned n, uint32_t was, uint32_t data);
void rcc_cfgr_written(Periph *p, unsigned n, uint32_t was, uint32_t data);
void rcc_cir_written(Periph *p, unsigned n, uint32_t was, uint32_t data);
void rcc_bdcr_written(Periph *p, unsigned n, uint32_t was, uint32_t data);
void rcc_csr_written(Periph *p, unsigned n, uint32_t was, uint32_t data);

#endif
