/*
 * The reader of cards, with the sequences of popular drivers of the MFRC522: a card is found, selected, read and written.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/tests/qtest/parts.h"

enum { SPI1 = 0x40013000 };
enum {
    COMMAND = 0x01, COM_IEN, DIV_IEN, COM_IRQ, DIV_IRQ, ERROR, STATUS1, STATUS2, FIFO_DATA, FIFO_LEVEL, WATER, CONTROL,
    BIT_FRAMING, COLL, MODE = 0x11, TX_MODE, RX_MODE, TX_CONTROL, TX_ASK, CRC_H = 0x21, CRC_L, T_MODE = 0x2a, T_PRESCALER,
    T_RELOAD_H, T_RELOAD_L, T_COUNTER_H, T_COUNTER_L, VERSION = 0x37
};
enum { IDLE, MEM, CALC_CRC = 3, TRANSCEIVE = 12, AUTHENT = 14, SOFT_RESET };
enum { RX_IRQ = 0x20, IDLE_IRQ = 0x10, TIMER_IRQ = 1 };

static const char reader[] = "-device board-mfrc522,id=r,SDA=pd0,SCK=pa5,MISO=pa6,MOSI=pa7,RST=pd1,IRQ=pd2";

/* ---- Registers by SPI1; SDA is PD0 ---- */

static uint8_t spi(uint8_t byte)
{
    poke(SPI1 + 12, byte);
    board_wait_ns(2000);
    return peek(SPI1 + 12);
}

static void set(uint8_t reg, uint8_t value)
{
    poke(GPIOD + BSRR, 1 << 16);
    spi(reg << 1);
    spi(value);
    poke(GPIOD + BSRR, 1);
}

static uint8_t get(uint8_t reg)
{
    uint8_t value;

    poke(GPIOD + BSRR, 1 << 16);
    spi(reg << 1 | 0x80);
    value = spi(0);
    poke(GPIOD + BSRR, 1);
    return value;
}

static void begin(const char *args)
{
    parts_start(args);
    board_enable("spi1");
    board_route("pa5", 5);
    board_route("pa6", 5);
    board_route("pa7", 5);
    poke(SPI1, 1 << 9 | 1 << 8 | 1 << 6 | 1 << 3 | 1 << 2);     /* 2 MHz */
    poke(GPIOD + ODR, 3);
    poke(GPIOD + MODER, 5);
    poke(GPIOD + PUPDR, 1 << 4);
}

/* A timer of 25 ms that begins as a frame has gone out, and the antenna. */
static void init_reader(void)
{
    set(T_MODE, 0x80);
    set(T_PRESCALER, 0xa9);
    set(T_RELOAD_H, 0x03);
    set(T_RELOAD_L, 0xe8);
    set(TX_ASK, 0x40);
    set(MODE, 0x3d);
    set(TX_CONTROL, get(TX_CONTROL) | 3);
}

/* ---- Frames ---- */

static uint8_t answer[64], last_bits, irqs;

/* Returns the bytes of the answer, -1: nothing came. */
static int talk(uint8_t command, const uint8_t *bytes, unsigned n, unsigned bits, unsigned align)
{
    set(COMMAND, IDLE);
    set(COM_IRQ, 0x7f);
    set(FIFO_LEVEL, 0x80);
    for (unsigned i = 0; i < n; i++) {
        set(FIFO_DATA, bytes[i]);
    }
    set(BIT_FRAMING, align << 4 | bits);
    set(COMMAND, command);
    if (command == TRANSCEIVE) {
        set(BIT_FRAMING, align << 4 | bits | 0x80);
    }
    for (unsigned i = 0; i < 1000; i++) {
        board_wait_ns(100000);
        irqs = get(COM_IRQ);
        if (irqs & (command == TRANSCEIVE ? RX_IRQ | IDLE_IRQ : IDLE_IRQ)) {
            n = get(FIFO_LEVEL);
            for (i = 0; i < n; i++) {
                answer[i] = get(FIFO_DATA);
            }
            last_bits = get(CONTROL) & 7;
            return n;
        }
        if (irqs & TIMER_IRQ) {
            return -1;
        }
    }
    g_assert_not_reached();
}

