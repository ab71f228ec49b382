/*
 * Displays of 16 x 2 and 20 x 4 characters with an HD44780 (hd44780.h): `text` is what they show, a line a row, the
 * program's own characters as '?' and what is no ASCII as '.'; `characters` has the codes, `glyphs` the CGRAM, both in
 * hexadecimal.  `pins=i2c`: behind a PCF8574 at `i2cAddress`, whose P0 ... P3 are RS, RW, E, the backlight.
 *
 * Deliberately different: the backlight is on without A and K being wired.
 * Not able to: contrast (V0).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "stm32/board/parts/hd44780.h"
#include "stm32/board/parts/i2c_module.h"

#define TYPE_LCD "stm32-lcd"
OBJECT_DECLARE_TYPE(Lcd, LcdClass, LCD)

enum { LEG_GND, LEG_VCC, LEG_SDA, LEG_SCL, LEG_RS, LEG_RW, LEG_E, LEG_D0 };
enum { PORT_RS = 1, PORT_RW = 2, PORT_E = 4, PORT_LIGHT = 8 };

struct LcdClass {
    PartClass parent_class;
    unsigned columns, rows;
};

struct Lcd {
    Part parent_obj;
    Hd44780 controller;
    I2cModule module;
    uint8_t address;
    bool i2c;
    uint8_t port;                       /* of the PCF8574 */
    PinListener enable;
    PinDriver data[8];
};

/* ---- Behind a PCF8574 ---- */

static void take(Part *part, uint8_t byte)
{
    Lcd *l = LCD(part);
    bool falls = (l->port & PORT_E) && !(byte & PORT_E);

    if (falls && l->port & PORT_RW) {
        hd44780_read_end(&l->controller, l->port & PORT_RS);
    } else if (falls) {
        hd44780_write(&l->controller, l->port & PORT_RS, l->port & 0xf0);
    }
    l->port = byte;
}

/* Its outputs are weak when high: the display's lines win. */
static uint8_t give(Part *part)
{
    Lcd *l = LCD(part);

    if ((l->port & PORT_E) && (l->port & PORT_RW)) {
        return l->port & (hd44780_read(&l->controller, l->port & PORT_RS) | 0x0f);
    }
    return l->port;
}

/* ---- Eight or four lines ---- */

static void drive(Lcd *l, bool on)
{
    Part *part = PART(l);
    uint8_t byte = on ? hd44780_read(&l->controller, pin_plain_level(part_leg(part, LEG_RS))) : 0;

    for (unsigned n = l->controller.eight_bits ? 0 : 4; n < 8; n++) {
        pin_drive(&l->data[n], on ? DRIVE_LEVEL(byte >> n & 1) : DRIVE(NONE));
    }
}

static void enable_changed(void *opaque, bool level)
{
    Lcd *l = opaque;
    Part *part = PART(l);
    bool rs = pin_plain_level(part_leg(part, LEG_RS));
    uint8_t lines = 0;

    if (pin_plain_level(part_leg(part, LEG_RW))) {
        drive(l, level);
        if (!level) {
            hd44780_read_end(&l->controller, rs);
        }
    } else if (!level) {
        for (unsigned n = 0; n < 8; n++) {
            lines |= pin_plain_level(part_leg(part, LEG_D0 + n)) << n;
        }
        drive(l, false);
        hd44780_write(&l->controller, rs, lines);
    }
}

/* ---- What it shows ---- */

static char *get_text(Object *obj, Error **errp)
{
    const LcdClass *c = LCD_GET_CLASS(obj);
    const Hd44780 *h = &LCD(obj)->controller;
    GString *text = g_string_new(NULL);

    for (unsigned row = 0; row < c->rows; row++) {
        for (unsigned column = 0; column < c->columns; column++) {
            uint8_t code = h->on ? hd44780_code(h, c->columns, row, column) : ' ';

            g_string_append_c(text, code < 16 ? '?' : code < ' ' || code > '}' ? '.' : code);
        }
        if (row + 1 < c->rows) {
            g_string_append_c(text, '\n');
        }
    }
    return g_string_free(text, false);
}

static char *get_characters(Object *obj, Error **errp)
{
    const LcdClass *c = LCD_GET_CLASS(obj);
    const Hd44780 *h = &LCD(obj)->controller;
    GString *text = g_string_new(NULL);

    for (unsigned n = 0; n < c->rows * c->columns; n++) {
        g_string_append_printf(text, "%02x", h->on ? hd44780_code(h, c->columns, n / c->columns, n % c->columns) : 0x20);
    }
    return g_string_free(text, false);
}

