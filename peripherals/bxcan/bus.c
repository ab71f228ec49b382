/*
 * The CAN bus: who is at it, and how he hears of QEMU's other nodes.
 *
 * All controllers at one can-bus of QEMU share a CanWire, that of the first; what becomes of frames
 * there is in wire.c.  QEMU's other nodes hand over whole frames at once: such a frame waits in the
 * wire's queue, arbitrates and takes its time as if it were sent here with the bit rate of the
 * first controller that listens; what they take is acknowledged.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/bxcan/state.h"

#define DRIFT_BITS 10           /* between two edges to synchronize to, at most */

static GPtrArray *nodes;        /* of Bxcan */

Bxcan *bxcan_node(unsigned n)
{
    return nodes->pdata[n];
}

Bxcan *bxcan_next_at(const CanWire *w, unsigned *n)
{
    while (*n < nodes->len) {
        Bxcan *s = bxcan_node((*n)++);

        if (bxcan_wire_of(s) == w) {
            return s;
        }
    }
    return NULL;
}

/* ---- Who is where ---- */

bool bxcan_is_looped(const Bxcan *s)
{
    return reg_get(s, BTR, LBKM);
}

bool bxcan_is_silent(const Bxcan *s)
{
    return reg_get(s, BTR, SILM);
}

static bool is_attached(const Bxcan *s)
{
    return s->bus && signal_is_routed(&s->rx) && (signal_is_routed(&s->tx) || bxcan_is_silent(s));
}

/* With TX joined to RX it hears itself, otherwise not even that. */
bool bxcan_is_deaf(const Bxcan *s)
{
    return s->alone && !bxcan_is_looped(s) && !signal_meets(&s->tx, &s->rx);
}

void bxcan_choose_wire(Bxcan *s)
{
    if (s->role == ROLE_NONE) {
        s->alone = bxcan_is_looped(s) || !is_attached(s);
    }
}

/* By SJW, see RM0090 32.7.7. */
bool bxcan_follows(const Bxcan *s, const Bxcan *pacer)
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
            (s->mode == CAN_MODE_SLEEP && reg_get(s, MCR, AWUM)));
}

bool can_wire_will_be_heard(const CanWire *w)
{
    Bxcan *s;

    FOR_EACH_NODE(s, w) {
        if (will_hear(s)) {
            return true;
        }
    }
    return false;
}

void can_wire_update(CanWire *w)
{
    for (unsigned n = 0; n < nodes->len; n++) {
        if (bxcan_wire_of(bxcan_node(n)) == w) {
            periph_update(&bxcan_node(n)->parent_obj);
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

    can_wire_update(w);
    FOR_EACH_NODE(s, w) {
        bxcan_mode_wake(s);
        bxcan_mode_run(s);
    }
    for (size_t i = 0; i < count; i++) {
        if (can_frame_from_qemu(&f, &frames[i]) && can_wire_will_be_heard(w) &&
            w->count < BUS_QUEUE) {
            enqueue(w, &f);
            acknowledged = true;
        }
    }
    can_wire_update(w);
    return acknowledged;
}

static CanBusClientInfo client_info = {
    .can_receive = client_can_receive, .receive = client_receives,
};

bool can_wire_send_out(CanWire *w, const CanFrame *f)
{
    qemu_can_frame q = can_frame_to_qemu(f);

    return w->client.bus && can_bus_client_send(&w->client, &q, 1) > 0;
}

/* Nobody needs to acknowledge it. */
void bxcan_show_loopback(Bxcan *s, const CanFrame *f)
{
    if (s->bus && !bxcan_is_silent(s) && signal_is_routed(&s->tx)) {
        can_wire_send_out(s->wire, f);
        if (can_wire_will_be_heard(s->wire)) {
            enqueue(s->wire, f);
            can_wire_update(s->wire);
        }
    }
}

/* ---- Nodes ---- */

/* Only now: what QEMU makes to look at its properties never is a node. */
void bxcan_bus_realize(Bxcan *s)
{
    nodes = nodes ?: g_ptr_array_new();
    s->number = nodes->len;
    g_ptr_array_add(nodes, s);
    s->wire = &s->outer;
    for (unsigned n = 0; s->bus && n < nodes->len; n++) {
        if (bxcan_node(n) != s && bxcan_node(n)->bus == s->bus && bxcan_node(n)->outer.client.bus) {
            s->wire = &bxcan_node(n)->outer;
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
    if (!sane) {                        /* refused; no reset of the chip reaches it */
        w->phase = WIRE_IDLE;
        w->pacer = w->first = w->count = 0;
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
        VMSTATE_INT64(begin_at, CanWire),
        VMSTATE_STRUCT_ARRAY(queue, CanWire, BUS_QUEUE, 1, vmstate_can_frame, CanFrame),
        VMSTATE_UINT32(first, CanWire),
        VMSTATE_UINT32(count, CanWire),
        VMSTATE_VALIDATE("the bus", wire_is_sane),
        VMSTATE_END_OF_LIST()
    },
};
