/*
 * What the tests of Ethernet share: the board with a PHY, rings of descriptors in SRAM, and the far end of the
 * cable, a socket of this program.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_TESTS_ETH_H
#define STM32_TESTS_ETH_H

#include <poll.h>
#include "qemu/bswap.h"
#include "stm32/tests/qtest/board.h"
#define REGS "stm32/regs/eth.h"
#include "stm32/core/regs.h"

enum {
    ETH = 0x40028000, RCC = 0x40023800, SYSCFG = 0x40013800, FLASH = 0x40023c00,
    TX_RING = 0x20001000, RX_RING = 0x20002000, TX_BUFFERS = 0x20004000, RX_BUFFERS = 0x20008000,
    BUFFER = 1536, RING = 4,
};
enum {
    OWN = 1u << 31, IC = 1 << 30, LS = 1 << 29, FS = 1 << 28, TTSE = 1 << 25, CIC = 1 << 22, TER = 1 << 21,
    TCH = 1 << 20, RER = 1 << 15, RCH = 1 << 14, RX_FS = 1 << 9, RX_LS = 1 << 8, RX_ES = 1 << 15, RX_FT = 1 << 5,
};

#define SR(flag) R_DMASR_##flag##_MASK
#define OMR(bit) R_DMAOMR_##bit##_MASK
#define CR(bit) R_MACCR_##bit##_MASK
#define US 1000LL
#define MS 1000000LL
#define IRQ 61
#define PHY "/machine/ethernet"

static int net_fd = -1, far_fd = -1;        /* QEMU's end of the cable, and ours */
static const uint8_t own_address[6] = { 0x02, 0x80, 0xe1, 0x00, 0x12, 0x34 };
static const uint8_t far_address[6] = { 0x02, 0x00, 0x00, 0x00, 0x00, 0x99 };

static inline uint32_t eth(unsigned offset) { return peek(ETH + offset); }
static inline void set_eth(unsigned offset, uint32_t value) { poke(ETH + offset, value); }

/* ---- The board ---- */

/* HCLK is 168 MHz. */
static inline void eth_start_clocks(void)
{
    poke(FLASH, 5);
    poke(RCC, 1 << 16 | 1);
    board_wait_ns(MS);
    poke(RCC + 4, 7 << 24 | 1 << 22 | 336 << 6 | 8);
    poke(RCC, 1 << 24 | 1 << 16 | 1);
    board_wait_ns(MS);
    poke(RCC + 8, 4 << 13 | 5 << 10 | 2);
    board_wait_ns(MS);
}

static inline void eth_route_rmii(void)
{
    static const char *const pins[] = { "pa1", "pa2", "pa7", "pb11", "pb12", "pb13", "pc1", "pc4", "pc5" };

    for (unsigned i = 0; i < ARRAY_SIZE(pins); i++) {
        board_route(pins[i], 11);
    }
}

static inline void eth_route_mii(void)
{
    static const char *const pins[] = { "pb0", "pb1", "pb8", "pc2", "pc3" };

    eth_route_rmii();
    for (unsigned i = 0; i < ARRAY_SIZE(pins); i++) {
        board_route(pins[i], 11);
    }
}

static inline void eth_enable_clocks(void)
{
    board_enable("ethmac");
    board_enable("ethmactx");
    board_enable("ethmacrx");
    board_enable("ethmacptp");
}

/* DMABMR.SR: is it 0 in time? */
static inline bool eth_soft_reset(void)
{
    set_eth(A_DMABMR, R_DMABMR_SR_MASK);
    board_wait_ns(20 * US);
    return !(eth(A_DMABMR) & R_DMABMR_SR_MASK);
}

static inline uint16_t mdio_read(unsigned address, unsigned reg)
{
    set_eth(A_MACMIIAR, address << 11 | reg << 6 | 4 << 2 | 1);
    for (unsigned i = 0; i < 100 && eth(A_MACMIIAR) & 1; i++) {
        board_wait_ns(10 * US);
    }
    g_assert_cmphex(eth(A_MACMIIAR) & 1, ==, 0);
    return eth(A_MACMIIDR);
}

static inline void mdio_write(unsigned address, unsigned reg, uint16_t value)
{
    set_eth(A_MACMIIDR, value);
    set_eth(A_MACMIIAR, address << 11 | reg << 6 | 4 << 2 | 3);
    for (unsigned i = 0; i < 100 && eth(A_MACMIIAR) & 1; i++) {
        board_wait_ns(10 * US);
    }
}

/* A board with an RMII PHY, its clocks, and @more arguments; nothing of Ethernet is set up. */
static inline void eth_board(const char *more)
{
    g_autofree char *args = NULL;
    int fds[2];

    board_stop();
    if (net_fd >= 0) {
        close(net_fd);
        close(far_fd);
    }
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), ==, 0);
    net_fd = fds[0];
    far_fd = fds[1];
    args = g_strdup_printf("-nic socket,fd=%d %s", net_fd, more);
    board_start(args);
    board_watch_irqs();
    eth_start_clocks();
}

static inline void eth_set_up(void)
{
    board_enable("syscfg");
    poke(SYSCFG + 4, 1 << 23);
    eth_route_rmii();
    eth_enable_clocks();
    g_assert_true(eth_soft_reset());
    set_eth(A_MACA0HR, own_address[5] << 8 | own_address[4]);
    set_eth(A_MACA0LR, ldl_le_p(own_address));
}

