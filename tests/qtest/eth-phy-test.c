/*
 * The PHY of the board: what it is, MDIO, link and auto-negotiation, the cable, interrupts, reset.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/tests/qtest/eth.h"

#define BMCR 0
#define BMSR 1
#define LINK 4

static uint8_t frame[2048], got[16384];

static void start(const char *more)
{
    eth_board(more);
    eth_set_up();
}

/* ---- MDIO ---- */

static void test_mdio(void)
{
    start("");
    g_assert_cmphex(mdio_read(0, 2), ==, 0x0007);
    g_assert_cmphex(mdio_read(0, 3), ==, 0xc0f1);
    g_assert_cmphex(mdio_read(1, 2), ==, 0xffff);
    g_assert_cmphex(mdio_read(0, 18) & 0x1f, ==, 0);
    set_eth(A_MACMIIAR, 2 << 6 | 4 << 2 | 1);           /* 64 periods of HCLK / 102 */
    board_wait_ns(64 * 102 * 1000 / 168 - 200);
    g_assert_cmphex(eth(A_MACMIIAR) & 1, ==, 1);
    board_wait_ns(400);
    g_assert_cmphex(eth(A_MACMIIAR) & 1, ==, 0);
    g_assert_cmpint(board_mistakes("/machine/soc/eth"), ==, 0);
    set_eth(A_MACMIIAR, 2 << 6 | 1 << 2 | 1);
    set_eth(A_MACMIIAR, 3 << 6 | 4 << 2 | 1);
    g_assert_cmpint(board_mistakes("MDC is 2709677 Hz, PHYs take 2500000"), ==, 1);
    g_assert_cmpint(board_mistakes("MACMIIAR written while an access to the PHY is under way"), ==, 1);
    board_wait_ns(100 * US);
    board_pin_function(0x40020000, 2, 7);
    g_assert_cmphex(mdio_read(0, 2), ==, 0xffff);
    g_assert_cmpint(board_mistakes("ETH_MDIO is at no pin: select AF11 at PA2"), ==, 1);
}

static void test_types(void)
{
    static const struct {
        const char *args;
        unsigned address;
        uint16_t id[2];
    } table[] = {
        { "-machine phy=lan8742", 0, { 0x0007, 0xc131 } },
        { "-machine phy=dp83848", 1, { 0x2000, 0x5c90 } },
        { "-machine phy=ksz8081,phy-address=3", 3, { 0x0022, 0x1560 } },
    };

    for (unsigned i = 0; i < ARRAY_SIZE(table); i++) {
        board_start(table[i].args);
        eth_start_clocks();
        eth_set_up();
        g_assert_cmphex(mdio_read(table[i].address, 2), ==, table[i].id[0]);
        g_assert_cmphex(mdio_read(table[i].address, 3), ==, table[i].id[1]);
        g_assert_cmphex(mdio_read(table[i].address ^ 2, 3), ==, 0xffff);
    }
}

/* MII takes two clocks and four lines of each direction. */
static void test_mii(void)
{
    board_start("-nic none -machine phy=dp83848");
    eth_start_clocks();
    eth_enable_clocks();
    eth_route_mii();
    g_assert_true(eth_soft_reset());
    mdio_write(1, BMCR, 0x6100);                        /* its loopback at 100 Mbit/s */
    set_eth(A_MACA0HR, own_address[5] << 8 | own_address[4]);
    set_eth(A_MACA0LR, ldl_le_p(own_address));
    make_rings();
    set_eth(A_MACCR, START_MACCR);
    set_eth(A_DMAOMR, START_DMAOMR);
    make_frame(frame, own_address, far_address, 0x88b5, 100);
    give_frame(0, frame, 100, 0);
    board_wait_ns(20 * US);
    expect_received(0, frame, 100);
    mdio_write(1, BMCR, 0x4100);                        /* at 10: ten times the time, whatever FES says */
    give_frame(1, frame, 100, 0);
    board_wait_ns(112 * 800 - 1000);
    g_assert_cmphex(peek(rx_at(1)) & OWN, ==, OWN);
    board_wait_ns(2000);
    expect_received(1, frame, 100);
    g_assert_cmpint(board_mistakes("/machine/soc/eth"), ==, 0);
}

