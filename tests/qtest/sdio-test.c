/*
 * SDIO (RM0090 chapter 31) with QEMU's card at PC8 to PC12 and PD2.  SDIO_CK is 24 MHz once the card has its
 * address; a command without response takes 48 of its periods.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qobject/qdict.h"
#include "stm32/tests/qtest/board.h"
#define REGS "stm32/regs/sdio.h"
#include "stm32/core/regs.h"

enum { GPIOC_PUPDR = 0x4002080c, GPIOD_PUPDR = 0x40020c0c, SDIO = 0x40012c00, RCC = 0x40023800, DMA2 = 0x40026400, RAM = 0x20001000 };
enum { SHORT = 1 << 6, LONG = 3 << 6, NONE = 0 };
enum { TRAN = 4, RCV = 6, PRG = 7, DIS = 8 };       /* states of a card */

#define STA(flag) R_STA_##flag##_MASK
#define CARD_SIZE (4 * 1024 * 1024)
#define IRQ 49
#define CK24 (R_CLKCR_CLKEN_MASK)
#define CK400 (R_CLKCR_CLKEN_MASK | 118)
#define FOUR (1 << R_CLKCR_WIDBUS_SHIFT)

static char *image;
static uint32_t rca;

/* PCLK2 stays HSI's 16 MHz, PLL48CLK is 48 MHz. */
static void start_clocks(void)
{
    poke(RCC, 1 << 16 | 1);
    board_wait_ns(1000000);
    poke(RCC + 4, 7 << 24 | 1 << 22 | 336 << 6 | 8);
    poke(RCC, 1 << 24 | 1 << 16 | 1);
    board_wait_ns(1000000);
    board_enable("sdio");
    board_enable("dma2");
}

static void route(unsigned lines)
{
    static const char *const pins[] = { "pc8", "pc9", "pc10", "pc11" };

    board_route("pc12", 12);
    board_route("pd2", 12);
    poke(GPIOD_PUPDR, 1 << 4);
    for (unsigned i = 0; i < lines; i++) {
        board_route(pins[i], 12);
    }
}

static char *with_card(const char *more)
{
    return g_strdup_printf("-drive if=sd,id=sd,format=raw,file=%s %s", image, more);
}

static void start(const char *more)
{
    g_autofree char *args = NULL;
    g_autofree uint8_t *data = g_malloc(CARD_SIZE);

    for (unsigned i = 0; i < CARD_SIZE; i++) {
        data[i] = i ^ i >> 9;
    }
    if (!image) {
        close(g_file_open_tmp("stm32-sdio-XXXXXX", &image, NULL));
    }
    g_assert_true(g_file_set_contents(image, (char *)data, CARD_SIZE, NULL));
    args = with_card(more);
    board_start(args);
    board_watch_irqs();
    start_clocks();
    route(4);
    poke(SDIO + A_POWER, 3);
    poke(SDIO + A_CLKCR, CK400);
}

static uint32_t sta(void)
{
    return peek(SDIO + A_STA);
}

static void begin_command(unsigned index, uint32_t arg, uint32_t kind)
{
    poke(SDIO + A_ICR, 0xffffffff);
    poke(SDIO + A_ARG, arg);
    poke(SDIO + A_CMD, index | kind | R_CMD_CPSMEN_MASK);
}

/* What has become of a command: latched flags. */
static uint32_t command(unsigned index, uint32_t arg, uint32_t kind)
{
    begin_command(index, arg, kind);
    for (unsigned i = 0; i < 1000 && sta() & STA(CMDACT); i++) {
        board_wait_ns(1000);
    }
    return sta() & 0xff;
}

static void identify(void)
{
    unsigned tries = 0;

    g_assert_cmphex(command(0, 0, NONE), ==, STA(CMDSENT));
    g_assert_cmphex(command(8, 0x1aa, SHORT), ==, STA(CMDREND));
    g_assert_cmphex(peek(SDIO + A_RESP1) & 0xfff, ==, 0x1aa);
    g_assert_cmphex(peek(SDIO + A_RESPCMD), ==, 8);
    do {
        g_assert_cmphex(command(55, 0, SHORT), ==, STA(CMDREND));
        g_assert_cmphex(command(41, 0x40ff8000, SHORT), ==, STA(CCRCFAIL));
        g_assert_cmphex(peek(SDIO + A_RESPCMD), ==, 0x3f);
    } while (!(peek(SDIO + A_RESP1) >> 31) && ++tries < 100);
    g_assert_cmpuint(tries, <, 100);
    g_assert_cmphex(command(2, 0, LONG), ==, STA(CMDREND));
    g_assert_cmphex(peek(SDIO + A_RESP1) >> 24, ==, 0xaa);      /* QEMU's manufacturer */
    g_assert_cmphex(peek(SDIO + A_RESP4) & 1, ==, 0);
    g_assert_cmphex(command(3, 0, SHORT), ==, STA(CMDREND));
    rca = peek(SDIO + A_RESP1) & 0xffff0000;
    g_assert_cmphex(rca, !=, 0);
    poke(SDIO + A_CLKCR, CK24);
    g_assert_cmphex(command(7, rca, SHORT), ==, STA(CMDREND));
    g_assert_cmphex(command(16, 512, SHORT), ==, STA(CMDREND));
}

static void use_four_lines(void)
{
    g_assert_cmphex(command(55, rca, SHORT), ==, STA(CMDREND));
    g_assert_cmphex(command(6, 2, SHORT), ==, STA(CMDREND));
    poke(SDIO + A_CLKCR, CK24 | FOUR);
}

static void set_data(uint32_t bytes, uint32_t dctrl)
{
    poke(SDIO + A_DTIMER, 10000000);
    poke(SDIO + A_DLEN, bytes);
    poke(SDIO + A_DCTRL, dctrl | 9 << R_DCTRL_DBLOCKSIZE_SHIFT | R_DCTRL_DTEN_MASK);
}

static uint32_t word_at(uint32_t byte)
{
    uint32_t word = 0;

    for (unsigned i = 0; i < 4; i++) {
        word |= ((byte + i) ^ (byte + i) >> 9) % 256 << 8 * i;
    }
    return word;
}

