/*
 * The CAN bus: who sends, for how long, and what becomes of it.
 *
 * All controllers at one can-bus of QEMU share a CanWire, that of the first.  They arbitrate, acknowledge
 * and spoil each other's frames by ISO 11898-1.  QEMU's other nodes hand over whole frames at
 * once: such a frame waits in the wire's queue, arbitrates and takes its time as if it were sent here
 * with the bit rate of the first controller that listens; what they take is acknowledged.
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
#define DRIFT_BITS 10           /* between two edges to synchronize to, at most */

static GPtrArray *nodes;        /* of Bxcan */

static Bxcan *node(unsigned n)
{
    return nodes->pdata[n];
}

static int64_t now(void)
{
    return qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
}

static CanWire *wire_of(const Bxcan *s)
{
    return s->alone ? (CanWire *)&s->inner : s->wire;
}

/* The next node after @n at @w, or NULL. */
static Bxcan *next_at(const CanWire *w, unsigned *n)
{
    while (*n < nodes->len) {
        Bxcan *s = node((*n)++);

        if (wire_of(s) == w) {
            return s;
        }
    }
    return NULL;
}

#define FOR_EACH_NODE(s, w) \
    for (unsigned n_ = 0; ((s) = next_at(w, &n_)); )

bool bxcan_bus_is_busy(const Bxcan *s)
{
    return wire_of(s)->phase != WIRE_IDLE;
}

/* ---- Who is where ---- */

static bool is_looped(const Bxcan *s)
{
    return bxcan_btr(s, R_BTR_LBKM_MASK);
}

static bool is_silent(const Bxcan *s)
{
    return bxcan_btr(s, R_BTR_SILM_MASK);
}

static bool is_attached(const Bxcan *s)
{
    return s->bus && signal_is_routed(&s->rx) && (signal_is_routed(&s->tx) || is_silent(s));
}

/* With TX joined to RX it hears itself, otherwise not even that. */
static bool is_deaf(const Bxcan *s)
{
    return s->alone && !is_looped(s) && !signal_meets(&s->tx, &s->rx);
}

static void choose_wire(Bxcan *s)
{
    if (s->role == ROLE_NONE) {
        s->alone = is_looped(s) || !is_attached(s);
    }
}

/* Can it follow the sender's bits, by SJW?  RM0090 32.7.7 */
static bool rates_agree(const Bxcan *s, const Bxcan *pacer)
{
    uint64_t ours = bxcan_bit_ticks(s) * clock_get(s->parent_obj.clk);
    uint64_t theirs = bxcan_bit_ticks(pacer) * clock_get(pacer->parent_obj.clk);
    uint64_t off = ours > theirs ? ours - theirs : theirs - ours;
    uint32_t btr = bxcan_regs(s)[R_BTR];
    uint64_t quantum = (FIELD_EX32(btr, BTR, BRP) + 1) * clock_get(s->parent_obj.clk);

    return off * DRIFT_BITS <= (FIELD_EX32(btr, BTR, SJW) + 1) * quantum;
}

/* ---- QEMU's other nodes ---- */

static void enqueue(CanWire *w, const CanFrame *f)
{
    if (w->count < BUS_QUEUE) {
        w->queue[(w->first + w->count++) % BUS_QUEUE] = *f;
    }
}

/* Will it hear frames soon?  One that wakes up by them does: the sender repeats them until then. */
static bool will_hear(const Bxcan *s)
{
    return bxcan_has_clock(s) && !s->parent_obj.held &&
           (bxcan_is_on(s) || s->mode == CAN_MODE_SYNC ||
            (s->mode == CAN_MODE_SLEEP && bxcan_mcr(s, R_MCR_AWUM_MASK)));
}

static bool somebody_will_hear(const CanWire *w)
{
    Bxcan *s;

    FOR_EACH_NODE(s, w) {
        if (will_hear(s)) {
            return true;
        }
    }
    return false;
}

