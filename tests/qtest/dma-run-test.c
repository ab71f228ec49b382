/*
 * Runs (core/run.h): what a DMA serves is moved many frames at a time, and nobody can tell.  The same
 * scene is played twice, with `runs=off` and with runs, and looked at at the same random instants: memory,
 * registers, pins and what the host gets are the same.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/sockets.h"
#include "stm32/tests/qtest/board.h"
#define REGS "stm32/regs/dma.h"
#include "stm32/core/regs.h"
#undef REGS
#define REGS "stm32/regs/spi.h"
#define reg_rows spi_rows
#include "stm32/core/regs.h"
#undef reg_rows

#define SRAM 0x20000000u
#define SIZE 0x6000             /* of it that is looked at */

enum { USART1 = 0x40011000 };
enum { RCC = 0x40023800, GPIOB = 0x40020400 };
enum { SPI1 = 0x40013000, SPI2 = 0x40003800, SPI3 = 0x40003c00, DMA1 = 0x40026000, DMA2 = 0x40026400 };
enum { EN = 1, TCIE = 1 << 4, HTIE = 1 << 3, M2P = 1 << 6, CIRC = 1 << 8, MINC = 1 << 10,
       HALFWORDS = 1 << 11 | 1 << 13, PL = 1 << 16 };
enum {
    SPE = R_CR1_SPE_MASK, MSTR = R_CR1_MSTR_MASK, SSM = R_CR1_SSM_MASK, SSI = R_CR1_SSI_MASK,
    DFF = R_CR1_DFF_MASK, RX = R_CR2_RXDMAEN_MASK, TX = R_CR2_TXDMAEN_MASK,
    MASTER = MSTR | SSM | SSI,
};

typedef struct Scene {
    const char *args;
    void (*begin)(void);
    unsigned looks;
    int64_t step;               /* ns between them, at most */
    const char *blocks[5];
    bool together;              /* there have to be runs, or there can be none */
    bool saves;                 /* a snapshot in between is as good */
} Scene;

static int host[2] = { -1, -1 };

/* ---- Parts of scenes ---- */

static void stream(uint32_t dma, unsigned n, unsigned channel, uint32_t par, uint32_t memory, unsigned items,
                   uint32_t settings)
{
    uint32_t at = dma + 0x18 * n;

    poke(at + A_S0PAR, par);
    poke(at + A_S0M0AR, memory);
    poke(at + A_S0NDTR, items);
    poke(at + A_S0CR, channel << 25 | settings);
    poke(at + A_S0CR, channel << 25 | settings | EN);
}

static void fill(void)
{
    g_autofree uint8_t *data = g_malloc(SIZE);

    for (unsigned i = 0; i < SIZE; i++) {
        data[i] = i * 7 + i / 256;
    }
    qtest_memwrite(board, SRAM, data, SIZE);
    poke(RCC + 0x30, 3 << 21 | 0xf);                        /* both DMAs, GPIOA to D */
    poke(RCC + 0x40, 3 << 14);                              /* SPI2, SPI3 */
    poke(RCC + 0x44, 1 << 12 | 1 << 4);                     /* SPI1, USART1 */
    poke(GPIOB + 0x20, 0x555000);                           /* PB3 ... PB5 */
    poke(GPIOB + 0x24, 0x55500000);                         /* PB13 ... PB15 */
    poke(GPIOB, 0xa8000a80);
}

/* SPI1 sends from 0x000 and receives to 0x2000. */
static void spi1_both(unsigned items, uint32_t cr1, uint32_t tx, uint32_t rx)
{
    poke(SPI1 + A_CR2, RX);
    stream(DMA2, 0, 3, SPI1 + A_DR, SRAM + 0x2000, items, MINC | rx);
    stream(DMA2, 3, 3, SPI1 + A_DR, SRAM, items, MINC | M2P | tx);
    poke(SPI1 + A_CR1, MASTER | cr1);
    poke(SPI1 + A_CR1, MASTER | SPE | cr1);
    poke(SPI1 + A_CR2, RX | TX);
}

