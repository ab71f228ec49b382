/*
 * The whole chip: small guest programs under TCG, in virtual time that only instructions move
 * (-icount), so that every run is the same.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include <math.h>
#include "qemu/bswap.h"
#include "qemu/sockets.h"
#include "qemu/units.h"
#include "stm32/tests/qtest/board.h"
#include "stm32/firmware/lib/mailbox.h"

#define REAL_SECONDS 60     /* until a guest program counts as hung */

static uint32_t mail(unsigned word)
{
    return peek(MAILBOX_ADDRESS + 4 * word);
}

static void start_timed(const char *program, const char *time, const char *args)
{
    g_autofree char *all = g_strdup_printf("-accel tcg %s -kernel %s/%s.elf %s", time,
                                           g_getenv("STM32_FIRMWARE"), program, args);

    board_start(all);
}

static void start(const char *program, const char *args)
{
    start_timed(program, "-icount shift=3,sleep=off", args);
}

static void wait_for(unsigned word, uint32_t value)
{
    for (int i = 0; mail(word) != value; i++) {
        if (i > REAL_SECONDS * 100) {
            g_error("the guest program does not put 0x%08x into word %u", value, word);
        }
        g_usleep(10000);
    }
}

static void wait_until_done(void)
{
    wait_for(0, MAILBOX_DONE);
}

static void run(const char *program)
{
    start(program, "");
    wait_until_done();
}

static void assert_about(uint32_t value, uint32_t expected, uint32_t tolerance)
{
    g_assert_cmpuint(value + tolerance, >=, expected);
    g_assert_cmpuint(value, <=, expected + tolerance);
}

static void test_clock(void)
{
    run("clock");
    g_assert_cmpuint(mail(1), ==, 2);
    assert_about(mail(2), 16800000, 1000);
    assert_about(mail(3), 16800000, 1000);
    assert_about(mail(4), 1600000, 100);
    g_assert_cmpint(board_mistakes("/machine/soc/rcc"), ==, 0);
}

static void test_faults(const void *opaque)
{
    static const uint32_t address[] = {
        0x08100000, 0x20020000, 0x10010000, 0x40007800, 0x30000000, 0x50061000
    };

    start_timed("faults", opaque, "");
    wait_until_done();
    g_assert_cmphex(mail(2), ==, 0);
    g_assert_cmpuint(mail(1), ==, ARRAY_SIZE(address));
    for (unsigned i = 0; i < ARRAY_SIZE(address); i++) {
        g_assert_cmphex(mail(16 + 2 * i), ==, address[i]);
        g_assert_cmphex(mail(17 + 2 * i) & 0x8200, ==, 0x8200);     /* BFARVALID, PRECISERR */
    }
    g_assert_cmphex(mail(3), ==, 0x0400);                           /* IMPRECISERR, no BFAR */
    g_assert_cmpuint(mail(5), ==, 3);
    g_assert_cmpuint(mail(4), ==, 4);
    g_assert_cmphex(mail(7), ==, 0x0400);
    g_assert_cmphex(mail(6), ==, 0x0100);                           /* IBUSERR */
    g_assert_cmphex(mail(8), ==, 0x0307);
    g_assert_cmphex(mail(9), ==, 0xc0);                             /* PGSERR, PGPERR: no fault */
    g_assert_cmpint(board_mistakes("flash written at address 0x00000008"), ==, 1);
    g_assert_cmpint(board_mistakes("a NULL pointer?"), ==, 1);
    g_assert_cmpint(board_mistakes("NVIC"), ==, 0);
}

/* Whoever wants to know which store it was has them all precise. */
static void test_faults_without_write_buffer(void)
{
    start("faults", "-machine write-buffer=off");
    wait_until_done();
    g_assert_cmphex(mail(3) & 0x8600, ==, 0x8200);
    g_assert_cmpuint(mail(4), ==, 0);
}

static void test_css(void)
{
    start("css", "");
    wait_for(15, 1);
    board_set_bool("/machine", "hse-stopped", true);
    wait_until_done();
    g_assert_cmpuint(mail(1), ==, 5);
    g_assert_cmpuint(mail(2), ==, 0);
    g_assert_cmphex(mail(3), ==, 0);
    g_assert_cmphex(mail(4), ==, 0);
}

static void test_blocks(const void *opaque)
{
    start_timed("blocks", opaque, "");
    wait_until_done();
    for (unsigned i = 1; i <= 6; i++) {
        g_assert_cmphex(mail(i), ==, 0);
    }
    if (*(const char *)opaque) {
        g_assert_cmpuint(mail(8), >, 0);
        assert_about(mail(9), mail(8), 1);
    }
}

