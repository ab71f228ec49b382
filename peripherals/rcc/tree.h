/*
 * The clock tree of RCC as a pure function of its registers.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_PERIPHERALS_RCC_TREE_H
#define STM32_PERIPHERALS_RCC_TREE_H

/* The sources: periods in QEMU's clock units (2^-32 ns), 0 = not running or not ready. */
typedef struct RccSources {
    uint64_t hsi, hse, lsi, lse, i2s_ckin;
    bool pll_ready, plli2s_ready;
} RccSources;

/* What the tree makes of them, likewise. */
typedef struct RccClocks {
    uint64_t pll, pll48, plli2s;
    uint64_t sysclk, hclk, systick /* HCLK / 8 */, pclk1, pclk2, tim1, tim2 /* of APB1, APB2 */;
    uint64_t i2s, hse_rtc, rtc, mco1, mco2;
} RccClocks;

RccClocks rcc_tree(const uint32_t *regs, const RccSources *from);

/* The PLL's input and VCO in Hz, for the limits; 0 if its source stands. */
void rcc_pll_frequencies(const uint32_t *regs, const RccSources *from, unsigned n,
                         uint64_t *input_hz, uint64_t *vco_hz);

#endif