static void nobody(void)
{
    fill();
    spi1_both(700, 1 << R_CR1_BR_SHIFT, 0, TCIE | HTIE);
}

static void fastest(void)
{
    fill();
    spi1_both(700, 0, 0, TCIE);
}

/* At no pins. */
static void unrouted(void)
{
    nobody();
    poke(GPIOB, 0);
}

/* At PA5 to PA7, which are EXTI's by default. */
static void at_port_a(uint32_t imr)
{
    fill();
    poke(0x40020000 + 0x20, 0x55500000);
    poke(0x40020000, 0xa800a800);
    poke(0x40013c00, imr);
    poke(0x40013c08, 1 << 7);
    spi1_both(700, 1 << R_CR1_BR_SHIFT, 0, TCIE | HTIE);
}

static void port_a(void)
{
    at_port_a(0);
}

/* EXTI waits for edges of MOSI. */
static void port_a_heard(void)
{
    at_port_a(1 << 7);
}

/* Halfwords, round and round, and what comes in is not read. */
static void only_sends(void)
{
    fill();
    stream(DMA2, 3, 3, SPI1 + A_DR, SRAM, 100, MINC | M2P | HALFWORDS | CIRC | HTIE);
    poke(SPI1 + A_CR1, MASTER | SPE | DFF | 1 << R_CR1_BR_SHIFT);
    poke(SPI1 + A_CR2, TX);
}

/* The same word again and again, as who fills a screen does. */
static void one_word(void)
{
    fill();
    stream(DMA2, 3, 3, SPI1 + A_DR, SRAM + 6, 3000, M2P | HALFWORDS);
    poke(SPI1 + A_CR1, MASTER | SPE | DFF | 1 << R_CR1_BR_SHIFT);
    poke(SPI1 + A_CR2, TX);
}

/* What comes in goes to where what went out was. */
static void in_place(void)
{
    fill();
    poke(SPI1 + A_CR2, RX);
    stream(DMA2, 0, 3, SPI1 + A_DR, SRAM, 900, MINC | TCIE);
    stream(DMA2, 3, 3, SPI1 + A_DR, SRAM, 900, MINC | M2P);
    poke(SPI1 + A_CR1, MASTER | SPE | 2 << R_CR1_BR_SHIFT);
    poke(SPI1 + A_CR2, RX | TX);
}

/* The same, but what comes in takes twice as much and gets ahead. */
static void in_place_wider(void)
{
    fill();
    poke(SPI1 + A_CR2, RX);
    stream(DMA2, 0, 3, SPI1 + A_DR, SRAM, 400, MINC | TCIE | HALFWORDS);
    stream(DMA2, 3, 3, SPI1 + A_DR, SRAM, 400, MINC | M2P);
    poke(SPI1 + A_CR1, MASTER | SPE | 2 << R_CR1_BR_SHIFT);
    poke(SPI1 + A_CR2, RX | TX);
}

/* It sends what it has received 50 bytes before. */
static void behind(void)
{
    fill();
    poke(SPI1 + A_CR2, RX);
    stream(DMA2, 0, 3, SPI1 + A_DR, SRAM + 50, 900, MINC | TCIE);
    stream(DMA2, 3, 3, SPI1 + A_DR, SRAM, 900, MINC | M2P);
    poke(SPI1 + A_CR1, MASTER | SPE | 2 << R_CR1_BR_SHIFT);
    poke(SPI1 + A_CR2, RX | TX);
}

/* Receives for ever, without sending. */
static void only_receives(void)
{
    fill();
    poke(SPI1 + A_CR2, RX);
    stream(DMA2, 0, 3, SPI1 + A_DR, SRAM + 0x2000, 64, MINC | CIRC | TCIE);
    poke(SPI1 + A_CR1, MASTER | SPE | R_CR1_RXONLY_MASK | 1 << R_CR1_BR_SHIFT);
}

