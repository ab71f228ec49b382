/*
 * The display of a Nokia 5110, 84 x 48 pixels, with a PCD8544 (Philips, 12 April 1999) on SPI: its picture is a console of
 * QEMU's.  CE selects, DC says command or data with the last bit of a byte, RST low resets; without a reset after power-on
 * what it shows is not defined.  BL is the light behind it.
 *
 * Deliberately different: what the voltage of the glass (VOP) does to it is simplified: below 0x20 nothing is seen, from
 * 0x30 on a pixel is black, from 0x60 on the others grow dark too.  Temperature and bias do nothing.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "migration/vmstate.h"
#include "stm32/board/displays/screen.h"
#include "stm32/board/parts/spi_module.h"

#define TYPE_NOKIA_5110 "wokwi-nokia-5110-screen"
OBJECT_DECLARE_SIMPLE_TYPE(Nokia5110, NOKIA_5110)

enum { LEG_RST, LEG_CE, LEG_DC, LEG_DIN, LEG_CLK, LEG_VCC, LEG_BL, LEG_GND };
enum { WIDTH = 84, BANKS = 6, HEIGHT = 8 * BANKS };
/* DISPLAY's D and E */
enum { BLANK, ALL_ON, NORMAL = 4, INVERSE };

struct Nokia5110 {
    Part parent_obj;
    SpiModule spi;
    PinListener rst, light;
    Screen screen;
    /* what a snapshot has */
    uint8_t memory[BANKS][WIDTH];       /* bit 0 is the upper of a bank's rows */
    uint8_t x, y, vop, display;
    bool held, down, vertical, extended;
};

static void reset(Nokia5110 *d)
{
    d->x = d->y = d->vop = 0;
    d->display = BLANK;
    d->down = true;
    d->vertical = d->extended = false;
    d->screen.dirty = true;
}

/* ---- Bytes ---- */

static void take_data(Nokia5110 *d, uint8_t byte)
{
    d->memory[d->y][d->x] = byte;
    if (d->vertical) {
        d->y = (d->y + 1) % BANKS;
        d->x = (d->x + !d->y) % WIDTH;
    } else {
        d->x = (d->x + 1) % WIDTH;
        d->y = (d->y + !d->x) % BANKS;
    }
}

static void take_command(Nokia5110 *d, uint8_t byte)
{
    if ((byte & 0xf8) == 0x20) {                        /* function set */
        d->down = byte & 4;
        d->vertical = byte & 2;
        d->extended = byte & 1;
    } else if (d->extended) {
        if (byte & 0x80) {
            d->vop = byte & 0x7f;
        }
    } else if (byte & 0x80) {
        d->x = MIN(byte & 0x7f, WIDTH - 1);             /* unsure: more than there is */
    } else if ((byte & 0xf8) == 0x40) {
        d->y = MIN(byte & 7, BANKS - 1);
    } else if ((byte & 0xf8) == 0x08) {
        d->display = byte & 5;
    }
}

static void take(Part *part, uint8_t byte)
{
    Nokia5110 *d = NOKIA_5110(part);

    if (d->held) {
        return;
    }
    if (pin_plain_level(part_leg(part, LEG_DC))) {
        take_data(d, byte);
    } else {
        take_command(d, byte);
    }
    d->screen.dirty = true;
}

/* ---- The picture ---- */

static bool is_set(const Nokia5110 *d, unsigned x, unsigned y)
{
    switch (d->display) {
    case BLANK:
        return false;
    case ALL_ON:
        return true;
    default:
        return (d->memory[y / 8][x] >> (y % 8) & 1) != (d->display == INVERSE);
    }
}

/* How much of the light a pixel lets through, of 255. */
static unsigned brightness(const Nokia5110 *d, bool set)
{
    int dark = set ? (d->vop - 0x20) * 16 : (d->vop - 0x60) * 8;

    return d->down ? 255 : 255 - MIN(MAX(dark, 0), 255);
}

