/*
 * The bootloader's clocks: 60 MHz for the core and 48 MHz for USB, by the PLL.  What crystal there is is measured
 * against HSI: HSE / 32 is captured by TIM11.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bootloader.h"

#define TIM11 0x40014800u
#define TRIES 100000            /* some 50 ms */
#define RTCPRE 32
#define PERIODS (8 * 8)         /* of HSE / 32 that are measured: 8 captures of every eighth */
#define HSI_MHZ 16

static bool wait_for(volatile uint32_t *reg, uint32_t mask, uint32_t value)
{
    for (unsigned i = 0; i < TRIES; i++) {
        if ((*reg & mask) == value) {
            return true;
        }
    }
    return false;
}

static uint32_t capture(void)
{
    REG(TIM11, TIM_SR) = 0;
    return wait_for(&REG(TIM11, TIM_SR), TIM_SR_CC1IF, TIM_SR_CC1IF) ? REG(TIM11, TIM_CCR1) : 0;
}

/* In MHz, as the board's crystals are: 4 to 26.  0 if there is none, or it is of another kind. */
static unsigned measure_hse(void)
{
    uint32_t first, ticks = 0, mhz;

    REG(RCC, RCC_CR) |= RCC_CR_HSEON;
    if (!wait_for(&REG(RCC, RCC_CR), RCC_CR_HSERDY, RCC_CR_HSERDY)) {
        REG(RCC, RCC_CR) &= ~RCC_CR_HSEON;
        return 0;
    }
    set_field(&REG(RCC, RCC_CFGR), RCC_CFGR_RTCPRE, RTCPRE - 1);
    REG(RCC, RCC_APB2ENR) |= RCC_APB2ENR_TIM11EN;
    (void)REG(RCC, RCC_APB2ENR);
    REG(TIM11, TIM_OR) = 2;                             /* TI1 is HSE / RTCPRE */
    REG(TIM11, TIM_CCMR1) = 1 | 3 << 2;                 /* every eighth edge */
    REG(TIM11, TIM_CCER) = 1;
    REG(TIM11, TIM_CR1) = 1;
    capture();
    first = capture();
    for (unsigned i = 0; i < PERIODS / 8; i++) {
        uint32_t now = capture();

        ticks += (now - first) & 0xffff;
        first = now;
    }
    REG(TIM11, TIM_CR1) = 0;
    REG(RCC, RCC_APB2RSTR) |= RCC_APB2RSTR_TIM11RST;
    REG(RCC, RCC_APB2RSTR) &= ~RCC_APB2RSTR_TIM11RST;
    REG(RCC, RCC_APB2ENR) &= ~RCC_APB2ENR_TIM11EN;
    if (!ticks) {
        return 0;
    }
    mhz = (HSI_MHZ * RTCPRE * PERIODS + ticks / 2) / ticks;
    return mhz >= 4 && mhz <= 26 ? mhz : 0;
}

static bool crystal;

bool clock_is_crystal(void)
{
    return crystal;
}

/* Whatever a program has made of them before it jumped here. */
static void back_to_hsi(void)
{
    REG(RCC, RCC_CR) |= RCC_CR_HSION;
    wait_for(&REG(RCC, RCC_CR), RCC_CR_HSIRDY, RCC_CR_HSIRDY);
    REG(RCC, RCC_CFGR) = 0;
    wait_for(&REG(RCC, RCC_CFGR), RCC_CFGR_SWS, 0);
    REG(RCC, RCC_CR) &= ~(RCC_CR_PLLON | RCC_CR_HSEON | RCC_CR_CSSON);
    wait_for(&REG(RCC, RCC_CR), RCC_CR_PLLRDY, 0);
}

void clocks_start(void)
{
    unsigned mhz;

    back_to_hsi();
    mhz = measure_hse();
    crystal = mhz;
    REG(FLASH, FLASH_ACR) = 2;
    /* VCO 240 MHz: 60 for the core, 48 for USB */
    REG(RCC, RCC_PLLCFGR) = (crystal ? RCC_PLLCFGR_PLLSRC | mhz : HSI_MHZ) | 240 << 6 | 1 << 16 | 5 << 24;
    REG(RCC, RCC_CFGR) = 4 << 10;                       /* APB1 / 2 */
    REG(RCC, RCC_CR) |= RCC_CR_PLLON;
    wait_for(&REG(RCC, RCC_CR), RCC_CR_PLLRDY, RCC_CR_PLLRDY);
    REG(RCC, RCC_CFGR) |= 2;
    wait_for(&REG(RCC, RCC_CFGR), RCC_CFGR_SWS, 2 << 2);
}

void clocks_stop(void)
{
    back_to_hsi();
    REG(FLASH, FLASH_ACR) = 0;
    REG(RCC, RCC_AHB1RSTR) = REG(RCC, RCC_AHB2RSTR) = REG(RCC, RCC_APB1RSTR) = REG(RCC, RCC_APB2RSTR) = ~0u;
    REG(RCC, RCC_AHB1RSTR) = REG(RCC, RCC_AHB2RSTR) = REG(RCC, RCC_APB1RSTR) = REG(RCC, RCC_APB2RSTR) = 0;
    REG(RCC, RCC_AHB1ENR) = 0x00100000;                 /* CCM, as after a reset */
    REG(RCC, RCC_AHB2ENR) = REG(RCC, RCC_APB1ENR) = REG(RCC, RCC_APB2ENR) = 0;
    REG(RCC, RCC_PLLCFGR) = 0x24003010;
    SYST_CSR = 0;
}