static void test_stop(void)
{
    run("stop");
    assert_about(mail(1), 160000, 100);
    g_assert_cmpuint(mail(2), <, 5000);
    g_assert_cmpuint(mail(3), >, 50);
    g_assert_cmpuint(mail(3), <=, 200);
    g_assert_cmpuint(mail(4), ==, mail(3));
    g_assert_cmpuint(mail(5), ==, 0);
    g_assert_cmpuint(mail(6), ==, 2);               /* still the PLL */
    g_assert_cmpuint(mail(7), ==, 2);
    g_assert_cmpuint(mail(8), ==, 0);
    g_assert_cmpint(board_mistakes("Stop ignored"), ==, 2);
    g_assert_cmpint(board_mistakes("EXTI_PR is 0x000008"), ==, 1);
    g_assert_cmpint(board_mistakes("flags 0x0400 of RTC_ISR"), ==, 1);
    g_assert_cmpuint(mail(9), ==, 0);
    g_assert_cmpuint(mail(12), ==, 1);
    g_assert_cmpuint(mail(10), ==, 0);
    assert_about(mail(11), 25, 1);
    g_assert_cmpint(board_mistakes("SSR read right after Stop"), ==, 1);
    g_assert_cmpuint(mail(13), ==, 1);
    assert_about(mail(14), 160000, 100);
}

/* Code in flash that is programmed anew is what runs, and a wrong key is a fault. */
static void test_flash(void)
{
    run("flash");
    g_assert_cmpuint(mail(1), ==, 111);
    g_assert_cmpuint(mail(2), ==, 222);
    g_assert_cmpuint(mail(3), ==, 222 & 111);
    assert_about(mail(4), 250000, 50);
    assert_about(mail(5), 16, 2);
    g_assert_cmpuint(mail(6), ==, 1);
    g_assert_cmpuint(mail(7), ==, 1);
    g_assert_cmphex(mail(8), ==, 0x40023c04);
    g_assert_cmpint(board_mistakes("wrong key 0x00000001 for CR"), ==, 1);
}

/* Master and slave, in exact time and in the host's, and an EEPROM of QEMU's. */
static void test_i2c(const void *opaque)
{
    start_timed("i2c", opaque, "-machine wire=pb6-pb10:pb9-pb11 "
                "-device at24c-eeprom,bus=i2c1,address=0x50,rom-size=256");
    wait_until_done();
    g_assert_cmpuint(mail(1), ==, 0);
    g_assert_cmpuint(mail(2), ==, 0);
    g_assert_cmpuint(mail(3), ==, 0);
    if (*(const char *)opaque) {        /* 1 + 33 * 9 + 1 bits of 420 cycles, and what handlers take */
        assert_about(mail(4), 299 * 420 + 3000, 3000);
    }
    g_assert_cmpuint(mail(5), ==, 0);
    g_assert_cmpuint(mail(6), ==, 4);
    g_assert_cmpuint(mail(7), ==, 1);
    g_assert_cmpint(board_mistakes("soc/i2c"), ==, 0);
}

static void test_interrupts(void)
{
    run("interrupts");
    g_assert_cmphex(mail(1), ==, 0x1324);
    g_assert_cmphex(mail(2), ==, 0x1234);
    g_assert_cmphex(mail(3), ==, 0xf0);
}

/* ---- Sound ---- */

typedef struct Wav {
    uint8_t head[44];
    int16_t frame[][2];
} Wav;

/* What the audio back end has written by now that it is closed; the caller's to free. */
static Wav *read_wav(const char *name, unsigned *frames)
{
    char *data;
    size_t size;

    g_assert_true(g_file_get_contents(name, &data, &size, NULL));
    unlink(name);
    g_assert_cmpuint(size, >, 44);
    *frames = (size - 44) / 4;
    return (Wav *)data;
}

/* Amplitude of @hz in 100 ms from @ms on, in one channel. */
static unsigned amplitude(const Wav *wav, unsigned channel, unsigned ms, unsigned hz)
{
    double re = 0, im = 0;

    for (unsigned i = 0; i < 4410; i++) {
        double x = wav->frame[ms * 441 / 10 + i][channel], phase = 2 * G_PI * hz * i / 44100;

        re += x * cos(phase);
        im += x * sin(phase);
    }
    return lrint(sqrt(re * re + im * im) / 2205);
}

