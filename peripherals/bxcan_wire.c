/*
 * A frame on the wire of a CAN: who sends, for how long, and what becomes of it.
 *
 * Those at the wire arbitrate, acknowledge and spoil each other's frames by ISO 11898-1.  What is due by
 * now is done when somebody looks at a register; the timer runs for what somebody is told of: mostly that
 * is a frame's end alone.
 *
 * Real time is the host's (time_is_exact()): a frame that would overrun a FIFO waits up to GRACE_NS for
 * the guest's interrupt handler, and who is alone on the bus repeats its frame once in LONELY_NS.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "system/runstate.h"
#include "stm32/peripherals/bxcan.h"

#define GRACE_NS (20 * SCALE_MS)
#define LONELY_NS (1 * SCALE_MS)
#define TAIL_BITS 8             /* ACK delimiter, end of frame */
#define ERROR_BITS 14           /* error flag, error delimiter */
#define INTERMISSION_BITS 3
#define SUSPEND_BITS 8          /* more, for an error passive sender */
#define MAX_STEPS 256           /* at once, after a pause of the host */

static int64_t now(void)
{
    return qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
}

/* ---- A frame begins ---- */

/* Start of frame to ACK slot; mostly it is asked for the same frame again. */
static unsigned bits_to_ack(CanWire *w, const CanFrame *f)
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

/* Its bits when it has synchronized to a frame's first bit; a row of frames of one node does not drift. */
static Counter synchronized(const CanWire *w, const Bxcan *s, int64_t at)
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
    s->bits = synchronized(w, s, at);
    s->stamp = counter_at(&s->bits, at) & 0xffff;
}

static void begin(CanWire *w, int64_t at)
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
    w->bits = bxcan_is_deaf(pacer) ? 1 : bits_to_ack(w, &w->frame);
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

static CanError take_fault(Bxcan *s)
{
    CanError fault = s->fault;

    if (fault && s->faults && !--s->faults) {
        s->fault = CAN_NO_ERROR;
    }
    return fault;
}

/* What @s itself finds wrong: a sender does not check its CRC, a listener needs no ACK. */
static CanError look_at(Bxcan *s, const CanWire *w)
{
    CanError fault = take_fault(s);

    if (s->role == ROLE_SENDER) {
        CanFrame own = bxcan_tx_frame(s, s->mailbox);

        return bxcan_is_deaf(s) ? CAN_BIT_DOMINANT
               : !can_frame_equals(&own, &w->frame) ? CAN_BIT_RECESSIVE
               : fault == CAN_CRC ? CAN_NO_ERROR : fault;
    }
    return !bxcan_follows(s, bxcan_node(w->pacer)) ? CAN_STUFF : fault == CAN_ACK ? CAN_NO_ERROR : fault;
}

/* What others see of somebody's error flag. */
static CanError seen_of(CanError error)
{
    return error == CAN_STUFF || error == CAN_BIT_DOMINANT ? CAN_STUFF : CAN_FORM;
}

/* The first of those at @w who has found something and lets all know, or NULL. */
static Bxcan *find_spoiler(CanWire *w)
{
    Bxcan *s;

    FOR_EACH_NODE(s, w) {
        bool lets_know = s->role == ROLE_SENDER || (!bxcan_is_passive(s) && !bxcan_is_silent(s));

        if (s->role != ROLE_NONE && s->found && lets_know) {
            return s;
        }
    }
    return NULL;
}

static bool is_acknowledged(CanWire *w)
{
    bool acknowledged = !w->foreign && can_wire_send_out(w, &w->frame);
    Bxcan *s;

    acknowledged |= w->foreign || bxcan_is_looped(bxcan_node(w->pacer));
    FOR_EACH_NODE(s, w) {
        acknowledged |= (s->role == ROLE_LISTENER || s->role == ROLE_LOSER) && !s->found &&
                        !bxcan_is_silent(s);
    }
    return acknowledged;
}

/* Error passive senders leave the others time, and @bits more; one that is alone need not hurry. */
static void let_others(CanWire *w, Bxcan *s, unsigned bits)
{
    if (bxcan_is_passive(s)) {
        uint64_t bit = counter_at(&s->bits, counter_when(&bxcan_node(w->pacer)->bits, w->due));

        s->quiet_until = counter_when(&s->bits, bit + bits + INTERMISSION_BITS + SUSPEND_BITS);
        if (FIELD_EX32(bxcan_regs(s)[R_ESR], ESR, LEC) == CAN_ACK && !time_is_exact()) {
            s->quiet_until = MAX(s->quiet_until, now() + LONELY_NS);
        }
    }
}

