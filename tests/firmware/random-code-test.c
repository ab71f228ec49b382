/*
 * A guest can do anything, part two: random code.  Thumb instructions from a seed, most of them loads
 * and stores to where something is, run under TCG with random vectors.  Whatever becomes of the core,
 * QEMU is still there, its time goes on, and a reset makes the chip itself again.
 *
 * STM32_SEEDS says how many seeds, STM32_SEED the first.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "stm32/tests/qtest/board.h"

#define RUN_NS 3000000          /* 375000 instructions */
#define REAL_SECONDS 20         /* until QEMU counts as hung */
#define FLASH 0x08000000
#define STACK 0x2001f000
#define VECTORS 98
#define SKIP_HANDLER (4 * VECTORS)
#define LEAP_HANDLER (SKIP_HANDLER + 16)
#define CODE (LEAP_HANDLER + 16)
#define IMAGE_SIZE 0x4000
#define BLOCK 256               /* at most: addresses and what follows them */

static const struct {
    uint32_t base, size;
} areas[] = {
    { 0x08000000, 0x00100000 }, { 0x10000000, 0x00010000 }, { 0x1fff7800, 0x00000400 },
    { 0x20000000, 0x00020000 }, { 0x22000000, 0x00400000 }, { 0x40004000, 0x00001400 },
    { 0x40007000, 0x00000400 }, { 0x40011000, 0x00000800 }, { 0x40013800, 0x00000800 },
    { 0x40020000, 0x00002400 }, { 0x40023000, 0x00002000 }, { 0x42000000, 0x01000000 },
    { 0xe0000000, 0x00002000 }, { 0xe000e000, 0x00001000 },
};

static uint8_t image[IMAGE_SIZE];
static size_t at;

static void emit(unsigned halfword)
{
    image[at++] = halfword;
    image[at++] = halfword >> 8;
}

static void emit_word(uint32_t word)
{
    emit(word);
    emit(word >> 16);
}

/* Words to where they are to be written: all clocks on, SysTick, so that no loop lasts. */
static void emit_start(void)
{
    static const uint32_t words[][2] = {
        { 0x40023830, 0xffffffff }, { 0x40023834, 0xffffffff }, { 0x40023838, 0xffffffff },
        { 0x40023840, 0xffffffff }, { 0x40023844, 0xffffffff }, { 0x40007000, 0x00000100 },
        { 0xe000e014, 0x00001000 }, { 0xe000e018, 0x00000000 }, { 0xe000e010, 0x00000007 },
        { 0, 0 }
    };

    emit(0xa002);                                   /* adr r0 */
    emit(0xc806);                                   /* ldm r0!, { r1, r2 } */
    emit(0x2900);                                   /* cmp r1, #0 */
    emit(0xd001 + 4 * ARRAY_SIZE(words));           /* beq: out */
    emit(0x600a);                                   /* str r2, [r1] */
    emit(0xe7fa);                                   /* b: ldm */
    for (unsigned i = 0; i < ARRAY_SIZE(words); i++) {
        emit_word(words[i][0]);
        emit_word(words[i][1]);
    }
}

/* An exception handler that adds @bytes to the PC it returns to. */
static void emit_handler(unsigned bytes)
{
    emit(0xf3ef);                                   /* mrs r0, msp */
    emit(0x8008);
    emit(0x6981);                                   /* ldr r1, [r0, #24] */
    emit(0x3100 | bytes);                           /* adds r1, #bytes */
    emit(0x6181);                                   /* str r1, [r0, #24] */
    emit(0x4770);                                   /* bx lr */
}

static uint32_t random_address(GRand *random)
{
    unsigned area = g_rand_int_range(random, 0, ARRAY_SIZE(areas) + 1);

    return area == ARRAY_SIZE(areas) ? g_rand_int(random)
         : areas[area].base + g_rand_int(random) % areas[area].size;
}

/* Addresses into r0 to r11, a stack pointer that is good: adr r0; ldm r0; mov sp, r12; b over it. */
static void emit_addresses(GRand *random)
{
    if (at % 4) {
        emit(0xbf00);
    }
    emit(0xa002);
    emit(0xe890);
    emit(0x1fff);
    emit(0x46e5);
    emit(0xe01a);
    emit(0xbf00);
    for (unsigned i = 0; i < 13; i++) {
        emit_word(i == 12 ? STACK : random_address(random) & (i % 4 ? ~3u : ~0u));
    }
}

