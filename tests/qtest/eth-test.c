/*
 * Ethernet (RM0090 chapter 33): the DMA and its descriptors, frames out and in, their time, interrupts, bus
 * errors.  RMII with a LAN8720 at 100 Mbit/s: a byte is 80 ns.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qobject/qdict.h"
#include "stm32/tests/qtest/eth.h"

static uint8_t frame[16384], got[16384];

/* ---- Software reset ---- */

static void test_reset(void)
{
    eth_board("");
    eth_enable_clocks();
    g_assert_false(eth_soft_reset());       /* no pins, and MII */
    g_assert_cmpint(board_mistakes("the PHY has RMII alone: set SYSCFG_PMC.MII_RMII_SEL"), ==, 1);
    board_enable("syscfg");
    poke(SYSCFG + 4, 1 << 23);
    g_assert_false(eth_soft_reset());
    eth_route_rmii();
    set_eth(A_MACFFR, 0x7ff);
    g_assert_true(eth_soft_reset());
    g_assert_cmphex(eth(A_MACFFR), ==, 0);
    g_assert_cmphex(eth(A_DMABMR), ==, 0x00020100);
    poke(RCC + 0x30, peek(RCC + 0x30) & ~(1u << 27));
    g_assert_false(eth_soft_reset());
    poke(RCC + 0x30, peek(RCC + 0x30) | 1u << 27);      /* the clock comes: it ends */
    board_wait_ns(10 * US);
    g_assert_cmphex(eth(A_DMABMR) & 1, ==, 0);
}

/* What a report says that is missing. */
static void test_reset_reports(void)
{
    for (unsigned n = 0; n < 3; n++) {
        static const char *const texts[] = {
            "no pin is ETH_RMII_REF_CLK: select AF11 at PA1", "set ETHMACTXEN and ETHMACRXEN",
            "the PHY's reset pin is low",
        };

        eth_board(n == 2 ? "-machine phy-reset=pe2" : "");
        board_enable("syscfg");
        board_enable("ethmac");
        poke(SYSCFG + 4, 1 << 23);
        if (n != 1) {
            eth_enable_clocks();
        }
        if (n) {
            eth_route_rmii();
        }
        if (n == 2) {
            pin_drive("pe2", "0");
        }
        g_assert_false(eth_soft_reset());
        g_assert_cmpint(board_mistakes(texts[n]), ==, 1);
        g_assert_cmpint(board_mistakes("/machine/soc/eth"), ==, 1);
    }
    pin_drive("pe2", "1");
    board_wait_ns(10 * US);
    g_assert_cmphex(eth(A_DMABMR) & 1, ==, 0);
}

/* The bare board has no PHY. */
static void test_no_phy(void)
{
    board_start("");
    eth_start_clocks();
    board_enable("syscfg");
    poke(SYSCFG + 4, 1 << 23);
    eth_route_rmii();
    eth_enable_clocks();
    g_assert_false(eth_soft_reset());
    g_assert_cmpint(board_mistakes("there is no PHY on this board: start with -nic user"), ==, 1);
    g_assert_cmphex(mdio_read(0, 2), ==, 0xffff);
}

static void test_slow_hclk(void)
{
    eth_board("");
    poke(RCC + 8, 0);               /* HSI */
    board_enable("syscfg");
    poke(SYSCFG + 4, 1 << 23);
    eth_route_rmii();
    eth_enable_clocks();
    g_assert_true(eth_soft_reset());
    g_assert_cmpint(board_mistakes("HCLK is 16000000 Hz: Ethernet takes 25 MHz or more"), ==, 1);
}

/* In the middle of a frame, with another one that waits for it: the network goes on. */
static void test_reset_in_frame(void)
{
    eth_start();
    make_frame(frame, own_address, far_address, 0x88b5, 1000);
    far_send(frame, 1000);
    far_send_only(frame, 1000);
    g_usleep(20000);
    eth_set_up();
    make_rings();
    set_eth(A_MACCR, START_MACCR);
    set_eth(A_DMAOMR, START_DMAOMR);
    make_frame(frame, own_address, far_address, 0x88b5, 100);
    far_send_all(frame, 100);
    expect_received(0, frame, 100);
}

