/*
 * What is behind the memory controller: a function is copied to external SRAM and runs there, computing a picture
 * line by line, which DMA2 brings from external SRAM to a TFT; a NAND page whose bit has fallen over is put right by
 * its ECC; what is off or not to be written is a bus fault.
 *
 * Mailbox: 1 the step that failed, or 0; 2, 3 cycles that the same loop took in flash with internal SRAM, and in
 * external SRAM with external; 4 BFAR of a read at NE2, which is off; 5 CFSR of a write with WREN 0; 6 number of
 * the bit that was put right; 7 a pixel as it is read back, red and green; 8 sum of the picture
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "fsmc.h"
#include "mailbox.h"

enum { CODE_BYTES = 1024, PAGE = 512, ROUNDS = 64 };

#define FAR_CODE (SRAM_BASE + 0x80000)
#define FAR_LINE ((uint16_t *)(SRAM_BASE + 0x90000))

static volatile uint32_t last_cfsr, last_bfar;
static uint8_t page[PAGE], back[PAGE];

static void check(bool right, uint32_t step)
{
    if (!right) {
        mailbox[1] = step;
        mailbox_finish();
    }
}

/* Step over the load (16 bits) that faulted; a store is behind us. */
__attribute__((used)) static void record(uint32_t *frame)
{
    last_cfsr = SCB_CFSR;
    last_bfar = SCB_BFAR;
    SCB_CFSR = last_cfsr;
    if (last_cfsr & 1 << 9) {
        frame[6] += 2;
    }
}

__attribute__((naked)) void bus_fault_handler(void)
{
    __asm__ volatile("mrs r0, msp\n b record");
}

/* ---- External SRAM ---- */

/* A line of the Mandelbrot set.  It may be anywhere: no calls, nothing but what it is given. */
__attribute__((noinline)) static void draw_line(uint16_t *to, int32_t y)
{
    for (int32_t i = 0; i < TFT_WIDTH; i++) {
        int32_t cr = y * 43 - 2800, ci = (i - 120) * 43, zr = 0, zi = 0;     /* 4096 is 1 */
        uint32_t n = 0;

        for (; n < 63 && zr * zr + zi * zi < 4 << 24; n++) {
            int32_t next = ((zr * zr - zi * zi) >> 12) + cr;

            zi = (zr * zi >> 11) + ci;
            zr = next;
        }
        to[i] = n == 63 ? 0 : (n * 3 & 31) << 11 | (n * 2 & 63) << 5 | (31 - (n & 31));
    }
}

__attribute__((noinline)) static uint32_t add_up(const volatile uint32_t *words)
{
    uint32_t sum = 0;

    for (unsigned round = 0; round < ROUNDS; round++) {
        for (unsigned i = 0; i < 256; i++) {
            sum += words[i];
        }
    }
    return sum;
}

/* A copy of @function in external SRAM. */
static void *far_copy(const void *function, unsigned slot)
{
    const uint8_t *from = (const uint8_t *)((uintptr_t)function & ~1u);
    volatile uint8_t *to = (volatile uint8_t *)FAR_CODE + slot * CODE_BYTES;

    for (unsigned i = 0; i < CODE_BYTES; i++) {
        to[i] = from[i];
    }
    __asm__ volatile("dsb\n isb" ::: "memory");
    return (void *)((uintptr_t)to | 1);
}

static void test_sram(void)
{
    static uint32_t near_words[256];
    volatile uint32_t *far_words = (volatile uint32_t *)SRAM_BASE;
    uint32_t (*far_sum)(const volatile uint32_t *) = far_copy(add_up, 1);
    uint32_t begin, sum;

    for (unsigned i = 0; i < 256; i++) {
        near_words[i] = far_words[i] = i * 0x01234567;
    }
    begin = DWT_CYCCNT;
    sum = add_up(near_words);
    mailbox[2] = DWT_CYCCNT - begin;
    begin = DWT_CYCCNT;
    check(far_sum(far_words) == sum, 1);
    mailbox[3] = DWT_CYCCNT - begin;
}

/* Code that is written over where the memory is seen once more, past its end. */
static void test_mirror(void)
{
    uint32_t (*code)(void) = (uint32_t (*)(void))(FAR_CODE + 1);
    volatile uint16_t *here = (volatile uint16_t *)FAR_CODE;

    here[0] = 0x2001;                                   /* movs r0, #1 */
    here[1] = 0x4770;                                   /* bx lr */
    __asm__ volatile("dsb\n isb" ::: "memory");
    check(code() == 1, 5);
    here[SRAM_BYTES / 2] = 0x2002;
    __asm__ volatile("dsb\n isb" ::: "memory");
    check(code() == 2, 6);
}

static void test_faults(void)
{
    register uint32_t off __asm__("r1") = 0x64000000;
    uint32_t bcr = REG(FSMC, FSMC_BCR3);

    SCB_SHCSR |= 1 << 17;
    __asm__ volatile(".align 2\n ldr r2, [r1]\n nop" : : "r"(off) : "r2", "memory");
    mailbox[4] = last_bfar;
    REG(FSMC, FSMC_BCR3) = bcr & ~FSMC_BCR3_WREN;
    *(volatile uint32_t *)SRAM_BASE = 1;
    __asm__ volatile("dsb" ::: "memory");
    mailbox[5] = last_cfsr;
    REG(FSMC, FSMC_BCR3) = bcr;
    check(*(volatile uint32_t *)SRAM_BASE == 0, 2);
}