static void update_all(CanWire *w)
{
    for (unsigned n = 0; n < nodes->len; n++) {
        if (wire_of(node(n)) == w) {
            periph_update(&node(n)->parent_obj);
        }
    }
}

static bool client_can_receive(CanBusClientState *client)
{
    return true;
}

static ssize_t client_receives(CanBusClientState *client, const qemu_can_frame *frames,
                               size_t count)
{
    CanWire *w = container_of(client, CanWire, client);
    bool acknowledged = false;
    CanFrame f;
    Bxcan *s;

    FOR_EACH_NODE(s, w) {
        bxcan_mode_wake(s);
        bxcan_mode_run(s);
    }
    for (size_t i = 0; i < count; i++) {
        if (can_frame_from_qemu(&f, &frames[i]) && somebody_will_hear(w) && w->count < BUS_QUEUE) {
            enqueue(w, &f);
            acknowledged = true;
        }
    }
    update_all(w);
    return acknowledged;
}

static CanBusClientInfo client_info = {
    .can_receive = client_can_receive, .receive = client_receives,
};

/* Has anybody taken it? */
static bool send_out(CanWire *w, const CanFrame *f)
{
    qemu_can_frame q = can_frame_to_qemu(f);

    return w->client.bus && can_bus_client_send(&w->client, &q, 1) > 0;
}

/* In loopback mode TX still shows what is sent; nobody needs to acknowledge it. */
static void show_loopback(Bxcan *s, const CanFrame *f)
{
    if (s->bus && !is_silent(s) && signal_is_routed(&s->tx)) {
        send_out(s->wire, f);
        if (somebody_will_hear(s->wire)) {
            enqueue(s->wire, f);
            update_all(s->wire);
        }
    }
}

/* ---- A frame begins ---- */

/* Who is out of bounds now for what begins. */
static bool may_begin(const Bxcan *s)
{
    return bxcan_tx_next(s) >= 0 && now() >= s->quiet_until;
}

