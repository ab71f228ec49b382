/*
 * I2C and the rest: parts of QEMU, interrupts, DMA, on and off, mistakes, snapshots.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/tests/qtest/i2c.h"

/* ---- Parts of QEMU ---- */

static void eeprom_write(const uint8_t *data, unsigned size)
{
    i2c_address(I2C1, 0x50 << 1);
    clear_addr(I2C1);
    for (unsigned i = 0; i < size; i++) {
        i2c_byte(I2C1, data[i]);
        g_assert_cmphex(sr1(I2C1), ==, TXE | BTF);
    }
}

static void test_eeprom(void)
{
    static const uint8_t page[] = { 0x10, 'a', 'b', 'c' };

    i2c_start_board("-device at24c-eeprom,bus=i2c1,address=0x50,rom-size=256 "
                    "-device tmp105,bus=i2c1,address=0x48,id=sensor");
    i2c_on(I2C1, ACK);
    board_set_int("/machine/peripheral/sensor", "temperature", 21500);
    eeprom_write(page, 4);
    i2c_stop(I2C1);
    eeprom_write(page, 1);
    i2c_start(I2C1);
    i2c_byte(I2C1, 0x50 << 1 | 1);
    clear_addr(I2C1);
    board_wait_ns(2 * BYTE_NS);
    g_assert_cmphex(sr1(I2C1), ==, RXNE | BTF);
    cr1_clear(I2C1, ACK);
    g_assert_cmphex(peek(I2C1 + A_DR), ==, 'a');
    board_wait_ns(BYTE_NS);
    /* a START that takes the place of a STOP reaches another part */
    i2c_start(I2C1);
    g_assert_cmphex(peek(I2C1 + A_DR), ==, 'b');
    g_assert_cmphex(peek(I2C1 + A_DR), ==, 'c');
    sr1(I2C1);
    i2c_byte(I2C1, 0x48 << 1 | 1);
    clear_addr(I2C1);
    cr1_set(I2C1, STOP);
    board_wait_ns(BYTE_NS);
    g_assert_cmphex(sr1(I2C1), ==, RXNE);
    g_assert_cmphex(peek(I2C1 + A_DR), ==, 21);
    board_wait_ns(BIT_NS);
    i2c_address(I2C1, 0x51 << 1);
    g_assert_cmphex(sr1(I2C1), ==, AF);
    i2c_stop(I2C1);
}

/* Their modules bring pull-ups along. */
static void test_qemu_pull_ups(void)
{
    i2c_start_board("-device at24c-eeprom,bus=i2c2,address=0x50,rom-size=256");
    i2c_on(I2C2, ACK);
    g_assert_cmphex(sr2(I2C2), ==, 0);
    i2c_address(I2C2, 0x50 << 1);
    g_assert_cmphex(sr1(I2C2), ==, ADDR | TXE);
    g_assert_cmpint(board_mistakes("pulls"), ==, 0);
}

/* A START that waits has its own ten milliseconds, not those of one before it. */
static void test_start_waits(void)
{
    i2c_start_board("-device at24c-eeprom,bus=i2c1,address=0x50,rom-size=256");
    i2c_on(I2C1, ACK);
    i2c_address(I2C1, 0x50 << 1);
    clear_addr(I2C1);
    i2c_stop(I2C1);
    board_wait_ns(9900000);
    pin_drive("pb9", "0");                              /* SDA: somebody else has the bus */
    cr1_set(I2C1, START);
    board_wait_ns(200000);
    sr1(I2C1);
    g_assert_cmpint(board_mistakes("START waits for 10 ms"), ==, 0);
    board_wait_ns(9900000);
    sr1(I2C1);
    g_assert_cmpint(board_mistakes("START waits for 10 ms"), ==, 1);
}

/* ---- Interrupts and DMA ---- */