static void crc_of(const uint8_t *bytes, unsigned n, uint8_t *crc)
{
    set(COMMAND, IDLE);
    set(DIV_IRQ, 4);
    set(FIFO_LEVEL, 0x80);
    for (unsigned i = 0; i < n; i++) {
        set(FIFO_DATA, bytes[i]);
    }
    set(COMMAND, CALC_CRC);
    g_assert_cmphex(get(DIV_IRQ) & 4, ==, 4);
    set(COMMAND, IDLE);
    crc[0] = get(CRC_L);
    crc[1] = get(CRC_H);
}

/* With a CRC behind. */
static int ask(const uint8_t *bytes, unsigned n)
{
    uint8_t frame[20];

    memcpy(frame, bytes, n);
    crc_of(bytes, n, frame + n);
    return talk(TRANSCEIVE, frame, n + 2, 0, 0);
}

static void has_crc(int n)
{
    uint8_t crc[2], got[64];

    memcpy(got, answer, n);
    crc_of(got, n - 2, crc);
    g_assert_cmphex(crc[0], ==, got[n - 2]);
    g_assert_cmphex(crc[1], ==, got[n - 1]);
    memcpy(answer, got, n);
}

static bool request(uint8_t command)
{
    int n = talk(TRANSCEIVE, &command, 1, 7, 0);

    g_assert_true(n == -1 || (n == 2 && !last_bits));
    return n == 2;
}

/* All of one cascade level; the check byte too.  Returns SAK. */
static uint8_t select_level(uint8_t select, uint8_t *uid)
{
    uint8_t frame[7] = { select, 0x20 };

    g_assert_cmpint(talk(TRANSCEIVE, frame, 2, 0, 0), ==, 5);
    memcpy(uid, answer, 5);
    g_assert_cmphex(uid[0] ^ uid[1] ^ uid[2] ^ uid[3], ==, uid[4]);
    frame[1] = 0x70;
    memcpy(frame + 2, uid, 5);
    g_assert_cmpint(ask(frame, 7), ==, 3);
    has_crc(3);
    return answer[0];
}

static bool let_in(uint8_t command, uint8_t block, uint8_t key, const uint8_t *uid)
{
    uint8_t frame[12] = { command, block, key, key, key, key, key, key };

    memcpy(frame + 8, uid, 4);
    return talk(AUTHENT, frame, 12, 0, 0) >= 0;
}

static int read_block(uint8_t block)
{
    uint8_t frame[2] = { 0x30, block };

    return ask(frame, 2);
}

static bool is_ack(int n)
{
    return n == 1 && last_bits == 4 && answer[0] == 0xa;
}

static bool write_block(uint8_t block, const uint8_t *bytes)
{
    uint8_t frame[2] = { 0xa0, block };

    return is_ack(ask(frame, 2)) && is_ack(ask(bytes, 16));
}

