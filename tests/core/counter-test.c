/*
 * Timers are armed in one place, core/counter.c: what is due is done, and none keeps the others
 * from their turn.  Virtual time is this test's.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/main-loop.h"
#include "system/cpu-timers.h"
#include "system/qtest.h"
#include "stm32/core/counter.h"

static int64_t now;             /* ns */

int64_t cpus_get_virtual_clock(void)
{
    return now;
}

void cpus_set_virtual_clock(int64_t ns)
{
    now = ns;
}

static void run_timers(void)
{
    qemu_clock_run_timers(QEMU_CLOCK_VIRTUAL);
}

static QEMUTimer *timer;
static unsigned expired;
static int64_t next;            /* what it is armed for when it expires */

static void expire(void *opaque)
{
    expired++;
    counter_arm(timer, next);
}

static void start(int64_t at)
{
    now = at;
    expired = 0;
    next = COUNTER_NEVER;
    counter_arm(timer, COUNTER_NEVER);
}

static void test_arm(void)
{
    start(1000);
    counter_arm(timer, 2000);
    run_timers();
    g_assert_cmpuint(expired, ==, 0);
    now = 1999;
    run_timers();
    g_assert_cmpuint(expired, ==, 0);
    now = 2000;
    run_timers();
    g_assert_cmpuint(expired, ==, 1);
    g_assert_false(timer_pending(timer));
    counter_arm(timer, 3000);
    counter_arm(timer, 2500);               /* earlier */
    g_assert_cmpint(timer_expire_time_ns(timer), ==, 2500);
    counter_arm(timer, COUNTER_NEVER);
    now = 9000;
    run_timers();
    g_assert_cmpuint(expired, ==, 1);
    counter_arm(timer, 5);                  /* long ago is now */
    run_timers();
    g_assert_cmpuint(expired, ==, 2);
}

static void again(void *opaque)
{
    unsigned *left = opaque;

    if (--*left) {
        counter_arm(timer, now);
    }
}

/* A chain of events at one instant is no bug. */
static void test_chain(void)
{
    unsigned left = 1000;

    timer_free(timer);
    timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, again, &left);
    start(10000);
    counter_arm(timer, now);
    run_timers();
    g_assert_cmpuint(left, ==, 0);
    timer_free(timer);
    timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, expire, NULL);
}

/* Virtual time stands: what is due for ever is a bug, and is made to wait. */
static void test_stuck(void)
{
    int64_t when;

    start(1000000);
    next = 5;
    counter_arm(timer, now);
    run_timers();
    g_assert_cmpuint(expired, >, 1000);
    when = timer_expire_time_ns(timer);
    g_assert_cmpint(when, >, now);
    now = when;
    expired = 0;
    run_timers();                           /* from now on it is cut shorter */
    g_assert_cmpuint(expired, >, 0);
    g_assert_cmpuint(expired, <, 5000);
    g_assert_cmpint(timer_expire_time_ns(timer), >, now);
    now = timer_expire_time_ns(timer);
    next = now + 50;                        /* what is right is not touched */
    run_timers();
    g_assert_cmpint(timer_expire_time_ns(timer), ==, now + 50);
}

static void notify(void *opaque, QEMUClockType type)
{
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    init_clocks(notify);
    qemu_clock_enable(QEMU_CLOCK_VIRTUAL, true);
    qtest_allowed = true;
    timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, expire, NULL);
    g_test_add_func("/counter/arm", test_arm);
    g_test_add_func("/counter/chain", test_chain);
    g_test_add_func("/counter/stuck", test_stuck);
    return g_test_run();
}
