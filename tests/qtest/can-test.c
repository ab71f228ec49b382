/*
 * bxCAN (RM0090 chapter 32): loopback, CAN1 and CAN2 on one bus, errors, and two machines.  PCLK1 is HSI, 16
 * MHz: with BRP = 1 and 16 quanta a bit takes 1 us.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/tests/qtest/board.h"
#define REGS "stm32/regs/bxcan.h"
#include "stm32/core/regs.h"

enum { CAN1 = 0x40006400, CAN2 = 0x40006800, APB1RSTR = 0x40023820 };
enum { INRQ = 1, SLEEP = 2, TXFP = 4, RFLM = 8, NART = 0x10, AWUM = 0x20, ABOM = 0x40,
       TTCM = 0x80 };
enum { INAK = 1, SLAK = 2, ERRI = 4, WKUI = 8, SLAKI = 0x10 };
enum { TXRQ = 1, RTR = 2, IDE = 4 };
enum { RQCP = 1, TXOK = 2, ALST = 4, TERR = 8, ABRQ = 0x80, TME_ALL = 7 << 26 };
enum { FULL = 8, FOVR = 0x10, RFOM = 0x20 };
enum { EWGF = 1, EPVF = 2, BOFF = 4 };

#define BTR_1M (10 << 16 | 3 << 20)     /* 1 + 11 + 4 quanta */
#define LBKM (1u << 30)
#define SILM (1u << 31)
#define US 1000
#define BUS "-object can-bus,id=b -machine canbus1=b,canbus2=b"

#define STD(id) ((uint32_t)(id) << 21)
#define EXT(id) ((uint32_t)(id) << 3 | IDE)

static uint32_t reg(uint32_t can, uint32_t offset)
{
    return peek(can + offset);
}

/* CAN1 at PD0, PD1, CAN2 at PB5, PB6. */
static void route_all(void)
{
    board_enable("gpiod");
    board_enable("gpiob");
    board_pin_function(0x40020c00, 0, 9);
    board_pin_function(0x40020c00, 1, 9);
    board_pin_function(0x40020400, 5, 9);
    board_pin_function(0x40020400, 6, 9);
}

/* Into initialization, which needs no time, and out of it again. */
static void set_up(uint32_t can, uint32_t btr, uint32_t mcr)
{
    poke(can + A_MCR, INRQ);
    g_assert_cmphex(reg(can, A_MSR) & (INAK | SLAK), ==, INAK);
    poke(can + A_BTR, btr);
    poke(can + A_MCR, mcr);
}

/* Banks 0 and 14, 32 bit masks that let all pass, to FIFO 0. */
static void pass_all(void)
{
    poke(CAN1 + A_FMR, 0x2a1c0e01);
    poke(CAN1 + A_FS1R, 1 | 1 << 14);
    poke(CAN1 + A_F0R2, 0);
    poke(CAN1 + A_F14R2, 0);
    poke(CAN1 + A_FA1R, 1 | 1 << 14);
    poke(CAN1 + A_FMR, 0x2a1c0e00);
}

static void start(const char *args, uint32_t btr)
{
    board_start(args);
    board_watch_irqs();
    board_enable("can1");
    board_enable("can2");
    route_all();
    set_up(CAN1, btr, 0);
    set_up(CAN2, btr, 0);
    pass_all();
    board_wait_ns(11 * US);
}

static void request(uint32_t can, unsigned mailbox, uint32_t id, unsigned dlc, uint32_t low,
                    uint32_t high)
{
    uint32_t at = can + A_TI0R + 16 * mailbox;

    poke(at + 4, dlc);
    poke(at + 8, low);
    poke(at + 12, high);
    poke(at, id | TXRQ);
}

static void release(uint32_t can, unsigned fifo)
{
    poke(can + A_RF0R + 4 * fifo, RFOM);
}

static unsigned pending(uint32_t can, unsigned fifo)
{
    return reg(can, A_RF0R + 4 * fifo) & 3;
}

static uint32_t result(uint32_t can, unsigned mailbox)
{
    return reg(can, A_TSR) >> 8 * mailbox & 0xff;
}

static unsigned tec(uint32_t can) { return reg(can, A_ESR) >> 16 & 0xff; }
static unsigned rec(uint32_t can) { return reg(can, A_ESR) >> 24; }
static unsigned lec(uint32_t can) { return reg(can, A_ESR) >> 4 & 7; }

/* ---- An independent count of a frame's bits ---- */

static void add_bits(GString *bits, uint32_t value, int n)
{
    while (--n >= 0) {
        g_string_append_c(bits, value & 1u << n ? '1' : '0');
    }
}

/* From SOF to the end of the frame. */
static unsigned frame_bits(uint32_t tir, unsigned dlc, const uint8_t *data)
{
    g_autoptr(GString) bits = g_string_new(NULL);
    unsigned crc = 0, stuffed = 0, run = 0;
    char last = 0;

    add_bits(bits, 0, 1);
    add_bits(bits, tir >> 21, 11);
    if (tir & IDE) {
        add_bits(bits, 3, 2);
        add_bits(bits, tir >> 3 & 0x3ffff, 18);
        add_bits(bits, tir & RTR ? 1 : 0, 1);
        add_bits(bits, 0, 2);
    } else {
        add_bits(bits, tir & RTR ? 1 : 0, 1);
        add_bits(bits, 0, 2);
    }
    add_bits(bits, dlc, 4);
    for (unsigned i = 0; i < dlc && !(tir & RTR); i++) {
        add_bits(bits, data[i], 8);
    }
    for (char *b = bits->str; *b; b++) {
        unsigned top = crc >> 14 & 1;

        crc = crc << 1 & 0x7fff;
        crc ^= top != *b - '0' ? 0x4599 : 0;
    }
    add_bits(bits, crc, 15);
    for (char *b = bits->str; *b; b++) {
        run = *b == last ? run + 1 : 1;
        last = *b;
        if (run == 5) {
            stuffed++;
            last ^= 1;
            run = 1;
        }
    }
    return bits->len + stuffed + 10;
}

/* ---- Tests ---- */

