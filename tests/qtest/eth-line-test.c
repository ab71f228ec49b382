/*
 * Ethernet: a line in half duplex, what others do there, back pressure; the thresholds of the FIFOs.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/tests/qtest/eth.h"

enum { DB = 1 << 0, ED = 1 << 2, EC = 1 << 8, LCO = 1 << 9, NC = 1 << 10, LCA = 1 << 11, ES = 1 << 15 };    /* TDES0 */
enum { DP = 1 << 26 };
enum { LENGTH = 0x3fff << 16, CRC_ERROR = 1 << 1 };                                                         /* RDES0 */

#define HALF_DUPLEX (START_MACCR & ~CR(DM))
#define CUT_THROUGH (START_DMAOMR & ~OMR(RSF))

static uint8_t frame[4096], got[4096];

/* ---- Half duplex ---- */

static void start_half_duplex(void)
{
    eth_board("");
    board_set_string(PHY, "partner", "100-half");
    eth_set_up();
    wait_for_link();
    make_rings();
    set_eth(A_MACCR, HALF_DUPLEX);
    set_eth(A_DMAOMR, START_DMAOMR);
    make_frame(frame, far_address, own_address, 0x88b5, 64);
}

/* How long, in us, until the frame of descriptor @n is done with. */
static unsigned done_after(unsigned n)
{
    unsigned us = 0;

    give_frame(n, frame, 64, 0);
    while (peek(tx_at(n)) & OWN) {
        g_assert_cmpuint(++us, <, 100000);
        board_wait_ns(US);
    }
    return us;
}

/* The transmit ring begins at its first descriptor again. */
static void rewind_ring(void)
{
    set_eth(A_DMAOMR, START_DMAOMR & ~OMR(ST));
    set_eth(A_DMATDLAR, TX_RING);
    set_eth(A_DMAOMR, START_DMAOMR);
}

/* Others send: the frame waits, and is given up only if MACCR.DC says so and they go on for 24288 bits. */
static void test_deferral(void)
{
    start_half_duplex();
    board_set_int(PHY, "busy-line", 500);
    g_assert_cmpuint(done_after(0), >=, 500);
    g_assert_cmphex(peek(tx_at(0)), ==, FS | LS | DB);
    g_assert_cmpuint(far_receive(got), ==, 64);
    set_eth(A_MACCR, HALF_DUPLEX | CR(DC));
    board_set_int(PHY, "busy-line", 240);
    g_assert_cmpuint(done_after(1), >=, 240);
    g_assert_cmphex(peek(tx_at(1)), ==, FS | LS | DB);
    g_assert_cmpuint(far_receive(got), ==, 64);
    board_set_int(PHY, "busy-line", 500);
    g_assert_cmpuint(done_after(2), ==, 243);
    g_assert_cmphex(peek(tx_at(2)), ==, FS | LS | DB | ED | ES);
    g_assert_cmpuint(far_receive(got), ==, 0);
    g_assert_cmpuint(done_after(3), <, 10);
    g_assert_cmphex(eth(A_MMCTGFCR), ==, 3);
}

/* A frame that comes in is what one that goes out waits for. */
static void test_deferral_to_frame(void)
{
    start_half_duplex();
    make_frame(frame, own_address, far_address, 0x88b5, 1000);
    far_send(frame, 1000);
    make_frame(frame, far_address, own_address, 0x88b5, 64);
    g_assert_cmpuint(done_after(0), >, 70);
    g_assert_cmphex(peek(tx_at(0)), ==, FS | LS | DB);
    g_assert_cmphex(peek(rx_at(0)) & (OWN | LENGTH), ==, 1004 << 16);
    g_assert_cmpuint(far_receive(got), ==, 64);
}

static void test_late_collision(void)
{
    start_half_duplex();
    board_set_bool(PHY, "late-collision", true);
    done_after(0);
    g_assert_cmphex(peek(tx_at(0)), ==, FS | LS | LCO | ES);
    g_assert_cmpuint(far_receive(got), ==, 0);
    board_set_int(PHY, "collisions", 2);
    board_set_bool(PHY, "late-collision", true);
    done_after(1);
    g_assert_cmphex(peek(tx_at(1)), ==, FS | LS | LCO | ES | 2 << 3);
    done_after(2);                                      /* that was once */
    g_assert_cmphex(peek(tx_at(2)), ==, FS | LS);
    g_assert_cmpuint(far_receive(got), ==, 64);
    g_assert_cmphex(eth(A_MMCTGFCR), ==, 1);
}

