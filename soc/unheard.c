/*
 * Interrupts that a peripheral asks for, and the NVIC has not enabled: that is a mistake if it stays so.
 *
 * Who polls clears the flag in time.  One whose handler has run has been enabled: drivers disable it until a thread has done
 * the work (NuttX), however long that waits for others.  Who lets WFE wait for it (SCR.SEVONPEND) needs no handler.  Of USB nothing is told:
 * drivers that are polled have their interrupts on, GINTMSK tells them what to look at (libopencm3).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "target/arm/cpu.h"
#include "hw/intc/armv7m_nvic.h"
#include "stm32/core/mistake/later.h"
#include "stm32/core/mistake/mistake.h"
#include "stm32/core/mistake/place.h"
#include "stm32/soc/tables.h"
#include "stm32/soc/unheard.h"

#define LONG_NS (100 * SCALE_MS)

static int64_t asked_ns[ARRAY_SIZE(vector_table)];      /* when its line has risen; 0: it is not looked at */

static void look(void *opaque)
{
    NVICState *s = &STM32F407_SOC(opaque)->cpu.nvic;
    int64_t now = guest_now_ns(), left = INT64_MAX;

    for (unsigned n = 0; n < ARRAY_SIZE(asked_ns); n++) {
        VecInfo *vec = &s->vectors[FIRST_INTERRUPT + n];

        if (!asked_ns[n]) {
            continue;
        }
        if (!vec->level || vec->enabled || s->cpu->env.v7m.scr[M_REG_NS] & R_V7M_SCR_SEVONPEND_MASK) {
            asked_ns[n] = 0;
        } else if (now - asked_ns[n] >= LONG_NS) {
            asked_ns[n] = 0;
            guest_mistake_of("NVIC", NVIC011, NULL, vector_table[n], "interrupt %u (%s) is asked for since %d ms, and "
                             "is not enabled: no handler comes", n, vector_table[n], (int)(LONG_NS / SCALE_MS));
        } else {
            left = MIN(left, LONG_NS - (now - asked_ns[n]));
        }
    }
    if (left < INT64_MAX) {
        mistake_later(look, opaque, left);
    }
}

static Stm32f407Soc *chip;

static void unheard(int irq)
{
    if (chip->cpu.nvic.vectors[FIRST_INTERRUPT + irq].looked_at) {
        return;
    }
    if (!vector_table[irq] || g_str_has_prefix(vector_table[irq], "otg")) {     /* that of the FPU is the core's own */
        return;
    }
    asked_ns[irq] = MAX(guest_now_ns(), 1);
    mistake_later(look, chip, LONG_NS);
}

void unheard_begin(Stm32f407Soc *s)
{
    chip = s;
    armv7m_unheard = unheard;
}