static void test_reset(void)
{
    board_start("");
    g_assert_cmphex(reg(CAN1, A_MSR), ==, 0);
    g_assert_cmpint(board_mistakes("without clock"), ==, 1);
    board_enable("can1");
    g_assert_cmphex(reg(CAN1, A_MCR), ==, 0x10002);
    g_assert_cmphex(reg(CAN1, A_MSR), ==, 0xc02);
    g_assert_cmphex(reg(CAN1, A_TSR), ==, 0x1c000000);
    g_assert_cmphex(reg(CAN1, A_BTR), ==, 0x01230000);
}

/* Modes: INAK goes after 11 recessive bits, BTR is locked outside, and the software reset. */
static void test_modes(void)
{
    board_start("");
    board_enable("can1");
    poke(CAN1 + A_BTR, BTR_1M);
    g_assert_cmphex(reg(CAN1, A_BTR), ==, 0x01230000);
    g_assert_cmpint(board_mistakes("BTR written outside"), ==, 1);
    poke(CAN1 + A_MCR, SLEEP | INRQ);
    g_assert_cmphex(reg(CAN1, A_MSR) & 3, ==, INAK);
    poke(CAN1 + A_BTR, BTR_1M | LBKM);
    poke(CAN1 + A_MCR, 0);
    board_wait_ns(11 * US - 1);
    g_assert_cmphex(reg(CAN1, A_MSR) & 3, ==, INAK);
    board_wait_ns(1);
    g_assert_cmphex(reg(CAN1, A_MSR) & 3, ==, 0);
    poke(CAN1 + A_IER, 1 << 17);
    poke(CAN1 + A_MCR, SLEEP);
    g_assert_cmphex(reg(CAN1, A_MSR) & (3 | SLAKI), ==, SLAK | SLAKI);
    poke(CAN1 + A_MCR, 0);
    board_wait_ns(11 * US - 1);
    g_assert_cmphex(reg(CAN1, A_MSR) & 3, ==, SLAK);
    board_wait_ns(1);
    g_assert_cmphex(reg(CAN1, A_MSR) & (3 | SLAKI), ==, 0);
    poke(CAN1 + A_MCR, 0x8000);
    g_assert_cmphex(reg(CAN1, A_MCR), ==, 0x10002);
    g_assert_cmphex(reg(CAN1, A_MSR) & 3, ==, SLAK);
    g_assert_cmphex(reg(CAN1, A_BTR), ==, BTR_1M | LBKM);
}

/* Frames of all kinds take their bits, and come back as they were. */
static void test_loopback(void)
{
    GRand *random = g_rand_new_with_seed(7);

    start("", BTR_1M | LBKM | SILM);
    for (unsigned i = 0; i < 200; i++) {
        bool extended = i & 1, remote = i % 8 == 6;
        unsigned dlc = g_rand_int_range(random, 0, 9), bits;
        uint32_t id = extended ? EXT(g_rand_int(random) >> 3) : STD(g_rand_int(random) >> 21);
        uint8_t data[8];
        uint32_t low, high;

        for (unsigned n = 0; n < 8; n++) {
            data[n] = i % 3 ? g_rand_int(random) : 0;
        }
        low = ldl_le_p(data);
        high = ldl_le_p(data + 4);
        id |= remote ? RTR : 0;
        bits = frame_bits(id, dlc, data);
        request(CAN1, 0, id, dlc, low, high);
        board_wait_ns(bits * US - 1);
        g_assert_cmphex(result(CAN1, 0), ==, 0);
        g_assert_cmpuint(pending(CAN1, 0), ==, 0);
        board_wait_ns(1);
        g_assert_cmphex(result(CAN1, 0), ==, RQCP | TXOK);
        g_assert_cmpuint(pending(CAN1, 0), ==, 1);
        g_assert_cmphex(reg(CAN1, A_RI0R), ==, id);
        g_assert_cmphex(reg(CAN1, A_RDT0R), ==, remote ? 0 : dlc);
        g_assert_cmphex(reg(CAN1, A_RDL0R), ==, low);
        g_assert_cmphex(reg(CAN1, A_RDH0R), ==, high);
        release(CAN1, 0);
        g_assert_cmpuint(pending(CAN1, 0), ==, 0);
        board_wait_ns(g_rand_int_range(random, 3 * US, 10 * US));
    }
    g_assert_cmpint(board_mistakes("can"), ==, 0);
    g_rand_free(random);
}

/* A row of frames: the intermission is 3 bits, and nothing drifts with 62.5 ns a tick. */
static void test_row(void)
{
    static const uint8_t none[8];
    unsigned bits = frame_bits(STD(0x123), 0, none);

    start("", LBKM | 1 << 16);
    request(CAN1, 0, STD(0x123), 0, 0, 0);
    request(CAN1, 1, STD(0x123), 0, 0, 0);
    request(CAN1, 2, STD(0x123), 0, 0, 0);
    g_assert_cmphex(reg(CAN1, A_TSR) >> 24, ==, 2 | 4 << 5);        /* CODE, LOW */
    for (unsigned i = 0; i < 3; i++) {
        int64_t end = (int64_t)(bits * (i + 1) + 3 * i);
        uint32_t btr = reg(CAN1, A_BTR);
        int64_t ticks = 3 + (btr >> 16 & 15) + (btr >> 20 & 7);

        board_wait_ns(end * ticks * 125 / 2 + 11 * US - board_get_int("/machine", "virtual-time") - 1
                      + (end * ticks & 1));
        g_assert_cmphex(result(CAN1, i), ==, 0);
        board_wait_ns(1);
        g_assert_cmphex(result(CAN1, i), ==, RQCP | TXOK);
    }
}

/* Frames back to back end at the same time, whether or not somebody looks at every microsecond. */
static void test_unseen(void)
{
    static const uint8_t none[8];
    unsigned bits = frame_bits(STD(0x123), 0, none), all = 3 * bits + 6;

    for (unsigned step = 1; step <= all; step += all - 1) {
        start(BUS, BTR_1M);
        for (unsigned i = 0; i < 3; i++) {
            request(CAN1, i, STD(0x123), 0, 0, 0);
        }
        for (unsigned us = 0; us < all - step; us += step) {
            board_wait_ns(step * US);
            reg(CAN1, A_MSR);
            reg(CAN2, A_TSR);
        }
        board_wait_ns(step * US - 1);
        g_assert_cmphex(result(CAN1, 2), ==, 0);
        g_assert_cmpuint(pending(CAN2, 0), ==, 2);
        board_wait_ns(2);
        g_assert_cmphex(result(CAN1, 2), ==, RQCP | TXOK);
        g_assert_cmpuint(pending(CAN2, 0), ==, 3);
    }
}

