/*
 * The dial of an old telephone: `dial` = 0 ... 9 is somebody who dials that.  DIAL is low from when the disk is turned until it
 * is back; meanwhile PULSE goes high once for each, ten times for 0, 60 ms high of 100 ms.  Dials that come while it turns wait, up
 * to 15 of them.
 *
 * unsure: Wokwi has it in its elements alone; the control's name, levels and times are ours.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "stm32/board/parts/part.h"
#include "stm32/core/counter.h"

#define TYPE_ROTARY_DIALER "wokwi-rotary-dialer"
OBJECT_DECLARE_SIMPLE_TYPE(RotaryDialer, ROTARY_DIALER)

enum { LEG_GND, LEG_DIAL, LEG_PULSE };
enum { MOST = 15, HIGH_NS = 60000000, LOW_NS = 40000000, TURN_NS = 300000000, PAUSE_NS = 500000000 };
enum { IDLE, TURNS, PULSES, PAUSES };

struct RotaryDialer {
    Part parent_obj;
    PinDriver dial, pulse;
    QEMUTimer *timer;
    uint8_t digit[MOST], count;         /* that wait; the first is under way unless it is idle */
    uint8_t phase, edges;               /* of PULSE that are still to come */
    int64_t next;                       /* virtual ns */
};

static void drive(RotaryDialer *r)
{
    pin_drive_level(&r->dial, r->phase == IDLE || r->phase == PAUSES);
    pin_drive_level(&r->pulse, r->phase == PULSES && r->edges % 2);
    counter_arm(r->timer, r->phase == IDLE ? COUNTER_NEVER : r->next);
}

static void begin(RotaryDialer *r)
{
    r->phase = r->count ? TURNS : IDLE;
    r->next += TURN_NS;
}

static void expired(void *opaque)
{
    RotaryDialer *r = opaque;

    if (r->phase == TURNS) {
        r->phase = PULSES;
        r->edges = 2 * (r->digit[0] ?: 10) - 1;
        r->next += HIGH_NS;
    } else if (r->phase == PULSES && r->edges) {
        r->edges--;
        r->next += r->edges % 2 ? HIGH_NS : LOW_NS;
    } else if (r->phase == PULSES) {
        r->phase = PAUSES;
        r->next += PAUSE_NS;
        memmove(r->digit, r->digit + 1, --r->count);
    } else {
        begin(r);
    }
    drive(r);
}

static void get_dial(Object *obj, Visitor *v, const char *name, void *opaque, Error **errp)
{
    RotaryDialer *r = ROTARY_DIALER(obj);
    int64_t digit = r->count ? r->digit[0] : -1;

    visit_type_int(v, name, &digit, errp);
}

static void set_dial(Object *obj, Visitor *v, const char *name, void *opaque, Error **errp)
{
    RotaryDialer *r = ROTARY_DIALER(obj);
    int64_t digit;

    if (!visit_type_int(v, name, &digit, errp)) {
        return;
    }
    if (digit < 0 || digit > 9 || r->count == MOST || !PART(r)->fitted) {
        error_setg(errp, "dial is 0 to 9, and at most %d of them at a time", MOST);
        return;
    }
    r->digit[r->count++] = digit;
    if (r->phase == IDLE) {
        r->next = drive_now();
        begin(r);
        drive(r);
    }
}

static bool rotary_dialer_fit(Part *part, Error **errp)
{
    RotaryDialer *r = ROTARY_DIALER(part);

    r->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, expired, r);
    pin_add_driver(part_leg(part, LEG_DIAL), &r->dial, part_id(part));
    pin_add_driver(part_leg(part, LEG_PULSE), &r->pulse, part_id(part));
    drive(r);
    return true;
}

static int rotary_dialer_post_load(void *opaque, int version_id)
{
    RotaryDialer *r = opaque;
    bool busy = r->phase == TURNS || r->phase == PULSES;

    if (r->count > MOST || r->phase > PAUSES || (busy && !r->count) || r->edges > 20) {
        return -EINVAL;
    }
    drive(r);
    return 0;
}

static const VMStateDescription rotary_dialer_vmstate = {
    .name = TYPE_ROTARY_DIALER, .version_id = 1, .minimum_version_id = 1, .post_load = rotary_dialer_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT8_ARRAY(digit, RotaryDialer, MOST),
        VMSTATE_UINT8(count, RotaryDialer),
        VMSTATE_UINT8(phase, RotaryDialer),
        VMSTATE_UINT8(edges, RotaryDialer),
        VMSTATE_INT64(next, RotaryDialer),
        VMSTATE_END_OF_LIST()
    },
};

static void rotary_dialer_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = { "GND", "DIAL", "PULSE", NULL };
    static const char *const shows[] = { "dial", NULL };

    DEVICE_CLASS(klass)->desc = "dial of a telephone: GND, DIAL, PULSE";
    DEVICE_CLASS(klass)->vmsd = &rotary_dialer_vmstate;
    part_class_set(klass, legs, NULL, shows, rotary_dialer_fit);
    object_class_property_add(klass, "dial", "int", get_dial, set_dial, NULL, NULL);
}

static const TypeInfo rotary_dialer_types[] = { {
    .name = TYPE_ROTARY_DIALER, .parent = TYPE_PART, .instance_size = sizeof(RotaryDialer),
    .class_init = rotary_dialer_class_init,
} };
DEFINE_TYPES(rotary_dialer_types)