/* ---- Frames ---- */

static void test_transmit(void)
{
    eth_start();
    make_frame(frame, far_address, own_address, 0x88b5, 100);
    set_eth(A_DMAIER, SR(TS) | SR(NIS));
    give_frame(0, frame, 100, IC);
    g_assert_cmphex(peek(tx_at(0)) & OWN, ==, OWN);
    board_wait_ns((8 + 100 + 4) * 80 - 100);
    g_assert_cmphex(peek(tx_at(0)) & OWN, ==, OWN);     /* it is on the wire */
    g_assert_false(qtest_get_irq(board, IRQ));
    board_wait_ns(200);
    g_assert_cmphex(peek(tx_at(0)), ==, FS | LS | IC);
    g_assert_true(qtest_get_irq(board, IRQ));
    g_assert_cmphex(eth(A_DMASR) & 0x1ffff & ~SR(ETS), ==, SR(TS) | SR(NIS) | SR(TBUS));
    g_assert_cmphex(eth(A_DMASR) >> 20 & 7, ==, 6);     /* suspended */
    g_assert_cmpuint(far_receive(got), ==, 100);
    g_assert_cmpmem(got, 100, frame, 100);
    set_eth(A_DMASR, SR(TS) | SR(NIS));
    g_assert_false(qtest_get_irq(board, IRQ));
    g_assert_cmphex(eth(A_MMCTGFCR), ==, 1);
    g_assert_cmpint(board_mistakes("eth"), ==, 0);
}

/* Short ones are padded; several follow each other with a gap of 96 bits. */
static void test_transmit_ring(void)
{
    eth_start();
    for (unsigned n = 0; n < RING; n++) {
        make_frame(frame, far_address, own_address, 0x88b5, 20 + n);
        qtest_memwrite(board, TX_BUFFERS + BUFFER * n, frame, 20 + n);
        put_descriptor(tx_at(n), OWN | FS | LS | (n == RING - 1 ? TER : 0), 20 + n, TX_BUFFERS + BUFFER * n, 0);
    }
    set_eth(A_DMATPDR, 1);
    board_wait_ns(4 * (8 + 60 + 4) * 80 + 3 * 960 - 100);
    g_assert_cmphex(peek(tx_at(2)) & OWN, ==, 0);
    g_assert_cmphex(peek(tx_at(3)) & OWN, ==, OWN);
    board_wait_ns(200);
    g_assert_cmphex(peek(tx_at(3)) & OWN, ==, 0);
    for (unsigned n = 0; n < RING; n++) {
        static const uint8_t zeros[60];

        make_frame(frame, far_address, own_address, 0x88b5, 20 + n);
        g_assert_cmpuint(far_receive(got), ==, 60);
        g_assert_cmpmem(got, 20 + n, frame, 20 + n);
        g_assert_cmpmem(got + 20 + n, 40 - n, zeros, 40 - n);
    }
    g_assert_cmphex(eth(A_DMACHTDR), ==, tx_at(0));     /* round the ring */
}