/* Who hears a frame till after its ACK slot has acknowledged it, also if RCC resets him then. */
static void test_listener_leaves(void)
{
    static const uint8_t none[8];
    unsigned bits = frame_bits(STD(0x123), 0, none);

    start(BUS, BTR_1M);
    request(CAN1, 0, STD(0x123), 0, 0, 0);
    board_wait_ns((bits - 4) * US);
    poke(APB1RSTR, 1 << 26);
    poke(APB1RSTR, 0);
    board_wait_ns(5 * US);
    g_assert_cmphex(result(CAN1, 0), ==, RQCP | TXOK);
}

static void test_two(void)
{
    start(BUS, BTR_1M);
    poke(CAN2 + A_IER, 2);
    poke(CAN1 + A_IER, 1);
    request(CAN1, 0, EXT(0x12345678), 8, 0x11223344, 0x55667788);
    g_assert_cmphex(reg(CAN1, A_MSR) >> 8 & 3, ==, 1);
    g_assert_cmphex(reg(CAN2, A_MSR) >> 8 & 3, ==, 2);
    g_assert_false(irq(64));
    board_wait_ns(200 * US);
    g_assert_true(irq(64));
    g_assert_true(irq(19));
    g_assert_cmphex(result(CAN1, 0), ==, RQCP | TXOK);
    g_assert_cmphex(reg(CAN2, A_RI0R), ==, EXT(0x12345678));
    g_assert_cmphex(reg(CAN2, A_RDL0R), ==, 0x11223344);
    g_assert_cmphex(reg(CAN2, A_RDH0R), ==, 0x55667788);
    g_assert_cmpuint(pending(CAN1, 0), ==, 0);
    release(CAN2, 0);
    g_assert_false(irq(64));
    poke(CAN1 + A_TSR, RQCP);
    g_assert_false(irq(19));
    g_assert_cmphex(result(CAN1, 0), ==, 0);
    g_assert_cmphex(reg(CAN1, A_ESR), ==, 0);
}

/* While the bus is busy both get something to send: the lower identifier wins. */
static void test_arbitration(void)
{
    start(BUS, BTR_1M);
    request(CAN1, 0, STD(0x100), 0, 0, 0);
    request(CAN1, 1, STD(0x300), 0, 0, 0);
    request(CAN2, 0, STD(0x200), 0, 0, 0);
    request(CAN2, 1, EXT(0x300 << 18), 0, 0, 0);
    board_wait_ns(60 * US);
    g_assert_cmphex(result(CAN1, 0), ==, RQCP | TXOK);
    release(CAN2, 0);
    board_wait_ns(50 * US);
    g_assert_cmphex(result(CAN2, 0), ==, RQCP | TXOK);
    g_assert_cmphex(result(CAN1, 1), ==, ALST);
    g_assert_cmphex(reg(CAN1, A_RI0R), ==, STD(0x200));
    board_wait_ns(50 * US);
    g_assert_cmphex(result(CAN1, 1), ==, RQCP | TXOK);
    g_assert_cmphex(result(CAN2, 1), ==, ALST);
    board_wait_ns(80 * US);
    g_assert_cmphex(result(CAN2, 1), ==, RQCP | TXOK);
    /* with NART the loser gives up */
    set_up(CAN2, BTR_1M, NART);
    board_wait_ns(11 * US);
    request(CAN1, 0, STD(0x100), 0, 0, 0);
    request(CAN1, 1, STD(0x100), 0, 0, 0);
    request(CAN2, 0, STD(0x101), 0, 0, 0);
    board_wait_ns(200 * US);
    g_assert_cmphex(result(CAN2, 0), ==, RQCP | ALST);
}

/* Priority of the mailboxes, and abort. */
static void test_mailboxes(void)
{
    start("", BTR_1M | LBKM);
    request(CAN1, 0, STD(0x700), 1, 0, 0);
    request(CAN1, 1, STD(0x200), 1, 1, 0);
    request(CAN1, 2, STD(0x100), 1, 2, 0);
    poke(CAN1 + A_TI0R + 16, STD(0x300));           /* locked */
    g_assert_cmpint(board_mistakes("TI1R written while mailbox 1 is pending"), ==, 1);
    g_assert_cmphex(reg(CAN1, A_TSR) >> 24, ==, 0 | 1 << 5);
    board_wait_ns(300 * US);
    g_assert_cmpuint(reg(CAN1, A_RDL0R), ==, 0);
    release(CAN1, 0);
    g_assert_cmpuint(reg(CAN1, A_RDL0R), ==, 2);
    release(CAN1, 0);
    g_assert_cmpuint(reg(CAN1, A_RDL0R), ==, 1);
    release(CAN1, 0);
    /* first come, first served */
    set_up(CAN1, BTR_1M | LBKM, TXFP);
    board_wait_ns(11 * US);
    request(CAN1, 2, STD(0x700), 1, 0, 0);
    request(CAN1, 1, STD(0x200), 1, 1, 0);
    request(CAN1, 0, STD(0x100), 1, 2, 0);
    /* one that waits goes at once, one that is being sent is sent */
    poke(CAN1 + A_TSR, ABRQ << 8 | ABRQ << 16);
    g_assert_cmphex(result(CAN1, 1), ==, RQCP);
    g_assert_cmphex(result(CAN1, 2), ==, ABRQ);
    board_wait_ns(300 * US);
    g_assert_cmphex(result(CAN1, 2), ==, RQCP | TXOK);
    g_assert_cmphex(result(CAN1, 0), ==, RQCP | TXOK);
    g_assert_cmpuint(reg(CAN1, A_RDL0R), ==, 0);
    release(CAN1, 0);
    g_assert_cmpuint(reg(CAN1, A_RDL0R), ==, 2);
}

static void send_numbers(unsigned from, unsigned to)
{
    for (unsigned i = from; i < to; i++) {
        request(CAN1, 0, STD(i), 1, i, 0);
        board_wait_ns(100 * US);
    }
}

