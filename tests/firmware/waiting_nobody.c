/*
 * A loop that waits for what does not come: I2C1 (PB6, PB9) is at an address that nobody answers, and ADDR stays 0.
 *
 * Mailbox: 0 it waits
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "mailbox.h"

int main(void)
{
    REG(RCC, RCC_AHB1ENR) |= RCC_AHB1ENR_GPIOBEN;
    REG(RCC, RCC_APB1ENR) |= RCC_APB1ENR_I2C1EN;
    clock_settles();
    REG(GPIOB, GPIO_OTYPER) |= 1 << 6 | 1 << 9;
    REG(GPIOB, GPIO_AFRL) |= 4 << 24;
    REG(GPIOB, GPIO_AFRH) |= 4 << 4;
    set_field(&REG(GPIOB, GPIO_MODER), 3 << 12, 2);
    set_field(&REG(GPIOB, GPIO_MODER), 3 << 18, 2);
    REG(I2C1, I2C_CR2) = 16;
    REG(I2C1, I2C_CCR) = 80;
    REG(I2C1, I2C_TRISE) = 17;
    REG(I2C1, I2C_CR1) = I2C_CR1_PE | I2C_CR1_START;
    while (!(REG(I2C1, I2C_SR1) & I2C_SR1_SB)) {
    }
    REG(I2C1, I2C_DR) = 0x42 << 1;
    mailbox[0] = MAILBOX_DONE;
    while (!(REG(I2C1, I2C_SR1) & I2C_SR1_ADDR)) {
    }
    mailbox_finish();
}
