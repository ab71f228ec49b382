/*
 * USART (RM0090 chapter 30) and what it is joined to.  The test is the guest at one end of the line
 * and the host at the other.  At reset PCLK1 is HSI, 16 MHz: with BRR = 16 a bit takes 1 us.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/sockets.h"
#include "qobject/qdict.h"
#include "stm32/tests/qtest/board.h"
#define REGS "stm32/regs/usart.h"
#include "stm32/core/regs.h"

#define GPIO(letter) (0x40020000 + 0x400 * ((letter) - 'a'))
#define RCC_CFGR 0x40023808
#define RCC_APB1ENR 0x40023840

static const struct {
    const char *name;
    uint32_t base;
    int irq;
    const char *tx;
    unsigned function;
} ports[] = {
    { "usart1", 0x40011000, 37, "pa9", 7 }, { "usart2", 0x40004400, 38, "pa2", 7 },
    { "usart3", 0x40004800, 39, "pb10", 7 }, { "uart4", 0x40004c00, 52, "pc10", 8 },
    { "uart5", 0x40005000, 53, "pc12", 8 }, { "usart6", 0x40011400, 71, "pc6", 8 },
};

enum { U = 0x40004400, SR = U + A_SR, DR = U + A_DR, BRR = U + A_BRR, CR1 = U + A_CR1,
       CR2 = U + A_CR2, CR3 = U + A_CR3, GTPR = U + A_GTPR };

enum { UE = R_CR1_UE_MASK, TE = R_CR1_TE_MASK, RE = R_CR1_RE_MASK, M = R_CR1_M_MASK,
       PCE = R_CR1_PCE_MASK, PS = R_CR1_PS_MASK, SBK = R_CR1_SBK_MASK, RWU = R_CR1_RWU_MASK,
       WAKE = R_CR1_WAKE_MASK };

enum { PE = 1, FE = 2, NE = 4, ORE = 8, IDLE = 0x10, RXNE = 0x20, TC = 0x40, TXE = 0x80,
       LBD = 0x100, CTS = 0x200 };

#define US 1000
#define FRAME (10 * US)

/* ---- The host's end of the line ---- */

typedef struct Host {
    char *path;
    int listener, fd;
} Host;

static Host host;

static void host_open(Host *h)
{
    g_autofree char *dir = g_dir_make_tmp("stm32-usart-XXXXXX", NULL);
    struct sockaddr_un address = { .sun_family = AF_UNIX };

    h->path = g_strdup_printf("%s/line", dir);
    g_strlcpy(address.sun_path, h->path, sizeof(address.sun_path));
    h->listener = socket(AF_UNIX, SOCK_STREAM, 0);
    g_assert_cmpint(bind(h->listener, (struct sockaddr *)&address, sizeof(address)), ==, 0);
    g_assert_cmpint(listen(h->listener, 1), ==, 0);
}

static void host_accept(Host *h)
{
    h->fd = accept(h->listener, NULL, NULL);
    g_assert_cmpint(h->fd, >=, 0);
}

static void host_close(Host *h)
{
    g_autofree char *dir = g_path_get_dirname(h->path);

    close(h->fd);
    close(h->listener);
    unlink(h->path);
    rmdir(dir);
    g_clear_pointer(&h->path, g_free);
}

/* A few turns of QEMU's main loop: it sees what we have written, and writes what it has. */
static void host_settle(void)
{
    for (int i = 0; i < 10; i++) {
        peek(RCC_CFGR);
    }
}

static void host_send_bytes(const void *data, size_t size)
{
    g_assert_cmpint(write(host.fd, data, size), ==, size);
    host_settle();
}

static void host_send(const char *text)
{
    host_send_bytes(text, strlen(text));
}

static void host_break(void)
{
    qtest_qmp_assert_success(board, "{'execute': 'chardev-send-break', "
                             "'arguments': {'id': 'line'}}");
}

/* What has come, up to now. */
static char *host_read(Host *h)
{
    char data[256];
    ssize_t size;

    host_settle();
    size = recv(h->fd, data, sizeof(data) - 1, MSG_DONTWAIT);
    data[MAX(size, 0)] = 0;
    return g_strdup(data);
}

static void host_expect(const char *text)
{
    g_autofree char *got = host_read(&host);

    g_assert_cmpstr(got, ==, text);
}

/* ---- The guest ---- */

/* A fresh board with USART2 clocked and its pins routed, but off. */
static void start_with(const char *args)
{
    g_autofree char *all = NULL;

    board_stop();
    if (host.path) {
        host_close(&host);
    }
    host_open(&host);
    all = g_strdup_printf("-chardev socket,id=line,path=%s -serial chardev:line %s", host.path,
                          args);
    board_start(all);
    host_accept(&host);
    board_enable("usart2");
    board_route("pa2", 7);
    board_route("pa3", 7);
}

/* Switched on with BRR = 16 and more bits of CR1; the idle frame that TE sends is over. */
static void start(uint32_t cr1, uint32_t cr2, uint32_t cr3)
{
    start_with("");
    poke(BRR, 16);
    poke(CR2, cr2);
    poke(CR3, cr3);
    poke(CR1, UE | TE | RE | cr1);
    board_wait_ns(100 * US);
}

static void expect_sr(uint32_t flags)
{
    g_assert_cmphex(peek(SR), ==, flags);
}

/* Nothing before, and @flags just when @ns have passed. */
static void expect_sr_after(int64_t ns, uint32_t before, uint32_t flags)
{
    board_wait_ns(ns - 1);
    expect_sr(before);
    board_wait_ns(1);
    expect_sr(flags);
}

/* A frame comes in. */
static void receive(uint32_t data)
{
    uint8_t byte = data;

    host_send_bytes(&byte, 1);
    board_wait_ns(11 * US);
}

/* ---- Registers ---- */

static void test_reset_values(void)
{
    board_start("");
    for (unsigned i = 0; i < ARRAY_SIZE(ports); i++) {
        board_enable(ports[i].name);
        g_assert_cmphex(peek(ports[i].base + A_SR), ==, 0xc0);
        for (unsigned at = A_DR; at <= A_GTPR; at += 4) {
            g_assert_cmphex(peek(ports[i].base + at), ==, 0);
        }
    }
}

