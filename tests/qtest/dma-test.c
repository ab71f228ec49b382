/*
 * DMA controllers (RM0090 chapter 10).  The test raises the requests itself; SRAM stands for the
 * peripheral.  At reset HCLK is HSI, 16 MHz: a cycle takes 62.5 ns.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/tests/qtest/board.h"
#define REGS "stm32/regs/dma.h"
#include "stm32/core/regs.h"

#define SRAM 0x20000000u
#define SOURCE (SRAM + 0x1000)
#define TARGET (SRAM + 0x8000)
#define CCM 0x10000000u
#define APB1_REG 0x40007000u        /* PWR_CR */
#define PATTERN 0x5a

enum { EN = R_S0CR_EN_MASK, TEIE = R_S0CR_TEIE_MASK, HTIE = R_S0CR_HTIE_MASK,
       TCIE = R_S0CR_TCIE_MASK, PFCTRL = R_S0CR_PFCTRL_MASK, P2M = 0, M2P = 1 << 6, M2M = 2 << 6,
       CIRC = R_S0CR_CIRC_MASK, PINC = R_S0CR_PINC_MASK, MINC = R_S0CR_MINC_MASK,
       P16 = 1 << 11, P32 = 2 << 11, M16 = 1 << 13, M32 = 2 << 13, PINCOS = R_S0CR_PINCOS_MASK,
       DBM = R_S0CR_DBM_MASK, CT = R_S0CR_CT_MASK, DMDIS = R_S0FCR_DMDIS_MASK };

#define PL(n) ((n) << 16)
#define PBURST(n) ((n) << 21)
#define MBURST(n) ((n) << 23)
#define CHSEL(n) ((uint32_t)(n) << 25)

enum { FEIF = 1, DMEIF = 4, TEIF = 8, HTIF = 16, TCIF = 32 };

static uint32_t base;               /* of the DMA under test */
static const char *path;

static void use_dma(unsigned n)
{
    base = n == 1 ? 0x40026000 : 0x40026400;
    path = n == 1 ? "/machine/soc/dma1" : "/machine/soc/dma2";
    board_enable(n == 1 ? "dma1" : "dma2");
}

static void fresh(unsigned dma)
{
    board_start("");
    use_dma(dma);
}

static uint32_t reg(unsigned first, unsigned stream)
{
    return base + first + (A_S1CR - A_S0CR) * stream;
}

static uint32_t cr(unsigned n)   { return peek(reg(A_S0CR, n)); }
static uint32_t ndtr(unsigned n) { return peek(reg(A_S0NDTR, n)); }

static unsigned flags_at(unsigned n)
{
    return n % 4 * 6 + (n % 4 > 1 ? 4 : 0);
}

static uint32_t flags(unsigned n)
{
    return peek(base + A_LISR + n / 4 * 4) >> flags_at(n) & 0x3f;
}

static void clear_flags(unsigned n, uint32_t which)
{
    poke(base + A_LIFCR + n / 4 * 4, which << flags_at(n));
}

static void request(unsigned n, unsigned channel, bool level)
{
    qtest_set_irq_in(board, path, "request", n * 8 + channel, level);
}

static void cycles(unsigned n)
{
    board_wait_ns(n * 125 / 2 + n % 2);
}

static void set_up(unsigned n, uint32_t from_peripheral, uint32_t memory, unsigned items,
                   uint32_t settings, uint32_t fcr)
{
    poke(reg(A_S0CR, n), 0);
    clear_flags(n, 0x3d);
    poke(reg(A_S0PAR, n), from_peripheral);
    poke(reg(A_S0M0AR, n), memory);
    poke(reg(A_S0NDTR, n), items);
    poke(reg(A_S0FCR, n), fcr);
    poke(reg(A_S0CR, n), settings);
}

static void enable(unsigned n)
{
    poke(reg(A_S0CR, n), cr(n) | EN);
}

static void fill_memory(uint32_t address, unsigned size)
{
    for (unsigned i = 0; i < size; i += 4) {
        poke(address + i, 0x03020100 + i * 0x01010101 + address % 251);
    }
}

/* ---- What is moved ---- */

#define AREA 0x400

/* What a transfer is to do, said once more: a list of bytes taken item by item, put item by item. */
static void expect_bytes(const uint8_t *source, uint8_t *target, unsigned items, uint32_t settings,
                         bool direct)
{
    unsigned psize = 1 << (settings >> 11 & 3), msize = direct ? psize : 1 << (settings >> 13 & 3);
    bool to_memory = (settings & 0xc0) != M2P, offset4 = settings & PINCOS && !direct &&
                     !(settings >> 21 & 3);
    unsigned pstep = !(settings & PINC) ? 0 : offset4 ? 4 : psize;
    unsigned mstep = settings & MINC ? msize : 0;
    unsigned get = to_memory ? psize : msize, get_step = to_memory ? pstep : mstep;
    unsigned put = to_memory ? msize : psize, put_step = to_memory ? mstep : pstep;
    unsigned total = items * psize;
    g_autofree uint8_t *bytes = g_malloc(total + 4);

    for (unsigned i = 0; i < total; i += get) {
        memcpy(bytes + i, source + i / get * get_step, get);
    }
    for (unsigned i = 0; i < total; i += put) {
        memcpy(target + i / put * put_step, bytes + i, put);
    }
}