static void test_fifo(void)
{
    start("", BTR_1M | LBKM);
    poke(CAN1 + A_IER, 1 << 2 | 1 << 3);
    send_numbers(0, 2);
    g_assert_false(irq(20));
    send_numbers(2, 3);
    g_assert_cmphex(reg(CAN1, A_RF0R), ==, 3 | FULL);
    g_assert_true(irq(20));
    poke(CAN1 + A_RF0R, FULL);
    g_assert_cmphex(reg(CAN1, A_RF0R), ==, 3);
    g_assert_false(irq(20));
    send_numbers(3, 5);
    g_assert_cmphex(reg(CAN1, A_RF0R), ==, 3 | FOVR);
    g_assert_true(irq(20));
    poke(CAN1 + A_RF0R, FOVR);
    release(CAN1, 0);
    release(CAN1, 0);
    g_assert_cmpuint(reg(CAN1, A_RDL0R), ==, 4);    /* the last one was overwritten */
    release(CAN1, 0);
    release(CAN1, 0);
    g_assert_cmphex(reg(CAN1, A_RF0R), ==, 0);
    set_up(CAN1, BTR_1M | LBKM, RFLM);
    board_wait_ns(11 * US);
    send_numbers(0, 5);
    g_assert_cmphex(reg(CAN1, A_RF0R), ==, 3 | FULL | FOVR);
    release(CAN1, 0);
    release(CAN1, 0);
    g_assert_cmpuint(reg(CAN1, A_RDL0R), ==, 2);    /* the new ones were lost */
}

/* ---- Filters ---- */

typedef struct Model {
    uint32_t mode, scale, fifo, active, bank[28][2];
} Model;

/* The bits that a filter compares, written out one by one: STID, EXID, IDE, RTR. */
static uint32_t wide(uint32_t tir) { return tir & ~1u; }

static uint32_t narrow(uint32_t tir)
{
    return (tir >> 21 & 0x7ff) << 5 | (tir & RTR ? 0x10 : 0) | (tir & IDE ? 8 : 0) |
           (tir & IDE ? tir >> 18 & 7 : 0);
}

/* FIFO * 256 + index, or -1: every filter that matches gets a rank. */
static int model_match(const Model *m, uint32_t tir)
{
    int found = -1, numbers[2] = { 0, 0 };
    unsigned rank = 0;

    for (unsigned b = 0; b < 14; b++) {
        bool list = m->mode >> b & 1, large = m->scale >> b & 1, on = m->active >> b & 1;
        unsigned fifo = m->fifo >> b & 1;
        uint16_t half[4] = { m->bank[b][0], m->bank[b][0] >> 16, m->bank[b][1],
                             m->bank[b][1] >> 16 };
        bool hit[4] = {};
        unsigned n;

        if (large && list) {
            n = 2;
            hit[0] = m->bank[b][0] == wide(tir);
            hit[1] = m->bank[b][1] == wide(tir);
        } else if (large) {
            n = 1;
            hit[0] = (m->bank[b][0] & m->bank[b][1]) == (wide(tir) & m->bank[b][1]);
        } else if (list) {
            n = 4;
            for (unsigned i = 0; i < 4; i++) {
                hit[i] = half[i] == narrow(tir);
            }
        } else {
            n = 2;
            hit[0] = (half[0] & half[1]) == (narrow(tir) & half[1]);
            hit[1] = (half[2] & half[3]) == (narrow(tir) & half[3]);
        }
        for (unsigned i = 0; i < n; i++, numbers[fifo]++) {
            unsigned r = 1 + large * 2 + list;

            if (on && hit[i] && r > rank) {
                rank = r;
                found = fifo * 256 + numbers[fifo];
            }
        }
    }
    return found;
}

static uint32_t random_id(GRand *random)
{
    uint32_t few = g_rand_int_range(random, 0, 6), tir;

    tir = g_rand_boolean(random) ? EXT(few << 18 | few << 15 | g_rand_int_range(random, 0, 2))
                                 : STD(few);
    return tir | (g_rand_int_range(random, 0, 4) ? 0 : RTR);
}

static void fill_model(Model *m, GRand *random)
{
    *m = (Model) {
        .mode = g_rand_int(random), .scale = g_rand_int(random), .fifo = g_rand_int(random),
        .active = g_rand_int(random),
    };
    for (unsigned b = 0; b < 14; b++) {
        bool list = m->mode >> b & 1, large = m->scale >> b & 1;

        for (unsigned i = 0; i < 2; i++) {
            if (large) {
                m->bank[b][i] = i && !list ? ~(1u << g_rand_int_range(random, 0, 32))
                                           : random_id(random);
            } else {
                m->bank[b][i] = narrow(random_id(random)) |
                    (list ? narrow(random_id(random))
                          : 0xffffu ^ 1u << g_rand_int_range(random, 0, 16)) << 16;
            }
        }
    }
}

static void write_model(const Model *m)
{
    poke(CAN1 + A_FMR, 0xe01);
    poke(CAN1 + A_FA1R, 0);
    poke(CAN1 + A_FM1R, m->mode);
    poke(CAN1 + A_FS1R, m->scale);
    poke(CAN1 + A_FFA1R, m->fifo);
    for (unsigned b = 0; b < 14; b++) {
        poke(CAN1 + A_F0R1 + 8 * b, m->bank[b][0]);
        poke(CAN1 + A_F0R2 + 8 * b, m->bank[b][1]);
    }
    poke(CAN1 + A_FA1R, m->active);
    poke(CAN1 + A_FMR, 0xe00);
}

static void test_filters(void)
{
    GRand *random = g_rand_new_with_seed(11);
    unsigned matched = 0;

    start("", BTR_1M | LBKM);
    for (unsigned round = 0; round < 40; round++) {
        Model m;

        fill_model(&m, random);
        write_model(&m);
        for (unsigned i = 0; i < 20; i++) {
            uint32_t tir = random_id(random);
            int expected = model_match(&m, tir), got = -1;

            request(CAN1, 0, tir, 0, 0, 0);
            board_wait_ns(150 * US);
            for (unsigned fifo = 0; fifo < 2; fifo++) {
                if (pending(CAN1, fifo)) {
                    got = fifo * 256 + (reg(CAN1, A_RDT0R + 16 * fifo) >> 8 & 0xff);
                    release(CAN1, fifo);
                }
            }
            g_assert_cmpint(got, ==, expected);
            matched += expected >= 0;
        }
    }
    g_assert_cmpuint(matched, >, 100);
    g_rand_free(random);
}

