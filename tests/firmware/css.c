/*
 * The clock security system (RM0090 7.2.7): HSE stops, and the NMI comes again until it is answered.
 *
 * Mailbox: 1 NMIs; 2 SWS afterwards; 3 HSEON and PLLON in CR; 4 CSSF in CIR; 15 = 1: the crystal may stop
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "mailbox.h"

static volatile uint32_t nmis;

void nmi_handler(void)
{
    if (++nmis == 5) {
        REG(RCC, RCC_CIR) = RCC_CIR_CSSC;
        (void)REG(RCC, RCC_CIR);
    }
}

int main(void)
{
    clock_168mhz();
    REG(RCC, RCC_CR) |= RCC_CR_CSSON;
    mailbox[15] = 1;
    while (!nmis) {
    }
    for (volatile unsigned i = 0; i < 1000; i++) {
    }
    mailbox[1] = nmis;
    mailbox[2] = (REG(RCC, RCC_CFGR) & RCC_CFGR_SWS) >> 2;
    mailbox[3] = REG(RCC, RCC_CR) & (RCC_CR_HSEON | RCC_CR_PLLON);
    mailbox[4] = REG(RCC, RCC_CIR) & RCC_CIR_CSSF;
    mailbox_finish();
}
