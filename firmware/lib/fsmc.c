/*
 * The memory controller's pins and registers, and the commands of a TFT, see fsmc.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "fsmc.h"

#define AF_FSMC 12u

static void route(uint32_t port, uint32_t pins)
{
    for (unsigned n = 0; n < 16; n++) {
        if (pins >> n & 1) {
            set_field(&REG(port, n < 8 ? GPIO_AFRL : GPIO_AFRH), 15u << n % 8 * 4, AF_FSMC);
            set_field(&REG(port, GPIO_MODER), 3u << 2 * n, 2);
        }
    }
}

void fsmc_init(void)
{
    REG(RCC, RCC_AHB1ENR) |= 0xf << 3;                  /* ports D to G */
    REG(RCC, RCC_AHB3ENR) |= RCC_AHB3ENR_FSMCEN;
    route(GPIOD, 0xffb3);       /* data, NOE, NWE, NCE2, A16 to A18 */
    route(GPIOE, 0xff83);       /* data, NBL0, NBL1 */
    route(GPIOF, 0xf03f);       /* A0 to A9 */
    route(GPIOG, 0x143f);       /* A10 to A15, NE3, NE4 */
    REG(FSMC, FSMC_BTR3) = 2 << 8 | 1;
    REG(FSMC, FSMC_BCR3) = 1 << 4 | FSMC_BCR3_WREN | FSMC_BCR3_MBKEN;
    REG(FSMC, FSMC_BTR4) = 60 << 8 | 15;                /* reads: 446 ns */
    REG(FSMC, FSMC_BWTR4) = 6 << 8 | 5;                 /* writes: 71 ns */
    REG(FSMC, FSMC_BCR4) = 1 << 4 | FSMC_BCR4_EXTMOD | FSMC_BCR4_WREN | FSMC_BCR4_MBKEN;
    REG(FSMC, FSMC_PMEM2) = REG(FSMC, FSMC_PATT2) = 1 << 24 | 3 << 16 | 5 << 8 | 2;
    REG(FSMC, FSMC_PCR2) = FSMC_PCR2_PTYP | FSMC_PCR2_PBKEN;
}

static void command(uint8_t value, const uint8_t *parameters, unsigned count)
{
    TFT_COMMAND = value;
    for (unsigned i = 0; i < count; i++) {
        TFT_DATA = parameters[i];
    }
}

void tft_init(void)
{
    static const uint8_t order[] = { 0x48 }, format[] = { 0x55 };

    command(0x01, 0, 0);
    sleep_ms(6);
    command(0x11, 0, 0);
    sleep_ms(6);
    command(0x36, order, 1);
    command(0x3a, format, 1);
    command(0x29, 0, 0);
}

void tft_window(unsigned x, unsigned y, unsigned width, unsigned height)
{
    unsigned right = x + width - 1, bottom = y + height - 1;
    const uint8_t columns[] = { x >> 8, x, right >> 8, right }, pages[] = { y >> 8, y, bottom >> 8, bottom };

    command(0x2a, columns, 4);
    command(0x2b, pages, 4);
    command(0x2c, 0, 0);
}
