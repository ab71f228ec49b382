/*
 * I2C (RM0090 27.3): I2C1 as master of I2C2.  SMBus and what the outside world does to the lines
 * are in smbus-test.c, the rest of the chip and parts of QEMU in i2c-chip-test.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/tests/qtest/i2c.h"

/* ---- Master sends ---- */

static void test_write(void)
{
    i2c_join(0);
    i2c_start(I2C1);
    g_assert_cmphex(peek(I2C1 + A_CR1) & START, ==, 0);
    g_assert_cmphex(sr2(I2C2) & (BUSY | MSL), ==, BUSY);
    sr1(I2C1);
    poke(I2C1 + A_DR, OWN << 1);
    g_assert_cmphex(sr1(I2C1) & SB, ==, 0);
    board_wait_ns(BYTE_NS - 1);
    g_assert_cmphex(sr1(I2C1), ==, 0);
    g_assert_cmphex(sr1(I2C2), ==, 0);
    board_wait_ns(1);
    g_assert_cmphex(sr1(I2C1), ==, ADDR | TXE);
    g_assert_cmphex(sr1(I2C2), ==, ADDR);
    g_assert_cmphex(sr2(I2C2), ==, BUSY);
    g_assert_cmphex(sr2(I2C1), ==, TRA | BUSY | MSL);
    g_assert_cmphex(sr1(I2C1), ==, TXE);                /* SR1, then SR2 */
    poke(I2C1 + A_DR, 0x11);
    g_assert_cmphex(sr1(I2C1), ==, TXE);                /* it is in the shift register */
    poke(I2C1 + A_DR, 0x22);
    g_assert_cmphex(sr1(I2C1), ==, 0);
    board_wait_ns(BYTE_NS - 1);
    g_assert_cmphex(sr1(I2C2), ==, 0);
    board_wait_ns(1);
    g_assert_cmphex(sr1(I2C2), ==, RXNE);
    g_assert_cmphex(sr1(I2C1), ==, TXE);
    g_assert_cmphex(peek(I2C2 + A_DR), ==, 0x11);
    board_wait_ns(BYTE_NS);                             /* no gap between them */
    g_assert_cmphex(sr1(I2C1), ==, TXE | BTF);
    g_assert_cmphex(peek(I2C2 + A_DR), ==, 0x22);
    cr1_set(I2C1, STOP);
    board_wait_ns(BIT_NS - 1);
    g_assert_cmphex(peek(I2C1 + A_CR1) & STOP, ==, STOP);
    g_assert_cmphex(sr2(I2C2) & BUSY, ==, BUSY);
    board_wait_ns(1);
    g_assert_cmphex(peek(I2C1 + A_CR1) & STOP, ==, 0);
    g_assert_cmphex(sr1(I2C1), ==, 0);
    g_assert_cmphex(sr2(I2C1), ==, 0);
    g_assert_cmphex(sr1(I2C2), ==, STOPF);
    g_assert_cmphex(sr2(I2C2), ==, 0);
    clear_stopf(I2C2);
    g_assert_cmpint(board_mistakes("i2c"), ==, 0);
}

/* Nobody has that address; somebody has, but with ACK 0. */
static void test_address_nack(void)
{
    i2c_join(0);
    i2c_address(I2C1, 0x50 << 1);
    g_assert_cmphex(sr1(I2C1), ==, AF);
    g_assert_cmphex(sr1(I2C2), ==, 0);
    board_wait_ns(10 * BYTE_NS);
    g_assert_cmphex(sr2(I2C1), ==, MSL | BUSY);         /* it keeps the bus */
    poke(I2C1 + A_SR1, ~AF);
    g_assert_cmphex(sr1(I2C1), ==, 0);
    i2c_stop(I2C1);
    cr1_clear(I2C2, ACK);
    i2c_address(I2C1, OWN << 1);
    g_assert_cmphex(sr1(I2C1), ==, AF);
    i2c_stop(I2C1);
}

/* The slave has enough: its master gets AF. */
static void test_data_nack(void)
{
    i2c_join(0);
    i2c_address(I2C1, OWN << 1);
    clear_addr(I2C1);
    clear_addr(I2C2);
    cr1_clear(I2C2, ACK);
    i2c_byte(I2C1, 1);
    g_assert_cmphex(sr1(I2C1), ==, AF | TXE);
    g_assert_cmphex(peek(I2C2 + A_DR), ==, 1);
    i2c_stop(I2C1);
    g_assert_cmphex(sr1(I2C2) & STOPF, ==, 0);          /* not after a NACK */
}