/* ---- The link ---- */

static void test_negotiation(void)
{
    start("");
    g_assert_cmphex(mdio_read(0, BMSR), ==, 0x7809);
    board_wait_ns(1450 * MS);
    g_assert_cmphex(mdio_read(0, BMSR), ==, 0x782d);
    g_assert_cmphex(mdio_read(0, 5), ==, 0x45e1);
    g_assert_cmphex(mdio_read(0, 31) & 0x101c, ==, 0x1018);
    board_set_string(PHY, "partner", "10-full+10-half");
    g_assert_cmphex(mdio_read(0, BMSR) & LINK, ==, 0);
    board_wait_ns(1450 * MS);
    g_assert_cmphex(mdio_read(0, 31) & 0x1c, ==, 5 << 2);
    mdio_write(0, 4, 0x0021);                           /* advertise 10 half alone */
    mdio_write(0, BMCR, 0x1200);
    g_assert_cmphex(mdio_read(0, BMSR) & 0x20, ==, 0);
    board_wait_ns(1450 * MS);
    g_assert_cmphex(mdio_read(0, 31) & 0x1c, ==, 1 << 2);
    mdio_write(0, BMCR, 0x2100);                        /* 100 Mbit/s, which the other end has not */
    board_wait_ns(1450 * MS);
    g_assert_cmphex(mdio_read(0, BMSR) & LINK, ==, 0);
    mdio_write(0, BMCR, 0x0100);
    board_wait_ns(110 * MS);
    g_assert_cmphex(mdio_read(0, BMSR) & LINK, ==, LINK);
}

/* BMSR remembers that the link has been lost until it is read. */
static void test_cable(void)
{
    start("");
    wait_for_link();
    mdio_read(0, BMSR);
    board_set_bool(PHY, "cable", false);
    g_assert_false(board_get_bool(PHY, "link"));
    board_set_bool(PHY, "cable", true);
    wait_for_link();
    g_assert_cmphex(mdio_read(0, BMSR) & LINK, ==, 0);
    g_assert_cmphex(mdio_read(0, BMSR) & LINK, ==, LINK);
    qtest_qmp_assert_success(board, "{'execute': 'set_link', 'arguments': {'name': 'lan8720.0', 'up': false}}");
    g_assert_cmphex(mdio_read(0, BMSR) & LINK, ==, 0);
    qtest_qmp_assert_success(board, "{'execute': 'set_link', 'arguments': {'name': 'lan8720.0', 'up': true}}");
    wait_for_link();
}

/* Frames without a link are lost, in both directions, and nothing waits for better times. */
static void test_no_link(void)
{
    eth_start();
    board_set_bool(PHY, "cable", false);
    make_frame(frame, far_address, own_address, 0x88b5, 64);
    give_frame(0, frame, 64, 0);
    board_wait_ns(20 * US);
    g_assert_cmphex(peek(tx_at(0)) & OWN, ==, 0);
    make_frame(frame, own_address, far_address, 0x88b5, 64);
    far_send_only(frame, 64);
    board_set_bool(PHY, "cable", true);
    wait_for_link();
    mdio_write(0, BMCR, 0x3500);                        /* isolated */
    give_frame(1, frame, 64, 0);
    board_wait_ns(20 * US);
    mdio_write(0, BMCR, 0x3900);                        /* powered down */
    g_assert_false(board_get_bool(PHY, "link"));
    mdio_write(0, BMCR, 0x3100);
    wait_for_link();
    g_assert_cmpuint(far_receive(got), ==, 0);
    far_send_all(frame, 64);
    expect_received(0, frame, 64);
}

/* ---- Interrupts and reset ---- */

static void test_interrupt(void)
{
    start("-machine phy-interrupt=pb14");
    g_assert_true(pin_level("pb14"));
    mdio_write(0, 30, 1 << 4 | 1 << 6);                 /* link down, auto-negotiation */
    wait_for_link();
    g_assert_false(pin_level("pb14"));
    g_assert_cmphex(mdio_read(0, 29) & 0x50, ==, 1 << 6);
    g_assert_true(pin_level("pb14"));
    board_set_bool(PHY, "cable", false);
    g_assert_false(pin_level("pb14"));
    g_assert_cmphex(mdio_read(0, 29) & 0x50, ==, 1 << 4);
}