static void test_interrupts(void)
{
    i2c_join(0);
    board_watch_irqs();
    poke(I2C1 + A_CR2, 16 | R_CR2_ITEVTEN_MASK | R_CR2_ITERREN_MASK);
    poke(I2C2 + A_CR2, 16 | R_CR2_ITEVTEN_MASK | R_CR2_ITBUFEN_MASK);
    i2c_start(I2C1);
    g_assert_true(irq(31));
    i2c_byte(I2C1, OWN << 1);
    g_assert_true(irq(31) && irq(33));
    clear_addr(I2C1);
    clear_addr(I2C2);
    g_assert_false(irq(31) || irq(33));                 /* TXE asks for ITBUFEN */
    i2c_byte(I2C1, 1);
    g_assert_true(irq(31));                             /* BTF does not */
    g_assert_true(irq(33));
    peek(I2C2 + A_DR);
    g_assert_false(irq(33));
    i2c_stop(I2C1);
    g_assert_true(irq(33));
    clear_stopf(I2C2);
    g_assert_false(irq(33) || irq(34) || irq(31) || irq(32));
    i2c_address(I2C1, 0x50 << 1);
    g_assert_true(irq(32));
    poke(I2C1 + A_SR1, ~AF);
    g_assert_false(irq(32));
    /* I2C3's */
    board_enable("i2c3");
    i2c_on(I2C3, 0);
    poke(I2C3 + A_CR2, 16 | R_CR2_ITEVTEN_MASK | R_CR2_ITERREN_MASK);
    i2c_start(I2C3);
    g_assert_true(irq(72));
    i2c_byte(I2C3, 2);
    g_assert_true(irq(73));
}

enum { DMA1 = 0x40026000, BUFFER = 0x20001000 };

/* @stream moves @size bytes between @i2c and BUFFER. */
static void dma_begin(unsigned stream, unsigned channel, bool out, uint32_t i2c, unsigned size)
{
    uint32_t at = DMA1 + 0x10 + 0x18 * stream;

    board_enable("dma1");
    poke(at + 0x08, i2c + A_DR);
    poke(at + 0x0c, BUFFER + (out ? 0 : 0x100));
    poke(at + 0x04, size);
    poke(at, channel << 25 | 1 << 10 | out << 6 | 1);
}

static void test_dma(void)
{
    i2c_join(0);
    for (unsigned i = 0; i < 8; i++) {
        qtest_writeb(board, BUFFER + i, 0xc0 + i);
    }
    dma_begin(6, 1, true, I2C1, 4);                     /* i2c1.dma-tx */
    dma_begin(3, 7, false, I2C2, 4);                    /* i2c2.dma-rx */
    poke(I2C1 + A_CR2, 16 | R_CR2_DMAEN_MASK);
    poke(I2C2 + A_CR2, 16 | R_CR2_DMAEN_MASK);
    i2c_address(I2C1, OWN << 1);
    clear_addr(I2C1);
    clear_addr(I2C2);
    board_wait_ns(4 * BYTE_NS + 2000);
    g_assert_cmphex(sr1(I2C1), ==, TXE | BTF);
    g_assert_cmphex(peek(BUFFER + 0x100), ==, 0xc3c2c1c0);
    i2c_stop(I2C1);
    clear_stopf(I2C2);

    /* LAST: NACK comes by itself, after the last byte that DMA takes */
    poke(BUFFER + 0x100, 0);
    poke(0x40026008, 0x3f << 22 | 0x3f << 16 | 0x3f << 6);
    poke(0x4002600c, 0x3f << 22 | 0x3f << 16 | 0x3f << 6);
    poke(I2C1 + A_CR2, 16 | R_CR2_DMAEN_MASK | R_CR2_LAST_MASK);
    dma_begin(0, 1, false, I2C1, 3);                    /* i2c1.dma-rx */
    dma_begin(7, 7, true, I2C2, 8);                     /* i2c2.dma-tx */
    i2c_address(I2C1, OWN << 1 | 1);
    clear_addr(I2C2);
    clear_addr(I2C1);
    board_wait_ns(10 * BYTE_NS);
    g_assert_cmphex(peek(BUFFER + 0x100), ==, 0x00c2c1c0);
    g_assert_cmphex(sr1(I2C2) & AF, ==, AF);
    g_assert_cmphex(sr1(I2C1), ==, 0);
    i2c_stop(I2C1);
}

/* ---- On and off, mistakes ---- */

static void test_off(void)
{
    i2c_join(0);
    poke(I2C1 + A_OAR1, 0x20);
    i2c_start(I2C1);
    cr1_clear(I2C1, PE);                                /* not before the end */
    g_assert_cmphex(sr2(I2C1) & MSL, ==, MSL);
    g_assert_cmpint(board_mistakes("PE cleared in the middle"), ==, 1);
    cr1_set(I2C1, SWRST);
    g_assert_cmphex(sr2(I2C1), ==, 0);
    g_assert_cmphex(peek(I2C1 + A_CR1), ==, SWRST);
    g_assert_cmphex(peek(I2C1 + A_OAR1), ==, 0);
    poke(I2C1 + A_CR1, 0);
    g_assert_cmphex(peek(I2C1 + A_CR1), ==, 0);
    for (unsigned bit = 0; bit < 15; bit++) {           /* all of CR1 but START, STOP and SWRST */
        uint32_t value = 1u << bit & 0x7cfb;

        poke(I2C1 + A_CR1, PE | value);
        g_assert_cmphex(peek(I2C1 + A_CR1), ==, (PE | value) & 0x3cfb);
    }
    poke(I2C1 + A_CR1, 0);
    poke(I2C1 + A_CR1, ACK);
    g_assert_cmphex(peek(I2C1 + A_CR1), ==, 0);
    g_assert_cmpint(board_mistakes("while PE is 0"), ==, 1);
}

