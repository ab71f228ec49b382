/*
 * Ethernet wakes the chip from Stop: it sleeps with no clock but the PHY's until a magic packet comes, which is an edge
 * at EXTI line 19, and receives again.
 *
 * Mailbox: 1 it is about to stop (1), awake (2); 2 SWS then (0: HSI, it has been in Stop); 3 MACPMTCSR then; 4 the
 * length of the next frame
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "ethernet.h"
#include "mailbox.h"

#define SLEEPDEEP (1 << 2)

static volatile uint32_t woken;

void eth_wakeup_handler(void)
{
    REG(EXTI, EXTI_PR) = 1 << 19;
    woken++;
}

int main(void)
{
    static const uint8_t address[6] = { 0x02, 0x80, 0xe1, 0x00, 0x12, 0x34 };
    unsigned length;

    clock_168mhz();
    ticks_init(168000000);
    ethernet_init(address, 0x0a00020f);
    REG(EXTI, EXTI_IMR) = 1 << 19;
    REG(EXTI, EXTI_RTSR) = 1 << 19;
    irq_enable(62);
    REG(ETH, ETH_MACIMR) = ETH_MACIMR_PMTIM;           /* by the EXTI alone */
    REG(ETH, ETH_MACPMTCSR) = ETH_MACPMTCSR_MPE | ETH_MACPMTCSR_PD;
    SYST_CSR = 0;
    mailbox[1] = 1;
    SCB_SCR |= SLEEPDEEP;
    while (!woken) {
        __asm__ volatile("dsb\n wfi\n isb" ::: "memory");
    }
    SCB_SCR &= ~SLEEPDEEP;
    mailbox[2] = REG(RCC, RCC_CFGR) >> 2 & 3;
    mailbox[3] = REG(ETH, ETH_MACPMTCSR);
    clock_168mhz();
    mailbox[1] = 2;
    while (!ethernet_receive(&length)) {
    }
    mailbox[4] = length;
    mailbox_finish();
}