static void flash_part(void)
{
    fill();
    poke(0x40020000, 0xa8000000 | 1 << 8);                  /* PA4, which selects it */
    qtest_memwrite(board, SRAM, "\x9f", 1);
    spi1_both(300, 1 << R_CR1_BR_SHIFT, 0, TCIE);
}

static void flash_part_halfwords(void)
{
    fill();
    poke(0x40020000, 0xa8000000 | 1 << 8);
    qtest_memwrite(board, SRAM, "\x00\x03\x00\x00", 4);
    spi1_both(300, DFF | 1 << R_CR1_BR_SHIFT, HALFWORDS, TCIE | HALFWORDS);
}

static void slave(uint32_t cr1, uint32_t settings, bool sends)
{
    poke(SPI2 + A_CR2, RX | (sends ? TX : 0));
    stream(DMA1, 3, 0, SPI2 + A_DR, SRAM + 0x3000, 150, MINC | CIRC | HTIE | TCIE | settings);
    if (sends) {
        stream(DMA1, 4, 0, SPI2 + A_DR, SRAM + 0x1000, 100, MINC | CIRC | M2P | settings);
    }
    poke(SPI2 + A_CR1, SSM | SPE | cr1);
    board_wait_ns(2000);
}

static void pair(void)
{
    fill();
    slave(0, 0, true);
    spi1_both(700, 1 << R_CR1_BR_SHIFT, 0, TCIE);
}

static void pair_halfwords(void)
{
    fill();
    slave(DFF, HALFWORDS, true);
    spi1_both(500, DFF | 2 << R_CR1_BR_SHIFT, HALFWORDS, TCIE | HALFWORDS);
}

static void pair_silent(void)
{
    fill();
    slave(0, 0, false);
    spi1_both(500, 1 << R_CR1_BR_SHIFT, 0, TCIE);
}

/* Three masters at once, two of them at one DMA; one gets what another sends. */
static void three(void)
{
    fill();
    board_route("pc10", 6);
    board_route("pc11", 6);
    board_route("pc12", 6);
    spi1_both(2000, 2 << R_CR1_BR_SHIFT, 0, TCIE);
    stream(DMA1, 3, 0, SPI2 + A_DR, SRAM + 0x4000, 600, MINC);
    stream(DMA1, 4, 0, SPI2 + A_DR, SRAM + 0x1000, 600, MINC | M2P | TCIE);
    stream(DMA1, 0, 0, SPI3 + A_DR, SRAM + 0x5000, 500, MINC | PL);
    stream(DMA1, 5, 0, SPI3 + A_DR, SRAM + 0x1200, 500, MINC | M2P | PL | TCIE);
    poke(SPI2 + A_CR1, MASTER | SPE | 2 << R_CR1_BR_SHIFT);
    poke(SPI2 + A_CR2, RX | TX);
    poke(SPI3 + A_CR1, MASTER | SPE | 3 << R_CR1_BR_SHIFT);
    poke(SPI3 + A_CR2, RX | TX);
}

/* SPI2 sends what SPI1 receives. */
static void handed_on(void)
{
    fill();
    spi1_both(500, 2 << R_CR1_BR_SHIFT, 0, TCIE);
    stream(DMA1, 4, 0, SPI2 + A_DR, SRAM + 0x2000 - 40, 500, MINC | M2P | TCIE);
    poke(SPI2 + A_CR1, MASTER | SPE | 2 << R_CR1_BR_SHIFT);
    poke(SPI2 + A_CR2, TX);
}

/* A copy goes on at the same DMA. */
static void with_copy(void)
{
    fill();
    spi1_both(700, 2 << R_CR1_BR_SHIFT, 0, TCIE);
    poke(DMA2 + A_S1FCR, 7);
    stream(DMA2, 1, 0, SRAM, SRAM + 0x4000, 1500, 2 << 6 | 1 << 9 | MINC | 2 << 11 | 2 << 13 | TCIE);
}