static void read_polled(uint32_t byte, uint32_t bytes)
{
    set_data(bytes, R_DCTRL_DTDIR_MASK);
    g_assert_cmphex(command(bytes > 512 ? 18 : 17, byte, SHORT), ==, STA(CMDREND));
    for (uint32_t i = 0; i < bytes; i += 4) {
        for (unsigned n = 0; n < 1000 && !(sta() & STA(RXDAVL)); n++) {
            board_wait_ns(100);
        }
        g_assert_cmphex(peek(SDIO + A_FIFO), ==, word_at(byte + i));
    }
    board_wait_ns(10000);
    g_assert_cmphex(sta() & 0x72f, ==, STA(DATAEND) | STA(DBCKEND));
    g_assert_cmphex(sta() & (STA(RXACT) | STA(RXDAVL)), ==, 0);
    g_assert_cmphex(peek(SDIO + A_DCOUNT), ==, 0);
    g_assert_cmphex(peek(SDIO + A_FIFOCNT), ==, 0);
}

/* The card's state, by CMD13. */
static unsigned card_state(void)
{
    g_assert_cmphex(command(13, rca, SHORT), ==, STA(CMDREND));
    return peek(SDIO + A_RESP1) >> 9 & 15;
}

static void until_written(void)
{
    unsigned tries = 0;

    while (card_state() != TRAN) {
        g_assert_cmpuint(++tries, <, 100);
    }
}

static void test_identify(void)
{
    start("");
    identify();
    g_assert_cmphex(command(9, rca, LONG), ==, STA(CTIMEOUT));     /* not while it is selected */
}

/* ---- The command path ---- */

static void test_command_time(void)
{
    start("");
    identify();
    begin_command(0, 0, NONE);
    board_wait_ns(1999);                                /* 48 periods of 24 MHz: 2 us */
    g_assert_cmphex(sta(), ==, STA(CMDACT));
    board_wait_ns(2);
    g_assert_cmphex(sta(), ==, STA(CMDSENT));
    poke(SDIO + A_ICR, STA(CMDSENT));
    g_assert_cmphex(sta(), ==, 0);
    poke(SDIO + A_MASK, STA(CTIMEOUT));
    begin_command(17, 0, SHORT);                                 /* idle again: no answer for 64 periods */
    board_wait_ns(4660);
    g_assert_cmphex(sta(), ==, STA(CMDACT));
    g_assert_false(irq(IRQ));
    board_wait_ns(10);
    g_assert_cmphex(sta(), ==, STA(CTIMEOUT));
    g_assert_true(irq(IRQ));
    poke(SDIO + A_ICR, STA(CTIMEOUT));
    g_assert_false(irq(IRQ));
    begin_command(17, 0, SHORT | R_CMD_WAITINT_MASK);            /* no time-out */
    board_wait_ns(1000000);
    g_assert_cmphex(sta(), ==, STA(CMDACT));
    poke(SDIO + A_CMD, 0);
    g_assert_cmphex(sta(), ==, 0);
}

static void test_no_clock(void)
{
    start("");
    poke(SDIO + A_CLKCR, 0);
    begin_command(0, 0, NONE);
    board_wait_ns(10000000);
    g_assert_cmphex(sta(), ==, STA(CMDACT));
    g_assert_cmpint(board_mistakes("command while SDIO_CK stands"), ==, 1);
    poke(SDIO + A_CLKCR, CK400);                        /* it goes on */
    board_wait_ns(130000);
    g_assert_cmphex(sta(), ==, STA(CMDSENT));
}

static void test_spoilt(void)
{
    start("");
    identify();
    board_set_bool("/machine/soc/sdio", "spoil-response", true);
    g_assert_cmphex(command(13, rca, SHORT), ==, STA(CCRCFAIL));
    g_assert_cmphex(command(13, rca, SHORT), ==, STA(CMDREND));
    g_assert_cmphex(command(13, rca, LONG), ==, STA(CCRCFAIL));
    board_set_bool("/machine/soc/sdio", "spoil-data", true);
    poke(SDIO + A_ICR, 0xffffffff);
    set_data(512, R_DCTRL_DTDIR_MASK);
    command(17, 0, SHORT);
    for (unsigned i = 0; i < 128; i++) {
        board_wait_ns(1334);
        peek(SDIO + A_FIFO);
    }
    board_wait_ns(10000);
    g_assert_cmphex(sta() & 0x72f, ==, STA(DCRCFAIL));
    read_polled(512, 512);
}

/* ---- Data ---- */

static void test_read(void)
{
    start("");
    identify();
    read_polled(0, 512);
    read_polled(1024, 512);
    use_four_lines();
    read_polled(512, 512);
    read_polled(4096, 2048);
    g_assert_cmphex(command(12, 0, SHORT), ==, STA(CMDREND));
    read_polled(0, 512);
    g_assert_cmpint(board_mistakes("/machine/soc/sdio"), ==, 0);
}

static void test_write(void)
{
    g_autofree char *data = NULL;
    gsize size;

    start("");
    identify();
    use_four_lines();
    g_assert_cmphex(command(25, 8192, SHORT), ==, STA(CMDREND));
    set_data(1024, 0);
    g_assert_cmphex(sta() & (STA(TXACT) | STA(TXFIFOE) | STA(TXFIFOHE)), ==,
                    STA(TXACT) | STA(TXFIFOE) | STA(TXFIFOHE));
    for (unsigned i = 0; i < 32; i++) {
        poke(SDIO + A_FIFO + 4 * i, 0x01020304 * i);
    }
    g_assert_cmphex(sta() & (STA(TXFIFOF) | STA(TXFIFOHE) | STA(TXDAVL)), ==, STA(TXFIFOF) | STA(TXDAVL));
    for (unsigned i = 32; i < 256; i++) {
        for (unsigned n = 0; n < 1000 && sta() & STA(TXFIFOF); n++) {
            board_wait_ns(50);
        }
        poke(SDIO + A_FIFO, 0x01020304 * i);
    }
    board_wait_ns(100000);
    g_assert_cmphex(sta() & 0x3f3f, ==, STA(DATAEND) | STA(DBCKEND));
    g_assert_cmphex(command(12, 0, SHORT), ==, STA(CMDREND));
    board_stop();
    g_assert_true(g_file_get_contents(image, &data, &size, NULL));
    for (unsigned i = 0; i < 256; i++) {
        g_assert_cmphex((uint32_t)ldl_le_p(data + 8192 + 4 * i), ==, 0x01020304 * i);
    }
    g_assert_cmphex((uint32_t)ldl_le_p(data + 8192 + 1024), ==, word_at(8192 + 1024));
}

