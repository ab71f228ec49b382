/*
 * Counts presses of the user's button (PA0), with 20 ms against its bouncing: each toggles the green LED (PD12) and is
 * said on USART2 (PA2, 115200 baud).  The clock is HSI's 16 MHz, as after a reset.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdint.h>

#define REG(address)    (*(volatile uint32_t *)(address))
#define RCC_AHB1ENR     REG(0x40023830)
#define RCC_APB1ENR     REG(0x40023840)
#define GPIOA_MODER     REG(0x40020000)
#define GPIOA_IDR       REG(0x40020010)
#define GPIOA_AFRL      REG(0x40020020)
#define GPIOD_MODER     REG(0x40020c00)
#define GPIOD_ODR       REG(0x40020c14)
#define USART2_SR       REG(0x40004400)
#define USART2_DR       REG(0x40004404)
#define USART2_BRR      REG(0x40004408)
#define USART2_CR1      REG(0x4000440c)
#define SYST_CSR        REG(0xe000e010)
#define SYST_RVR        REG(0xe000e014)

volatile uint32_t presses, ticks;

uint32_t add(uint32_t a, uint32_t b)
{
    return a + b;
}

void systick_handler(void)
{
    ticks++;
}

static void say(const char *text)
{
    for (; *text; text++) {
        while (!(USART2_SR & 1 << 7)) {         /* TXE */
        }
        USART2_DR = *text;
    }
}

static void say_number(uint32_t n)
{
    char text[11], *p = text + 10;

    *p = 0;
    do {
        *--p = '0' + n % 10;
        n /= 10;
    } while (n);
    say(p);
}

static void sleep_ms(uint32_t ms)
{
    for (uint32_t begin = ticks; ticks - begin < ms;) {
        __asm__ volatile("wfi");
    }
}

static void init(void)
{
    RCC_AHB1ENR |= 1 << 0 | 1 << 3;             /* GPIOA, GPIOD */
    RCC_APB1ENR |= 1 << 17;                     /* USART2 */
    GPIOA_MODER |= 2 << 4;                      /* PA2: USART2_TX */
    GPIOA_AFRL |= 7 << 8;
    GPIOD_MODER |= 1 << 24;                     /* PD12: output */
    USART2_BRR = 16000000 / 115200;
    USART2_CR1 = 1 << 13 | 1 << 3;              /* UE, TE */
    SYST_RVR = 16000 - 1;                       /* 1 ms */
    SYST_CSR = 7;
}

int main(void)
{
    uint32_t was = 0;

    init();
    say("ready\r\n");
    for (;;) {
        uint32_t is = GPIOA_IDR & 1;

        if (is && !was) {
            presses = add(presses, 1);
            GPIOD_ODR ^= 1 << 12;
            say("presses=");
            say_number(presses);
            say("\r\n");
        }
        was = is;
        sleep_ms(20);
    }
}

extern uint32_t stack_top, data_load, data_start, data_end, bss_start, bss_end;

void reset_handler(void)
{
    for (uint32_t *from = &data_load, *to = &data_start; to < &data_end;) {
        *to++ = *from++;
    }
    for (uint32_t *to = &bss_start; to < &bss_end;) {
        *to++ = 0;
    }
    main();
}

static void fault(void)
{
    for (;;) {
    }
}

__attribute__((section(".vectors"), used)) static void *const vectors[16] = {
    &stack_top, reset_handler, fault, fault, fault, fault, fault, [11] = fault, [12] = fault, [14] = fault,
    [15] = systick_handler,
};