/* SCL periods of Sm, Fm and Fm with DUTY. */
static void test_rates(void)
{
    static const struct { uint32_t ccr; unsigned ticks; } rate[] = {
        { 80, 160 }, { 4, 8 }, { 0x8000 | 14, 42 }, { 0xc000 | 2, 50 }, { 0xfff, 8190 },
    };

    i2c_join(0);
    for (unsigned i = 0; i < ARRAY_SIZE(rate); i++) {
        int64_t bit = rate[i].ticks * 1000 / 16;

        cr1_clear(I2C1, PE);
        poke(I2C1 + A_CCR, rate[i].ccr);
        cr1_set(I2C1, PE);
        cr1_set(I2C1, START);
        board_wait_ns(bit - 1);
        g_assert_cmphex(sr1(I2C1) & SB, ==, 0);
        board_wait_ns(1);
        g_assert_cmphex(sr1(I2C1) & SB, ==, SB);
        poke(I2C1 + A_DR, 0x10);
        board_wait_ns(9 * bit - 1);
        g_assert_cmphex(sr1(I2C1) & AF, ==, 0);
        board_wait_ns(2);
        g_assert_cmphex(sr1(I2C1) & AF, ==, AF);
        cr1_set(I2C1, STOP);
        board_wait_ns(bit);
        g_assert_cmphex(sr2(I2C1), ==, 0);
    }
}

/* ---- Master receives ---- */

/* The slave sends @byte, and every next one is a higher. */
static void slave_begins(uint8_t byte)
{
    g_assert_cmphex(sr1(I2C2), ==, ADDR | TXE);
    g_assert_cmphex(sr2(I2C2), ==, TRA | BUSY);
    poke(I2C2 + A_DR, byte);
    g_assert_cmphex(sr1(I2C2), ==, TXE);                /* the shift register has taken it */
    poke(I2C2 + A_DR, byte + 1);
    g_assert_cmphex(sr1(I2C2), ==, 0);
}

static void read_begins(uint8_t byte)
{
    i2c_address(I2C1, OWN << 1 | 1);
    g_assert_cmphex(sr1(I2C1), ==, ADDR);
    slave_begins(byte);
}

static void read_ends(void)
{
    board_wait_ns(BIT_NS);
    g_assert_cmphex(sr2(I2C1), ==, 0);
    g_assert_cmphex(sr1(I2C1), ==, 0);
    g_assert_cmphex(sr1(I2C2) & (AF | STOPF), ==, AF);
    poke(I2C2 + A_SR1, 0);
    g_assert_cmphex(sr2(I2C2), ==, 0);
}

/* RM0090 27.3.3: ACK is cleared before ADDR, STOP set after. */
static void test_read_1(void)
{
    i2c_join(0);
    read_begins(0x55);
    cr1_clear(I2C1, ACK);
    g_assert_cmphex(sr2(I2C1), ==, BUSY | MSL);
    cr1_set(I2C1, STOP);
    board_wait_ns(BYTE_NS - 1);
    g_assert_cmphex(sr1(I2C1), ==, 0);
    board_wait_ns(1);
    g_assert_cmphex(sr1(I2C1), ==, RXNE);
    g_assert_cmphex(peek(I2C1 + A_DR), ==, 0x55);
    read_ends();
}

/* POS: ACK cleared is for the second. */
static void test_read_2(void)
{
    i2c_join(0);
    read_begins(0x60);
    cr1_clear(I2C1, ACK);
    cr1_set(I2C1, POS);
    clear_addr(I2C1);
    board_wait_ns(BYTE_NS);
    g_assert_cmphex(sr1(I2C1), ==, RXNE);
    board_wait_ns(BYTE_NS);
    g_assert_cmphex(sr1(I2C1), ==, RXNE | BTF);
    board_wait_ns(5 * BYTE_NS);
    cr1_set(I2C1, STOP);
    g_assert_cmphex(peek(I2C1 + A_DR), ==, 0x60);
    g_assert_cmphex(sr1(I2C1), ==, RXNE);
    g_assert_cmphex(peek(I2C1 + A_DR), ==, 0x61);
    read_ends();
}

