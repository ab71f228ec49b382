/*
 * What is known of the device, and requests to it, see gadget.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/core/counter.h"
#include "stm32/core/user_file.h"
#include "stm32/board/usb/gadget.h"

void gadget_init(Gadget *g, const GadgetOps *ops, void *opaque)
{
    g->ops = ops;
    g->opaque = opaque;
    host_bus_init(&g->bus, &gadget_bus_ops, g);
}

const Descriptors *gadget_configuration(const Gadget *g)
{
    for (unsigned i = 0; i < g->configs; i++) {
        if (g->config[i].length >= 9 && g->config[i].data[5] == g->configuration) {
            return &g->config[i];
        }
    }
    return NULL;
}

char *gadget_string(const Gadget *g, unsigned index)
{
    return user_text(g->string[index & 0xff] ?: "");
}

bool gadget_aim(Gadget *g, Transfer *t, bool in, unsigned endpoint)
{
    const GadgetEndpoint *e = &g->endpoint[in && endpoint][endpoint % USB_ENDPOINTS];

    if (!e->there || endpoint >= USB_ENDPOINTS) {
        return false;
    }
    t->kind = e->kind;
    t->endpoint = endpoint;
    t->in = in;
    t->max_packet = e->max_packet;
    t->burst = e->burst;
    t->interval = e->interval;
    return true;
}

/* ---- Requests of coroutines ---- */

static void wake(void *opaque, Transfer *t)
{
    Coroutine **co = opaque;

    if (*co) {
        qemu_coroutine_enter(*co);
    }
}

void coroutine_fn gadget_transfer(Gadget *g, Transfer *t)
{
    Coroutine *co = NULL;           /* it may end before we wait */

    t->done = wake;
    t->opaque = &co;
    host_bus_submit(&g->bus, t);
    co = qemu_coroutine_self();
    while (t->status == TRANSFER_PENDING) {
        qemu_coroutine_yield();
    }
}

int coroutine_fn gadget_request(Gadget *g, uint8_t type, uint8_t request, uint16_t value, uint16_t index,
                                void *data, uint16_t length)
{
    int64_t start = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
    Transfer t = {
        .kind = TRANSFER_CONTROL, .in = type & REQUEST_IN, .data = data, .length = length,
        .max_packet = g->endpoint[0][0].max_packet, .timeout = GADGET_TIMEOUT_NS,
        .setup = { type, request, value, value >> 8, index, index >> 8, length, length >> 8 },
    };

    gadget_transfer(g, &t);
    g->took = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) - start;
    return t.status == TRANSFER_DONE ? (int)t.actual : -(int)t.status;
}

static void wake_up(void *opaque)
{
    qemu_coroutine_enter(opaque);
}

bool coroutine_fn gadget_sleep(Gadget *g, int64_t ns)
{
    QEMUTimer *timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, wake_up, qemu_coroutine_self());
    unsigned life = g->life;

    counter_arm(timer, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) + ns);
    qemu_coroutine_yield();
    timer_free(timer);
    return life == g->life;
}
