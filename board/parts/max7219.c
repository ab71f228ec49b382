/*
 * A matrix of 8 x 8 LEDs with a MAX7219, or `chain` of them in a row: `pixels`, a digit of 0 and 1 for each, row by row from
 * the top, over the whole width; `intensity` of the first, in per cent.  DIN is taken by rising edges of CLK, whatever CS is,
 * and 16 bits for each of the chain act as CS rises; DOUT goes on to the next.
 *
 * `layout` says which way round segments are, as the library MD_MAX72XX has the two: digit 0 is the top row of both, its
 * left LED is D0 with "parola" and D7 with "fc16".  The first of a chain is the one on the right.
 *
 * unsure: whether Wokwi's picture is the same for the two, which its documentation has by these names alone.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "stm32/board/parts/part.h"
#include "stm32/board/parts/shift_register.h"

#define TYPE_MAX7219 "wokwi-max7219-matrix"
OBJECT_DECLARE_SIMPLE_TYPE(Max7219, MAX7219)

enum { LEG_VCC, LEG_GND, LEG_DIN, LEG_CS, LEG_CLK, LEG_DOUT };
enum { DIGITS = 8, MOST = 32 };
enum { DIGIT_0 = 1, DECODE = 9, INTENSITY, SCAN_LIMIT, SHUTDOWN, TEST = 15, REGISTERS };

struct Max7219 {
    Part parent_obj;
    ShiftRegister shift;
    PinListener cs;
    uint32_t chain;
    char *layout;
    uint8_t reg[MOST][REGISTERS];       /* the first is the one at DIN */
};

/* ---- Bits ---- */

static void cs_changed(void *opaque, bool level)
{
    Max7219 *m = opaque;

    for (unsigned unit = 0; level && unit < m->chain; unit++) {
        const uint8_t *word = &m->shift.byte[m->shift.size - 2 * (unit + 1)];

        m->reg[unit][word[0] & 15] = word[1];
    }
}

/* ---- Light ---- */

/* Of code B: 0 to 9, -, E, H, L, P, nothing; bit 7 is the point, then A to G. */
static const uint8_t code_b[] = {
    0x7e, 0x30, 0x6d, 0x79, 0x33, 0x5b, 0x5f, 0x70, 0x7f, 0x7b, 0x01, 0x4f, 0x37, 0x0e, 0x67, 0x00
};

static uint8_t segments(const uint8_t *reg, unsigned digit)
{
    uint8_t value = reg[DIGIT_0 + digit];

    if (reg[TEST] & 1) {
        return 0xff;
    }
    if (!(reg[SHUTDOWN] & 1) || digit > (reg[SCAN_LIMIT] & 7)) {
        return 0;
    }
    return reg[DECODE] >> digit & 1 ? (value & 0x80) | code_b[value & 15] : value;
}

static bool is_fc16(const Max7219 *m)
{
    return m->layout && !strcmp(m->layout, "fc16");
}

static bool pixel(const Max7219 *m, unsigned row, unsigned column)
{
    unsigned place = column / 8, x = column % 8;

    return segments(m->reg[m->chain - 1 - place], row) >> (is_fc16(m) ? 7 - x : x) & 1;
}

static char *get_pixels(Object *obj, Error **errp)
{
    Max7219 *m = MAX7219(obj);
    GString *text = g_string_new(NULL);

    for (unsigned n = 0; n < 64 * m->chain; n++) {
        g_string_append_c(text, pixel(m, n / (8 * m->chain), n % (8 * m->chain)) ? '1' : '0');
    }
    return g_string_free(text, false);
}

static void get_intensity(Object *obj, Visitor *v, const char *name, void *opaque, Error **errp)
{
    Max7219 *m = MAX7219(obj);
    uint32_t percent = (2 * (m->reg[0][INTENSITY] & 15) + 1) * 100 / 32;

    visit_type_uint32(v, name, &percent, errp);
}

/* ---- The part ---- */

static bool max7219_fit(Part *part, Error **errp)
{
    Max7219 *m = MAX7219(part);

    if (!m->chain || m->chain > MOST) {
        error_setg(errp, "%s: chain is 1 to %d", part_id(part), MOST);
        return false;
    }
    if (m->layout && strcmp(m->layout, "parola") && strcmp(m->layout, "fc16")) {
        error_setg(errp, "%s: layout is parola or fc16, not '%s'", part_id(part), m->layout);
        return false;
    }
    shift_register_init(&m->shift, part_id(part), 2 * m->chain, part_leg(part, LEG_CLK), part_leg(part, LEG_DIN),
                        part_leg(part, LEG_DOUT));
    part_listen(part, LEG_CS, &m->cs, cs_changed);
    return true;
}

static const VMStateDescription max7219_vmstate = {
    .name = TYPE_MAX7219, .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_SHIFT_REGISTER(shift, Max7219),
        VMSTATE_UINT8_2DARRAY(reg, Max7219, MOST, REGISTERS),
        VMSTATE_END_OF_LIST()
    },
};

static const Property max7219_properties[] = {
    DEFINE_PROP_UINT32("chain", Max7219, chain, 1),
    DEFINE_PROP_STRING("layout", Max7219, layout),
};

static void max7219_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = { "VCC V+", "GND", "DIN", "CS", "CLK", "DOUT", "GND.2", "VCC.2", "CS.2", "CLK.2", NULL };
    static const char *const looks[] = { "color", NULL };
    static const char *const shows[] = { "pixels", "intensity", NULL };

    DEVICE_CLASS(klass)->desc = "matrix of LEDs: VCC, GND, DIN, CS, CLK, DOUT; chain=";
    DEVICE_CLASS(klass)->vmsd = &max7219_vmstate;
    part_class_set(klass, legs, looks, shows, max7219_fit);
    device_class_set_props(DEVICE_CLASS(klass), max7219_properties);
    object_class_property_add_str(klass, "pixels", get_pixels, NULL);
    object_class_property_add(klass, "intensity", "uint32", get_intensity, NULL, NULL, NULL);
}

static const TypeInfo max7219_types[] = { {
    .name = TYPE_MAX7219, .parent = TYPE_PART, .instance_size = sizeof(Max7219), .class_init = max7219_class_init,
} };
DEFINE_TYPES(max7219_types)