static void test_mistakes(void)
{
    board_start("");
    board_enable("i2c1");
    i2c_on(I2C1, 0);
    i2c_address(I2C1, OWN << 1);                        /* reaches nobody */
    g_assert_cmphex(sr1(I2C1), ==, AF);
    g_assert_cmpint(board_mistakes("no pin for SCL and SDA"), ==, 1);

    i2c_start_board("");
    i2c_on(I2C2, 0);                                    /* PB10, PB11: nobody pulls */
    g_assert_cmphex(sr2(I2C2), ==, BUSY);
    cr1_set(I2C2, START);
    board_wait_ns(BYTE_NS);
    g_assert_cmphex(sr1(I2C2), ==, 0);
    g_assert_cmpint(board_mistakes("nobody pulls SCL and SDA up"), ==, 1);
    poke(GPIOB + 4, 0);
    i2c_on(I2C1, 0);
    cr1_set(I2C1, START);
    g_assert_cmpint(board_mistakes("SCL and SDA push-pull"), ==, 1);

    i2c_join(0);
    poke(I2C1 + A_CCR, 81);
    g_assert_cmpint(board_mistakes("CCR changed while PE is 1"), ==, 1);
    poke(I2C1 + A_CCR, 80);
    poke(I2C1 + A_CR2, 42);
    cr1_set(I2C1, START);
    board_wait_ns(2 * BIT_NS);
    g_assert_cmpint(board_mistakes("FREQ is 42, but PCLK1 has 16 MHz"), ==, 1);
    poke(I2C1 + A_DR, OWN << 1);                        /* SR1 not read */
    g_assert_cmpint(board_mistakes("SR1 has not been read"), ==, 1);
    g_assert_cmphex(sr1(I2C1), ==, SB);
    i2c_byte(I2C1, OWN << 1);
    clear_addr(I2C1);
    poke(I2C1 + A_DR, 1);
    poke(I2C1 + A_DR, 2);
    poke(I2C1 + A_DR, 3);
    g_assert_cmpint(board_mistakes("DR written while TXE is 0"), ==, 1);
}

/* A snapshot in the middle of a byte that the slave lets wait. */
static void test_snapshot(void)
{
    g_autofree char *file = NULL;

    i2c_join(0);
    i2c_address(I2C1, OWN << 1);
    clear_addr(I2C1);
    poke(I2C1 + A_DR, 0x31);
    poke(I2C1 + A_DR, 0x32);
    board_wait_ns(BYTE_NS);
    file = board_save();
    board_load(file, JUMPERS);
    unlink(file);
    g_assert_cmphex(sr1(I2C2), ==, ADDR);
    clear_addr(I2C2);
    board_wait_ns(BYTE_NS);
    g_assert_cmphex(peek(I2C2 + A_DR), ==, 0x31);
    board_wait_ns(BYTE_NS / 2);
    g_free(g_steal_pointer(&file));
    file = board_save();
    board_load(file, JUMPERS);
    unlink(file);
    board_wait_ns(BYTE_NS / 2 - 1);
    g_assert_cmphex(sr1(I2C2), ==, 0);
    board_wait_ns(1);
    g_assert_cmphex(sr1(I2C1), ==, TXE | BTF);
    g_assert_cmphex(peek(I2C2 + A_DR), ==, 0x32);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/i2c-chip/eeprom", test_eeprom);
    qtest_add_func("/i2c-chip/qemu-pull-ups", test_qemu_pull_ups);
    qtest_add_func("/i2c-chip/interrupts", test_interrupts);
    qtest_add_func("/i2c-chip/dma", test_dma);
    qtest_add_func("/i2c-chip/off", test_off);
    qtest_add_func("/i2c-chip/mistakes", test_mistakes);
    qtest_add_func("/i2c-chip/snapshot", test_snapshot);
    qtest_add_func("/i2c-chip/start-waits", test_start_waits);
    return board_run_tests();
}
