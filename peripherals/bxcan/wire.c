/*
 * A frame on the wire of a CAN: who sends, for how long, and who gets it.
 *
 * Real time is the host's (time_is_exact()): a frame that would overrun a FIFO waits up to GRACE_NS
 * for the guest's interrupt handler.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/bxcan/state.h"

#define GRACE_NS (20 * SCALE_MS)

static int64_t now(void)
{
    return qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
}

/* ---- A frame begins ---- */

/* Mostly it is asked for the same frame again. */
unsigned can_wire_bits_to_ack(CanWire *w, const CanFrame *f)
{
    if (!w->counted_bits || !can_frame_equals(f, &w->counted)) {
        w->counted = *f;
        w->counted_bits = can_frame_bits(f) + 2;
    }
    return w->counted_bits;
}

static bool may_begin(const Bxcan *s, int64_t at)
{
    return bxcan_tx_next(s) >= 0 && at >= s->quiet_until;
}

/* The lowest key of those who want to send, and who of them, or who listens, is to be pacer. */
static Bxcan *arbitrate(CanWire *w, int64_t at, uint32_t *key)
{
    Bxcan *s, *listener = NULL, *winner = NULL;

    FOR_EACH_NODE(s, w) {
        if (may_begin(s, at)) {
            CanFrame f = bxcan_tx_frame(s, bxcan_tx_next(s));

            if (!winner || can_frame_key(&f) < *key) {
                winner = s;
                *key = can_frame_key(&f);
            }
        }
        listener = listener ?: bxcan_is_on(s) ? s : NULL;
    }
    w->foreign = w->count && listener &&
                 (!winner || can_frame_key(&w->queue[w->first]) < *key);
    if (w->foreign) {
        winner = listener;
        *key = can_frame_key(&w->queue[w->first]);
    }
    return winner;
}

/* A row of frames of one node does not drift. */
Counter bxcan_synchronized(const CanWire *w, const Bxcan *s, int64_t at)
{
    uint64_t bit = counter_at(&s->bits, at);
    Counter bits = s->bits;

    if (s->number != w->pacer || bit != w->free || at != w->free_at) {
        counter_set_at(&bits, bit, at);
    }
    return bits;
}

static void give_role(CanWire *w, Bxcan *s, int64_t at, uint32_t key)
{
    if (!bxcan_is_on(s)) {
        bxcan_mode_wake(s);
        return;
    }
    s->found = CAN_NO_ERROR;
    s->role = ROLE_LISTENER;
    if (may_begin(s, at)) {
        CanFrame f = bxcan_tx_frame(s, bxcan_tx_next(s));

        s->mailbox = bxcan_tx_next(s);
        s->role = can_frame_key(&f) == key && !w->foreign ? ROLE_SENDER : ROLE_LOSER;
    }
    s->bits = bxcan_synchronized(w, s, at);
    s->stamp = counter_at(&s->bits, at) & 0xffff;
}

void can_wire_begin(CanWire *w, int64_t at)
{
    uint32_t key = 0;
    Bxcan *s, *pacer;

    FOR_EACH_NODE(s, w) {
        bxcan_mode_bus_is_idle(s);
    }
    pacer = arbitrate(w, at, &key);
    w->begin_at = COUNTER_NEVER;
    if (!pacer) {
        return;
    }
    if (w->pacer != pacer->number) {
        w->free = UINT64_MAX;
    }
    w->pacer = pacer->number;
    FOR_EACH_NODE(s, w) {
        give_role(w, s, at, key);
    }
    w->frame = w->foreign ? w->queue[w->first] : bxcan_tx_frame(pacer, pacer->mailbox);
    w->bits = bxcan_is_deaf(pacer) ? 1 : can_wire_bits_to_ack(w, &w->frame);
    w->due = counter_at(&pacer->bits, at) + w->bits;
    w->phase = WIRE_FRAME;
    if (bxcan_is_looped(pacer)) {
        bxcan_show_loopback(pacer, &w->frame);
    }
    FOR_EACH_NODE(s, w) {
        if (!bxcan_is_on(s)) {
            periph_update(&s->parent_obj);      /* it may have woken up */
        }
    }
}

/* ---- It ends ---- */

static bool takes_it(const Bxcan *s)
{
    return s->role == ROLE_SENDER ? bxcan_is_looped(s) : s->role != ROLE_NONE && !s->found;
}

static void deliver(CanWire *w)
{
    Bxcan *s;

    FOR_EACH_NODE(s, w) {
        if (s->role == ROLE_SENDER) {
            bxcan_tx_sent(s);
            can_wire_let_others(w, s, 0);
        } else if (takes_it(s)) {
            bxcan_no_error(s, false);
        }
        if (takes_it(s)) {
            bxcan_rx_take(s, &w->frame);
        }
    }
    if (w->foreign && w->count) {
        w->first = (w->first + 1) % BUS_QUEUE;
        w->count--;
    }
}

int64_t can_wire_when_to_begin(CanWire *w)
{
    int64_t first = COUNTER_NEVER;
    Bxcan *s;

    FOR_EACH_NODE(s, w) {
        if (bxcan_tx_next(s) >= 0) {
            first = MIN(first, s->quiet_until);
        }
        if (w->count && bxcan_is_on(s)) {
            first = 0;
        }
    }
    return first == COUNTER_NEVER ? first : MAX(first, w->free_at);
}

static void finish(CanWire *w)
{
    Bxcan *s, *pacer = bxcan_node(w->pacer);

    w->free = w->due + INTERMISSION_BITS;
    w->free_at = counter_when(&pacer->bits, w->free);
    w->phase = WIRE_IDLE;
    w->foreign = false;
    FOR_EACH_NODE(s, w) {
        s->role = ROLE_NONE;
        bxcan_mode_bus_was_busy(s, w->bits);
    }
    /* whoever has waited begins then, however late the host is */
    w->begin_at = can_wire_when_to_begin(w);
}

bool can_wire_is_too_early(CanWire *w)
{
    Bxcan *s;

    FOR_EACH_NODE(s, w) {
        if (takes_it(s) && !s->impatient && bxcan_rx_is_full_for(s, &w->frame)) {
            return true;
        }
    }
    return false;
}

static void grow_impatient(CanWire *w)
{
    Bxcan *s;

    FOR_EACH_NODE(s, w) {
        s->impatient |= takes_it(s) && bxcan_rx_is_full_for(s, &w->frame);
    }
}

static bool should_hold(CanWire *w)
{
    if (time_is_exact() || !can_wire_is_too_early(w)) {
        return false;
    }
    if (w->phase != WIRE_HELD) {
        w->phase = WIRE_HELD;
        w->free_at = now() + GRACE_NS;
    } else if (now() >= w->free_at) {
        grow_impatient(w);
        return false;
    }
    return true;
}

void can_wire_go_on(CanWire *w)
{
    if (w->phase == WIRE_FRAME) {
        can_wire_decide(w);
    } else if (w->phase == WIRE_ERROR) {
        finish(w);
    } else if (!should_hold(w)) {
        if (w->phase == WIRE_HELD) {        /* as if it had ended only now */
            w->due = counter_now(&bxcan_node(w->pacer)->bits);
        }
        deliver(w);
        finish(w);
    }
}
