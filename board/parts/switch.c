/*
 * A contact that bounces, see switch.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/visitor.h"
#include "stm32/board/parts/switch.h"
#include "stm32/core/counter.h"

/* How long it stays as it is before each further change, ns; the last one is to where it was put. */
static const int64_t bounce_ns[] = { 30000, 110000, 70000, 240000, 160000, 390000 };

/* There are an even number of them to come when it is where it was put. */
static void switch_update(Switch *s)
{
    bool closed = s->closed ^ s->bounces % 2;

    contact_set(&s->contact, closed ? 0 : CONTACT_OPEN);
    counter_arm(s->timer, s->bounces ? s->next : COUNTER_NEVER);
}

static void expired(void *opaque)
{
    Switch *s = opaque;

    s->bounces--;
    if (s->bounces) {
        s->next += bounce_ns[ARRAY_SIZE(bounce_ns) - s->bounces];
    }
    switch_update(s);
}

void switch_add(Switch *s, Pin *a, Pin *b, bool closed)
{
    s->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, expired, s);
    s->closed = closed;
    contact_add(&s->contact, a, b, closed ? 0 : CONTACT_OPEN);
}

void switch_set(Switch *s, bool closed, bool clean)
{
    if (!s->timer || s->closed == closed) {
        return;
    }
    s->closed = closed;
    s->bounces = clean ? 0 : ARRAY_SIZE(bounce_ns);
    s->next = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) + bounce_ns[0];
    switch_update(s);
}

/* ---- The attribute ---- */

static bool *steady_of(Object *obj, void *opaque)
{
    return (bool *)((char *)obj + (uintptr_t)opaque);
}

static void get_bounce(Object *obj, Visitor *v, const char *name, void *opaque, Error **errp)
{
    g_autofree char *value = g_strdup(*steady_of(obj, opaque) ? "0" : "1");

    visit_type_str(v, name, &value, errp);
}

static void set_bounce(Object *obj, Visitor *v, const char *name, void *opaque, Error **errp)
{
    char *value;

    if (visit_type_str(v, name, &value, errp)) {
        *steady_of(obj, opaque) = !strcmp(value, "0") || !strcmp(value, "off");
        g_free(value);
    }
}

void switch_class_add_bounce(ObjectClass *klass, size_t offset)
{
    object_class_property_add(klass, "bounce", "str", get_bounce, set_bounce, NULL, (void *)offset);
}

static int switch_post_load(void *opaque, int version_id)
{
    Switch *s = opaque;

    if (s->bounces > ARRAY_SIZE(bounce_ns)) {
        return -EINVAL;
    }
    switch_update(s);
    return 0;
}

const VMStateDescription vmstate_switch = {
    .name = "stm32-switch", .version_id = 1, .minimum_version_id = 1, .post_load = switch_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_BOOL(closed, Switch),
        VMSTATE_UINT32(bounces, Switch),
        VMSTATE_INT64(next, Switch),
        VMSTATE_END_OF_LIST()
    },
};