/* More: BTF with two bytes left to come, then ACK is cleared. */
static void test_read_3(void)
{
    i2c_join(0);
    read_begins(0x70);
    clear_addr(I2C1);
    board_wait_ns(2 * BYTE_NS);
    g_assert_cmphex(sr1(I2C1), ==, RXNE | BTF);
    g_assert_cmphex(sr1(I2C2), ==, TXE | BTF);
    poke(I2C2 + A_DR, 0x72);
    g_assert_cmphex(sr1(I2C2), ==, TXE);
    board_wait_ns(3 * BYTE_NS);                         /* SCL is low: nothing comes */
    cr1_clear(I2C1, ACK);
    g_assert_cmphex(peek(I2C1 + A_DR), ==, 0x70);
    board_wait_ns(BYTE_NS);
    g_assert_cmphex(sr1(I2C1), ==, RXNE | BTF);
    cr1_set(I2C1, STOP);
    g_assert_cmphex(peek(I2C1 + A_DR), ==, 0x71);
    g_assert_cmphex(peek(I2C1 + A_DR), ==, 0x72);
    read_ends();
}

/* The other way: ACK cleared and STOP set after the last byte but one. */
static void test_read_n(void)
{
    i2c_join(0);
    read_begins(0x80);
    clear_addr(I2C1);
    for (unsigned i = 0; i < 6; i++) {
        board_wait_ns(BYTE_NS);
        g_assert_cmphex(sr1(I2C1), ==, RXNE);
        if (i < 4) {
            poke(I2C2 + A_DR, 0x82 + i);
        }
        if (i == 4) {
            cr1_clear(I2C1, ACK);
            cr1_set(I2C1, STOP);
        }
        g_assert_cmphex(peek(I2C1 + A_DR), ==, 0x80 + i);
    }
    read_ends();
}

/* STOP late: after a NACK nothing more is clocked. */
static void test_read_late_stop(void)
{
    i2c_join(0);
    read_begins(0x11);
    cr1_clear(I2C1, ACK);
    clear_addr(I2C1);
    board_wait_ns(4 * BYTE_NS);
    g_assert_cmphex(sr1(I2C1), ==, RXNE);
    g_assert_cmphex(peek(I2C1 + A_DR), ==, 0x11);
    cr1_set(I2C1, STOP);
    read_ends();
}

/* Write a register's number, then read, as most parts want it. */
static void test_repeated_start(void)
{
    i2c_join(0);
    i2c_address(I2C1, OWN << 1);
    clear_addr(I2C1);
    clear_addr(I2C2);
    i2c_byte(I2C1, 0x0f);
    g_assert_cmphex(peek(I2C2 + A_DR), ==, 0x0f);
    i2c_start(I2C1);
    g_assert_cmphex(sr1(I2C1), ==, SB);                 /* TXE and BTF are gone */
    g_assert_cmphex(sr2(I2C1), ==, BUSY | MSL);
    g_assert_cmphex(sr1(I2C2) & STOPF, ==, 0);
    i2c_byte(I2C1, OWN << 1 | 1);
    slave_begins(0x33);
    cr1_clear(I2C1, ACK);
    clear_addr(I2C1);
    cr1_set(I2C1, STOP);
    board_wait_ns(BYTE_NS);
    g_assert_cmphex(peek(I2C1 + A_DR), ==, 0x33);
    read_ends();
}

/* ---- Addresses ---- */

/* Is @byte answered?  With which flags of SR2? */
static uint32_t flags_of(uint8_t byte)
{
    uint32_t flags;

    i2c_address(I2C1, byte);
    if (sr1(I2C1) & AF) {
        poke(I2C1 + A_SR1, ~AF);
        i2c_stop(I2C1);
        return 0;
    }
    g_assert_cmphex(sr1(I2C2) & ADDR, ==, ADDR);
    flags = sr2(I2C2);
    clear_addr(I2C1);
    i2c_stop(I2C1);
    clear_stopf(I2C2);
    g_assert_cmphex(sr2(I2C2), ==, 0);
    return flags;
}

static void test_addresses(void)
{
    i2c_join(0);
    g_assert_cmphex(flags_of(OWN << 1), ==, BUSY);
    g_assert_cmphex(flags_of(0x24 << 1), ==, 0);
    g_assert_cmphex(flags_of(0), ==, 0);
    poke(I2C2 + A_OAR2, 0x24 << 1);
    g_assert_cmphex(flags_of(0x24 << 1), ==, 0);
    poke(I2C2 + A_OAR2, 0x24 << 1 | 1);
    g_assert_cmphex(flags_of(0x24 << 1), ==, BUSY | DUALF);
    g_assert_cmphex(flags_of(OWN << 1), ==, BUSY);
    cr1_set(I2C2, ENGC);
    g_assert_cmphex(flags_of(0), ==, BUSY | GENCALL);
}

