/*
 * How long accesses to what is behind the memory controller take, by DWT_CYCCNT, at 168 MHz: an SRAM with 16 data
 * lines at NE3, a TFT at NE4, a NAND flash with 8 at NCE2.
 *
 * Mailbox: 1.. cycles, in the order of main(): timing-test.c has what they are to be
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "timing.h"
#include "fsmc.h"

#define FAR_CODE (SRAM_BASE + 0x80000)
#define CODE_BYTES 1024

CODE(read_words, HUNDRED("ldr r0, [r5]"))
CODE(read_halves, HUNDRED("ldrh r0, [r5]"))
CODE(read_bytes, HUNDRED("ldrb r0, [r5]"))
CODE(write_words, HUNDRED("str r0, [r5]"))
CODE(write_halves, HUNDRED("strh r0, [r5]"))
CODE(write_bytes, HUNDRED("strb r0, [r5]"))
CODE(write_and_go_on, HUNDRED("strh r0, [r5]; nop; nop; nop; nop; nop"))
CODE(write_and_read, HUNDRED("strh r0, [r5]; ldrh r0, [r5]; nop"))
CODE(alu, HUNDRED("adds r0, r1"))
CODE(loop, "1: subs r1, #1; bne 1b")

static void measure_accesses(void)
{
    report(measure(read_words, (void *)SRAM_BASE));
    report(measure(read_halves, (void *)SRAM_BASE));
    report(measure(read_bytes, (void *)SRAM_BASE));
    report(measure(write_words, (void *)SRAM_BASE));
    report(measure(write_halves, (void *)SRAM_BASE));
    report(measure(write_bytes, (void *)SRAM_BASE));
    report(measure(write_and_go_on, (void *)SRAM_BASE));
    report(measure(write_and_read, (void *)SRAM_BASE));
}

/* The code in external SRAM; what is not its own is taken off as it is there. */
static uint32_t measure_far(uint32_t (*code)(void *))
{
    static uint32_t scratch;
    volatile uint32_t *to = (volatile uint32_t *)FAR_CODE;
    uint32_t (*const functions[])(void *) = { nothing, code };
    uint32_t cycles[2];

    for (unsigned i = 0; i < 2; i++) {
        const uint32_t *from = (const uint32_t *)((uintptr_t)functions[i] & ~1u);

        for (unsigned n = 0; n < CODE_BYTES / 4; n++) {
            to[n] = from[n];
        }
        __asm__ volatile("dsb\n isb" ::: "memory");
        cycles[i] = ((uint32_t (*)(void *))(FAR_CODE + 1))(&scratch);
    }
    return cycles[1] - cycles[0];
}

/* A hundred items by a DMA, from memory to memory; @cr: sizes and steps. */
static uint32_t measure_dma(const void *from, void *to, uint32_t cr)
{
    uint32_t start = *(volatile uint32_t *)0xe0001004;

    REG(DMA2, DMA_LIFCR) = 0x3d;
    REG(DMA2, DMA_S0PAR) = (uint32_t)from;
    REG(DMA2, DMA_S0M0AR) = (uint32_t)to;
    REG(DMA2, DMA_S0NDTR) = 100;
    REG(DMA2, DMA_S0FCR) = 4 | 3;
    REG(DMA2, DMA_S0CR) = 2 << 6 | cr;
    REG(DMA2, DMA_S0CR) |= DMA_S0CR_EN;
    while (!(REG(DMA2, DMA_LISR) & DMA_LISR_TCIF0)) {
    }
    return *(volatile uint32_t *)0xe0001004 - start;
}

static void measure_dmas(void)
{
    static uint32_t words[100];
    const uint32_t both = DMA_S0CR_PINC | DMA_S0CR_MINC, of_words = 2 << 11 | 2 << 13, of_halves = 1 << 11 | 1 << 13;
    uint32_t rest;

    REG(RCC, RCC_AHB1ENR) |= RCC_AHB1ENR_DMA2EN;
    __asm__ volatile("dsb");
    rest = measure_dma(words, words, both | of_words);
    report(rest);
    report(measure_dma(words, (void *)SRAM_BASE, both | of_words) - rest);
    report(measure_dma((void *)SRAM_BASE, words, both | of_words) - rest);
    report(measure_dma((void *)SRAM_BASE, (void *)(SRAM_BASE + 0x1000), both | of_words) - rest);
    report(measure_dma((void *)SRAM_BASE, words, both | of_words | 1 << 21 | 1 << 23) - rest);
    report(measure_dma(words, (void *)TFT_DATA_ADDRESS, DMA_S0CR_PINC | of_halves) - rest);
}

/* A page is read: R/B is at NWAIT, and the first byte waits until it is there. */
static uint32_t measure_wait(void)
{
    uint32_t start = *(volatile uint32_t *)0xe0001004;

    NAND_COMMAND = 0x00;
    for (unsigned i = 0; i < 5; i++) {
        NAND_ADDRESS = 0;
    }
    NAND_COMMAND = 0x30;
    (void)NAND_DATA;
    return *(volatile uint32_t *)0xe0001004 - start;
}

int main(void)
{
    uint32_t bcr, btr;

    clock_168mhz();
    cycles_init();
    fsmc_init();
    bcr = REG(FSMC, FSMC_BCR3);
    btr = REG(FSMC, FSMC_BTR3);
    measure_accesses();
    REG(FSMC, FSMC_BTR3) = btr | 3 << 16;               /* BUSTURN */
    measure_accesses();
    REG(GPIOE, GPIO_MODER) &= ~0xfu;                    /* without NBL0 and NBL1 it is not plain memory */
    measure_accesses();
    REG(GPIOE, GPIO_MODER) |= 0xa;
    REG(FSMC, FSMC_BTR3) = btr | 1 << 20 | 2 << 24;     /* CLKDIV, DATLAT */
    REG(FSMC, FSMC_BCR3) = bcr | FSMC_BCR3_BURSTEN | FSMC_BCR3_CBURSTRW;
    measure_accesses();
    REG(FSMC, FSMC_BTR3) = btr;
    REG(FSMC, FSMC_BCR3) = bcr;
    report(measure_far(alu));
    report(measure_far(loop));
    report(measure(write_halves, (void *)TFT_DATA_ADDRESS));
    report(measure(read_halves, (void *)TFT_DATA_ADDRESS));
    report(measure(read_bytes, (void *)&NAND_DATA));
    report(measure(write_bytes, (void *)&NAND_DATA));
    measure_dmas();
    REG(GPIOD, GPIO_AFRL) |= 12 << 24;
    REG(GPIOD, GPIO_MODER) |= 2 << 12;
    REG(FSMC, FSMC_PCR2) |= FSMC_PCR2_PWAITEN;
    report(measure_wait());
    mailbox_finish();
}
