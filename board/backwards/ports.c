/*
 * Serial lines of a machine that goes back: each USART has a chardev of this kind, behind which is the one that the
 * user has given it by -serial.
 *
 * What comes is taken at an instant that virtual time has not reached yet, and kept with that: when the machine comes
 * there again it comes again.  What the machine sends goes out once, however often it is sent.  In the past nobody is
 * heard: who types waits until it is over.
 *
 * Deliberately different: who does not read never makes a USART wait, it loses.  A break from outside is not heard.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/timer.h"
#include "qapi/error.h"
#include "chardev/char-fe.h"
#include "stm32/board/backwards/backwards.h"
#include "stm32/board/backwards/state.h"

#define ROOM 4096               /* bytes that wait for an instant */
#define AHEAD 1000              /* ns: when what comes is taken */

#define TYPE_BACKWARDS_PORT "chardev-backwards-port"
OBJECT_DECLARE_SIMPLE_TYPE(BackwardsPort, BACKWARDS_PORT)

struct BackwardsPort {
    Chardev parent_obj;
    CharBackend other;
    bool has_other;
    unsigned number;
    uint64_t sent;              /* as the machine knows it, */
    uint64_t told;              /* ... and as the other end does */
    GByteArray *arrived;        /* has no instant yet */
    GByteArray *queue;          /* for the USART */
};

/* Bytes that came, and when; for ever, as the machine may go back to any of them. */
typedef struct Input {
    int64_t ns;
    unsigned port;
    GBytes *bytes;
} Input;

static BackwardsPort *ports[BACKWARDS_MAX_PORTS];
static unsigned n_ports;
static GArray *inputs;
static unsigned delivered;      /* of these */
static QEMUTimer *collect, *deliver;

/* ---- The machine sends ---- */

static int port_write(Chardev *chr, const uint8_t *data, int size)
{
    BackwardsPort *p = BACKWARDS_PORT(chr);
    uint64_t known = p->told > p->sent ? MIN(p->told - p->sent, size) : 0;

    p->sent += size;
    if (p->has_other && known < size) {
        qemu_chr_fe_write(&p->other, data + known, size - known);
    }
    p->told = MAX(p->told, p->sent);
    return size;
}

/* ---- Somebody sends to the machine ---- */

static int other_can_read(void *opaque)
{
    BackwardsPort *p = opaque;

    return past_goes_on() ? 0 : ROOM - MIN(p->arrived->len, ROOM);
}

static void other_read(void *opaque, const uint8_t *data, int size)
{
    BackwardsPort *p = opaque;

    g_byte_array_append(p->arrived, data, size);
    timer_mod(collect, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL));
}

static void hand_on(BackwardsPort *p)
{
    while (p->queue->len) {
        int n = MIN(qemu_chr_be_can_write(CHARDEV(p)), (int)p->queue->len);
        g_autofree uint8_t *data = n > 0 ? g_memdup2(p->queue->data, n) : NULL;

        if (!data) {
            return;
        }
        g_byte_array_remove_range(p->queue, 0, n);      /* before: it may come here again */
        qemu_chr_be_write(CHARDEV(p), data, n);
    }
}

static void port_accept_input(Chardev *chr)
{
    hand_on(BACKWARDS_PORT(chr));
}

static void arm_next(void)
{
    if (delivered < inputs->len) {
        timer_mod(deliver, g_array_index(inputs, Input, delivered).ns);
    } else {
        timer_del(deliver);
    }
}

static void deliver_expired(void *opaque)
{
    int64_t now = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);

    while (delivered < inputs->len && g_array_index(inputs, Input, delivered).ns <= now) {
        const Input *i = &g_array_index(inputs, Input, delivered++);
        size_t size;
        const uint8_t *data = g_bytes_get_data(i->bytes, &size);

        g_byte_array_append(ports[i->port]->queue, data, size);
        hand_on(ports[i->port]);
    }
    arm_next();
}