/* Stream 3 of DMA2, channel 4, the peripheral says when it ends. */
static void set_dma(bool read)
{
    poke(DMA2 + 0x08, 0x3d << 22);
    poke(DMA2 + 0x58, 0);
    poke(DMA2 + 0x60, SDIO + A_FIFO);
    poke(DMA2 + 0x64, RAM);
    poke(DMA2 + 0x5c, 0);
    poke(DMA2 + 0x6c, 0x27);
    poke(DMA2 + 0x58, 4 << 25 | 1 << 23 | 1 << 21 | 2 << 13 | 2 << 11 | 1 << 10 | !read << 6 | 1 << 5 | 1);
}

static void test_dma(void)
{
    start("");
    identify();
    use_four_lines();
    set_dma(true);
    set_data(4096, R_DCTRL_DTDIR_MASK | R_DCTRL_DMAEN_MASK);
    g_assert_cmphex(command(18, 0x10000, SHORT), ==, STA(CMDREND));
    board_wait_ns(500000);                              /* 4096 bytes take 341 us */
    g_assert_cmphex(sta() & 0x3f3f, ==, STA(DATAEND) | STA(DBCKEND));
    g_assert_cmphex(peek(DMA2 + 0) >> 22 & 0x3d, ==, 0x20);     /* TCIF */
    g_assert_cmphex(peek(DMA2 + 0x58) & 1, ==, 0);
    for (unsigned i = 0; i < 4096; i += 4) {
        g_assert_cmphex(peek(RAM + i), ==, word_at(0x10000 + i));
    }
    g_assert_cmphex(command(12, 0, SHORT), ==, STA(CMDREND));

    g_assert_cmphex(command(25, 0x20000, SHORT), ==, STA(CMDREND));
    set_dma(false);
    set_data(4096, R_DCTRL_DMAEN_MASK);
    board_wait_ns(500000);
    g_assert_cmphex(sta() & 0x3f3f, ==, STA(DATAEND) | STA(DBCKEND));
    g_assert_cmphex(peek(DMA2 + 0x58) & 1, ==, 0);
    g_assert_cmphex(command(12, 0, SHORT), ==, STA(CMDREND));
    until_written();
    set_data(512, R_DCTRL_DTDIR_MASK);
    g_assert_cmphex(command(17, 0x20000 + 512, SHORT), ==, STA(CMDREND));
    board_wait_ns(5000);
    g_assert_cmphex(peek(SDIO + A_FIFO), ==, word_at(0x10000 + 512));
    g_assert_cmpint(board_mistakes("/machine/soc/sdio"), ==, 0);
}

/* DMAEN comes behind DTEN, and the stream behind that, but before the card's command.  Two words are less than a burst. */
static void test_dma_is_late(void)
{
    start("");
    identify();
    use_four_lines();
    qtest_memset(board, RAM, 0xa5, 512);
    g_assert_cmphex(command(55, rca, SHORT), ==, STA(CMDREND));
    poke(SDIO + A_DTIMER, 0xffffffff);
    poke(SDIO + A_DLEN, 8);
    poke(SDIO + A_DCTRL, 3 << R_DCTRL_DBLOCKSIZE_SHIFT | R_DCTRL_DTDIR_MASK | R_DCTRL_DTEN_MASK);
    poke(SDIO + A_DCTRL, peek(SDIO + A_DCTRL) | R_DCTRL_DMAEN_MASK);
    set_dma(true);
    g_assert_cmphex(command(51, 0, SHORT), ==, STA(CMDREND));   /* SCR */
    board_wait_ns(100000);
    g_assert_cmphex(sta() & 0x3f3f, ==, STA(DATAEND) | STA(DBCKEND));
    g_assert_cmphex(peek(DMA2 + 0x58) & 1, ==, 0);
    g_assert_cmphex(peek(RAM) & 0xff00, ==, 0x2500);    /* 1 and 4 lines */
    g_assert_cmphex(peek(RAM + 8), ==, 0xa5a5a5a5);
    g_assert_cmphex(peek(DMA2 + 0x5c), ==, 0xffff - 2);

    g_assert_cmphex(command(24, 0x20000, SHORT), ==, STA(CMDREND));
    set_data(512, 0);
    poke(SDIO + A_DCTRL, peek(SDIO + A_DCTRL) | R_DCTRL_DMAEN_MASK);
    set_dma(false);
    board_wait_ns(500000);
    g_assert_cmphex(sta() & 0x3f3f, ==, STA(DATAEND) | STA(DBCKEND));
    g_assert_cmpint(board_mistakes("/machine/soc/sdio"), ==, 0);
}

/* Words of 8 blocks that the DMA has moved at instants, and what is in memory then. */
static void moved_at(const char *more, bool read, unsigned *moved, unsigned instants)
{
    start(more);
    identify();
    use_four_lines();
    qtest_memset(board, RAM, 0xa5, 4096 + 16);
    if (!read) {
        for (unsigned i = 0; i < 4096; i += 4) {
            poke(RAM + i, word_at(i) ^ 0x5a5a5a5a);
        }
        g_assert_cmphex(command(25, 0x20000, SHORT), ==, STA(CMDREND));
    }
    set_dma(read);
    set_data(4096, R_DCTRL_DMAEN_MASK | (read ? R_DCTRL_DTDIR_MASK : 0));
    if (read) {
        begin_command(18, 0x10000, SHORT);
    }
    for (unsigned n = 0; n < instants; n++) {
        board_wait_ns(7919);
        moved[n] = 0xffff - peek(DMA2 + 0x5c);
        if (peek(DMA2 + 0x58) & 1) {
            g_assert_cmpuint(peek(SDIO + A_FIFOCNT), ==, 1024 - moved[n]);
            g_assert_cmpuint(moved[n] % 4, ==, 0);
        }
        for (unsigned i = 0; read && i <= MIN(moved[n], 1024); i++) {
            g_assert_cmphex(peek(RAM + 4 * i), ==, i == MIN(moved[n], 1024) ? 0xa5a5a5a5 : word_at(0x10000 + 4 * i));
        }
    }
    g_assert_cmphex(sta() & 0x3f3f, ==, STA(DATAEND) | STA(DBCKEND));
    g_assert_cmphex(peek(DMA2 + 0) >> 22 & 0x3d, ==, 0x20);     /* TCIF */
    g_assert_cmphex(command(12, 0, SHORT), ==, STA(CMDREND));
    g_assert_cmpint(board_mistakes("/machine/soc/sdio"), ==, 0);
    board_stop();
}