/* 10 bits: a header, the rest; to read, START and the header again. */
static void test_10_bits(void)
{
    i2c_join(0);
    poke(I2C2 + A_OAR1, 0x8000 | 0x30f);
    i2c_address(I2C1, 0xf4);                            /* another's header */
    g_assert_cmphex(sr1(I2C1), ==, AF);
    poke(I2C1 + A_SR1, ~AF);
    i2c_stop(I2C1);
    i2c_address(I2C1, 0xf6);
    g_assert_cmphex(sr1(I2C1), ==, ADD10);
    g_assert_cmphex(sr1(I2C2), ==, 0);
    i2c_byte(I2C1, 0x0f);
    g_assert_cmphex(sr1(I2C1), ==, ADDR | TXE);
    clear_addr(I2C1);
    clear_addr(I2C2);
    i2c_byte(I2C1, 0x77);
    g_assert_cmphex(peek(I2C2 + A_DR), ==, 0x77);
    i2c_start(I2C1);
    i2c_byte(I2C1, 0xf7);
    slave_begins(0x99);
    cr1_clear(I2C1, ACK);
    clear_addr(I2C1);
    cr1_set(I2C1, STOP);
    board_wait_ns(BYTE_NS);
    g_assert_cmphex(peek(I2C1 + A_DR), ==, 0x99);
    read_ends();
    /* the other half of the address is another's; R without W before is nobody's */
    i2c_address(I2C1, 0xf6);
    g_assert_cmphex(sr1(I2C1), ==, ADD10);
    i2c_byte(I2C1, 0x0e);
    g_assert_cmphex(sr1(I2C1), ==, AF);
    i2c_stop(I2C1);
    poke(I2C1 + A_SR1, 0);
    i2c_address(I2C1, 0xf7);
    g_assert_cmphex(sr1(I2C1), ==, AF);
    i2c_stop(I2C1);
}

/* ---- Slave ---- */

/* It lets the master wait until ADDR is cleared, and while two bytes are unread. */
static void test_stretch(void)
{
    i2c_join(0);
    i2c_address(I2C1, OWN << 1);
    clear_addr(I2C1);
    poke(I2C1 + A_DR, 1);
    poke(I2C1 + A_DR, 2);
    board_wait_ns(10 * BYTE_NS);
    g_assert_cmphex(sr1(I2C2), ==, ADDR);
    g_assert_cmphex(sr1(I2C1), ==, 0);
    clear_addr(I2C2);
    board_wait_ns(BYTE_NS - 1);
    g_assert_cmphex(sr1(I2C2), ==, 0);
    board_wait_ns(1);
    g_assert_cmphex(sr1(I2C2), ==, RXNE);
    board_wait_ns(BYTE_NS);
    g_assert_cmphex(sr1(I2C2), ==, RXNE | BTF);
    poke(I2C1 + A_DR, 3);
    board_wait_ns(10 * BYTE_NS);
    g_assert_cmphex(peek(I2C2 + A_DR), ==, 1);
    g_assert_cmphex(sr1(I2C2), ==, RXNE);
    board_wait_ns(BYTE_NS - 1);
    g_assert_cmphex(sr1(I2C1) & BTF, ==, 0);
    board_wait_ns(1);
    g_assert_cmphex(sr1(I2C1) & BTF, ==, BTF);
    g_assert_cmphex(peek(I2C2 + A_DR), ==, 2);
    g_assert_cmphex(peek(I2C2 + A_DR), ==, 3);
    i2c_stop(I2C1);
    clear_stopf(I2C2);
}

/* A repeated START and a STOP wait for it too. */
static void test_stretch_ends(void)
{
    i2c_join(0);
    i2c_address(I2C1, OWN << 1);
    clear_addr(I2C1);
    cr1_set(I2C1, START);
    board_wait_ns(BYTE_NS);
    g_assert_cmphex(sr1(I2C1) & SB, ==, 0);
    clear_addr(I2C2);
    board_wait_ns(BIT_NS - 1);
    g_assert_cmphex(sr1(I2C1) & SB, ==, 0);
    board_wait_ns(1);
    g_assert_cmphex(sr1(I2C1) & SB, ==, SB);
    i2c_byte(I2C1, OWN << 1);
    clear_addr(I2C1);
    cr1_set(I2C1, STOP);
    board_wait_ns(BYTE_NS);
    g_assert_cmphex(peek(I2C1 + A_CR1) & STOP, ==, STOP);
    g_assert_cmphex(sr1(I2C2), ==, ADDR);
    clear_addr(I2C2);
    g_assert_cmphex(peek(I2C1 + A_CR1) & STOP, ==, 0);
    g_assert_cmphex(sr2(I2C1), ==, 0);
    clear_stopf(I2C2);
}

