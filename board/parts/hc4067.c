/*
 * An analog multiplexer of 16, CD74HC4067: SIG is joined to that of C0 ... C15 whose number S0 ... S3 are, in both directions,
 * unless EN is high.  The contact has 70 ohms.  A select line or EN that nobody drives is low.
 *
 * unsure: Wokwi has no such part; the legs are those of the common module.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/parts/part.h"

#define TYPE_HC4067 "board-cd74hc4067"
OBJECT_DECLARE_SIMPLE_TYPE(Hc4067, HC4067)

enum { LEG_SIG, LEG_S0, LEG_EN = LEG_S0 + 4, LEG_VCC, LEG_GND, LEG_C0, CHANNELS = 16, OHMS = 70, CLOSED = -1 };

struct Hc4067 {
    Part parent_obj;
    PinContact contact[CHANNELS];
    PinListener select[5];
    int at;                     /* the channel that is joined, or CLOSED */
};

static void look(Hc4067 *h)
{
    int at = 0;

    for (unsigned n = 0; n < 4; n++) {
        at |= pin_plain_level(part_leg(PART(h), LEG_S0 + n)) << n;
    }
    at = pin_plain_level(part_leg(PART(h), LEG_EN)) ? CLOSED : at;
    if (at != h->at) {
        if (h->at != CLOSED) {
            contact_set(&h->contact[h->at], CONTACT_OPEN);
        }
        h->at = at;
        if (at != CLOSED) {
            contact_set(&h->contact[at], OHMS);
        }
    }
}

static void changed(void *opaque, bool level)
{
    look(opaque);
}

static bool hc4067_fit(Part *part, Error **errp)
{
    Hc4067 *h = HC4067(part);

    h->at = CLOSED;
    for (unsigned n = 0; n < CHANNELS; n++) {
        contact_add(&h->contact[n], part_leg(part, LEG_SIG), part_leg(part, LEG_C0 + n), CONTACT_OPEN);
    }
    for (unsigned n = 0; n < ARRAY_SIZE(h->select); n++) {
        part_listen(part, LEG_S0 + n, &h->select[n], changed);
    }
    look(h);
    return true;
}

static int hc4067_post_load(void *opaque, int version_id)
{
    look(opaque);
    return 0;
}

static const VMStateDescription hc4067_vmstate = {
    .name = TYPE_HC4067, .version_id = 1, .minimum_version_id = 1, .post_load = hc4067_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_END_OF_LIST()
    },
};

static void hc4067_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = {
        "SIG", "S0", "S1", "S2", "S3", "EN", "VCC", "GND", "C0", "C1", "C2", "C3", "C4", "C5", "C6", "C7", "C8", "C9", "C10",
        "C11", "C12", "C13", "C14", "C15", NULL
    };

    DEVICE_CLASS(klass)->desc = "analog multiplexer: SIG, S0 ... S3, EN, C0 ... C15";
    DEVICE_CLASS(klass)->vmsd = &hc4067_vmstate;
    part_class_set(klass, legs, NULL, NULL, hc4067_fit);
}

static const TypeInfo hc4067_types[] = { {
    .name = TYPE_HC4067, .parent = TYPE_PART, .instance_size = sizeof(Hc4067), .class_init = hc4067_class_init,
} };
DEFINE_TYPES(hc4067_types)