/* In bunches or by requests: the DMA is as far, but for the burst that is under way. */
static void test_bunches(void)
{
    unsigned single[60], bunches[60];

    for (unsigned read = 0; read < 2; read++) {
        g_autofree char *data = NULL;

        moved_at("-machine runs=off", read, single, 60);
        moved_at("", read, bunches, 60);
        for (unsigned n = 0; n < 60; n++) {
            g_assert_cmpint(ABS((int)single[n] - (int)bunches[n]), <=, 4);
        }
        g_assert_true(g_file_get_contents(image, &data, NULL, NULL));
        for (unsigned i = 0; !read && i < 4096; i += 4) {
            g_assert_cmphex((uint32_t)ldl_le_p(data + 0x20000 + i), ==, word_at(i) ^ 0x5a5a5a5a);
        }
    }
}

static void test_levels(void)
{
    start("");
    identify();
    set_data(512, R_DCTRL_DTDIR_MASK);
    g_assert_cmphex(sta() & (STA(RXACT) | STA(RXFIFOE)), ==, STA(RXACT) | STA(RXFIFOE));
    poke(SDIO + A_MASK, STA(RXFIFOHF));
    command(17, 0, SHORT);
    for (unsigned i = 0; i < 10000 && !irq(IRQ); i++) {
        board_wait_ns(10);
    }
    g_assert_true(irq(IRQ));
    g_assert_cmphex(peek(SDIO + A_DCOUNT), ==, 512 - 32);       /* the eighth word just now */
    g_assert_cmphex(peek(SDIO + A_FIFOCNT), ==, 128);
    peek(SDIO + A_FIFO);
    g_assert_false(irq(IRQ));
    g_assert_cmphex(peek(SDIO + A_FIFOCNT), ==, 127);
    poke(SDIO + A_MASK, STA(RXOVERR));
    for (unsigned i = 0; i < 100 && !irq(IRQ); i++) {
        board_wait_ns(1000);
    }
    g_assert_cmphex(sta() & (STA(RXOVERR) | STA(RXACT) | STA(RXFIFOF)), ==, STA(RXOVERR) | STA(RXFIFOF));
    g_assert_cmpint(board_mistakes("RXOVERR"), ==, 1);
}

static void test_timeouts(void)
{
    start("");
    identify();
    poke(SDIO + A_DTIMER, 2400);                        /* 100 us */
    poke(SDIO + A_DLEN, 512);
    poke(SDIO + A_DCTRL, 9 << 4 | R_DCTRL_DTDIR_MASK | 1);
    board_wait_ns(99990);
    g_assert_cmphex(sta() & STA(DTIMEOUT), ==, 0);
    board_wait_ns(20);
    g_assert_cmphex(sta() & (STA(DTIMEOUT) | STA(RXACT)), ==, STA(DTIMEOUT));
    poke(SDIO + A_ICR, 0xffffffff);
    command(24, 0, SHORT);
    set_data(512, 0);                                   /* underrun */
    poke(SDIO + A_FIFO, 1);
    board_wait_ns(10000);
    g_assert_cmphex(sta() & (STA(TXUNDERR) | STA(TXACT)), ==, STA(TXUNDERR));
}

/* HWFC_EN: the clock waits instead. */
static void test_flow_control(void)
{
    start("");
    identify();
    poke(SDIO + A_CLKCR, CK24 | R_CLKCR_HWFC_EN_MASK);
    g_assert_cmpint(board_mistakes("HWFC_EN"), ==, 1);
    set_data(512, R_DCTRL_DTDIR_MASK);
    command(17, 0, SHORT);
    board_wait_ns(10000000);
    for (unsigned i = 0; i < 512; i += 4) {
        board_wait_ns(2000);
        g_assert_cmphex(peek(SDIO + A_FIFO), ==, word_at(i));
    }
    board_wait_ns(10000);
    g_assert_cmphex(sta() & 0x72f, ==, STA(DATAEND) | STA(DBCKEND));
}

/* ---- Misuse ---- */

static void test_misuse(void)
{
    start("");
    identify();
    poke(SDIO + A_FIFO, 1);
    g_assert_cmpint(board_mistakes("FIFO written while no data goes"), ==, 1);
    set_data(512, R_DCTRL_DTDIR_MASK);
    peek(SDIO + A_FIFO);
    g_assert_cmpint(board_mistakes("FIFO read while it is empty"), ==, 1);
    set_data(1024, R_DCTRL_DTDIR_MASK);
    set_data(512, R_DCTRL_DMAEN_MASK);
    g_assert_cmpint(board_mistakes("DCTRL written while data is under way"), ==, 1);
    peek(SDIO + A_STA);
    g_assert_cmpint(board_mistakes("the card waits for data, and no stream of the DMA is enabled"), ==, 1);
    poke(SDIO + A_DCTRL, 0);
    set_data(500, 0);
    g_assert_cmpint(board_mistakes("DLEN is 500"), ==, 1);
    poke(SDIO + A_DCTRL, 0);
    begin_command(13, rca, SHORT);
    begin_command(13, rca, SHORT);
    g_assert_cmpint(board_mistakes("CMD written while a command is under way"), ==, 1);
    board_wait_ns(100000);
    poke(SDIO + A_CLKCR, CK24 | R_CLKCR_BYPASS_MASK);
    begin_command(13, rca, SHORT);
    g_assert_cmpint(board_mistakes("more than 25 MHz"), ==, 1);
    g_assert_cmpint(board_mistakes("PCLK2 is less than 3/8"), ==, 1);
    board_wait_ns(100000);
    command(0, 0, NONE);
    begin_command(8, 0x1aa, SHORT);
    g_assert_cmpint(board_mistakes("more than 400 kHz"), ==, 1);
}

static void test_width(void)
{
    start("");
    identify();
    poke(SDIO + A_CLKCR, CK24 | FOUR);                  /* the card has not been told */
    set_data(512, R_DCTRL_DTDIR_MASK);
    command(17, 0, SHORT);
    board_wait_ns(100000);
    g_assert_cmphex(sta() & (STA(STBITERR) | STA(RXACT)), ==, STA(STBITERR));
    g_assert_cmpint(board_mistakes("WIDBUS says 4 data lines, the card uses 1"), ==, 1);
}

