/*
 * I2C, second part: what the outside world does to SCL and SDA, SMBus (RM0090 27.3.4 to 27.3.6),
 * and two boards joined by a cable.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/tests/qtest/i2c.h"

/* ---- Lines ---- */

/* A line held low: BUSY, and no START; gone again by a STOP, an edge of SDA while SCL is high. */
static void test_busy(void)
{
    i2c_join(0);
    pin_drive("pb9", "0");
    g_assert_cmphex(sr2(I2C1), ==, BUSY);
    cr1_set(I2C1, START);
    board_wait_ns(BYTE_NS);
    g_assert_cmphex(sr1(I2C1), ==, 0);
    pin_drive("pb9", "z");
    board_wait_ns(BIT_NS);
    g_assert_cmphex(sr1(I2C1), ==, SB);
    cr1_set(I2C1, STOP);
    board_wait_ns(BIT_NS);
    g_assert_cmphex(sr2(I2C1), ==, 0);

    /* SCL alone: nobody ever says STOP, only SWRST helps */
    pin_drive("pb6", "0");
    pin_drive("pb6", "z");
    board_wait_ns(BYTE_NS);
    g_assert_cmphex(sr2(I2C1), ==, BUSY);
    cr1_set(I2C1, SWRST);
    poke(I2C1 + A_CR1, 0);
    i2c_on(I2C1, 0);
    g_assert_cmphex(sr2(I2C1), ==, 0);
}

/* SDA is held low where the master sends a 1: 0x84 is 1000 0100. */
static void test_arbitration(void)
{
    i2c_join(0);
    board_watch_irqs();
    poke(I2C1 + A_CR2, 16 | R_CR2_ITERREN_MASK);
    i2c_start(I2C1);
    poke(I2C1 + A_DR, OWN << 1);
    board_wait_ns(1 * BIT_NS + 1000);                   /* SCL is low, in a 0 */
    pin_drive("pb9", "0");
    board_wait_ns(2 * BIT_NS);
    pin_drive("pb9", "z");                              /* no harm done */
    g_assert_cmphex(sr1(I2C1), ==, 0);
    board_wait_ns(BIT_NS);
    pin_drive("pb9", "0");
    board_wait_ns(3 * BIT_NS);
    pin_drive("pb9", "z");
    g_assert_cmphex(sr1(I2C1), ==, ARLO);
    g_assert_cmphex(sr2(I2C1) & MSL, ==, 0);
    g_assert_true(irq(32));
    poke(I2C1 + A_SR1, ~ARLO);
    g_assert_false(irq(32));
    /* held on to the end of the byte it is noticed there */
    i2c_join(0);
    i2c_start(I2C1);
    poke(I2C1 + A_DR, OWN << 1);
    board_wait_ns(4 * BIT_NS + 1000);
    pin_drive("pb9", "0");
    board_wait_ns(5 * BIT_NS);
    g_assert_cmphex(sr1(I2C1), ==, ARLO);
}

/* SDA low in the ninth bit is an acknowledge, whoever gives it. */
static void test_acknowledge_by_hand(void)
{
    i2c_join(0);
    i2c_start(I2C1);
    poke(I2C1 + A_DR, 0x20);
    board_wait_ns(8 * BIT_NS + 1000);
    pin_drive("pb9", "0");
    board_wait_ns(BIT_NS);
    g_assert_cmphex(sr1(I2C1), ==, ADDR | TXE);
    pin_drive("pb9", "z");
}

/* An edge of SDA while SCL is high. */
static void test_bus_error(void)
{
    i2c_join(0);
    i2c_address(I2C1, OWN << 1);
    clear_addr(I2C1);
    clear_addr(I2C2);
    poke(I2C1 + A_DR, 0);
    board_wait_ns(2 * BIT_NS + 7000);
    pin_drive("pb9", "0");
    pin_drive("pb9", "z");
    g_assert_cmphex(sr1(I2C1) & BERR, ==, BERR);
    g_assert_cmphex(sr1(I2C2) & BERR, ==, BERR);
    g_assert_cmphex(sr2(I2C1) & MSL, ==, MSL);          /* a master goes on */
    board_wait_ns(BYTE_NS);
    g_assert_cmphex(sr1(I2C2) & RXNE, ==, 0);           /* a slave discards */
    poke(I2C1 + A_SR1, ~BERR);
    g_assert_cmphex(sr1(I2C1) & BERR, ==, 0);
}

