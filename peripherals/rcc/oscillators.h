/*
 * Oscillators and PLLs of RCC: a part of its model.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_PERIPHERALS_RCC_OSCILLATORS_H
#define STM32_PERIPHERALS_RCC_OSCILLATORS_H

#include "stm32/core/periph.h"
#include "stm32/peripherals/rcc/tree.h"

/* In the order of their flags in CIR. */
typedef enum OscillatorId { LSI, LSE, HSI, HSE, PLL, PLLI2S, N_OSCILLATORS } OscillatorId;

typedef struct Oscillators {
    Periph *rcc;
    Clock *hse, *lse;                   /* the crystals */
    bool stop;                          /* Stop mode: only LSI and LSE may run */
    bool lsi_on;                        /* IWDG wants LSI */
    int64_t ready_at[N_OSCILLATORS];    /* of one that starts, virtual ns */
    QEMUTimer *starting;
} Oscillators;

void oscillators_init(Oscillators *o, Periph *rcc);
void oscillators_reset(Oscillators *o);

/* Start, finish or stop them as the registers say; updates RCC by itself when one gets ready. */
void oscillators_run(Oscillators *o);

/* The periods of those that are ready. */
RccSources oscillators_running(const Oscillators *o);

bool oscillator_is_ready(const uint32_t *regs, OscillatorId id);
const char *oscillator_name(OscillatorId id);

/* HSI or HSE: what both PLLs are fed from. */
OscillatorId rcc_pll_source(const uint32_t *regs);

extern const VMStateDescription vmstate_oscillators;

#endif
