/*
 * Loops that wait, of all kinds: those that can be passed in a leap, and those that look so and must not.
 *
 * Mailbox: 1.. cycles at the end of each, from the start
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "mailbox.h"

static volatile uint32_t ticks, calls, cell;
static unsigned word;

void systick_handler(void)
{
    ticks++;
}

static void note(uint32_t value)
{
    mailbox[16 + word] = value;
    mailbox[++word] = DWT_CYCCNT;
}

__attribute__((noinline)) static uint32_t get_tick(void)
{
    return ticks;
}

/* Two calls that push other return addresses to the same place. */
__attribute__((noinline)) static uint32_t twice(void)
{
    __asm__ volatile("" ::: "r4", "r5", "memory");
    return get_tick() + get_tick();
}

static void delay(uint32_t n)
{
    for (uint32_t start = get_tick(); get_tick() - start < n;) {
    }
}

static void wait_for_ticks(void)
{
    uint32_t start = twice();

    while (twice() - start < 5) {
    }
    delay(3);
    note(ticks);
}

static void wait_with_counter(void)     /* no fixed point: it counts */
{
    uint32_t rounds = 0, start = ticks;

    while (ticks == start) {
        rounds++;
    }
    note(rounds);
    start = ticks;
    calls = 0;
    while (ticks == start) {
        calls++;
    }
    note(calls);
}

static void wait_with_flip(void)        /* memory comes round every second time */
{
    uint32_t start = ticks;

    cell = 0;
    while (ticks == start) {
        cell ^= 1;
    }
    note(cell);
}

static void wait_for_uart(void)
{
    REG(RCC, RCC_APB1ENR) |= RCC_APB1ENR_USART2EN;
    REG(USART2, USART_BRR) = 365;
    REG(USART2, USART_CR1) = USART_CR1_UE | USART_CR1_TE;
    for (unsigned i = 0; i < 20; i++) {
        uint32_t start = get_tick();

        REG(USART2, USART_DR) = i;
        while (!(REG(USART2, USART_SR) & USART_SR_TXE) && get_tick() - start < 10) {
        }
    }
    while (!(REG(USART2, USART_SR) & USART_SR_TC)) {
    }
    note(REG(USART2, USART_SR));
}

static void wait_for_timer(void)
{
    REG(RCC, RCC_APB1ENR) |= RCC_APB1ENR_TIM3EN;
    REG(TIM3, TIM_PSC) = 8399;
    REG(TIM3, TIM_ARR) = 17;
    REG(TIM3, TIM_EGR) = 1;
    REG(TIM3, TIM_SR) = 0;
    REG(TIM3, TIM_CR1) = 1;
    for (unsigned i = 0; i < 3; i++) {
        while (!(REG(TIM3, TIM_SR) & 1)) {
        }
        REG(TIM3, TIM_SR) = 0;
    }
    note(REG(TIM3, TIM_CNT));
    while (REG(TIM3, TIM_CNT) != 7) {
    }
    note(REG(TIM3, TIM_CNT));
    REG(TIM3, TIM_CR1) = 0;
}

static void wait_for_cycles(void)
{
    uint32_t start = DWT_CYCCNT;

    while (DWT_CYCCNT - start < 300000) {
    }
    note(0);
}

static void wait_for_systick(void)
{
    uint32_t rounds = 0;

    for (unsigned i = 0; i < 3; i++) {
        while (!(SYST_CSR & 1 << 16)) {
        }
    }
    while (SYST_CVR > 100000) {
        rounds++;
    }
    note(rounds);
}

/* A pin that a timer drives has edges that nobody has armed a timer for. */
static void wait_for_wave(void)
{
    uint32_t edges = 0;

    REG(RCC, RCC_AHB1ENR) |= RCC_AHB1ENR_GPIODEN;
    REG(RCC, RCC_APB1ENR) |= RCC_APB1ENR_TIM4EN;
    REG(GPIOD, GPIO_AFRH) = 2 << 16;
    REG(GPIOD, GPIO_MODER) = 2 << 24;
    REG(TIM4, TIM_PSC) = 83;
    REG(TIM4, TIM_ARR) = 499;
    REG(TIM4, TIM_CCR1) = 123;
    REG(TIM4, TIM_CCMR1) = 0x68;
    REG(TIM4, TIM_CCER) = 1;
    REG(TIM4, TIM_EGR) = 1;
    REG(TIM4, TIM_CR1) = 1;
    for (unsigned i = 0; i < 6; i++) {
        uint32_t level = REG(GPIOD, GPIO_IDR) & 1 << 12;

        while ((REG(GPIOD, GPIO_IDR) & 1 << 12) == level) {
        }
        edges++;
    }
    note(edges);
}

static void wait_exclusively(void)
{
    uint32_t start = ticks, value, failed = 0;

    while (ticks == start) {
        __asm__ volatile("ldrex %0, [%2]\n strex %1, %0, [%2]\n" : "=&r"(value), "=&r"(failed)
                         : "r"(&cell) : "memory");
    }
    note(failed);
}

/* Interrupts off: SysTick is pending, and the loop ends when that is seen. */
static void wait_masked(void)
{
    __asm__ volatile("cpsid i" ::: "memory");
    while (!(*(volatile uint32_t *)0xe000ed04 & 1 << 26)) {
    }
    __asm__ volatile("cpsie i\n isb" ::: "memory");
    note(ticks);
}

int main(void)
{
    clock_168mhz();
    cycles_init();
    SYST_RVR = 167999;
    SYST_CVR = 0;
    SYST_CSR = 7;
    wait_for_ticks();
    wait_with_counter();
    wait_with_flip();
    wait_for_uart();
    wait_for_timer();
    wait_for_cycles();
    wait_for_systick();
    wait_for_wave();
    wait_exclusively();
    wait_masked();
    mailbox_finish();
}
