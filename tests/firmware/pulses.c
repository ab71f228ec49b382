/*
 * Sends colours to 64 WS2812 again and again as HAL programs do: TIM3's compares request DMA1, which sets the next pulse at
 * PB4; at 16 MHz, where few ticks of a period are left to do so.
 *
 * Mailbox: 1 rows of colours sent; 2 from the test: never sleep
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "mailbox.h"

#define LEDS 64
#define QUIET 50                /* periods after the last bit */

static uint16_t pulses[LEDS * 24 + QUIET];
static volatile uint32_t done;

void dma1_stream4_handler(void)
{
    REG(DMA1, DMA_HIFCR) = 0x3d;
    REG(TIM3, TIM_CR1) = 0;
    done = 1;
}

/* Red, green and blue of LED n are n, 0x80 and 0xff - n. */
static void draw(void)
{
    for (uint32_t led = 0; led < LEDS; led++) {
        uint32_t grb = 0x800000 | led << 8 | (0xff - led);

        for (uint32_t bit = 0; bit < 24; bit++) {
            pulses[led * 24 + bit] = grb << bit & 0x800000 ? 15 : 5;
        }
    }
}

static void send(void)
{
    done = 0;
    REG(DMA1, DMA_OF(4, DMA_S0NDTR)) = LEDS * 24 + QUIET;
    REG(DMA1, DMA_OF(4, DMA_S0CR)) |= DMA_S0CR_EN;
    REG(TIM3, TIM_CR1) = TIM_CR1_CEN;
    while (!done) {
        __asm__ volatile("cpsid i");            /* or one that comes just before would be slept through */
        if (!done && !mailbox[2]) {
            wait_for_interrupt();
        }
        __asm__ volatile("cpsie i");
    }
}

int main(void)
{
    REG(RCC, RCC_AHB1ENR) |= RCC_AHB1ENR_GPIOBEN | RCC_AHB1ENR_DMA1EN;
    REG(RCC, RCC_APB1ENR) |= RCC_APB1ENR_TIM3EN;
    REG(GPIOB, GPIO_AFRL) |= 2 << 16;
    set_field(&REG(GPIOB, GPIO_MODER), 3 << 8, 2);
    REG(TIM3, TIM_ARR) = 20;
    REG(TIM3, TIM_CCMR1) = 6 << 4 | 1 << 3;
    REG(TIM3, TIM_EGR) = 1;
    REG(TIM3, TIM_CCER) = 1;
    REG(TIM3, TIM_DIER) = 1 << 9;
    REG(DMA1, DMA_OF(4, DMA_S0PAR)) = TIM3 + TIM_CCR1;
    REG(DMA1, DMA_OF(4, DMA_S0M0AR)) = (uint32_t)pulses;
    REG(DMA1, DMA_OF(4, DMA_S0CR)) = 5 << 25 | 1 << 13 | 1 << 11 | DMA_S0CR_MINC | 1 << 6 | DMA_S0CR_TCIE;
    irq_enable(15);
    draw();
    for (;;) {
        send();
        mailbox[1]++;
    }
}