static void test_interrupts_of_others(void)
{
    start("-machine phy=dp83848,phy-interrupt=pb14");
    mdio_write(1, 18, 1 << 5);
    mdio_write(1, 17, 3);
    wait_for_link();
    g_assert_false(pin_level("pb14"));
    g_assert_cmphex(mdio_read(1, 16) & 0x97, ==, 0x95);
    g_assert_cmphex(mdio_read(1, 18), ==, 0x2420);
    g_assert_true(pin_level("pb14"));
    start("-machine phy=ksz8081,phy-interrupt=pb14");
    mdio_write(1, 27, 1 << 8);
    wait_for_link();
    g_assert_false(pin_level("pb14"));
    g_assert_cmphex(mdio_read(1, 30) & 0x107, ==, 0x106);
    g_assert_cmphex(mdio_read(1, 27) & 1, ==, 1);
    g_assert_true(pin_level("pb14"));
}

static void test_reset(void)
{
    start("-machine phy-reset=pe2");
    wait_for_link();
    mdio_write(0, 4, 0x0021);
    pin_drive("pe2", "0");
    g_assert_cmphex(mdio_read(0, 2), ==, 0xffff);
    g_assert_false(board_get_bool(PHY, "link"));
    pin_drive("pe2", "z");
    g_assert_cmphex(mdio_read(0, 4), ==, 0x01e1);
    wait_for_link();
    mdio_write(0, 4, 0x0021);
    mdio_write(0, BMCR, 0x8000);
    g_assert_cmphex(mdio_read(0, BMCR), ==, 0xb100);
    board_wait_ns(400 * US);
    g_assert_cmphex(mdio_read(0, BMCR), ==, 0x3100);
    g_assert_cmphex(mdio_read(0, 4), ==, 0x01e1);
    board_reset();                                      /* of the chip, which it has nothing to do with */
    board_wait_ns(1500 * MS);
    g_assert_true(board_get_bool(PHY, "link"));
}

/* ---- Options ---- */

static void expect_refused(const char *args, const char *text)
{
    g_autofree char *command = g_strdup_printf("%s -machine stm32f407g_disc -display none %s",
                                               getenv("QTEST_QEMU_BINARY"), args);
    g_autofree char *error = NULL;
    int status;

    g_assert_true(g_spawn_command_line_sync(command, NULL, &error, &status, NULL));
    g_assert_cmpint(status, !=, 0);
    g_assert_cmpuint(board_lines_of(error), ==, 1);
    g_assert_nonnull(strstr(error, text));
}

static void test_options(void)
{
    g_autofree char *network = NULL;

    expect_refused("-machine phy=rtl8201", "phy=rtl8201: there are 'lan8720', 'lan8742', 'dp83848' and 'ksz8081', or");
    expect_refused("-machine phy-address=32", "phy-address=32: an address of MDIO is 0 to 31");
    expect_refused("-machine phy=lan8720,phy-reset=pz9", "pz9");
    expect_refused("-device stm32-phy", "stm32-phy");
    board_start("-nic user,model=ksz8081");
    network = qtest_hmp(board, "info network");
    g_assert_nonnull(strstr(network, "model=ksz8081"));
    g_assert_null(strstr(network, "hub"));
    g_assert_false(board_get_bool(PHY, "link"));
    board_wait_ns(1500 * MS);
    g_assert_true(board_get_bool(PHY, "link"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("eth-phy/mdio", test_mdio);
    qtest_add_func("eth-phy/types", test_types);
    qtest_add_func("eth-phy/mii", test_mii);
    qtest_add_func("eth-phy/negotiation", test_negotiation);
    qtest_add_func("eth-phy/cable", test_cable);
    qtest_add_func("eth-phy/no-link", test_no_link);
    qtest_add_func("eth-phy/interrupt", test_interrupt);
    qtest_add_func("eth-phy/interrupts-of-others", test_interrupts_of_others);
    qtest_add_func("eth-phy/reset", test_reset);
    qtest_add_func("eth-phy/options", test_options);
    return board_run_tests();
}
