/*
 * What becomes of a frame on the wire of a CAN: who finds what wrong, and what that does to the
 * others (ISO 11898-1).
 *
 * In real time (see time_is_exact()) who is alone on the bus repeats its frame once in LONELY_NS.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/bxcan/state.h"

#define LONELY_NS (1 * SCALE_MS)
#define SUSPEND_BITS 8          /* more, for an error passive sender */

static int64_t now(void)
{
    return qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
}

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
    if (!bxcan_follows(s, bxcan_node(w->pacer))) {
        return CAN_STUFF;
    }
    return fault == CAN_ACK ? CAN_NO_ERROR : fault;
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

void can_wire_let_others(CanWire *w, Bxcan *s, unsigned bits)
{
    if (bxcan_is_passive(s)) {
        uint64_t bit = counter_at(&s->bits, counter_when(&bxcan_node(w->pacer)->bits, w->due));

        s->quiet_until = counter_when(&s->bits, bit + bits + INTERMISSION_BITS + SUSPEND_BITS);
        if (reg_get(s, ESR, LEC) == CAN_ACK && !time_is_exact()) {
            s->quiet_until = MAX(s->quiet_until, now() + LONELY_NS);
        }
    }
}

/*
 * What a sender makes of it that nobody has acknowledged its frame, or @spoiler has destroyed it.
 */
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
            can_wire_let_others(w, s, CAN_ERROR_BITS);
        } else if (s->role != ROLE_NONE) {
            bxcan_rx_error(s, s->found ?: seen, s == spoiler);
        }
    }
    w->phase = WIRE_ERROR;
    w->due += CAN_ERROR_BITS;
}

void can_wire_decide(CanWire *w)
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
