/*
 * Five seconds of CAN1 sending to CAN2 at 1 Mbit/s with never a pause, by interrupts at both ends.  It
 * wants -machine canbus1=b,canbus2=b.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bench.h"
#include "board.h"
#include "can.h"

static uint32_t sent;

static void send(unsigned mailbox)
{
    REG(CAN1, CAN_TDT0R + 16 * mailbox) = 8;
    REG(CAN1, CAN_TDL0R + 16 * mailbox) = sent;
    REG(CAN1, CAN_TDH0R + 16 * mailbox) = ~sent;
    REG(CAN1, CAN_TI0R + 16 * mailbox) = (sent++ & 0x3ff) << 21 | 1;
}

void can1_tx_handler(void)
{
    uint32_t tsr = REG(CAN1, CAN_TSR);

    for (unsigned i = 0; i < 3; i++) {
        if (tsr & 1u << 8 * i) {
            REG(CAN1, CAN_TSR) = 1u << 8 * i;
            send(i);
        }
    }
}

void can2_rx0_handler(void)
{
    REG(CAN2, CAN_RF0R) = 1 << 5;
}

int main(void)
{
    clock_168mhz();
    can_pins_init();
    REG(RCC, RCC_APB1ENR) |= 1;         /* TIM2 */
    REG(CAN1, CAN_FS1R) = 1 << 14;
    REG(CAN1, CAN_F14R2) = 0;
    REG(CAN1, CAN_FA1R) = 1 << 14;
    REG(CAN1, CAN_FMR) = 14 << 8;
    can_start(CAN1, CAN_1_MBIT, 1 | 2);
    can_start(CAN2, CAN_1_MBIT, 1 | 2);
    irq_enable(19);
    irq_enable(64);
    REG(TIM2, TIM_CR1) = 1;             /* 84 MHz, counts in sleep too */
    for (unsigned i = 0; i < 3; i++) {
        send(i);
    }
    while (REG(TIM2, TIM_CNT) < 5 * 84000000u) {
        wait_for_interrupt();
    }
    leave();
}
