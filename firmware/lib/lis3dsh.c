/*
 * The accelerometer of the board, see lis3dsh.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "lis3dsh.h"

static uint8_t pass(uint8_t byte)
{
    REG(SPI1, SPI_DR) = byte;
    while (!(REG(SPI1, SPI_SR) & SPI_SR_RXNE)) {
    }
    return REG(SPI1, SPI_DR);
}

/* CS is PE3. */
static void begin(uint8_t command)
{
    REG(GPIOE, GPIO_BSRR) = 1 << 19;
    pass(command);
}

static void end(void)
{
    REG(GPIOE, GPIO_BSRR) = 1 << 3;
}

void lis3dsh_read(uint8_t n, uint8_t *data, unsigned size)
{
    begin(0x80 | n);
    for (unsigned i = 0; i < size; i++) {
        data[i] = pass(0);
    }
    end();
}

uint8_t lis3dsh_get(uint8_t n)
{
    uint8_t value;

    lis3dsh_read(n, &value, 1);
    return value;
}

void lis3dsh_put(uint8_t n, uint8_t value)
{
    begin(n);
    pass(value);
    end();
}

/* 0.06 mg a digit. */
void lis3dsh_get_mg(int32_t mg[3])
{
    uint8_t out[6];

    lis3dsh_read(LIS3DSH_OUT_X_L, out, sizeof(out));
    for (unsigned axis = 0; axis < 3; axis++) {
        mg[axis] = (int16_t)(out[2 * axis] | out[2 * axis + 1] << 8) * 6 / 100;
    }
}

bool lis3dsh_init(void)
{
    REG(RCC, RCC_AHB1ENR) |= RCC_AHB1ENR_GPIOAEN | RCC_AHB1ENR_GPIOEEN;
    REG(RCC, RCC_APB2ENR) |= RCC_APB2ENR_SPI1EN;
    REG(GPIOE, GPIO_BSRR) = 1 << 3;
    set_field(&REG(GPIOE, GPIO_MODER), 3 << 6, 1);
    set_field(&REG(GPIOA, GPIO_AFRL), 0xfffu << 20, 0x555);     /* PA5 ... 7 */
    set_field(&REG(GPIOA, GPIO_MODER), 0x3f << 10, 0x2a);
    REG(SPI1, SPI_CR1) = SPI_CR1_MSTR | SPI_CR1_SSM | SPI_CR1_SSI | 3 << 3 | SPI_CR1_CPOL |
                         SPI_CR1_CPHA | SPI_CR1_SPE;            /* 5.25 MHz */
    return lis3dsh_get(LIS3DSH_WHO_AM_I) == 0x3f;
}