/* What a sender makes of it that nobody has acknowledged its frame, or @spoiler has destroyed it. */
static CanError failure_of(const Bxcan *s, const Bxcan *spoiler)
{
    if (s->found) {
        return s->found;
    }
    if (!spoiler) {
        return CAN_ACK;
    }
    return seen_of(spoiler->found) == CAN_STUFF ? CAN_BIT_RECESSIVE : CAN_FORM;
}

static void spoil(CanWire *w, const Bxcan *spoiler)
{
    CanError seen = spoiler ? seen_of(spoiler->found) : CAN_FORM;
    Bxcan *s;

    FOR_EACH_NODE(s, w) {
        if (s->role == ROLE_SENDER) {
            bxcan_tx_failed(s, failure_of(s, spoiler));
            let_others(w, s, ERROR_BITS);
        } else if (s->role != ROLE_NONE) {
            bxcan_rx_error(s, s->found ?: seen, s == spoiler);
        }
    }
    w->phase = WIRE_ERROR;
    w->due += ERROR_BITS;
}

/* The ACK slot: by now all have found what they find. */
static void decide(CanWire *w)
{
    Bxcan *s, *spoiler;

    FOR_EACH_NODE(s, w) {
        if (s->role != ROLE_NONE) {
            s->found = look_at(s, w);
        }
        if (s->role == ROLE_LOSER) {
            bxcan_tx_lost(s);
        }
    }
    spoiler = find_spoiler(w);
    if (spoiler || !is_acknowledged(w)) {
        spoil(w, spoiler);
        return;
    }
    FOR_EACH_NODE(s, w) {           /* those who are wrong, and can only keep it to themselves */
        if (s->role != ROLE_NONE && s->found) {
            bxcan_rx_error(s, s->found, false);
        }
    }
    w->phase = WIRE_TAIL;
    w->due += TAIL_BITS;
}

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
            let_others(w, s, 0);
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

/* When the next frame may begin, if there is one. */
static int64_t when_to_begin(CanWire *w)
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
    w->begin_at = when_to_begin(w);     /* whoever has waited begins then, however late the host is */
}

/* Would somebody lose the frame, whom the host has not let work? */
static bool is_too_early(CanWire *w)
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
    if (time_is_exact() || !is_too_early(w)) {
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

static void go_on(CanWire *w)
{
    if (w->phase == WIRE_FRAME) {
        decide(w);
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

/* ---- Time ---- */

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

/* Do what is due.  In the middle of loading a snapshot the other nodes are not what they will be. */
static void catch_up(CanWire *w, int64_t time)
{
    if (w->working || !runstate_is_running()) {
        return;
    }
    w->working = true;
    for (unsigned i = 0; i < MAX_STEPS && wire_when(w) <= time; i++) {
        if (w->phase == WIRE_IDLE) {
            begin(w, w->begin_at);
        } else {
            go_on(w);
        }
    }
    w->working = false;
}

/* Is it sure that what @sender sends is heard by somebody and spoilt by nobody?  NULL: a foreign one. */
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

/* Who alone begins at `begin_at` with nobody told of that; NULL: it is not that simple. */
static Bxcan *quiet_beginner(CanWire *w)
{
    Bxcan *s, *found = NULL;

    FOR_EACH_NODE(s, w) {
        if (!bxcan_is_on(s)) {
            return NULL;                /* it may wake up by it */
        }
        if (bxcan_tx_next(s) >= 0) {
            if (found || s->quiet_until > w->begin_at || bxcan_mcr(s, R_MCR_TTCM_MASK) ||
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
    bits = synchronized(w, s, w->begin_at);
    return counter_when(&bits, counter_at(&bits, w->begin_at) + bits_to_ack(w, &f) + TAIL_BITS);
}

/* When somebody is told of something. */
static int64_t when_told(CanWire *w)
{
    Bxcan *pacer = bxcan_node(w->pacer);

    if (w->phase == WIRE_IDLE) {
        return when_next_ends(w);
    }
    if (w->phase == WIRE_FRAME && !bxcan_is_deaf(pacer) &&
        goes_well(w, w->foreign ? NULL : pacer, pacer)) {
        return counter_when(&pacer->bits, w->due + TAIL_BITS);
    }
    return wire_when(w);
}

/* Something may have changed just now. */
static void wire_run(CanWire *w, int64_t time)
{
    if (w->phase == WIRE_HELD && !is_too_early(w)) {
        w->free_at = time;
    }
    if (w->phase == WIRE_IDLE && runstate_is_running()) {
        int64_t when;

        if (!can_wire_will_be_heard(w)) {
            w->count = 0;
        }
        when = when_to_begin(w);
        w->begin_at = when == COUNTER_NEVER ? when : MAX(when, MIN(w->begin_at, time));
    }
    catch_up(w, time);
    counter_arm(w->timer, when_told(w));
}

static void wire_expired(void *opaque)
{
    catch_up(opaque, now());
    wire_run(opaque, now());
    can_wire_update(opaque);
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