static void check_transfer(unsigned n, unsigned items, uint32_t settings, uint32_t fcr)
{
    uint8_t source[AREA], expected[AREA], target[AREA];
    bool to_memory = (settings & 0xc0) != M2P;
    bool direct = !(fcr & DMDIS) && (settings & 0xc0) != M2M;
    unsigned burst = 2 << (settings >> 21 & 3) << (settings >> 11 & 3);
    bool risky = settings & PBURST(3) && burst == 16 && (fcr & 3) == 2;

    g_test_message("CR 0x%08x FCR 0x%02x NDTR %u", settings, fcr, items);
    qtest_memread(board, SOURCE, source, AREA);
    memset(expected, PATTERN, AREA);
    qtest_memset(board, TARGET, PATTERN, AREA);
    expect_bytes(source, expected, items, settings, direct);
    set_up(n, to_memory ? SOURCE : TARGET, to_memory ? TARGET : SOURCE, items, settings, fcr);
    enable(n);
    request(n, settings >> 25, true);
    board_wait_ns(items * 2000 + 5000);
    request(n, settings >> 25, false);
    qtest_memread(board, TARGET, target, AREA);
    g_assert_cmpmem(target, AREA, expected, AREA);
    g_assert_cmphex(flags(n), ==, HTIF | TCIF | (risky ? FEIF : 0));
    g_assert_cmpuint(ndtr(n), ==, 0);
    g_assert_cmphex(cr(n) & EN, ==, 0);
    g_assert_cmphex(peek(reg(A_S0FCR, n)) & 0x38, ==, 0x20);
}

/* Every pair of sizes, in every direction, direct and by the FIFO, with and without increments. */
static void test_sizes(void)
{
    static const uint32_t steps[] = { PINC | MINC, PINC, MINC, PINC | MINC | PINCOS };

    fresh(2);
    fill_memory(SOURCE, AREA);
    for (unsigned direction = 0; direction < 3; direction++) {
        for (unsigned sizes = 0; sizes < 9; sizes++) {
            for (unsigned i = 0; i < ARRAY_SIZE(steps); i++) {
                uint32_t settings = direction << 6 | steps[i] | (sizes % 3) << 11 |
                                    (sizes / 3) << 13 | CHSEL(sizes % 8);

                check_transfer(sizes % 8, 12, settings, DMDIS | i);
                check_transfer(sizes % 8, 12, settings, 0);
            }
        }
    }
}

/* Bursts and thresholds in all legal combinations, with numbers that are no multiple of a burst. */
static void test_bursts(void)
{
    static const uint8_t beats[] = { 1, 4, 8, 16 };

    fresh(2);
    fill_memory(SOURCE, AREA);
    for (unsigned i = 0; i < 3 * 4 * 3 * 4 * 4; i++) {
        unsigned psize = i % 3, pburst = i / 3 % 4, msize = i / 12 % 3, mburst = i / 36 % 4;
        unsigned fth = i / 144, threshold = 4 + 4 * fth, mbytes = beats[mburst] << msize;

        if (beats[pburst] << psize <= 16 && (!mburst || threshold % mbytes == 0)) {
            check_transfer(3, 28 + 4 * (i % 5), (i % 3) << 6 | PINC | MINC | psize << 11 |
                           msize << 13 | PBURST(pburst) | MBURST(mburst), DMDIS | fth);
        }
    }
}

/* From memory to memory in bulk: big, odd, overlapping, filling. */
static void test_copy(void)
{
    g_autofree uint8_t *source = g_malloc(65536), *target = g_malloc(65536);

    fresh(2);
    fill_memory(SRAM, 65536);
    qtest_memread(board, SRAM, source, 65536);
    set_up(0, SRAM, SRAM + 0x10000, 50001, M2M | PINC | MINC, 3);
    enable(0);
    board_wait_ns(50001 * 4 * 1000);
    g_assert_cmphex(flags(0), ==, HTIF | TCIF);
    qtest_memread(board, SRAM + 0x10000, target, 50001);
    g_assert_cmpmem(source, 50001, target, 50001);

    set_up(0, SRAM, SRAM + 0x10000, 3000, M2M | P32 | M32 | MINC, 0);        /* one word */
    enable(0);
    board_wait_ns(3000 * 1000);
    qtest_memread(board, SRAM + 0x10000, target, 12000);
    for (unsigned i = 0; i < 12000; i++) {
        g_assert_cmphex(target[i], ==, source[i % 4]);
    }

    set_up(0, SRAM, SRAM + 16, 1000, M2M | P32 | M32 | PINC | MINC, 3);     /* over itself */
    enable(0);
    board_wait_ns(1000 * 1000);
    qtest_memread(board, SRAM + 16, target, 4000);
    for (unsigned i = 0; i < 4000; i++) {
        g_assert_cmphex(target[i], ==, source[i % 16]);
    }
}

/* Fewer bytes than a word are left: it is written whole. */
static void test_incomplete(void)
{
    fresh(2);
    fill_memory(SOURCE, 64);
    qtest_memset(board, TARGET, PATTERN, 16);
    set_up(1, SOURCE, TARGET, 6, PINC | MINC | M32, DMDIS | 1);
    enable(1);
    g_assert_cmpint(board_mistakes("not a whole number of MSIZE"), ==, 1);
    request(1, 0, true);
    board_wait_ns(100000);
    g_assert_cmphex(peek(TARGET), ==, peek(SOURCE));
    g_assert_cmphex(peek(TARGET + 4) & 0xffff, ==, peek(SOURCE + 4) & 0xffff);
    g_assert_cmphex(peek(TARGET + 8), ==, 0x5a5a5a5a);
    g_assert_cmphex(flags(1), ==, HTIF | TCIF);
}

