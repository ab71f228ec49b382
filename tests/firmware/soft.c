/*
 * Masters made of GPIOs, as people write them: SPI to the accelerometer (PA5, PA6, PA7, CS PE3), I2C to the
 * codec (PB6, PB9) and to an EEPROM (PC4, PC5), a UART's transmitter at PD0 and a receiver at PD1.
 *
 * Jumpers it wants: pd0-pb11 (USART3 RX), pd1-pb10 (USART3 TX); and a bus of QEMU's at PC4 (SCL), PC5.
 *
 * Mailbox: 1 what the accelerometer is, 2 CTRL_REG4 read back; 3 ID of the codec, 4 its register 0x20
 * read back; 5 acknowledges of an address that nobody has; 6 bytes that came wrong from the EEPROM;
 * 7, 8 bytes that came wrong at USART3, from it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "mailbox.h"

#define BAUD 115200
#define HCLK 168000000
#define UART_BYTES 32

static void output(uint32_t gpio, unsigned n, bool open_drain)
{
    REG(gpio, GPIO_BSRR) = 1 << n;
    set_field(&REG(gpio, GPIO_OTYPER), 1 << n, open_drain);
    set_field(&REG(gpio, GPIO_MODER), 3u << 2 * n, 1);
}

static void set(uint32_t gpio, unsigned n, bool level)
{
    REG(gpio, GPIO_BSRR) = 1u << (level ? n : n + 16);
}

static bool get(uint32_t gpio, unsigned n)
{
    return REG(gpio, GPIO_IDR) >> n & 1;
}

static void wait_until(uint32_t cycles)
{
    while ((int32_t)(DWT_CYCCNT - cycles) < 0) {
    }
}

static void wait(uint32_t cycles)
{
    wait_until(DWT_CYCCNT + cycles);
}

/* ---- SPI, mode 3 ---- */

static uint8_t spi_pass(uint8_t out)
{
    uint8_t in = 0;

    for (int bit = 7; bit >= 0; bit--) {
        set(GPIOA, 5, false);
        set(GPIOA, 7, out >> bit & 1);
        wait(20);
        set(GPIOA, 5, true);
        in = in << 1 | get(GPIOA, 6);
        wait(20);
    }
    return in;
}

static uint8_t spi_access(uint8_t address, uint8_t data)
{
    uint8_t in;

    set(GPIOE, 3, false);
    spi_pass(address);
    in = spi_pass(data);
    set(GPIOE, 3, true);
    return in;
}

static void talk_spi(void)
{
    output(GPIOE, 3, false);
    output(GPIOA, 5, false);
    output(GPIOA, 7, false);
    mailbox[1] = spi_access(0x80 | 0x0f, 0);
    spi_access(0x20, 0x67);
    mailbox[2] = spi_access(0x80 | 0x20, 0);
}

/* ---- I2C, 100 kHz ---- */

static uint32_t i2c_port;
static unsigned i2c_scl, i2c_sda;

static void scl(bool level)
{
    wait(HCLK / 400000);
    set(i2c_port, i2c_scl, level);
    while (level && !get(i2c_port, i2c_scl)) {
    }
    wait(HCLK / 400000);
}

static void sda(bool level)
{
    set(i2c_port, i2c_sda, level);
}

static bool i2c_bit(bool level)
{
    sda(level);
    scl(true);
    level = get(i2c_port, i2c_sda);
    scl(false);
    return level;
}

static void i2c_begin(void)
{
    sda(true);
    scl(true);
    sda(false);
    scl(false);
}

static void i2c_end(void)
{
    sda(false);
    scl(true);
    sda(true);
    wait(HCLK / 100000);
}

static bool i2c_write(uint8_t byte)
{
    for (int bit = 7; bit >= 0; bit--) {
        i2c_bit(byte >> bit & 1);
    }
    return !i2c_bit(true);
}