static void test_bits_of_a_uart(void)
{
    uint32_t uart4 = 0x40004c00;

    board_start("");
    board_enable("uart4");
    poke(uart4 + A_CR2, 0xffff);
    poke(uart4 + A_CR3, 0xffff);
    poke(uart4 + A_GTPR, 0xffff);
    g_assert_cmphex(peek(uart4 + A_CR2), ==, 0x706f);
    g_assert_cmphex(peek(uart4 + A_CR3), ==, 0x08cf);
    g_assert_cmphex(peek(uart4 + A_GTPR), ==, 0x00ff);
    g_assert_cmpint(board_mistakes("CR2 written 0x7f6f: this UART has no bits 0x0f00"), ==, 1);
    g_assert_cmpint(board_mistakes("0.5 and 1.5 stop bits are not available"), ==, 1);
}

/* ---- Transmitter ---- */

static void test_transmit(void)
{
    start(0, 0, 0);
    expect_sr(TXE | TC);
    poke(DR, 'A');              /* straight into the shift register */
    expect_sr(TXE);
    poke(DR, 'B');
    expect_sr(0);
    expect_sr_after(FRAME, 0, TXE);
    host_expect("A");
    expect_sr_after(FRAME, TXE, TXE | TC);
    host_expect("B");
    g_assert_cmpint(board_mistakes("usart2"), ==, 0);
}

static void test_frame_time(void)
{
    static const struct {
        uint32_t brr, cr1, stop;
        int64_t ns;
    } cases[] = {
        { 16,     0, 0, 10000 },        /* 160 ticks of 62.5 ns */
        { 139,    0, 0, 86875 },        /* 115200 baud */
        { 0x683,  0, 0, 1041875 },      /* 9600 */
        { 0x45,   R_CR1_OVER8_MASK, 0, 23125 },     /* (4 + 5/8) * 8 ticks a bit */
        { 16,     0, 2, 11000 },
        { 16,     0, 1, 9500 },
        { 16,     0, 3, 10500 },
        { 17,     0, 1, 10125 },        /* half a tick is rounded up */
        { 16,     M, 0, 11000 },
        { 16,     M, 2, 12000 },
        { 16,     PCE, 0, 10000 },      /* parity takes a data bit's place */
        { 0xffff, 0, 0, 40959375 },
    };

    for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
        start_with("");
        poke(BRR, cases[i].brr);
        poke(CR2, cases[i].stop << R_CR2_STOP_SHIFT);
        poke(CR1, UE | TE | cases[i].cr1);
        board_wait_ns(100 * 1000 * US);
        expect_sr(TXE | TC);
        poke(DR, 'U');
        expect_sr_after(cases[i].ns, TXE, TXE | TC);
        host_expect("U");
    }
}

/* A row of frames is counted from its beginning, whatever a frame's time is rounded to. */
static void test_no_drift(void)
{
    start(0, 1 << R_CR2_STOP_SHIFT, 0);
    poke(CR1, 0);
    poke(BRR, 18);              /* 171 ticks: 10687.5 ns */
    poke(CR1, UE | TE);
    board_wait_ns(100 * US);
    expect_sr(TXE | TC);
    poke(DR, 'a');
    poke(DR, 'b');
    expect_sr_after(10688, 0, TXE);
    poke(DR, 'c');
    expect_sr_after(21375 - 10688, 0, TXE);
    expect_sr_after(32063 - 21375, TXE, TXE | TC);
}

static void test_tc(void)
{
    start(0, 0, 0);
    poke(SR, ~TC);
    expect_sr(TXE);
    board_wait_ns(1000 * US);
    expect_sr(TXE);             /* until a frame with data */
    poke(DR, 'x');
    board_wait_ns(FRAME);
    g_assert_cmphex(peek(SR), ==, TXE | TC);
    board_reset();
    board_enable("usart2");
    poke(BRR, 16);
    poke(CR1, UE | TE);
    poke(DR, 'y');              /* SR has not been read: TC stays */
    g_assert_cmphex(peek(SR) & TC, ==, TC);
}

static void test_idle_frame_first(void)
{
    start_with("");
    poke(BRR, 16);
    poke(CR1, UE);
    g_assert_false(pin_level("pa2"));
    poke(CR1, UE | TE);
    g_assert_true(pin_level("pa2"));
    poke(DR, 'x');
    expect_sr(TC);
    expect_sr_after(FRAME, TC, TXE | TC);   /* only now it moves to the shift register */
    host_expect("");
    board_wait_ns(FRAME);
    host_expect("x");
    /* a pulse of TE puts an idle frame after the word under way */
    poke(DR, 'y');
    board_wait_ns(US);
    poke(CR1, UE);
    poke(CR1, UE | TE);
    poke(DR, 'z');
    g_assert_cmphex(peek(SR) & TXE, ==, 0);
    board_wait_ns(2 * FRAME - US - 1);
    g_assert_cmphex(peek(SR) & TXE, ==, 0);
    board_wait_ns(1);
    g_assert_cmphex(peek(SR) & TXE, ==, TXE);
    host_expect("y");
}

static void test_overwritten(void)
{
    start(0, 0, 0);
    poke(DR, 'a');
    poke(DR, 'b');
    g_assert_cmpint(board_mistakes("DR written while TXE is 0"), ==, 0);
    poke(DR, 'c');
    g_assert_cmpint(board_mistakes("DR written while TXE is 0"), ==, 1);
    board_wait_ns(3 * FRAME);
    host_expect("ac");
}

static void test_switched_off(void)
{
    start(0, 0, 0);
    poke(DR, 'a');
    poke(DR, 'b');
    board_wait_ns(US);
    poke(CR1, TE | RE);             /* UE = 0: at the end of the frame */
    board_wait_ns(5 * FRAME);
    host_expect("a");
    g_assert_false(pin_level("pa2"));
    expect_sr(TC);
    poke(CR1, UE | TE | RE);
    board_wait_ns(2 * FRAME);
    host_expect("b");
    poke(DR, 'c');
    poke(CR1, UE | RE);             /* TE = 0: the frame is lost */
    board_wait_ns(2 * FRAME);
    host_expect("");
    g_assert_cmpint(board_mistakes("TE cleared while a frame was going out"), ==, 1);
    poke(DR, 'd');
    g_assert_cmpint(board_mistakes("DR written with the transmitter off"), ==, 1);
}