/* SCL held low by the outside stretches the clock. */
static void test_clock_held(void)
{
    i2c_join(0);
    i2c_start(I2C1);
    poke(I2C1 + A_DR, OWN << 1);
    board_wait_ns(BIT_NS);
    pin_drive("pb6", "0");
    board_wait_ns(20 * BIT_NS);
    g_assert_cmphex(sr1(I2C1), ==, 0);
    pin_drive("pb6", "z");
    board_wait_ns(BIT_NS);
    g_assert_cmphex(sr1(I2C1), ==, ADDR | TXE);
    /* the next byte is not shorter for it */
    clear_addr(I2C1);
    clear_addr(I2C2);
    poke(I2C1 + A_DR, 1);
    poke(I2C1 + A_DR, 2);
    board_wait_ns(BIT_NS);
    pin_drive("pb6", "0");
    board_wait_ns(20 * BIT_NS);
    pin_drive("pb6", "z");
    board_wait_ns(1000);
    g_assert_cmphex(sr1(I2C1), ==, TXE);
    board_wait_ns(BYTE_NS - 2000);
    g_assert_cmphex(sr1(I2C1), ==, TXE);
    board_wait_ns(2000);
    g_assert_cmphex(sr1(I2C1), ==, TXE | BTF);
}

/* ---- Packet error code ---- */

static uint8_t crc8(const uint8_t *data, unsigned size)
{
    unsigned crc = 0;

    for (unsigned n = 0; n < size * 8; n++) {
        unsigned bit = data[n / 8] >> (7 - n % 8) & 1;

        crc = (crc << 1 ^ ((crc >> 7 & 1) ^ bit ? 7 : 0)) & 0xff;
    }
    return crc;
}

static uint8_t pec_of(uint32_t i2c)
{
    return sr2(i2c) >> 8;
}

/* The master writes a byte, and the PEC behind it; @error: the slave has missed something. */
static void write_with_pec(bool error)
{
    static const uint8_t all[] = { OWN << 1, 0x5a };

    i2c_join(SMBUS | ENPEC);
    poke(I2C1 + A_CR1, PE | ACK | SMBUS | ENPEC);
    i2c_address(I2C1, OWN << 1);
    clear_addr(I2C1);
    clear_addr(I2C2);
    if (error) {
        cr1_clear(I2C2, ENPEC);
    }
    poke(I2C1 + A_DR, 0x5a);
    cr1_set(I2C1, PEC);
    board_wait_ns(BYTE_NS);
    cr1_set(I2C2, ENPEC);
    g_assert_cmphex(sr1(I2C1) & BTF, ==, 0);
    g_assert_cmphex(peek(I2C2 + A_DR), ==, 0x5a);
    g_assert_cmphex(pec_of(I2C1), ==, crc8(all, 2));
    cr1_set(I2C2, PEC);
    board_wait_ns(BYTE_NS);
    g_assert_cmphex(peek(I2C1 + A_CR1) & PEC, ==, 0);
    g_assert_cmphex(peek(I2C2 + A_CR1) & PEC, ==, 0);
    g_assert_cmphex(peek(I2C2 + A_DR), ==, crc8(all, 2));
    g_assert_cmphex(sr1(I2C2) & PECERR, ==, error ? PECERR : 0);
}

static void test_pec_write(void)
{
    write_with_pec(false);
    g_assert_cmphex(sr1(I2C1) & AF, ==, 0);
}

