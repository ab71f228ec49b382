/*
 * A look at something later, see later.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/core/mistake/later.h"
#include "stm32/core/mistake/place.h"

typedef struct Look {
    void (*check)(void *opaque);
    void *opaque;
    int64_t when;
} Look;

static GArray *looks;
bool mistake_looks_wait;

void mistake_look(void)
{
    int64_t now = guest_now_ns();

    for (unsigned i = 0; looks && i < looks->len;) {
        Look look = g_array_index(looks, Look, i);

        if (look.when <= now) {
            g_array_remove_index_fast(looks, i);
            look.check(look.opaque);
        } else {
            i++;
        }
    }
    mistake_looks_wait = looks && looks->len;
}

void mistake_later(void (*check)(void *opaque), void *opaque, int64_t ns)
{
    Look look = { check, opaque, guest_now_ns() + ns };

    looks = looks ?: g_array_new(false, false, sizeof(Look));
    for (unsigned i = 0; i < looks->len; i++) {
        Look *l = &g_array_index(looks, Look, i);

        if (l->check == check && l->opaque == opaque) {
            return;
        }
    }
    g_array_append_val(looks, look);
    mistake_looks_wait = true;
}

void mistake_later_forget(void)
{
    if (looks) {
        g_array_set_size(looks, 0);
    }
    mistake_looks_wait = false;
}
