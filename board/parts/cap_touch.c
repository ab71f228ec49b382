/*
 * A TFT with an ILI9341 on SPI, and a touch panel with an FT6206 on I2C at 0x38: `touch` = "x,y" is a finger there, "" none.
 * The registers are those that drivers look at: the number of fingers, and the place of the first.
 *
 * The panel is upside down to the picture, as on Adafruit's: that is the driver's to turn round.
 * Not able to: gestures, a second finger, INT; the backlight.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "stm32/board/parts/i2c_module.h"
#include "stm32/core/pins/spi_socket.h"

#define TYPE_CAP_TOUCH "board-ili9341-cap-touch"
OBJECT_DECLARE_SIMPLE_TYPE(CapTouch, CAP_TOUCH)

enum { LEG_VCC, LEG_GND, LEG_CS, LEG_RST, LEG_DC, LEG_MOSI, LEG_SCK, LEG_LED, LEG_MISO, LEG_SCL, LEG_SDA };
enum { FINGERS = 2, X_HIGH, X_LOW, Y_HIGH, Y_LOW, THRESHOLD = 0x80, CHIP = 0xa3, FIRMWARE = 0xa6, VENDOR = 0xa8 };
enum { ADDRESS = 0x38, WIDTH = 240, HEIGHT = 320, CONTACT = 0x80, FT6206 = 0x06, FOCALTECH = 0x11 };

struct CapTouch {
    Part parent_obj;
    SpiSocket socket;
    PinDriver reset;
    I2cModule touch;
    uint8_t at, threshold;
    bool pointed, touched;
    uint16_t x, y;
};

/* ---- The panel ---- */

static void start(Part *part, bool read)
{
    CAP_TOUCH(part)->pointed = read;
}

static void take(Part *part, uint8_t byte)
{
    CapTouch *c = CAP_TOUCH(part);

    if (!c->pointed) {
        c->at = byte;
        c->pointed = true;
    } else if (c->at++ == THRESHOLD) {
        c->threshold = byte;
    }
}

static uint8_t give(Part *part)
{
    CapTouch *c = CAP_TOUCH(part);

    switch (c->at++) {
    case FINGERS:
        return c->touched;
    case X_HIGH:
        return (c->touched ? CONTACT : 0) | c->x >> 8;
    case X_LOW:
        return c->x;
    case Y_HIGH:
        return c->y >> 8;
    case Y_LOW:
        return c->y;
    case THRESHOLD:
        return c->threshold;
    case CHIP:
        return FT6206;
    case FIRMWARE:
        return 1;
    case VENDOR:
        return FOCALTECH;
    default:
        return 0;
    }
}

static char *get_touch(Object *obj, Error **errp)
{
    CapTouch *c = CAP_TOUCH(obj);

    return c->touched ? g_strdup_printf("%u,%u", c->x, c->y) : g_strdup("");
}

static void set_touch(Object *obj, const char *value, Error **errp)
{
    CapTouch *c = CAP_TOUCH(obj);
    unsigned x, y;
    char end;

    if (!*value) {
        c->touched = false;
    } else if (sscanf(value, "%4u,%4u%c", &x, &y, &end) != 2 || x >= WIDTH || y >= HEIGHT) {
        error_setg(errp, "touch is x,y up to 239,319, or nothing, not '%s'", value);
    } else {
        c->touched = true;
        c->x = x;
        c->y = y;
    }
}

/* ---- The display ---- */

static void set_pin(DeviceState *display, const char *property, Part *part, const char *leg)
{
    g_autofree char *name = g_strdup_printf("%s.%s", part_id(part), leg);

    qdev_prop_set_string(display, property, name);
}

static bool cap_touch_fit(Part *part, Error **errp)
{
    static const I2cModuleOps ops = { .start = start, .take = take, .give = give };
    CapTouch *c = CAP_TOUCH(part);
    DeviceState *display;

    if (!part->parent_obj.id) {
        error_setg(errp, "a " TYPE_CAP_TOUCH " needs an id=NAME");
        return false;
    }
    pin_add_driver(part_leg(part, LEG_RST), &c->reset, "resistor of a TFT");
    pin_drive(&c->reset, DRIVE(PULL_UP));
    spi_socket_init(&c->socket, DEVICE(part), "spi", part_leg(part, LEG_SCK), part_leg(part, LEG_MOSI),
                    part_leg(part, LEG_MISO));
    display = qdev_new("stm32-ili9341-spi");
    set_pin(display, "dc", part, "D/C");
    set_pin(display, "reset", part, "RST");
    if (!ssi_realize_and_unref(display, c->socket.bus, errp)) {
        return false;
    }
    spi_socket_select(&c->socket, SSI_PERIPHERAL(display), part_leg(part, LEG_CS));
    return i2c_module_init(&c->touch, part, part_leg(part, LEG_SCL), part_leg(part, LEG_SDA), ADDRESS, &ops, errp);
}

static const VMStateDescription cap_touch_vmstate = {
    .name = TYPE_CAP_TOUCH, .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_SPI_SOCKET(socket, CapTouch),
        VMSTATE_I2C_MODULE(touch, CapTouch),
        VMSTATE_UINT8(at, CapTouch),
        VMSTATE_UINT8(threshold, CapTouch),
        VMSTATE_BOOL(pointed, CapTouch),
        VMSTATE_BOOL(touched, CapTouch),
        VMSTATE_UINT16(x, CapTouch),
        VMSTATE_UINT16(y, CapTouch),
        VMSTATE_END_OF_LIST()
    },
};

static void cap_touch_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = {
        "VCC", "GND", "CS", "RST", "D/C", "MOSI", "SCK", "LED", "MISO", "SCL", "SDA", NULL
    };

    DEVICE_CLASS(klass)->desc = "TFT of 240 x 320 on SPI with a touch panel on I2C: CS, RST, D/C, MOSI, SCK, MISO, SCL, SDA";
    DEVICE_CLASS(klass)->vmsd = &cap_touch_vmstate;
    part_class_set(klass, legs, NULL, NULL, cap_touch_fit);
    object_class_property_add_str(klass, "touch", get_touch, set_touch);
}

static const TypeInfo cap_touch_types[] = { {
    .name = TYPE_CAP_TOUCH, .parent = TYPE_PART, .instance_size = sizeof(CapTouch), .class_init = cap_touch_class_init,
} };
DEFINE_TYPES(cap_touch_types)