/* The manual's figure of filter numbers: banks that are off count. */
static void test_filter_numbers(void)
{
    static const struct { unsigned bank, fifo, shape; bool off; unsigned number; } figure[] = {
        { 0, 0, 3, false, 0 }, { 1, 0, 2, false, 2 }, { 3, 0, 1, false, 3 }, { 5, 0, 3, true, 7 },
        { 6, 0, 0, false, 9 }, { 9, 0, 3, false, 11 }, { 13, 0, 2, false, 13 },
        { 2, 1, 0, false, 0 }, { 4, 1, 3, false, 2 }, { 7, 1, 0, true, 4 }, { 8, 1, 0, false, 6 },
        { 10, 1, 1, true, 8 }, { 11, 1, 3, false, 12 }, { 12, 1, 2, false, 14 },
    };
    Model m = {};

    start("", BTR_1M | LBKM);
    for (unsigned i = 0; i < ARRAY_SIZE(figure); i++) {
        unsigned b = figure[i].bank;
        uint32_t id = 0x100 + b;

        m.mode |= (figure[i].shape & 1) << b;
        m.scale |= (figure[i].shape >> 1) << b;
        m.fifo |= figure[i].fifo << b;
        m.active |= (uint32_t)!figure[i].off << b;
        m.bank[b][0] = figure[i].shape & 2 ? STD(id) : id << 5 | 0xffffu << 16;
        m.bank[b][1] = figure[i].shape == 3 ? STD(0x7ff) : figure[i].shape == 2 ? ~1u
                       : 0x7ffu << 5 | 0xffffu << 16;
    }
    for (unsigned b = 0; b < 14; b++) {
        if (m.mode >> b & 1 && !(m.scale >> b & 1)) {
            m.bank[b][0] = (0x100u + b) << 5 | 0x7ffu << 21;
        }
    }
    write_model(&m);
    for (unsigned i = 0; i < ARRAY_SIZE(figure); i++) {
        request(CAN1, 0, STD(0x100 + figure[i].bank), 0, 0, 0);
        board_wait_ns(100 * US);
        g_assert_cmpuint(pending(CAN1, figure[i].fifo), ==, !figure[i].off);
        if (!figure[i].off) {
            g_assert_cmpuint(reg(CAN1, A_RDT0R + 16 * figure[i].fifo) >> 8 & 0xff, ==,
                             figure[i].number);
            release(CAN1, figure[i].fifo);
        }
    }
}

static void test_filter_locks(void)
{
    start("", BTR_1M | LBKM);
    poke(CAN1 + A_FM1R, 1);
    g_assert_cmphex(reg(CAN1, A_FM1R), ==, 0);
    poke(CAN1 + A_F0R1, 1);
    g_assert_cmphex(reg(CAN1, A_F0R1), ==, 0);
    poke(CAN1 + A_F1R1, 1);
    g_assert_cmphex(reg(CAN1, A_F1R1), ==, 1);
    g_assert_cmpint(board_mistakes("FM1R written with FMR.FINIT = 0"), ==, 1);
    g_assert_cmpint(board_mistakes("F0R1 written while its bank is active"), ==, 1);
    poke(CAN2 + A_FA1R, 7);
    g_assert_cmphex(reg(CAN2, A_FA1R), ==, 0);
    g_assert_cmpint(board_mistakes("the filters of CAN2 are those of CAN1"), >=, 1);
    /* nothing is received while filters are set up */
    poke(CAN1 + A_FMR, 0xe01);
    send_numbers(1, 2);
    g_assert_cmpuint(pending(CAN1, 0), ==, 0);
}

/* ---- Errors ---- */

/* Nobody acknowledges: TEC goes to 128 and stays; NART gives up at once. */
static void test_no_ack(void)
{
    start("-object can-bus,id=b -machine canbus1=b", BTR_1M);
    poke(CAN1 + A_IER, 1 << 8 | 1 << 9 | 1 << 15);
    request(CAN1, 0, STD(1), 0, 0, 0);
    board_wait_ns(70 * US);
    g_assert_cmpuint(tec(CAN1), ==, 8);
    g_assert_cmpuint(lec(CAN1), ==, 3);
    g_assert_cmphex(result(CAN1, 0), ==, TERR);
    board_wait_ns(660 * US);
    g_assert_cmphex(reg(CAN1, A_ESR) & 7, ==, EWGF);
    g_assert_true(irq(22));
    poke(CAN1 + A_MSR, ERRI);
    g_assert_false(irq(22));
    board_wait_ns(10000 * US);
    g_assert_cmpuint(tec(CAN1), ==, 128);
    g_assert_cmphex(reg(CAN1, A_ESR) & 7, ==, EWGF | EPVF);
    g_assert_true(irq(22));
    poke(CAN1 + A_TSR, ABRQ);
    board_wait_ns(100 * US);
    g_assert_cmphex(result(CAN1, 0), ==, RQCP | TERR);
    set_up(CAN1, BTR_1M, NART);
    board_wait_ns(11 * US);
    request(CAN1, 1, STD(1), 0, 0, 0);
    board_wait_ns(100 * US);
    g_assert_cmphex(result(CAN1, 1), ==, RQCP | TERR);
}