/* ---- Time, flags, lines ---- */

/* A request from the peripheral costs 4 cycles there and 4 at the memory. */
static void test_time(void)
{
    fresh(2);
    fill_memory(SOURCE, 64);
    board_watch_irqs();
    qtest_memset(board, TARGET, PATTERN, 64);
    set_up(2, SOURCE, TARGET, 4, PINC | MINC | HTIE | TCIE | CHSEL(3), 0);
    enable(2);
    request(2, 4, true);            /* another channel */
    board_wait_ns(100000);
    g_assert_cmpuint(ndtr(2), ==, 4);
    request(2, 3, true);
    board_wait_ns(499);
    g_assert_cmpuint(ndtr(2), ==, 4);
    board_wait_ns(1);
    g_assert_cmpuint(ndtr(2), ==, 3);
    g_assert_cmphex(peek(TARGET), ==, 0x5a5a5a00 | (peek(SOURCE) & 0xff));
    board_wait_ns(499);
    g_assert_false(irq(58));
    board_wait_ns(1);
    g_assert_true(irq(58));
    g_assert_cmphex(flags(2), ==, HTIF);
    clear_flags(2, HTIF);
    g_assert_false(irq(58));
    request(2, 3, false);
    board_wait_ns(100000);
    g_assert_cmpuint(ndtr(2), ==, 2);
    request(2, 3, true);
    board_wait_ns(1000);
    g_assert_true(irq(58));
    g_assert_cmphex(flags(2), ==, TCIF);
    g_assert_cmphex(peek(base + A_LISR), ==, TCIF << 16);
    g_assert_cmphex(cr(2) & EN, ==, 0);
}

/* Every stream has its flags and its interrupt. */
static void test_interrupts(void)
{
    static const uint8_t vectors[2][8] = {
        { 11, 12, 13, 14, 15, 16, 17, 47 }, { 56, 57, 58, 59, 60, 68, 69, 70 }
    };

    for (unsigned dma = 1; dma <= 2; dma++) {
        fresh(dma);
        board_watch_irqs();
        for (unsigned n = 0; n < 8; n++) {
            set_up(n, dma == 1 ? APB1_REG : SOURCE, TARGET, 1, TCIE | CHSEL(n), 0);
            enable(n);
            request(n, n, true);
            board_wait_ns(10000);
            g_assert_cmphex(flags(n), ==, HTIF | TCIF);
            g_assert_true(irq(vectors[dma - 1][n]));
            clear_flags(n, TCIF);
            g_assert_false(irq(vectors[dma - 1][n]));
            clear_flags(n, 0x3d);
        }
    }
}

/* From memory: one item is fetched before the first request, with the FIFO as many as it holds. */
static void test_prefetch(void)
{
    fresh(2);
    fill_memory(SOURCE, 64);
    qtest_memset(board, TARGET, PATTERN, 64);
    set_up(0, TARGET, SOURCE, 32, M2P | MINC, 0);
    enable(0);
    cycles(4);
    poke(SOURCE, 0);                /* too late for the first byte */
    request(0, 0, true);
    cycles(16);
    request(0, 0, false);
    g_assert_cmphex(peek(TARGET) & 0xff, ==, 0);
    g_assert_cmpuint(ndtr(0), ==, 30);

    fill_memory(SOURCE, 64);
    set_up(1, TARGET, SOURCE, 32, M2P | MINC | M32, DMDIS | 1);
    enable(1);
    g_assert_cmphex(peek(reg(A_S0FCR, 1)) & 0x38, ==, 0x20);
    cycles(16);
    g_assert_cmphex(peek(reg(A_S0FCR, 1)) & 0x38, ==, 0x28);    /* full */
    g_assert_cmpuint(ndtr(1), ==, 32);
    request(1, 0, true);
    cycles(4);
    g_assert_cmphex(peek(reg(A_S0FCR, 1)) & 0x38, ==, 0x18);
    g_assert_cmpuint(ndtr(1), ==, 31);
    cycles(6 * 4 + 4 + 8);                      /* down to the threshold: filled anew */
    g_assert_cmphex(peek(reg(A_S0FCR, 1)) & 0x38, ==, 0x28);
    g_assert_cmpuint(ndtr(1), ==, 24);
}

/*
 * In direct mode a request moves the item that is there, 4 cycles after it; the next one is fetched behind that, before
 * anybody else has the ports.
 */