/* MACCR.BL: no more than a slot of 5.12 us after each collision, or up to 1023. */
static void test_back_off(void)
{
    unsigned least = 0, most = 0;

    start_half_duplex();
    for (unsigned i = 0; i < 8; i++) {
        set_eth(A_MACCR, HALF_DUPLEX | CR(BL));
        board_set_int(PHY, "collisions", 15);
        least += done_after(0);
        g_assert_cmphex(peek(tx_at(0)), ==, FS | LS | 15 << 3);
        rewind_ring();
        set_eth(A_MACCR, HALF_DUPLEX);
        board_set_int(PHY, "collisions", 15);
        most += done_after(0);
        rewind_ring();
    }
    g_assert_cmpuint(least, <=, 8 * (15 * 8 + 10));
    g_assert_cmpuint(least, >=, 8 * 15 * 2);
    g_assert_cmpuint(most, >, 8 * 2000);
    set_eth(A_MACCR, HALF_DUPLEX | CR(RD));             /* not tried again */
    board_set_int(PHY, "collisions", 1);
    done_after(0);
    g_assert_cmphex(peek(tx_at(0)), ==, FS | LS | EC | ES);
}

/* No carrier; MACCR.CSD does not look for one. */
static void test_carrier(void)
{
    start_half_duplex();
    board_set_bool(PHY, "cable", false);
    done_after(0);
    g_assert_cmphex(peek(tx_at(0)), ==, FS | LS | LCA | NC | ES);
    set_eth(A_MACCR, HALF_DUPLEX | CR(CSD));
    done_after(1);
    g_assert_cmphex(peek(tx_at(1)), ==, FS | LS);
}

/* While it lasts nobody gets through to us; then they do. */
static void test_back_pressure(void)
{
    start_half_duplex();
    set_eth(A_MACFCR, R_MACFCR_FCBBPA_MASK);
    g_assert_cmpint(board_mistakes("FCBBPA without TFCE: no back pressure"), ==, 1);
    make_frame(frame, own_address, far_address, 0x88b5, 100);
    far_send_all(frame, 100);
    g_assert_cmphex(peek(rx_at(0)) & (OWN | LENGTH), ==, 104 << 16);
    set_eth(A_MACFCR, 0);
    set_eth(A_MACFCR, R_MACFCR_FCBBPA_MASK | R_MACFCR_TFCE_MASK);
    far_send_only(frame, 100);
    far_send_only(frame, 100);
    for (unsigned i = 0; i < 20; i++) {
        g_usleep(1000);
        board_wait_ns(MS);
        g_assert_cmphex(eth(A_MACDBGR) & R_MACDBGR_MMRPEA_MASK, ==, 0);
    }
    g_assert_cmphex(peek(rx_at(1)) & OWN, ==, OWN);
    make_frame(frame, far_address, own_address, 0x88b5, 64);
    done_after(0);                                      /* it is for others */
    g_assert_cmpuint(far_receive(got), ==, 64);
    g_assert_cmphex(eth(A_MACFCR) & R_MACFCR_FCBBPA_MASK, !=, 0);       /* it does not end by itself */
    set_eth(A_MACFCR, R_MACFCR_TFCE_MASK);
    for (unsigned i = 0; i < 1000 && peek(rx_at(2)) & OWN; i++) {
        g_usleep(1000);
        board_wait_ns(10 * US);
    }
    g_assert_cmphex(peek(rx_at(1)) & (OWN | LENGTH), ==, 104 << 16);
    g_assert_cmphex(peek(rx_at(2)) & (OWN | LENGTH), ==, 104 << 16);
}

/* ---- Thresholds ---- */