/* Bus-off after 32 errors, 128 times 11 bits until it is back; by ABOM or by way of initialization. */
static void test_bus_off(void)
{
    for (unsigned abom = 0; abom < 2; abom++) {
        start(BUS, BTR_1M);
        set_up(CAN1, BTR_1M, abom ? ABOM : 0);
        poke(CAN1 + A_IER, 1 << 10 | 1 << 15);
        board_wait_ns(11 * US);
        board_set_string("/machine/soc/can1", "fault", "bit-dominant:32");
        request(CAN1, 0, STD(1), 0, 0, 0);
        while (!(reg(CAN1, A_ESR) & BOFF)) {
            g_assert_false(irq(22));
            board_wait_ns(US);
        }
        g_assert_true(irq(22));
        g_assert_cmpuint(lec(CAN1), ==, 5);
        g_assert_cmpuint(rec(CAN2), ==, 32);
        if (!abom) {
            board_wait_ns(5000 * US);
            g_assert_cmphex(reg(CAN1, A_ESR) & BOFF, ==, BOFF);
            poke(CAN1 + A_MCR, INRQ);
            g_assert_cmphex(reg(CAN1, A_MSR) & INAK, ==, INAK);
            poke(CAN1 + A_MCR, 0);
        }
        board_wait_ns(1400 * US);
        g_assert_cmphex(reg(CAN1, A_ESR) & BOFF, ==, BOFF);
        board_wait_ns(100 * US);
        g_assert_cmphex(reg(CAN1, A_ESR) & 0x00ff0007, ==, 0);
        g_assert_cmphex(result(CAN1, 0), ==, RQCP | TXOK);     /* what was pending goes out */
    }
}

/* What a receiver finds wrong spoils the frame for all, until it is error passive. */
static void test_receiver_errors(void)
{
    static const struct { const char *fault; unsigned ours, theirs; } kinds[] = {
        { "crc:1", 6, 2 }, { "form:1", 2, 2 }, { "stuff:1", 1, 4 },
    };

    for (unsigned i = 0; i < ARRAY_SIZE(kinds); i++) {
        start(BUS, BTR_1M);
        board_set_string("/machine/soc/can2", "fault", kinds[i].fault);
        request(CAN1, 0, STD(1), 0, 0, 0);
        board_wait_ns(55 * US);
        g_assert_cmpuint(lec(CAN2), ==, kinds[i].ours);
        g_assert_cmpuint(lec(CAN1), ==, kinds[i].theirs);
        g_assert_cmpuint(tec(CAN1), ==, 8);
        g_assert_cmpuint(rec(CAN2), ==, 9);
        board_wait_ns(100 * US);
        g_assert_cmphex(result(CAN1, 0), ==, RQCP | TXOK);
        g_assert_cmpuint(tec(CAN1), ==, 7);
        g_assert_cmpuint(rec(CAN2), ==, 8);
        g_assert_cmpuint(lec(CAN1), ==, 0);
    }
}

/* Two bit rates on one bus do not work, ones that SJW makes up for do. */
static void test_rates(void)
{
    start(BUS, BTR_1M);
    set_up(CAN2, BTR_1M | 1, 0);
    board_wait_ns(22 * US);
    request(CAN1, 0, STD(1), 0, 0, 0);
    board_wait_ns(2000 * US);
    g_assert_cmpuint(pending(CAN2, 0), ==, 0);
    g_assert_cmpuint(rec(CAN2), >=, 9);
    g_assert_cmphex(result(CAN1, 0) & RQCP, ==, 0);
    g_assert_cmpuint(tec(CAN1), >=, 8);
}

/* Silent: hears all, acknowledges nothing, and sends nothing. */
static void test_silent(void)
{
    start(BUS, BTR_1M);
    set_up(CAN2, BTR_1M | SILM, 0);
    board_wait_ns(11 * US);
    request(CAN1, 0, STD(1), 0, 0, 0);
    board_wait_ns(70 * US);
    g_assert_cmpuint(lec(CAN1), ==, 3);
    g_assert_cmpuint(pending(CAN2, 0), ==, 0);
    request(CAN2, 0, STD(2), 0, 0, 0);
    g_assert_cmpint(board_mistakes("TXRQ set in silent mode"), ==, 1);
    board_wait_ns(1000 * US);
    g_assert_cmphex(result(CAN2, 0), ==, 0);
}

/* ---- Time, sleep, pins ---- */

static void test_time_stamp(void)
{
    uint32_t sent, heard;

    start(BUS, BTR_1M);
    set_up(CAN1, BTR_1M, TTCM);
    set_up(CAN2, BTR_1M, TTCM);
    board_wait_ns(1000 * US);
    request(CAN1, 0, STD(5), 8 | 1 << 8, 0x03020100, 0x07060504);
    board_wait_ns(200 * US);
    sent = reg(CAN1, A_TDT0R) >> 16;
    heard = reg(CAN2, A_RDT0R) >> 16;
    g_assert_cmpuint(sent, ==, 1000);
    g_assert_cmpuint(heard, ==, 1000);
    g_assert_cmphex(reg(CAN2, A_RDH0R), ==, 0x0504 | (1000 >> 8) << 16 | (1000u & 0xff) << 24);
}

static void test_wake(void)
{
    start(BUS, BTR_1M);
    poke(CAN2 + A_IER, 1 << 16);
    poke(CAN2 + A_MCR, SLEEP | AWUM);
    g_assert_cmphex(reg(CAN2, A_MSR) & 3, ==, SLAK);
    g_assert_false(irq(66));
    request(CAN1, 0, STD(5), 0, 0, 0);
    g_assert_true(irq(66));
    g_assert_cmphex(reg(CAN2, A_MCR) & SLEEP, ==, 0);
    g_assert_cmphex(reg(CAN2, A_MSR) & (3 | WKUI), ==, SLAK | WKUI);
    board_wait_ns(300 * US);
    g_assert_cmphex(reg(CAN2, A_MSR) & 3, ==, 0);
    g_assert_cmphex(result(CAN1, 0), ==, RQCP | TXOK);     /* the second attempt */
    g_assert_cmpuint(pending(CAN2, 0), ==, 1);
    /* a frame under way ends before it sleeps */
    poke(CAN2 + A_MSR, WKUI);
    request(CAN1, 0, STD(6), 0, 0, 0);
    poke(CAN2 + A_MCR, SLEEP);
    g_assert_cmphex(reg(CAN2, A_MSR) & 3, ==, 0);
    board_wait_ns(100 * US);
    g_assert_cmphex(reg(CAN2, A_MSR) & (3 | WKUI), ==, SLAK);
    g_assert_cmpuint(pending(CAN2, 0), ==, 2);
}