static void test_pins(void)
{
    start("");
    board_pin_function(0x40020c00, 2, 0);               /* CMD is elsewhere */
    g_assert_cmphex(command(8, 0x1aa, SHORT), ==, STA(CTIMEOUT));
    g_assert_cmpint(board_mistakes("SDIO_CMD is at no pin"), ==, 1);
}

/* ---- Cards ---- */

static void test_no_card(void)
{
    board_start("-machine card-detect=pb15");
    start_clocks();
    route(4);
    poke(SDIO + A_POWER, 3);
    poke(SDIO + A_CLKCR, CK400);
    g_assert_cmphex(command(0, 0, NONE), ==, STA(CMDSENT));
    g_assert_cmphex(command(8, 0x1aa, SHORT), ==, STA(CTIMEOUT));
    board_enable("gpiob");
    g_assert_true(pin_level("pb15"));
}

static void test_card_is_taken_out(void)
{
    start("-machine card-detect=pb15");
    board_enable("gpiob");
    g_assert_false(pin_level("pb15"));
    identify();
    set_data(512, R_DCTRL_DTDIR_MASK);
    command(17, 0, SHORT);
    qtest_qmp_assert_success(board, "{'execute': 'eject', 'arguments': {'device': 'sd', 'force': true}}");
    g_assert_true(pin_level("pb15"));
    for (unsigned i = 0; i < 128; i++) {
        board_wait_ns(1334);
        peek(SDIO + A_FIFO);
    }
    board_wait_ns(10000);
    g_assert_cmphex(sta() & STA(DCRCFAIL), ==, STA(DCRCFAIL));
    g_assert_cmphex(command(13, rca, SHORT), ==, STA(CTIMEOUT));
    qtest_qmp_assert_success(board, "{'execute': 'blockdev-change-medium', 'arguments': {'device': 'sd', "
                             "'filename': %s, 'format': 'raw'}}", image);
    g_assert_false(pin_level("pb15"));
    poke(SDIO + A_CLKCR, CK400);
    identify();
    read_polled(0, 512);
}

/* Nobody holds data line 0 low then. */
static void test_taken_out_while_busy(void)
{
    start("-global stm32f4-sdio.program-time=5000");
    identify();
    g_assert_cmphex(command(24, 0x20000, SHORT), ==, STA(CMDREND));
    set_data(512, 0);
    for (unsigned i = 0; i < 128; i++) {
        for (unsigned n = 0; n < 1000 && sta() & STA(TXFIFOF); n++) {
            board_wait_ns(1000);
        }
        poke(SDIO + A_FIFO, i);
    }
    board_wait_ns(1000000);
    g_assert_cmphex(sta() & (STA(TXACT) | STA(DATAEND)), ==, STA(TXACT));
    qtest_qmp_assert_success(board, "{'execute': 'eject', 'arguments': {'device': 'sd', 'force': true}}");
    g_assert_cmphex(sta() & (STA(TXACT) | STA(DATAEND)), ==, STA(DATAEND));
    board_wait_ns(1000000000);
    g_assert_cmphex(sta() & STA(DTIMEOUT), ==, 0);
    g_assert_cmpint(board_mistakes("/machine/soc/sdio"), ==, 0);
}

/* The slide on the card's edge is a switch, nothing more. */
static void test_card_is_locked(void)
{
    g_autofree char *file = NULL, *args = NULL;

    start("-machine card-protect=pb14");
    board_enable("gpiob");
    poke(0x40020400 + 0x0c, 1u << 28);
    g_assert_false(pin_level("pb14"));
    board_set_bool("/machine/card", "locked", true);
    g_assert_true(pin_level("pb14"));
    file = board_save();
    args = with_card("-machine card-protect=pb14");
    board_load(file, args);
    unlink(file);
    g_assert_true(pin_level("pb14"));
    board_set_bool("/machine/card", "locked", false);
    g_assert_false(pin_level("pb14"));
}

/* Blocks are gathered on their way to the image, but not while nobody is writing. */
static void test_image_of_a_stopped_machine(void)
{
    g_autofree char *data = NULL;
    gsize size;

    start("");
    identify();
    g_assert_cmphex(command(25, 8192, SHORT), ==, STA(CMDREND));
    set_data(2048, 0);
    for (unsigned i = 0; i < 384; i++) {                /* three of four */
        for (unsigned n = 0; n < 1000 && sta() & STA(TXFIFOF); n++) {
            board_wait_ns(50);
        }
        poke(SDIO + A_FIFO, i * 0x01020304);
    }
    board_wait_ns(1000000);
    qtest_qmp_assert_success(board, "{'execute': 'stop'}");
    g_assert_true(g_file_get_contents(image, &data, &size, NULL));
    for (unsigned i = 0; i < 384; i++) {
        g_assert_cmphex((uint32_t)ldl_le_p(data + 8192 + 4 * i), ==, i * 0x01020304);
    }
}

/* An MMC: it gets its address from the host, and its width by CMD6. */
static void test_emmc(void)
{
    g_autofree char *args = NULL;
    unsigned tries = 0;

    start("");
    board_stop();
    args = g_strdup_printf("-drive if=none,id=mmc,format=raw,file=%s -device emmc,bus=sdio,drive=mmc", image);
    board_start(args);
    start_clocks();
    route(4);
    for (unsigned i = 0; i < 4; i++) {
        static const char *const high[] = { "pb8", "pb9", "pc6", "pc7" };

        board_route(high[i], 12);
    }
    poke(SDIO + A_POWER, 3);
    poke(SDIO + A_CLKCR, CK400);
    g_assert_cmphex(command(0, 0, NONE), ==, STA(CMDSENT));
    do {
        g_assert_cmphex(command(1, 0x40ff8000, SHORT), ==, STA(CCRCFAIL));
    } while (!(peek(SDIO + A_RESP1) >> 31) && ++tries < 100);
    g_assert_cmphex(command(2, 0, LONG), ==, STA(CMDREND));
    g_assert_cmphex(command(3, 2 << 16, SHORT), ==, STA(CMDREND));
    poke(SDIO + A_CLKCR, CK24);
    g_assert_cmphex(command(7, 2 << 16, SHORT), ==, STA(CMDREND));
    read_polled(512, 512);
    g_assert_cmphex(command(6, 3 << 24 | 183 << 16 | 2 << 8, SHORT), ==, STA(CMDREND));
    rca = 2 << 16;
    until_written();
    poke(SDIO + A_CLKCR, CK24 | 2 << R_CLKCR_WIDBUS_SHIFT);
    read_polled(1024, 512);
    g_assert_cmpint(board_mistakes("/machine/soc/sdio"), ==, 0);
}

