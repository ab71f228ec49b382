/*
 * Ethernet: snapshots in the middle of frames, and all that a guest and a network can do to it: registers,
 * rings of descriptors that loop, lead to devices or nowhere, frames of any kind, from a seed.  QEMU is still
 * there, answers, and has written to nothing but memory.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/tests/qtest/eth.h"

static uint8_t frame[20000], got[20000];

/* ---- Snapshots ---- */

/* Another machine, from a snapshot of this one, at the end of a cable of its own. */
static void move_on(void)
{
    g_autofree char *file = board_save(), *args = NULL;
    int fds[2];

    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), ==, 0);
    args = g_strdup_printf("-nic socket,fd=%d", fds[0]);
    board_load(file, args);
    unlink(file);
    close(net_fd);
    close(far_fd);
    net_fd = fds[0];
    far_fd = fds[1];
    qtest_qmp_assert_success(board, "{'execute': 'cont'}");
}

static void test_transmit(void)
{
    eth_start();
    make_frame(frame, far_address, own_address, 0x88b5, 1000);
    give_frame(0, frame, 1000, IC);
    give_frame(1, frame, 1000, IC);
    board_wait_ns(30 * US);
    move_on();
    g_assert_cmphex(peek(tx_at(0)) & OWN, ==, OWN);
    board_wait_ns(1012 * 80 - 30 * US - 200);
    g_assert_cmphex(peek(tx_at(0)) & OWN, ==, OWN);
    board_wait_ns(400);
    g_assert_cmphex(peek(tx_at(0)) & OWN, ==, 0);
    board_wait_ns(100 * US);
    g_assert_cmpuint(far_receive(got), ==, 1000);
    g_assert_cmpmem(got, 1000, frame, 1000);
    g_assert_cmpuint(far_receive(got), ==, 1000);
    g_assert_cmpuint(far_receive(got), ==, 0);
}

static void test_receive(void)
{
    eth_start();
    make_frame(frame, own_address, far_address, 0x88b5, 1000);
    far_send(frame, 1000);
    board_wait_ns(30 * US);
    move_on();
    board_wait_ns(1012 * 80 - 30 * US - 200);
    g_assert_cmphex(peek(rx_at(0)), ==, OWN);
    board_wait_ns(400);
    expect_received(0, frame, 1000);
    far_send_all(frame, 1000);
    expect_received(1, frame, 1000);
}

/* The FIFO, MDIO, a PHY that negotiates, the clock of time stamps. */
static void test_rest(void)
{
    eth_board("");
    eth_set_up();
    board_wait_ns(1000 * MS);
    set_eth(A_PTPSSIR, 6);
    set_eth(A_PTPTSCR, R_PTPTSCR_TSE_MASK | R_PTPTSCR_TSSSR_MASK);
    set_eth(A_MACMIIAR, 2 << 6 | 4 << 2 | 1);
    board_wait_ns(10 * US);
    move_on();
    g_assert_cmphex(eth(A_MACMIIAR) & 1, ==, 1);
    board_wait_ns(40 * US);
    g_assert_cmphex(eth(A_MACMIIDR), ==, 7);
    g_assert_cmpuint(eth(A_PTPTSLR), ==, 50 * 168 * 6);
    board_wait_ns(300 * MS);
    g_assert_false(board_get_bool(PHY, "link"));
    board_wait_ns(150 * MS);
    g_assert_true(board_get_bool(PHY, "link"));
    put_descriptor(rx_at(0), 0, 64, rx_buffer(0), 0);
    set_eth(A_DMARDLAR, RX_RING);
    set_eth(A_MACCR, START_MACCR);
    set_eth(A_DMAOMR, START_DMAOMR | OMR(DFRF));
    make_frame(frame, own_address, far_address, 0x88b5, 300);
    far_send_all(frame, 300);
    far_send_all(frame, 300);
    move_on();
    put_descriptor(rx_at(0), OWN, BUFFER, rx_buffer(0), 0);
    put_descriptor(rx_at(1), OWN, BUFFER, rx_buffer(1), 0);
    set_eth(A_DMARPDR, 0);
    expect_received(0, frame, 300);
    expect_received(1, frame, 300);
}

/* ---- Hostile ---- */

static uint32_t hostile_address(GRand *random)
{
    static const uint32_t bases[] = {
        0x20000000, 0x2001fff0, 0x10000000, 0x08000000, 0x080ffff0, 0x40028000, 0x40029000, 0x40023800, 0xe000e000,
        0x60000000, 0xfffffff0, 0x00000000, 0x1fff0000, 0x22000000, 0x42000000,
    };

    switch (g_rand_int_range(random, 0, 4)) {
    case 0:  return g_rand_int(random);
    case 1:  return bases[g_rand_int_range(random, 0, ARRAY_SIZE(bases))] + g_rand_int_range(random, 0, 64);
    default: return 0x20001000 + 4 * g_rand_int_range(random, 0, 256);
    }
}

/* Descriptors in a place that they share with buffers. */
static void hostile_ring(GRand *random)
{
    uint32_t words[256];

    for (unsigned i = 0; i < 256; i++) {
        words[i] = i % 4 == 0 ? g_rand_int(random) | (g_rand_boolean(random) ? OWN : 0)
                 : i % 4 == 1 ? g_rand_int(random) & (g_rand_boolean(random) ? 0xffffffff : 0x00ff00ff)
                 : hostile_address(random);
        if (i % 4 == 0 && g_rand_int_range(random, 0, 3) == 0) {
            words[i] |= OWN | FS | LS;
        }
    }
    qtest_memwrite(board, 0x20001000, words, sizeof(words));
    set_eth(A_DMAOMR, 0);
    set_eth(A_DMATDLAR, hostile_address(random));
    set_eth(A_DMARDLAR, hostile_address(random));
}