static void test_break_out(void)
{
    start(0, 0, 0);
    poke(DR, 'a');
    poke(CR1, peek(CR1) | SBK);
    board_wait_ns(FRAME - 1);
    g_assert_true(pin_level("pa2"));
    board_wait_ns(1);
    g_assert_false(pin_level("pa2"));
    poke(DR, 'b');
    board_wait_ns(FRAME - 1);
    g_assert_false(pin_level("pa2"));
    g_assert_cmphex(peek(CR1) & SBK, ==, SBK);
    board_wait_ns(1);
    g_assert_true(pin_level("pa2"));
    g_assert_cmphex(peek(CR1) & SBK, ==, 0);
    board_wait_ns(11 * US - 1);     /* a stop bit, and the frame */
    host_expect("a");
    board_wait_ns(1);
    host_expect("b");
    poke(CR2, R_CR2_LINEN_MASK);    /* LIN: 13 bits */
    poke(CR1, peek(CR1) | SBK);
    board_wait_ns(13 * US - 1);
    g_assert_false(pin_level("pa2"));
    board_wait_ns(1);
    g_assert_true(pin_level("pa2"));
}

static void test_host_has_no_room(void)
{
    unsigned sent = 0, got = 0;
    char data[4096];
    ssize_t size;

    start(0, 0, 0);
    for (;;) {
        g_assert_cmpint(sent, <, 100000);
        peek(SR);
        poke(DR, 'x');
        sent++;
        board_wait_ns(FRAME);
        if (!(peek(SR) & TC)) {
            break;
        }
    }
    board_wait_ns(1000 * US);
    g_assert_cmphex(peek(SR) & TC, ==, 0);
    poke(DR, 'y');
    sent++;
    g_assert_cmphex(peek(SR) & TXE, ==, 0);
    for (int i = 0; i < 20; i++) {
        host_settle();
        while ((size = recv(host.fd, data, sizeof(data), MSG_DONTWAIT)) > 0) {
            got += size;
        }
        board_wait_ns(FRAME);
    }
    g_assert_cmpint(got, ==, sent);
    g_assert_cmphex(peek(SR) & (TXE | TC), ==, TXE | TC);
}

/* ---- Receiver ---- */

static void test_receive(void)
{
    start(0, 0, 0);
    host_send("A");
    expect_sr_after(FRAME, TXE | TC, TXE | TC | RXNE);
    g_assert_cmphex(peek(DR), ==, 'A');
    expect_sr(TXE | TC);
    g_assert_cmphex(peek(DR), ==, 'A');
    host_send("B");
    board_wait_ns(FRAME);
    poke(SR, ~RXNE);            /* the other way to clear it */
    g_assert_cmphex(peek(SR) & RXNE, ==, 0);
}

static void test_burst(void)
{
    start(0, 0, 0);
    host_send("abc");
    expect_sr_after(FRAME, TXE | TC, TXE | TC | RXNE);
    g_assert_cmphex(peek(DR), ==, 'a');
    expect_sr_after(FRAME, TXE | TC, TXE | TC | RXNE);
    g_assert_cmphex(peek(DR), ==, 'b');
    expect_sr_after(FRAME, TXE | TC, TXE | TC | RXNE);
    g_assert_cmphex(peek(DR), ==, 'c');
    board_wait_ns(FRAME);
    peek(DR);                   /* DR without SR does not clear IDLE */
    expect_sr(TXE | TC | IDLE);
}

/* With two stop bits a frame is there after the first, and the next takes its full time. */
static void test_two_stop_bits(void)
{
    start(0, 2 << R_CR2_STOP_SHIFT, 0);
    host_send("ab");
    expect_sr_after(10 * US, TXE | TC, TXE | TC | RXNE);
    peek(DR);
    expect_sr_after(11 * US, TXE | TC, TXE | TC | RXNE);
}

/* More than the model buffers: nothing is lost, and the pace is kept. */
static void test_long_burst(void)
{
    start(0, 0, 0);
    for (int i = 0; i < 250; i++) {
        uint8_t byte = i;

        g_assert_cmpint(write(host.fd, &byte, 1), ==, 1);
    }
    host_settle();
    for (int i = 0; i < 250; i++) {
        board_wait_ns(FRAME);
        g_assert_cmphex(peek(SR), ==, TXE | TC | RXNE);
        g_assert_cmphex(peek(DR), ==, i);
    }
}

static void test_idle(void)
{
    start(0, 0, 0);
    expect_sr(TXE | TC);        /* quiet from the beginning is not idle */
    host_send("A");
    board_wait_ns(FRAME);
    peek(DR);
    expect_sr_after(FRAME, TXE | TC, TXE | TC | IDLE);
    peek(DR);
    expect_sr(TXE | TC);
    board_wait_ns(1000 * US);
    expect_sr(TXE | TC);        /* not again until RXNE */
    receive('B');
    peek(DR);
    board_wait_ns(FRAME);
    expect_sr(TXE | TC | IDLE);
}

static void test_overrun(void)
{
    start(0, 0, 0);
    board_watch_irqs();
    receive('!');               /* the first burst would wait */
    board_wait_ns(FRAME);
    peek(SR);
    peek(DR);
    host_send("ab");
    board_wait_ns(2 * FRAME);
    g_assert_cmphex(peek(SR) & (RXNE | ORE), ==, RXNE | ORE);
    g_assert_cmpint(board_mistakes("overrun: a frame has come before DR was read"), ==, 1);
    poke(CR1, peek(CR1) | R_CR1_RXNEIE_MASK);
    poke(SR, ~RXNE);
    g_assert_true(irq(38));     /* ORE alone raises it too */
    peek(SR);
    g_assert_cmphex(peek(DR), ==, 'a');     /* the newer one is lost */
    g_assert_cmphex(peek(SR) & (RXNE | ORE), ==, 0);
    g_assert_false(irq(38));
    host_send("abc");
    board_wait_ns(2 * FRAME);
    g_assert_cmpint(board_mistakes("nobody has cleared ORE"), ==, 0);
    board_wait_ns(FRAME);
    g_assert_cmpint(board_mistakes("nobody has cleared ORE"), ==, 1);
}

