/*
 * Buses served by DMA all at once, while the core sleeps: SPI1 is the master of SPI2, joined by jumpers, in
 * bytes; SPI3 sends halfwords round and round; USART1 sends; DMA2 copies, too.  TIM2 wakes the core at
 * irregular instants, and what is to be seen then goes into a sum: counters, flags, and memory where it is
 * being written.
 *
 * Jumpers it wants: pb3-pb13:pb4-pb14:pb5-pb15.
 *
 * Mailbox: 1 that sum; 2 how often it looked; 3 bytes that came wrong; 4 errors in SR; 5 ticks of TIM5 until
 * all was through; 6 interrupts of the DMAs
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "runs.h"

#define LOOKS 100

uint8_t in[2][SIZE];
static uint8_t out[2][SIZE], text[SIZE];
static uint16_t ring[2][200];
static uint32_t copy[500];
static uint32_t seed = 1;
static volatile bool ended;

void add(uint32_t word)
{
    mailbox[1] = (mailbox[1] ^ word) * 16777619;
}

static void add_place(const uint8_t *memory, uint32_t left)
{
    uint32_t at = SIZE - left;

    add(left);
    for (uint32_t i = at < 3 ? 0 : at - 3; i < at + 3 && i < SIZE; i++) {
        add(memory[i]);
    }
}

void tim2_handler(void)
{
    REG(TIM2, TIM_SR) = 0;
    seed = seed * 1664525 + 1013904223;
    REG(TIM2, TIM_ARR) = 200 + (seed >> 17);
    mailbox[2]++;
    add(REG(TIM5, TIM_CNT));
    add_place(in[0], REG(DMA2, DMA_OF(0, DMA_S0NDTR)));
    add_place(in[1], REG(DMA1, DMA_OF(3, DMA_S0NDTR)));
    add(REG(DMA1, DMA_OF(5, DMA_S0NDTR)));
    add(REG(DMA2, DMA_OF(7, DMA_S0NDTR)));
    add(REG(DMA2, DMA_OF(1, DMA_S0NDTR)));
    add(REG(DMA1, DMA_LISR));
    add(REG(DMA1, DMA_HISR));
    add(REG(DMA2, DMA_LISR));
    add(REG(DMA2, DMA_HISR));
    add(REG(SPI1, SPI_SR));
    add(REG(SPI2, SPI_SR));
    add(REG(SPI3, SPI_SR));
    add(REG(USART1, USART_SR));
    add(ring[1][mailbox[2]]);
}

/* The master's reception is through. */
void dma2_stream0_handler(void)
{
    REG(DMA2, DMA_LIFCR) = 0x3d;
    mailbox[5] = REG(TIM5, TIM_CNT);
    mailbox[6]++;
    ended = true;
}

/* Half of the slave's, and all. */
void dma1_stream3_handler(void)
{
    add(REG(TIM5, TIM_CNT));
    add(REG(DMA1, DMA_LISR));
    REG(DMA1, DMA_LIFCR) = 0x3d << 22;
    mailbox[6]++;
}

static void stream(uint32_t dma, unsigned n, uint32_t par, const void *memory, uint32_t count, uint32_t cr)
{
    REG(dma, DMA_OF(n, DMA_S0PAR)) = par;
    REG(dma, DMA_OF(n, DMA_S0M0AR)) = (uint32_t)memory;
    REG(dma, DMA_OF(n, DMA_S0NDTR)) = count;
    REG(dma, DMA_OF(n, DMA_S0CR)) = cr | DMA_S0CR_MINC;
    REG(dma, DMA_OF(n, DMA_S0CR)) |= DMA_S0CR_EN;
}

static void init(void)
{
    REG(RCC, RCC_AHB1ENR) |= RCC_AHB1ENR_GPIOAEN | RCC_AHB1ENR_GPIOBEN | RCC_AHB1ENR_GPIOCEN |
                             RCC_AHB1ENR_DMA1EN | RCC_AHB1ENR_DMA2EN;
    REG(RCC, RCC_APB1ENR) |= RCC_APB1ENR_SPI2EN | RCC_APB1ENR_SPI3EN | RCC_APB1ENR_TIM2EN | 1 << 3;
    REG(RCC, RCC_APB2ENR) |= RCC_APB2ENR_SPI1EN | RCC_APB2ENR_USART1EN;
    set_field(&REG(GPIOB, GPIO_AFRL), 0xfff << 12, 0x555);
    set_field(&REG(GPIOB, GPIO_AFRH), 0xfffu << 20, 0x555);
    set_field(&REG(GPIOB, GPIO_MODER), 0x3f << 6, 0x2a);
    set_field(&REG(GPIOB, GPIO_MODER), 0x3fu << 26, 0x2a);
    set_field(&REG(GPIOC, GPIO_AFRH), 0xfff << 8, 0x666);
    set_field(&REG(GPIOC, GPIO_MODER), 0x3f << 20, 0x2a);
    REG(GPIOA, GPIO_AFRH) = 0x770;
    set_field(&REG(GPIOA, GPIO_MODER), 0x3c0000, 0xa);
    for (unsigned i = 0; i < SIZE; i++) {
        out[0][i] = i * 7 + i / 256;
        out[1][i] = ~(i * 13 + i / 128);
        text[i] = "0123456789abcdef\n"[i % 17];
        ring[0][i % 200] = i * 259;
    }
}