static char *get_glyphs(Object *obj, Error **errp)
{
    GString *text = g_string_new(NULL);

    for (unsigned n = 0; n < 64; n++) {
        g_string_append_printf(text, "%02x", LCD(obj)->controller.glyph[n]);
    }
    return g_string_free(text, false);
}

static bool get_backlight(Object *obj, Error **errp)
{
    return !LCD(obj)->i2c || LCD(obj)->port & PORT_LIGHT;
}

/* ---- The part ---- */

static char *get_pins(Object *obj, Error **errp)
{
    return g_strdup(LCD(obj)->i2c ? "i2c" : "full");
}

static void set_pins(Object *obj, const char *value, Error **errp)
{
    if (strcmp(value, "i2c") && strcmp(value, "full")) {
        error_setg(errp, "pins is 'full' or 'i2c', not '%s'", value);
    } else if (!PART(obj)->fitted) {
        LCD(obj)->i2c = !strcmp(value, "i2c");
    }
}

static bool lcd_fit(Part *part, Error **errp)
{
    static const I2cModuleOps ops = { .take = take, .give = give };
    Lcd *l = LCD(part);

    hd44780_reset(&l->controller);
    l->port = 0xff;
    for (unsigned n = 0; n < 8; n++) {
        pin_add_driver(part_leg(part, LEG_D0 + n), &l->data[n], part_id(part));
    }
    if (!l->i2c) {
        part_listen(part, LEG_E, &l->enable, enable_changed);
    }
    return i2c_module_init(&l->module, part, part_leg(part, LEG_SCL), part_leg(part, LEG_SDA), l->address, &ops, errp);
}

static int lcd_post_load(void *opaque, int version_id)
{
    Lcd *l = opaque;
    Part *part = PART(l);

    if (!l->i2c && pin_plain_level(part_leg(part, LEG_E)) && pin_plain_level(part_leg(part, LEG_RW))) {
        drive(l, true);
    }
    return 0;
}

static const VMStateDescription lcd_vmstate = {
    .name = TYPE_LCD, .version_id = 1, .minimum_version_id = 1, .post_load = lcd_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_HD44780(controller, Lcd),
        VMSTATE_I2C_MODULE(module, Lcd),
        VMSTATE_UINT8(port, Lcd),
        VMSTATE_END_OF_LIST()
    },
};

static const Property lcd_properties[] = {
    DEFINE_PROP_UINT8("i2cAddress", Lcd, address, 0x27),
};

static void lcd_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = {
        "GND VSS", "VCC VDD", "SDA", "SCL", "RS", "RW", "E", "D0", "D1", "D2", "D3", "D4", "D5", "D6", "D7", "V0", "A",
        "K", NULL
    };
    static const char *const looks[] = { "color", "background", "variant", NULL };
    static const char *const shows[] = { "characters", "glyphs", "backlight", NULL };

    LCD_CLASS(klass)->columns = data ? 20 : 16;
    LCD_CLASS(klass)->rows = data ? 4 : 2;
    DEVICE_CLASS(klass)->desc = "display of characters: RS, RW, E, D0 ... D7; pins=i2c: SDA, SCL";
    DEVICE_CLASS(klass)->vmsd = &lcd_vmstate;
    part_class_set(klass, legs, looks, shows, lcd_fit);
    object_class_property_add_str(klass, "pins", get_pins, set_pins);
    object_class_property_add_str(klass, "text", get_text, NULL);
    object_class_property_add_str(klass, "characters", get_characters, NULL);
    object_class_property_add_str(klass, "glyphs", get_glyphs, NULL);
    object_class_property_add_bool(klass, "backlight", get_backlight, NULL);
    device_class_set_props(DEVICE_CLASS(klass), lcd_properties);
}

static const TypeInfo lcd_types[] = {
    { .name = TYPE_LCD, .parent = TYPE_PART, .abstract = true, .instance_size = sizeof(Lcd),
      .class_size = sizeof(LcdClass) },
    { .name = "wokwi-lcd1602", .parent = TYPE_LCD, .class_init = lcd_class_init },
    { .name = "wokwi-lcd2004", .parent = TYPE_LCD, .class_init = lcd_class_init, .class_data = (void *)"20x4" },
};
DEFINE_TYPES(lcd_types)