static uint8_t i2c_read(bool ack)
{
    uint8_t byte = 0;

    for (unsigned bit = 0; bit < 8; bit++) {
        byte = byte << 1 | i2c_bit(true);
    }
    i2c_bit(!ack);
    return byte;
}

static void i2c_pins(uint32_t port, unsigned scl_pin, unsigned sda_pin)
{
    i2c_port = port;
    i2c_scl = scl_pin;
    i2c_sda = sda_pin;
    output(port, scl_pin, true);
    output(port, sda_pin, true);
}

static uint8_t codec_read(uint8_t n)
{
    uint8_t value;

    i2c_begin();
    i2c_write(0x94);
    i2c_write(n);
    i2c_begin();
    i2c_write(0x95);
    value = i2c_read(false);
    i2c_end();
    return value;
}

static void talk_codec(void)
{
    output(GPIOD, 4, false);                /* out of reset */
    i2c_pins(GPIOB, 6, 9);
    mailbox[3] = codec_read(0x01);
    i2c_begin();
    mailbox[5] += !i2c_write(0x94);
    i2c_write(0x20);
    i2c_write(0x5a);
    i2c_end();
    mailbox[4] = codec_read(0x20);
    i2c_begin();
    mailbox[5] += i2c_write(0x70);
    i2c_end();
}

static void talk_eeprom(void)
{
    i2c_pins(GPIOC, 4, 5);
    i2c_begin();
    i2c_write(0xa0);
    i2c_write(0x10);
    for (unsigned i = 0; i < 8; i++) {
        i2c_write(0xc0 + 5 * i);
    }
    i2c_end();
    i2c_begin();
    i2c_write(0xa0);
    i2c_write(0x10);
    i2c_begin();
    i2c_write(0xa1);
    for (unsigned i = 0; i < 8; i++) {
        mailbox[6] += i2c_read(i < 7) != 0xc0 + 5 * i;
    }
    i2c_end();
}

/* ---- UART ---- */

static void uart_put(uint8_t byte)
{
    uint32_t when = DWT_CYCCNT;

    for (uint32_t word = byte << 1 | 0x200; word; word >>= 1) {
        set(GPIOD, 0, word & 1);
        wait_until(when += HCLK / BAUD);
    }
}

static uint8_t uart_get(void)
{
    uint32_t when;
    uint8_t byte = 0;

    while (get(GPIOD, 1)) {
    }
    when = DWT_CYCCNT + HCLK / BAUD / 2;
    for (unsigned bit = 0; bit < 8; bit++) {
        wait_until(when += HCLK / BAUD);
        byte |= get(GPIOD, 1) << bit;
    }
    wait_until(when += HCLK / BAUD);
    return byte;
}

static void talk_uart(void)
{
    REG(RCC, RCC_APB1ENR) |= 1 << 18;
    set_field(&REG(GPIOB, GPIO_AFRH), 0xff << 8, 0x77);
    set_field(&REG(GPIOB, GPIO_MODER), 0xf << 20, 0xa);
    REG(USART3, USART_BRR) = (42000000 + BAUD / 2) / BAUD;
    REG(USART3, USART_CR1) = USART_CR1_UE | USART_CR1_TE | USART_CR1_RE;
    output(GPIOD, 0, false);
    while (!(REG(USART3, USART_SR) & USART_SR_TC)) {
    }
    for (unsigned i = 0; i < UART_BYTES; i++) {
        uart_put(i * 9);
        if (!(REG(USART3, USART_SR) & USART_SR_RXNE) || REG(USART3, USART_DR) != (i * 9 & 0xff)) {
            mailbox[7]++;
        }
    }
    for (unsigned i = 0; i < UART_BYTES; i++) {
        REG(USART3, USART_DR) = i * 11;
        mailbox[8] += uart_get() != (i * 11 & 0xff);
    }
}

int main(void)
{
    cycles_init();
    clock_168mhz();
    REG(RCC, RCC_AHB1ENR) |= 0x1f;
    talk_spi();
    talk_codec();
    talk_eeprom();
    talk_uart();
    mailbox_finish();
}