static void test_parity(void)
{
    start(PCE, 0, 0);
    receive('A');               /* two ones */
    g_assert_cmphex(peek(DR), ==, 'A');
    receive('C' | 0x80);        /* 7 bits are data, and their parity comes above */
    g_assert_cmphex(peek(DR), ==, 'C' | 0x80);
    poke(CR1, UE | TE | RE | PCE | PS);
    receive('A');
    g_assert_cmphex(peek(DR), ==, 'A' | 0x80);
    poke(CR1, UE | TE | RE | PCE | M);
    receive(0xc1);
    g_assert_cmphex(peek(DR), ==, 0x1c1);
    g_assert_cmphex(peek(SR) & PE, ==, 0);
    poke(CR1, UE | TE | RE | PCE);
    poke(DR, 'C' | 0x80);
    board_wait_ns(2 * FRAME);
    host_expect("C");           /* data bits only */
}

static void test_faults(void)
{
    start(PCE | R_CR1_PEIE_MASK, 0, 0);
    board_watch_irqs();
    board_set_string("/machine/soc/usart2", "fault", "parity");
    receive('A');
    g_assert_cmphex(peek(SR) & (PE | FE | NE | RXNE), ==, PE | RXNE);
    g_assert_true(irq(38));
    poke(DR, 'x');              /* writing DR clears it as well */
    g_assert_cmphex(peek(SR) & PE, ==, 0);
    g_assert_false(irq(38));
    peek(DR);
    receive('A');
    g_assert_cmphex(peek(SR) & PE, ==, 0);
    peek(DR);

    board_set_string("/machine/soc/usart2", "fault", "framing");
    receive('A');
    g_assert_cmphex(peek(SR) & (PE | FE | NE | RXNE), ==, FE | RXNE);
    g_assert_false(irq(38));
    poke(CR3, R_CR3_EIE_MASK);
    g_assert_false(irq(38));    /* only with DMA, RXNE tells otherwise */
    poke(CR3, R_CR3_EIE_MASK | R_CR3_DMAR_MASK);
    g_assert_true(irq(38));
    peek(DR);
    g_assert_cmphex(peek(SR) & FE, ==, 0);
    g_assert_false(irq(38));

    board_set_string("/machine/soc/usart2", "fault", "noise");
    receive('A');
    g_assert_cmphex(peek(SR) & (FE | NE), ==, NE);
    g_assert_true(irq(38));
    peek(DR);
    board_set_string("/machine/soc/usart2", "fault", "noise");
    poke(CR3, R_CR3_ONEBIT_MASK);
    receive('A');
    g_assert_cmphex(peek(SR) & (RXNE | NE), ==, RXNE);
}

static void test_break_in(void)
{
    start(0, 0, 0);
    board_watch_irqs();
    host_send("a");
    host_break();
    board_wait_ns(FRAME);
    g_assert_cmphex(peek(DR), ==, 'a');
    board_wait_ns(FRAME);
    g_assert_cmphex(peek(SR) & (RXNE | FE | LBD), ==, RXNE | FE);
    g_assert_cmphex(peek(DR), ==, 0);
    poke(CR2, R_CR2_LINEN_MASK | R_CR2_LBDIE_MASK);
    g_assert_false(irq(38));
    host_break();
    board_wait_ns(14 * US - 1);
    g_assert_cmphex(peek(SR) & (RXNE | FE | LBD), ==, 0);
    board_wait_ns(1);
    g_assert_cmphex(peek(SR) & (RXNE | FE | LBD), ==, RXNE | FE | LBD);
    g_assert_true(irq(38));
    poke(SR, ~LBD);
    g_assert_cmphex(peek(SR) & LBD, ==, 0);
    g_assert_false(irq(38));
}

static void test_mute_until_idle(void)
{
    start(0, 0, 0);
    receive('a');
    peek(DR);
    board_wait_ns(2 * FRAME);
    peek(SR);
    peek(DR);
    poke(CR1, UE | TE | RE | RWU);
    host_send("bcd");
    board_wait_ns(3 * FRAME);
    expect_sr(TXE | TC);
    g_assert_cmphex(peek(CR1) & RWU, ==, RWU);
    board_wait_ns(FRAME - 1);
    g_assert_cmphex(peek(CR1) & RWU, ==, RWU);
    board_wait_ns(1);
    g_assert_cmphex(peek(CR1) & RWU, ==, 0);
    expect_sr(TXE | TC);        /* no IDLE */
    receive('e');
    g_assert_cmphex(peek(DR), ==, 'e');
}

static void test_mute_until_address(void)
{
    start(WAKE | RWU, 5, 0);
    receive('a');
    receive(0x86);              /* others */
    g_assert_cmphex(peek(SR) & (RXNE | IDLE), ==, 0);
    board_wait_ns(10 * FRAME);
    g_assert_cmphex(peek(CR1) & RWU, ==, RWU);
    receive(0x85);
    g_assert_cmphex(peek(CR1) & RWU, ==, 0);
    poke(CR1, peek(CR1) | RWU);     /* not while RXNE is set */
    g_assert_cmphex(peek(CR1) & RWU, ==, 0);
    g_assert_cmphex(peek(DR), ==, 0x85);
    receive('b');
    g_assert_cmphex(peek(DR), ==, 'b');
    receive(0x87);
    g_assert_cmphex(peek(SR) & RXNE, ==, 0);
    g_assert_cmphex(peek(CR1) & RWU, ==, RWU);
}