static void test_melody(const void *time)
{
    static const struct { unsigned left, right; } heard[] = {
        { 16000, 8000 },                                /* as it is */
        { 8019, 4009 },                                 /* -6 dB */
        { 0, 0 },                                       /* muted */
        { 4019, 8000 },                                 /* left headphone -12 dB */
    };
    g_autofree char *name = g_strdup_printf("/tmp/stm32-melody-%d.wav", getpid());
    g_autofree char *args = g_strdup_printf("-audiodev wav,id=a,path=%s -machine audiodev=a", name);
    g_autofree Wav *wav = NULL;
    bool exact = *(const char *)time;   /* otherwise SysTick may come too late to be counted */
    unsigned frames;

    start_timed("melody", time, args);
    wait_until_done();
    g_assert_cmphex(mail(1) & 0xf8, ==, 0xe0);
    g_assert_cmpuint(mail(2), ==, 0);
    g_assert_cmpint(board_mistakes("/machine"), ==, 0);
    board_stop();
    wav = read_wav(name, &frames);
    g_test_message("%u frames", frames);
    g_assert_cmpuint(*(uint32_t *)(wav->head + 24), ==, 44100);
    g_assert_cmpuint(frames, >, 34000);
    if (exact) {                        /* 800 ms and what it takes to stop */
        assert_about(frames, 35280, 200);
    }
    for (unsigned i = 0; exact && i < ARRAY_SIZE(heard) && frames > 34000; i++) {
        assert_about(amplitude(wav, 0, 200 * i + 50, 1000), heard[i].left, 1 + heard[i].left / 50);
        assert_about(amplitude(wav, 1, 200 * i + 50, 2000), heard[i].right,
                     1 + heard[i].right / 50);
        g_assert_cmpuint(amplitude(wav, 0, 200 * i + 50, 2000), <=, 50);
        g_assert_cmpuint(amplitude(wav, 1, 200 * i + 50, 1000), <=, 50);
    }
    if (!exact && frames > 34000) {     /* a busy host may be late by a word: left becomes right */
        g_assert_cmpuint(MAX(amplitude(wav, 0, 50, 1000), amplitude(wav, 1, 50, 1000)), >, 6000);
    }
}

/* `make run`: the console, and the first and the fourth note of the tune, half a second each. */
static void test_demo(void)
{
    g_autofree char *name = g_strdup_printf("/tmp/stm32-demo-%d.wav", getpid());
    g_autofree char *args = g_strdup_printf("-audiodev wav,id=a,path=%s -machine audiodev=a",
                                            name);
    g_autofree Wav *wav = NULL;
    unsigned frames;

    start("demo", args);
    for (unsigned i = 0; board_get_int("/machine", "virtual-time") < 2200000000; i++) {
        g_assert_cmpuint(i, <, REAL_SECONDS * 100);
        g_usleep(10000);
    }
    g_assert_cmpint(board_mistakes("/machine"), ==, 0);
    board_stop();
    wav = read_wav(name, &frames);
    g_assert_cmpuint(frames, >, 2 * 44100);
    g_assert_cmpuint(amplitude(wav, 0, 200, 330), >, 1000);
    g_assert_cmpuint(amplitude(wav, 0, 200, 390), <, 300);
    g_assert_cmpuint(amplitude(wav, 0, 1600, 390), >, 1000);
    g_assert_cmpuint(amplitude(wav, 1, 1600, 330), <, 300);
}

/* What the microphone is to hear, and what the firmware makes of it: amplitudes in per mille. */
typedef struct Heard {
    const char *name;
    unsigned tone_hz, percent, hz, amplitude, rest;
} Heard;

static void test_microphone(void)
{
    static const Heard heard[] = {
        { "a tone", 1000, 50, 1000, 490, 10 },          /* the filter takes 2 % of it */
        { "a loud one", 440, 90, 440, 896, 10 },
        { "too loud: clipped", 1000, 100, 1000, 943, 40 },
        { "another one", 3000, 50, 1000, 0, 600 },
        { "silence", 0, 0, 1000, 0, 5 },
    };

    start("microphone", "");
    for (unsigned i = 0; i < ARRAY_SIZE(heard); i++) {
        const Heard *h = &heard[i];

        g_test_message("%s", h->name);
        board_set_int("/machine/mic", "frequency", h->tone_hz);
        board_set_int("/machine/mic", "amplitude", h->percent);
        poke(MAILBOX_ADDRESS + 4 * 14, h->hz);
        wait_for(15, i + 1);
        g_test_message("amplitude %u, rest %u", mail(1), mail(2));
        g_assert_cmpint(ABS((int)mail(1) - (int)h->amplitude), <, 6);
        g_assert_cmpuint(mail(2), <=, h->rest);
    }
    g_assert_cmpuint(mail(3), ==, 0);
    g_assert_cmpint(board_mistakes("/machine"), ==, 0);
}