static void test_direct(void)
{
    fresh(2);
    fill_memory(SOURCE, 64);
    qtest_memset(board, TARGET, PATTERN, 64);
    set_up(3, SOURCE + 32, TARGET + 32, 4, PINC | MINC, 0);
    set_up(0, TARGET, SOURCE, 3, M2P | PINC | MINC, 0);
    enable(3);
    enable(0);
    board_wait_ns(1000);
    request(0, 0, true);
    board_wait_ns(249);
    g_assert_cmpuint(ndtr(0), ==, 3);
    g_assert_cmphex(peek(TARGET), ==, 0x5a5a5a5a);
    board_wait_ns(1);
    g_assert_cmpuint(ndtr(0), ==, 2);
    g_assert_cmphex(peek(TARGET), ==, 0x5a5a5a00 | (peek(SOURCE) & 0xff));
    board_wait_ns(499);
    g_assert_cmpuint(ndtr(0), ==, 2);
    board_wait_ns(1);
    g_assert_cmpuint(ndtr(0), ==, 1);
    request(0, 0, false);
    request(3, 0, true);
    board_wait_ns(749);
    g_assert_cmpuint(ndtr(3), ==, 4);
    board_wait_ns(1);
    g_assert_cmpuint(ndtr(3), ==, 3);
    request(3, 0, false);
    board_wait_ns(1000);
    request(0, 0, true);                        /* behind the last one there is nothing to fetch */
    request(3, 0, true);
    board_wait_ns(250);
    g_assert_cmphex(flags(0), ==, HTIF | TCIF);
    board_wait_ns(499);
    g_assert_cmpuint(ndtr(3), ==, 3);
    board_wait_ns(1);
    g_assert_cmpuint(ndtr(3), ==, 2);
    g_assert_cmphex(peek(TARGET) & 0xffffff, ==, peek(SOURCE) & 0xffffff);
}

/* From a peripheral the FIFO gives to memory what it has at its threshold. */
static void test_threshold(void)
{
    fresh(2);
    fill_memory(SOURCE, 64);
    qtest_memset(board, TARGET, PATTERN, 64);
    set_up(0, SOURCE, TARGET, 20, PINC | MINC | M32, DMDIS | 1);        /* 8 bytes */
    enable(0);
    request(0, 0, true);
    cycles(7 * 4);
    g_assert_cmphex(peek(reg(A_S0FCR, 0)) & 0x38, ==, 0x08);
    g_assert_cmphex(peek(TARGET), ==, 0x5a5a5a5a);
    cycles(4 + 8);
    g_assert_cmphex(peek(reg(A_S0FCR, 0)) & 0x38, ==, 0x20);
    g_assert_cmphex(peek(TARGET + 4), ==, peek(SOURCE + 4));
    g_assert_cmpuint(ndtr(0), ==, 12);
    g_assert_cmphex(flags(0), ==, 0);
    board_wait_ns(100000);
    g_assert_cmphex(flags(0), ==, HTIF | TCIF);
    g_assert_cmphex(peek(TARGET + 16), ==, peek(SOURCE + 16));
}

static void test_circular(void)
{
    fresh(2);
    fill_memory(SOURCE, 64);
    set_up(0, SOURCE, TARGET, 3, PINC | MINC | CIRC | P16, 0);
    enable(0);
    request(0, 0, true);
    cycles(8 * 2);
    g_assert_cmpuint(ndtr(0), ==, 1);
    g_assert_cmphex(flags(0), ==, HTIF);
    cycles(8);
    g_assert_cmpuint(ndtr(0), ==, 3);
    g_assert_cmphex(flags(0), ==, HTIF | TCIF);
    g_assert_cmphex(cr(0) & EN, ==, EN);
    qtest_memset(board, TARGET, PATTERN, 8);
    clear_flags(0, 0x3d);
    cycles(8 * 3);
    g_assert_cmphex(peek(TARGET), ==, peek(SOURCE));
    g_assert_cmphex(peek(TARGET + 4) >> 16, ==, 0x5a5a);
    g_assert_cmphex(flags(0), ==, HTIF | TCIF);
    request(0, 0, false);

    set_up(1, TARGET, SOURCE, 5, M2P | MINC | CIRC, DMDIS);
    enable(1);
    request(1, 0, true);
    board_wait_ns(100000);
    g_assert_cmphex(cr(1) & EN, ==, EN);
    g_assert_cmphex(flags(1), ==, HTIF | TCIF);
}

static void test_double_buffer(void)
{
    uint32_t second = TARGET + 0x100, third = TARGET + 0x200;

    fresh(2);
    fill_memory(SOURCE, 64);
    qtest_memset(board, TARGET, PATTERN, AREA);
    set_up(0, SOURCE, TARGET, 4, PINC | MINC | DBM, 0);
    poke(reg(A_S0M1AR, 0), second);
    enable(0);
    g_assert_cmphex(cr(0) & (CIRC | CT), ==, CIRC);
    request(0, 0, true);
    cycles(8 * 4);
    request(0, 0, false);
    g_assert_cmphex(flags(0), ==, HTIF | TCIF);
    g_assert_cmphex(cr(0) & (EN | CT), ==, EN | CT);
    g_assert_cmpuint(ndtr(0), ==, 4);
    g_assert_cmphex(peek(TARGET), ==, peek(SOURCE));
    g_assert_cmphex(peek(second), ==, 0x5a5a5a5a);
    poke(reg(A_S0M0AR, 0), third);              /* the idle one */
    g_assert_cmphex(peek(reg(A_S0M0AR, 0)), ==, third);
    request(0, 0, true);
    cycles(8 * 8);
    request(0, 0, false);
    g_assert_cmphex(peek(second), ==, peek(SOURCE));
    g_assert_cmphex(peek(third), ==, peek(SOURCE));
    g_assert_cmphex(cr(0) & (EN | CT), ==, EN | CT);
    g_assert_cmpint(board_mistakes("dma2"), ==, 0);
    poke(reg(A_S0M1AR, 0), third);              /* in use */
    g_assert_cmphex(peek(reg(A_S0M1AR, 0)), ==, second);
    g_assert_cmphex(flags(0) & TEIF, ==, TEIF);
    g_assert_cmphex(cr(0) & EN, ==, 0);
    g_assert_cmpint(board_mistakes("while that buffer is in use"), ==, 1);
}