static void test_half_duplex(void)
{
    start(0, 0, R_CR3_HDSEL_MASK);
    peek(SR);
    poke(DR, 'a');
    expect_sr_after(FRAME, TXE, TXE | TC | RXNE);
    g_assert_cmphex(peek(DR), ==, 'a');
    host_expect("a");
    expect_sr_after(FRAME, TXE | TC, TXE | TC | IDLE);
    peek(DR);
    receive('b');
    g_assert_cmphex(peek(DR), ==, 'b');
    /* parity and the ninth bit are on the wire */
    poke(CR1, UE | TE | RE | PCE);
    poke(DR, 'C');
    board_wait_ns(FRAME);
    g_assert_cmphex(peek(DR), ==, 'C' | 0x80);
    poke(CR1, UE | TE | RE | M);
    poke(DR, 0x1a5);
    board_wait_ns(11 * US);
    g_assert_cmphex(peek(DR), ==, 0x1a5);
    host_expect("C\xa5");
    /* a row of own frames: IDLE only after the last */
    peek(SR);
    peek(DR);
    poke(DR, 'x');
    poke(DR, 'y');
    board_wait_ns(22 * US);
    peek(DR);
    g_assert_cmphex(peek(SR) & IDLE, ==, 0);
    board_wait_ns(11 * US);
    g_assert_cmphex(peek(SR) & IDLE, ==, IDLE);
    poke(CR1, peek(CR1) | SBK);
    board_wait_ns(20 * US);
    g_assert_cmphex(peek(SR) & (RXNE | FE), ==, RXNE | FE);
}

/* ---- Flow control ---- */

static void test_cts(void)
{
    start(0, 0, 0);
    board_watch_irqs();
    pin_drive("pd3", "0");
    board_route("pd3", 7);
    poke(CR3, R_CR3_CTSE_MASK | R_CR3_CTSIE_MASK);
    peek(SR);
    poke(DR, 'a');
    poke(DR, 'b');
    board_wait_ns(US);
    g_assert_false(irq(38));
    pin_drive("pd3", "1");
    g_assert_true(irq(38));
    expect_sr(CTS);
    poke(SR, ~CTS);
    expect_sr(0);
    g_assert_false(irq(38));
    board_wait_ns(100 * US);
    host_expect("a");           /* the one under way, and no more */
    expect_sr(0);
    pin_drive("pd3", "0");
    expect_sr(CTS | TXE);
    board_wait_ns(FRAME);
    expect_sr(CTS | TXE | TC);
    host_expect("b");
    pin_drive("pd3", "1");
    poke(CR1, peek(CR1) | SBK);     /* breaks don't care */
    board_wait_ns(US);
    g_assert_false(pin_level("pa2"));
}

static void test_rts(void)
{
    start(0, 0, R_CR3_RTSE_MASK);
    board_route("pd4", 7);
    g_assert_false(pin_level("pd4"));
    host_send("abc");
    board_wait_ns(FRAME);
    g_assert_true(pin_level("pd4"));
    board_wait_ns(100 * US);    /* the other end obeys */
    g_assert_cmphex(peek(SR) & (RXNE | ORE | IDLE), ==, RXNE | IDLE);
    g_assert_cmphex(peek(DR), ==, 'a');
    g_assert_false(pin_level("pd4"));
    board_wait_ns(FRAME);
    g_assert_cmphex(peek(DR), ==, 'b');
    board_wait_ns(FRAME);
    g_assert_cmphex(peek(DR), ==, 'c');
}

/* ES0182: low as soon as RTSE is set, whether anything can be received or not. */
static void test_rts_errata(void)
{
    for (unsigned errata = 0; errata < 2; errata++) {
        start_with(errata ? "" : "-machine errata=off");
        board_route("pd4", 7);
        poke(CR1, 0);
        g_assert_true(pin_level("pd4"));
        poke(CR3, R_CR3_RTSE_MASK);
        g_assert_cmpint(pin_level("pd4"), ==, !errata);
        poke(CR1, UE);
        g_assert_cmpint(pin_level("pd4"), ==, !errata);
        poke(CR1, UE | RE);
        g_assert_false(pin_level("pd4"));
    }
}

/* ---- Interrupts and DMA ---- */

static void test_interrupts(void)
{
    start(0, 0, 0);
    board_watch_irqs();
    g_assert_false(irq(38));
    poke(CR1, UE | TE | RE | R_CR1_TXEIE_MASK);
    g_assert_true(irq(38));
    poke(DR, 'a');
    poke(DR, 'b');
    g_assert_false(irq(38));
    board_wait_ns(FRAME);
    g_assert_true(irq(38));
    poke(CR1, UE | TE | RE | R_CR1_TCIE_MASK);
    peek(SR);
    poke(SR, ~TC);
    g_assert_false(irq(38));
    board_wait_ns(FRAME);
    g_assert_true(irq(38));
    poke(CR1, UE | TE | RE | R_CR1_RXNEIE_MASK);
    g_assert_false(irq(38));
    receive('a');
    g_assert_true(irq(38));
    peek(DR);
    g_assert_false(irq(38));
    poke(CR1, UE | TE | RE | R_CR1_IDLEIE_MASK);
    g_assert_false(irq(38));
    board_wait_ns(FRAME);
    g_assert_true(irq(38));
    peek(SR);
    peek(DR);
    g_assert_false(irq(38));
}

static void test_all_vectors(void)
{
    board_start("");
    board_watch_irqs();
    for (unsigned i = 0; i < ARRAY_SIZE(ports); i++) {
        board_enable(ports[i].name);
        poke(ports[i].base + A_CR1, R_CR1_TXEIE_MASK);
        g_assert_true(irq(ports[i].irq));
        poke(ports[i].base + A_CR1, 0);
        g_assert_false(irq(ports[i].irq));
    }
}

static void test_dma_receive(void)
{
    start(0, 0, 0);
    board_intercept_out("usart2", "dma-rx");
    receive('a');
    g_assert_false(irq(0));
    poke(CR3, R_CR3_DMAR_MASK);
    g_assert_true(irq(0));
    peek(DR);
    g_assert_false(irq(0));
}

static void test_dma_transmit(void)
{
    start(0, 0, 0);
    board_intercept_out("usart2", "dma-tx");
    g_assert_false(irq(0));
    poke(CR3, R_CR3_DMAT_MASK);
    g_assert_true(irq(0));
    poke(DR, 'a');
    g_assert_true(irq(0));
    poke(DR, 'b');
    g_assert_false(irq(0));
    board_wait_ns(FRAME);
    g_assert_true(irq(0));
    poke(CR3, 0);
    g_assert_false(irq(0));
}