/* It counts recessive bits from where RX has risen, with a clock alone, and its going costs no more. */
static void test_sync_with_rx_low(void)
{
    board_start("");
    board_enable("can1");
    board_enable("gpiod");
    board_pin_function(0x40020c00, 0, 9);
    pin_drive("pd0", "0");
    set_up(CAN1, BTR_1M, 0);
    board_wait_ns(100 * US);
    pin_drive("pd0", "1");
    board_wait_ns(11 * US - 1);
    g_assert_cmphex(reg(CAN1, A_MSR) & INAK, ==, INAK);
    board_wait_ns(1);
    g_assert_cmphex(reg(CAN1, A_MSR) & INAK, ==, 0);
    pin_drive("pd0", "0");
    set_up(CAN1, BTR_1M, 0);
    board_wait_ns(100 * US);
    poke(0x40023840, peek(0x40023840) & ~(1u << 25));   /* CAN1EN */
    pin_drive("pd0", "1");
    board_wait_ns(1000 * US);
    board_enable("can1");
    g_assert_cmphex(reg(CAN1, A_MSR) & INAK, ==, INAK);
    board_wait_ns(11 * US);
    g_assert_cmphex(reg(CAN1, A_MSR) & INAK, ==, 0);
}

/* Without a transceiver RX floats; pulled up the node gets to the bus and hears not even itself. */
static void test_no_transceiver(void)
{
    board_start("");
    board_enable("can1");
    route_all();
    g_assert_true(pin_level("pd1"));
    set_up(CAN1, BTR_1M, 0);
    board_wait_ns(1000 * US);
    g_assert_cmphex(reg(CAN1, A_MSR) & 3, ==, INAK);
    g_assert_cmpint(board_mistakes("there is no transceiver"), ==, 1);
    poke(0x40020c0c, 1);
    board_wait_ns(11 * US);
    g_assert_cmphex(reg(CAN1, A_MSR) & 3, ==, 0);
    request(CAN1, 0, STD(1), 0, 0, 0);
    board_wait_ns(32 * 40 * US);
    g_assert_cmphex(reg(CAN1, A_ESR) & 7, ==, 7);
    g_assert_cmpuint(lec(CAN1), ==, 5);
}

/* Saved while it waits for the bus: with RX low it still does, otherwise as long as it would have. */
static void test_snapshot_in_sync(void)
{
    for (unsigned pull = 0; pull < 2; pull++) {
        g_autofree char *file = NULL;

        board_start("");
        board_enable("can1");
        route_all();
        poke(0x40020c0c, pull);
        set_up(CAN1, BTR_1M, 0);
        board_wait_ns(pull ? 5 * US : 100 * US);
        file = board_save();
        board_load(file, "");
        unlink(file);
        board_wait_ns(6 * US - 1);
        g_assert_cmphex(reg(CAN1, A_MSR) & INAK, ==, INAK);
        board_wait_ns(1);
        g_assert_cmphex(reg(CAN1, A_MSR) & INAK, ==, pull ? 0 : INAK);
        poke(0x40020c0c, 1);
        board_wait_ns(11 * US);
        g_assert_cmphex(reg(CAN1, A_MSR) & INAK, ==, 0);
    }
}

/* With TX at no pin it hears nothing of what it sends, and is reported. */
static void test_not_routed(void)
{
    start(BUS, BTR_1M);
    g_assert_cmpint(board_mistakes("is at no pin"), ==, 0);
    board_pin_function(0x40020c00, 1, 0);
    set_up(CAN1, BTR_1M, 0);
    board_wait_ns(11 * US);
    board_wait_ns(12000000);                            /* they may be selected later */
    g_assert_cmpint(board_mistakes("TX is at no pin"), ==, 1);
    request(CAN1, 0, STD(1), 0, 0, 0);
    board_wait_ns(1000 * US);
    g_assert_cmphex(reg(CAN1, A_ESR) & 7, ==, 7);
    g_assert_cmpuint(lec(CAN1), ==, 5);
    g_assert_cmphex(reg(CAN2, A_ESR), ==, 0);
}

/* Frames from the host that come all at once take their time one after the other; nonsense is none. */
static void test_nonsense(void)
{
    static const char lines[] =
        "\n \n- can\n- can 1 0 0\n- can 800 0 0 \n- can 1 0 9 \n- can 1 0 1 1\n- can 1 4 0 \n- can x 0 0 \n"
        "- can -1 0 0 \n- can 1 0 2 zz00\n- can 123 0 1 ab\n- can 124 2 3 \n- can 1fffffff 1 0 \n";
    int fds[2];
    g_autofree char *args = NULL;

    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), ==, 0);
    args = g_strdup_printf("%s -chardev socket,id=c,fd=%d -device stm32-can-link,chardev=c,canbus=b",
                           BUS, fds[1]);
    start(args, BTR_1M);
    close(fds[1]);
    g_assert_cmpint(write(fds[0], lines, strlen(lines)), ==, strlen(lines));
    for (unsigned i = 0; i < 50; i++) {
        peek(CAN1);
    }
    g_assert_cmpuint(pending(CAN1, 0), ==, 0);
    board_wait_ns(80 * US);
    g_assert_cmpuint(pending(CAN1, 0), ==, 1);
    board_wait_ns(300 * US);
    g_assert_cmpuint(pending(CAN1, 0), ==, 3);
    g_assert_cmpuint(pending(CAN2, 0), ==, 3);
    g_assert_cmphex(reg(CAN1, A_RI0R), ==, STD(0x123));
    g_assert_cmphex(reg(CAN1, A_RDL0R), ==, 0xab);
    release(CAN1, 0);
    g_assert_cmphex(reg(CAN1, A_RI0R), ==, STD(0x124) | RTR);
    release(CAN1, 0);
    g_assert_cmphex(reg(CAN1, A_RI0R), ==, EXT(0x1fffffff));
    close(fds[0]);
}

/* ---- Two machines ---- */

static QTestState *left, *right;

static QTestState *start_end(const char *path, const char *server)
{
    g_autofree char *args = g_strdup_printf("%s -chardev socket,id=c,path=%s%s "
                                            "-device stm32-can-link,chardev=c,canbus=b", BUS, path,
                                            server);

    board = NULL;                                   /* the other one is not to be stopped */
    board_start(args);
    board_enable("can1");
    board_enable("can2");
    route_all();
    set_up(CAN1, BTR_1M, 0);
    pass_all();
    board_wait_ns(11 * US);
    return board_take();
}

static bool arrives(void)
{
    board = right;
    board_wait_ns(100 * US);
    return pending(CAN1, 0);
}