/* A frame out of two buffers of a descriptor and one of the next, which is chained. */
static void test_transmit_chain(void)
{
    eth_start();
    make_frame(frame, far_address, own_address, 0x88b5, 300);
    qtest_memwrite(board, TX_BUFFERS + 1, frame, 100);
    qtest_memwrite(board, TX_BUFFERS + 503, frame + 100, 50);
    qtest_memwrite(board, TX_BUFFERS + 1000, frame + 150, 150);
    put_descriptor(tx_at(8), OWN | LS | TCH | IC, 150, TX_BUFFERS + 1000, tx_at(0));
    put_descriptor(tx_at(0), OWN | FS | TCH, 100, TX_BUFFERS + 1, tx_at(1));
    put_descriptor(tx_at(1), OWN | TCH, 50, TX_BUFFERS + 503, tx_at(8));
    set_eth(A_DMATPDR, 0);
    board_wait_ns(100 * US);
    g_assert_cmpuint(far_receive(got), ==, 300);
    g_assert_cmpmem(got, 300, frame, 300);
    g_assert_cmphex(peek(tx_at(0)), ==, FS | TCH);
    g_assert_cmphex(peek(tx_at(1)), ==, TCH);
    g_assert_cmphex(peek(tx_at(8)), ==, LS | TCH | IC);
    g_assert_cmphex(eth(A_DMASR) & SR(TS), ==, SR(TS));
    g_assert_cmpint(board_mistakes("eth"), ==, 0);
}

/* DSL words between descriptors, and eight of them in each (EDFE). */
static void test_enhanced_ring(void)
{
    eth_start();
    set_eth(A_DMAOMR, START_DMAOMR & ~OMR(ST) & ~OMR(SR));
    set_eth(A_DMABMR, R_DMABMR_EDFE_MASK | 2 << R_DMABMR_DSL_SHIFT);
    make_frame(frame, far_address, own_address, 0x88b5, 64);
    for (unsigned n = 0; n < 2; n++) {
        qtest_memwrite(board, TX_BUFFERS, frame, 64);
        put_descriptor(TX_RING + 40 * n, OWN | FS | LS | (n ? TER : 0), 64, TX_BUFFERS, 0);
        put_descriptor(RX_RING + 40 * n, OWN, BUFFER | (n ? RER : 0), rx_buffer(n), 0);
    }
    set_eth(A_DMAOMR, START_DMAOMR);
    board_wait_ns(100 * US);
    g_assert_cmpuint(far_receive(got), ==, 64);
    g_assert_cmpuint(far_receive(got), ==, 64);
    make_frame(frame, own_address, far_address, 0x88b5, 64);
    far_send_all(frame, 64);
    far_send_all(frame, 64);
    g_assert_cmphex(peek(RX_RING), ==, RX_FS | RX_LS | RX_FT | 68 << 16);
    g_assert_cmphex(peek(RX_RING + 40), ==, RX_FS | RX_LS | RX_FT | 68 << 16);
    g_assert_cmphex(eth(A_DMACHRDR), ==, RX_RING);
}

static void test_receive(void)
{
    eth_start();
    set_eth(A_DMAIER, SR(RS) | SR(NIS));
    make_frame(frame, own_address, far_address, 0x88b5, 1514);
    far_send(frame, 1514);
    board_wait_ns((8 + 1514 + 4) * 80 - 100);
    g_assert_cmphex(peek(rx_at(0)), ==, OWN);
    board_wait_ns(200);
    expect_received(0, frame, 1514);
    g_assert_true(qtest_get_irq(board, IRQ));
    g_assert_cmphex(eth(A_DMASR) & 0x1ffff & ~SR(TBUS), ==, SR(RS) | SR(NIS));
    set_eth(A_DMASR, SR(RS) | SR(NIS));
    g_assert_false(qtest_get_irq(board, IRQ));
    make_frame(frame, own_address, far_address, 0x88b5, 20);
    far_send_all(frame, 20);                            /* padded by its sender */
    memset(frame + 20, 0, 40);
    expect_received(1, frame, 60);
    g_assert_cmphex(eth(A_MMCRGUFCR), ==, 2);
    g_assert_cmphex(eth(A_DMACHRDR), ==, rx_at(2));
    g_assert_cmpint(board_mistakes("eth"), ==, 0);
}