static void test_pec_read(void)
{
    static const uint8_t all[] = { OWN << 1 | 1, 0x77 };

    i2c_join(SMBUS | ENPEC);
    poke(I2C1 + A_CR1, PE | ACK | SMBUS | ENPEC);
    i2c_address(I2C1, OWN << 1 | 1);
    clear_addr(I2C2);
    poke(I2C2 + A_DR, 0x77);
    cr1_set(I2C2, PEC);
    clear_addr(I2C1);
    board_wait_ns(BYTE_NS);
    g_assert_cmphex(peek(I2C1 + A_DR), ==, 0x77);
    cr1_set(I2C1, PEC);
    cr1_set(I2C1, STOP);
    board_wait_ns(BYTE_NS);
    g_assert_cmphex(sr1(I2C1), ==, RXNE);
    g_assert_cmphex(peek(I2C1 + A_DR), ==, crc8(all, 2));
    g_assert_cmphex(sr1(I2C2) & AF, ==, AF);            /* NACK by itself */
}

static void test_pec_error(void)
{
    write_with_pec(true);
}

/* ---- Addresses, ALERT, time limits ---- */

static uint32_t flags_of(uint8_t byte)
{
    uint32_t flags = 0;

    i2c_address(I2C1, byte);
    if (!(sr1(I2C1) & AF)) {
        g_assert_cmphex(sr1(I2C2) & ADDR, ==, ADDR);
        flags = sr2(I2C2) & ~BUSY;
        clear_addr(I2C1);
    }
    poke(I2C1 + A_SR1, 0);
    i2c_stop(I2C1);
    return flags;
}

static void test_addresses(void)
{
    i2c_join(SMBUS | ENARP);
    g_assert_cmphex(flags_of(0x61 << 1), ==, SMBDEFAULT);
    g_assert_cmphex(flags_of(0x08 << 1), ==, 0);
    cr1_set(I2C2, SMBTYPE);
    g_assert_cmphex(flags_of(0x61 << 1), ==, 0);
    g_assert_cmphex(flags_of(0x08 << 1), ==, SMBHOST);
    cr1_clear(I2C2, ENARP);
    g_assert_cmphex(flags_of(0x08 << 1), ==, 0);
}

/* SMBA of I2C1, the host, is PB5, of I2C2 PB12. */
static void test_alert(void)
{
    i2c_start_board("-machine wire=pb6-pb10:pb9-pb11:pb5-pb12");
    i2c_pin(5);
    i2c_pin(12);
    poke(GPIOB + 0x0c, 1 << 10);                        /* pull-up */
    i2c_on(I2C1, SMBUS | SMBTYPE | ACK);
    i2c_on(I2C2, SMBUS | ACK);
    poke(I2C2 + A_OAR1, OWN << 1);
    g_assert_cmphex(sr1(I2C1), ==, 0);
    cr1_set(I2C2, ALERT);
    g_assert_false(pin_level("pb5"));
    g_assert_cmphex(sr1(I2C1), ==, SMBALERT);
    poke(I2C1 + A_SR1, ~SMBALERT);
    g_assert_cmphex(sr1(I2C1), ==, 0);
    i2c_address(I2C1, 0x0c << 1 | 1);                   /* who was it? */
    g_assert_cmphex(sr1(I2C2), ==, SMBALERT | ADDR | TXE);
    cr1_clear(I2C2, ALERT);
    g_assert_true(pin_level("pb5"));
}

/* Who keeps SCL low for too long. */
static void test_timeout(void)
{
    i2c_join(SMBUS);
    poke(I2C1 + A_CR1, PE | ACK | SMBUS);
    i2c_start(I2C1);
    board_wait_ns(10 * 1000000 - 1);
    g_assert_cmphex(sr1(I2C1), ==, SB);
    board_wait_ns(1);
    g_assert_cmphex(sr1(I2C1) & TIMEOUT, ==, TIMEOUT);  /* and STOP by itself */
    board_wait_ns(BIT_NS);
    g_assert_cmphex(sr2(I2C1), ==, 0);
    poke(I2C1 + A_SR1, ~TIMEOUT);
    g_assert_cmphex(sr1(I2C1), ==, 0);

    poke(I2C1 + A_CR1, PE | ACK);                       /* the slave alone cares */
    i2c_address(I2C1, OWN << 1);
    clear_addr(I2C1);
    poke(I2C1 + A_DR, 1);
    board_wait_ns(25 * 1000000 - 1);
    g_assert_cmphex(sr1(I2C2), ==, ADDR);
    board_wait_ns(1);
    g_assert_cmphex(sr1(I2C2), ==, TIMEOUT);
    board_wait_ns(BYTE_NS);
    g_assert_cmphex(sr1(I2C1) & AF, ==, AF);            /* it has let go */
}

