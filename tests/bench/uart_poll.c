/* 10 s of text at 115200 baud, polled as HAL does: a flag and a time-out.  SPDX-License-Identifier: GPL-2.0-or-later */
#include "bench.h"

static volatile uint32_t ticks;

void systick_handler(void)
{
    ticks++;
}

__attribute__((noinline)) static uint32_t get_tick(void)
{
    return ticks;
}

static void wait_for_flag(uint32_t flag)
{
    uint32_t start = get_tick();

    while (!(REG(USART2, USART_SR) & flag) && get_tick() - start < 1000) {
    }
}

int main(void)
{
    SYST_RVR = 15999;
    SYST_CVR = 0;
    SYST_CSR = 7;
    REG(RCC, RCC_AHB1ENR) |= RCC_AHB1ENR_GPIOAEN;
    REG(RCC, RCC_APB1ENR) |= RCC_APB1ENR_USART2EN;
    REG(GPIOA, GPIO_AFRL) = 7 << 8;
    REG(GPIOA, GPIO_MODER) |= 2 << 4;
    REG(USART2, USART_BRR) = 139;
    REG(USART2, USART_CR1) = USART_CR1_UE | USART_CR1_TE;
    for (uint32_t i = 0; i < 115200; i++) {
        REG(USART2, USART_DR) = 'a' + i % 26;
        wait_for_flag(USART_SR_TXE);
    }
    leave();
}