static void begin(void)
{
    irq_enable(28);
    irq_enable(14);
    irq_enable(56);
    REG(TIM5, TIM_CR1) = TIM_CR1_CEN;
    REG(TIM2, TIM_ARR) = 1000;
    REG(TIM2, TIM_DIER) = 1;
    REG(TIM2, TIM_CR1) = TIM_CR1_CEN | 1 << 7;             /* ARR is for the next period */
    REG(USART1, USART_BRR) = 28;                            /* 3 Mbaud */
    REG(USART1, USART_CR1) = USART_CR1_UE | USART_CR1_TE;
    REG(SPI2, SPI_CR2) = SPI_CR2_RXDMAEN | SPI_CR2_TXDMAEN;
    stream(DMA1, 3, SPI2 + SPI_DR, in[1], SIZE, DMA_S0CR_TCIE | DMA_S0CR_HTIE);
    stream(DMA1, 4, SPI2 + SPI_DR, out[1], SIZE, 1 << 6);
    REG(SPI2, SPI_CR1) = SPI_CR1_SSM | SPI_CR1_SPE;
    REG(SPI3, SPI_CR2) = SPI_CR2_RXDMAEN;
    stream(DMA1, 0, SPI3 + SPI_DR, ring[1], 200, 1 << 11 | 1 << 13 | DMA_S0CR_CIRC);
    stream(DMA1, 5, SPI3 + SPI_DR, ring[0], 200, 1 << 6 | 1 << 11 | 1 << 13 | DMA_S0CR_CIRC | 1 << 16);
    REG(SPI3, SPI_CR1) = SPI_CR1_MSTR | SPI_CR1_SSM | SPI_CR1_SSI | SPI_CR1_DFF | SPI_CR1_SPE | 1 << 3;
    REG(SPI3, SPI_CR2) |= SPI_CR2_TXDMAEN;
    stream(DMA2, 7, USART1 + USART_DR, text, SIZE, 4 << 25 | 1 << 6);
    REG(USART1, USART_CR3) = USART_CR3_DMAT;
    REG(SPI1, SPI_CR2) = SPI_CR2_RXDMAEN;
    stream(DMA2, 0, SPI1 + SPI_DR, in[0], SIZE, 3 << 25 | DMA_S0CR_TCIE);
    stream(DMA2, 3, SPI1 + SPI_DR, out[0], SIZE, 3 << 25 | 1 << 6);
    REG(SPI1, SPI_CR1) = SPI_CR1_MSTR | SPI_CR1_SSM | SPI_CR1_SSI | SPI_CR1_SPE | 2 << 3;
    REG(SPI1, SPI_CR2) |= SPI_CR2_TXDMAEN;
    REG(DMA2, DMA_OF(1, DMA_S0FCR)) = 7;
    stream(DMA2, 1, (uint32_t)text, copy, 500, 2 << 6 | 1 << 9 | 2 << 11 | 2 << 13);
}

static bool goes_on(void)
{
    return !ended || mailbox[2] < LOOKS || !(REG(USART1, USART_SR) & USART_SR_TC);
}

/* runs_awake.c has another. */
__attribute__((weak)) void wait_for_look(void)
{
    wait_for_interrupt();
}

int main(void)
{
    clock_168mhz();
    init();
    begin();
    while (goes_on()) {
        wait_for_look();
    }
    __asm__ volatile("cpsid i");
    for (unsigned i = 0; i < SIZE; i++) {
        mailbox[3] += (in[1][i] != out[0][i]) + (in[0][i] != out[1][i]);
    }
    mailbox[4] = (REG(SPI1, SPI_SR) | REG(SPI2, SPI_SR) | REG(SPI3, SPI_SR)) & SPI_SR_OVR;
    mailbox_finish();
}
