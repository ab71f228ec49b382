/*
 * The camera of the base board, by registers, see camera.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "camera.h"

#define ADDRESS 0x60

static bool answers;

/* ---- Pins ---- */

static void use(uint32_t port, unsigned pin, uint32_t function)
{
    set_field(&REG(port, pin < 8 ? GPIO_AFRL : GPIO_AFRH), 15u << 4 * (pin & 7), function);
    set_field(&REG(port, GPIO_MODER), 3u << 2 * pin, 2);
}

static void pins_init(void)
{
    REG(RCC, RCC_AHB1ENR) |= RCC_AHB1ENR_GPIOAEN | RCC_AHB1ENR_GPIOBEN | RCC_AHB1ENR_GPIOCEN | RCC_AHB1ENR_GPIOEEN |
                             RCC_AHB1ENR_DMA2EN;
    REG(RCC, RCC_AHB2ENR) |= RCC_AHB2ENR_DCMIEN;
    REG(RCC, RCC_APB1ENR) |= RCC_APB1ENR_I2C1EN;
    use(GPIOA, 6, 13);
    use(GPIOA, 4, 13);
    use(GPIOB, 7, 13);
    use(GPIOC, 6, 13);
    use(GPIOC, 7, 13);
    use(GPIOE, 0, 13);
    use(GPIOE, 1, 13);
    use(GPIOE, 4, 13);
    use(GPIOB, 6, 13);
    use(GPIOE, 5, 13);
    use(GPIOE, 6, 13);
    REG(GPIOB, GPIO_OTYPER) |= 3 << 8;
    use(GPIOB, 8, 4);
    use(GPIOB, 9, 4);
}

/* ---- The sensor ---- */

static void i2c_wait(uint32_t flags)
{
    while (!(REG(I2C1, I2C_SR1) & (flags | I2C_SR1_AF))) {
    }
    answers &= !(REG(I2C1, I2C_SR1) & I2C_SR1_AF);
}

static void i2c_begin(uint32_t address)
{
    REG(I2C1, I2C_CR1) |= I2C_CR1_START;
    i2c_wait(I2C_SR1_SB);
    REG(I2C1, I2C_DR) = address;
    i2c_wait(I2C_SR1_ADDR);
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

static void camera_put(uint8_t reg, uint8_t value)
{
    i2c_begin(ADDRESS);
    (void)REG(I2C1, I2C_SR2);
    i2c_send(reg);
    i2c_send(value);
    i2c_end();
}

static uint8_t camera_get(uint8_t reg)
{
    uint8_t value;

    i2c_begin(ADDRESS);
    (void)REG(I2C1, I2C_SR2);
    i2c_send(reg);
    i2c_end();
    i2c_begin(ADDRESS | 1);
    (void)REG(I2C1, I2C_SR2);
    REG(I2C1, I2C_CR1) |= I2C_CR1_STOP;
    i2c_wait(I2C_SR1_RXNE);
    value = REG(I2C1, I2C_DR);
    while (REG(I2C1, I2C_SR2) & I2C_SR2_BUSY) {
    }
    return value;
}

bool camera_init(void)
{
    static const uint8_t values[][2] = {
        { 0x12, 0x63 }, { 0x3a, 0xcc }, { 0x40, 0x10 }, { 0x11, 0x01 }, { 0x6b, 0x5a }, { 0x72, 0x22 }, { 0x73, 0x02 },
    };

    pins_init();
    REG(I2C1, I2C_CR2) = 42;
    REG(I2C1, I2C_CCR) = 210;
    REG(I2C1, I2C_TRISE) = 43;
    REG(I2C1, I2C_CR1) = I2C_CR1_PE;
    answers = true;
    answers &= camera_get(0x0a) == 0x96;
    camera_put(0x12, 0x80);
    for (unsigned i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        camera_put(values[i][0], values[i][1]);
    }
    return answers;
}
