/*
 * An OLED of 128 x 128 with an SH1107 (Sino Wealth, rev 2.1) on I2C: its picture is a console of QEMU's.
 *
 * Deliberately different: contrast is the brightness, other settings of the analog part and the clock do nothing.  What is
 * in its memory after power-on is noise, as on a real one.
 *
 * Not able to: be on SPI; be another size, though MULTIPLEX leaves rows dark.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "migration/vmstate.h"
#include "stm32/board/displays/screen.h"
#include "stm32/board/parts/i2c_module.h"

#define TYPE_SH1107 "board-grove-oled-sh1107"
OBJECT_DECLARE_SIMPLE_TYPE(Sh1107, SH1107)

enum { LEG_SCL, LEG_SDA, LEG_VCC, LEG_GND };
enum { SIZE = 128, PAGES = SIZE / 8 };
enum {
    COLUMN_LOW = 0x00, COLUMN_HIGH = 0x10, PAGE_MODE = 0x20, VERTICAL_MODE, CONTRAST = 0x81, SEGMENTS = 0xa0, ALL_ON = 0xa4,
    INVERSE = 0xa6, MULTIPLEX = 0xa8, DC_DC = 0xad, DISPLAY_OFF, DISPLAY_ON, PAGE = 0xb0, COM_SCAN = 0xc0, OFFSET = 0xd3,
    CLOCK = 0xd5, PRECHARGE = 0xd9, VCOMH = 0xdb, START_LINE, MODIFY = 0xe0, MODIFY_END = 0xee
};

struct Sh1107 {
    Part parent_obj;
    I2cModule i2c;
    Screen screen;
    uint8_t address;
    /* what a snapshot has */
    uint8_t memory[PAGES][SIZE];        /* bit 0 is the upper of a page's rows */
    bool control, single, data;         /* the next byte is a control byte; as the last one said */
    uint8_t command;                    /* whose parameter is to come, or 0 */
    uint8_t column, page, kept;         /* `kept`: where MODIFY_END goes back to */
    uint8_t contrast, start_line, offset, multiplex;
    bool on, all_on, inverse, mirrored, upside_down, vertical, modifies;
};

/* ---- Memory ---- */

static void next(Sh1107 *d)
{
    if (d->vertical) {
        d->page = (d->page + 1) % PAGES;
        d->column = (d->column + !d->page) % SIZE;
    } else {
        d->column = (d->column + 1) % SIZE;
    }
}

static void write_memory(Sh1107 *d, uint8_t byte)
{
    d->memory[d->page][d->column] = byte;
    next(d);
}

static uint8_t read_memory(Sh1107 *d)
{
    uint8_t byte = d->memory[d->page][d->column];

    if (!d->modifies) {
        next(d);
    }
    return byte;
}

/* ---- Commands ---- */

static void execute_long(Sh1107 *d, uint8_t byte)
{
    switch (d->command) {
    case CONTRAST:
        d->contrast = byte;
        break;
    case MULTIPLEX:
        d->multiplex = byte & (SIZE - 1);
        break;
    case OFFSET:
        d->offset = byte & (SIZE - 1);
        break;
    case START_LINE:
        d->start_line = byte & (SIZE - 1);
        break;
    default:
        break;
    }
    d->command = 0;
}

static void execute(Sh1107 *d, uint8_t c)
{
    if (d->command) {
        execute_long(d, c);
    } else if (c < COLUMN_HIGH) {
        d->column = (d->column & 0x70) | c;
    } else if (c < PAGE_MODE) {
        d->column = (d->column & 0x0f) | (c & 7) << 4;
    } else if (c <= VERTICAL_MODE) {
        d->vertical = c & 1;
    } else if ((c & 0xf0) == PAGE) {
        d->page = c & 15;
    } else if ((c & 0xf0) == COM_SCAN) {
        d->upside_down = c & 8;
    } else {
        switch (c) {
        case CONTRAST: case MULTIPLEX: case DC_DC: case OFFSET: case CLOCK: case PRECHARGE: case VCOMH: case START_LINE:
            d->command = c;
            break;
        case SEGMENTS: case SEGMENTS + 1:
            d->mirrored = c & 1;
            break;
        case ALL_ON: case ALL_ON + 1:
            d->all_on = c & 1;
            break;
        case INVERSE: case INVERSE + 1:
            d->inverse = c & 1;
            break;
        case DISPLAY_OFF: case DISPLAY_ON:
            d->on = c & 1;
            break;
        case MODIFY:
            d->modifies = true;
            d->kept = d->column;
            break;
        case MODIFY_END:
            d->column = d->modifies ? d->kept : d->column;
            d->modifies = false;
            break;
        default:
            break;
        }
    }
}

/* ---- I2C: a control byte says what follows, as an SSD1306's ---- */

static void start(Part *part, bool read)
{
    SH1107(part)->control = true;
}