/* More than a buffer takes goes on in the next. */
static void test_receive_pieces(void)
{
    eth_start();
    set_eth(A_DMAOMR, START_DMAOMR & ~OMR(SR));
    put_descriptor(rx_at(0), OWN, 100 | 60 << 16, rx_buffer(0), rx_buffer(1));
    put_descriptor(rx_at(1), OWN, 64 | RCH, rx_buffer(3), rx_at(2));
    set_eth(A_DMAOMR, START_DMAOMR);
    make_frame(frame, own_address, far_address, 0x88b5, 300);
    far_send_all(frame, 300);
    g_assert_cmphex(peek(rx_at(0)) & (OWN | RX_FS | RX_LS), ==, RX_FS);
    g_assert_cmphex(peek(rx_at(1)) & (OWN | RX_FS | RX_LS), ==, 0);
    g_assert_cmphex(peek(rx_at(2)), ==, RX_LS | RX_FT | 304 << 16);
    qtest_memread(board, rx_buffer(0), got, 100);
    qtest_memread(board, rx_buffer(1), got + 100, 60);
    qtest_memread(board, rx_buffer(3), got + 160, 64);
    qtest_memread(board, rx_buffer(2), got + 224, 76);
    g_assert_cmpmem(got, 300, frame, 300);
}

/* ---- Too few descriptors ---- */

static void test_missed(void)
{
    eth_start();
    make_frame(frame, own_address, far_address, 0x88b5, 64);
    for (unsigned n = 0; n < RING; n++) {
        far_send_all(frame, 64);
    }
    g_assert_cmphex(eth(A_DMASR) & SR(RBUS), ==, SR(RBUS));
    g_assert_cmphex(eth(A_DMASR) >> 17 & 7, ==, 4);
    far_send_all(frame, 64);
    far_send_all(frame, 64);
    g_assert_cmphex(eth(A_DMAMFBOCR), ==, 2);
    g_assert_cmphex(eth(A_DMAMFBOCR), ==, 0);           /* reading clears it */
    give_back(0);
    frame[20] ^= 1;
    far_send_all(frame, 64);                            /* a frame makes it look */
    expect_received(0, frame, 64);
    give_back(1);
    set_eth(A_DMARPDR, 0);
    g_assert_cmphex(eth(A_DMASR) >> 17 & 7, ==, 3);
}

/* DFRF: they wait in the FIFO, until that is full. */
static void test_fifo(void)
{
    eth_start();
    set_eth(A_DMAOMR, START_DMAOMR | OMR(DFRF));
    for (unsigned n = 0; n < RING + 3; n++) {
        make_frame(frame, own_address, far_address, 0x88b5 + n, 800);
        far_send_all(frame, 800);
    }
    g_assert_cmphex(eth(A_DMASR) & SR(ROS), ==, SR(ROS));
    g_assert_cmphex(eth(A_DMAMFBOCR), ==, 1 << 17);     /* two wait, one is lost */
    g_assert_cmphex(eth(A_MACDBGR) & R_MACDBGR_RFFL_MASK, !=, 0);
    for (unsigned n = 0; n < 3; n++) {
        give_back(n);
    }
    set_eth(A_DMARPDR, 0);
    for (unsigned n = 0; n < 2; n++) {
        make_frame(frame, own_address, far_address, 0x88b5 + RING + n, 800);
        expect_received(n, frame, 800);
    }
    g_assert_cmphex(peek(rx_at(2)), ==, OWN);
    g_assert_cmphex(eth(A_MACDBGR) & R_MACDBGR_RFFL_MASK, ==, 0);
}

static void test_cut(void)
{
    eth_start();
    set_eth(A_DMAOMR, START_DMAOMR & ~OMR(SR));
    put_descriptor(rx_at(0), OWN, 128, rx_buffer(0), 0);
    put_descriptor(rx_at(1), 0, 128, rx_buffer(1), 0);
    set_eth(A_DMAOMR, START_DMAOMR);
    make_frame(frame, own_address, far_address, 0x88b5, 300);
    far_send_all(frame, 300);
    g_assert_cmphex(peek(rx_at(0)) & 0xffff, ==, RX_FS | RX_LS | RX_FT | RX_ES | 1 << 14);
    g_assert_cmpint(board_mistakes("a frame of 304 bytes, and buffers for 128 of them"), ==, 1);
}

