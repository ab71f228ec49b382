/*
 * USARTs served by DMA, in virtual time: the requests of all six reach the streams of RM0090's
 * tables, TC comes at the end of what DMA sends, and IDLE at the end of what it receives.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/sockets.h"
#include "stm32/tests/qtest/board.h"
#define REGS "stm32/regs/dma.h"
#include "stm32/core/regs.h"

#define SRAM 0x20000000u
#define BUFFER (SRAM + 0x1000)
#define BIT_NS 1000            /* ns: BRR 16 at 16 MHz */
#define FRAME (10 * BIT_NS)

enum { SR = 0x00, DR = 0x04, BRR = 0x08, CR1 = 0x0c, CR3 = 0x14 };
enum { IDLE = 0x10, RXNE = 0x20, TC = 0x40, TXE = 0x80, ORE = 8, DMAR = 1 << 6, DMAT = 1 << 7 };
enum { EN = 1, M2P = 1 << 6, CIRC = 1 << 8, MINC = 1 << 10 };

static const struct {
    const char *name;
    uint32_t base;
    const char *tx, *rx;
    unsigned function;
    unsigned rx_dma[2][3], tx_dma[2][3];        /* DMA, stream, channel; there may be a second */
} usarts[] = {
    { "usart1", 0x40011000, "pa9", "pa10", 7, { { 2, 2, 4 }, { 2, 5, 4 } }, { { 2, 7, 4 } } },
    { "usart2", 0x40004400, "pa2", "pa3", 7, { { 1, 5, 4 } }, { { 1, 6, 4 } } },
    { "usart3", 0x40004800, "pb10", "pb11", 7, { { 1, 1, 4 } }, { { 1, 3, 4 }, { 1, 4, 7 } } },
    { "uart4", 0x40004c00, "pc10", "pc11", 8, { { 1, 2, 4 } }, { { 1, 4, 4 } } },
    { "uart5", 0x40005000, "pc12", "pd2", 8, { { 1, 0, 4 } }, { { 1, 7, 4 } } },
    { "usart6", 0x40011400, "pc6", "pc7", 8, { { 2, 1, 5 }, { 2, 2, 5 } },
      { { 2, 6, 5 }, { 2, 7, 5 } } },
};

static uint32_t usart;
static int host;

static void fresh(unsigned i)
{
    g_autofree char *args = NULL;
    int fds[2];

    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), ==, 0);
    args = g_strdup_printf("-machine vcp=%s -chardev socket,id=line,fd=%d -serial chardev:line",
                           usarts[i].name, fds[1]);
    board_start(args);
    close(fds[1]);
    host = fds[0];
    usart = usarts[i].base;
    board_enable(usarts[i].name);
    board_enable("dma1");
    board_enable("dma2");
    board_route(usarts[i].tx, usarts[i].function);
    board_route(usarts[i].rx, usarts[i].function);
    poke(usart + BRR, 16);
    poke(usart + CR1, 1 << 13 | 1 << 3 | 1 << 2);
    board_wait_ns(2 * FRAME);
}

static uint32_t stream_reg(const unsigned *where, unsigned first)
{
    return (where[0] == 1 ? 0x40026000 : 0x40026400) + first + 0x18 * where[1];
}

static void begin(const unsigned *where, uint32_t memory, unsigned items, uint32_t settings)
{
    poke(stream_reg(where, A_S0PAR), usart + DR);
    poke(stream_reg(where, A_S0M0AR), memory);
    poke(stream_reg(where, A_S0NDTR), items);
    poke(stream_reg(where, A_S0CR), where[2] << 25 | MINC | settings);
    poke(stream_reg(where, A_S0CR), where[2] << 25 | MINC | settings | EN);
}

static uint32_t left(const unsigned *where)
{
    return peek(stream_reg(where, A_S0NDTR));
}

/* A few turns of QEMU's main loop. */
static void settle(void)
{
    for (int i = 0; i < 10; i++) {
        peek(0x40023808);
    }
}

static void host_send(const char *text)
{
    g_assert_cmpint(write(host, text, strlen(text)), ==, strlen(text));
    settle();
}

/* Later bursts don't wait for DR to be read as the first one since reset does. */
static void send_first_burst(void)
{
    host_send("!");
    board_wait_ns(3 * FRAME);
    peek(usart + SR);
    peek(usart + DR);
}