static void test_pull_ups(void)
{
    start("");
    poke(GPIOD_PUPDR, 0);
    identify();
    g_assert_cmpint(board_mistakes("nobody pulls SDIO_CMD up"), ==, 1);
}

/* A status while the card waits for data: QEMU's ended there. */
static void test_status_within_data(void)
{
    start("");
    identify();
    g_assert_cmphex(command(24, 0, SHORT), ==, STA(CMDREND));
    g_assert_cmphex(command(13, rca, SHORT), ==, STA(CMDREND));
    g_assert_cmphex(command(17, 0, SHORT), ==, STA(CTIMEOUT));          /* not now */
    set_data(512, 0);
    for (unsigned i = 0; i < 128; i++) {
        poke(SDIO + A_FIFO, ~i);
        board_wait_ns(1300);
    }
    board_wait_ns(100000);
    g_assert_cmphex(sta() & STA(DATAEND), ==, STA(DATAEND));
    set_data(512, R_DCTRL_DTDIR_MASK);
    command(17, 0, SHORT);
    board_wait_ns(10000);
    g_assert_cmphex(peek(SDIO + A_FIFO), ==, ~0u);
    g_assert_cmphex(peek(SDIO + A_FIFO), ==, ~1u);
}

static void test_interrupt_line(void)
{
    start("");
    poke(SDIO + A_MASK, STA(SDIOIT));
    pin_drive("pc9", "1");
    poke(SDIO + A_DCTRL, R_DCTRL_SDIOEN_MASK);
    g_assert_false(irq(IRQ));
    pin_drive("pc9", "0");
    g_assert_true(irq(IRQ));
    pin_drive("pc9", "1");
    g_assert_true(irq(IRQ));
    poke(SDIO + A_ICR, STA(SDIOIT));
    g_assert_false(irq(IRQ));
}

/* ---- A card that is busy ---- */

static void set_time(const char *name, unsigned us)
{
    board_set_int("/machine/soc/sdio", name, us);
}

/* A card that is busy for @us, and a pull-up at D0, by which that is seen. */
static void start_busy(unsigned us)
{
    start("");
    poke(GPIOC_PUPDR, 1 << 16);
    identify();
    set_time("program-time", us);
}

/* So many bytes are handed to the card, and the last of them is gone. */
static void send_bytes(unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i += 4) {
        for (unsigned n = 0; n < 100000 && sta() & STA(TXFIFOF); n++) {
            board_wait_ns(100);
        }
        poke(SDIO + A_FIFO, i);
    }
    for (unsigned n = 0; n < 100000 && sta() & STA(TXDAVL); n++) {
        board_wait_ns(100);
    }
    board_wait_ns(3000);
}

static void test_busy(void)
{
    start_busy(300);
    g_assert_cmphex(command(24, 0, SHORT), ==, STA(CMDREND));
    set_data(512, 0);
    g_assert_cmpint(pin_level("pc8"), !=, 0);
    send_bytes(512);
    g_assert_cmphex(sta() & (STA(TXACT) | STA(DBCKEND) | STA(DATAEND)), ==, STA(TXACT) | STA(DBCKEND));
    g_assert_cmpint(pin_level("pc8"), ==, 0);
    g_assert_cmpuint(card_state(), ==, PRG);
    g_assert_cmphex(peek(SDIO + A_RESP1) & 1 << 8, ==, 0);      /* not ready */
    g_assert_cmphex(command(17, 0, SHORT), ==, STA(CTIMEOUT));
    g_assert_cmpint(board_mistakes("command 17 while the card is busy"), ==, 1);
    g_assert_cmpuint(card_state(), ==, PRG);
    g_assert_cmphex(peek(SDIO + A_RESP1) & 1 << 22, !=, 0);     /* it tells of it, once */
    g_assert_cmpuint(card_state(), ==, PRG);
    g_assert_cmphex(peek(SDIO + A_RESP1) & 1 << 22, ==, 0);
    command(7, 0, NONE);                                        /* it is not selected: it goes on */
    g_assert_cmpuint(card_state(), ==, DIS);
    g_assert_cmphex(command(7, rca, SHORT), ==, STA(CMDREND));
    g_assert_cmpuint(card_state(), ==, PRG);
    g_assert_cmphex(sta() & STA(TXACT), !=, 0);
    board_wait_ns(300000);
    g_assert_cmphex(sta() & (STA(TXACT) | STA(DATAEND)), ==, STA(DATAEND));
    g_assert_cmpint(pin_level("pc8"), !=, 0);
    g_assert_cmpuint(card_state(), ==, TRAN);
    g_assert_cmphex(peek(SDIO + A_RESP1) & 1 << 8, !=, 0);
    set_time("program-time", 0);
    g_assert_cmphex(command(24, 0, SHORT), ==, STA(CMDREND));
    set_data(512, 0);
    send_bytes(512);
    g_assert_cmphex(sta() & (STA(TXACT) | STA(DATAEND)), ==, STA(DATAEND));
    g_assert_cmpuint(card_state(), ==, TRAN);
}