/* The higher PL first, of equals the lower number; at each request anew. */
static void test_priorities(void)
{
    fresh(2);
    for (unsigned n = 0; n < 3; n++) {
        set_up(n, SOURCE, TARGET + 16 * n, 4, MINC | (n == 2 ? PL(2) : PL(1)), 0);
        enable(n);
    }
    request(1, 0, true);
    cycles(4);
    request(0, 0, true);
    request(2, 0, true);
    cycles(4);
    g_assert_cmpuint(ndtr(1), ==, 3);           /* was begun: not interrupted */
    cycles(8 * 4);
    g_assert_cmpuint(ndtr(2), ==, 0);
    g_assert_cmpuint(ndtr(0), ==, 4);
    cycles(8 * 4);
    g_assert_cmpuint(ndtr(0), ==, 0);
    g_assert_cmpuint(ndtr(1), ==, 3);
    cycles(8 * 3);
    g_assert_cmpuint(ndtr(1), ==, 0);
}

/* A big copy gives way to a request of higher priority, and can be watched. */
static void test_copy_gives_way(void)
{
    fresh(2);
    set_up(0, SRAM, SRAM + 0x8000, 4096, M2M | P32 | M32 | PINC | MINC, 0);
    set_up(1, SOURCE, TARGET, 1, PL(1), 0);
    set_up(2, SOURCE, TARGET, 1, 0, 0);
    enable(0);
    enable(1);
    enable(2);
    cycles(4 * 1000);
    g_assert_cmpuint(ndtr(0), ==, 4096 - 1000);
    cycles(2);
    request(1, 0, true);
    request(2, 0, true);
    cycles(2);
    g_assert_cmpuint(ndtr(0), ==, 4096 - 1001);
    g_assert_cmpuint(ndtr(1), ==, 1);
    cycles(8);
    g_assert_cmpuint(ndtr(1), ==, 0);
    g_assert_cmpuint(ndtr(0), ==, 4096 - 1001);
    cycles(4 * (2048 - 1001));
    g_assert_cmphex(flags(0), ==, HTIF);
    cycles(4 * 2048 - 1);
    g_assert_cmphex(flags(0), ==, HTIF);
    g_assert_cmpuint(ndtr(2), ==, 1);
    cycles(1);
    g_assert_cmphex(flags(0), ==, HTIF | TCIF);
    cycles(8);
    g_assert_cmpuint(ndtr(2), ==, 0);
}

/* The peripheral says when it ends. */
/* Byte by byte a copy lets others in after each byte, however much its FIFO gathers. */
static void test_copy_gives_way_after_a_beat(void)
{
    fresh(2);
    set_up(0, SRAM, SRAM + 0x8000, 4096, M2M | PINC | MINC, DMDIS | 3);
    set_up(1, SOURCE, TARGET, 1, PL(1), 0);
    enable(0);
    enable(1);
    cycles(4 * 1001 + 2);
    request(1, 0, true);
    cycles(2 + 8 - 1);
    g_assert_cmpuint(ndtr(1), ==, 1);
    cycles(1);
    g_assert_cmpuint(ndtr(1), ==, 0);
    g_assert_cmpuint(ndtr(0), ==, 4096 - 1002);
    cycles(4 * (4096 - 1002) - 1);
    g_assert_cmphex(flags(0) & TCIF, ==, 0);
    cycles(1);
    g_assert_cmphex(flags(0) & TCIF, ==, TCIF);
}

static void test_flow_end(void)
{
    fresh(2);
    fill_memory(SOURCE, 64);
    qtest_memset(board, TARGET, PATTERN, 64);
    set_up(3, SOURCE, TARGET, 7, PFCTRL | CIRC | PINC | MINC | CHSEL(4) | P32 | M32 | PBURST(1),
           DMDIS | 3);
    enable(3);
    g_assert_cmpuint(ndtr(3), ==, 0xffff);
    g_assert_cmphex(cr(3) & CIRC, ==, 0);
    request(3, 4, true);
    cycles(7 + 4 * 4);
    g_assert_cmpuint(ndtr(3), ==, 0xffff - 4);
    qtest_set_irq_in(board, path, "flow-end", 3 * 8 + 4, 1);
    cycles(7 + 4 * 4);
    g_assert_cmphex(flags(3), ==, TCIF);
    g_assert_cmphex(cr(3) & EN, ==, 0);
    g_assert_cmpuint(ndtr(3), ==, 0xffff - 8);
    g_assert_cmphex(peek(TARGET + 28), ==, peek(SOURCE + 28));
    g_assert_cmphex(peek(TARGET + 32), ==, 0x5a5a5a5a);
}

/* ---- Enable and disable ---- */

