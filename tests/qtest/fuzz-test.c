/*
 * A guest can do anything: random accesses of all widths all over the map, from a seed, with time
 * passing in between.  What counts is that QEMU is still there and answers.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/tests/qtest/board.h"

#define ACCESSES 40000

/* Where something is, more or less. */
static const struct {
    uint32_t base, size;
} areas[] = {
    { 0x00000000, 0x00100000 }, { 0x08000000, 0x00100000 }, { 0x10000000, 0x00010000 },
    { 0x1fff0000, 0x00010000 }, { 0x20000000, 0x00020000 }, { 0x22000000, 0x00400000 },
    { 0x40000000, 0x00008000 }, { 0x40010000, 0x00006000 }, { 0x40020000, 0x00002400 },
    { 0x40023000, 0x00002000 }, { 0x40026000, 0x00004000 }, { 0x42000000, 0x01000000 },
    { 0x40040000, 0x00024000 }, { 0x50000000, 0x00061000 }, { 0xa0000000, 0x00001000 },
    { 0x60000000, 0x00200000 }, { 0x68000000, 0x00200000 }, { 0x70000000, 0x00040000 }, { 0xe0000000, 0x00100000 },
};

static uint32_t random_address(GRand *random)
{
    unsigned area = g_rand_int_range(random, 0, ARRAY_SIZE(areas) + 1);

    return area == ARRAY_SIZE(areas) ? g_rand_int(random)
         : areas[area].base + g_rand_int(random) % areas[area].size;
}

static uint32_t random_data(GRand *random)
{
    switch (g_rand_int_range(random, 0, 4)) {
    case 0:  return 0xffffffff;
    case 1:  return 1u << g_rand_int_range(random, 0, 32);
    case 2:  return g_rand_int_range(random, 0, 256);
    default: return g_rand_int(random);
    }
}

static void one_access(GRand *random)
{
    uint32_t addr = random_address(random), data = random_data(random);
    uint32_t aligned = g_rand_int_range(random, 0, 8) ? ~0u : 0;

    switch (g_rand_int_range(random, 0, 8)) {
    case 0: qtest_readb(board, addr); break;
    case 1: qtest_readw(board, addr & ~(1u & aligned)); break;
    case 2: qtest_readl(board, addr & ~(3u & aligned)); break;
    case 3: qtest_writeb(board, addr, data); break;
    case 4: qtest_writew(board, addr & ~(1u & aligned), data); break;
    case 5: qtest_writeq(board, addr & ~(7u & aligned), (uint64_t)data << 32 | data); break;
    default: qtest_writel(board, addr & ~(3u & aligned), data); break;
    }
}

/* All clocks on, so that accesses reach the peripherals; sometimes a few are held in reset. */
static void enable_all(GRand *random)
{
    for (uint32_t reg = 0x40023830; reg <= 0x40023844; reg += 4) {
        poke(reg, 0xffffffff);
        poke(reg - 0x20, g_rand_int_range(random, 0, 4) ? 0
                         : g_rand_int(random) & g_rand_int(random) & g_rand_int(random));
    }
}

/* What people do meanwhile. */
static void disturb(GRand *random)
{
    board_set_bool("/machine", "hse-stopped", g_rand_int_range(random, 0, 4) == 0);
    board_set_bool("/machine/button-user", "pressed", g_rand_boolean(random));
    board_set_int("/machine/soc/pwr", "vdd", g_rand_int_range(random, 1800, 3600));
    pin_drive("pb8", g_rand_boolean(random) ? "1" : "z");
}

static void test_random_accesses(const void *seed)
{
    GRand *random = g_rand_new_with_seed(GPOINTER_TO_UINT(seed));

    board_start("-device stm32-ili9341,bank=ne1,rs=a16 -device stm32-sram,bank=ne3 -device stm32-nor,bank=ne2 "
                "-device stm32-nand,bank=nce2,width=8,ready=pd6");
    for (unsigned i = 0; i < ACCESSES; i++) {
        if (i % 200 == 0) {
            enable_all(random);
            disturb(random);
            board_wait_ns(g_rand_int_range(random, 0, 2000000));
        }
        one_access(random);
    }
    board_reset();
    g_assert_cmphex(peek(0x40023830), ==, 0x00100000);      /* it is alive, and itself again */
    g_rand_free(random);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (unsigned seed = 1; seed <= 4; seed++) {
        g_autofree char *name = g_strdup_printf("fuzz/seed-%u", seed);

        qtest_add_data_func(name, GUINT_TO_POINTER(seed), test_random_accesses);
    }
    return board_run_tests();
}