static void far_send_spoilt(unsigned length)
{
    make_frame(frame, own_address, far_address, 0x88b5, length);
    board_set_string(PHY, "spoil", "crc");
    far_send_all(frame, length);
}

/* Without RSF what has begun to go to memory cannot be dropped. */
static void test_receive_threshold(void)
{
    eth_start();
    set_eth(A_DMAOMR, CUT_THROUGH);
    far_send_spoilt(60);                                /* 64 bytes: just not more */
    g_assert_cmphex(peek(rx_at(0)) & OWN, ==, OWN);
    far_send_spoilt(61);
    g_assert_cmphex(peek(rx_at(0)) & (OWN | RX_ES | CRC_ERROR), ==, RX_ES | CRC_ERROR);
    set_eth(A_DMAOMR, CUT_THROUGH | 3 << R_DMAOMR_RTC_SHIFT);           /* 128 */
    far_send_spoilt(61);
    g_assert_cmphex(peek(rx_at(1)) & OWN, ==, OWN);
    set_eth(A_DMAOMR, START_DMAOMR);
    far_send_spoilt(1000);
    g_assert_cmphex(peek(rx_at(1)) & OWN, ==, OWN);
}

static void send_runt(unsigned n)
{
    give_frame(n, frame, 40, DP);
    board_wait_ns(50 * US);
}

/* A runt, by loopback: it is taken with FUGF, or beyond the threshold. */
static void test_runts(void)
{
    eth_start();
    set_eth(A_MACCR, START_MACCR | CR(LM));
    make_frame(frame, own_address, far_address, 0x88b5, 40);
    send_runt(0);
    g_assert_cmphex(peek(rx_at(0)) & OWN, ==, OWN);
    set_eth(A_DMAOMR, START_DMAOMR | OMR(FUGF));
    send_runt(1);
    g_assert_cmphex(peek(rx_at(0)) & (OWN | RX_ES | LENGTH), ==, 44 << 16);
    set_eth(A_DMAOMR, CUT_THROUGH | 1 << R_DMAOMR_RTC_SHIFT);
    send_runt(2);
    g_assert_cmphex(peek(rx_at(1)) & (OWN | RX_ES | LENGTH), ==, 44 << 16);
    set_eth(A_DMAOMR, CUT_THROUGH);
    send_runt(3);
    g_assert_cmphex(peek(rx_at(2)) & OWN, ==, OWN);
}

static void start_early(void)
{
    eth_start();
    for (unsigned n = 0; n < RING; n++) {
        put_descriptor(rx_at(n), OWN, 256 | (n == RING - 1 ? RER : 0), rx_buffer(n), 0);
    }
    set_eth(A_DMAOMR, CUT_THROUGH);
    set_eth(A_DMASR, 0xffffffff);
    make_frame(frame, own_address, far_address, 0x88b5, 600);
}

/* ERS: the first buffer is full before the frame ends; RS takes it back. */
static void test_early_receive(void)
{
    start_early();
    set_eth(A_DMAIER, SR(ERS) | SR(NIS));
    qtest_memset(board, rx_buffer(0), 0, 256);
    far_send(frame, 600);
    board_wait_ns(20 * US);
    g_assert_cmphex(eth(A_DMASR) & (SR(ERS) | SR(RS)), ==, 0);
    board_wait_ns(3 * US);                              /* 264 bytes take 21.12 us */
    g_assert_cmphex(eth(A_DMASR) & (SR(ERS) | SR(RS) | SR(NIS)), ==, SR(ERS) | SR(NIS));
    g_assert_true(qtest_get_irq(board, IRQ));
    qtest_memread(board, rx_buffer(0), got, 256);
    g_assert_cmpmem(got, 256, frame, 256);
    g_assert_cmphex(peek(rx_at(0)) & OWN, ==, OWN);
    board_wait_ns(30 * US);
    g_assert_cmphex(eth(A_DMASR) & (SR(ERS) | SR(RS)), ==, SR(RS));
    g_assert_cmphex(peek(rx_at(0)), ==, RX_FS);
    g_assert_cmphex(peek(rx_at(2)) & (OWN | RX_LS | LENGTH), ==, RX_LS | 604 << 16);
    set_eth(A_DMASR, 0xffffffff);
    make_frame(frame, far_address, far_address, 0x88b5, 600);           /* not for us: nothing of it */
    far_send_all(frame, 600);
    g_assert_cmphex(eth(A_DMASR) & (SR(ERS) | SR(RS)), ==, 0);
}