static void test_classic(void)
{
    uint8_t uid[5], block[16];

    begin(reader);
    g_assert_cmphex(get(VERSION), ==, 0x92);
    init_reader();
    g_assert_false(request(0x26));                              /* nobody there */
    part_put("r", "tagPresent", true);
    g_assert_true(request(0x26));
    g_assert_cmphex(answer[0], ==, 0x04);
    g_assert_cmphex(answer[1], ==, 0x00);
    g_assert_cmphex(select_level(0x93, uid), ==, 0x08);
    g_assert_cmphex(uid[0] << 24 | uid[1] << 16 | uid[2] << 8 | uid[3], ==, 0x01020304);

    g_assert_true(let_in(0x60, 4, 0xff, uid));
    g_assert_cmphex(get(STATUS2) & 8, ==, 8);
    g_assert_cmpint(read_block(4), ==, 18);
    has_crc(18);
    g_assert_cmphex(answer[0], ==, 0);
    for (unsigned i = 0; i < 16; i++) {
        block[i] = 0xa0 + i;
    }
    g_assert_true(write_block(4, block));
    parts_again(reader);
    g_assert_cmpint(read_block(4), ==, 18);
    g_assert_cmpmem(answer, 16, block, 16);
    g_assert_cmpint(read_block(7), ==, 18);                     /* key A is not told, key B is */
    g_assert_cmphex(answer[0], ==, 0);
    g_assert_cmphex(answer[6] << 16 | answer[7] << 8 | answer[8], ==, 0xff0780);
    g_assert_cmphex(answer[10], ==, 0xff);
    g_assert_cmpint(read_block(8), ==, 1);                      /* another sector: NAK, and it is gone */
    g_assert_cmphex(answer[0], ==, 4);
    g_assert_cmpint(read_block(4), ==, -1);

    /* who is in Crypto1 is not understood by others */
    g_assert_false(request(0x26));
    set(STATUS2, 0);
    g_assert_true(request(0x26));
    select_level(0x93, uid);
    g_assert_false(let_in(0x60, 4, 0x00, uid));                 /* a wrong key */
    g_assert_cmphex(get(STATUS2) & 8, ==, 0);
    g_assert_true(request(0x26));
    select_level(0x93, uid);
    g_assert_cmpint(read_block(4), ==, 1);                      /* and no key */
    g_assert_cmphex(answer[0], ==, 4);

    /* halted: it takes WUPA */
    g_assert_true(request(0x26));
    select_level(0x93, uid);
    g_assert_cmpint(ask((uint8_t[]) { 0x50, 0 }, 2), ==, -1);
    g_assert_false(request(0x26));
    g_assert_true(request(0x52));
    part_put("r", "tagPresent", false);
    g_assert_false(request(0x52));
}

/* The value of a purse, and keys that allow less. */
static void test_purse(void)
{
    static const uint8_t purse[16] = { 100, 0, 0, 0, 0x9b, 0xff, 0xff, 0xff, 100, 0, 0, 0, 5, 0xfa, 5, 0xfa };
    /* data blocks: C1 C2 C3 = 110, the trailer 011: key B writes, A decrements */
    static const uint8_t trailer[16] = { 1, 1, 1, 1, 1, 1, 0x08, 0x77, 0x8f, 0, 2, 2, 2, 2, 2, 2 };
    uint8_t uid[5];

    begin(reader);
    init_reader();
    part_set("r", "card", 5);                                   /* a Mini */
    part_put("r", "tagPresent", true);
    g_assert_true(request(0x26));
    g_assert_cmphex(select_level(0x93, uid), ==, 0x09);
    g_assert_cmphex(uid[0], ==, 0xc0);
    g_assert_true(let_in(0x60, 5, 0xff, uid));
    g_assert_true(write_block(5, purse));
    g_assert_true(write_block(7, trailer));
    g_assert_true(let_in(0x60, 5, 1, uid));
    g_assert_true(is_ack(ask((uint8_t[]) { 0xc0, 5 }, 2)));
    g_assert_cmpint(ask((uint8_t[]) { 30, 0, 0, 0 }, 4), ==, -1);
    g_assert_true(is_ack(ask((uint8_t[]) { 0xb0, 5 }, 2)));
    g_assert_cmpint(read_block(5), ==, 18);
    g_assert_cmpint(answer[0], ==, 70);
    g_assert_cmphex(answer[4], ==, 0xb9);
    g_assert_cmpint(ask((uint8_t[]) { 0xc1, 5 }, 2), ==, 1);    /* A may not increment */
    g_assert_cmphex(answer[0], ==, 4);
    set(STATUS2, 0);
    g_assert_true(request(0x26));
    select_level(0x93, uid);
    g_assert_true(let_in(0x61, 5, 2, uid));
    g_assert_true(is_ack(ask((uint8_t[]) { 0xc1, 5 }, 2)));
    g_assert_cmpint(ask((uint8_t[]) { 1, 0, 0, 0 }, 4), ==, -1);
    g_assert_true(is_ack(ask((uint8_t[]) { 0xb0, 6 }, 2)));
    g_assert_cmpint(read_block(6), ==, 18);
    g_assert_cmpint(answer[0], ==, 71);
    g_assert_true(read_block(20) == 1);                         /* a Mini ends at 19 */
}

