/*
 * I2C1 (PB6, PB9) as master: of I2C2 (PB10, PB11), joined by jumpers, both by interrupts at 400
 * kHz; and of an EEPROM of 256 bytes at 0x50, by polling at 100 kHz.
 *
 * Mailbox: 1 bytes that came wrong at the slave, 2 at the master; 3 errors; 4 cycles for a
 * message of SIZE bytes to the slave; 5 bytes of the EEPROM that are wrong; 6 STOPs that the
 * slave has seen; 7 an address that nobody has was refused
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "mailbox.h"

#define SIZE 32
#define SLAVE 0x42
#define EEPROM 0x50

static uint8_t out[SIZE], in[SIZE], heard[SIZE];
static volatile unsigned at, heard_at, said_at;
static volatile bool reading, done;

static void pins_init(void)
{
    REG(RCC, RCC_AHB1ENR) |= RCC_AHB1ENR_GPIOBEN;
    REG(RCC, RCC_APB1ENR) |= RCC_APB1ENR_I2C1EN | RCC_APB1ENR_I2C2EN;
    REG(GPIOB, GPIO_OTYPER) |= 1 << 6 | 1 << 9 | 1 << 10 | 1 << 11;
    REG(GPIOB, GPIO_AFRL) |= 4 << 24;
    REG(GPIOB, GPIO_AFRH) |= 0x4440;
    set_field(&REG(GPIOB, GPIO_MODER), 3 << 12, 2);
    set_field(&REG(GPIOB, GPIO_MODER), 0xfc << 16, 0x2a);
}

static void i2c_init(uint32_t i2c, uint32_t ccr, uint32_t interrupts)
{
    REG(i2c, I2C_CR1) = 0;
    REG(i2c, I2C_CR2) = 42 | interrupts;
    REG(i2c, I2C_CCR) = ccr;
    REG(i2c, I2C_TRISE) = ccr & I2C_CCR_FS ? 13 : 43;
    REG(i2c, I2C_OAR1) = SLAVE << 1;
    REG(i2c, I2C_CR1) = I2C_CR1_PE;
    REG(i2c, I2C_CR1) = I2C_CR1_PE | I2C_CR1_ACK;
}

/* ---- By interrupts ---- */

static void master_received(void)
{
    if (at == SIZE - 2) {               /* the last but one is in DR: the next is the last */
        REG(I2C1, I2C_CR1) &= ~I2C_CR1_ACK;
        REG(I2C1, I2C_CR1) |= I2C_CR1_STOP;
    }
    in[at++] = REG(I2C1, I2C_DR);
    done = at == SIZE;
}

static void master_sent(void)
{
    if (at < SIZE) {
        REG(I2C1, I2C_DR) = out[at++];
    } else if (REG(I2C1, I2C_SR1) & I2C_SR1_BTF) {
        REG(I2C1, I2C_CR1) |= I2C_CR1_STOP;
        REG(I2C1, I2C_CR2) &= ~(I2C_CR2_ITBUFEN | I2C_CR2_ITEVTEN);
        done = true;
    } else {
        REG(I2C1, I2C_CR2) &= ~I2C_CR2_ITBUFEN;         /* BTF is next */
    }
}

void i2c1_event_handler(void)
{
    uint32_t sr1 = REG(I2C1, I2C_SR1);

    if (sr1 & I2C_SR1_SB) {
        REG(I2C1, I2C_DR) = SLAVE << 1 | reading;
    } else if (sr1 & I2C_SR1_ADDR) {
        (void)REG(I2C1, I2C_SR2);
    } else if (sr1 & I2C_SR1_RXNE) {
        master_received();
    } else if (sr1 & I2C_SR1_TXE) {
        master_sent();
    }
}

void i2c2_event_handler(void)
{
    uint32_t sr1 = REG(I2C2, I2C_SR1);

    if (sr1 & I2C_SR1_ADDR) {
        (void)REG(I2C2, I2C_SR2);
        heard_at = said_at = 0;
    } else if (sr1 & I2C_SR1_RXNE) {
        heard[heard_at++ % SIZE] = REG(I2C2, I2C_DR);
    } else if (sr1 & I2C_SR1_TXE) {
        REG(I2C2, I2C_DR) = heard[said_at++ % SIZE] ^ 0xff;
    } else if (sr1 & I2C_SR1_STOPF) {
        REG(I2C2, I2C_CR1) |= I2C_CR1_PE;
        mailbox[6]++;
    }
}