static void test_disable(void)
{
    fresh(2);
    fill_memory(SOURCE, 64);
    qtest_memset(board, TARGET, PATTERN, 64);
    set_up(0, SOURCE, TARGET, 20, PINC | MINC, DMDIS | 3);
    enable(0);
    request(0, 0, true);
    cycles(4 * 5 + 2);
    poke(reg(A_S0CR, 0), cr(0) & ~EN);
    g_assert_cmphex(cr(0) & EN, ==, EN);        /* the sixth is under way */
    g_assert_cmphex(flags(0), ==, 0);
    cycles(2);
    g_assert_cmphex(cr(0) & EN, ==, 0);
    g_assert_cmphex(flags(0), ==, TCIF);
    g_assert_cmpuint(ndtr(0), ==, 14);
    g_assert_cmphex(peek(TARGET), ==, peek(SOURCE));    /* flushed */
    g_assert_cmphex(peek(TARGET + 4), ==, 0x5a5a0000 | (peek(SOURCE + 4) & 0xffff));
    board_wait_ns(100000);
    g_assert_cmpuint(ndtr(0), ==, 14);
    request(0, 0, false);

    clear_flags(0, 0x3d);
    enable(0);                                  /* anew: NDTR as it was written */
    g_assert_cmpuint(ndtr(0), ==, 20);
    poke(reg(A_S0CR, 0), cr(0) & ~EN);          /* nothing under way */
    g_assert_cmphex(cr(0) & EN, ==, 0);
    g_assert_cmphex(flags(0), ==, TCIF);
}

/* A big copy is stopped where it is. */
static void test_disable_copy(void)
{
    fresh(2);
    fill_memory(SRAM, 0x4000);
    qtest_memset(board, TARGET, PATTERN, 0x4000);
    set_up(0, SRAM, TARGET, 4096, M2M | P32 | M32 | PINC | MINC, 0);
    enable(0);
    cycles(4 * 1000 + 1);
    poke(reg(A_S0CR, 0), cr(0) & ~EN);
    g_assert_cmphex(cr(0) & EN, ==, EN);
    cycles(3);
    g_assert_cmphex(cr(0) & EN, ==, 0);
    g_assert_cmphex(flags(0), ==, TCIF);
    g_assert_cmpuint(ndtr(0), ==, 4096 - 1001);
    g_assert_cmphex(peek(TARGET + 4000), ==, peek(SRAM + 4000));
    g_assert_cmphex(peek(TARGET + 4004), ==, 0x5a5a5a5a);
}

static void test_flags_keep_it_disabled(void)
{
    fresh(2);
    for (unsigned i = 0; i < 2; i++) {
        set_up(0, SOURCE, i ? CCM : TARGET, 1, 0, 0);
        enable(0);
        request(0, 0, true);
        cycles(8);
        request(0, 0, false);
        g_assert_cmphex(flags(0), ==, i ? TEIF : HTIF | TCIF);
        clear_flags(0, HTIF);
        enable(0);
        g_assert_cmphex(cr(0) & EN, ==, 0);
        clear_flags(0, TEIF | TCIF);
        enable(0);
        g_assert_cmphex(cr(0) & EN, ==, EN);
        g_assert_cmpuint(ndtr(0), ==, 1);
    }
    g_assert_cmpint(board_mistakes("TCIF or TEIF of it is set"), ==, 1);
}

static void test_frozen(void)
{
    uint32_t settings = PINC | MINC | CHSEL(3) | PL(2) | PBURST(0) | P16 | M16;

    fresh(2);
    set_up(5, SOURCE, TARGET, 9, settings, DMDIS | 2);
    enable(5);
    poke(reg(A_S0CR, 5), EN | TEIE | HTIE | TCIE | 2);
    g_assert_cmphex(cr(5), ==, settings | EN | TEIE | HTIE | TCIE | 2);
    poke(reg(A_S0NDTR, 5), 1);
    poke(reg(A_S0PAR, 5), 1);
    poke(reg(A_S0M0AR, 5), 1);
    poke(reg(A_S0FCR, 5), 0x80);
    g_assert_cmpuint(ndtr(5), ==, 9);
    g_assert_cmphex(peek(reg(A_S0PAR, 5)), ==, SOURCE);
    g_assert_cmphex(peek(reg(A_S0M0AR, 5)), ==, TARGET);
    g_assert_cmphex(peek(reg(A_S0FCR, 5)), ==, 0x80 | 0x20 | DMDIS | 2);
    poke(reg(A_S0M1AR, 5), 0x1234);             /* not in use */
    g_assert_cmphex(peek(reg(A_S0M1AR, 5)), ==, 0x1234);
    g_assert_cmpint(board_mistakes("S5CR written"), ==, 1);
    poke(reg(A_S0CR, 5), 0);
    g_assert_cmphex(cr(5), ==, settings);
    poke(reg(A_S0CR, 5), 0);
    g_assert_cmphex(cr(5), ==, 0);
}

/* What the hardware makes of settings as it is enabled. */
static void test_forced(void)
{
    fresh(2);
    set_up(0, SOURCE, TARGET, 8, PINC | P16 | M32 | PBURST(1) | MBURST(1) | PINCOS, 0);
    enable(0);
    g_assert_cmphex(cr(0), ==, PINC | P16 | M16 | EN);
    set_up(1, SOURCE, TARGET, 8, M2M | PFCTRL, 1);
    enable(1);
    g_assert_cmphex(cr(1), ==, M2M | EN);
    g_assert_cmphex(peek(reg(A_S0FCR, 1)) & DMDIS, ==, DMDIS);
    set_up(2, SOURCE, TARGET, 8, PINC | PINCOS | PBURST(1), DMDIS);
    enable(2);
    g_assert_cmphex(cr(2), ==, PINC | PBURST(1) | EN);
}

