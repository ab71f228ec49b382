/*
 * A relay with two poles, KS2E-M-DC5: while its coil has a voltage, P1 is joined to NO1 and P2 to NO2, otherwise to NC1 and
 * NC2.  It breaks before it makes, and takes 5 ms for that.
 *
 * Deliberately different: 1 V in either direction will do, and the coil is no load.  Contacts do not bounce.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/parts/part.h"
#include "stm32/core/counter.h"

#define TYPE_KS2E "wokwi-ks2e-m-dc5"
OBJECT_DECLARE_SIMPLE_TYPE(Ks2e, KS2E)

enum { LEG_NO2, LEG_NC2, LEG_P2, LEG_COIL2, LEG_NO1, LEG_NC1, LEG_P1, LEG_COIL1 };

#define MOVES_NS 5000000
#define PULLS_UV 1000000

struct Ks2e {
    Part parent_obj;
    PinContact contact[2][2];   /* of the poles: to NC, NO */
    PinFollower follower[2];
    QEMUTimer *timer;
    bool coil, on;              /* `coil`: has current, and the contacts follow at */
    int64_t when;
};

static void put(Ks2e *k)
{
    for (unsigned pole = 0; pole < 2; pole++) {
        contact_set(&k->contact[pole][0], CONTACT_OPEN);
        contact_set(&k->contact[pole][1], CONTACT_OPEN);
        if (k->coil == k->on) {
            contact_set(&k->contact[pole][k->on], 0);
        }
    }
    counter_arm(k->timer, k->coil == k->on ? COUNTER_NEVER : k->when);
}

static void expired(void *opaque)
{
    Ks2e *k = opaque;

    k->on = k->coil;
    put(k);
}

static bool has_current(Ks2e *k)
{
    Drive a = pin_plain_state(part_leg(PART(k), LEG_COIL1)), b = pin_plain_state(part_leg(PART(k), LEG_COIL2));
    int64_t now = drive_now();

    return drive_is_strong(&a) && drive_is_strong(&b) &&
           abs(drive_uv(&a, now, DRIVE_VDD_UV) - drive_uv(&b, now, DRIVE_VDD_UV)) >= PULLS_UV;
}

static void changed(void *opaque)
{
    Ks2e *k = opaque;
    bool coil = has_current(k);

    if (coil != k->coil) {
        k->coil = coil;
        k->when = drive_now() + MOVES_NS;
        put(k);
    }
}

static bool get_on(Object *obj, Error **errp)
{
    return KS2E(obj)->on;
}

static bool ks2e_fit(Part *part, Error **errp)
{
    static const uint8_t legs[2][3] = { { LEG_NC1, LEG_NO1, LEG_P1 }, { LEG_NC2, LEG_NO2, LEG_P2 } };
    static const uint8_t ends[2] = { LEG_COIL1, LEG_COIL2 };
    Ks2e *k = KS2E(part);

    k->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, expired, k);
    for (unsigned n = 0; n < 2; n++) {
        contact_add(&k->contact[n][0], part_leg(part, legs[n][0]), part_leg(part, legs[n][2]), 0);
        contact_add(&k->contact[n][1], part_leg(part, legs[n][1]), part_leg(part, legs[n][2]), CONTACT_OPEN);
        k->follower[n] = (PinFollower) { .changed = changed, .opaque = k };
        pin_follow(&k->follower[n], part_leg(part, ends[n]));
    }
    return true;
}

static int ks2e_post_load(void *opaque, int version_id)
{
    put(opaque);
    return 0;
}

static const VMStateDescription ks2e_vmstate = {
    .name = TYPE_KS2E, .version_id = 1, .minimum_version_id = 1, .post_load = ks2e_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_BOOL(coil, Ks2e),
        VMSTATE_BOOL(on, Ks2e),
        VMSTATE_INT64(when, Ks2e),
        VMSTATE_END_OF_LIST()
    },
};

static void ks2e_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = { "NO2", "NC2", "P2", "COIL2", "NO1", "NC1", "P1", "COIL1", NULL };
    static const char *const shows[] = { "on", NULL };

    DEVICE_CLASS(klass)->desc = "relay with two poles: COIL1, COIL2, P1, NC1, NO1, P2, NC2, NO2";
    DEVICE_CLASS(klass)->vmsd = &ks2e_vmstate;
    part_class_set(klass, legs, NULL, shows, ks2e_fit);
    object_class_property_add_bool(klass, "on", get_on, NULL);
}

static const TypeInfo ks2e_types[] = { {
    .name = TYPE_KS2E, .parent = TYPE_PART, .instance_size = sizeof(Ks2e), .class_init = ks2e_class_init,
} };
DEFINE_TYPES(ks2e_types)