/* The lowest key of those who want to send, and who of them, or who listens, is to be pacer. */
static Bxcan *arbitrate(CanWire *w, uint32_t *key)
{
    Bxcan *s, *listener = NULL, *winner = NULL;

    FOR_EACH_NODE(s, w) {
        if (may_begin(s)) {
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

/* The frame's first bit: all synchronize to it. */
static void give_role(CanWire *w, Bxcan *s, uint32_t key)
{
    if (!bxcan_is_on(s)) {
        bxcan_mode_wake(s);
        return;
    }
    s->found = CAN_NO_ERROR;
    s->role = ROLE_LISTENER;
    if (may_begin(s)) {
        CanFrame f = bxcan_tx_frame(s, bxcan_tx_next(s));

        s->mailbox = bxcan_tx_next(s);
        s->role = can_frame_key(&f) == key && !w->foreign ? ROLE_SENDER : ROLE_LOSER;
    }
    /* a row of frames of one node does not drift */
    if (s->number != w->pacer || counter_now(&s->bits) != w->free || now() != w->free_at) {
        counter_set(&s->bits, counter_now(&s->bits));
    }
    s->stamp = counter_now(&s->bits) & 0xffff;
}

static void begin(CanWire *w)
{
    uint32_t key = 0;
    Bxcan *s, *pacer;

    FOR_EACH_NODE(s, w) {
        bxcan_mode_bus_is_idle(s);
    }
    pacer = arbitrate(w, &key);
    if (!pacer) {
        return;
    }
    if (w->pacer != pacer->number) {
        w->free = UINT64_MAX;
    }
    w->pacer = pacer->number;
    FOR_EACH_NODE(s, w) {
        give_role(w, s, key);
    }
    w->frame = w->foreign ? w->queue[w->first] : bxcan_tx_frame(pacer, pacer->mailbox);
    w->bits = is_deaf(pacer) ? 1 : can_frame_bits(&w->frame) + 2;
    w->due = counter_now(&pacer->bits) + w->bits;
    w->phase = WIRE_FRAME;
    if (is_looped(pacer)) {
        show_loopback(pacer, &w->frame);
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

        return is_deaf(s) ? CAN_BIT_DOMINANT
               : !can_frame_equals(&own, &w->frame) ? CAN_BIT_RECESSIVE
               : fault == CAN_CRC ? CAN_NO_ERROR : fault;
    }
    return !rates_agree(s, node(w->pacer)) ? CAN_STUFF : fault == CAN_ACK ? CAN_NO_ERROR : fault;
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
        bool lets_know = s->role == ROLE_SENDER || (!bxcan_is_passive(s) && !is_silent(s));

        if (s->role != ROLE_NONE && s->found && lets_know) {
            return s;
        }
    }
    return NULL;
}

static bool is_acknowledged(CanWire *w)
{
    bool acknowledged = !w->foreign && send_out(w, &w->frame);
    Bxcan *s;

    acknowledged |= w->foreign || is_looped(node(w->pacer));
    FOR_EACH_NODE(s, w) {
        acknowledged |= (s->role == ROLE_LISTENER || s->role == ROLE_LOSER) && !s->found &&
                        !is_silent(s);
    }
    return acknowledged;
}

/* Error passive senders leave the others time; one that is alone need not hurry. */
static void let_others(CanWire *w, Bxcan *s, unsigned bits)
{
    if (bxcan_is_passive(s)) {
        s->quiet_until = counter_when(&s->bits, counter_now(&s->bits) + bits + INTERMISSION_BITS +
                                      SUSPEND_BITS);
        if (FIELD_EX32(bxcan_regs(s)[R_ESR], ESR, LEC) == CAN_ACK && !time_is_exact()) {
            s->quiet_until = MAX(s->quiet_until, now() + LONELY_NS);
        }
    }
}

static void spoil(CanWire *w, const Bxcan *spoiler)
{
    CanError seen = spoiler ? seen_of(spoiler->found) : CAN_FORM;
    Bxcan *s;

    FOR_EACH_NODE(s, w) {
        if (s->role == ROLE_SENDER) {
            bxcan_tx_failed(s, s->found ?: spoiler ? s->found ?: seen == CAN_STUFF
                               ? CAN_BIT_RECESSIVE : CAN_FORM : CAN_ACK);
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
    return s->role == ROLE_SENDER ? is_looped(s) : s->role != ROLE_NONE && !s->found;
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

static void finish(CanWire *w)
{
    Bxcan *s, *pacer = node(w->pacer);

    w->free = w->due + INTERMISSION_BITS;
    w->free_at = counter_when(&pacer->bits, w->free);
    w->phase = WIRE_IDLE;
    w->foreign = false;
    FOR_EACH_NODE(s, w) {
        s->role = ROLE_NONE;
        bxcan_mode_bus_was_busy(s, w->bits);
    }
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
            w->due = counter_now(&node(w->pacer)->bits);
        }
        deliver(w);
        finish(w);
    }
}

/* ---- Time ---- */

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

static int64_t wire_when(CanWire *w)
{
    switch (w->phase) {
    case WIRE_IDLE:
        return when_to_begin(w);
    case WIRE_HELD:
        return w->free_at;
    default:
        return counter_when(&node(w->pacer)->bits, w->due);
    }
}

static void wire_run(CanWire *w)
{
    if (w->phase == WIRE_HELD && !is_too_early(w)) {
        w->free_at = now();
    }
    /* in the middle of loading a snapshot the other nodes are not what they will be */
    if (w->phase == WIRE_IDLE && runstate_is_running()) {
        if (!somebody_will_hear(w)) {
            w->count = 0;
        }
        if (when_to_begin(w) <= now()) {
            begin(w);
        }
    }
    counter_arm(w->timer, wire_when(w));
}

static void wire_expired(void *opaque)
{
    CanWire *w = opaque;

    if (w->phase != WIRE_IDLE && wire_when(w) <= now()) {
        go_on(w);
    }
    wire_run(w);
    update_all(w);
}

static void node_expired(void *opaque)
{
    periph_update(opaque);
}

void bxcan_bus_run(Bxcan *s)
{
    choose_wire(s);
    wire_run(wire_of(s));
    bxcan_mode_run(s);
    if (bxcan_tx_next(s) >= 0) {
        wire_run(wire_of(s));       /* it has just got there */
    }
    counter_arm(s->timer, bxcan_mode_when(s));
}

static bool is_late(QEMUTimer *timer)
{
    return timer_pending(timer) && timer_expired(timer, now());
}

void bxcan_bus_catch_up(Bxcan *s)
{
    CanWire *w = wire_of(s);

    if (is_late(w->timer)) {
        wire_expired(w);
    }
    if (is_late(s->timer)) {
        node_expired(s);
    }
}

/* ---- Nodes ---- */

/* With its pacer a frame is gone, whoever sent it: he will send it again. */
void bxcan_bus_leave(Bxcan *s)
{
    CanWire *w = wire_of(s);
    Bxcan *other;

    if (w->phase != WIRE_IDLE && w->pacer == s->number) {
        w->phase = WIRE_IDLE;
        w->foreign = false;
        w->free_at = 0;
        FOR_EACH_NODE(other, w) {
            other->role = ROLE_NONE;
        }
    }
    s->role = ROLE_NONE;
}

void bxcan_bus_init(Bxcan *s)
{
    s->wire = &s->outer;
    s->inner.timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, wire_expired, &s->inner);
    s->outer.timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, wire_expired, &s->outer);
    s->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, node_expired, s);
}