/* RM0090 table 48: a byte, halfword, word; INCR4, 8, 16; a quarter to full. */
static void test_burst_table(void)
{
    static const char *const allowed[3][3] = {
        { "1111", "0101", "0001" }, { "0101", "0001", "0000" }, { "0001", "0000", "0000" },
    };

    fresh(2);
    for (unsigned size = 0; size < 3; size++) {
        for (unsigned burst = 1; burst < 4; burst++) {
            for (unsigned fth = 0; fth < 4; fth++) {
                bool ok = allowed[size][burst - 1][fth] == '1';

                set_up(0, SOURCE, TARGET, 64, size << 11 | size << 13 | MBURST(burst),
                       DMDIS | fth);
                enable(0);
                g_test_message("MSIZE %u MBURST %u FTH %u", size, burst, fth);
                g_assert_cmphex(cr(0) & EN, ==, ok ? EN : 0);
                g_assert_cmphex(flags(0), ==, ok ? 0 : FEIF);
            }
        }
    }
    g_assert_cmpint(board_mistakes("not a whole number of memory bursts"), ==, 1);
}

/* ---- Misuse ---- */

/* Enabled so, it moves nothing and is said to be wrong. */
static void expect_idle(unsigned items, uint32_t settings, const char *text)
{
    set_up(0, SOURCE, TARGET, items, settings, DMDIS);
    enable(0);
    request(0, 0, true);
    board_wait_ns(100000);
    request(0, 0, false);
    g_assert_cmphex(flags(0), ==, 0);
    g_assert_cmphex(peek(TARGET), ==, 0x5a5a5a5a);
    g_assert_cmpint(board_mistakes(text), ==, 1);
}

static void test_misuse(void)
{
    fresh(2);
    fill_memory(SOURCE, 64);
    qtest_memset(board, TARGET, PATTERN, 64);
    expect_idle(0, P2M, "NDTR = 0");
    expect_idle(0, M2M, "NDTR = 0");
    expect_idle(0, M2P | CIRC, "NDTR = 0");
    expect_idle(4, 3 << 6, "DIR is 3");
    set_up(0, SOURCE, TARGET, 4, M2M | CIRC | DBM | PINC | MINC, 0);
    enable(0);
    board_wait_ns(100000);
    g_assert_cmphex(flags(0), ==, HTIF | TCIF);
    g_assert_cmphex(cr(0) & EN, ==, 0);
    g_assert_cmpint(board_mistakes("not allowed from memory to memory"), ==, 1);
    set_up(0, SOURCE + 1, TARGET + 2, 1, M2M | P32 | M32, 0);
    enable(0);
    board_wait_ns(100000);
    g_assert_cmphex(peek(TARGET), ==, peek(SOURCE));
    g_assert_cmpint(board_mistakes("not a multiple of its item's size"), ==, 1);
    set_up(0, SOURCE, TARGET, 16, P32 | PBURST(3), DMDIS);
    enable(0);
    g_assert_cmpint(board_mistakes("does not fit the FIFO"), ==, 1);
    set_up(1, SOURCE, TARGET, 16, P32 | M32 | PBURST(1), DMDIS | 2);
    enable(1);
    g_assert_cmphex(flags(1), ==, FEIF);
    set_up(2, SOURCE, TARGET, 16, P32 | 3 << 13, DMDIS);
    enable(2);
    g_assert_cmpint(board_mistakes("which is reserved"), ==, 2);
}

static void expect_error(unsigned n, uint32_t peripheral, uint32_t memory, uint32_t settings)
{
    set_up(n, peripheral, memory, 8, settings | TEIE, DMDIS);
    enable(n);
    request(n, 0, true);
    board_wait_ns(10000);
    request(n, 0, false);
    g_test_message("0x%08x 0x%08x 0x%x", peripheral, memory, settings);
    g_assert_cmphex(flags(n), ==, TEIF);
    g_assert_cmphex(cr(n) & EN, ==, 0);
    g_assert_true(irq(base == 0x40026400 ? 56 + n : 11 + n));
    clear_flags(n, TEIF);
    g_assert_false(irq(base == 0x40026400 ? 56 + n : 11 + n));
}

/* What the ports reach. */
static void test_buses(void)
{
    fresh(2);
    board_watch_irqs();
    expect_error(0, SOURCE, CCM, M2M | MINC);
    expect_error(0, CCM + 0xfff0, TARGET, M2M | PINC);
    expect_error(1, SOURCE, CCM, P2M);
    expect_error(1, SOURCE, CCM, M2P);
    expect_error(2, 0xe000e100, TARGET, P2M | P32 | M32);       /* the core's own */
    expect_error(2, 0x22000000, TARGET, P2M | P32 | M32);       /* bit-band */
    expect_error(3, 0x30000000, TARGET, M2P);
    g_assert_cmpint(board_mistakes("transfer error"), ==, 1);
    use_dma(1);
    expect_error(0, SOURCE, TARGET, M2M);
    g_assert_cmpint(board_mistakes("can't go from memory to memory"), ==, 1);
    expect_error(1, 0x40020010, TARGET, P2M);                   /* GPIOA */
    expect_error(1, 0x40011000, TARGET, P2M | P32 | M32);       /* APB2 */
    board_enable("pwr");
    set_up(2, APB1_REG, TARGET, 1, P32 | M32, 0);
    enable(2);
    request(2, 0, true);
    board_wait_ns(10000);
    g_assert_cmphex(flags(2), ==, HTIF | TCIF);
    g_assert_cmphex(peek(TARGET), ==, peek(APB1_REG));
}