/* Seven bytes of a number; pages. */
static void test_ultralight(void)
{
    uint8_t level[5];

    begin("-device board-mfrc522,id=r,SDA=pd0,SCK=pa5,MISO=pa6,MOSI=pa7,uid=04:11:22:33:44:55:77,tagPresent=true");
    init_reader();
    g_assert_true(request(0x26));
    g_assert_cmphex(answer[0], ==, 0x44);
    g_assert_cmphex(select_level(0x93, level), ==, 0x04);
    g_assert_cmphex(level[0] << 24 | level[1] << 16 | level[2] << 8 | level[3], ==, (int)0x88041122);
    g_assert_cmphex(select_level(0x95, level), ==, 0x00);
    g_assert_cmphex(level[0] << 24 | level[1] << 16 | level[2] << 8 | level[3], ==, 0x33445577);
    g_assert_true(is_ack(ask((uint8_t[]) { 0xa2, 15, 1, 2, 3, 4 }, 6)));
    g_assert_true(is_ack(ask((uint8_t[]) { 0xa2, 3, 0x10, 0, 0, 0 }, 6)));
    g_assert_true(is_ack(ask((uint8_t[]) { 0xa2, 3, 0x01, 0, 0, 0 }, 6)));
    g_assert_cmpint(read_block(15), ==, 18);                    /* goes round */
    g_assert_cmphex(answer[0] << 24 | answer[1] << 16 | answer[2] << 8 | answer[3], ==, 0x01020304);
    g_assert_cmphex(answer[4], ==, 0x04);
    g_assert_cmpint(read_block(3), ==, 18);
    g_assert_cmphex(answer[0], ==, 0x11);                       /* ones stay */
    g_assert_true(is_ack(ask((uint8_t[]) { 0xa2, 2, 0, 0, 0x20, 0 }, 6)));
    g_assert_false(is_ack(ask((uint8_t[]) { 0xa2, 5, 1, 2, 3, 4 }, 6)));
}

/* A driver that knows some bits of the number is told the others, at their place of the byte. */
static void test_anticollision(void)
{
    /* 01:02:03:04: eleven bits known are 01 and of 02 the lower three */
    static const uint8_t frame[4] = { 0x93, 0x33, 0x01, 0x02 }, other[4] = { 0x93, 0x33, 0x01, 0x03 };

    begin(reader);
    init_reader();
    part_put("r", "tagPresent", true);
    g_assert_true(request(0x26));
    g_assert_cmpint(talk(TRANSCEIVE, frame, 4, 3, 3), ==, 4);
    g_assert_cmphex(answer[0], ==, 0x00);                       /* the upper five of 02 */
    g_assert_cmphex(answer[1], ==, 0x03);
    g_assert_cmphex(answer[2], ==, 0x04);
    g_assert_cmphex(answer[3], ==, 0x04);
    g_assert_cmpint(last_bits, ==, 0);
    g_assert_true(request(0x26) || request(0x26));
    g_assert_cmpint(talk(TRANSCEIVE, other, 4, 3, 3), ==, -1);
}

