/*
 * Sets the clock as everybody does and counts: SysTick interrupts against the cycle counter.
 *
 * Mailbox: 1 SWS; 2 cycles of 100 SysTick periods at 168 MHz; 3 the same on HCLK / 8; 4 at 16 MHz
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "mailbox.h"

static uint32_t cycles_of_100_ticks(void)
{
    uint32_t start, begin;

    begin = ticks_ms;
    while (ticks_ms == begin) {
    }
    begin = ticks_ms;
    start = DWT_CYCCNT;
    while (ticks_ms - begin < 100) {
    }
    return DWT_CYCCNT - start;
}

int main(void)
{
    cycles_init();
    ticks_init(16000000);
    mailbox[4] = cycles_of_100_ticks();
    clock_168mhz();
    mailbox[1] = (REG(RCC, RCC_CFGR) & RCC_CFGR_SWS) >> 2;
    ticks_init(168000000);
    mailbox[2] = cycles_of_100_ticks();
    SYST_CSR = 0;
    SYST_RVR = 21000 - 1;
    SYST_CVR = 0;
    SYST_CSR = 3;                       /* HCLK / 8 */
    mailbox[3] = cycles_of_100_ticks();
    mailbox_finish();
}