/* Offsets of all registers. */
static unsigned any_register(GRand *random)
{
    static const uint16_t parts[] = { 0x000, 0x100, 0x700, 0x1000 };

    return parts[g_rand_int_range(random, 0, 4)] + 4 * g_rand_int_range(random, 0, 64);
}

static void hostile_frame(GRand *random)
{
    unsigned length = g_rand_int_range(random, 0, 8) ? g_rand_int_range(random, 1, 1600)
                                                     : g_rand_int_range(random, 1600, 20000);
    static const uint16_t types[] = { 0x0800, 0x86dd, 0x8100, 0x8808, 0x88f7, 0x0806, 0x0020 };

    for (unsigned i = 0; i < length; i++) {
        frame[i] = g_rand_int(random);
    }
    if (g_rand_boolean(random)) {
        memset(frame, 0xff, 6);
    }
    if (length > 14) {
        stw_be_p(frame + 12, types[g_rand_int_range(random, 0, ARRAY_SIZE(types))]);
    }
    if (length > 40 && g_rand_boolean(random)) {
        frame[14] = frame[12] == 0x08 ? 0x45 : 0x60;
        stw_be_p(frame + 16, g_rand_int_range(random, 0, length));
        stw_be_p(frame + 18, g_rand_int_range(random, 0, length));
        frame[20] &= 0xc0;
        frame[23] = "\x01\x06\x11\x3a"[g_rand_int_range(random, 0, 4)];
        frame[20] = frame[12] == 0x08 ? 0 : frame[23];
    }
    far_send_only(frame, length);
}

static void drain(void)
{
    struct pollfd p = { .fd = far_fd, .events = POLLIN };

    while (poll(&p, 1, 0) > 0 && read(far_fd, got, sizeof(got)) > 0) {
        continue;
    }
}

static void test_hostile(const void *seed)
{
    GRand *random = g_rand_new_with_seed(GPOINTER_TO_UINT(seed));

    eth_start();
    for (unsigned i = 0; i < 150; i++) {
        if (i % 3 == 0) {
            set_eth(A_DMABMR, 1 | g_rand_int(random));
            board_wait_ns(20 * US);
            set_eth(A_DMABMR, g_rand_int(random) & ~1u);
            hostile_ring(random);
            set_eth(A_MACCR, START_MACCR | (g_rand_int(random) & 0x02c07e00));
            set_eth(A_MACFFR, g_rand_int(random) | R_MACFFR_PM_MASK);
            set_eth(A_DMAOMR, START_DMAOMR | (g_rand_int(random) & 0x070000d8));
        }
        for (unsigned n = 0; n < 8; n++) {
            unsigned reg = any_register(random);

            if (g_rand_boolean(random)) {
                eth(reg);
            } else if (reg != A_DMABMR && reg != A_MACCR) {
                set_eth(reg, g_rand_int(random));
            }
        }
        hostile_frame(random);
        set_eth(A_DMATPDR, 0);
        set_eth(A_DMARPDR, 0);
        board_wait_ns(g_rand_int_range(random, 0, 3 * MS));
        drain();
    }
    eth_set_up();                           /* it is alive, and itself again */
    make_rings();
    mdio_write(0, 0, 0xb100);
    board_wait_ns(1500 * MS);
    drain();
    set_eth(A_MACCR, START_MACCR | CR(LM));
    set_eth(A_DMAOMR, START_DMAOMR);
    make_frame(frame, own_address, far_address, 0x88b5, 100);
    give_frame(0, frame, 100, 0);
    board_wait_ns(20 * US);
    expect_received(0, frame, 100);
    g_rand_free(random);
}

/* Loops: a descriptor that leads to itself, without end of frame; with no bytes; in flash, where it stays OWN. */
static void test_loops(void)
{
    eth_start();
    put_descriptor(tx_at(0), OWN | FS | TCH, 0, 0, tx_at(0));
    set_eth(A_DMATPDR, 0);
    board_wait_ns(MS);
    g_assert_cmphex(peek(tx_at(0)) & OWN, ==, 0);
    set_eth(A_DMAOMR, 0);
    for (unsigned i = 0; i < 0x1000; i += 16) {         /* 256 without end, in a ring */
        put_descriptor(0x20010000 + i, OWN | (i == 0xff0 ? TER : 0), 0x1fff1fff, 0x20000000, 0x20000000);
    }
    set_eth(A_DMATDLAR, 0x20010000);
    set_eth(A_DMAOMR, START_DMAOMR);
    board_wait_ns(10 * MS);
    g_assert_cmphex(peek(0x20010000) & OWN, ==, 0);
    set_eth(A_DMAOMR, 0);
    set_eth(A_DMATDLAR, 0x08000000);                    /* erased: all 1 */
    set_eth(A_DMARDLAR, 0x08000000);
    set_eth(A_DMAOMR, START_DMAOMR);
    board_wait_ns(10 * MS);
    make_frame(frame, own_address, far_address, 0x88b5, 100);
    far_send_all(frame, 100);
    g_assert_cmphex(eth(A_DMASR) & SR(FBES), ==, SR(FBES));
    g_assert_cmphex(peek(0x08000000), ==, 0xffffffff);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("eth-state/snapshot-transmit", test_transmit);
    qtest_add_func("eth-state/snapshot-receive", test_receive);
    qtest_add_func("eth-state/snapshot-rest", test_rest);
    qtest_add_func("eth-state/loops", test_loops);
    for (unsigned seed = 1; seed <= 4; seed++) {
        g_autofree char *name = g_strdup_printf("eth-state/hostile-%u", seed);

        qtest_add_data_func(name, GUINT_TO_POINTER(seed), test_hostile);
    }
    return board_run_tests();
}