/* One that nobody is told of, and conversions, longer and shorter ones, at the same DMA. */
static void with_all(void)
{
    fill();
    board_enable("adc1");
    poke(0x40012000 + 0x0c, 7 << 21);                       /* channel 17 */
    poke(0x40012000 + 0x10, 3 << 3);                        /* channel 1 */
    poke(0x40012000 + 0x34, 1 | 17 << 5 | 1 << 10);
    poke(0x40012000 + 0x2c, 2 << 20);
    poke(0x40012000 + 0x04, 1 << 8);
    poke(0x40012000 + 0x08, 1);
    board_wait_ns(10000);
    stream(DMA2, 4, 0, 0x40012000 + 0x4c, SRAM + 0x5800, 100, MINC | CIRC | HALFWORDS | TCIE | HTIE | 2 * PL);
    poke(0x40012000 + 0x08, 1 << 9 | 1 << 8 | 2 | 1);
    poke(0x40012000 + 0x08, 1u << 30 | 1 << 9 | 1 << 8 | 2 | 1);
    spi1_both(700, 2 << R_CR1_BR_SHIFT, PL, TCIE | PL);
    poke(DMA2 + A_S1FCR, 7);
    stream(DMA2, 1, 0, SRAM, SRAM + 0x4000, 1500, 2 << 6 | 1 << 9 | MINC | 2 << 11 | 2 << 13);
}

/* The copy comes before what the converter requests, which overruns. */
static void starved(void)
{
    with_all();
    poke(DMA2 + A_S0CR + 0x18 * 4, 0);
    stream(DMA2, 4, 0, 0x40012000 + 0x4c, SRAM + 0x5800, 100, MINC | CIRC | HALFWORDS);
}

/* What is received goes to where the copy is from. */
static void with_copy_of_it(void)
{
    fill();
    spi1_both(700, 2 << R_CR1_BR_SHIFT, PL, TCIE | PL);
    poke(DMA2 + A_S1FCR, 7);
    stream(DMA2, 1, 0, SRAM + 0x2000, SRAM + 0x4000, 1500, 2 << 6 | 1 << 9 | MINC | 2 << 11 | 2 << 13);
}

/* A timer's DMA writes to the same DMA's other stream, and interrupts. */
static void with_timer(void)
{
    fill();
    board_enable("tim1");
    stream(DMA2, 5, 6, SRAM + 0x5800, SRAM + 0x40, 64, MINC | M2P | CIRC);
    poke(0x40010000 + 0x2c, 333);
    poke(0x40010000 + 0x0c, 1 << 8 | 1);
    poke(0x40010000, 1);
    spi1_both(700, 1 << R_CR1_BR_SHIFT, 0, TCIE);
}

static void ring_of_words(uint32_t i2scfgr)
{
    board_route("pb12", 5);
    board_route("pb10", 5);
    poke(0x40023884, 2u << 28 | 192 << 6);
    poke(0x40023800, peek(0x40023800) | 1 << 26);
    board_wait_ns(1000000);
    poke(SPI2 + A_I2SPR, 20);
    poke(SPI2 + A_I2SCFGR, i2scfgr);
    poke(SPI2 + A_I2SCFGR, i2scfgr | R_I2SCFGR_I2SE_MASK);
}

static void i2s_sends(void)
{
    fill();
    stream(DMA1, 4, 0, SPI2 + A_DR, SRAM, 300, MINC | M2P | HALFWORDS | CIRC | HTIE | TCIE);
    poke(SPI2 + A_CR2, TX);
    ring_of_words(R_I2SCFGR_I2SMOD_MASK | 2 << R_I2SCFGR_I2SCFG_SHIFT);
}

static void i2s_sends_24(void)
{
    fill();
    stream(DMA1, 4, 0, SPI2 + A_DR, SRAM, 300, MINC | M2P | HALFWORDS | CIRC);
    poke(SPI2 + A_CR2, TX);
    ring_of_words(R_I2SCFGR_I2SMOD_MASK | 2 << R_I2SCFGR_I2SCFG_SHIFT | 1 << R_I2SCFGR_DATLEN_SHIFT);
}

