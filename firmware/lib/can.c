/*
 * CAN1 and CAN2, see can.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "can.h"

void can_pins_init(void)
{
    REG(RCC, RCC_AHB1ENR) |= RCC_AHB1ENR_GPIOBEN | RCC_AHB1ENR_GPIODEN;
    REG(RCC, RCC_APB1ENR) |= RCC_APB1ENR_CAN1EN | RCC_APB1ENR_CAN2EN;
    set_field(&REG(GPIOD, GPIO_AFRL), 0xff, 0x99);
    set_field(&REG(GPIOD, GPIO_MODER), 0xf, 0xa);
    set_field(&REG(GPIOB, GPIO_AFRL), 0xff << 20, 0x99);
    set_field(&REG(GPIOB, GPIO_MODER), 0xf << 10, 0xa);
}

void can_start(uint32_t can, uint32_t btr, uint32_t ier)
{
    REG(can, CAN_MCR) = CAN_MCR_INRQ;
    while (!(REG(can, CAN_MSR) & CAN_MSR_INAK)) {
    }
    REG(can, CAN_BTR) = btr;
    REG(can, CAN_IER) = ier;
    REG(can, CAN_MCR) = 0;
    while (REG(can, CAN_MSR) & CAN_MSR_INAK) {
    }
}
