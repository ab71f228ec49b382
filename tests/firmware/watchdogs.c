/*
 * Watchdogs (RM0090 21, 22) that reset the chip, one after the other.
 *
 * Mailbox, which these resets leave alone: 1 the step; 2 ... 5 RCC_CSR's flags (31:24) after the reset by
 *   IWDG, WWDG, software, and IWDG in Stop mode; 8 ms that IWDG was refreshed, 9 ms until its reset;
 *   10 us until WWDG's early wake-up
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "mailbox.h"

#define IN_STEPS 0x3a7cd000u    /* + the step */
#define SLEEPDEEP (1 << 2)

void wwdg_handler(void)
{
    mailbox[10] = DWT_CYCCNT / 16;
    REG(WWDG, WWDG_SR) = 0;
}

/* 50 ms: LSI / 16, 100 steps. */
static void start_iwdg(void)
{
    REG(IWDG, IWDG_KR) = 0xcccc;
    REG(IWDG, IWDG_KR) = 0x5555;
    REG(IWDG, IWDG_PR) = 2;
    REG(IWDG, IWDG_RLR) = 99;
    while (REG(IWDG, IWDG_SR)) {
    }
    REG(IWDG, IWDG_KR) = 0xaaaa;
}

static void iwdg_expires(void)
{
    start_iwdg();
    while (ticks_ms < 200) {
        sleep_ms(10);
        REG(IWDG, IWDG_KR) = 0xaaaa;
    }
    mailbox[8] = ticks_ms;
    for (;;) {
        mailbox[9] = ticks_ms - mailbox[8];
    }
}

/* PCLK1 = 16 MHz: 256 us a step, early wake-up after 16 of them. */
static void wwdg_expires(void)
{
    cycles_init();
    REG(RCC, RCC_APB1ENR) |= RCC_APB1ENR_WWDGEN;
    irq_enable(0);
    REG(WWDG, WWDG_CFR) = 0x7f | WWDG_CFR_EWI;
    DWT_CYCCNT = 0;
    REG(WWDG, WWDG_CR) = WWDG_CR_WDGA | 0x50;
    for (;;) {
    }
}

static void expires_in_stop(void)
{
    SYST_CSR = 0;
    start_iwdg();
    SCB_SCR |= SLEEPDEEP;
    for (;;) {
        wait_for_interrupt();
    }
}

int main(void)
{
    unsigned step = mailbox[1] - IN_STEPS;

    if (step > 4) {
        step = 0;
    }
    mailbox[1] = IN_STEPS + step + 1;
    mailbox[1 + step] = step ? REG(RCC, RCC_CSR) >> 24 & 0xfe : mailbox[1];
    REG(RCC, RCC_CSR) |= RCC_CSR_RMVF;
    ticks_init(16000000);
    switch (step) {
    case 0:
        iwdg_expires();
    case 1:
        wwdg_expires();
    case 2:
        SCB_AIRCR = 0x05fa0004;
        for (;;) {
        }
    case 3:
        expires_in_stop();
    }
    mailbox_finish();
}