/* The microphone is at PC3, its clock at PB10. */
static void i2s_receives(void)
{
    fill();
    board_route("pc3", 5);
    stream(DMA1, 3, 0, SPI2 + A_DR, SRAM + 0x2000, 300, MINC | HALFWORDS | CIRC | TCIE);
    poke(SPI2 + A_CR2, RX);
    ring_of_words(R_I2SCFGR_I2SMOD_MASK | 3 << R_I2SCFGR_I2SCFG_SHIFT);
}

/* ---- USART1 and the host ---- */

static void settle(void)
{
    for (int i = 0; i < 10; i++) {
        peek(0x40023808);
    }
}

/* At 1 Mbaud.  Later bursts don't wait for DR to be read as the first one since reset does. */
static void usart_begin(void)
{
    fill();
    board_route("pa9", 7);
    board_route("pa10", 7);
    poke(USART1 + 0x08, 16);
    poke(USART1 + 0x0c, 1 << 13 | 1 << 3 | 1 << 2);
    board_wait_ns(20000);
    g_assert_cmpint(write(host[0], "!", 1), ==, 1);
    settle();
    board_wait_ns(50000);
    peek(USART1);
    peek(USART1 + 4);
}

static void usart_sends(void)
{
    usart_begin();
    stream(DMA2, 7, 4, USART1 + 4, SRAM, 700, MINC | M2P | HTIE | TCIE);
    poke(USART1, 0);
    poke(USART1 + 0x14, 1 << 7);
}

/* TC is set, and stays so: nobody has read it. */
static void usart_sends_again(void)
{
    usart_begin();
    poke(USART1, 0);
    poke(USART1 + 4, 'x');
    board_wait_ns(20000);
    stream(DMA2, 7, 4, USART1 + 4, SRAM, 700, MINC | M2P | HTIE | TCIE);
    poke(USART1 + 0x14, 1 << 7);
}

/* TC is set and has been read: the first word clears it. */
static void usart_sends_after_read(void)
{
    usart_begin();
    stream(DMA2, 7, 4, USART1 + 4, SRAM, 700, MINC | M2P);
    poke(USART1 + 0x14, 1 << 7);
}

static void send_from_host(unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        uint8_t byte = i * 31 + 5;

        g_assert_cmpint(write(host[0], &byte, 1), ==, 1);
    }
    settle();
}

/* In a circle, and the line falls idle in the midst of it; at the same time it sends. */
static void usart_both(void)
{
    usart_begin();
    stream(DMA2, 2, 4, USART1 + 4, SRAM + 0x2000, 50, MINC | CIRC | HTIE);
    stream(DMA2, 7, 4, USART1 + 4, SRAM, 300, MINC | M2P);
    poke(USART1 + 0x0c, 1 << 13 | 1 << 3 | 1 << 2 | 1 << 4);
    poke(USART1 + 0x14, 1 << 6 | 1 << 7);
    send_from_host(60);
}

static void usart_parity(void)
{
    usart_begin();
    poke(USART1 + 0x0c, 1 << 13 | 1 << 3 | 1 << 2 | 1 << 12 | 1 << 10);
    stream(DMA2, 2, 4, USART1 + 4, SRAM + 0x2000, 200, MINC | HALFWORDS);
    stream(DMA2, 7, 4, USART1 + 4, SRAM, 100, MINC | M2P | HALFWORDS);
    poke(USART1 + 0x14, 1 << 6 | 1 << 7);
    send_from_host(60);
}

static void add_received(GString *seen)
{
    uint8_t data[2000];
    ssize_t size;

    settle();
    size = recv(host[0], data, sizeof(data), MSG_DONTWAIT);
    for (ssize_t i = 0; i < size; i++) {
        g_string_append_printf(seen, "%02x", data[i]);
    }
    g_string_append(seen, "\n");
}

