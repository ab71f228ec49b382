/*
 * The codec of the board, see cs43l22.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "cs43l22.h"

#define CODEC 0x94

static unsigned errors;

static void pins_init(void)
{
    REG(RCC, RCC_AHB1ENR) |= RCC_AHB1ENR_GPIOAEN | RCC_AHB1ENR_GPIOBEN | RCC_AHB1ENR_GPIOCEN |
                             RCC_AHB1ENR_GPIODEN;
    REG(RCC, RCC_APB1ENR) |= RCC_APB1ENR_I2C1EN;
    REG(GPIOB, GPIO_OTYPER) |= 1 << 6 | 1 << 9;
    REG(GPIOB, GPIO_AFRL) |= 4 << 24;
    REG(GPIOB, GPIO_AFRH) |= 4 << 4;
    set_field(&REG(GPIOB, GPIO_MODER), 3 << 12, 2);
    set_field(&REG(GPIOB, GPIO_MODER), 3 << 18, 2);
    REG(GPIOA, GPIO_AFRL) |= 6 << 16;
    set_field(&REG(GPIOA, GPIO_MODER), 3 << 8, 2);
    REG(GPIOC, GPIO_AFRL) |= 6u << 28;
    REG(GPIOC, GPIO_AFRH) |= 6 << 8 | 6 << 16;
    set_field(&REG(GPIOC, GPIO_MODER), 3 << 14, 2);
    set_field(&REG(GPIOC, GPIO_MODER), 3 << 20, 2);
    set_field(&REG(GPIOC, GPIO_MODER), 3 << 24, 2);
    set_field(&REG(GPIOD, GPIO_MODER), 3 << 8, 1);
    REG(GPIOD, GPIO_BSRR) = 1 << 4;
}

/* ---- I2C ---- */

static void i2c_init(void)
{
    REG(I2C1, I2C_CR2) = 42;
    REG(I2C1, I2C_CCR) = 210;
    REG(I2C1, I2C_TRISE) = 43;
    REG(I2C1, I2C_CR1) = I2C_CR1_PE;
}

static void i2c_wait(uint32_t flags)
{
    while (!(REG(I2C1, I2C_SR1) & (flags | I2C_SR1_AF))) {
    }
    if (REG(I2C1, I2C_SR1) & I2C_SR1_AF) {
        REG(I2C1, I2C_SR1) = 0;
        errors++;
    }
}

static void i2c_begin(uint8_t address)
{
    REG(I2C1, I2C_CR1) |= I2C_CR1_START;
    i2c_wait(I2C_SR1_SB);
    REG(I2C1, I2C_DR) = address;
    i2c_wait(I2C_SR1_ADDR);
    (void)REG(I2C1, I2C_SR2);
}

static void i2c_end(void)
{
    REG(I2C1, I2C_CR1) |= I2C_CR1_STOP;
    while (REG(I2C1, I2C_SR2) & I2C_SR2_BUSY) {
    }
}

static void i2c_send(uint8_t byte)
{
    REG(I2C1, I2C_DR) = byte;
    i2c_wait(I2C_SR1_BTF);
}

void cs43l22_put(uint8_t reg, uint8_t value)
{
    i2c_begin(CODEC);
    i2c_send(reg);
    i2c_send(value);
    i2c_end();
}

uint8_t cs43l22_get(uint8_t reg)
{
    uint8_t value;

    i2c_begin(CODEC);
    i2c_send(reg);
    i2c_begin(CODEC | 1);
    REG(I2C1, I2C_CR1) |= I2C_CR1_STOP;
    i2c_wait(I2C_SR1_RXNE);
    value = REG(I2C1, I2C_DR);
    while (REG(I2C1, I2C_SR2) & I2C_SR2_BUSY) {
    }
    return value;
}

void cs43l22_init(void)
{
    pins_init();
    i2c_init();
}

unsigned cs43l22_errors(void)
{
    return errors;
}
