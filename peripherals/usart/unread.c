/*
 * Frames that nobody takes.  The first burst after a reset waits until DR is read, as somebody may type before a program is
 * ready: so what a board would lose has to be told.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/core/mistake/later.h"
#include "stm32/core/mistake/place.h"
#include "stm32/peripherals/usart/state.h"

#define LONG_NS (500 * SCALE_MS)

static void look(void *opaque)
{
    Usart *s = opaque;
    int64_t since = guest_now_ns() - s->unread_ns;

    if (!s->unread_ns || !s->wire_count || !reg_get(s, SR, RXNE)) {
        return;
    }
    if (since < LONG_NS) {              /* another frame than the one that was waited for */
        mistake_later(look, s, LONG_NS - since);
        return;
    }
    periph_mistake(&s->parent_obj, USART018, "DR has held a frame for %d ms that nobody reads, and %u more wait",
                   (int)(since / SCALE_MS), s->wire_count);
}

void usart_note_unread(Usart *s)
{
    if (!s->unread_ns) {
        s->unread_ns = MAX(guest_now_ns(), 1);
        mistake_later(look, s, LONG_NS);
    }
}