void i2c1_error_handler(void)
{
    mailbox[3]++;
    REG(I2C1, I2C_SR1) = 0;
}

/* NACK is how a master ends. */
void i2c2_error_handler(void)
{
    mailbox[3] += REG(I2C2, I2C_SR1) & I2C_SR1_AF ? 0 : 1;
    REG(I2C2, I2C_SR1) = 0;
}

static void transfer(bool read)
{
    at = 0;
    reading = read;
    done = false;
    REG(I2C1, I2C_CR2) |= I2C_CR2_ITEVTEN | I2C_CR2_ITBUFEN | I2C_CR2_ITERREN;
    REG(I2C1, I2C_CR1) |= I2C_CR1_START | I2C_CR1_ACK;
    while (!done) {
    }
    while (REG(I2C1, I2C_SR2) & I2C_SR2_BUSY) {
    }
}

static void talk_to_slave(void)
{
    uint32_t interrupts = I2C_CR2_ITEVTEN | I2C_CR2_ITBUFEN | I2C_CR2_ITERREN;
    uint32_t start;

    i2c_init(I2C1, I2C_CCR_FS | 35, 0);
    i2c_init(I2C2, I2C_CCR_FS | 35, interrupts);
    for (unsigned irq = 31; irq <= 34; irq++) {
        irq_enable(irq);
    }
    for (unsigned round = 0; round < 4; round++) {
        for (unsigned i = 0; i < SIZE; i++) {
            out[i] = i * 7 + round;
        }
        start = DWT_CYCCNT;
        transfer(false);
        mailbox[4] = DWT_CYCCNT - start;
        transfer(true);
        for (unsigned i = 0; i < SIZE; i++) {
            mailbox[1] += heard[i] != out[i];
            mailbox[2] += in[i] != (out[i] ^ 0xff);
        }
    }
}

/* ---- By polling ---- */

static void wait_for(uint32_t flags)
{
    while (!(REG(I2C1, I2C_SR1) & flags)) {
    }
}

/* Is it acknowledged? */
static bool address(uint8_t byte)
{
    REG(I2C1, I2C_CR1) |= I2C_CR1_START;
    wait_for(I2C_SR1_SB);
    REG(I2C1, I2C_DR) = byte;
    wait_for(I2C_SR1_ADDR | I2C_SR1_AF);
    if (REG(I2C1, I2C_SR1) & I2C_SR1_AF) {
        REG(I2C1, I2C_SR1) = (uint16_t)~I2C_SR1_AF;
        REG(I2C1, I2C_CR1) |= I2C_CR1_STOP;
        return false;
    }
    return true;
}

static void put(uint8_t byte)
{
    REG(I2C1, I2C_DR) = byte;
    wait_for(I2C_SR1_BTF);
}

static void stop(void)
{
    REG(I2C1, I2C_CR1) |= I2C_CR1_STOP;
    while (REG(I2C1, I2C_CR1) & I2C_CR1_STOP) {
    }
}

static uint8_t eeprom_read(uint8_t where)
{
    address(EEPROM << 1);
    (void)REG(I2C1, I2C_SR2);
    put(where);
    address(EEPROM << 1 | 1);
    REG(I2C1, I2C_CR1) &= ~I2C_CR1_ACK;
    (void)REG(I2C1, I2C_SR2);
    REG(I2C1, I2C_CR1) |= I2C_CR1_STOP;
    wait_for(I2C_SR1_RXNE);
    return REG(I2C1, I2C_DR);
}

static void talk_to_eeprom(void)
{
    i2c_init(I2C1, 210, 0);
    address(EEPROM << 1);
    (void)REG(I2C1, I2C_SR2);
    put(0x20);
    for (unsigned i = 0; i < 8; i++) {
        put(0xe0 + i);
    }
    stop();
    for (unsigned i = 0; i < 8; i++) {
        mailbox[5] += eeprom_read(0x20 + i) != 0xe0 + i;
    }
    mailbox[7] = !address(0x51 << 1);
}

int main(void)
{
    cycles_init();
    clock_168mhz();
    pins_init();
    talk_to_slave();
    talk_to_eeprom();
    mailbox_finish();
}