/* IRQ, its timer, RST, the internal buffer, and what is wrong. */
static void test_reader(void)
{
    uint8_t uid[5];

    begin(reader);
    init_reader();
    g_assert_true(pin_level("pd2"));
    set(COM_IEN, 0xa0);                                         /* RX, inverted */
    part_put("r", "tagPresent", true);
    g_assert_true(request(0x26));
    g_assert_false(pin_level("pd2"));
    set(COM_IRQ, 0x7f);
    g_assert_true(pin_level("pd2"));

    set(T_MODE, 0);                                             /* by hand: 1001 * 339 periods of 13.56 MHz */
    set(COM_IRQ, 0x7f);
    set(CONTROL, 0x40);
    board_wait_ns(24000000);
    g_assert_cmphex(get(COM_IRQ) & TIMER_IRQ, ==, 0);
    g_assert_cmphex(get(STATUS1) & 8, ==, 8);
    g_assert_cmphex(get(T_COUNTER_H), ==, 0);
    g_assert_cmpint(get(T_COUNTER_L), <, 45);
    board_wait_ns(1100000);
    g_assert_cmphex(get(COM_IRQ) & TIMER_IRQ, ==, TIMER_IRQ);
    g_assert_cmphex(get(STATUS1) & 8, ==, 0);
    set(T_MODE, 0x10);                                          /* again and again, as fast as can be */
    set(T_PRESCALER, 0);
    set(T_RELOAD_H, 0);
    set(T_RELOAD_L, 0);
    set(CONTROL, 0x40);
    board_wait_ns(1000000000);
    g_assert_cmphex(get(COM_IRQ) & TIMER_IRQ, ==, TIMER_IRQ);
    set(COM_IRQ, TIMER_IRQ);
    g_assert_cmphex(get(COM_IRQ) & TIMER_IRQ, ==, TIMER_IRQ);

    set(COMMAND, SOFT_RESET);
    g_assert_cmphex(get(COMMAND), ==, 0x20);
    g_assert_cmphex(get(TX_CONTROL), ==, 0x80);
    for (unsigned i = 0; i < 65; i++) {
        set(FIFO_DATA, i);
    }
    g_assert_cmphex(get(FIFO_LEVEL), ==, 64);
    g_assert_cmphex(get(ERROR) & 0x10, ==, 0x10);
    set(COMMAND, MEM);
    g_assert_cmphex(get(FIFO_LEVEL), ==, 64 - 25);
    set(FIFO_LEVEL, 0x80);
    set(COMMAND, MEM);
    g_assert_cmphex(get(FIFO_LEVEL), ==, 25);
    g_assert_cmphex(get(FIFO_DATA), ==, 0);
    g_assert_cmphex(get(FIFO_DATA), ==, 1);
    parts_again(reader);
    g_assert_cmphex(get(FIFO_DATA), ==, 2);

    set(TX_ASK, 0x40);
    poke(GPIOD + BSRR, 1 << 17);                                /* RST */
    g_assert_cmphex(get(VERSION), ==, 0);
    poke(GPIOD + BSRR, 2);
    g_assert_cmphex(get(TX_ASK), ==, 0);

    init_reader();                                              /* CRCs by the reader itself */
    set(TX_MODE, 0x80);
    set(RX_MODE, 0x80);
    set(TX_MODE, 0);
    set(RX_MODE, 0);
    g_assert_true(request(0x26));
    select_level(0x93, uid);
    set(TX_MODE, 0x80);
    set(RX_MODE, 0x80);
    g_assert_true(let_in(0x60, 0, 0xff, uid));
    g_assert_cmpint(talk(TRANSCEIVE, (uint8_t[]) { 0x30, 0 }, 2, 0, 0), ==, 16);
    g_assert_cmphex(answer[0], ==, 1);
    g_assert_cmphex(get(ERROR), ==, 0);
}

/* Any registers, in any order. */
static void test_noise(void)
{
    uint32_t seed = 5;

    begin(reader);
    part_put("r", "tagPresent", true);
    for (unsigned i = 0; i < 3000; i++) {
        seed = seed * 1664525 + 1013904223;
        if (seed & 1 << 30) {
            get(seed >> 8 & 63);
        } else {
            set(seed >> 8 & 63, i % 7 ? seed >> 16 : (const uint8_t[]) { TRANSCEIVE, AUTHENT, MEM, CALC_CRC }[seed >> 16 & 3]);
        }
        if (i % 50 == 0) {
            init_reader();
            part_set("r", "card", (seed >> 20) % 6);
            board_wait_ns(seed >> 12);
        }
        if (i == 1500) {
            parts_again(reader);
        }
    }
    set(COMMAND, SOFT_RESET);
    init_reader();
    part_put("r", "tagPresent", false);
    part_put("r", "tagPresent", true);
    g_assert_true(request(0x26));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("parts/rfid-classic", test_classic);
    qtest_add_func("parts/rfid-purse", test_purse);
    qtest_add_func("parts/rfid-ultralight", test_ultralight);
    qtest_add_func("parts/rfid-anticollision", test_anticollision);
    qtest_add_func("parts/rfid-reader", test_reader);
    qtest_add_func("parts/rfid-noise", test_noise);
    return g_test_run();
}