static void emit_instruction(GRand *random)
{
    static const uint16_t special[] = {
        0xbf20, 0xbf30, 0xbf40, 0xb661, 0xb662, 0xb671, 0xb672, 0xdf00, 0xbe00,
    };
    uint32_t bits = g_rand_int(random);

    switch (g_rand_int_range(random, 0, 100)) {
    case 0 ... 34:              /* load, store */
        emit(0x5000 + bits % 0x4000);
        break;
    case 35 ... 49:             /* ldrd, strd */
        emit(0xe940 | (bits & 0x9f));
        emit(bits >> 16);
        break;
    case 50 ... 64:             /* load, store, 32-bit instructions */
        emit(0xf800 | (bits & 0xff));
        emit(bits >> 16);
        break;
    case 65 ... 84:             /* data */
        emit(bits % 0x4700);
        break;
    case 85 ... 86:
        emit(special[bits % ARRAY_SIZE(special)]);
        break;
    default:                    /* anything */
        emit(bits);
        break;
    }
}

static void put_vector(unsigned n, uint32_t address)
{
    stl_le_p(image + 4 * n, address);
}

/* Half of the seeds have handlers that step over what faulted; others go anywhere. */
static void make_image(GRand *random, bool skip)
{
    at = SKIP_HANDLER;
    emit_handler(2);
    at = LEAP_HANDLER;
    emit_handler(200);
    at = CODE;
    emit_start();
    while (at < IMAGE_SIZE - BLOCK) {
        emit_addresses(random);
        for (unsigned i = 0; i < 24; i++) {
            emit_instruction(random);
        }
    }
    for (unsigned n = 2; n < VECTORS; n++) {
        put_vector(n, skip && n < 7 ? FLASH + SKIP_HANDLER + 1
                      : FLASH + CODE + g_rand_int(random) % (IMAGE_SIZE - CODE));
    }
    put_vector(15, FLASH + LEAP_HANDLER + 1);       /* SysTick */
    put_vector(0, STACK);
    put_vector(1, FLASH + CODE + 1);
}

static void test_random_code(const void *opaque)
{
    unsigned seed = GPOINTER_TO_UINT(opaque);
    GRand *random = g_rand_new_with_seed(seed);
    g_autofree char *file = NULL, *args = NULL;
    gint64 end = g_get_monotonic_time() + REAL_SECONDS * G_TIME_SPAN_SECOND;
    int fd = g_file_open_tmp("stm32-random-XXXXXX.bin", &file, NULL);

    g_assert(fd >= 0);
    close(fd);
    make_image(random, seed % 2);
    g_assert(g_file_set_contents(file, (char *)image, IMAGE_SIZE, NULL));
    args = g_strdup_printf("-accel tcg -icount shift=3,sleep=off -S -kernel %s", file);
    board_start(args);
    unlink(file);
    board_set_int("/machine", "stop-at", RUN_NS);
    qtest_qmp_assert_success(board, "{'execute': 'cont'}");
    while (!board_is_paused()) {
        if (g_get_monotonic_time() > end) {
            g_error("seed %u: hung at %" PRId64 " ns", seed,
                    board_get_int("/machine", "virtual-time"));
        }
        g_usleep(1000);
    }
    g_test_message("%d reports, %s", board_mistakes("\n"),
                   board_mistakes("Lockup") ? "locked up" : "still running");
    g_assert_cmpint(board_get_int("/machine", "virtual-time"), >=, RUN_NS);
    board_reset();
    g_assert_cmphex(peek(0x40023830), ==, 0x00100000);
    g_rand_free(random);
}

static unsigned from_environment(const char *name, unsigned otherwise)
{
    const char *value = g_getenv(name);

    return value && *value ? strtoul(value, NULL, 0) : otherwise;
}

int main(int argc, char **argv)
{
    unsigned first, seeds;

    g_test_init(&argc, &argv, NULL);
    first = from_environment("STM32_SEED", 1);
    seeds = from_environment("STM32_SEEDS", 14);
    for (unsigned seed = first; seed < first + 3 * seeds; seed += 3) {
        g_autofree char *name = g_strdup_printf("random-code/seed-%u", seed);

        qtest_add_data_func(name, GUINT_TO_POINTER(seed), test_random_code);
    }
    return board_run_tests();
}