/* A second of it, from a file whose rate is none of the chip's. */
static void test_microphone_file(void)
{
    g_autofree char *name = NULL, *args = NULL;
    int fd = g_file_open_tmp("stm32-test-XXXXXX", &name, NULL);
    uint32_t head[] = { 0x46464952, 36 + 44100, 0x45564157, 0x20746d66, 16, 1 | 2 << 16, 11025,
                        44100, 4 | 16 << 16, 0x61746164, 44100 };
    int16_t sample[2];

    g_assert_cmpint(write(fd, head, sizeof(head)), ==, sizeof(head));
    for (unsigned i = 0; i < 11025; i++) {
        sample[0] = 32767 * 0.8 * sin(2 * G_PI * 440 * i / 11025);
        sample[1] = 0;
        g_assert_cmpint(write(fd, sample, 4), ==, 4);
    }
    close(fd);
    args = g_strdup_printf("-machine microphone=%s", name);
    start("microphone", args);
    for (unsigned i = 1; i < 15; i++) {                 /* longer than the file */
        poke(MAILBOX_ADDRESS + 4 * 14, 440);
        wait_for(15, i);
        g_assert_cmpint(ABS((int)mail(1) - 400), <, 6);
        g_assert_cmpuint(mail(2), <=, 20);
    }
    unlink(name);
}

/* Wait until the guest asks for it, let it sleep on, then press and release the button. */
static void press_button_when_asked(uint32_t request)
{
    wait_for(15, request);
    g_usleep(50000);
    board_set_bool("/machine/button-user", "pressed", true);
    g_usleep(50000);
    board_set_bool("/machine/button-user", "pressed", false);
}

static void test_sleep(void)
{
    start("sleep", "");
    press_button_when_asked(0x11);
    press_button_when_asked(0x12);
    wait_for(15, 0xa5a5a5a5);                       /* Standby: SRAM is lost */
    g_assert_false(board_get_bool("/machine/led-green", "lit"));    /* pins float in Standby */
    board_set_bool("/machine/button-user", "pressed", true);
    wait_until_done();

    g_assert_cmpuint(mail(1), ==, 10);              /* ms asleep, ... */
    assert_about(mail(2), 160000, 1000);            /* ... when CYCCNT goes on */
    g_assert_cmpuint(mail(9), <, 1000);             /* and in Stop SysTick does too */
    g_assert_cmpuint(mail(3), ==, 0);               /* HSI after Stop */
    g_assert_cmphex(mail(4) & 0x03030003, ==, 3);
    g_assert_cmpuint(mail(5), ==, 1);               /* an event runs no handler ... */
    g_assert_cmphex(mail(6), ==, 0);                /* ... and leaves nothing pending */
    g_assert_cmphex(mail(7) & 3, ==, 3);            /* SBF, WUF */
    g_assert_cmphex(mail(8) >> 25, ==, 0x0e000000 >> 25);
}

#define ECHO 16384
#define BLOCK 8192          /* half of what the program has room for */

/* Send @data to the firmware, a block at a time, and have it back. */
static void exchange(int fd, const uint8_t *data)
{
    g_autofree uint8_t *back = g_malloc(ECHO);

    for (unsigned at = 0; at < ECHO; at += BLOCK) {
        g_assert_cmpint(send(fd, data + at, BLOCK, 0), ==, BLOCK);
        g_assert_cmpint(recv(fd, back + at, BLOCK, MSG_WAITALL), ==, BLOCK);
    }
    g_assert_cmpmem(data, ECHO, back, ECHO);
}

typedef struct DmaRun {
    const char *time;
    bool stuck;
} DmaRun;

/* A stream of low priority whose request never ends: there has to be time for everything else. */
static void begin_endless_stream(void)
{
    poke(0x4001100c, peek(0x4001100c) & ~0x10);     /* its handler reads DR: DMA may be late now */
    qtest_set_irq_in(board, "/machine/soc/dma2", "request", 9, 1);      /* DCMI's */
    poke(0x40026430, 0x2001e000);                   /* stream 1: PAR, M0AR, NDTR, CR */
    poke(0x40026434, 0x2001e000);
    poke(0x4002642c, 100);
    poke(0x40026428, 1 << 25 | 1 << 10 | 1 << 8 | 1);     /* CHSEL, MINC, CIRC, EN */
}