static void test_link(void)
{
    g_autofree char *dir = g_dir_make_tmp("stm32-can-XXXXXX", NULL);
    g_autofree char *path = g_strdup_printf("%s/bus", dir);

    left = start_end(path, ",server=on,wait=off");
    board = left;
    request(CAN1, 0, STD(1), 0, 0, 0);
    board_wait_ns(100 * US);
    g_assert_cmpuint(lec(CAN1), ==, 3);             /* nobody is there yet */
    right = start_end(path, "");
    WAIT_FOR((board = left, board_wait_ns(100 * US), result(CAN1, 0) == (RQCP | TXOK)));
    WAIT_FOR(arrives());
    release(CAN1, 0);
    for (unsigned i = 0; i < 20; i++) {
        board = left;
        request(CAN1, 0, i & 1 ? EXT(i << 20) : STD(i), 8, i, ~i);
        board_wait_ns(200 * US);
        g_assert_cmphex(result(CAN1, 0), ==, RQCP | TXOK);
        WAIT_FOR(arrives());
        g_assert_cmphex(reg(CAN1, A_RI0R), ==, i & 1 ? EXT(i << 20) : STD(i));
        g_assert_cmphex(reg(CAN1, A_RDL0R), ==, i);
        g_assert_cmphex(reg(CAN1, A_RDH0R), ==, ~i);
        release(CAN1, 0);
    }
    qtest_quit(right);
    WAIT_FOR((board = left, request(CAN1, 0, STD(1), 0, 0, 0), board_wait_ns(100 * US),
              lec(CAN1) == 3));
    right = start_end(path, "");
    WAIT_FOR(arrives() || (board = left, board_wait_ns(100 * US), false));
    qtest_quit(left);
    qtest_quit(right);
    board = NULL;
    unlink(path);
    rmdir(dir);
}

/* A snapshot in the middle of a frame. */
static void test_snapshot(void)
{
    for (unsigned us = 5; us < 130; us += 17) {
        g_autofree char *file = NULL;

        start(BUS, BTR_1M);
        request(CAN2, 0, STD(1), 1, 0x11, 0);
        request(CAN2, 1, STD(2), 1, 0x22, 0);
        board_wait_ns(us * US);
        file = board_save();
        board_load(file, BUS);
        unlink(file);
        board_wait_ns((130 - us) * US);
        g_assert_cmphex(result(CAN2, 0), ==, RQCP | TXOK);
        g_assert_cmphex(result(CAN2, 1), ==, RQCP | TXOK);
        g_assert_cmpuint(pending(CAN1, 0), ==, 2);
        release(CAN1, 0);
        g_assert_cmphex(reg(CAN1, A_RDL0R), ==, 0x22);
        g_assert_cmphex(reg(CAN2, A_ESR), ==, 0);
    }
}

/* ---- Bits at the pins, for who looks (sigrok reads whole ones in tests/logic) ---- */

#define LOOKED BUS " -device stm32-logic,file=/dev/null,pins=pd0:pd1"

static void test_pins(void)
{
    /* SOF, 0x555, RTR, IDE, r0, DLC 8, then stuffed zeros */
    static const char bits[] = "0" "10101010101" "000" "1000" "001000001";

    start(LOOKED, BTR_1M);
    g_assert_true(pin_level("pd1") && pin_level("pd0"));
    request(CAN1, 0, STD(0x555), 8, 0, 0);
    for (unsigned n = 0; n < 100 && pin_level("pd1"); n++) {
        board_wait_ns(US / 10);
    }
    board_wait_ns(US / 2);
    for (unsigned n = 0; bits[n]; n++) {
        g_assert_cmpint(pin_level("pd1"), ==, bits[n] - '0');
        g_assert_cmpint(pin_level("pd0"), ==, bits[n] - '0');
        if (n == 20) {
            g_autofree char *file = board_save();

            board_load(file, LOOKED);
            unlink(file);
        }
        board_wait_ns(US);
    }
    board_wait_ns(150 * US);
    g_assert_true(pin_level("pd1") && pin_level("pd0") && pin_level("pb6"));
    g_assert_cmphex(result(CAN1, 0) & 3, ==, 3);
    board_set_string("/machine/soc/can1", "fault", "bit-dominant:1");
    request(CAN1, 0, STD(0x2aa), 0, 0, 0);
    for (unsigned n = 0, low = 0; n < 100 && low < 6; n++) {
        low = pin_level("pd1") ? 0 : low + 1;
        board_wait_ns(US);
        g_assert_cmpuint(n, <, 99);                         /* an error flag is six in a row */
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/can/pins", test_pins);
    qtest_add_func("/can/reset", test_reset);
    qtest_add_func("/can/modes", test_modes);
    qtest_add_func("/can/loopback", test_loopback);
    qtest_add_func("/can/row", test_row);
    qtest_add_func("/can/unseen", test_unseen);
    qtest_add_func("/can/listener-leaves", test_listener_leaves);
    qtest_add_func("/can/two", test_two);
    qtest_add_func("/can/arbitration", test_arbitration);
    qtest_add_func("/can/mailboxes", test_mailboxes);
    qtest_add_func("/can/fifo", test_fifo);
    qtest_add_func("/can/filters", test_filters);
    qtest_add_func("/can/filter-numbers", test_filter_numbers);
    qtest_add_func("/can/filter-locks", test_filter_locks);
    qtest_add_func("/can/no-ack", test_no_ack);
    qtest_add_func("/can/bus-off", test_bus_off);
    qtest_add_func("/can/receiver-errors", test_receiver_errors);
    qtest_add_func("/can/rates", test_rates);
    qtest_add_func("/can/silent", test_silent);
    qtest_add_func("/can/time-stamp", test_time_stamp);
    qtest_add_func("/can/wake", test_wake);
    qtest_add_func("/can/no-transceiver", test_no_transceiver);
    qtest_add_func("/can/sync-with-rx-low", test_sync_with_rx_low);
    qtest_add_func("/can/snapshot-in-sync", test_snapshot_in_sync);
    qtest_add_func("/can/not-routed", test_not_routed);
    qtest_add_func("/can/nonsense", test_nonsense);
    qtest_add_func("/can/link", test_link);
    qtest_add_func("/can/snapshot", test_snapshot);
    return board_run_tests();
}