static void take(Part *part, uint8_t byte)
{
    Sh1107 *d = SH1107(part);

    if (d->control) {
        d->single = byte & 0x80;
        d->data = byte & 0x40;
        d->control = false;
        return;
    }
    if (d->data) {
        write_memory(d, byte);
    } else {
        execute(d, byte);
    }
    d->screen.dirty = true;
    d->control = d->single;
}

static uint8_t give(Part *part)
{
    Sh1107 *d = SH1107(part);

    return d->data ? read_memory(d) : d->on ? 0 : 0x40;
}

/* ---- The picture ---- */

static bool is_set(const Sh1107 *d, unsigned x, unsigned y)
{
    unsigned rows = d->multiplex + 1, out = d->upside_down ? SIZE - 1 - y : y, row;

    if (out >= rows) {
        return false;
    }
    row = (out + d->offset + d->start_line) % SIZE;
    return d->all_on || (d->memory[row / 8][d->mirrored ? SIZE - 1 - x : x] >> (row % 8) & 1) != d->inverse;
}

static void draw(void *opaque, unsigned y, uint32_t *row)
{
    const Sh1107 *d = opaque;
    uint32_t lit = d->on ? (64 + d->contrast * 191 / 255) * 0x010101 : 0;

    for (unsigned x = 0; x < SIZE; x++) {
        row[x] = is_set(d, x, y) ? lit : 0;
    }
}

/* ---- The part ---- */

static void power_on(Sh1107 *d)
{
    screen_fill_noise(d->memory[0], sizeof(d->memory));
    d->contrast = 0x80;
    d->multiplex = SIZE - 1;
}

static bool sh1107_fit(Part *part, Error **errp)
{
    static const I2cModuleOps i2c = { .start = start, .take = take, .give = give };
    Sh1107 *d = SH1107(part);

    power_on(d);
    d->screen.width = d->screen.height = SIZE;
    d->screen.draw = draw;
    d->screen.opaque = d;
    return screen_init(&d->screen, DEVICE(part), errp) &&
           i2c_module_init(&d->i2c, part, part_leg(part, LEG_SCL), part_leg(part, LEG_SDA), d->address, &i2c, errp);
}

static int sh1107_post_load(void *opaque, int version_id)
{
    Sh1107 *d = opaque;

    d->screen.dirty = true;
    return d->column < SIZE && d->page < PAGES && d->kept < SIZE && d->start_line < SIZE && d->offset < SIZE &&
           d->multiplex < SIZE ? 0 : -EINVAL;
}

static const VMStateDescription sh1107_vmstate = {
    .name = TYPE_SH1107, .version_id = 1, .minimum_version_id = 1, .post_load = sh1107_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_I2C_MODULE(i2c, Sh1107),
        VMSTATE_UINT8_2DARRAY(memory, Sh1107, PAGES, SIZE),
        VMSTATE_BOOL(control, Sh1107),
        VMSTATE_BOOL(single, Sh1107),
        VMSTATE_BOOL(data, Sh1107),
        VMSTATE_UINT8(command, Sh1107),
        VMSTATE_UINT8(column, Sh1107),
        VMSTATE_UINT8(page, Sh1107),
        VMSTATE_UINT8(kept, Sh1107),
        VMSTATE_UINT8(contrast, Sh1107),
        VMSTATE_UINT8(start_line, Sh1107),
        VMSTATE_UINT8(offset, Sh1107),
        VMSTATE_UINT8(multiplex, Sh1107),
        VMSTATE_BOOL(on, Sh1107),
        VMSTATE_BOOL(all_on, Sh1107),
        VMSTATE_BOOL(inverse, Sh1107),
        VMSTATE_BOOL(mirrored, Sh1107),
        VMSTATE_BOOL(upside_down, Sh1107),
        VMSTATE_BOOL(vertical, Sh1107),
        VMSTATE_BOOL(modifies, Sh1107),
        VMSTATE_END_OF_LIST()
    },
};

static const Property sh1107_properties[] = {
    DEFINE_PROP_UINT32("scale", Sh1107, screen.scale, 4),
    DEFINE_PROP_UINT8("i2cAddress", Sh1107, address, 0x3c),
};

static void sh1107_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = { "SCL", "SDA", "VCC", "GND", NULL };

    DEVICE_CLASS(klass)->desc = "OLED of 128 x 128 on I2C: SCL, SDA, VCC, GND; i2cAddress=";
    DEVICE_CLASS(klass)->vmsd = &sh1107_vmstate;
    part_class_set(klass, legs, NULL, NULL, sh1107_fit);
    device_class_set_props(DEVICE_CLASS(klass), sh1107_properties);
}

static const TypeInfo sh1107_types[] = { {
    .name = TYPE_SH1107, .parent = TYPE_PART, .instance_size = sizeof(Sh1107), .class_init = sh1107_class_init,
} };
DEFINE_TYPES(sh1107_types)