/* ---- NAND ---- */

static void nand_begin(uint8_t command, unsigned column)
{
    const uint8_t address[] = { column, column >> 8, 5, 0 };

    NAND_COMMAND = command;
    for (unsigned i = 0; i < 4; i++) {
        NAND_ADDRESS = address[i];
    }
}

static void nand_end(uint8_t command)
{
    NAND_COMMAND = command;
    while (!(REG(GPIOD, GPIO_IDR) & 1 << 6)) {
    }
}

static void ecc_on(void)
{
    uint32_t pcr = FSMC_PCR2_PTYP | FSMC_PCR2_PBKEN | 1 << 17;

    REG(FSMC, FSMC_PCR2) = pcr;
    REG(FSMC, FSMC_PCR2) = pcr | FSMC_PCR2_ECCEN;
}

static uint32_t ecc(void)
{
    while (!(REG(FSMC, FSMC_SR2) & FSMC_SR2_FEMPT)) {
    }
    return REG(FSMC, FSMC_ECCR2);
}

static void program(const uint8_t *bytes)
{
    uint32_t code;

    nand_begin(0x80, 0);
    ecc_on();
    for (unsigned i = 0; i < PAGE; i++) {
        NAND_DATA = bytes[i];
    }
    code = ecc();
    NAND_COMMAND = 0x85;
    NAND_ADDRESS = 0;
    NAND_ADDRESS = 2048 >> 8;
    for (unsigned i = 0; i < 4; i++) {
        NAND_DATA = code >> 8 * i;
    }
    nand_end(0x10);
}

/* The number of the bit that is wrong; the one that the codes differ in with both, or none of it, can't be told. */
static uint32_t wrong_bit(uint32_t difference)
{
    uint32_t number = 0;

    for (unsigned i = 0; i < 12; i++) {
        check((difference >> 2 * i & 3) == 1 || (difference >> 2 * i & 3) == 2, 3);
        number |= (difference >> (2 * i + 1) & 1) << i;
    }
    return number;
}

static void test_nand(void)
{
    uint32_t code, stored = 0, number;

    for (unsigned i = 0; i < PAGE; i++) {
        page[i] = i * 29 + 7;
    }
    program(page);
    nand_begin(0x80, 0x123);                            /* one bit falls over: it is programmed, too */
    NAND_DATA = page[0x123] & ~(page[0x123] & -page[0x123]);
    nand_end(0x10);
    nand_begin(0x00, 0);
    nand_end(0x30);
    NAND_COMMAND = 0x00;
    ecc_on();
    for (unsigned i = 0; i < PAGE; i++) {
        back[i] = NAND_DATA;
    }
    code = ecc();
    NAND_COMMAND = 0x05;
    NAND_ADDRESS = 0;
    NAND_ADDRESS = 2048 >> 8;
    NAND_COMMAND = 0xe0;
    for (unsigned i = 0; i < 4; i++) {
        stored |= (uint32_t)NAND_DATA << 8 * i;
    }
    mailbox[6] = number = wrong_bit(code ^ stored);
    back[number / 8] ^= 1 << number % 8;
    for (unsigned i = 0; i < PAGE; i++) {
        check(back[i] == page[i], 4);
    }
}

/* ---- The picture ---- */

static void send_line(const uint16_t *from)
{
    REG(DMA2, DMA_LIFCR) = 0x3d;
    REG(DMA2, DMA_S0PAR) = (uint32_t)from;
    REG(DMA2, DMA_S0M0AR) = TFT_DATA_ADDRESS;
    REG(DMA2, DMA_S0NDTR) = TFT_WIDTH;
    REG(DMA2, DMA_S0FCR) = 7;
    REG(DMA2, DMA_S0CR) = 2 << 6 | DMA_S0CR_PINC | 1 << 11 | 1 << 13 | DMA_S0CR_EN;
    while (REG(DMA2, DMA_S0CR) & DMA_S0CR_EN) {
    }
}

static void draw(void)
{
    void (*far_draw)(uint16_t *, int32_t) = far_copy(draw_line, 0);
    uint32_t sum = 0;

    REG(RCC, RCC_AHB1ENR) |= RCC_AHB1ENR_DMA2EN;
    tft_init();
    tft_window(0, 0, TFT_WIDTH, TFT_HEIGHT);
    for (int32_t y = 0; y < TFT_HEIGHT; y++) {
        far_draw(FAR_LINE, y - 160);
        for (unsigned i = 0; i < TFT_WIDTH; i++) {
            sum = sum * 3 + FAR_LINE[i];
        }
        send_line(FAR_LINE);
    }
    mailbox[8] = sum;
    tft_window(17, 23, 1, 1);
    TFT_COMMAND = 0x2e;
    (void)TFT_DATA;
    mailbox[7] = TFT_DATA;
}

int main(void)
{
    clock_168mhz();
    ticks_init(168000000);
    cycles_init();
    fsmc_init();
    test_sram();
    test_mirror();
    test_faults();
    test_nand();
    draw();
    mailbox_finish();
}
