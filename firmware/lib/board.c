/*
 * What guest programs share, see board.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"

void clock_168mhz(void)
{
    REG(RCC, RCC_CR) |= RCC_CR_HSEON;
    while (!(REG(RCC, RCC_CR) & RCC_CR_HSERDY)) {
    }
    REG(FLASH, FLASH_ACR) = 0x705;              /* caches, prefetch, 5 wait states */
    REG(RCC, RCC_PLLCFGR) = 0x27405408;         /* HSE / 8 * 336 / 2, Q 7 */
    REG(RCC, RCC_CFGR) = 5 << 10 | 4 << 13;     /* APB1 / 4, APB2 / 2 */
    REG(RCC, RCC_CR) |= RCC_CR_PLLON;
    while (!(REG(RCC, RCC_CR) & RCC_CR_PLLRDY)) {
    }
    REG(RCC, RCC_CFGR) |= 2;
    while ((REG(RCC, RCC_CFGR) & RCC_CFGR_SWS) != 2 << 2) {
    }
}

void leds_init(void)
{
    REG(RCC, RCC_AHB1ENR) |= RCC_AHB1ENR_GPIODEN;
    clock_settles();
    set_field(&REG(GPIOD, GPIO_MODER), 0xff000000, 0x55);
}

void led_set(unsigned led, bool on)
{
    REG(GPIOD, GPIO_BSRR) = 1u << (12 + led + (on ? 0 : 16));
}

void led_only(unsigned led)
{
    REG(GPIOD, GPIO_BSRR) = 0xf0000000 | 1u << (12 + led);      /* set wins */
}

volatile uint32_t ticks_ms;

__attribute__((weak)) void systick_handler(void)
{
    ticks_ms++;
}

void ticks_init(uint32_t hclk_hz)
{
    SYST_RVR = hclk_hz / 1000 - 1;
    SYST_CVR = 0;
    SYST_CSR = 7;
}

void sleep_ms(uint32_t ms)
{
    uint32_t start = ticks_ms;

    while (ticks_ms - start < ms) {
        wait_for_interrupt();
    }
}

void console_init(uint32_t pclk1_hz, uint32_t baud)
{
    REG(RCC, RCC_AHB1ENR) |= RCC_AHB1ENR_GPIOAEN;
    REG(RCC, RCC_APB1ENR) |= RCC_APB1ENR_USART2EN;
    set_field(&REG(GPIOA, GPIO_AFRL), 0xff00, 0x77);
    set_field(&REG(GPIOA, GPIO_MODER), 0xf0, 0xa);
    REG(USART2, USART_BRR) = (pclk1_hz + baud / 2) / baud;
    REG(USART2, USART_CR1) = USART_CR1_UE | USART_CR1_TE | USART_CR1_RE;
}

void put_char(char c)
{
    if (c == '\n') {
        put_char('\r');
    }
    while (!(REG(USART2, USART_SR) & USART_SR_TXE)) {
    }
    REG(USART2, USART_DR) = c;
}

void put_string(const char *s)
{
    while (*s) {
        put_char(*s++);
    }
}

void put_number(uint32_t n)
{
    if (n >= 10) {
        put_number(n / 10);
    }
    put_char('0' + n % 10);
}

void put_hex(uint32_t n)
{
    for (int shift = 28; shift >= 0; shift -= 4) {
        put_char("0123456789abcdef"[n >> shift & 15]);
    }
}

int get_char(void)
{
    return REG(USART2, USART_SR) & USART_SR_RXNE ? (int)(REG(USART2, USART_DR) & 0xff) : -1;
}
