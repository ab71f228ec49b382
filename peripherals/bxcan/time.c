/*
 * Time on the wire of a CAN: what is due by now, and when to look again.
 *
 * What is due is done when somebody looks at a register; the timer runs for what somebody is told
 * of: mostly that is a frame's end alone.  Without -icount, virtual time being the host's, it is
 * told of frames that follow closely once in PAUSE_NS, which saves switches between threads.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "system/runstate.h"
#include "stm32/peripherals/bxcan/state.h"

#define MAX_STEPS 256           /* at once, after a pause of the host */
#define PAUSE_NS (250 * SCALE_US)       /* two full frames at 1 Mbit/s: a FIFO has room for three */

static int64_t now(void)
{
    return qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
}

static int64_t wire_when(CanWire *w)
{
    switch (w->phase) {
    case WIRE_IDLE:
        return w->begin_at;
    case WIRE_HELD:
        return w->free_at;
    default:
        return counter_when(&bxcan_node(w->pacer)->bits, w->due);
    }
}

/* Do what is due.  While a snapshot is loaded the other nodes are not what they will be. */
static void catch_up(CanWire *w, int64_t time)
{
    if (w->working || !runstate_is_running()) {
        return;
    }
    w->working = true;
    for (unsigned i = 0; i < MAX_STEPS && wire_when(w) <= time; i++) {
        if (w->phase == WIRE_IDLE) {
            can_wire_begin(w, w->begin_at);
        } else {
            can_wire_go_on(w);
        }
        can_wire_draw(w, time);
    }
    w->working = false;
}

/* Is it sure that somebody hears what @sender (NULL: a foreign one) sends, and nobody spoils it? */
static bool goes_well(CanWire *w, const Bxcan *sender, const Bxcan *pacer)
{
    bool acknowledged = !sender || bxcan_is_looped(sender);
    Bxcan *s;

    FOR_EACH_NODE(s, w) {
        if (s->fault || (s != sender && (s->role == ROLE_SENDER || s->role == ROLE_LOSER))) {
            return false;
        }
        if (s != sender && bxcan_is_on(s)) {
            if (!bxcan_follows(s, pacer)) {
                return false;
            }
            acknowledged |= !bxcan_is_silent(s);
        }
    }
    return acknowledged;
}

/*
 * When somebody is told of the end of a frame that goes well.  A snapshot may have set the clock
 * back.
 */
static int64_t when_told_of_end(const CanWire *w, int64_t end)
{
    return time_is_exact() || w->told_at > end ? end : MAX(end, w->told_at + PAUSE_NS);
}

/* Who alone begins at `begin_at` with nobody told of that; NULL: it is not that simple. */
static Bxcan *quiet_beginner(CanWire *w)
{
    Bxcan *s, *found = NULL;

    FOR_EACH_NODE(s, w) {
        if (!bxcan_is_on(s)) {
            return NULL;                /* it may wake up by it */
        }
        if (bxcan_tx_next(s) >= 0) {
            if (found || s->quiet_until > w->begin_at || reg_get(s, MCR, TTCM) ||
                (bxcan_is_looped(s) && s->bus)) {
                return NULL;
            }
            found = s;
        }
    }
    return found && !w->count && goes_well(w, found, found) ? found : NULL;
}

/* When the frame that is to begin will have ended, if nobody is told of anything before. */
static int64_t when_next_ends(CanWire *w)
{
    Bxcan *s = w->begin_at == COUNTER_NEVER ? NULL : quiet_beginner(w);
    CanFrame f;
    Counter bits;

    if (!s) {
        return w->begin_at;
    }
    f = bxcan_tx_frame(s, bxcan_tx_next(s));
    bits = bxcan_synchronized(w, s, w->begin_at);
    return when_told_of_end(w, counter_when(&bits, counter_at(&bits, w->begin_at) +
                                            can_wire_bits_to_ack(w, &f) + TAIL_BITS));
}

/* When somebody is told of something. */
static int64_t when_told(CanWire *w)
{
    Bxcan *pacer = bxcan_node(w->pacer);

    if (can_wire_is_watched(w)) {
        return MIN(wire_when(w), can_wire_when_drawn(w, now()));
    }
    if (w->phase == WIRE_IDLE) {
        return when_next_ends(w);
    }
    if (w->phase == WIRE_FRAME && !bxcan_is_deaf(pacer) &&
        goes_well(w, w->foreign ? NULL : pacer, pacer)) {
        return when_told_of_end(w, counter_when(&pacer->bits, w->due + TAIL_BITS));
    }
    return wire_when(w);
}

/* Something may have changed just now. */
static void wire_run(CanWire *w, int64_t time)
{
    if (w->phase == WIRE_HELD && !can_wire_is_too_early(w)) {
        w->free_at = time;
    }
    if (w->phase == WIRE_IDLE && runstate_is_running()) {
        int64_t when;

        if (!can_wire_will_be_heard(w)) {
            w->count = 0;
        }
        when = can_wire_when_to_begin(w);
        w->begin_at = when == COUNTER_NEVER ? when : MAX(when, MIN(w->begin_at, time));
    }
    catch_up(w, time);
    can_wire_draw(w, time);
    counter_arm(w->timer, when_told(w));
}

static void wire_expired(void *opaque)
{
    CanWire *w = opaque;

    w->told_at = now();
    catch_up(w, w->told_at);
    wire_run(w, now());
    can_wire_update(w);
}

static void node_expired(void *opaque)
{
    periph_update(opaque);
}

void bxcan_wire_run(Bxcan *s)
{
    int64_t time = now();
    bool was_on;

    catch_up(bxcan_wire_of(s), time);
    if (runstate_is_running()) {
        bxcan_choose_wire(s);           /* a snapshot's pins come later than it */
    }
    was_on = bxcan_is_on(s);
    wire_run(bxcan_wire_of(s), time);
    bxcan_mode_run(s);
    if (bxcan_is_on(s) != was_on) {
        wire_run(bxcan_wire_of(s), time);
    }
    counter_arm(s->timer, bxcan_mode_when(s));
}

static bool is_late(QEMUTimer *timer, int64_t time)
{
    return timer_pending(timer) && timer_expired(timer, time);
}

void bxcan_wire_catch_up(Bxcan *s)
{
    CanWire *w = bxcan_wire_of(s);
    int64_t time = now();

    if (is_late(w->timer, time)) {
        wire_expired(w);
    } else {
        catch_up(w, time);
    }
    if (is_late(s->timer, time)) {
        node_expired(s);
    }
}

int64_t bxcan_wire_holds(Bxcan *s)
{
    return MIN(wire_when(bxcan_wire_of(s)), bxcan_mode_when(s));
}

/* With its pacer a frame is gone, whoever sent it: he will send it again. */
void bxcan_wire_leave(Bxcan *s)
{
    CanWire *w = bxcan_wire_of(s);
    Bxcan *other;

    if (w->phase != WIRE_IDLE && w->pacer == s->number) {
        w->phase = WIRE_IDLE;
        w->foreign = false;
        w->free_at = 0;
        w->begin_at = COUNTER_NEVER;
        FOR_EACH_NODE(other, w) {
            other->role = ROLE_NONE;
        }
    }
    s->role = ROLE_NONE;
}

void bxcan_wire_init(Bxcan *s)
{
    s->inner.begin_at = s->outer.begin_at = COUNTER_NEVER;
    s->inner.timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, wire_expired, &s->inner);
    s->outer.timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, wire_expired, &s->outer);
    s->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, node_expired, s);
}
