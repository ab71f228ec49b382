/*
 * A bug to be found backwards: an interrupt that comes every ms keeps the last eight samples in a buffer, and once one
 * too many.  What is behind the buffer is the limit that main() works with, and it looks much later.  It echoes what it
 * hears, one up: 'a' as 'b'.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"

#define SAMPLES 8
#define WRONG_AT 30             /* ms */

static struct {
    uint32_t samples[SAMPLES];
    uint32_t limit;
} store = { .limit = 1000 };
volatile uint32_t ticks;
volatile uint32_t alarms, letters;

void keep_sample(uint32_t n, uint32_t value)
{
    *(volatile uint32_t *)&store.samples[n] = value;
}

void systick_handler(void)
{
    ticks++;
    keep_sample(ticks == WRONG_AT ? SAMPLES : ticks % SAMPLES, ticks);
}

__attribute__((noinline)) void complain(void)
{
    alarms++;
}

static void listen(void)
{
    if (REG(USART2, USART_SR) & USART_SR_RXNE) {
        uint32_t letter = REG(USART2, USART_DR);

        letters++;
        REG(USART2, USART_DR) = letter + 1;
    }
}

int main(void)
{
    console_init(16000000, 115200);
    SYST_RVR = 16000 - 1;
    SYST_CSR = 7;
    for (;;) {
        listen();
        if (ticks > 45 && !alarms && *(volatile uint32_t *)&store.limit != 1000) {
            complain();
        }
        __asm__ volatile("wfi");
    }
}