/* Between the blocks of a write, at its end, after an erase; each has its time. */
static void test_busy_between(void)
{
    start_busy(2000);
    set_time("block-time", 100);
    g_assert_cmphex(command(25, 0, SHORT), ==, STA(CMDREND));
    set_data(1024, 0);
    send_bytes(512);
    board_wait_ns(80000);                               /* some of it has passed, as the FIFO was filled */
    g_assert_cmphex(sta() & STA(TXACT), !=, 0);
    send_bytes(512);
    g_assert_cmphex(sta() & (STA(TXACT) | STA(DATAEND)), ==, STA(TXACT));
    g_assert_cmpuint(card_state(), ==, RCV);
    g_assert_cmphex(peek(SDIO + A_RESP1) & 1 << 8, ==, 0);
    board_wait_ns(100000);
    g_assert_cmphex(sta() & (STA(TXACT) | STA(DATAEND)), ==, STA(DATAEND));
    g_assert_cmphex(command(12, 0, SHORT), ==, STA(CMDREND));
    g_assert_cmpuint(card_state(), ==, PRG);
    board_wait_ns(1900000);
    g_assert_cmpuint(card_state(), ==, PRG);
    board_wait_ns(100000);
    g_assert_cmpuint(card_state(), ==, TRAN);
    g_assert_cmphex(command(32, 0, SHORT), ==, STA(CMDREND));
    g_assert_cmphex(command(33, 512, SHORT), ==, STA(CMDREND));
    g_assert_cmphex(command(38, 0, SHORT), ==, STA(CMDREND));
    g_assert_cmpuint(card_state(), ==, PRG);
    g_assert_cmphex(command(0, 0, NONE), ==, STA(CMDSENT));     /* it begins anew */
    poke(SDIO + A_CLKCR, CK400);
    identify();
    g_assert_cmpuint(card_state(), ==, TRAN);
}

static void test_busy_for_too_long(void)
{
    start_busy(10000);
    g_assert_cmphex(command(24, 0, SHORT), ==, STA(CMDREND));
    poke(SDIO + A_DTIMER, 2400);                        /* 100 us */
    poke(SDIO + A_DLEN, 512);
    poke(SDIO + A_DCTRL, 9 << R_DCTRL_DBLOCKSIZE_SHIFT | R_DCTRL_DTEN_MASK);
    send_bytes(512);
    board_wait_ns(90000);
    g_assert_cmphex(sta() & (STA(TXACT) | STA(DTIMEOUT)), ==, STA(TXACT));
    board_wait_ns(10000);
    g_assert_cmphex(sta() & (STA(TXACT) | STA(DTIMEOUT) | STA(DATAEND)), ==, STA(DTIMEOUT));
    g_assert_cmpint(board_mistakes("the card is busy for longer than DTIMER says"), ==, 1);
    g_assert_cmpuint(card_state(), ==, PRG);
}

static void test_busy_snapshot(void)
{
    g_autofree char *file = NULL, *args = NULL;

    start_busy(1000);
    g_assert_cmphex(command(24, 0, SHORT), ==, STA(CMDREND));
    set_data(512, 0);
    send_bytes(512);
    g_assert_cmphex(command(17, 0, SHORT), ==, STA(CTIMEOUT));
    set_time("program-time", 77);
    file = board_save();
    args = with_card("");
    board_load(file, args);
    unlink(file);
    g_assert_cmphex(sta() & STA(TXACT), !=, 0);
    g_assert_cmpint(pin_level("pc8"), ==, 0);
    g_assert_cmpuint(card_state(), ==, PRG);
    g_assert_cmphex(peek(SDIO + A_RESP1) & 1 << 22, !=, 0);
    board_wait_ns(1000000);
    g_assert_cmphex(sta() & (STA(TXACT) | STA(DATAEND)), ==, STA(DATAEND));
    g_assert_cmpint(pin_level("pc8"), !=, 0);
    g_assert_cmpuint(card_state(), ==, TRAN);
}

/* ---- CE-ATA ---- */

static void test_ce_ata(void)
{
    const uint32_t disable = SHORT | R_CMD_CEATACMD_MASK | R_CMD_NIEN_MASK;
    const uint32_t await = disable | R_CMD_ENCMDCOMPL_MASK;

    start("");
    identify();
    g_assert_cmphex(command(61, 0, await), ==, STA(CTIMEOUT));          /* a card is no disk */
    poke(SDIO + A_MASK, STA(CEATAEND));
    begin_command(13, rca, await);
    board_wait_ns(100000);
    g_assert_cmphex(sta() & (STA(CMDREND) | STA(CMDACT) | STA(CEATAEND)), ==, STA(CMDREND) | STA(CMDACT));
    g_assert_false(irq(IRQ));
    pin_drive("pd2", "0");
    g_assert_true(irq(IRQ));
    g_assert_cmphex(sta() & (STA(CMDREND) | STA(CMDACT) | STA(CEATAEND)), ==, STA(CMDREND) | STA(CEATAEND));
    pin_drive("pd2", "z");
    poke(SDIO + A_ICR, STA(CEATAEND));
    g_assert_false(irq(IRQ));
    begin_command(13, rca, await);                      /* given up: the card is stopped */
    board_wait_ns(100000);
    poke(SDIO + A_CMD, 0);
    g_assert_cmphex(sta() & STA(CMDACT), ==, 0);
    g_assert_cmphex(command(13, rca, SHORT), ==, STA(CMDREND));
    begin_command(13, rca, disable);                    /* 104 clocks, and 13 for the signal that disables */
    board_wait_ns(4600);
    g_assert_cmphex(sta() & (STA(CMDREND) | STA(CMDACT)), ==, STA(CMDREND) | STA(CMDACT));
    board_wait_ns(300);
    g_assert_cmphex(sta() & (STA(CMDREND) | STA(CMDACT)), ==, STA(CMDREND));
    for (unsigned i = 0; i < 3; i++) {                  /* any one of the bits missing: nothing special */
        static const uint32_t bits[] = { R_CMD_CEATACMD_MASK, R_CMD_NIEN_MASK };

        begin_command(13, rca, await & ~(i < 2 ? bits[i] : R_CMD_CEATACMD_MASK | R_CMD_NIEN_MASK));
        board_wait_ns(4600);
        g_assert_cmphex(sta() & (STA(CMDREND) | STA(CMDACT)), ==, STA(CMDREND));
    }
}

/* ---- Snapshots ---- */

/* A card is seen by its pull-up, until it is told to open that; CMD0 makes it new. */
static void test_pull_up(void)
{
    start("");
    g_assert_cmpint(pin_level("pc11"), ==, 1);
    identify();
    g_assert_cmphex(command(55, rca, SHORT), ==, STA(CMDREND));
    g_assert_cmphex(command(42, 0, SHORT), ==, STA(CMDREND));
    g_assert_cmpint(pin_level("pc11"), !=, 1);
    g_assert_cmphex(command(0, 0, NONE), ==, STA(CMDSENT));
    g_assert_cmpint(pin_level("pc11"), ==, 1);
    board_stop();
    board_start("");
    g_assert_cmpint(pin_level("pc11"), !=, 1);
}