/* ---- Playing ---- */

static void look(const Scene *scene, GString *seen)
{
    g_autofree uint8_t *memory = g_malloc(SIZE);
    g_autofree char *sum = NULL;

    qtest_memread(board, SRAM, memory, SIZE);
    sum = g_compute_checksum_for_data(G_CHECKSUM_MD5, memory, SIZE);
    g_string_append_printf(seen, "memory %s\n", sum);
    for (unsigned i = 0; scene->blocks[i]; i++) {
        g_autofree char *path = g_strdup_printf("/machine/soc/%s", scene->blocks[i]);
        g_autofree char *registers = board_get_string(path, "registers");

        g_string_append_printf(seen, "%s\n%s", path, registers);
    }
    g_string_append_printf(seen, "MOSI %d\n", pin_level("pb5"));
    if (host[0] >= 0) {
        add_received(seen);
    }
}

/* What joins USART1 and the host, for scenes that need it. */
static char *start_line(const Scene *scene)
{
    if (strcmp(scene->blocks[0], "usart1")) {
        return g_strdup("");
    }
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM, 0, host), ==, 0);
    return g_strdup_printf("-machine vcp=usart1 -chardev socket,id=line,fd=%d -serial chardev:line",
                           host[1]);
}

static void end_line(void)
{
    if (host[0] >= 0) {
        close(host[0]);
        host[0] = -1;
    }
}

/* Snapshots in between are loaded into another machine. */
static char *play(const Scene *scene, bool runs, bool saves, unsigned *in_runs)
{
    g_autofree char *line = start_line(scene);
    g_autofree char *args = g_strdup_printf("%s %s -machine runs=%s -d trace:run_frames", scene->args,
                                            line, runs ? "on" : "off");
    GRand *random = g_rand_new_with_seed(42);
    GString *seen = g_string_new(NULL);

    board_start(args);
    if (host[0] >= 0) {
        close(host[1]);
    }
    scene->begin();
    *in_runs = 0;
    for (unsigned i = 0; i < scene->looks; i++) {
        board_wait_ns(g_rand_int_range(random, 1, scene->step));
        if (saves && i % 16 == 5) {
            g_autofree char *file = board_save();

            board_load(file, args);
            unlink(file);
        }
        g_string_append_printf(seen, "look %u at %" PRId64 "\n", i,
                               board_get_int("/machine", "virtual-time"));
        look(scene, seen);
    }
    end_line();
    g_autofree char *log = board_log();

    for (const char *s = log; (s = strstr(s, "run_frames ")); s++) {
        *in_runs += atoi(s + strlen("run_frames "));
    }
    g_rand_free(random);
    return g_string_free(seen, FALSE);
}

static void expect_same(const char *a, const char *b)
{
    g_auto(GStrv) lines = g_strsplit(a, "\n", 0), others = g_strsplit(b, "\n", 0);
    const char *look = "";

    for (unsigned i = 0; lines[i] && others[i]; i++) {
        look = g_str_has_prefix(lines[i], "look") ? lines[i] : look;
        if (strcmp(lines[i], others[i])) {
            g_test_message("%s: line %u", look, i);
            g_assert_cmpstr(lines[i], ==, others[i]);
        }
    }
    g_assert_cmpuint(g_strv_length(lines), ==, g_strv_length(others));
}

static void test_scene(const void *data)
{
    const Scene *scene = data;
    unsigned in_runs, saved;
    g_autofree char *off = play(scene, false, false, &in_runs);

    g_assert_cmpuint(in_runs, ==, 0);
    g_autofree char *on = play(scene, true, false, &in_runs);

    expect_same(off, on);
    g_test_message("%u frames in runs", in_runs);
    g_assert_cmpuint(in_runs > 50, ==, scene->together);
    if (scene->saves) {
        g_autofree char *loaded = play(scene, true, true, &saved);

        expect_same(off, loaded);
    }
}

