/*
 * What guest programs for the Discovery board share: its clock, LEDs, button and console.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef FIRMWARE_BOARD_H
#define FIRMWARE_BOARD_H

#include "stm32.h"

enum { GREEN, ORANGE, RED, BLUE };      /* PD12 ... PD15 */

/* 168 MHz from the 8 MHz crystal; AHB 168, APB1 42, APB2 84 MHz. */
void clock_168mhz(void);

/* Let DWT_CYCCNT count. */
static inline void cycles_init(void)
{
    CORE_DEMCR |= 1 << 24;
    DWT_CTRL |= 1;
}

void leds_init(void);
void led_set(unsigned led, bool on);
/* This one and no other, in one step. */
void led_only(unsigned led);

/* SysTick every ms; a program that defines systick_handler() itself counts for itself. */
void ticks_init(uint32_t hclk_hz);
extern volatile uint32_t ticks_ms;
void sleep_ms(uint32_t ms);

/* USART2 on PA2 and PA3: the virtual COM port. */
void console_init(uint32_t pclk1_hz, uint32_t baud);
void put_char(char c);
void put_string(const char *s);
void put_number(uint32_t n);
void put_hex(uint32_t n);
/* The next character received, or -1. */
int get_char(void);

static inline void irq_enable(unsigned n)
{
    NVIC_ISER[n / 32] = 1u << n % 32;
}

static inline void wait_for_interrupt(void)
{
    __asm__ volatile("wfi" ::: "memory");
}

#endif