/* Only now: what QEMU makes to look at its properties never is a node. */
void bxcan_bus_realize(Bxcan *s)
{
    nodes = nodes ?: g_ptr_array_new();
    s->number = nodes->len;
    g_ptr_array_add(nodes, s);
    for (unsigned n = 0; s->bus && n < nodes->len; n++) {
        if (node(n) != s && node(n)->bus == s->bus && node(n)->outer.client.bus) {
            s->wire = &node(n)->outer;
            return;
        }
    }
    if (s->bus) {
        s->outer.client.info = &client_info;
        can_bus_insert_client(s->bus, &s->outer.client);
    }
}

static bool wire_is_sane(void *opaque, int version_id)
{
    CanWire *w = opaque;
    bool sane = w->phase <= WIRE_ERROR && w->pacer < nodes->len && w->first < BUS_QUEUE &&
                w->count <= BUS_QUEUE && can_frame_is_sane(&w->frame);

    for (unsigned i = 0; i < BUS_QUEUE; i++) {
        sane &= can_frame_is_sane(&w->queue[i]);
    }
    return sane;
}

bool bxcan_is_sane(void *opaque, int version_id)
{
    const Bxcan *s = opaque;
    bool sane = s->mode <= CAN_MODE_NORMAL && s->role <= ROLE_LISTENER && s->mailbox < MAILBOXES &&
                s->found <= CAN_CRC && s->fault <= CAN_CRC;

    for (unsigned i = 0; i < ARRAY_SIZE(s->fifo); i++) {
        sane &= s->fifo[i].first < FIFO_DEPTH && s->fifo[i].count <= FIFO_DEPTH;
    }
    return sane;
}

const VMStateDescription vmstate_can_wire = {
    .name = "stm32-can-wire", .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32(phase, CanWire),
        VMSTATE_UINT32(pacer, CanWire),
        VMSTATE_STRUCT(frame, CanWire, 1, vmstate_can_frame, CanFrame),
        VMSTATE_BOOL(foreign, CanWire),
        VMSTATE_UINT32(bits, CanWire),
        VMSTATE_UINT64(due, CanWire),
        VMSTATE_UINT64(free, CanWire),
        VMSTATE_INT64(free_at, CanWire),
        VMSTATE_STRUCT_ARRAY(queue, CanWire, BUS_QUEUE, 1, vmstate_can_frame, CanFrame),
        VMSTATE_UINT32(first, CanWire),
        VMSTATE_UINT32(count, CanWire),
        VMSTATE_VALIDATE("the bus", wire_is_sane),
        VMSTATE_END_OF_LIST()
    },
};