/* ---- The line and the outside ---- */

/* What the host sends before the firmware is up is not lost ... */
static void test_early_input_waits(void)
{
    start_with("");
    host_send("abc");
    board_wait_ns(1000 * US);
    poke(BRR, 16);
    poke(CR1, UE | RE);
    host_settle();
    for (const char *c = "abc"; *c; c++) {
        board_wait_ns(100 * US);    /* a slow program: it waits for each to be read */
        g_assert_cmphex(peek(SR) & (RXNE | ORE), ==, RXNE);
        g_assert_cmphex(peek(DR), ==, *c);
    }
    /* ... but later, a line does not wait */
    board_wait_ns(FRAME);
    poke(CR1, UE);
    host_send("def");
    board_wait_ns(100 * US);
    poke(CR1, UE | RE);
    board_wait_ns(100 * US);
    g_assert_cmphex(peek(SR) & RXNE, ==, 0);
    receive('g');
    g_assert_cmphex(peek(DR), ==, 'g');
    poke(RCC_APB1ENR, peek(RCC_APB1ENR) & ~(1 << 17));
    host_send("hij");
    poke(RCC_APB1ENR, peek(RCC_APB1ENR) | 1 << 17);
    board_wait_ns(100 * US);
    g_assert_cmphex(peek(SR) & RXNE, ==, 0);
}

/* ---- Over the chip's own wires ---- */

static void start_looped(uint32_t cr1, uint32_t cr2)
{
    start_with("-machine wire=pa2-pa3");
    poke(BRR, 16);
    poke(CR2, cr2);
    poke(CR1, UE | TE | RE | cr1);
    board_wait_ns(100 * US);
}

/* Nobody has patience there, not even with the first burst since reset. */
static void test_overrun_by_wire(void)
{
    start_looped(0, 0);
    poke(DR, 0x41);
    poke(DR, 0x42);
    board_wait_ns(FRAME + US);
    poke(DR, 0x43);
    board_wait_ns(FRAME);
    g_assert_cmphex(peek(SR) & (ORE | RXNE), ==, ORE | RXNE);
    board_wait_ns(2 * FRAME);
    g_assert_cmphex(peek(SR) & (ORE | RXNE), ==, ORE | RXNE);
    g_assert_cmphex(peek(DR), ==, 0x41);
    board_wait_ns(2 * FRAME);
    expect_sr(TXE | TC);
    g_assert_cmpint(board_mistakes("overrun"), ==, 2);

    /* RTS is at no wire, so the sender does not obey it */
    start_looped(0, 0);
    poke(CR3, R_CR3_RTSE_MASK);
    for (int i = 0; i < 3; i++) {
        poke(DR, 0x50 + i);
        board_wait_ns(FRAME);
    }
    board_wait_ns(US);
    g_assert_cmphex(peek(SR) & (ORE | RXNE), ==, ORE | RXNE);
    g_assert_cmphex(peek(DR), ==, 0x50);
}

/* A break that the receiver of the same USART hears, data after it, and data by CK. */
static void test_loop_by_wire(void)
{
    start_looped(SBK, 0);
    g_assert_cmphex(peek(SR) & (FE | RXNE), ==, FE | RXNE);
    g_assert_cmphex(peek(DR), ==, 0);
    g_assert_cmphex(peek(CR1) & SBK, ==, 0);
    board_wait_ns(20 * US);
    for (int i = 0; i < 3; i++) {
        poke(CR1, UE | TE | RE | SBK);
        board_wait_ns(12 * US);
        g_assert_cmphex(peek(SR) & (FE | RXNE), ==, FE | RXNE);
        g_assert_cmphex(peek(DR), ==, 0);
        g_assert_cmphex(peek(CR1) & SBK, ==, 0);
    }
    poke(DR, 0x5a);
    board_wait_ns(2 * FRAME);
    g_assert_cmphex(peek(DR), ==, 0x5a);

    start_looped(0, R_CR2_CLKEN_MASK);                  /* synchronous: a word for each that goes out */
    for (int i = 0; i < 3; i++) {
        poke(DR, 0x60 + i);
        board_wait_ns(FRAME + US);
        g_assert_cmphex(peek(SR) & (ORE | RXNE), ==, RXNE);
        g_assert_cmphex(peek(DR), ==, 0x60 + i);
    }

    start_looped(SBK, R_CR2_LINEN_MASK);
    g_assert_cmphex(peek(SR) & LBD, ==, LBD);
}

static void test_tx_not_routed(void)
{
    start(0, 0, 0);
    poke(GPIO('a'), 0xa8000000);
    poke(DR, 'x');
    board_wait_ns(FRAME);
    g_assert_cmpint(board_mistakes("TX is not routed to a pin"), ==, 1);
    g_assert_cmphex(peek(SR) & TC, ==, TC);
    poke(DR, 'y');
    board_wait_ns(FRAME);
    g_assert_cmpint(board_mistakes("TX is not routed to a pin"), ==, 1);
    board_route("pd5", 7);            /* any of its pins will do */
    poke(DR, 'z');
    board_wait_ns(FRAME);
    host_expect("z");
}

static void test_rx_not_routed(void)
{
    start_with("");
    poke(GPIO('a'), 0xa8000000);
    poke(BRR, 16);
    poke(CR1, UE | RE);
    board_wait_ns(100 * US);
    g_assert_cmpint(board_mistakes("RX is not routed to a pin"), ==, 0);
    receive('x');
    g_assert_cmpint(board_mistakes("RX is not routed to a pin"), ==, 1);
    g_assert_cmphex(peek(SR) & RXNE, ==, 0);
    board_route("pa3", 7);
    receive('y');
    g_assert_cmphex(peek(DR), ==, 'y');
}

static void test_no_baud_rate(void)
{
    start_with("");
    poke(CR1, UE | TE | RE);
    poke(DR, 'x');
    board_wait_ns(1000 * US);
    host_expect("");
    g_assert_cmpint(board_mistakes("BRR is 0x0000, no baud rate: nothing is sent"), ==, 1);
    host_send("y");
    g_assert_cmpint(board_mistakes("no baud rate: what comes in is lost"), ==, 1);
    poke(BRR, 16);
    board_wait_ns(2 * FRAME);
    host_expect("x");
    poke(CR1, UE | TE | RE | R_CR1_OVER8_MASK);
    poke(BRR, 0x28);
    g_assert_cmpint(board_mistakes("BRR bit 3 set, with OVER8"), ==, 1);
}