/* Copies, and an echo at 10.5 Mbaud that may lose nothing, with virtual time exact and without. */
static void test_dma(const void *opaque)
{
    const DmaRun *run = opaque;
    g_autofree uint8_t *data = g_malloc(ECHO);
    struct timeval patience = { .tv_sec = REAL_SECONDS };
    g_autofree char *args = NULL, *log = NULL;
    int fds[2];

    for (unsigned i = 0; i < ECHO; i++) {
        data[i] = i < 4 ? (uint8_t)(ECHO >> (24 - 8 * i)) : i * 7 + i / 256;
    }
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), ==, 0);
    setsockopt(fds[0], SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    args = g_strdup_printf("-serial null -chardev socket,id=line,fd=%d -serial chardev:line", fds[1]);
    start_timed("dma", run->time, args);
    close(fds[1]);
    wait_for(15, 1);
    if (run->stuck) {
        begin_endless_stream();
    }
    exchange(fds[0], data);
    wait_until_done();
    close(fds[0]);
    g_assert_cmpuint(mail(1), ==, 0);
    g_assert_cmpuint(mail(2), >=, 2);
    g_assert_cmpuint(mail(3), ==, 4);
    if (*run->time) {
        assert_about(mail(4), 4096 * 7 / 4, 500);
    }
    g_assert_cmpuint(mail(5), ==, 111);
    g_assert_cmpuint(mail(6), ==, 222);
    g_assert_cmpuint(mail(8), ==, ECHO);
    g_assert_true(mail(9) > 0 || run->stuck);
    g_assert_cmpuint(mail(10), ==, 0);
    log = board_log();
    g_assert_cmpstr(log, ==, "");
}

/* A thousand frames there and back, with virtual time exact and without: none is lost. */
static void test_can(const void *time)
{
    start_timed("can", time, "-object can-bus,id=b -machine canbus1=b,canbus2=b");
    wait_until_done();
    g_assert_cmpuint(mail(1), ==, 1000);
    g_assert_cmpuint(mail(2), ==, 0);
    assert_about(mail(4), 3999, 1);
    g_assert_cmphex(mail(5), ==, 0);
    if (*(const char *)time) {
        assert_about(mail(3), 1000 * 2 * 125 * 168, 1000 * 2 * 25 * 168);
    }
    g_assert_cmpint(board_mistakes("/machine/soc"), ==, 0);
}

/* A stick is found, read at the pace of the bus, written, and pulled out; in exact time and in the host's. */
static void test_stick(const void *time)
{
    g_autofree char *path = NULL, *args = NULL;
    int fd = g_file_open_tmp("stm32-stick-XXXXXX", &path, NULL);
    uint32_t word;

    for (uint32_t i = 0; i < 128 * 128; i++) {          /* the number of its block and its own in each word */
        word = cpu_to_le32(i / 128 << 16 | i % 128);
        g_assert_cmpint(write(fd, &word, 4), ==, 4);
    }
    args = g_strdup_printf("-drive if=none,id=stick,format=raw,file=%s "
                           "-device usb-storage,bus=otg-fs.0,drive=stick,id=stick", path);
    start_timed("stick", time, args);
    wait_for(7, 1);
    g_assert_cmphex(mail(1), ==, 0x000146f4);
    g_assert_cmpuint(mail(2), ==, 128);
    g_assert_cmpuint(mail(3), ==, 0);
    g_assert_cmpuint(mail(6), ==, 0);
    if (*(const char *)time) {          /* 19 packets of 64 bytes a frame */
        assert_about(mail(4), 64 * 512 / 64 * 1000 / 19, 4000);
    }
    qtest_qmp_assert_success(board, "{ 'execute': 'device_del', 'arguments': { 'id': 'stick' } }");
    wait_until_done();
    g_assert_cmpuint(mail(7), ==, 2);
    g_assert_cmpint(board_mistakes("/machine/soc"), ==, 0);
    board_stop();
    g_assert_cmpint(pread(fd, &word, 4, 100 * 512 + 8), ==, 4);
    g_assert_cmphex(le32_to_cpu(word), ==, (uint32_t)~(8 << 16 | 2));
    close(fd);
    unlink(path);
}

