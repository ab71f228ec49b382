/* Five seconds asleep, woken by SysTick every ms.  SPDX-License-Identifier: GPL-2.0-or-later */
#include "bench.h"

static volatile uint32_t ticks;

void systick_handler(void)
{
    ticks++;
}

int main(void)
{
    /* upstream's clock is fixed at 168 MHz; here it is HSI, 16 MHz */
    uint32_t hclk = is_ours() ? 16000000 : 168000000;

    SYST_RVR = hclk / 1000 - 1;
    SYST_CVR = 0;
    SYST_CSR = 7;
    while (ticks < 5000) {
        __asm__ volatile("wfi");
    }
    leave();
}
