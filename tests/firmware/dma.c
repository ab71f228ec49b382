/*
 * Copies flash to SRAM by DMA2, runs code that DMA has put where other code ran before, then echoes
 * what USART1 receives at 10.5 Mbaud: DMA in both directions, the receiver's in a circle, and the IDLE
 * line says when there is something to echo.  It ends when it has echoed the number of bytes that the
 * first four, most significant first, say.
 *
 * Mailbox: 1 errors of the copies; 2 interrupts at half, 3 at the end of a copy; 4 cycles that the
 * copy of 4096 words took; 5, 6 results of the code; 8 bytes echoed; 9 interrupts for IDLE;
 * 10 errors of the receiver; 15 it is ready to receive
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "mailbox.h"

#define WORDS 4096
#define RING 16384

static uint32_t target[WORDS];
static uint8_t ring[RING];
static volatile uint32_t done;

void dma2_stream0_handler(void)
{
    uint32_t flags = REG(DMA2, DMA_LISR);

    REG(DMA2, DMA_LIFCR) = flags & 0x3d;        /* not one that has come since */
    mailbox[2] += flags & DMA_LISR_HTIF0 ? 1 : 0;
    if (flags & DMA_LISR_TCIF0) {
        mailbox[3]++;
        done = 1;
    }
    mailbox[1] += flags & DMA_LISR_TEIF0 ? 1 : 0;
}

static void copy(const void *from, void *to, uint32_t words, uint32_t bursts)
{
    done = 0;
    REG(DMA2, DMA_S0PAR) = (uint32_t)from;
    REG(DMA2, DMA_S0M0AR) = (uint32_t)to;
    REG(DMA2, DMA_S0NDTR) = words;
    REG(DMA2, DMA_S0FCR) = 4 | 3;
    REG(DMA2, DMA_S0CR) = 2 << 6 | DMA_S0CR_PINC | DMA_S0CR_MINC | 2 << 11 | 2 << 13 | bursts |
                          DMA_S0CR_TCIE | DMA_S0CR_HTIE | DMA_S0CR_TEIE;
    REG(DMA2, DMA_S0CR) |= DMA_S0CR_EN;
    while (!done) {             /* asleep CYCCNT would stand */
    }
}

static void check_copies(void)
{
    const uint32_t *flash = (const uint32_t *)0x08000000;

    for (uint32_t bursts = 0; bursts < 2; bursts++) {
        uint32_t start = DWT_CYCCNT;

        copy(flash, target, WORDS, bursts * (1 << 21 | 1 << 23));
        mailbox[4] = DWT_CYCCNT - start;
        for (unsigned i = 0; i < WORDS; i++) {
            mailbox[1] += target[i] != flash[i];
            target[i] = 0;
        }
    }
}

/* movs r0, #n; bx lr */
#define FUNCTION(n) (0x47702000u | (n))

static uint32_t call_copy_of(uint32_t code)
{
    static uint32_t source[4];

    source[0] = source[1] = source[2] = source[3] = code;
    copy(source, target, 4, 0);
    return ((uint32_t (*)(void))((uint32_t)target | 1))();
}

/* ---- Echo ---- */

static volatile uint32_t sending;

static void receive_handler(void)
{
    REG(DMA2, DMA_LIFCR) = 0x3d << 16;
}

void dma2_stream2_handler(void) { receive_handler(); }

void dma2_stream7_handler(void)
{
    REG(DMA2, DMA_HIFCR) = 0x3d << 22;
    sending = 0;
}

void usart1_handler(void)
{
    uint32_t sr = REG(USART1, USART_SR);

    mailbox[9] += sr & USART_SR_IDLE ? 1 : 0;
    mailbox[10] += sr & (USART_SR_ORE | USART_SR_FE | USART_SR_NE) ? 1 : 0;
    (void)REG(USART1, USART_DR);
}

static void usart1_init(void)
{
    REG(RCC, RCC_AHB1ENR) |= RCC_AHB1ENR_GPIOAEN;
    REG(RCC, RCC_APB2ENR) |= RCC_APB2ENR_USART1EN;
    REG(GPIOA, GPIO_AFRH) = 0x770;                          /* PA9, PA10 */
    set_field(&REG(GPIOA, GPIO_MODER), 0x3c0000, 0xa);
    REG(USART1, USART_BRR) = 0x10;                          /* 84 MHz / 8 */
    REG(USART1, USART_CR3) = USART_CR3_DMAR | USART_CR3_DMAT | USART_CR3_EIE;
    irq_enable(37);
    irq_enable(58);
    irq_enable(70);
    REG(DMA2, DMA_S2PAR) = USART1 + USART_DR;
    REG(DMA2, DMA_S2M0AR) = (uint32_t)ring;
    REG(DMA2, DMA_S2NDTR) = RING;
    REG(DMA2, DMA_S2CR) = 4 << 25 | DMA_S0CR_CIRC | DMA_S0CR_MINC | DMA_S0CR_TCIE | DMA_S0CR_HTIE |
                          3 << 16;
    REG(DMA2, DMA_S2CR) |= DMA_S0CR_EN;
    REG(DMA2, DMA_S7PAR) = USART1 + USART_DR;
    REG(USART1, USART_CR1) = USART_CR1_UE | USART_CR1_TE | USART_CR1_RE | USART_CR1_OVER8 |
                             USART_CR1_IDLEIE;
}

static void send(uint32_t from, uint32_t size)
{
    sending = 1;
    REG(DMA2, DMA_S7M0AR) = (uint32_t)&ring[from];
    REG(DMA2, DMA_S7NDTR) = size;
    REG(DMA2, DMA_S7CR) = 4 << 25 | 1 << 6 | DMA_S0CR_MINC | DMA_S0CR_TCIE | 2 << 16;
    REG(DMA2, DMA_S7CR) |= DMA_S0CR_EN;
}

static void echo(void)
{
    uint32_t tail = 0, total = 0, count = 0;

    while (!total || count < total) {
        uint32_t head = RING - REG(DMA2, DMA_S2NDTR);

        if (sending || head % RING == tail) {
            wait_for_interrupt();
            continue;
        }
        if (!total && head >= 4) {
            total = (uint32_t)ring[0] << 24 | ring[1] << 16 | ring[2] << 8 | ring[3];
        }
        head = head < tail ? RING : head;
        send(tail, head - tail);
        count += head - tail;
        mailbox[8] = count;
        tail = head % RING;
    }
    while (sending || !(REG(USART1, USART_SR) & USART_SR_TC)) {
    }
}

int main(void)
{
    cycles_init();
    clock_168mhz();
    REG(RCC, RCC_AHB1ENR) |= RCC_AHB1ENR_DMA2EN;
    irq_enable(56);
    check_copies();
    mailbox[5] = call_copy_of(FUNCTION(111));
    mailbox[6] = call_copy_of(FUNCTION(222));
    ticks_init(168000000);
    usart1_init();
    mailbox[15] = 1;
    echo();
    mailbox_finish();
}
