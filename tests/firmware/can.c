/*
 * CAN1 sends to CAN2 over a bus at 1 Mbit/s, by interrupts at both ends, and CAN2 sends back what it
 * has received: every frame is answered.  It wants -machine canbus1=b,canbus2=b.
 *
 * Mailbox: 1 frames that CAN1 has had back; 2 of them wrong; 3 cycles for all of it; 4 interrupts;
 * 5 ESR of both, or-ed
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "can.h"
#include "mailbox.h"

#define FRAMES 1000

static volatile uint32_t answered;
static uint32_t sent;

static void send(uint32_t can, uint32_t id, uint32_t low, uint32_t high)
{
    REG(can, CAN_TDT0R) = 8;
    REG(can, CAN_TDL0R) = low;
    REG(can, CAN_TDH0R) = high;
    REG(can, CAN_TI0R) = id << 21 | 1;
}

static void send_next(void)
{
    send(CAN1, sent & 0x3ff, sent, ~sent);
    sent++;
}

void can1_rx0_handler(void)
{
    uint32_t n = answered;

    mailbox[4]++;
    mailbox[2] += REG(CAN1, CAN_RDL0R) != n || REG(CAN1, CAN_RDH0R) != ~n ||
                  REG(CAN1, CAN_RI0R) >> 21 != (0x400 | (n & 0x3ff));
    REG(CAN1, CAN_RF0R) = 1 << 5;
    answered++;
    if (sent < FRAMES) {
        send_next();
    }
}

void can2_rx0_handler(void)
{
    uint32_t id = REG(CAN2, CAN_RI0R) >> 21;
    uint32_t low = REG(CAN2, CAN_RDL0R), high = REG(CAN2, CAN_RDH0R);

    mailbox[4]++;
    REG(CAN2, CAN_RF0R) = 1 << 5;
    send(CAN2, id | 0x400, low, high);
}

static void acknowledge(uint32_t can)
{
    mailbox[4]++;
    REG(can, CAN_TSR) = 1;
}

void can1_tx_handler(void) { acknowledge(CAN1); }
void can2_tx_handler(void) { acknowledge(CAN2); }

int main(void)
{
    uint32_t start;

    cycles_init();
    clock_168mhz();
    can_pins_init();
    REG(CAN1, CAN_FS1R) = 1 | 1 << 14;
    REG(CAN1, CAN_F0R2) = 0;
    REG(CAN1, CAN_F14R2) = 0;
    REG(CAN1, CAN_FA1R) = 1 | 1 << 14;
    REG(CAN1, CAN_FMR) = 14 << 8;
    can_start(CAN1, CAN_1_MBIT, 1 | 2);
    can_start(CAN2, CAN_1_MBIT, 1 | 2);
    irq_enable(19);
    irq_enable(20);
    irq_enable(63);
    irq_enable(64);
    start = DWT_CYCCNT;
    send_next();
    while (answered < FRAMES) {
    }
    mailbox[3] = DWT_CYCCNT - start;
    mailbox[1] = answered;
    mailbox[5] = REG(CAN1, CAN_ESR) | REG(CAN2, CAN_ESR);
    mailbox_finish();
}