/* A ring that is not closed. */
static void test_no_end(void)
{
    eth_start();
    put_descriptor(rx_at(3), OWN, BUFFER, rx_buffer(3), 0);
    make_frame(frame, own_address, far_address, 0x88b5, 64);
    for (unsigned n = 0; n < RING; n++) {
        far_send_all(frame, 64);
    }
    g_assert_cmpint(board_mistakes("is all 0: is RER missing"), ==, 1);
}

/* DIC: no interrupt, until the watchdog says so, by 256 periods of HCLK. */
static void test_watchdog(void)
{
    eth_start();
    set_eth(A_DMARSWTR, 100);
    poke(rx_at(0) + 4, BUFFER | 1u << 31);
    make_frame(frame, own_address, far_address, 0x88b5, 64);
    far_send(frame, 64);
    board_wait_ns(76 * 80 + 200);
    g_assert_cmphex(peek(rx_at(0)) & OWN, ==, 0);
    g_assert_cmphex(eth(A_DMASR) & SR(RS), ==, 0);
    board_wait_ns(25600 * 1000 / 168 - 1000);
    g_assert_cmphex(eth(A_DMASR) & SR(RS), ==, 0);
    board_wait_ns(2000);
    g_assert_cmphex(eth(A_DMASR) & SR(RS), ==, SR(RS));
}

/* ---- Mistakes ---- */

static void expect_dead(unsigned ebs)
{
    g_assert_cmphex(eth(A_DMASR) & SR(FBES), ==, SR(FBES));
    g_assert_cmphex(eth(A_DMASR) >> 23 & 7, ==, ebs);
}

static void test_ccm(void)
{
    eth_start();
    set_eth(A_DMAIER, SR(FBES) | SR(AIS));
    put_descriptor(tx_at(0), OWN | FS | LS, 64, 0x10000000, 0);
    set_eth(A_DMATPDR, 0);
    board_wait_ns(US);
    expect_dead(3);
    g_assert_true(qtest_get_irq(board, IRQ));
    g_assert_cmpint(board_mistakes("the transmit DMA reads a buffer at 0x10000000, in CCM RAM"), ==, 1);
    set_eth(A_DMASR, 0xffffffff);
    make_frame(frame, own_address, far_address, 0x88b5, 64);
    far_send_all(frame, 64);                            /* the other direction lives */
    expect_received(0, frame, 64);
    eth_start();
    put_descriptor(rx_at(0), OWN, BUFFER, 0x10000100, 0);
    far_send_all(frame, 64);
    expect_dead(0);
    g_assert_cmpint(board_mistakes("the receive DMA writes a buffer at 0x10000100, in CCM RAM"), ==, 1);
    eth_start();
    set_eth(A_DMAOMR, 0);
    set_eth(A_DMATDLAR, 0x10000002);
    g_assert_cmpint(board_mistakes("DMATDLAR is 0x10000002: descriptors have to be at words"), ==, 1);
    g_assert_cmpint(board_mistakes("DMATDLAR is 0x10000002, in CCM RAM"), ==, 1);
    set_eth(A_DMAOMR, START_DMAOMR);
    expect_dead(7);
    g_assert_true(eth_soft_reset());
    g_assert_cmphex(eth(A_DMASR), ==, 0);
}

/* It reads flash, and does not write there. */
static void test_flash(void)
{
    eth_start();
    put_descriptor(tx_at(0), OWN | FS | LS, 64, 0x08000000, 0);
    set_eth(A_DMATPDR, 0);
    board_wait_ns(10 * US);
    g_assert_cmpuint(far_receive(got), ==, 64);
    g_assert_cmphex(got[0], ==, 0xff);
    put_descriptor(rx_at(0), OWN, BUFFER, 0x08000000, 0);
    make_frame(frame, own_address, far_address, 0x88b5, 64);
    far_send_all(frame, 64);
    expect_dead(0);
    g_assert_cmpint(board_mistakes("writes a buffer at 0x08000000, in flash"), ==, 1);
}

