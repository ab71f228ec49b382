/*
 * A guest can do anything, part three: peripherals that have been set up to do something, then random
 * accesses with interrupts on (hostile.c), in exact time and in the host's, with jumpers.  Whatever it does,
 * QEMU answers, time goes on, the guest goes on, and SIGTERM ends it.
 *
 * STM32_SEEDS says how many seeds, STM32_SEED the first (make hostile SEEDS=n SEED=n).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/tests/qtest/board.h"
#include "stm32/tests/firmware/hostile.h"

#define SEEDS 4
#define LOOKS 4
#define REAL_SECONDS 30         /* until QEMU, or the guest, counts as hung */
#define PATIENCE_US 15000000    /* of the host: then it is enough that time goes on */
#define ASLEEP_NS 10000000000   /* virtual: SysTick's 2^24 ticks at 16 MHz / 8, and some */

static const struct Run {
    const char *name, *args;
} runs[] = {
    { "icount", "-icount shift=3,sleep=off" }, { "real-time", "" },
};

/* Jumpers of all kinds: outputs to inputs of the same and of other peripherals. */
static const char *const wires[] = {
    "pa2-pa3:pa6-pa7:pb6-pb10:pb9-pb11", "pb14-pb15:pa6-pb0:pd12-pc6:pa9-pa10",
    "pc6-pc7:pb12-pa4:pb13-pa5:pb8-pd0:pa0-pa8", "pd0-pd1:pc10-pc11:pb3-pa5:pe9-pe11:pa4-pa1",
};

static unsigned from_environment(const char *name, unsigned otherwise)
{
    const char *value = g_getenv(name);

    return value && *value ? strtoul(value, NULL, 0) : otherwise;
}

/*
 * A guest may sleep for as long as SysTick takes, some seconds, while its DMA makes each of them a minute of
 * the host's: it hangs if time stands, or if more than that has gone by.  Nobody waits for all of that minute.
 */
static void wait_until_it_goes_on(void)
{
    uint32_t alive = peek(HOSTILE_ALIVE);
    int64_t start = board_get_int("/machine", "virtual-time"), last = start, now = start;
    int64_t begun = g_get_monotonic_time();

    for (unsigned i = 0; i < REAL_SECONDS * 100; i++) {
        now = board_get_int("/machine", "virtual-time");
        if (peek(HOSTILE_ALIVE) != alive && now > start) {
            return;
        }
        if (now > last && now < start + ASLEEP_NS) {
            last = now;
            i = 0;
            if (g_get_monotonic_time() - begun > PATIENCE_US) {
                return;
            }
        }
        g_usleep(10000);
    }
    g_error("it does not go on: %" PRId64 " ns have gone by", now - start);
}

static void test_hostile(unsigned seed, const struct Run *run)
{
    g_autofree char *args = g_strdup_printf(
        "-accel tcg %s -machine wire=%s -kernel %s/hostile.elf "
        "-device loader,addr=0x%x,data=%u,data-len=4", run->args, wires[seed % ARRAY_SIZE(wires)],
        g_getenv("STM32_FIRMWARE"), HOSTILE_SEED, seed);

    board_start(args);
    alarm(10 * REAL_SECONDS * LOOKS);           /* QEMU does not even answer */
    for (unsigned i = 0; i < LOOKS; i++) {
        g_usleep(100000);
        wait_until_it_goes_on();
    }
    board_reset();
    wait_until_it_goes_on();
    board_stop();                               /* by SIGTERM, and it is waited for */
    alarm(0);
}

static void test_seed(const void *opaque)
{
    unsigned n = GPOINTER_TO_UINT(opaque);

    test_hostile(n / ARRAY_SIZE(runs), &runs[n % ARRAY_SIZE(runs)]);
}

int main(int argc, char **argv)
{
    unsigned first, seeds;

    g_test_init(&argc, &argv, NULL);
    first = from_environment("STM32_SEED", 1);
    seeds = from_environment("STM32_SEEDS", SEEDS);
    for (unsigned n = first * ARRAY_SIZE(runs); n < (first + seeds) * ARRAY_SIZE(runs); n++) {
        g_autofree char *name = g_strdup_printf("hostile/%s/seed-%u", runs[n % ARRAY_SIZE(runs)].name,
                                                (unsigned)(n / ARRAY_SIZE(runs)));

        qtest_add_data_func(name, GUINT_TO_POINTER(n), test_seed);
    }
    return board_run_tests();
}
