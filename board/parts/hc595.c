/*
 * A shift register for outputs, 74HC595: a rising edge of SHCP takes DS (shift_register.h), one of STCP puts what has come at
 * Q0 ... Q7; OE high lets them go, MR low clears.  OE that is not wired is low, MR high.
 *
 * wokwi-nlsf595 is the same for LEDs of three colours: SI, SCK, RCK, OE, SCLR, QA ... QH, SQH.  Deliberately different: its
 * outputs are not open drains, which a LED to VCC does not see.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/parts/part.h"
#include "stm32/board/parts/shift_register.h"

#define TYPE_HC595 "stm32-595"
OBJECT_DECLARE_SIMPLE_TYPE(Hc595, HC595)

enum { LEG_DS, LEG_SHCP, LEG_STCP, LEG_OE, LEG_MR, LEG_Q7S, LEG_Q0 };

struct Hc595 {
    Part parent_obj;
    ShiftRegister shift;
    PinListener stcp, oe, mr;
    PinDriver out[8], mr_pull;
    uint8_t latch;
};

static void drive(Hc595 *h)
{
    bool off = pin_plain_level(part_leg(PART(h), LEG_OE));

    for (unsigned n = 0; n < 8; n++) {
        pin_drive(&h->out[n], off ? DRIVE(NONE) : DRIVE_LEVEL(h->latch >> n & 1));
    }
}

static bool may_shift(void *opaque)
{
    return pin_plain_level(part_leg(opaque, LEG_MR));
}

static void stcp_changed(void *opaque, bool level)
{
    Hc595 *h = opaque;

    if (level) {
        h->latch = h->shift.byte[0];
        drive(h);
    }
}

static void oe_changed(void *opaque, bool level)
{
    drive(opaque);
}

static void mr_changed(void *opaque, bool level)
{
    if (!level) {
        shift_register_clear(&HC595(opaque)->shift);
    }
}

static bool hc595_fit(Part *part, Error **errp)
{
    Hc595 *h = HC595(part);

    pin_add_driver(part_leg(part, LEG_MR), &h->mr_pull, part_id(part));
    pin_drive(&h->mr_pull, DRIVE(PULL_UP));
    h->shift.may = may_shift;
    h->shift.opaque = part;
    shift_register_init(&h->shift, part_id(part), 1, part_leg(part, LEG_SHCP), part_leg(part, LEG_DS),
                        part_leg(part, LEG_Q7S));
    for (unsigned n = 0; n < 8; n++) {
        pin_add_driver(part_leg(part, LEG_Q0 + n), &h->out[n], part_id(part));
    }
    part_listen(part, LEG_STCP, &h->stcp, stcp_changed);
    part_listen(part, LEG_OE, &h->oe, oe_changed);
    part_listen(part, LEG_MR, &h->mr, mr_changed);
    drive(h);
    return true;
}

static int hc595_post_load(void *opaque, int version_id)
{
    drive(opaque);
    return 0;
}

static const VMStateDescription hc595_vmstate = {
    .name = TYPE_HC595, .version_id = 2, .minimum_version_id = 2, .post_load = hc595_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_SHIFT_REGISTER(shift, Hc595),
        VMSTATE_UINT8(latch, Hc595),
        VMSTATE_END_OF_LIST()
    },
};

static void hc595_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = {
        "DS", "SHCP", "STCP", "OE", "MR", "Q7S", "Q0", "Q1", "Q2", "Q3", "Q4", "Q5", "Q6", "Q7", "VCC", "GND", NULL
    };

    DEVICE_CLASS(klass)->desc = "shift register for outputs: DS, SHCP, STCP, OE, MR, Q0 ... Q7, Q7S";
    DEVICE_CLASS(klass)->vmsd = &hc595_vmstate;
    part_class_set(klass, legs, NULL, NULL, hc595_fit);
}

static void nlsf595_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = {
        "SI", "SCK", "RCK", "OE", "SCLR", "SQH", "QA", "QB", "QC", "QD", "QE", "QF", "QG", "QH", "VCC", "GND", NULL
    };

    DEVICE_CLASS(klass)->desc = "shift register for LEDs: SI, SCK, RCK, OE, SCLR, QA ... QH, SQH";
    DEVICE_CLASS(klass)->vmsd = &hc595_vmstate;
    part_class_set(klass, legs, NULL, NULL, hc595_fit);
}

static const TypeInfo hc595_types[] = {
    { .name = TYPE_HC595, .parent = TYPE_PART, .abstract = true, .instance_size = sizeof(Hc595) },
    { .name = "wokwi-74hc595", .parent = TYPE_HC595, .class_init = hc595_class_init },
    { .name = "wokwi-nlsf595", .parent = TYPE_HC595, .class_init = nlsf595_class_init },
};
DEFINE_TYPES(hc595_types)