/* Master and slave by DMA, in exact time and in the host's, and a flash part of QEMU's. */
static void test_spi(const void *time)
{
    start_timed("spi", time, "-machine wire=pb3-pb13:pb4-pb14:pb5-pb15 "
                "-device w25q80bl,bus=spi3,cs=0");
    wait_until_done();
    g_assert_cmpuint(mail(1), ==, 0);
    g_assert_cmpuint(mail(2), ==, 0);
    g_assert_cmpuint(mail(3), ==, 0);
    g_assert_cmpuint(mail(4), ==, 4);
    if (*(const char *)time) {          /* 16 cycles a bit */
        assert_about(mail(5), 4096 * 8 * 16, 500);
        assert_about(mail(6), 4096 * 8 * 16, 500);
    }
    g_assert_cmpuint(mail(7), ==, 4);
    g_assert_cmphex(mail(8), ==, 0xef4014);
    g_assert_cmphex(mail(9), ==, 2);                /* WEL */
    g_assert_cmpuint(mail(10), ==, 0);
    g_assert_cmpuint(mail(11), ==, 0);
    g_assert_cmpuint(mail(12), ==, 0);
    g_assert_cmpint(board_mistakes("/machine/soc"), ==, 0);
}

/* What the firmware has written is in the file. */
static void test_spi_drive(void)
{
    g_autofree char *file = NULL, *args = NULL, *data = NULL;
    int fd = g_file_open_tmp("stm32-spi-XXXXXX", &file, NULL);
    gsize size;

    g_assert_cmpint(ftruncate(fd, MiB), ==, 0);
    close(fd);
    args = g_strdup_printf("-machine wire=pb3-pb13:pb4-pb14:pb5-pb15 "
                           "-drive if=none,id=spi,format=raw,file=%s "
                           "-device w25q80bl,bus=spi3,cs=0,drive=spi", file);
    start("spi", args);
    wait_until_done();
    g_assert_cmpuint(mail(10) + mail(11) + mail(12), ==, 0);
    board_stop();
    g_assert_true(g_file_get_contents(file, &data, &size, NULL));
    g_assert_cmpint(data[0x12000 + 5], ==, 15);
    g_assert_cmphex(data[0x12100] & 0xff, ==, 0xff);
    g_assert_cmpint(data[0x11fff], ==, 0);          /* the sector before */
    g_assert_cmpint(data[0x13000], ==, 0);
    unlink(file);
}

/* ---- Masters made of GPIOs ---- */

static void test_soft(void)
{
    start("soft", "-machine wire=pd0-pb11:pd1-pb10 "
          "-device stm32-i2c-bus,scl=pc4,sda=pc5,id=soft "
          "-device at24c-eeprom,bus=soft,address=0x50,rom-size=256");
    wait_until_done();
    g_assert_cmphex(mail(1), ==, 0x3f);
    g_assert_cmphex(mail(2), ==, 0x67);
    g_assert_cmphex(mail(3), ==, 0xe3);
    g_assert_cmphex(mail(4), ==, 0x5a);
    g_assert_cmpuint(mail(5), ==, 0);
    g_assert_cmpuint(mail(6), ==, 0);
    g_assert_cmpuint(mail(7), ==, 0);
    g_assert_cmpuint(mail(8), ==, 0);
    g_assert_cmpint(board_mistakes("/machine"), ==, 0);
}

/* ---- The accelerometer ---- */

static void tilt_to(int x, int y)
{
    uint32_t samples;

    board_set_int("/machine/accelerometer", "x", x);
    board_set_int("/machine/accelerometer", "y", y);
    samples = mail(1);
    for (int i = 0; mail(1) - samples < 3; i++) {
        if (i > REAL_SECONDS * 100) {
            g_error("no samples of the accelerometer");
        }
        g_usleep(10000);
    }
}

static void assert_lit(const char *only)
{
    static const char *const leds[] = { "led-green", "led-orange", "led-red", "led-blue" };

    for (unsigned i = 0; i < ARRAY_SIZE(leds); i++) {
        g_autofree char *path = g_strdup_printf("/machine/%s", leds[i]);

        g_assert_cmpint(board_get_bool(path, "lit"), ==, !strcmp(leds[i], only));
    }
}

static void test_tilt(const void *time)
{
    start_timed("tilt", time, "");
    tilt_to(0, 0);
    assert_lit("none");
    g_assert_cmpuint(mail(4), ==, 1);
    tilt_to(500, 100);
    assert_lit("led-red");
    assert_about(mail(2), 500, 1);
    assert_about(mail(3), 100, 1);
    tilt_to(-500, 100);
    assert_lit("led-green");
    tilt_to(-500, 700);
    assert_lit("led-orange");
    tilt_to(300, -301);
    assert_lit("led-blue");
    tilt_to(199, -199);
    assert_lit("none");
    if (*(const char *)time) {
        qtest_qmp_assert_success(board, "{'execute': 'stop'}");
        assert_about(mail(6), 10 * (mail(1) - 1), 1);
        g_assert_cmpuint(mail(5), ==, 0);
    }
    g_assert_cmpint(board_mistakes("/machine"), ==, 0);
}