static inline void wait_for_link(void)
{
    board_wait_ns(1500 * MS);
    g_assert_true(board_get_bool(PHY, "link"));
}

/* ---- Rings ---- */

static inline uint32_t tx_at(unsigned n) { return TX_RING + 16 * n; }
static inline uint32_t rx_at(unsigned n) { return RX_RING + 16 * n; }
static inline uint32_t rx_buffer(unsigned n) { return RX_BUFFERS + BUFFER * n; }

static inline void put_descriptor(uint32_t at, uint32_t w0, uint32_t w1, uint32_t w2, uint32_t w3)
{
    poke(at + 4, w1);
    poke(at + 8, w2);
    poke(at + 12, w3);
    poke(at, w0);
}

static inline void make_rings(void)
{
    for (unsigned n = 0; n < RING; n++) {
        put_descriptor(tx_at(n), n == RING - 1 ? TER : 0, 0, TX_BUFFERS + BUFFER * n, 0);
        put_descriptor(rx_at(n), OWN, BUFFER | (n == RING - 1 ? RER : 0), rx_buffer(n), 0);
    }
    set_eth(A_DMATDLAR, TX_RING);
    set_eth(A_DMARDLAR, RX_RING);
}

#define START_MACCR (CR(RE) | CR(TE) | CR(DM) | CR(FES))
#define START_DMAOMR (OMR(SR) | OMR(ST) | OMR(TSF) | OMR(RSF))

/* All of it: a board with a link, rings, running. */
static inline void eth_start_with(const char *more)
{
    eth_board(more);
    eth_set_up();
    wait_for_link();
    make_rings();
    set_eth(A_MACCR, START_MACCR);
    set_eth(A_DMAOMR, START_DMAOMR);
    set_eth(A_DMASR, 0xffffffff);
}

static inline void eth_start(void)
{
    eth_start_with("");
}

/* Give the DMA a frame in descriptor @n of the ring. */
static inline void give_frame(unsigned n, const void *data, unsigned length, uint32_t flags)
{
    qtest_memwrite(board, TX_BUFFERS + BUFFER * n, data, length);
    put_descriptor(tx_at(n), OWN | FS | LS | flags | (n == RING - 1 ? TER : 0), length, TX_BUFFERS + BUFFER * n, 0);
    set_eth(A_DMATPDR, 1);
}

static inline void give_back(unsigned n)
{
    put_descriptor(rx_at(n), OWN, BUFFER | (n == RING - 1 ? RER : 0), rx_buffer(n), 0);
}

/* ---- Frames ---- */

static inline unsigned make_frame(uint8_t *frame, const uint8_t *to, const uint8_t *from, unsigned type,
                                  unsigned length)
{
    memcpy(frame, to, 6);
    memcpy(frame + 6, from, 6);
    stw_be_p(frame + 12, type);
    for (unsigned i = 14; i < length; i++) {
        frame[i] = i * 7 + length;
    }
    return length;
}

/* From the network: the frame is on the wire when this returns, if the MAC receives. */
static inline void far_send_only(const void *data, unsigned length)
{
    uint32_t prefix = htonl(length);

    g_assert_cmpint(write(far_fd, &prefix, 4), ==, 4);
    g_assert_cmpint(write(far_fd, data, length), ==, length);
}

static inline void far_send(const void *data, unsigned length)
{
    far_send_only(data, length);
    WAIT_FOR(eth(A_MACDBGR) & R_MACDBGR_MMRPEA_MASK);
}

/* ... and has come. */
static inline void far_send_all(const void *data, unsigned length)
{
    far_send(data, length);
    board_wait_ns(1400 * US);
}

static inline bool far_read(void *to, unsigned length, int ms)
{
    for (unsigned done = 0; done < length;) {
        struct pollfd p = { .fd = far_fd, .events = POLLIN };
        ssize_t n;

        if (poll(&p, 1, ms) <= 0) {
            return false;
        }
        n = read(far_fd, (uint8_t *)to + done, length - done);
        g_assert_cmpint(n, >, 0);
        done += n;
    }
    return true;
}

/*
 * What has come to the network: its length, 0 if there is nothing.  What QEMU itself says there when a snapshot has
 * been loaded (RARP) is left out.
 */
static inline unsigned far_receive(uint8_t *frame)
{
    uint32_t length;

    do {
        if (!far_read(&length, 4, 0)) {     /* what has been sent is in the socket when QEMU answers */
            return 0;
        }
        length = ntohl(length);
        g_assert_cmpuint(length, <=, 16384);
        g_assert_true(far_read(frame, length, 5000));
    } while (lduw_be_p(frame + 12) == 0x8035);
    return length;
}

static inline void expect_received(unsigned n, const uint8_t *frame, unsigned length)
{
    uint8_t data[BUFFER];
    uint32_t status = peek(rx_at(n));

    g_assert_cmphex(status & (OWN | RX_ES), ==, 0);
    g_assert_cmphex(status & (RX_FS | RX_LS), ==, RX_FS | RX_LS);
    g_assert_cmpuint(status >> 16 & 0x3fff, ==, length + 4);
    qtest_memread(board, rx_buffer(n), data, length);
    g_assert_cmpmem(data, length, frame, length);
}

#endif
