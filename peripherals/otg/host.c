/*
 * The end of a USB cable that is a host's, in an OTG core (RM0090 34.6, 34.17.4).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/otg/state.h"

void otg_host_init(Otg *s)
{
}

void otg_host_reset(Otg *s)
{
}

void otg_host_core_reset(Otg *s)
{
}

void otg_host_enter(Otg *s, bool on)
{
}

uint32_t otg_host_flags(Otg *s)
{
    return R_GINTSTS_NPTXFE_MASK | R_GINTSTS_PTXFE_MASK;
}

void otg_host_update(Otg *s)
{
}

void otg_host_sync(Otg *s)
{
}

int64_t otg_host_next_flag(const Otg *s)
{
    return COUNTER_NEVER;
}

void otg_host_push(Otg *s, unsigned n, uint32_t word)
{
}

void otg_host_status_popped(Otg *s, uint32_t status)
{
}

uint32_t otg_hnptxsts_read(Periph *p, unsigned n)
{
    return p->regs[n];
}

uint32_t otg_hptxsts_read(Periph *p, unsigned n)
{
    return p->regs[n];
}

uint32_t otg_hfnum_read(Periph *p, unsigned n)
{
    return p->regs[n];
}

uint32_t otg_haint_read(Periph *p, unsigned n)
{
    return 0;
}

uint32_t otg_hprt_read(Periph *p, unsigned n)
{
    return p->regs[n];
}

void otg_hprt_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
}

void otg_hfir_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
}

void otg_hcchar_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
}
