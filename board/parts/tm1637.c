/*
 * Four digits of seven segments with a colon and a TM1637: `values`, 0 or 1 for A ... G and DP of each digit, as Wokwi's
 * element has them, then the colon; `brightness` in per cent, 0: off.  CLK and DIO are pulled up, and DIO is pulled low by it to
 * acknowledge a byte: from the falling edge of the eighth clock to that of the ninth.
 *
 * A byte is sent lowest bit first.  0x40 ... data to a row of addresses, 0x44 to one; 0xc0 ... the address; 0x80 ... what is
 * on and how bright.  The colon is bit 7 of the second digit.  Reading keys (0x42) gives 0xff: there are none.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/visitor.h"
#include "migration/vmstate.h"
#include "stm32/board/parts/part.h"

#define TYPE_TM1637 "wokwi-tm1637-7segment"
OBJECT_DECLARE_SIMPLE_TYPE(Tm1637, TM1637)

enum { LEG_CLK, LEG_DIO, LEG_VCC, LEG_GND };
enum { DIGITS = 4, ADDRESSES = 6, BITS = 8, ON = 8 };
enum { DATA = 0x40, DISPLAY = 0x80, ADDRESS = 0xc0, COMMAND = 0xc0, FIXED = 4 };

struct Tm1637 {
    Part parent_obj;
    PinListener clk, dio;
    PinDriver pull[2], ack;
    uint8_t memory[ADDRESSES], at, control, mode;
    uint8_t bits, byte, bytes;          /* of the byte that comes; bytes before it */
    bool going, acks;                   /* since a start */
};

/* ---- What it is told ---- */

static void take(Tm1637 *t, uint8_t byte)
{
    if (t->bytes) {
        if (t->at < ADDRESSES) {
            t->memory[t->at] = byte;
        }
        t->at += t->mode & FIXED ? 0 : 1;
    } else if ((byte & COMMAND) == DATA) {
        t->mode = byte;
    } else if ((byte & COMMAND) == DISPLAY) {
        t->control = byte;
    } else if ((byte & COMMAND) == ADDRESS) {
        t->at = byte & 15;
    }
    t->bytes += t->bytes < UINT8_MAX;
}

static void acknowledge(Tm1637 *t, bool on)
{
    t->acks = on;
    pin_drive(&t->ack, on ? DRIVE(LOW) : DRIVE(NONE));
}

static void clk_changed(void *opaque, bool level)
{
    Tm1637 *t = opaque;

    if (!t->going) {
        return;
    }
    if (level) {
        if (t->bits < BITS) {
            t->byte = t->byte >> 1 | pin_plain_level(part_leg(PART(t), LEG_DIO)) << 7;
        }
        t->bits++;
    } else if (t->bits == BITS) {
        take(t, t->byte);
        acknowledge(t, true);
    } else if (t->bits > BITS) {
        t->bits = 0;
        acknowledge(t, false);
    }
}

/* While CLK is high: down is a start, up an end. */
static void dio_changed(void *opaque, bool level)
{
    Tm1637 *t = opaque;

    if (!t->acks && pin_plain_level(part_leg(PART(t), LEG_CLK))) {
        t->going = !level;
        t->bits = t->bytes = 0;
    }
}

/* ---- What it shows ---- */

static char *get_values(Object *obj, Error **errp)
{
    Tm1637 *t = TM1637(obj);
    GString *text = g_string_new(NULL);
    bool on = t->control & ON;

    for (unsigned n = 0; n < DIGITS * 8; n++) {
        bool lit = on && n % 8 < 7 && t->memory[n / 8] >> n % 8 & 1;

        g_string_append_printf(text, "%d,", lit);
    }
    g_string_append_c(text, on && t->memory[1] >> 7 ? '1' : '0');
    return g_string_free(text, false);
}

static void get_brightness(Object *obj, Visitor *v, const char *name, void *opaque, Error **errp)
{
    static const uint8_t sixteenths[] = { 1, 2, 4, 10, 11, 12, 13, 14 };
    Tm1637 *t = TM1637(obj);
    uint32_t percent = t->control & ON ? sixteenths[t->control & 7] * 100 / 16 : 0;

    visit_type_uint32(v, name, &percent, errp);
}

/* ---- The part ---- */

static bool tm1637_fit(Part *part, Error **errp)
{
    Tm1637 *t = TM1637(part);

    for (unsigned n = 0; n < 2; n++) {
        pin_add_driver(part_leg(part, n), &t->pull[n], part_id(part));
        pin_drive(&t->pull[n], DRIVE(PULL_UP));
    }
    pin_add_driver(part_leg(part, LEG_DIO), &t->ack, part_id(part));
    part_listen(part, LEG_CLK, &t->clk, clk_changed);
    part_listen(part, LEG_DIO, &t->dio, dio_changed);
    return true;
}

static int tm1637_post_load(void *opaque, int version_id)
{
    Tm1637 *t = opaque;

    acknowledge(t, t->acks);
    return 0;
}

static const VMStateDescription tm1637_vmstate = {
    .name = TYPE_TM1637, .version_id = 1, .minimum_version_id = 1, .post_load = tm1637_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT8_ARRAY(memory, Tm1637, ADDRESSES),
        VMSTATE_UINT8(at, Tm1637),
        VMSTATE_UINT8(control, Tm1637),
        VMSTATE_UINT8(mode, Tm1637),
        VMSTATE_UINT8(bits, Tm1637),
        VMSTATE_UINT8(byte, Tm1637),
        VMSTATE_UINT8(bytes, Tm1637),
        VMSTATE_BOOL(going, Tm1637),
        VMSTATE_BOOL(acks, Tm1637),
        VMSTATE_END_OF_LIST()
    },
};

static void tm1637_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = { "CLK", "DIO", "VCC", "GND", NULL };
    static const char *const looks[] = { "color", NULL };
    static const char *const shows[] = { "values", "brightness", NULL };

    DEVICE_CLASS(klass)->desc = "four digits with a TM1637: CLK, DIO, VCC, GND";
    DEVICE_CLASS(klass)->vmsd = &tm1637_vmstate;
    part_class_set(klass, legs, looks, shows, tm1637_fit);
    object_class_property_add_str(klass, "values", get_values, NULL);
    object_class_property_add(klass, "brightness", "uint32", get_brightness, NULL, NULL, NULL);
}

static const TypeInfo tm1637_types[] = { {
    .name = TYPE_TM1637, .parent = TYPE_PART, .instance_size = sizeof(Tm1637), .class_init = tm1637_class_init,
} };
DEFINE_TYPES(tm1637_types)
