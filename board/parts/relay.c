/*
 * A relay: COM is joined to NO while it is `on`, otherwise to NC.  IN switches it: high with `transistor` npn, low with
 * pnp; nothing there does not.  It breaks before it makes, and takes 5 ms for that.
 *
 * Deliberately different: its coil is supplied, whether VCC is wired or not.  Contacts do not bounce.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "stm32/board/parts/part.h"
#include "stm32/core/counter.h"

#define TYPE_RELAY "wokwi-relay-module"
OBJECT_DECLARE_SIMPLE_TYPE(Relay, RELAY)

enum { LEG_VCC, LEG_GND, LEG_IN, LEG_NC, LEG_COM, LEG_NO };

#define MOVES_NS 5000000

struct Relay {
    Part parent_obj;
    PinContact contact[2];      /* of NC, NO */
    PinFollower follower;
    QEMUTimer *timer;
    bool pnp, coil, on;         /* `coil`: has current, and the contacts follow at */
    int64_t when;
};

static void put(Relay *r)
{
    contact_set(&r->contact[r->on], CONTACT_OPEN);
    contact_set(&r->contact[!r->on], CONTACT_OPEN);
    if (r->coil == r->on) {
        contact_set(&r->contact[r->on], 0);
    }
    counter_arm(r->timer, r->coil == r->on ? COUNTER_NEVER : r->when);
}

static void expired(void *opaque)
{
    Relay *r = opaque;

    r->on = r->coil;
    put(r);
}

static bool has_current(Relay *r)
{
    Drive d = pin_plain_state(part_leg(PART(r), LEG_IN));

    return d.kind != DRIVE_NONE && drive_level(&d) != r->pnp;
}

static void changed(void *opaque)
{
    Relay *r = opaque;
    bool coil = has_current(r);

    if (coil != r->coil) {
        r->coil = coil;
        r->when = drive_now() + MOVES_NS;
        put(r);
    }
}

static char *get_transistor(Object *obj, Error **errp)
{
    return g_strdup(RELAY(obj)->pnp ? "pnp" : "npn");
}

static void set_transistor(Object *obj, const char *value, Error **errp)
{
    if (strcmp(value, "npn") && strcmp(value, "pnp")) {
        error_setg(errp, "transistor is 'npn' or 'pnp', not '%s'", value);
    } else if (!PART(obj)->fitted) {
        RELAY(obj)->pnp = !strcmp(value, "pnp");
    }
}

static bool get_on(Object *obj, Error **errp)
{
    return RELAY(obj)->on;
}

static bool relay_fit(Part *part, Error **errp)
{
    Relay *r = RELAY(part);

    r->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, expired, r);
    contact_add(&r->contact[0], part_leg(part, LEG_NC), part_leg(part, LEG_COM), 0);
    contact_add(&r->contact[1], part_leg(part, LEG_NO), part_leg(part, LEG_COM), CONTACT_OPEN);
    r->follower.changed = changed;
    r->follower.opaque = r;
    pin_follow(&r->follower, part_leg(part, LEG_IN));
    return true;
}

static int relay_post_load(void *opaque, int version_id)
{
    put(opaque);
    return 0;
}

static const VMStateDescription relay_vmstate = {
    .name = TYPE_RELAY, .version_id = 1, .minimum_version_id = 1, .post_load = relay_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_BOOL(coil, Relay),
        VMSTATE_BOOL(on, Relay),
        VMSTATE_INT64(when, Relay),
        VMSTATE_END_OF_LIST()
    },
};

static void relay_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = { "VCC", "GND", "IN", "NC", "COM", "NO", NULL };
    static const char *const shows[] = { "on", NULL };

    DEVICE_CLASS(klass)->desc = "relay: VCC, GND, IN, NC, COM, NO; transistor=";
    DEVICE_CLASS(klass)->vmsd = &relay_vmstate;
    part_class_set(klass, legs, NULL, shows, relay_fit);
    object_class_property_add_str(klass, "transistor", get_transistor, set_transistor);
    object_class_property_add_bool(klass, "on", get_on, NULL);
}

static const TypeInfo relay_types[] = { {
    .name = TYPE_RELAY, .parent = TYPE_PART, .instance_size = sizeof(Relay), .class_init = relay_class_init,
} };
DEFINE_TYPES(relay_types)