/* A slave that is switched off while it stretches lets go. */
static void test_stretch_reset(void)
{
    i2c_join(0);
    i2c_address(I2C1, OWN << 1);
    clear_addr(I2C1);
    poke(I2C1 + A_DR, 1);
    board_wait_ns(BYTE_NS);
    cr1_set(I2C2, SWRST);
    board_wait_ns(BYTE_NS);
    g_assert_cmphex(sr1(I2C1) & AF, ==, AF);
    i2c_stop(I2C1);
    /* the same by RCC */
    i2c_join(0);
    i2c_address(I2C1, OWN << 1);
    clear_addr(I2C1);
    poke(I2C1 + A_DR, 1);
    board_wait_ns(BYTE_NS);
    board_hold_in_reset("i2c2", true);
    board_wait_ns(BYTE_NS);
    g_assert_cmphex(sr1(I2C1) & AF, ==, AF);
}

static void test_nostretch(void)
{
    i2c_join(NOSTRETCH);
    i2c_address(I2C1, OWN << 1);
    clear_addr(I2C1);
    poke(I2C1 + A_DR, 1);
    poke(I2C1 + A_DR, 2);
    board_wait_ns(2 * BYTE_NS);
    g_assert_cmphex(sr1(I2C2), ==, ADDR | RXNE | OVR);
    g_assert_cmphex(peek(I2C2 + A_DR), ==, 1);          /* the last is lost */
    poke(I2C2 + A_SR1, ~OVR);
    clear_addr(I2C2);
    i2c_stop(I2C1);
    clear_stopf(I2C2);
    /* nothing to send: the byte before again */
    i2c_address(I2C1, OWN << 1 | 1);
    clear_addr(I2C2);
    poke(I2C2 + A_DR, 0x21);
    clear_addr(I2C1);
    board_wait_ns(BYTE_NS);
    g_assert_cmphex(peek(I2C1 + A_DR), ==, 0x21);
    g_assert_cmphex(sr1(I2C2) & OVR, ==, OVR);
    cr1_clear(I2C1, ACK);
    cr1_set(I2C1, STOP);
    board_wait_ns(BYTE_NS);
    g_assert_cmphex(peek(I2C1 + A_DR), ==, 0x21);
}

/* I2C2 wants the bus while I2C1 has it, and gets it after its STOP. */
static void test_two_masters(void)
{
    i2c_join(0);
    poke(I2C1 + A_OAR1, 0x11 << 1);
    i2c_address(I2C1, 0x50 << 1);
    cr1_set(I2C2, START);
    board_wait_ns(10 * BYTE_NS);
    g_assert_cmphex(sr1(I2C2), ==, 0);
    poke(I2C1 + A_SR1, 0);
    cr1_set(I2C1, STOP);
    board_wait_ns(BIT_NS);
    g_assert_cmphex(sr2(I2C1), ==, 0);
    board_wait_ns(BIT_NS);
    g_assert_cmphex(sr2(I2C1), ==, BUSY);
    board_wait_ns(BIT_NS);
    g_assert_cmphex(sr1(I2C2), ==, SB);
    i2c_byte(I2C2, 0x11 << 1);
    clear_addr(I2C1);
    clear_addr(I2C2);
    i2c_byte(I2C2, 0x5a);
    g_assert_cmphex(peek(I2C1 + A_DR), ==, 0x5a);
    i2c_stop(I2C2);
    clear_stopf(I2C1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/i2c/write", test_write);
    qtest_add_func("/i2c/address-nack", test_address_nack);
    qtest_add_func("/i2c/data-nack", test_data_nack);
    qtest_add_func("/i2c/rates", test_rates);
    qtest_add_func("/i2c/read-1", test_read_1);
    qtest_add_func("/i2c/read-2", test_read_2);
    qtest_add_func("/i2c/read-3", test_read_3);
    qtest_add_func("/i2c/read-n", test_read_n);
    qtest_add_func("/i2c/read-late-stop", test_read_late_stop);
    qtest_add_func("/i2c/repeated-start", test_repeated_start);
    qtest_add_func("/i2c/addresses", test_addresses);
    qtest_add_func("/i2c/10-bits", test_10_bits);
    qtest_add_func("/i2c/stretch", test_stretch);
    qtest_add_func("/i2c/stretch-ends", test_stretch_ends);
    qtest_add_func("/i2c/stretch-reset", test_stretch_reset);
    qtest_add_func("/i2c/nostretch", test_nostretch);
    qtest_add_func("/i2c/two-masters", test_two_masters);
    return board_run_tests();
}