/* A file says how the board is moved. */
static void test_motion(void)
{
    g_autofree char *file = NULL, *args = NULL;
    int fd = g_file_open_tmp("stm32-motion-XXXXXX", &file, NULL);

    close(fd);
    g_assert_true(g_file_set_contents(file, "0 0 0 1000\n50 400 0 900\n100 0 -400 900\n", -1,
                                      NULL));
    args = g_strdup_printf("-S -machine motion=%s", file);
    start("tilt", args);
    for (unsigned i = 0; i < 3; i++) {
        static const char *const lit[] = { "none", "led-red", "led-blue" };

        board_set_int("/machine", "stop-at", (40 + 50 * i) * 1000000ll);
        qtest_qmp_assert_success(board, "{'execute': 'cont'}");
        qtest_qmp_eventwait(board, "STOP");
        assert_lit(lit[i]);
    }
    unlink(file);
}

/* stop-at pauses a machine that runs, one in real time and an idle one too; then it goes on. */
static void test_stop_at(const void *time)
{
    start_timed("tilt", time, "");
    for (unsigned i = 1; i <= 3; i++) {
        int64_t ns = board_get_int("/machine", "virtual-time") + 5000000;

        board_set_int("/machine", "stop-at", ns);
        qtest_qmp_eventwait(board, "STOP");
        g_assert_cmpint(board_get_int("/machine", "virtual-time"), >=, ns);
        g_assert_cmpint(board_get_int("/machine", "stop-at"), ==, -1);
        qtest_qmp_assert_success(board, "{'execute': 'cont'}");
    }
    board_set_int("/machine", "stop-at", 0);            /* long past: at once */
    qtest_qmp_eventwait(board, "STOP");
}

static void test_rtc(void)
{
    run("rtc");
    assert_about(mail(1), 2000, 1);
    g_assert_cmpuint(mail(2), ==, 1);
    g_assert_cmphex(mail(3), ==, 5);
    g_assert_cmpuint(mail(4), <, 3);                /* SysTick stands in Stop */
    g_assert_cmphex(mail(5) & 3, ==, 3);            /* SBF, WUF */
    g_assert_cmphex(mail(6), ==, 5);                /* midnight, and 5 s of Stop */
    g_assert_cmphex(mail(7), ==, 8);
    g_assert_cmpint(board_mistakes("/machine/soc/rtc"), ==, 0);
}

static void test_watchdogs(void)
{
    run("watchdogs");
    g_assert_cmphex(mail(2), ==, 0x24);             /* IWDGRSTF, PINRSTF */
    g_assert_cmphex(mail(3), ==, 0x44);             /* WWDGRSTF */
    g_assert_cmphex(mail(4), ==, 0x14);             /* SFTRSTF */
    g_assert_cmphex(mail(5), ==, 0x24);             /* in Stop */
    g_assert_cmpuint(mail(8), >=, 200);
    assert_about(mail(9), 50, 1);
    assert_about(mail(10), 16 * 256, 3);
}

/* With -icount and without: a late host is no reason for overruns. */
static void test_analog(const void *time)
{
    start_timed("analog", time, "-S -machine wire=pa4-pa1");
    board_set_int("/machine/soc/adc-common", "temperature", 50000);
    qtest_qmp_assert_success(board, "{'execute': 'cont'}");
    wait_until_done();
    if (*(const char *)time) {
        g_assert_cmpuint(mail(1), ==, 0);
    }
    g_assert_cmpuint(mail(2), >=, 20);
    g_assert_cmpuint(mail(3), ==, 0);
    g_assert_cmpuint(mail(4), ==, 0);
    g_assert_cmphex(mail(5), ==, 1234 << 16 | 1234);
    assert_about(mail(6), 50000, 1000);
    g_assert_cmpint(board_mistakes("/machine/soc/"), ==, 0);
}

/* What the DMA takes from a converter that never stops is complete and in order. */
static void test_bursts(const void *time)
{
    start_timed("bursts", time, "");
    wait_until_done();
    g_assert_cmpuint(mail(1), ==, 0);
    g_assert_cmpuint(mail(2), >=, 50);
    g_assert_cmpuint(mail(3), ==, 0);
    g_assert_cmpuint(mail(4), ==, 4000);
    g_assert_cmpuint(mail(5), >=, 50);
    g_assert_cmpuint(mail(6), >=, 20);
    g_assert_cmpuint(mail(7) * 20, <=, *(const char *)time ? 0 : mail(6));
    g_assert_cmpint(board_mistakes("/machine/soc/"), ==, 0);
}