static void test_no_poll(void)
{
    eth_start();
    board_wait_ns(US);
    put_descriptor(tx_at(0), OWN | FS | LS, 64, TX_BUFFERS, 0);
    make_frame(frame, own_address, far_address, 0x88b5, 64);
    for (unsigned n = 0; n < 3; n++) {
        far_send_all(frame, 64);
    }
    g_assert_cmpint(board_mistakes("descriptor 0x20001000 waits for it; write DMATPDR"), ==, 1);
}

static void test_pins(void)
{
    eth_start();
    board_pin_function(0x40020400, 11, 7);
    make_frame(frame, far_address, own_address, 0x88b5, 64);
    give_frame(0, frame, 64, 0);
    board_wait_ns(10 * US);
    g_assert_cmpuint(far_receive(got), ==, 0);
    g_assert_cmpint(board_mistakes("ETH_TX_EN is at no pin"), ==, 1);
    board_pin_function(0x40020800, 5, 7);
    far_send_all(frame, 64);
    g_assert_cmphex(peek(rx_at(0)), ==, OWN);
    g_assert_cmpint(board_mistakes("ETH_RXD1 is at no pin"), ==, 1);
}

/* A stack that sends on while the cable is out does nothing wrong, though the PHY is at 10 Mbit/s then. */
static void test_no_cable(void)
{
    eth_start();
    board_set_bool(PHY, "cable", false);
    make_frame(frame, far_address, own_address, 0x88b5, 64);
    give_frame(0, frame, 64, 0);
    board_wait_ns(10 * US);
    g_assert_cmpuint(far_receive(got), ==, 0);
    g_assert_cmpint(board_mistakes("MACCR"), ==, 0);
}

/* MACCR against what the PHY has. */
static void test_speed(void)
{
    eth_start();
    set_eth(A_MACCR, START_MACCR & ~CR(DM));
    make_frame(frame, far_address, own_address, 0x88b5, 64);
    give_frame(0, frame, 64, 0);
    board_wait_ns(10 * US);
    g_assert_cmpuint(far_receive(got), ==, 64);
    g_assert_cmpint(board_mistakes("MACCR.DM says half duplex, the LAN8720 has full"), ==, 1);
    set_eth(A_MACCR, START_MACCR & ~CR(FES));
    give_frame(1, frame, 64, 0);
    board_wait_ns(10 * US);
    g_assert_cmpuint(far_receive(got), ==, 0);
    g_assert_cmpint(board_mistakes("MACCR.FES says 10 Mbit/s, the LAN8720 has 100"), ==, 1);
}

static void test_late_mode(void)
{
    eth_start();
    set_eth(A_MACCR, 0);
    poke(SYSCFG + 4, 0);
    poke(SYSCFG + 4, 1 << 23);
    set_eth(A_MACCR, START_MACCR);
    g_assert_cmpint(board_mistakes("MII_RMII_SEL has changed while the MAC ran"), ==, 1);
}

/* ---- Loopback, stop, flush ---- */

static void test_loopback(void)
{
    eth_start();
    set_eth(A_MACCR, START_MACCR | CR(LM));
    make_frame(frame, own_address, far_address, 0x88b5, 200);
    give_frame(0, frame, 200, 0);
    board_wait_ns(30 * US);
    expect_received(0, frame, 200);
    g_assert_cmpuint(far_receive(got), ==, 0);
    set_eth(A_MACCR, START_MACCR);
    mdio_write(0, 0, 0x6100);                           /* the PHY's */
    give_frame(1, frame, 200, 0);
    board_wait_ns(30 * US);
    expect_received(1, frame, 200);
    /* A frame that brings a FCS which is wrong comes back as one with a wrong FCS */
    set_eth(A_MACCR, START_MACCR | CR(LM));
    give_frame(2, frame, 200, 1 << 27);
    board_wait_ns(30 * US);
    g_assert_cmphex(peek(rx_at(2)), ==, OWN);
    g_assert_cmpuint(eth(A_MMCRFCECR), ==, 1);
    set_eth(A_DMAOMR, START_DMAOMR | OMR(FEF));
    give_frame(3, frame, 200, 1 << 27);
    board_wait_ns(30 * US);
    g_assert_cmphex(peek(rx_at(2)), ==, 200 << 16 | RX_ES | RX_FS | RX_LS | RX_FT | 1 << 1);
    g_assert_cmpuint(far_receive(got), ==, 0);
}