static void test_contradictions(void)
{
    start(0, R_CR2_LINEN_MASK, R_CR3_HDSEL_MASK);
    g_assert_cmpint(board_mistakes("exclude each other"), ==, 1);
    start(0, 0, R_CR3_IREN_MASK);
    g_assert_cmpint(board_mistakes("GTPR.PSC = 0, which is reserved"), ==, 1);
    g_assert_false(pin_level("pa2"));       /* infrared idles dark */
}

static void test_not_paced(void)
{
    start_with("-global stm32f4-usart.paced=off");
    poke(BRR, 16);
    poke(CR1, UE | TE | RE);
    peek(SR);
    for (const char *c = "hello"; *c; c++) {
        poke(DR, *c);
        expect_sr(TXE | TC);
    }
    host_expect("hello");
    host_send("abc");
    for (const char *c = "abc"; *c; c++) {
        expect_sr(TXE | TC | RXNE);
        g_assert_cmphex(peek(DR), ==, *c);
    }
    expect_sr_after(FRAME, TXE | TC, TXE | TC | IDLE);
    poke(CR1, peek(CR1) | SBK);
    g_assert_cmphex(peek(CR1) & SBK, ==, 0);
}

/* ---- Clock and reset ---- */

static void test_clock_in_mid_frame(void)
{
    start(0, 0, 0);
    peek(SR);
    poke(DR, 'a');
    host_send("b");
    board_wait_ns(5 * US);
    poke(RCC_APB1ENR, peek(RCC_APB1ENR) & ~(1 << 17));     /* gated: stands still */
    board_wait_ns(100 * US);
    host_expect("");
    poke(RCC_APB1ENR, peek(RCC_APB1ENR) | 1 << 17);
    expect_sr_after(5 * US, TXE, TXE | TC | RXNE);
    host_expect("a");
    peek(DR);
    board_wait_ns(FRAME);
    peek(SR);
    peek(DR);
    poke(DR, 'c');
    board_wait_ns(5 * US);
    poke(RCC_CFGR, 4 << 10);        /* half the clock: the rest takes twice the time */
    expect_sr_after(10 * US, TXE, TXE | TC);
}

static void test_reset_in_mid_frame(void)
{
    start(0, 0, 0);
    poke(DR, 'a');
    poke(DR, 'b');
    board_wait_ns(5 * US);
    board_hold_in_reset("usart2", true);
    board_hold_in_reset("usart2", false);
    expect_sr(TXE | TC);
    g_assert_cmphex(peek(CR1), ==, 0);
    board_wait_ns(100 * US);
    host_expect("");
}

/* Save in mid-frame, go on in another process: the same happens at the same time. */
static void test_snapshot_in_mid_frame(void)
{
    g_autofree char *file = NULL, *uri = NULL, *args = NULL;
    int fd = g_file_open_tmp("stm32-usart-XXXXXX", &file, NULL);
    int64_t then;
    bool done = false;

    close(fd);
    start(0, 0, 0);
    host_send("xyz");
    peek(SR);
    poke(DR, 'a');
    poke(DR, 'b');
    board_wait_ns(5 * US);
    uri = g_strdup_printf("file:%s", file);
    qtest_qmp_assert_success(board, "{'execute': 'migrate', 'arguments': {'uri': %s}}", uri);
    while (!done) {
        QDict *answer = qtest_qmp_assert_success_ref(board, "{'execute': 'query-migrate'}");

        g_assert_cmpstr(qdict_get_str(answer, "status"), !=, "failed");
        done = !strcmp(qdict_get_str(answer, "status"), "completed");
        qobject_unref(answer);
    }
    then = board_get_int("/machine", "virtual-time");
    board_stop();
    host_close(&host);
    host_open(&host);
    args = g_strdup_printf("-chardev socket,id=line,path=%s -serial chardev:line -incoming defer",
                           host.path);
    board_start(args);
    host_accept(&host);
    board_wait_ns(then);        /* in qtest the clock is the test's, and not in the file */
    qtest_qmp_assert_success(board, "{'execute': 'migrate-incoming', 'arguments': {'uri': %s}}",
                             uri);
    qtest_qmp_eventwait(board, "RESUME");
    expect_sr(0);
    expect_sr_after(5 * US, 0, TXE | RXNE);
    g_assert_cmphex(peek(DR), ==, 'x');
    expect_sr_after(FRAME, TXE, TXE | TC | RXNE);
    g_assert_cmphex(peek(DR), ==, 'y');
    expect_sr_after(FRAME, TXE | TC, TXE | TC | RXNE);
    g_assert_cmphex(peek(DR), ==, 'z');
    host_expect("ab");
    unlink(file);
}

/* ---- Synchronous modes ---- */

static void test_synchronous(void)
{
    start(0, R_CR2_CLKEN_MASK | R_CR2_CPOL_MASK, 0);
    board_route("pa4", 7);
    g_assert_true(pin_level("pa4"));
    poke(CR2, R_CR2_CLKEN_MASK);
    g_assert_cmpint(board_mistakes("usart2"), ==, 0);
    g_assert_false(pin_level("pa4"));
    host_send("r");
    board_wait_ns(100 * US);
    g_assert_cmphex(peek(SR) & RXNE, ==, 0);    /* nothing comes in unless it is clocked */
    poke(DR, 's');
    for (unsigned quarter = 0; quarter < 40; quarter++) {
        /* eight data bits, of which the last has no pulse unless LBCL is set */
        g_assert_cmpint(pin_level("pa4"), ==, quarter >= 4 && quarter < 32 && quarter % 4 >= 2);
        board_wait_ns(250);
    }
    g_assert_cmphex(peek(SR) & RXNE, ==, RXNE);
    g_assert_cmphex(peek(DR), ==, 'r');
    host_expect("s");
    g_assert_false(pin_level("pa4"));
    pin_drive("pa3", "1");
    poke(DR, 't');
    board_wait_ns(FRAME);
    g_assert_cmphex(peek(DR), ==, 0xff);
}