static void host_expect(const char *text)
{
    char data[64];
    ssize_t size;

    settle();
    size = recv(host, data, sizeof(data) - 1, MSG_DONTWAIT);
    data[MAX(size, 0)] = 0;
    g_assert_cmpstr(data, ==, text);
}

/* As drivers do it: stream enabled, TC cleared, then DMAT. */
static void check_send(const unsigned *where)
{
    qtest_memwrite(board, BUFFER, "silicon", 7);
    begin(where, BUFFER, 7, M2P);
    board_wait_ns(FRAME);
    g_assert_cmpuint(left(where), ==, 7);
    poke(usart + SR, ~TC);
    g_assert_cmphex(peek(usart + SR) & TC, ==, 0);
    poke(usart + CR3, DMAT);
    board_wait_ns(BIT_NS);
    g_assert_cmpuint(left(where), ==, 5);           /* one in the shift register, one in DR */
    board_wait_ns(7 * FRAME - 2 * BIT_NS);
    g_assert_cmpuint(left(where), ==, 0);
    g_assert_cmphex(peek(usart + SR) & (TC | TXE), ==, TXE);
    board_wait_ns(2 * BIT_NS);
    g_assert_cmphex(peek(usart + SR) & (TC | TXE), ==, TC | TXE);
    host_expect("silicon");
    poke(usart + CR3, 0);
    poke(stream_reg(where, A_S0CR), 0);
}

static void check_receive(const unsigned *where)
{
    char data[9] = "";

    send_first_burst();
    qtest_memset(board, BUFFER, '.', 8);
    begin(where, BUFFER, 8, CIRC);
    poke(usart + CR3, DMAR);
    host_send("ABCDEFGHIJK");
    board_wait_ns(11 * FRAME + BIT_NS);
    g_assert_cmpuint(left(where), ==, 5);
    g_assert_cmphex(peek(usart + SR) & (RXNE | IDLE | ORE), ==, 0);
    board_wait_ns(FRAME);
    g_assert_cmphex(peek(usart + SR) & (RXNE | IDLE | ORE), ==, IDLE);
    qtest_memread(board, BUFFER, data, 8);
    g_assert_cmpstr(data, ==, "IJKDEFGH");
    peek(usart + DR);
    poke(usart + CR3, 0);
    poke(stream_reg(where, A_S0CR), 0);
}

static void test_all(void)
{
    for (unsigned i = 0; i < ARRAY_SIZE(usarts); i++) {
        for (unsigned n = 0; n < 2; n++) {
            g_test_message("%s %u", usarts[i].name, n);
            fresh(i);
            if (usarts[i].tx_dma[n][0]) {
                check_send(usarts[i].tx_dma[n]);
            }
            if (usarts[i].rx_dma[n][0]) {
                check_receive(usarts[i].rx_dma[n]);
            }
            g_autofree char *log = board_log();

            g_assert_cmpstr(log, ==, "");
            close(host);
        }
    }
}

/* 2 Mbaud (OVER8, 16 MHz), both ways at once: nothing is lost. */
static void test_fast(void)
{
    const unsigned *rx = usarts[0].rx_dma[0], *tx = usarts[0].tx_dma[0];
    char sent[61], back[61] = "", got[61] = "";

    fresh(0);
    for (unsigned i = 0; i < 60; i++) {
        sent[i] = 'A' + i % 26;
    }
    sent[60] = 0;
    send_first_burst();
    poke(usart + CR1, 1 << 15 | 1 << 13 | 1 << 3 | 1 << 2);
    poke(usart + BRR, 0x10);
    qtest_memwrite(board, BUFFER, sent, 60);
    begin(rx, BUFFER + 0x100, 60, 0);
    begin(tx, BUFFER, 60, M2P);
    poke(usart + CR3, DMAR | DMAT);
    host_send(sent);
    board_wait_ns(62 * 5000);
    g_assert_cmpuint(left(rx), ==, 0);
    g_assert_cmpuint(left(tx), ==, 0);
    qtest_memread(board, BUFFER + 0x100, back, 60);
    g_assert_cmpstr(back, ==, sent);
    settle();
    g_assert_cmpint(recv(host, got, 60, MSG_DONTWAIT), ==, 60);
    g_assert_cmpstr(got, ==, sent);
    g_assert_cmphex(peek(usart + SR) & ORE, ==, 0);
    close(host);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("dma-usart/all", test_all);
    qtest_add_func("dma-usart/fast", test_fast);
    return board_run_tests();
}