static void test_stop(void)
{
    eth_start();
    make_frame(frame, far_address, own_address, 0x88b5, 1000);
    give_frame(0, frame, 1000, 0);
    give_frame(1, frame, 1000, 0);
    board_wait_ns(10 * US);
    set_eth(A_DMAOMR, START_DMAOMR & ~OMR(ST));         /* the frame that goes is finished */
    board_wait_ns(300 * US);
    g_assert_cmphex(peek(tx_at(0)) & OWN, ==, 0);
    g_assert_cmphex(peek(tx_at(1)) & OWN, ==, OWN);
    g_assert_cmphex(eth(A_DMASR) & (SR(TPSS) | R_DMASR_TPS_MASK), ==, SR(TPSS));
    set_eth(A_DMAOMR, START_DMAOMR);
    board_wait_ns(10 * US);
    set_eth(A_DMAOMR, START_DMAOMR | OMR(FTF));         /* that one is not */
    g_assert_cmphex(eth(A_DMAOMR) & OMR(FTF), ==, 0);
    g_assert_cmphex(peek(tx_at(1)) & (OWN | 1 << 13), ==, 1 << 13);
    board_wait_ns(300 * US);
    g_assert_cmpuint(far_receive(got), ==, 1000);
    g_assert_cmpuint(far_receive(got), ==, 0);
}

/* TE off: the frame waits in the FIFO. */
static void test_held(void)
{
    eth_start();
    set_eth(A_MACCR, START_MACCR & ~CR(TE));
    make_frame(frame, far_address, own_address, 0x88b5, 64);
    give_frame(0, frame, 64, 0);
    board_wait_ns(100 * US);
    g_assert_cmpuint(far_receive(got), ==, 0);
    g_assert_cmphex(eth(A_MACDBGR) & R_MACDBGR_TFNE_MASK, !=, 0);
    set_eth(A_MACCR, START_MACCR);
    board_wait_ns(10 * US);
    g_assert_cmpuint(far_receive(got), ==, 64);
}

/* Frames that are too long: the jabber timer, and the watchdog. */
static void test_jabber(void)
{
    eth_start();
    make_frame(frame, far_address, own_address, 0x88b5, 4000);
    qtest_memwrite(board, TX_BUFFERS, frame, 4000);
    put_descriptor(tx_at(0), OWN | FS | LS, 4000, TX_BUFFERS, 0);
    set_eth(A_DMATPDR, 0);
    board_wait_ns(400 * US);
    g_assert_cmphex(peek(tx_at(0)) & 0xffff, ==, 1 << 15 | 1 << 14);
    g_assert_cmphex(eth(A_DMASR) & SR(TJTS), ==, SR(TJTS));
    g_assert_cmpuint(far_receive(got), ==, 0);
    far_send_all(frame, 4000);
    g_assert_cmphex(eth(A_DMASR) & SR(RWTS), ==, 0);    /* not for us */
    memcpy(frame, own_address, 6);
    set_eth(A_DMAOMR, START_DMAOMR | OMR(FEF));
    far_send_all(frame, 4000);
    g_assert_cmphex(eth(A_DMASR) & SR(RWTS), ==, SR(RWTS));
    g_assert_cmphex(peek(rx_at(0)) & (RX_FS | RX_LS), ==, RX_FS);
    g_assert_cmphex(peek(rx_at(1)), ==, RX_LS | RX_FT | RX_ES | 1 << 4 | 2048 << 16);
}

