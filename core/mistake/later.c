/*
 * A look at something later, see later.h.  One timer, for the first of them; who waits for nothing costs nothing.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/core/counter.h"
#include "stm32/core/mistake/later.h"

typedef struct Look {
    void (*check)(void *opaque);
    void *opaque;
    int64_t when;
} Look;

static GArray *looks;
static QEMUTimer *timer;

static void arm(void)
{
    int64_t first = COUNTER_NEVER;

    for (unsigned i = 0; i < looks->len; i++) {
        first = MIN(first, g_array_index(looks, Look, i).when);
    }
    counter_arm(timer, first);
}

static void expired(void *opaque)
{
    int64_t now = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);

    for (unsigned i = 0; i < looks->len;) {
        Look look = g_array_index(looks, Look, i);

        if (look.when <= now) {
            g_array_remove_index_fast(looks, i);
            look.check(look.opaque);
        } else {
            i++;
        }
    }
    arm();
}

void mistake_later(void (*check)(void *opaque), void *opaque, int64_t ns)
{
    Look look = { check, opaque, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) + ns };

    if (!looks) {
        looks = g_array_new(false, false, sizeof(Look));
        timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, expired, NULL);
    }
    for (unsigned i = 0; i < looks->len; i++) {
        Look *l = &g_array_index(looks, Look, i);

        if (l->check == check && l->opaque == opaque) {
            return;
        }
    }
    g_array_append_val(looks, look);
    arm();
}

void mistake_later_forget(void)
{
    if (looks) {
        g_array_set_size(looks, 0);
        arm();
    }
}