#define PART "-device w25q80bl,bus=spi1 -machine chip-select=spi1-"
#define JUMPERS "-machine wire=pb3-pb13:pb4-pb14:pb5-pb15"

#define ONE { "spi1", "dma2" }
#define TWO { "spi1", "spi2", "dma1", "dma2" }
#define I2S { "spi2", "dma1" }
#define USART { "usart1", "dma2" }

static const struct {
    const char *name;
    Scene scene;
} scenes[] = {
    { "spi/nobody", { "", nobody, 12, 80000, ONE, true, true } },
    { "spi/unrouted", { "", unrouted, 12, 80000, ONE, true, true } },
    { "spi/port-a", { "", port_a, 12, 80000, ONE, true, true } },
    { "spi/port-a-heard", { "", port_a_heard, 12, 80000, ONE, false } },
    { "spi/fastest", { "", fastest, 7, 100000, ONE, false } },
    { "spi/only-sends", { "", only_sends, 7, 100000, ONE, true } },
    { "spi/one-word", { "", one_word, 7, 280000, ONE, true } },
    { "spi/only-receives", { "", only_receives, 7, 100000, ONE, true } },
    { "spi/in-place", { "", in_place, 7, 210000, ONE, true } },
    { "spi/in-place-wider", { "", in_place_wider, 7, 140000, ONE, false } },
    { "spi/behind", { "", behind, 7, 210000, ONE, false } },
    { "spi/part", { PART "pa4", flash_part, 7, 100000, ONE, true } },
    { "spi/part-halfwords", { PART "pa4", flash_part_halfwords, 7, 100000, ONE, true } },
    { "spi/part-not-selected", { PART "pc1", nobody, 7, 100000, ONE, true } },
    { "spi/loop", { "-machine wire=pb4-pb5", nobody, 7, 100000, ONE, false } },
    { "spi/pulled-up", { "-machine wire=pb4-pd0", nobody, 7, 100000, ONE, true } },
    { "spi/pair", { JUMPERS, pair, 12, 80000, TWO, true, true } },
    { "spi/pair-halfwords", { JUMPERS, pair_halfwords, 7, 210000, TWO, true } },
    { "spi/pair-silent", { JUMPERS, pair_silent, 7, 100000, TWO, true } },
    { "spi/three", { "", three, 12, 200000, TWO, true } },
    { "spi/handed-on", { "", handed_on, 7, 210000, TWO, false } },
    { "spi/with-copy", { "", with_copy, 7, 210000, ONE, true } },
    { "spi/with-all", { "", with_all, 12, 100000, { "spi1", "adc1", "dma2" }, true, true } },
    { "spi/starved", { "", starved, 12, 100000, { "spi1", "adc1", "dma2" }, true } },
    { "spi/with-copy-of-it", { "", with_copy_of_it, 12, 100000, ONE, true } },
    { "spi/with-timer", { "", with_timer, 7, 100000, ONE, true } },
    { "usart/sends", { "", usart_sends, 7, 1100000, USART, true } },
    { "usart/sends-again", { "", usart_sends_again, 7, 1100000, USART, true } },
    { "usart/sends-after-read", { "", usart_sends_after_read, 7, 1100000, USART, true } },
    { "usart/both", { "", usart_both, 7, 420000, USART, true } },
    { "usart/parity", { "", usart_parity, 7, 420000, USART, true } },
    { "i2s/sends", { "", i2s_sends, 7, 4200000, I2S, true, true } },
    { "i2s/sends-24", { "", i2s_sends_24, 7, 4200000, I2S, true } },
    { "i2s/receives", { "", i2s_receives, 7, 4200000, I2S, true } },
};

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (unsigned i = 0; i < ARRAY_SIZE(scenes); i++) {
        g_autofree char *name = g_strdup_printf("dma-run/%s", scenes[i].name);

        qtest_add_data_func(name, &scenes[i].scene, test_scene);
    }
    return board_run_tests();
}