static void draw(void *opaque, unsigned y, uint32_t *row)
{
    Nokia5110 *d = opaque;
    bool lit = pin_plain_level(part_leg(PART(d), LEG_BL));
    unsigned r = lit ? 0xc0 : 0x87, g = lit ? 0xe0 : 0x91, b = lit ? 0xff : 0x88;

    for (unsigned x = 0; x < WIDTH; x++) {
        unsigned part = brightness(d, is_set(d, x, y));

        row[x] = (r * part / 255) << 16 | (g * part / 255) << 8 | b * part / 255;
    }
}

/* ---- The part ---- */

static void rst_changed(void *opaque, bool level)
{
    Nokia5110 *d = opaque;

    d->held = !level;
    if (d->held) {
        reset(d);
    }
}

static void light_changed(void *opaque, bool level)
{
    NOKIA_5110(opaque)->screen.dirty = true;
}

static void power_on(Nokia5110 *d)
{
    screen_fill_noise(d->memory[0], sizeof(d->memory));
    reset(d);
    d->down = false;
    d->display = NORMAL;
    d->vop = 0x40;
}

static bool nokia_5110_fit(Part *part, Error **errp)
{
    static const SpiModuleOps spi = { .take = take };
    Nokia5110 *d = NOKIA_5110(part);

    power_on(d);
    d->screen.width = WIDTH;
    d->screen.height = HEIGHT;
    d->screen.draw = draw;
    d->screen.opaque = d;
    if (!screen_init(&d->screen, DEVICE(part), errp)) {
        return false;
    }
    spi_module_init(&d->spi, part, part_leg(part, LEG_CLK), part_leg(part, LEG_DIN), NULL, part_leg(part, LEG_CE), &spi);
    part_listen(part, LEG_RST, &d->rst, rst_changed);
    part_listen(part, LEG_BL, &d->light, light_changed);
    return true;
}

static int nokia_5110_post_load(void *opaque, int version_id)
{
    Nokia5110 *d = opaque;

    d->screen.dirty = true;
    return d->x < WIDTH && d->y < BANKS ? 0 : -EINVAL;
}

static const VMStateDescription nokia_5110_vmstate = {
    .name = TYPE_NOKIA_5110, .version_id = 1, .minimum_version_id = 1, .post_load = nokia_5110_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_SPI_MODULE(spi, Nokia5110),
        VMSTATE_UINT8_2DARRAY(memory, Nokia5110, BANKS, WIDTH),
        VMSTATE_UINT8(x, Nokia5110),
        VMSTATE_UINT8(y, Nokia5110),
        VMSTATE_UINT8(vop, Nokia5110),
        VMSTATE_UINT8(display, Nokia5110),
        VMSTATE_BOOL(held, Nokia5110),
        VMSTATE_BOOL(down, Nokia5110),
        VMSTATE_BOOL(vertical, Nokia5110),
        VMSTATE_BOOL(extended, Nokia5110),
        VMSTATE_END_OF_LIST()
    },
};

static const Property nokia_5110_properties[] = {
    DEFINE_PROP_UINT32("scale", Nokia5110, screen.scale, 4),
};

static void nokia_5110_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = { "RST", "CE", "DC", "DIN", "CLK", "VCC", "BL", "GND", NULL };

    DEVICE_CLASS(klass)->desc = "LCD of 84 x 48 on SPI: RST, CE, DC, DIN, CLK, BL";
    DEVICE_CLASS(klass)->vmsd = &nokia_5110_vmstate;
    part_class_set(klass, legs, NULL, NULL, nokia_5110_fit);
    device_class_set_props(DEVICE_CLASS(klass), nokia_5110_properties);
}

static const TypeInfo nokia_5110_types[] = { {
    .name = TYPE_NOKIA_5110, .parent = TYPE_PART, .instance_size = sizeof(Nokia5110), .class_init = nokia_5110_class_init,
} };
DEFINE_TYPES(nokia_5110_types)