/* ---- Cable ---- */

static QTestState *left, *right;

/* Let a little time pass on both boards until @flags are set there: at most 10 s of the host's. */
static void wait_for(QTestState *where, uint32_t flags)
{
    for (unsigned i = 0; i < 10000; i++) {
        board = left;
        board_wait_ns(BIT_NS);
        board = right;
        board_wait_ns(BIT_NS);
        board = where;
        if ((sr1(I2C1) & flags) == flags) {
            return;
        }
        g_usleep(1000);
    }
    g_assert_not_reached();
}

static void set_up_end(QTestState *where, uint32_t address)
{
    board = where;
    i2c_pins();
    poke(I2C1 + A_OAR1, address << 1);
    i2c_on(I2C1, ACK);
}

static void test_cable(void)
{
    g_autofree char *dir = g_dir_make_tmp("stm32-i2c-XXXXXX", NULL);
    g_autofree char *path = g_strdup_printf("%s/cable", dir);
    g_autofree char *one = NULL, *other = NULL;

    one = g_strdup_printf("-chardev socket,id=c,path=%s,server=on,wait=off "
                          "-device stm32-cable,chardev=c,pins=pb6:pb9", path);
    other = g_strdup_printf("-chardev socket,id=c,path=%s "
                            "-device stm32-cable,chardev=c,pins=pb6:pb9", path);
    board_start(one);
    left = board_take();
    board_start(other);
    right = board_take();
    set_up_end(left, 0x10);
    set_up_end(right, OWN);

    board = left;
    cr1_set(I2C1, START);
    wait_for(left, SB);
    poke(I2C1 + A_DR, OWN << 1);
    wait_for(left, ADDR | TXE);
    clear_addr(I2C1);
    poke(I2C1 + A_DR, 0x5a);
    g_usleep(50000);
    board_wait_ns(10 * BYTE_NS);
    g_assert_cmphex(sr1(I2C1) & BTF, ==, 0);            /* stretched */
    wait_for(right, ADDR);
    clear_addr(I2C1);
    wait_for(right, RXNE);
    g_assert_cmphex(peek(I2C1 + A_DR), ==, 0x5a);
    wait_for(left, BTF);
    cr1_set(I2C1, START);
    wait_for(left, SB);
    poke(I2C1 + A_DR, OWN << 1 | 1);
    wait_for(right, ADDR | TXE);
    clear_addr(I2C1);
    poke(I2C1 + A_DR, 0xa5);
    wait_for(left, ADDR);
    cr1_clear(I2C1, ACK);
    clear_addr(I2C1);
    cr1_set(I2C1, STOP);
    wait_for(left, RXNE);
    g_assert_cmphex(peek(I2C1 + A_DR), ==, 0xa5);
    wait_for(right, AF);
    /* nobody there */
    board = left;
    poke(I2C1 + A_SR1, 0);
    cr1_set(I2C1, START);
    wait_for(left, SB);
    poke(I2C1 + A_DR, 0x50 << 1);
    wait_for(left, AF);

    qtest_quit(left);
    qtest_quit(right);
    board = NULL;
    unlink(path);
    rmdir(dir);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/smbus/busy", test_busy);
    qtest_add_func("/smbus/arbitration", test_arbitration);
    qtest_add_func("/smbus/acknowledge-by-hand", test_acknowledge_by_hand);
    qtest_add_func("/smbus/bus-error", test_bus_error);
    qtest_add_func("/smbus/clock-held", test_clock_held);
    qtest_add_func("/smbus/pec-write", test_pec_write);
    qtest_add_func("/smbus/pec-read", test_pec_read);
    qtest_add_func("/smbus/pec-error", test_pec_error);
    qtest_add_func("/smbus/addresses", test_addresses);
    qtest_add_func("/smbus/alert", test_alert);
    qtest_add_func("/smbus/timeout", test_timeout);
    qtest_add_func("/smbus/cable", test_cable);
    return board_run_tests();
}