/* Between two instructions: what has arrived gets the instant at which it is taken. */
static void collect_expired(void *opaque)
{
    int64_t ns = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) + AHEAD;

    if (inputs->len) {
        ns = MAX(ns, g_array_index(inputs, Input, inputs->len - 1).ns);
    }
    for (unsigned n = 0; n < n_ports; n++) {
        GByteArray *arrived = ports[n]->arrived;
        Input input = { .ns = ns, .port = n };

        if (arrived->len) {
            input.bytes = g_bytes_new(arrived->data, arrived->len);
            g_array_append_val(inputs, input);
            g_byte_array_set_size(arrived, 0);
        }
    }
    arm_next();
    ports_wake();
}

void ports_wake(void)
{
    for (unsigned n = 0; n < n_ports; n++) {
        if (ports[n]->has_other) {
            qemu_chr_fe_accept_input(&ports[n]->other);
        }
    }
}

/* ---- Back, and to another future ---- */

void ports_save(PortsState *state)
{
    state->delivered = delivered;
    for (unsigned n = 0; n < n_ports; n++) {
        state->sent[n] = ports[n]->sent;
        state->queue[n] = g_bytes_new(ports[n]->queue->data, ports[n]->queue->len);
    }
}

void ports_load(const PortsState *state)
{
    delivered = state->delivered;
    for (unsigned n = 0; n < n_ports; n++) {
        size_t size;
        const uint8_t *data = g_bytes_get_data(state->queue[n], &size);

        ports[n]->sent = state->sent[n];
        g_byte_array_set_size(ports[n]->queue, 0);
        g_byte_array_append(ports[n]->queue, data, size);
    }
    arm_next();
}

void ports_free(PortsState *state)
{
    for (unsigned n = 0; n < BACKWARDS_MAX_PORTS; n++) {
        g_clear_pointer(&state->queue[n], g_bytes_unref);
    }
}

void ports_forget_future(void)
{
    for (unsigned n = delivered; n < inputs->len; n++) {
        g_bytes_unref(g_array_index(inputs, Input, n).bytes);
    }
    g_array_set_size(inputs, delivered);
    for (unsigned n = 0; n < n_ports; n++) {
        ports[n]->told = ports[n]->sent;
    }
    arm_next();
}

/* ---- Ports ---- */

static void port_update_read_handler(Chardev *chr)
{
    BackwardsPort *p = BACKWARDS_PORT(chr);

    if (p->has_other) {
        qemu_chr_fe_set_handlers_full(&p->other, other_can_read, other_read, NULL, NULL, p, chr->gcontext, true, false);
    }
}

Chardev *backwards_port(const char *port, Chardev *given)
{
    g_autofree char *label = g_strdup_printf("backwards-%s", port);
    Chardev *chr;
    BackwardsPort *p;

    if (!given) {
        return NULL;
    }
    chr = qemu_chardev_new(label, TYPE_BACKWARDS_PORT, NULL, NULL, &error_fatal);
    p = BACKWARDS_PORT(chr);
    assert(n_ports < ARRAY_SIZE(ports));
    if (!inputs) {
        inputs = g_array_new(false, false, sizeof(Input));
        collect = timer_new_ns(QEMU_CLOCK_VIRTUAL, collect_expired, NULL);
        deliver = timer_new_ns(QEMU_CLOCK_VIRTUAL, deliver_expired, NULL);
    }
    p->arrived = g_byte_array_new();
    p->queue = g_byte_array_new();
    p->has_other = qemu_chr_fe_init(&p->other, given, &error_fatal);
    p->number = n_ports;
    ports[n_ports++] = p;
    return chr;
}

static void port_finalize(Object *obj)
{
    BackwardsPort *p = BACKWARDS_PORT(obj);

    if (p->has_other) {
        qemu_chr_fe_deinit(&p->other, false);
    }
}

static void port_class_init(ObjectClass *klass, void *data)
{
    ChardevClass *cc = CHARDEV_CLASS(klass);

    cc->internal = true;
    cc->chr_write = port_write;
    cc->chr_accept_input = port_accept_input;
    cc->chr_update_read_handler = port_update_read_handler;
}

static const TypeInfo port_types[] = { {
    .name = TYPE_BACKWARDS_PORT, .parent = TYPE_CHARDEV, .instance_size = sizeof(BackwardsPort),
    .instance_finalize = port_finalize, .class_init = port_class_init,
} };
DEFINE_TYPES(port_types)
