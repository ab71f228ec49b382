/*
 * System memory: wait until somebody calls on one of the interfaces (AN2606).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bootloader.h"
#include "board.h"

/* By SysTick's flag: nobody has interrupts here. */
void sleep_ms(uint32_t ms)
{
    SYST_RVR = HCLK_MHZ * 1000 - 1;
    SYST_CVR = 0;
    SYST_CSR = 5;
    while (ms) {
        ms -= SYST_CSR >> 16 & 1;
    }
    SYST_CSR = 0;
}

int main(void)
{
    memory_calm_watchdog();
    clocks_start();
    serial_start();
    if (clock_is_crystal()) {       /* HSI is not exact enough for these */
        can_start_up();
        dfu_start();
    }
    for (;;) {
        memory_feed_watchdog();
        serial_poll();
        if (clock_is_crystal()) {
            can_poll();
            dfu_poll();
        }
    }
}
