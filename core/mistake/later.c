/*
 * A look at something later, see later.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/timer.h"
#include "stm32/core/mistake/later.h"
#include "stm32/core/mistake/place.h"

typedef struct Look {
    void (*check)(void *opaque);
    void *opaque;
    int64_t when;
} Look;

static GArray *looks;
static QEMUTimer *timer;

/* Those that are due are done; the timer is armed for the next. */
static void look(void *opaque)
{
    int64_t now = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL), next = INT64_MAX;

    for (unsigned i = 0; i < looks->len;) {
        Look l = g_array_index(looks, Look, i);

        if (l.when <= now) {
            g_array_remove_index_fast(looks, i);
            l.check(l.opaque);
        } else {
            i++;
        }
    }
    for (unsigned i = 0; i < looks->len; i++) {
        next = MIN(next, g_array_index(looks, Look, i).when);
    }
    if (looks->len) {
        timer_mod(timer, next);
    }
}

/* Idle time does not leap to it: where time stands, as nothing is due, it stands as it would without. */
void mistake_later(void (*check)(void *opaque), void *opaque, int64_t ns)
{
    Look l = { check, opaque, guest_now_ns() + ns };

    if (!looks) {
        looks = g_array_new(false, false, sizeof(Look));
        timer = timer_new_full(NULL, QEMU_CLOCK_VIRTUAL, SCALE_NS, QEMU_TIMER_ATTR_EXTERNAL, look, NULL);
    }
    for (unsigned i = 0; i < looks->len; i++) {
        Look *waits = &g_array_index(looks, Look, i);

        if (waits->check == check && waits->opaque == opaque) {
            return;
        }
    }
    g_array_append_val(looks, l);
    timer_mod_anticipate(timer, l.when);
}

void mistake_later_forget(void)
{
    if (looks) {
        g_array_set_size(looks, 0);
        timer_del(timer);
    }
}
