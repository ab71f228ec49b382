/*
 * Nested interrupts by software triggers of EXTI: 4 priority bits, preemption, tail-chaining.
 *
 * Mailbox: 1 the order in which handlers ran, a hex digit each; 2 the same with equal priorities;
 *   3 priority bits that stick
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "mailbox.h"

#define NVIC_IPR ((volatile uint8_t *)0xe000e400)

static volatile uint32_t order;

static void note(unsigned digit)
{
    order = order << 4 | digit;
}

void exti0_handler(void)
{
    REG(EXTI, EXTI_PR) = 1 << 0;
    note(1);
    REG(EXTI, EXTI_SWIER) = 1 << 1;     /* preempts if it is more urgent */
    (void)REG(EXTI, EXTI_PR);
    __asm__ volatile("dsb\n isb");
    note(2);
}

void exti1_handler(void)
{
    REG(EXTI, EXTI_PR) = 1 << 1;
    note(3);
}

static uint32_t run(unsigned priority0, unsigned priority1)
{
    order = 0;
    NVIC_IPR[6] = priority0;
    NVIC_IPR[7] = priority1;
    REG(EXTI, EXTI_SWIER) = 1 << 0;
    __asm__ volatile("dsb\n isb");
    note(4);
    return order;
}

int main(void)
{
    REG(EXTI, EXTI_IMR) = 3;
    NVIC_IPR[6] = 0xff;
    mailbox[3] = NVIC_IPR[6];
    irq_enable(6);
    irq_enable(7);
    mailbox[1] = run(0x80, 0x40);
    mailbox[2] = run(0x80, 0x80);
    mailbox_finish();
}