/* ---- Collisions, in half duplex ---- */

static void test_half_duplex(void)
{
    eth_board("");
    board_set_string(PHY, "partner", "100-half");
    eth_set_up();
    wait_for_link();
    g_assert_cmphex(mdio_read(0, 31) & 0x1c, ==, 2 << 2);
    make_rings();
    set_eth(A_MACCR, START_MACCR & ~CR(DM));
    set_eth(A_DMAOMR, START_DMAOMR);
    make_frame(frame, far_address, own_address, 0x88b5, 64);
    board_set_int(PHY, "collisions", 1);
    give_frame(0, frame, 64, 0);
    board_wait_ns(100 * US);
    g_assert_cmphex(peek(tx_at(0)), ==, FS | LS | 1 << 3);
    board_set_int(PHY, "collisions", 3);
    give_frame(1, frame, 64, 0);
    board_wait_ns(100 * US);
    g_assert_cmphex(peek(tx_at(1)), ==, FS | LS | 3 << 3);
    board_set_int(PHY, "collisions", 16);
    give_frame(2, frame, 64, 0);
    board_wait_ns(50 * MS);                             /* up to 1023 slots after each */
    g_assert_cmphex(peek(tx_at(2)), ==, FS | LS | 1 << 15 | 1 << 8);
    board_set_bool(PHY, "cable", false);
    give_frame(3, frame, 64, 0);
    board_wait_ns(200 * US);
    g_assert_cmphex(peek(tx_at(3)), ==, FS | LS | TER | 1 << 15 | 1 << 11 | 1 << 10);
    g_assert_cmphex(eth(A_MMCTGFSCCR), ==, 1);
    g_assert_cmphex(eth(A_MMCTGFMSCCR), ==, 1);
    g_assert_cmphex(eth(A_MMCTGFCR), ==, 2);
    g_assert_cmpuint(far_receive(got), ==, 64);
    g_assert_cmpuint(far_receive(got), ==, 64);
    g_assert_cmpuint(far_receive(got), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("eth/reset", test_reset);
    qtest_add_func("eth/reset-reports", test_reset_reports);
    qtest_add_func("eth/reset-in-frame", test_reset_in_frame);
    qtest_add_func("eth/no-cable", test_no_cable);
    qtest_add_func("eth/no-phy", test_no_phy);
    qtest_add_func("eth/slow-hclk", test_slow_hclk);
    qtest_add_func("eth/transmit", test_transmit);
    qtest_add_func("eth/transmit-ring", test_transmit_ring);
    qtest_add_func("eth/transmit-chain", test_transmit_chain);
    qtest_add_func("eth/enhanced-ring", test_enhanced_ring);
    qtest_add_func("eth/receive", test_receive);
    qtest_add_func("eth/receive-pieces", test_receive_pieces);
    qtest_add_func("eth/missed", test_missed);
    qtest_add_func("eth/fifo", test_fifo);
    qtest_add_func("eth/cut", test_cut);
    qtest_add_func("eth/no-end", test_no_end);
    qtest_add_func("eth/watchdog", test_watchdog);
    qtest_add_func("eth/ccm", test_ccm);
    qtest_add_func("eth/flash", test_flash);
    qtest_add_func("eth/no-poll", test_no_poll);
    qtest_add_func("eth/pins", test_pins);
    qtest_add_func("eth/speed", test_speed);
    qtest_add_func("eth/late-mode", test_late_mode);
    qtest_add_func("eth/loopback", test_loopback);
    qtest_add_func("eth/stop", test_stop);
    qtest_add_func("eth/held", test_held);
    qtest_add_func("eth/jabber", test_jabber);
    qtest_add_func("eth/half-duplex", test_half_duplex);
    return board_run_tests();
}