/* TTC: what is in the FIFO goes, and underflows if the rest is not there; below that it waits for it. */
static void test_transmit_threshold(void)
{
    eth_start();
    make_frame(frame, far_address, own_address, 0x88b5, 300);
    qtest_memwrite(board, TX_BUFFERS, frame, 300);
    set_eth(A_DMAOMR, START_DMAOMR & ~OMR(TSF));        /* 64 bytes */
    put_descriptor(tx_at(0), OWN | FS, 64, TX_BUFFERS, 0);
    set_eth(A_DMATPDR, 1);
    board_wait_ns(20 * US);
    g_assert_cmphex(eth(A_DMASR) & (SR(TUS) | SR(TBUS)), ==, SR(TBUS));
    put_descriptor(tx_at(1), OWN | LS, 236, TX_BUFFERS + 64, 0);
    set_eth(A_DMATPDR, 1);
    board_wait_ns(50 * US);
    g_assert_cmpuint(far_receive(got), ==, 300);
    g_assert_cmpmem(got, 300, frame, 300);
    set_eth(A_DMASR, 0xffffffff);
    put_descriptor(tx_at(2), OWN | FS, 65, TX_BUFFERS, 0);
    set_eth(A_DMATPDR, 1);
    board_wait_ns(20 * US);
    g_assert_cmphex(eth(A_DMASR) & (SR(TUS) | SR(TBUS)), ==, SR(TUS) | SR(TBUS));
    g_assert_cmphex(peek(tx_at(2)) & (OWN | ES | 1 << 1), ==, ES | 1 << 1);
    g_assert_cmpint(board_mistakes("underflow"), ==, 1);
    g_assert_cmpuint(far_receive(got), ==, 0);
}

/* ---- Snapshots ---- */

static void test_snapshot(void)
{
    g_autofree char *file = NULL;

    start_early();
    far_send(frame, 600);
    board_wait_ns(10 * US);
    file = board_save();
    board_load(file, "-nic socket,listen=127.0.0.1:0");
    unlink(file);
    g_assert_cmphex(eth(A_DMASR) & SR(ERS), ==, 0);
    board_wait_ns(13 * US);
    g_assert_cmphex(eth(A_DMASR) & (SR(ERS) | SR(RS)), ==, SR(ERS));
    board_wait_ns(30 * US);
    g_assert_cmphex(eth(A_DMASR) & (SR(ERS) | SR(RS)), ==, SR(RS));
}

static void test_snapshot_of_trouble(void)
{
    g_autofree char *file = NULL;

    start_half_duplex();
    board_set_int(PHY, "busy-line", 300);
    board_set_bool(PHY, "late-collision", true);
    file = board_save();
    board_load(file, "-nic socket,listen=127.0.0.1:0");
    unlink(file);
    g_assert_cmpuint(done_after(0), >=, 300);
    g_assert_cmphex(peek(tx_at(0)), ==, FS | LS | LCO | DB | ES);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("eth-line/deferral", test_deferral);
    qtest_add_func("eth-line/deferral-to-frame", test_deferral_to_frame);
    qtest_add_func("eth-line/late-collision", test_late_collision);
    qtest_add_func("eth-line/back-off", test_back_off);
    qtest_add_func("eth-line/carrier", test_carrier);
    qtest_add_func("eth-line/back-pressure", test_back_pressure);
    qtest_add_func("eth-line/receive-threshold", test_receive_threshold);
    qtest_add_func("eth-line/runts", test_runts);
    qtest_add_func("eth-line/early-receive", test_early_receive);
    qtest_add_func("eth-line/transmit-threshold", test_transmit_threshold);
    qtest_add_func("eth-line/snapshot", test_snapshot);
    qtest_add_func("eth-line/snapshot-of-trouble", test_snapshot_of_trouble);
    return board_run_tests();
}