/* A DMA that writes to its own registers, or resets itself, is a program's right. */
static void test_own_registers(void)
{
    fresh(2);
    poke(SOURCE, 0);
    set_up(0, reg(A_S0CR, 0), SOURCE, 4, M2P | P32 | M32, 0);    /* stops itself */
    enable(0);
    request(0, 0, true);
    board_wait_ns(10000);
    g_assert_cmphex(cr(0) & EN, ==, 0);
    request(0, 0, false);
    poke(SOURCE, 1 << 22);
    set_up(0, 0x40023810, SOURCE, 4, M2P | P32 | M32 | CIRC, 0);  /* RCC_AHB1RSTR */
    enable(0);
    request(0, 0, true);
    board_wait_ns(10000);
    poke(0x40023810, 0);
    g_assert_cmphex(cr(0), ==, 0);
    g_assert_cmphex(flags(0), ==, 0);
}

/* Without clock it stands; what it was doing goes on. */
static void test_clock(void)
{
    fresh(2);
    set_up(0, SOURCE, TARGET, 8, MINC, 0);
    enable(0);
    request(0, 0, true);
    cycles(8 * 3 + 4);
    poke(0x40023830, peek(0x40023830) & ~(1u << 22));
    board_wait_ns(100000);
    board_enable("dma2");
    g_assert_cmpuint(ndtr(0), ==, 5);
    cycles(4);
    g_assert_cmpuint(ndtr(0), ==, 4);
    poke(0x40023808, 8 << 4);                   /* HCLK / 2 */
    cycles(2 * 8);
    g_assert_cmpuint(ndtr(0), ==, 3);
    board_hold_in_reset("dma2", true);
    board_hold_in_reset("dma2", false);
    g_assert_cmphex(cr(0), ==, 0);
    g_assert_cmpuint(ndtr(0), ==, 0);
    board_wait_ns(100000);
    g_assert_cmphex(flags(0), ==, 0);
}

/* A snapshot in the middle of a copy and of a request. */
static void test_snapshot(void)
{
    g_autofree char *file = NULL;

    fresh(2);
    fill_memory(SRAM, 0x4000);
    set_up(0, SRAM, TARGET, 4096, M2M | P32 | M32 | PINC | MINC, 0);
    set_up(1, SOURCE, TARGET + 0x6000, 8, PINC | MINC | PL(1) | M32, DMDIS | 1);
    enable(0);
    enable(1);
    request(1, 0, true);
    cycles(4 + 4 * 4 + 2);                      /* 4 of the copy were under way */
    file = board_save();
    board_load(file, "");
    unlink(file);
    g_assert_cmphex(peek(reg(A_S0FCR, 1)) & 0x38, ==, 0x08);
    g_assert_cmpuint(ndtr(1), ==, 4);
    cycles(2 + 2 * 4 + 4 + 8);
    g_assert_cmphex(flags(1), ==, HTIF | TCIF);
    g_assert_cmphex(peek(TARGET + 0x6000), ==, peek(SOURCE));
    g_assert_cmphex(peek(TARGET + 0x6004), ==, peek(SOURCE + 4));
    cycles(4 * 4096);
    g_assert_cmphex(flags(0), ==, HTIF | TCIF);
    g_assert_cmphex(peek(TARGET + 0x3ffc), ==, peek(SRAM + 0x3ffc));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("dma/sizes", test_sizes);
    qtest_add_func("dma/bursts", test_bursts);
    qtest_add_func("dma/copy", test_copy);
    qtest_add_func("dma/incomplete", test_incomplete);
    qtest_add_func("dma/time", test_time);
    qtest_add_func("dma/interrupts", test_interrupts);
    qtest_add_func("dma/prefetch", test_prefetch);
    qtest_add_func("dma/direct", test_direct);
    qtest_add_func("dma/threshold", test_threshold);
    qtest_add_func("dma/circular", test_circular);
    qtest_add_func("dma/double-buffer", test_double_buffer);
    qtest_add_func("dma/priorities", test_priorities);
    qtest_add_func("dma/copy-gives-way", test_copy_gives_way);
    qtest_add_func("dma/copy-gives-way-after-a-beat", test_copy_gives_way_after_a_beat);
    qtest_add_func("dma/flow-end", test_flow_end);
    qtest_add_func("dma/disable", test_disable);
    qtest_add_func("dma/disable-copy", test_disable_copy);
    qtest_add_func("dma/flags-keep-it-disabled", test_flags_keep_it_disabled);
    qtest_add_func("dma/frozen", test_frozen);
    qtest_add_func("dma/forced", test_forced);
    qtest_add_func("dma/burst-table", test_burst_table);
    qtest_add_func("dma/misuse", test_misuse);
    qtest_add_func("dma/buses", test_buses);
    qtest_add_func("dma/own-registers", test_own_registers);
    qtest_add_func("dma/clock", test_clock);
    qtest_add_func("dma/snapshot", test_snapshot);
    return board_run_tests();
}