static void test_smartcard(void)
{
    start(M | PCE, 3 << R_CR2_STOP_SHIFT | R_CR2_CLKEN_MASK, R_CR3_SCEN_MASK);
    g_assert_cmpint(board_mistakes("exclude each other"), ==, 0);
    board_route("pa4", 7);
    poke(GTPR, 8 << 8 | 4);
    g_assert_true(pin_level("pa4"));        /* the card's clock: PCLK1 / 8 */
    board_wait_ns(250);
    g_assert_false(pin_level("pa4"));
    peek(SR);
    poke(DR, 0x3b);
    board_wait_ns(11500);
    g_assert_cmphex(peek(SR) & (TC | RXNE), ==, RXNE);     /* it hears itself */
    board_wait_ns(8 * US - 1);
    g_assert_cmphex(peek(SR) & TC, ==, 0);
    board_wait_ns(1);
    g_assert_cmphex(peek(SR) & TC, ==, TC);     /* after the guard time */
    g_assert_cmphex(peek(DR), ==, 0x13b);       /* five ones, and the parity bit */
    host_expect("\x3b");
}

/* ---- -serial and vcp ---- */

/* Let every port say its name, and see where it arrives. */
static void check_mapping(const char *vcp, const char *const expected[6])
{
    g_autoptr(GString) args = g_string_new(vcp);
    Host line[6];

    for (unsigned i = 0; i < 6; i++) {
        host_open(&line[i]);
        g_string_append_printf(args, " -chardev socket,id=s%u,path=%s -serial chardev:s%u", i,
                               line[i].path, i);
    }
    board_start(args->str);
    for (unsigned i = 0; i < 6; i++) {
        uint32_t base = ports[i].base;

        host_accept(&line[i]);
        board_enable(ports[i].name);
        board_route(ports[i].tx, ports[i].function);
        poke(base + A_BRR, 16);
        poke(base + A_CR1, UE | TE);
        for (const char *c = ports[i].name; *c; c++) {
            board_wait_ns(20 * US);
            poke(base + A_DR, *c);
        }
    }
    board_wait_ns(100 * US);
    for (unsigned i = 0; i < 6; i++) {
        g_autofree char *got = host_read(&line[i]);

        g_assert_cmpstr(got, ==, expected[i]);
        host_close(&line[i]);
    }
    board_stop();
}

static void test_serial_options(void)
{
    check_mapping("", (const char *const[]) {
                  "usart2", "usart1", "usart3", "uart4", "uart5", "usart6" });
}

static void test_vcp(void)
{
    g_autofree char *vcp = NULL;

    check_mapping("-machine vcp=usart3", (const char *const[]) {
                  "usart3", "usart1", "usart2", "uart4", "uart5", "usart6" });
    check_mapping("-machine vcp=off", (const char *const[]) {
                  "", "usart1", "usart2", "usart3", "uart4", "uart5" });
    board_start("");
    vcp = board_get_string("/machine", "vcp");
    g_assert_cmpstr(vcp, ==, "usart2");
}

static void test_vcp_unknown(void)
{
    g_autofree char *error = NULL;
    const char *argv[] = { getenv("QTEST_QEMU_BINARY"), "-M", "stm32f407g_disc,vcp=uart2", "-S",
                           "-display", "none", NULL };
    int status;

    g_assert_true(g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL,
                               NULL, &error, &status, NULL));
    g_assert_cmpint(status, !=, 0);
    g_assert_nonnull(strstr(error, "vcp=uart2: choose usart1, usart2, usart3, uart4, uart5, usart6 "
                            "or off"));
}

static const struct {
    const char *name;
    void (*test)(void);
} tests[] = {
    { "reset-values", test_reset_values },
    { "bits-of-a-uart", test_bits_of_a_uart },
    { "transmit", test_transmit },
    { "frame-time", test_frame_time },
    { "no-drift", test_no_drift },
    { "tc", test_tc },
    { "idle-frame-first", test_idle_frame_first },
    { "overwritten", test_overwritten },
    { "switched-off", test_switched_off },
    { "break-out", test_break_out },
    { "host-has-no-room", test_host_has_no_room },
    { "receive", test_receive },
    { "burst", test_burst },
    { "two-stop-bits", test_two_stop_bits },
    { "long-burst", test_long_burst },
    { "idle", test_idle },
    { "overrun", test_overrun },
    { "parity", test_parity },
    { "faults", test_faults },
    { "break-in", test_break_in },
    { "mute-until-idle", test_mute_until_idle },
    { "mute-until-address", test_mute_until_address },
    { "half-duplex", test_half_duplex },
    { "cts", test_cts },
    { "rts", test_rts },
    { "rts-errata", test_rts_errata },
    { "interrupts", test_interrupts },
    { "all-vectors", test_all_vectors },
    { "dma-receive", test_dma_receive },
    { "dma-transmit", test_dma_transmit },
    { "early-input-waits", test_early_input_waits },
    { "overrun-by-wire", test_overrun_by_wire },
    { "loop-by-wire", test_loop_by_wire },
    { "tx-not-routed", test_tx_not_routed },
    { "rx-not-routed", test_rx_not_routed },
    { "no-baud-rate", test_no_baud_rate },
    { "contradictions", test_contradictions },
    { "not-paced", test_not_paced },
    { "clock-in-mid-frame", test_clock_in_mid_frame },
    { "reset-in-mid-frame", test_reset_in_mid_frame },
    { "snapshot-in-mid-frame", test_snapshot_in_mid_frame },
    { "synchronous", test_synchronous },
    { "smartcard", test_smartcard },
    { "serial-options", test_serial_options },
    { "vcp", test_vcp },
    { "vcp-unknown", test_vcp_unknown },
};

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (unsigned i = 0; i < ARRAY_SIZE(tests); i++) {
        g_autofree char *path = g_strconcat("usart/", tests[i].name, NULL);

        qtest_add_func(path, tests[i].test);
    }
    return board_run_tests();
}
