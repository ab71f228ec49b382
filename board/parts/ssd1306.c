/*
 * An OLED of 128 x 64, or 32, on I2C, of the SSD1306 in board/displays/: its picture is a console of QEMU's.
 *
 * Not able to: be reset by RST, or be on SPI; those pins are not looked at.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "migration/vmstate.h"
#include "stm32/board/parts/part.h"
#include "stm32/core/pins/i2c_socket.h"

#define TYPE_OLED "stm32-oled"
OBJECT_DECLARE_SIMPLE_TYPE(Oled, OLED)

struct Oled {
    Part parent_obj;
    I2cSocket socket;
    uint8_t address;
    uint32_t width, height;
};

static bool oled_fit(Part *part, Error **errp)
{
    Oled *o = OLED(part);
    I2CSlave *display;

    if (o->width != 128) {
        error_setg(errp, "%s: width=%u: these displays have 128 columns", part_id(part), o->width);
        return false;
    }
    display = i2c_slave_new("stm32-ssd1306", o->address);
    qdev_prop_set_uint32(DEVICE(display), "height", o->height);
    i2c_socket_init(&o->socket, DEVICE(part), "i2c", part_find_leg(part, "SCL"), part_find_leg(part, "SDA"));
    return i2c_slave_realize_and_unref(display, o->socket.parts.bus, errp);
}

static const VMStateDescription oled_vmstate = {
    .name = TYPE_OLED, .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_I2C_SOCKET(socket, Oled),
        VMSTATE_END_OF_LIST()
    },
};

static const Property oled_properties[] = {
    DEFINE_PROP_UINT8("i2cAddress", Oled, address, 0x3c),
    DEFINE_PROP_UINT32("width", Oled, width, 128),
    DEFINE_PROP_UINT32("height", Oled, height, 64),
};

static void oled_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = { "GND", "VCC", "SCL", "SDA", NULL };

    DEVICE_CLASS(klass)->desc = "OLED on I2C: GND, VCC, SCL, SDA; i2cAddress=";
    DEVICE_CLASS(klass)->vmsd = &oled_vmstate;
    part_class_set(klass, legs, NULL, NULL, oled_fit);
    device_class_set_props(DEVICE_CLASS(klass), oled_properties);
}

static void wokwi_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = { "DATA SDA", "CLK SCL", "DC", "RST", "CS", "3V3", "VIN", "GND", NULL };

    DEVICE_CLASS(klass)->desc = "OLED on I2C: DATA, CLK, VIN, GND; i2cAddress=";
    DEVICE_CLASS(klass)->vmsd = &oled_vmstate;
    part_class_set(klass, legs, NULL, NULL, oled_fit);
    device_class_set_props(DEVICE_CLASS(klass), oled_properties);
}

static const TypeInfo oled_types[] = {
    { .name = TYPE_OLED, .parent = TYPE_PART, .abstract = true, .instance_size = sizeof(Oled) },
    { .name = "board-ssd1306", .parent = TYPE_OLED, .class_init = oled_class_init },
    { .name = "wokwi-ssd1306", .parent = TYPE_OLED, .class_init = wokwi_class_init },
};
DEFINE_TYPES(oled_types)