static void test_timers(void)
{
    start("timers", "-machine wire=pd12-pc6:pe2-pe9:pe4-pe11");
    wait_until_done();
    g_assert_cmpuint(mail(1), ==, 42000);
    g_assert_cmpuint(mail(2), ==, 10500);
    assert_about(mail(3), 1000, 1);
    assert_about(mail(4), 10000, 1);
    g_assert_cmpuint(mail(5), ==, 25);
    g_assert_cmpuint(mail(6), ==, 65531);
    g_assert_cmpuint(mail(7), ==, 500);
    g_assert_cmpuint(mail(8), ==, 600);
    g_assert_cmpuint(mail(9), ==, 0);
    g_assert_cmphex(mail(10), ==, 0x30);                /* half and complete */
    assert_about(mail(11), 3 * 16800, 50);
    g_assert_cmpint(board_mistakes("/machine/soc/tim"), ==, 0);
}

/* The same program twice: the same words, at the same virtual time. */
static void test_same_again(void)
{
    uint32_t first[8];

    run("clock");
    for (unsigned i = 0; i < ARRAY_SIZE(first); i++) {
        first[i] = mail(i);
    }
    run("clock");
    for (unsigned i = 0; i < ARRAY_SIZE(first); i++) {
        g_assert_cmphex(mail(i), ==, first[i]);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_data_func("chip/can", "-icount shift=3,sleep=off", test_can);
    qtest_add_data_func("chip/can-real-time", "", test_can);
    qtest_add_data_func("chip/stick", "-icount shift=3,sleep=off", test_stick);
    qtest_add_data_func("chip/stick-real-time", "", test_stick);
    qtest_add_func("chip/clock", test_clock);
    qtest_add_data_func("chip/dma", &(DmaRun) { "-icount shift=3,sleep=off" }, test_dma);
    qtest_add_data_func("chip/dma-real-time", &(DmaRun) { "" }, test_dma);
    qtest_add_data_func("chip/dma-endless", &(DmaRun) { "", true }, test_dma);
    qtest_add_data_func("chip/blocks", "-icount shift=3,sleep=off", test_blocks);
    qtest_add_data_func("chip/blocks-real-time", "", test_blocks);
    qtest_add_func("chip/css", test_css);
    qtest_add_data_func("chip/faults", "-icount shift=3,sleep=off", test_faults);
    qtest_add_data_func("chip/faults/real-time", "", test_faults);
    qtest_add_func("chip/faults/without-write-buffer", test_faults_without_write_buffer);
    qtest_add_func("chip/flash", test_flash);
    qtest_add_data_func("chip/i2c", "-icount shift=3,sleep=off", test_i2c);
    qtest_add_data_func("chip/i2c-real-time", "", test_i2c);
    qtest_add_func("chip/interrupts", test_interrupts);
    qtest_add_data_func("chip/melody", "-icount shift=3,sleep=off", test_melody);
    qtest_add_data_func("chip/melody-real-time", "", test_melody);
    qtest_add_func("chip/demo", test_demo);
    qtest_add_func("chip/microphone", test_microphone);
    qtest_add_func("chip/microphone-file", test_microphone_file);
    qtest_add_func("chip/rtc", test_rtc);
    qtest_add_func("chip/sleep", test_sleep);
    qtest_add_func("chip/stop", test_stop);
    qtest_add_data_func("chip/spi", "-icount shift=3,sleep=off", test_spi);
    qtest_add_data_func("chip/spi-real-time", "", test_spi);
    qtest_add_func("chip/spi-drive", test_spi_drive);
    qtest_add_func("chip/soft", test_soft);
    qtest_add_data_func("chip/tilt", "-icount shift=3,sleep=off", test_tilt);
    qtest_add_data_func("chip/tilt-real-time", "", test_tilt);
    qtest_add_func("chip/motion", test_motion);
    qtest_add_data_func("chip/stop-at", "-icount shift=3,sleep=off", test_stop_at);
    qtest_add_data_func("chip/stop-at-icount-sleep", "-icount shift=3,sleep=on", test_stop_at);
    qtest_add_data_func("chip/stop-at-real-time", "", test_stop_at);
    qtest_add_func("chip/watchdogs", test_watchdogs);
    qtest_add_func("chip/timers", test_timers);
    qtest_add_data_func("chip/analog", "-icount shift=3,sleep=off", test_analog);
    qtest_add_data_func("chip/analog-real-time", "", test_analog);
    qtest_add_data_func("chip/bursts", "-icount shift=3,sleep=off", test_bursts);
    qtest_add_data_func("chip/bursts-real-time", "", test_bursts);
    qtest_add_func("chip/same-again", test_same_again);
    return board_run_tests();
}
