/*
 * An infrared receiver for 38 kHz: DAT is low while there is light.  What comes is NEC's code of a wokwi-ir-remote, or of
 * `nec` = "address,command", as somebody types it at Wokwi's receiver: 9 ms of light, 4.5 ms without, 32 bits lowest first, each
 * 562.5 us of light and 562.5 (0) or 1687.5 us (1) without, a last light; 110 ms later, while the key is held, 9 ms, 2.25 ms
 * and a light: a repeat.
 *
 * Deliberately different: a real one makes light some ten microseconds longer or shorter.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "stm32/board/parts/ir.h"
#include "stm32/board/parts/part.h"
#include "stm32/core/counter.h"

#define TYPE_IR_RECEIVER "wokwi-ir-receiver"
OBJECT_DECLARE_SIMPLE_TYPE(IrReceiver, IR_RECEIVER)

enum { LEG_GND, LEG_VCC, LEG_DAT };
enum { UNIT_NS = 562500, REPEAT_NS = 110000000, BITS = 32 };
enum { LEAD, SPACE, FIRST, FRAME_END = FIRST + 2 * BITS + 1, REPEAT_END = FIRST + 1 };      /* phases; even ones are light */

struct IrReceiver {
    Part parent_obj;
    IrListener listener;
    PinDriver out;
    QEMUTimer *timer;
    uint32_t message, wanted;
    uint8_t phase;
    bool sends, repeats;        /* a frame is under way, or the pause behind it; it is a repeat */
    bool held, again;           /* the key; another has been pressed meanwhile */
    int64_t began, next;        /* virtual ns: of the frame; of the next edge */
};

static unsigned end_of(const IrReceiver *r)
{
    return r->repeats ? REPEAT_END : FRAME_END;
}

static unsigned units(const IrReceiver *r)
{
    if (r->phase < FIRST) {
        return r->phase == LEAD ? 16 : r->repeats ? 4 : 8;
    }
    return r->phase % 2 && r->message >> (r->phase - FIRST) / 2 & 1 ? 3 : 1;
}

static void drive(IrReceiver *r)
{
    pin_drive_level(&r->out, !(r->sends && r->phase < end_of(r) && r->phase % 2 == 0));
    counter_arm(r->timer, r->sends ? r->next : COUNTER_NEVER);
}

static void begin(IrReceiver *r, int64_t ns, bool repeats)
{
    r->sends = true;
    r->repeats = repeats;
    r->again = false;
    r->message = r->wanted;
    r->phase = LEAD;
    r->began = ns;
    r->next = ns + (int64_t)units(r) * UNIT_NS;
}

static void expired(void *opaque)
{
    IrReceiver *r = opaque;

    if (r->phase == end_of(r)) {                /* the pause is over */
        if (r->again || r->held) {
            begin(r, r->next, !r->again);
        } else {
            r->sends = false;
        }
    } else {
        r->phase++;
        r->next = r->phase == end_of(r) ? r->began + REPEAT_NS : r->next + (int64_t)units(r) * UNIT_NS;
    }
    drive(r);
}

static void pressed(void *opaque, uint32_t message)
{
    IrReceiver *r = opaque;

    r->wanted = message;
    r->held = true;
    if (r->sends) {
        r->again = true;
    } else {
        begin(r, drive_now(), false);
        drive(r);
    }
}

static void released(void *opaque)
{
    IR_RECEIVER(opaque)->held = false;
}

static char *get_nec(Object *obj, Error **errp)
{
    uint32_t m = IR_RECEIVER(obj)->wanted;
    unsigned address = (m >> 8 & 0xff) == (0xff & ~m) ? m & 0xff : m & 0xffff;

    return g_strdup_printf("%u,%u", address, m >> 16 & 0xff);
}

static void set_nec(Object *obj, const char *value, Error **errp)
{
    IrReceiver *r = IR_RECEIVER(obj);
    int address, command, end = 0;

    if (sscanf(value, "%i,%i%n", &address, &command, &end) != 2 || value[end] || address < 0 || address > 0xffff ||
        command < 0 || command > 0xff) {
        error_setg(errp, "nec is an address up to 65535 and a command up to 255, as in 0,162, not '%s'", value);
    } else if (PART(r)->fitted) {
        pressed(r, ir_nec(address, command));
        released(r);
    }
}

static bool ir_receiver_fit(Part *part, Error **errp)
{
    IrReceiver *r = IR_RECEIVER(part);

    r->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, expired, r);
    r->listener = (IrListener) { .pressed = pressed, .released = released, .opaque = r };
    ir_listen(&r->listener);
    pin_add_driver(part_leg(part, LEG_DAT), &r->out, part_id(part));
    drive(r);
    return true;
}

static int ir_receiver_post_load(void *opaque, int version_id)
{
    IrReceiver *r = opaque;

    if (r->phase > end_of(r)) {
        return -EINVAL;
    }
    drive(r);
    return 0;
}

static const VMStateDescription ir_receiver_vmstate = {
    .name = TYPE_IR_RECEIVER, .version_id = 1, .minimum_version_id = 1, .post_load = ir_receiver_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32(message, IrReceiver),
        VMSTATE_UINT32(wanted, IrReceiver),
        VMSTATE_UINT8(phase, IrReceiver),
        VMSTATE_BOOL(sends, IrReceiver),
        VMSTATE_BOOL(repeats, IrReceiver),
        VMSTATE_BOOL(held, IrReceiver),
        VMSTATE_BOOL(again, IrReceiver),
        VMSTATE_INT64(began, IrReceiver),
        VMSTATE_INT64(next, IrReceiver),
        VMSTATE_END_OF_LIST()
    },
};

static void ir_receiver_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = { "GND", "VCC", "DAT", NULL };

    DEVICE_CLASS(klass)->desc = "infrared receiver: GND, VCC, DAT; nec=";
    DEVICE_CLASS(klass)->vmsd = &ir_receiver_vmstate;
    part_class_set(klass, legs, NULL, NULL, ir_receiver_fit);
    object_class_property_add_str(klass, "nec", get_nec, set_nec);
}

static const TypeInfo ir_receiver_types[] = { {
    .name = TYPE_IR_RECEIVER, .parent = TYPE_PART, .instance_size = sizeof(IrReceiver),
    .class_init = ir_receiver_class_init,
} };
DEFINE_TYPES(ir_receiver_types)