static void test_snapshot(void)
{
    g_autofree char *args = NULL;

    for (unsigned at = 500; at < 300000; at += 61111) {
        g_autofree char *file = NULL;

        start("");
        identify();
        use_four_lines();
        set_dma(true);
        set_data(4096, R_DCTRL_DTDIR_MASK | R_DCTRL_DMAEN_MASK);
        begin_command(18, 0x10000, SHORT);
        board_wait_ns(at);
        file = board_save();
        g_clear_pointer(&args, g_free);
        args = with_card("");
        board_load(file, args);
        unlink(file);
        board_wait_ns(500000 - at);
        g_assert_cmphex(sta() & 0x3f3f, ==, STA(DATAEND) | STA(DBCKEND));
        for (unsigned i = 0; i < 4096; i += 4) {
            g_assert_cmphex(peek(RAM + i), ==, word_at(0x10000 + i));
        }
    }
}

/* In a command, and with half a block on its way to the card. */
static void test_snapshot_of_write(void)
{
    g_autofree char *file = NULL, *args = NULL;

    start("");
    identify();
    g_assert_cmphex(command(24, 1024, SHORT), ==, STA(CMDREND));
    set_data(512, 0);
    for (unsigned i = 0; i < 32; i++) {
        poke(SDIO + A_FIFO, ~i);
    }
    begin_command(13, rca, SHORT);
    board_wait_ns(3000);
    file = board_save();
    args = with_card("");
    board_load(file, args);
    unlink(file);
    g_assert_cmphex(sta() & STA(CMDACT), ==, STA(CMDACT));
    board_wait_ns(5000);
    g_assert_cmphex(sta() & (STA(CMDACT) | STA(CMDREND)), ==, STA(CMDREND));
    for (unsigned i = 32; i < 128; i++) {
        board_wait_ns(1300);
        poke(SDIO + A_FIFO, ~i);
    }
    board_wait_ns(100000);
    g_assert_cmphex(sta() & 0x3f3f, ==, STA(DATAEND) | STA(DBCKEND));
    set_data(512, R_DCTRL_DTDIR_MASK);
    command(17, 1024, SHORT);
    for (unsigned i = 0; i < 128; i++) {
        board_wait_ns(1334);
        g_assert_cmphex(peek(SDIO + A_FIFO), ==, ~i);
    }
}

/* ---- Anything ---- */

static void test_fuzz(const void *seed)
{
    GRand *random = g_rand_new_with_seed(GPOINTER_TO_UINT(seed));

    start("");
    identify();
    for (unsigned i = 0; i < 10000; i++) {
        uint32_t offset = 4 * g_rand_int_range(random, 0, 0x60 / 4), data = g_rand_int(random);

        switch (g_rand_int_range(random, 0, 12)) {
        case 0:
            poke(SDIO + A_POWER, 3);
            poke(SDIO + A_CLKCR, CK24 | (data & FOUR));
            break;
        case 1: case 2:
            begin_command(data & 63, g_rand_boolean(random) ? rca : data % CARD_SIZE,
                 data >> 6 & (LONG | R_CMD_WAITPEND_MASK));
            break;
        case 3:
            set_data(data % 5000, data & (R_DCTRL_DTDIR_MASK | R_DCTRL_DMAEN_MASK | R_DCTRL_RWSTART_MASK));
            break;
        case 4:
            set_dma(data & 1);
            break;
        case 5: case 6:
            board_wait_ns(data % 100000);
            break;
        case 7: case 8:
            peek(SDIO + offset);
            break;
        case 9:
            poke(SDIO + offset, data);
            break;
        default:
            poke(SDIO + A_FIFO + (offset & 0x7c), data);
            break;
        }
    }
    board_reset();
    g_assert_cmphex(peek(RCC + 0x30), ==, 0x00100000);
    g_rand_free(random);
}

int main(int argc, char **argv)
{
    int result;

    g_test_init(&argc, &argv, NULL);
    qtest_add_func("sdio/identify", test_identify);
    qtest_add_func("sdio/command-time", test_command_time);
    qtest_add_func("sdio/no-clock", test_no_clock);
    qtest_add_func("sdio/spoilt", test_spoilt);
    qtest_add_func("sdio/read", test_read);
    qtest_add_func("sdio/write", test_write);
    qtest_add_func("sdio/dma", test_dma);
    qtest_add_func("sdio/dma-is-late", test_dma_is_late);
    qtest_add_func("sdio/bunches", test_bunches);
    qtest_add_func("sdio/pull-up", test_pull_up);
    qtest_add_func("sdio/levels", test_levels);
    qtest_add_func("sdio/timeouts", test_timeouts);
    qtest_add_func("sdio/flow-control", test_flow_control);
    qtest_add_func("sdio/misuse", test_misuse);
    qtest_add_func("sdio/width", test_width);
    qtest_add_func("sdio/pins", test_pins);
    qtest_add_func("sdio/no-card", test_no_card);
    qtest_add_func("sdio/taken-out", test_card_is_taken_out);
    qtest_add_func("sdio/taken-out-while-busy", test_taken_out_while_busy);
    qtest_add_func("sdio/locked", test_card_is_locked);
    qtest_add_func("sdio/stopped", test_image_of_a_stopped_machine);
    qtest_add_func("sdio/emmc", test_emmc);
    qtest_add_func("sdio/pull-ups", test_pull_ups);
    qtest_add_func("sdio/status-within-data", test_status_within_data);
    qtest_add_func("sdio/interrupt-line", test_interrupt_line);
    qtest_add_func("sdio/busy", test_busy);
    qtest_add_func("sdio/busy-between", test_busy_between);
    qtest_add_func("sdio/busy-for-too-long", test_busy_for_too_long);
    qtest_add_func("sdio/busy-snapshot", test_busy_snapshot);
    qtest_add_func("sdio/ce-ata", test_ce_ata);
    qtest_add_func("sdio/snapshot", test_snapshot);
    qtest_add_func("sdio/snapshot-of-write", test_snapshot_of_write);
    qtest_add_data_func("sdio/fuzz/1", GUINT_TO_POINTER(1), test_fuzz);
    qtest_add_data_func("sdio/fuzz/2", GUINT_TO_POINTER(2), test_fuzz);
    result = board_run_tests();
    if (image) {
        unlink(image);
    }
    return result;
}
