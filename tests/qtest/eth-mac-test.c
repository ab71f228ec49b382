/*
 * Ethernet (RM0090 chapter 33), the MAC: filters, checksums, VLAN, errors, flow control, counters, wake-up,
 * time stamps.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/tests/qtest/eth.h"

enum { WAKE_IRQ = 62, EXTI = 0x40013c00, ESA = 1 };

static uint8_t frame[2048], got[16384];
static unsigned turn;               /* the descriptor that is next */

static void start(void)
{
    eth_start();
    turn = 0;
}

/* ---- Filters ---- */

/* Does a frame to @to from @from get through?  Its status, without length, or 0. */
static uint32_t arrives_from(const uint8_t *to, const uint8_t *from)
{
    uint32_t status;

    make_frame(frame, to, from, 0x88b5, 64);
    far_send_all(frame, 64);
    status = peek(rx_at(turn));
    if (status & OWN) {
        return 0;
    }
    give_back(turn);
    turn = (turn + 1) % RING;
    return status & 0x4000ffff;
}

static uint32_t arrives(const uint8_t *to)
{
    return arrives_from(to, far_address);
}

static const uint8_t group[6] = { 0x01, 0x00, 0x5e, 0x00, 0x00, 0x02 };
static const uint8_t broadcast[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
static const uint8_t other[6] = { 0x02, 0x80, 0xe1, 0x00, 0x12, 0x35 };

#define PLAIN (RX_FS | RX_LS | RX_FT)
#define AFM (1u << 30)

static void test_perfect(void)
{
    start();
    g_assert_cmphex(arrives(own_address), ==, PLAIN);
    g_assert_cmphex(arrives(other), ==, 0);
    g_assert_cmphex(arrives(group), ==, 0);
    g_assert_cmphex(arrives(broadcast), ==, PLAIN);
    set_eth(A_MACFFR, R_MACFFR_BFD_MASK);
    g_assert_cmphex(arrives(broadcast), ==, 0);
    set_eth(A_MACFFR, R_MACFFR_PAM_MASK);
    g_assert_cmphex(arrives(group), ==, PLAIN);
    set_eth(A_MACFFR, R_MACFFR_PM_MASK);
    g_assert_cmphex(arrives(other), ==, PLAIN);
    set_eth(A_MACFFR, R_MACFFR_RA_MASK);                /* all, and the flag tells */
    g_assert_cmphex(arrives(other), ==, PLAIN | AFM);
    g_assert_cmphex(arrives(own_address), ==, PLAIN);
    set_eth(A_MACFFR, R_MACFFR_DAIF_MASK);
    g_assert_cmphex(arrives(other), ==, PLAIN);
    g_assert_cmphex(arrives(own_address), ==, 0);
}

static void test_more_addresses(void)
{
    start();
    set_eth(A_MACA2HR, 1u << 31 | other[5] << 8 | other[4]);
    set_eth(A_MACA2LR, ldl_le_p(other));
    g_assert_cmphex(arrives(other), ==, PLAIN);
    g_assert_cmphex(arrives(own_address), ==, PLAIN);
    set_eth(A_MACA2HR, 1u << 31 | 1 << 29 | 0x77 << 8 | other[4]);      /* the last byte is masked */
    g_assert_cmphex(arrives(other), ==, PLAIN);
    set_eth(A_MACA2HR, 0x77 << 8 | other[4]);
    g_assert_cmphex(arrives(other), ==, 0);
    set_eth(A_MACA2HR, 1u << 31 | 1 << 30 | far_address[5] << 8 | far_address[4]);     /* a source */
    set_eth(A_MACA2LR, ldl_le_p(far_address));
    set_eth(A_MACFFR, R_MACFFR_SAF_MASK);
    g_assert_cmphex(arrives(own_address), ==, PLAIN);
    g_assert_cmphex(arrives_from(own_address, other), ==, 0);
    set_eth(A_MACFFR, R_MACFFR_SAF_MASK | R_MACFFR_SAIF_MASK);
    g_assert_cmphex(arrives(own_address), ==, 0);
    g_assert_cmphex(arrives_from(own_address, other), ==, PLAIN);
}

/* The six upper bits of the CRC, bit by bit. */
static unsigned hash_of(const uint8_t *address)
{
    uint32_t crc = 0xffffffff;

    for (unsigned i = 0; i < 48; i++) {
        bool bit = address[i / 8] >> i % 8 & 1;

        crc = (crc << 1) ^ (bit != crc >> 31 ? 0x04c11db7 : 0);
    }
    return ~crc >> 26;
}

static void test_hash(void)
{
    unsigned h;

    start();
    h = hash_of(group);
    set_eth(h & 32 ? A_MACHTHR : A_MACHTLR, 1u << (h & 31));
    g_assert_cmphex(arrives(group), ==, 0);
    set_eth(A_MACFFR, R_MACFFR_HM_MASK);
    g_assert_cmphex(arrives(group), ==, PLAIN);
    g_assert_cmphex(arrives(own_address), ==, PLAIN);
    set_eth(A_MACFFR, R_MACFFR_HU_MASK);
    g_assert_cmphex(arrives(own_address), ==, 0);
    set_eth(A_MACFFR, R_MACFFR_HU_MASK | R_MACFFR_HPF_MASK);
    g_assert_cmphex(arrives(own_address), ==, PLAIN);
    h = hash_of(other);
    set_eth(A_MACHTHR, h & 32 ? 1u << (h & 31) : 0);
    set_eth(A_MACHTLR, h & 32 ? 0 : 1u << (h & 31));
    g_assert_cmphex(arrives(other), ==, PLAIN);
}

/* Many frames in a row that are for somebody else are told of. */
static void test_all_dropped(void)
{
    start();
    for (unsigned n = 0; n < 20; n++) {
        g_assert_cmphex(arrives(other), ==, 0);
    }
    g_assert_cmpint(board_mistakes("frames in a row for 02:80:e1:00:12:35, which the filter does not take: the MAC's "
                                   "address (MACA0HR, MACA0LR) is 02:80:e1:00:12:34"), ==, 1);
}

/* ---- Checksums ---- */

static uint16_t fold(const uint8_t *data, unsigned length, uint32_t sum)
{
    for (unsigned i = 0; i < length; i++) {
        sum += i % 2 ? data[i] : data[i] << 8;
    }
    while (sum >> 16) {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return ~sum;
}

/* IPv4 with @payload bytes of @protocol, all checksums 0.  Its length. */
static unsigned make_ipv4(const uint8_t *to, const uint8_t *from, unsigned protocol, unsigned payload)
{
    static const uint8_t header[20] = { 0x45, 0, 0, 0, 0x12, 0x34, 0, 0, 64, 0, 0, 0, 192, 168, 0, 1, 192, 168, 0, 2 };
    unsigned length = 34 + payload;

    make_frame(frame, to, from, 0x0800, length);
    memcpy(frame + 14, header, 20);
    stw_be_p(frame + 16, 20 + payload);
    frame[23] = protocol;
    stw_be_p(frame + 34 + (protocol == 6 ? 16 : protocol == 17 ? 6 : 2), 0);
    return length;
}

static unsigned make_ipv6(const uint8_t *to, const uint8_t *from, unsigned protocol, unsigned payload)
{
    unsigned length = 54 + payload;

    make_frame(frame, to, from, 0x86dd, length);
    frame[14] = 0x60;
    stw_be_p(frame + 18, payload);
    frame[20] = protocol;
    stw_be_p(frame + 54 + (protocol == 6 ? 16 : protocol == 17 ? 6 : 2), 0);
    return length;
}

static uint16_t header_sum(void)
{
    return fold(frame + 14, 20, 0);
}

static uint16_t payload_sum(unsigned protocol, unsigned payload)
{
    bool v6 = frame[14] >> 4 == 6;
    uint32_t pseudo = 0;

    for (unsigned i = 0; protocol != 1 && i < (v6 ? 32 : 8); i += 2) {
        pseudo += lduw_be_p(frame + (v6 ? 22 : 26) + i);
    }
    return fold(frame + (v6 ? 54 : 34), payload, protocol == 1 ? 0 : pseudo + protocol + payload);
}

static void test_checksum_insertion(void)
{
    static const uint8_t protocols[] = { 17, 6, 1 };

    start();
    for (unsigned i = 0; i < ARRAY_SIZE(protocols); i++) {
        unsigned p = protocols[i], at = 34 + (p == 6 ? 16 : p == 17 ? 6 : 2);
        unsigned length = make_ipv4(far_address, own_address, p, 101);

        give_frame(turn, frame, length, 3 * CIC);
        turn = (turn + 1) % RING;
        board_wait_ns(50 * US);
        g_assert_cmpuint(far_receive(got), ==, length);
        g_assert_cmphex(lduw_be_p(got + 24), ==, header_sum());
        g_assert_cmphex(lduw_be_p(got + at), ==, payload_sum(p, 101));
    }
    give_frame(turn, frame, 135, 1 * CIC);              /* of the header alone */
    board_wait_ns(50 * US);
    g_assert_cmpuint(far_receive(got), ==, 135);
    g_assert_cmphex(lduw_be_p(got + 24), ==, header_sum());
    g_assert_cmphex(lduw_be_p(got + 36), ==, 0);
}

/* 2: the pseudo header's sum is there.  IPv6; UDP's 0 is 0xffff. */
static void test_checksum_insertion_more(void)
{
    unsigned length;
    uint16_t sum;

    start();
    length = make_ipv4(far_address, own_address, 17, 60);
    sum = payload_sum(17, 60);
    stw_be_p(frame + 40, (uint16_t)~fold(frame + 26, 8, 17 + 60));
    give_frame(0, frame, length, 2 * CIC);
    board_wait_ns(50 * US);
    far_receive(got);
    g_assert_cmphex(lduw_be_p(got + 40), ==, sum);
    length = make_ipv6(far_address, own_address, 58, 33);
    give_frame(1, frame, length, 3 * CIC);
    board_wait_ns(50 * US);
    far_receive(got);
    g_assert_cmphex(lduw_be_p(got + 56), ==, payload_sum(58, 33));
    length = make_ipv4(far_address, own_address, 17, 60);
    stw_be_p(frame + 42, 0);
    stw_be_p(frame + 42, payload_sum(17, 60));          /* so that the sum is 0 */
    give_frame(2, frame, length, 3 * CIC);
    board_wait_ns(50 * US);
    far_receive(got);
    g_assert_cmphex(lduw_be_p(got + 40), ==, 0xffff);
    set_eth(A_DMAOMR, START_DMAOMR & ~OMR(TSF));
    give_frame(3, frame, length, 3 * CIC);
    board_wait_ns(50 * US);
    far_receive(got);
    g_assert_cmphex(lduw_be_p(got + 24), ==, 0);
    g_assert_cmpint(board_mistakes("TDES0.CIC asks for checksums, which takes DMAOMR.TSF"), ==, 1);
}

/* Send what is in `frame`, and give its status and, enhanced, its RDES4. */
static uint32_t status_of(unsigned length)
{
    uint32_t status;

    far_send_all(frame, length);
    status = peek(rx_at(turn));
    if (status & OWN) {
        return 0;
    }
    give_back(turn);
    turn = (turn + 1) % RING;
    return status & 0x4000ffff;
}

static unsigned good_udp(void)
{
    unsigned length = make_ipv4(own_address, far_address, 17, 50);

    stw_be_p(frame + 24, header_sum());
    stw_be_p(frame + 40, payload_sum(17, 50));
    return length;
}

static void test_checksum_check(void)
{
    unsigned length;

    start();
    set_eth(A_MACCR, START_MACCR | CR(IPCO));
    set_eth(A_DMAOMR, START_DMAOMR | OMR(DTCEFD));
    g_assert_cmphex(status_of(good_udp()), ==, PLAIN);
    g_assert_cmphex(arrives(own_address), ==, RX_FS | RX_LS | 1 << 7 | 1);      /* no IP */
    length = good_udp();
    frame[24] ^= 1;
    g_assert_cmphex(status_of(length), ==, PLAIN | RX_ES | 1 << 7);
    length = good_udp();
    frame[50] ^= 1;
    g_assert_cmphex(status_of(length), ==, PLAIN | RX_ES | 1);
    length = make_ipv4(own_address, far_address, 47, 50);
    stw_be_p(frame + 24, header_sum());
    g_assert_cmphex(status_of(length), ==, RX_FS | RX_LS | 1);                  /* IP with a payload unknown */
    set_eth(A_DMAOMR, START_DMAOMR);                                            /* bad ones are dropped */
    length = good_udp();
    frame[50] ^= 1;
    g_assert_cmphex(status_of(length), ==, 0);
    length = make_ipv6(own_address, far_address, 6, 40);
    stw_be_p(frame + 70, payload_sum(6, 40));
    g_assert_cmphex(status_of(length), ==, PLAIN);
    length = make_ipv4(own_address, far_address, 17, 50);                       /* UDP without a checksum */
    stw_be_p(frame + 24, header_sum());
    g_assert_cmphex(status_of(length), ==, PLAIN);
}

/* Both sums are wrong; the frame ends before the payload, or the headers, do; more than the payload does not count. */
static void test_checksum_check_more(void)
{
    unsigned length;

    start();
    set_eth(A_MACCR, START_MACCR | CR(IPCO));
    set_eth(A_DMAOMR, START_DMAOMR | OMR(DTCEFD));
    length = good_udp();
    frame[24] ^= 1;
    frame[50] ^= 1;
    g_assert_cmphex(status_of(length), ==, PLAIN | RX_ES | 1 << 7 | 1);
    length = good_udp();
    g_assert_cmphex(status_of(length - 10), ==, PLAIN | RX_ES | 1);
    g_assert_cmphex(status_of(length + 10), ==, PLAIN);
    length = make_ipv4(own_address, far_address, 17, 50);
    frame[14] = 0x65;                                   /* of version 6 */
    g_assert_cmphex(status_of(length), ==, PLAIN | RX_ES | 1 << 7);
    length = make_ipv4(own_address, far_address, 47, 50);
    frame[24] ^= 1;                                     /* a payload unknown, and a header that is wrong */
    g_assert_cmphex(status_of(length), ==, PLAIN | RX_ES | 1 << 7);
}

/* Behind these, by their first bytes, is UDP; of others, a fragment or a route that goes on, no sum is made. */
static void test_checksum_extensions(void)
{
    static const struct {
        uint8_t kind, bytes, third;
        bool known;
    } headers[] = { { 0, 8, 0, true }, { 60, 24, 0, true }, { 43, 8, 0, true }, { 43, 8, 1, false }, { 44, 8, 0, false } };

    start();
    set_eth(A_MACCR, START_MACCR | CR(IPCO) | CR(LM));
    for (unsigned i = 0; i < ARRAY_SIZE(headers); i++) {
        unsigned more = headers[i].bytes, length = make_ipv6(own_address, far_address, headers[i].kind, 40 + more);

        memmove(frame + 54 + more, frame + 54, 40);
        memset(frame + 54, 0, more);
        frame[54] = 17;
        frame[55] = more / 8 - 1;
        frame[57] = headers[i].third;
        stw_be_p(frame + 54 + more + 6, 0);
        give_frame(turn, frame, length, 3 * CIC);
        board_wait_ns(50 * US);
        g_assert_cmphex(peek(rx_at(turn)) & 0xffff, ==, headers[i].known ? PLAIN : RX_FS | RX_LS | 1);
        qtest_memread(board, rx_buffer(turn), got, length);
        memcpy(frame, got, length);
        if (headers[i].known) {
            uint32_t pseudo = 17 + 40;

            for (unsigned k = 22; k < 54; k += 2) {
                pseudo += lduw_be_p(frame + k);
            }
            g_assert_cmphex(fold(frame + 54 + more, 40, pseudo), ==, 0);
        } else {
            g_assert_cmphex(lduw_be_p(frame + 54 + more + 6), ==, 0);
        }
        give_back(turn);
        turn = (turn + 1) % RING;
    }
    /* what is to be sent is shorter than its header says */
    make_ipv4(own_address, far_address, 17, 60);
    give_frame(turn, frame, 80, 3 * CIC);
    board_wait_ns(50 * US);
    g_assert_cmphex(peek(tx_at(turn)) & 0x1f000, ==, 1 << 15 | 1 << 12);
}

/* ---- VLAN, lengths, errors ---- */

static void test_vlan(void)
{
    start();
    make_frame(frame, own_address, far_address, 0x8100, 100);
    stw_be_p(frame + 14, 0x6123);
    stw_be_p(frame + 16, 0x88b5);
    g_assert_cmphex(status_of(100), ==, PLAIN | 1 << 10);
    set_eth(A_MACVLANTR, 0x0124);
    g_assert_cmphex(status_of(100), ==, PLAIN);
    set_eth(A_MACVLANTR, 0x1 << 16 | 0x123);            /* the 12 bits of the VLAN alone */
    g_assert_cmphex(status_of(100), ==, PLAIN | 1 << 10);
    memcpy(frame, far_address, 6);
    give_frame(0, frame, 100, 0);
    board_wait_ns(20 * US);
    g_assert_cmphex(peek(tx_at(0)) & 0xffff, ==, 1 << 7);
}

static uint32_t fcs_of(const uint8_t *data, unsigned length)
{
    uint32_t crc = 0xffffffff;

    for (unsigned i = 0; i < 8 * length; i++) {
        bool bit = data[i / 8] >> i % 8 & 1;

        crc = crc >> 1 ^ (bit != (crc & 1) ? 0xedb88320 : 0);
    }
    return ~crc;
}

/* APCS and CSTF: what does not go to memory. */
static void test_strip(void)
{
    start();
    make_frame(frame, own_address, far_address, 30, 60);        /* a length, and padding */
    set_eth(A_MACCR, START_MACCR | CR(APCS));
    far_send_all(frame, 60);
    g_assert_cmphex(peek(rx_at(0)), ==, RX_FS | RX_LS | 44 << 16);
    set_eth(A_MACCR, START_MACCR | CR(CSTF));
    make_frame(frame, own_address, far_address, 0x88b5, 60);
    far_send_all(frame, 60);
    g_assert_cmphex(peek(rx_at(1)), ==, PLAIN | 60 << 16);
    set_eth(A_MACCR, START_MACCR);
    far_send_all(frame, 60);
    g_assert_cmphex(peek(rx_at(2)), ==, PLAIN | 64 << 16);
    g_assert_cmphex(peek(rx_buffer(2) + 60), ==, fcs_of(frame, 60));
    make_frame(frame, own_address, far_address, 100, 80);       /* longer than it is */
    far_send_all(frame, 80);
    g_assert_cmphex(peek(rx_at(3)), ==, RX_FS | RX_LS | 1 << 12 | 84 << 16);
}

/* DC: frames that bring their CRC; DP: short ones stay so. */
static void test_own_fcs(void)
{
    start();
    make_frame(frame, far_address, own_address, 0x88b5, 100);
    stl_le_p(frame + 100, fcs_of(frame, 100));
    give_frame(0, frame, 104, 1 << 27);
    board_wait_ns(50 * US);
    g_assert_cmpuint(far_receive(got), ==, 100);
    g_assert_cmpmem(got, 100, frame, 100);
    frame[50] ^= 1;
    give_frame(1, frame, 104, 1 << 27);
    board_wait_ns(50 * US);
    g_assert_cmphex(peek(tx_at(1)) & (OWN | RX_ES), ==, 0);
    g_assert_cmpuint(far_receive(got), ==, 0);
    g_assert_cmpint(board_mistakes("the last four bytes of a frame have to be its CRC"), ==, 1);
    give_frame(2, frame, 30, 1 << 26);
    board_wait_ns(50 * US);
    g_assert_cmpuint(far_receive(got), ==, 30);
}

static uint32_t spoilt(const char *how)
{
    board_set_string(PHY, "spoil", how);
    return arrives(own_address);
}

static void test_errors(void)
{
    start();
    g_assert_cmphex(spoilt("crc"), ==, 0);              /* dropped, but FEF */
    set_eth(A_DMAOMR, START_DMAOMR | OMR(FEF));
    g_assert_cmphex(spoilt("crc"), ==, PLAIN | RX_ES | 1 << 1);
    g_assert_cmphex(spoilt("symbol"), ==, PLAIN | RX_ES | 1 << 3 | 1 << 1);
    g_assert_cmphex(spoilt("dribble"), ==, PLAIN | RX_ES | 1 << 2 | 1 << 1);
    g_assert_cmphex(arrives(own_address), ==, PLAIN);
    g_assert_cmphex(eth(A_MMCRFCECR), ==, 2);
    g_assert_cmphex(eth(A_MMCRFAECR), ==, 1);
    g_assert_cmphex(eth(A_MMCRGUFCR), ==, 1);
}

/* ---- MMC ---- */

static void test_counters(void)
{
    start();
    set_eth(A_MMCCR, R_MMCCR_MCP_MASK);
    g_assert_cmphex(eth(A_MMCRGUFCR), ==, 0x7ffffff0);
    g_assert_cmphex(eth(A_MMCCR), ==, 0);
    for (unsigned n = 0; n < 15; n++) {
        arrives(own_address);
    }
    g_assert_false(qtest_get_irq(board, IRQ));
    set_eth(A_DMASR, 0xffffffff);
    arrives(own_address);
    g_assert_true(qtest_get_irq(board, IRQ));
    g_assert_cmphex(eth(A_MACSR), ==, R_MACSR_MMCS_MASK | R_MACSR_MMCRS_MASK);
    g_assert_cmphex(eth(A_DMASR) & R_DMASR_MMCS_MASK, !=, 0);
    g_assert_cmphex(eth(A_MMCRIR), ==, R_MMCRIR_RGUFS_MASK);
    g_assert_cmphex(eth(A_MMCTGFCR), ==, 0x7ffffff0);       /* another's counter */
    g_assert_cmphex(eth(A_MMCRIR), ==, R_MMCRIR_RGUFS_MASK);
    g_assert_true(qtest_get_irq(board, IRQ));
    g_assert_cmphex(eth(A_MMCRGUFCR), ==, 0x80000000);
    g_assert_cmphex(eth(A_MMCRIR), ==, 0);
    g_assert_false(qtest_get_irq(board, IRQ));
    set_eth(A_MMCCR, R_MMCCR_MCF_MASK);                 /* freeze */
    arrives(own_address);
    g_assert_cmphex(eth(A_MMCRGUFCR), ==, 0x80000000);
    set_eth(A_MMCCR, R_MMCCR_ROR_MASK);
    g_assert_cmphex(eth(A_MMCRGUFCR), ==, 0x80000000);
    g_assert_cmphex(eth(A_MMCRGUFCR), ==, 0);
    set_eth(A_MMCCR, R_MMCCR_MCP_MASK | R_MMCCR_MCFHP_MASK);
    g_assert_cmphex(eth(A_MMCCR), ==, R_MMCCR_MCFHP_MASK);
    set_eth(A_MMCCR, R_MMCCR_MCFHP_MASK);                   /* is no other preset */
    g_assert_cmphex(eth(A_MMCTGFCR), ==, 0xfffffff0);
    set_eth(A_MMCCR, R_MMCCR_CR_MASK);
    g_assert_cmphex(eth(A_MMCTGFCR), ==, 0);
}

/* ---- Flow control ---- */

static const uint8_t pause_group[6] = { 0x01, 0x80, 0xc2, 0x00, 0x00, 0x01 };

static void test_pause_sent(void)
{
    start();
    set_eth(A_MACFCR, 0x1234 << 16 | R_MACFCR_FCBBPA_MASK);
    g_assert_cmpint(board_mistakes("FCBBPA without TFCE"), ==, 1);
    set_eth(A_MACFCR, 0x1234 << 16 | R_MACFCR_TFCE_MASK);
    set_eth(A_MACFCR, 0x1234 << 16 | R_MACFCR_TFCE_MASK | R_MACFCR_FCBBPA_MASK);
    g_assert_cmphex(eth(A_MACFCR) & 1, ==, 1);
    board_wait_ns(10 * US);
    g_assert_cmphex(eth(A_MACFCR) & 1, ==, 0);
    g_assert_cmpuint(far_receive(got), ==, 60);
    g_assert_cmpmem(got, 6, pause_group, 6);
    g_assert_cmpmem(got + 6, 6, own_address, 6);
    g_assert_cmphex((uint32_t)ldl_be_p(got + 12), ==, 0x88080001);
    g_assert_cmphex(lduw_be_p(got + 16), ==, 0x1234);
}

static void test_pause_obeyed(void)
{
    start();
    set_eth(A_MACFCR, R_MACFCR_RFCE_MASK);
    make_frame(frame, pause_group, far_address, 0x8808, 60);
    stw_be_p(frame + 14, 1);
    stw_be_p(frame + 16, 100);                          /* of 5.12 us */
    far_send(frame, 60);
    board_wait_ns(72 * 80 + 100);
    g_assert_cmphex(peek(rx_at(0)), ==, OWN);           /* it is the MAC's own */
    g_assert_cmphex(eth(A_MACDBGR) & R_MACDBGR_MTP_MASK, !=, 0);
    make_frame(frame, far_address, own_address, 0x88b5, 60);
    give_frame(0, frame, 60, 0);
    board_wait_ns(510 * US);
    g_assert_cmphex(peek(tx_at(0)) & OWN, ==, OWN);
    board_wait_ns(10 * US);
    g_assert_cmphex(peek(tx_at(0)) & OWN, ==, 0);
    set_eth(A_MACFFR, 3 << 6 | R_MACFFR_PAM_MASK);      /* those that pass the filter go to memory */
    make_frame(frame, pause_group, far_address, 0x8808, 60);
    stw_be_p(frame + 14, 1);
    g_assert_cmphex(status_of(60), ==, PLAIN);
}

/* ---- Wake-up ---- */

static unsigned make_magic(void)
{
    make_frame(frame, broadcast, far_address, 0x0842, 14 + 3 + 6 + 96 + 4);
    memset(frame + 17, 0xff, 6);
    for (unsigned n = 0; n < 16; n++) {
        memcpy(frame + 23 + 6 * n, own_address, 6);
    }
    return 14 + 3 + 6 + 96 + 4;
}

static void test_magic(void)
{
    unsigned length;

    start();
    poke(EXTI, 1 << 19);
    poke(EXTI + 8, 1 << 19);
    set_eth(A_MACPMTCSR, R_MACPMTCSR_PD_MASK);
    g_assert_cmpint(board_mistakes("PD without MPE and WFE"), ==, 1);
    set_eth(A_MACPMTCSR, R_MACPMTCSR_PD_MASK | R_MACPMTCSR_MPE_MASK);
    g_assert_cmphex(arrives(own_address), ==, 0);
    g_assert_false(qtest_get_irq(board, WAKE_IRQ));
    length = make_magic();
    far_send_all(frame, length);
    g_assert_true(qtest_get_irq(board, WAKE_IRQ));
    g_assert_true(qtest_get_irq(board, IRQ));
    g_assert_cmphex(peek(rx_at(0)), ==, OWN);
    g_assert_cmphex(eth(A_DMASR) & R_DMASR_PMTS_MASK, !=, 0);
    g_assert_cmphex(eth(A_MACPMTCSR), ==, R_MACPMTCSR_MPR_MASK | R_MACPMTCSR_MPE_MASK);
    g_assert_cmphex(eth(A_MACPMTCSR), ==, R_MACPMTCSR_MPE_MASK);
    g_assert_false(qtest_get_irq(board, IRQ));
    g_assert_cmphex(arrives(own_address), ==, PLAIN);
    set_eth(A_MACPMTCSR, R_MACPMTCSR_PD_MASK | R_MACPMTCSR_MPE_MASK);
    length = make_magic();
    frame[23 + 90] ^= 1;
    far_send_all(frame, length);
    g_assert_cmphex(eth(A_MACPMTCSR) & R_MACPMTCSR_PD_MASK, !=, 0);
}

static uint16_t crc16_of(const uint8_t *data, unsigned length)
{
    uint16_t crc = 0xffff;

    for (unsigned i = 0; i < 8 * length; i++) {
        bool bit = data[i / 8] >> i % 8 & 1;

        crc = crc >> 1 ^ (bit != (crc & 1) ? 0xa001 : 0);
    }
    return crc;
}

/* Filter 1: bytes 12 and 13, and 20 to 23. */
static void test_wake_frame(void)
{
    const uint8_t bytes[] = { 0x88, 0xb5, 20 * 7 + 64, 21 * 7 + 64, 22 * 7 + 64, (uint8_t)(23 * 7 + 64) };
    uint32_t words[8] = { 0, 0xf << 8 | 3, 0, 0, 1 << 8, 12 << 8, crc16_of(bytes, 6) << 16, 0 };

    start();
    set_eth(A_MACPMTCSR, R_MACPMTCSR_WFFRPR_MASK);
    for (unsigned n = 0; n < 8; n++) {
        set_eth(A_MACRWUFFR, words[n]);
    }
    for (unsigned n = 0; n < 8; n++) {
        g_assert_cmphex(eth(A_MACRWUFFR), ==, words[n]);
    }
    set_eth(A_MACPMTCSR, R_MACPMTCSR_PD_MASK | R_MACPMTCSR_WFE_MASK);
    make_frame(frame, own_address, far_address, 0x88b6, 64);
    far_send_all(frame, 64);
    g_assert_cmphex(eth(A_MACPMTCSR) & R_MACPMTCSR_WFR_MASK, ==, 0);
    make_frame(frame, own_address, far_address, 0x88b5, 64);
    far_send_all(frame, 64);
    g_assert_cmphex(eth(A_MACPMTCSR), ==, R_MACPMTCSR_WFR_MASK | R_MACPMTCSR_WFE_MASK);
    set_eth(A_MACPMTCSR, R_MACPMTCSR_PD_MASK | R_MACPMTCSR_WFE_MASK | R_MACPMTCSR_GU_MASK);
    make_frame(frame, own_address, far_address, 0x88b6, 64);
    far_send_all(frame, 64);
    g_assert_cmphex(eth(A_MACPMTCSR) & R_MACPMTCSR_WFR_MASK, !=, 0);
}

/* ---- PTP ---- */

static uint64_t ptp_ns(void)
{
    uint32_t high = eth(A_PTPTSHR);

    return high * 1000000000ull + eth(A_PTPTSLR);
}

/* Fine correction to 50 MHz: 20 ns steps, decimal. */
static void start_ptp(void)
{
    set_eth(A_MACIMR, R_MACIMR_TSTIM_MASK);
    set_eth(A_PTPTSCR, R_PTPTSCR_TSE_MASK | R_PTPTSCR_TSSSR_MASK);
    set_eth(A_PTPSSIR, 20);
    set_eth(A_PTPTSAR, (50ull << 32) / 168);
    set_eth(A_PTPTSCR, eth(A_PTPTSCR) | R_PTPTSCR_TSARU_MASK);
    set_eth(A_PTPTSCR, eth(A_PTPTSCR) | R_PTPTSCR_TSFCU_MASK);
    set_eth(A_PTPTSHUR, 1000);
    set_eth(A_PTPTSLUR, 0);
    set_eth(A_PTPTSCR, eth(A_PTPTSCR) | R_PTPTSCR_TSSTI_MASK);
    set_eth(A_MACIMR, 0);
}

static void expect_near(uint64_t value, uint64_t wanted, uint64_t by)
{
    g_assert_cmpuint(value, >=, wanted - by);
    g_assert_cmpuint(value, <=, wanted + by);
}

#define THEN 1000000000000ull

static void test_ptp_time(void)
{
    start();
    start_ptp();
    g_assert_cmphex(eth(A_PTPTSCR) & 0x2c, ==, 0);
    expect_near(ptp_ns(), THEN, 40);
    board_wait_ns(2500 * MS);
    expect_near(ptp_ns(), THEN + 2500 * MS, 40);
    set_eth(A_PTPTSHUR, 1);
    set_eth(A_PTPTSLUR, 1u << 31 | 600000000);          /* back by 1.6 s */
    set_eth(A_PTPTSCR, eth(A_PTPTSCR) | R_PTPTSCR_TSSTU_MASK);
    expect_near(ptp_ns(), THEN + 900 * MS, 40);
    set_eth(A_PTPTSLUR, 600000000);                     /* and again forth */
    set_eth(A_PTPTSCR, eth(A_PTPTSCR) | R_PTPTSCR_TSSTU_MASK);
    expect_near(ptp_ns(), THEN + 2500 * MS, 40);
    set_eth(A_PTPTSAR, ((50ull << 32) / 168) * 1001 / 1000);    /* faster, by 1 in 1000 */
    set_eth(A_PTPTSCR, eth(A_PTPTSCR) | R_PTPTSCR_TSARU_MASK);
    board_wait_ns(1000 * MS);
    expect_near(ptp_ns(), THEN + 3501 * MS, 100);
    set_eth(A_PTPTSCR, R_PTPTSCR_TSE_MASK | R_PTPTSCR_TSSSR_MASK);      /* coarse: 6 ns each 5.95 */
    set_eth(A_PTPSSIR, 6);
    set_eth(A_PTPTSCR, eth(A_PTPTSCR) | R_PTPTSCR_TSSTI_MASK);
    board_wait_ns(1000 * MS);
    expect_near(ptp_ns(), 1600000000ull + 168000000 * 6ull, 20);
}

static void test_ptp_target(void)
{
    start();
    start_ptp();
    set_eth(A_PTPTTHR, 1000);
    set_eth(A_PTPTTLR, 5000000);
    set_eth(A_PTPTSCR, eth(A_PTPTSCR) | R_PTPTSCR_TSITE_MASK);
    board_wait_ns(5 * MS - 1000);
    g_assert_false(qtest_get_irq(board, IRQ));
    board_wait_ns(2000);
    g_assert_true(qtest_get_irq(board, IRQ));
    g_assert_cmphex(eth(A_DMASR) & R_DMASR_TSTS_MASK, !=, 0);
    g_assert_cmphex(eth(A_PTPTSCR) & R_PTPTSCR_TSITE_MASK, ==, 0);
    g_assert_cmphex(eth(A_PTPTSSR), ==, R_PTPTSSR_TSTTR_MASK);
    g_assert_cmphex(eth(A_PTPTSSR), ==, 0);
    g_assert_false(qtest_get_irq(board, IRQ));
}

/* It triggers TIM2 by ITR1, if TIM2_OR says so. */
static void test_ptp_trigger(void)
{
    const uint32_t tim2 = 0x40000000;

    start();
    start_ptp();
    board_enable("tim2");
    poke(tim2 + 0x50, 1 << 10);
    poke(tim2 + 0x08, 1 << 4 | 6);
    set_eth(A_PTPTTHR, 1000);
    set_eth(A_PTPTTLR, 5000000);
    set_eth(A_PTPTSCR, eth(A_PTPTSCR) | R_PTPTSCR_TSITE_MASK);
    board_wait_ns(4 * MS);
    g_assert_cmphex(peek(tim2) & 1, ==, 0);
    board_wait_ns(MS + 10 * US);
    g_assert_cmphex(peek(tim2) & 1, ==, 1);
    expect_near(peek(tim2 + 0x24), 10 * 84, 84);        /* since then */
}

/* A pulse of 125 ms each second, at PB5. */
static void test_pps(void)
{
    start();
    board_route("pb5", 11);
    start_ptp();
    board_wait_ns(900 * MS);
    g_assert_false(pin_level("pb5"));
    board_wait_ns(150 * MS);
    g_assert_true(pin_level("pb5"));
    board_wait_ns(100 * MS);
    g_assert_false(pin_level("pb5"));
    set_eth(A_PTPPPSCR, 3);                             /* 8 Hz, a square wave from the next second on */
    board_wait_ns(870 * MS);
    for (unsigned n = 0; n < 10; n++) {
        g_assert_true(pin_level("pb5") == !(n % 2));
        board_wait_ns(62500 * US);
    }
}

/* In both directions: when the byte behind the preamble is on the wire. */
static void test_stamps(void)
{
    uint64_t stamp, now;

    start();
    start_ptp();
    make_frame(frame, far_address, own_address, 0x88b5, 64);
    now = ptp_ns();
    give_frame(0, frame, 64, TTSE);
    board_wait_ns(100 * US);
    g_assert_cmphex(peek(tx_at(0)) & 1 << 17, !=, 0);
    stamp = peek(tx_at(0) + 12) * 1000000000ull + peek(tx_at(0) + 8);
    expect_near(stamp, now + 640, 100);
    set_eth(A_PTPTSCR, eth(A_PTPTSCR) | R_PTPTSCR_TSSARFE_MASK);
    make_frame(frame, own_address, far_address, 0x88b5, 64);
    now = ptp_ns();
    far_send_all(frame, 64);
    stamp = peek(rx_at(0) + 12) * 1000000000ull + peek(rx_at(0) + 8);
    expect_near(stamp, now + 640, 100);
}

/* Enhanced descriptors say what PTP message it is. */
static void test_ptp_messages(void)
{
    start();
    set_eth(A_DMAOMR, START_DMAOMR & ~OMR(SR) & ~OMR(ST));
    set_eth(A_DMABMR, R_DMABMR_EDFE_MASK);
    put_descriptor(RX_RING, OWN, BUFFER, rx_buffer(0), 0);
    put_descriptor(RX_RING + 32, OWN, BUFFER, rx_buffer(1), 0);
    put_descriptor(RX_RING + 64, OWN, BUFFER, rx_buffer(2), 0);
    start_ptp();
    set_eth(A_PTPTSCR, eth(A_PTPTSCR) | R_PTPTSCR_TSSPTPOEFE_MASK | R_PTPTSCR_TSPTPPSV2E_MASK);
    set_eth(A_DMAOMR, START_DMAOMR);
    make_frame(frame, own_address, far_address, 0x88f7, 60);
    frame[14] = 1;                                      /* delay request */
    frame[15] = 2;
    far_send_all(frame, 60);
    g_assert_cmphex(peek(RX_RING) & 0xffff, ==, PLAIN | 1 << 7 | ESA);
    g_assert_cmphex(peek(RX_RING + 16), ==, 1 << 13 | 1 << 12 | 3 << 8);
    g_assert_cmpuint(peek(RX_RING + 28), ==, 1000);
    make_frame(frame, own_address, far_address, 0x88b5, 60);
    far_send_all(frame, 60);
    g_assert_cmphex(peek(RX_RING + 32) & 0xffff, ==, PLAIN);
    set_eth(A_MACCR, START_MACCR | CR(IPCO));
    far_send_all(frame, good_udp());
    g_assert_cmphex(peek(RX_RING + 64) & 0xffff, ==, PLAIN | ESA);
    g_assert_cmphex(peek(RX_RING + 64 + 16), ==, 1 << 6 | 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("eth-mac/perfect", test_perfect);
    qtest_add_func("eth-mac/more-addresses", test_more_addresses);
    qtest_add_func("eth-mac/hash", test_hash);
    qtest_add_func("eth-mac/all-dropped", test_all_dropped);
    qtest_add_func("eth-mac/checksum-insertion", test_checksum_insertion);
    qtest_add_func("eth-mac/checksum-insertion-more", test_checksum_insertion_more);
    qtest_add_func("eth-mac/checksum-check", test_checksum_check);
    qtest_add_func("eth-mac/checksum-check-more", test_checksum_check_more);
    qtest_add_func("eth-mac/checksum-extensions", test_checksum_extensions);
    qtest_add_func("eth-mac/vlan", test_vlan);
    qtest_add_func("eth-mac/strip", test_strip);
    qtest_add_func("eth-mac/own-fcs", test_own_fcs);
    qtest_add_func("eth-mac/errors", test_errors);
    qtest_add_func("eth-mac/counters", test_counters);
    qtest_add_func("eth-mac/pause-sent", test_pause_sent);
    qtest_add_func("eth-mac/pause-obeyed", test_pause_obeyed);
    qtest_add_func("eth-mac/magic", test_magic);
    qtest_add_func("eth-mac/wake-frame", test_wake_frame);
    qtest_add_func("eth-mac/ptp-time", test_ptp_time);
    qtest_add_func("eth-mac/ptp-target", test_ptp_target);
    qtest_add_func("eth-mac/ptp-trigger", test_ptp_trigger);
    qtest_add_func("eth-mac/pps", test_pps);
    qtest_add_func("eth-mac/stamps", test_stamps);
    qtest_add_func("eth-mac/ptp-messages", test_ptp_messages);
    return board_run_tests();
}
