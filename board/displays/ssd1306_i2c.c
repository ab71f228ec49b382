/*
 * An OLED display with an SSD1306 on I2C:
 *
 *   -device stm32-ssd1306,bus=i2c1
 *
 * address=0x3d   as its pin D/C# says; without it 0x3c
 * height=32      a display of 128 x 32
 * scale=N        (4) pixels of the console for one of the display
 * vcc=on         it is supplied with 7 to 15 V, and needs no charge pump
 * reset=PIN      its RES#, low resets
 *
 * A control byte says what follows: bit 7, one byte and another control byte; bit 6, data and not commands.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "hw/i2c/i2c.h"
#include "stm32/board/displays/ssd1306.h"

#define TYPE_SSD1306_I2C "stm32-ssd1306"
OBJECT_DECLARE_SIMPLE_TYPE(Ssd1306I2c, SSD1306_I2C)

#define ADDRESS 0x3c

struct Ssd1306I2c {
    I2CSlave parent_obj;
    Ssd1306 controller;
    bool control;               /* the next byte is a control byte */
    bool single, data;          /* as the last one said */
};

static int i2c_event_of(I2CSlave *i2c, enum i2c_event event)
{
    Ssd1306I2c *s = SSD1306_I2C(i2c);

    if (event == I2C_START_SEND || event == I2C_START_RECV) {
        if (s->controller.held) {
            return -1;
        }
        s->control = true;
    }
    return 0;
}

static int i2c_send_to(I2CSlave *i2c, uint8_t byte)
{
    Ssd1306I2c *s = SSD1306_I2C(i2c);

    if (s->control) {
        s->single = byte & 0x80;
        s->data = byte & 0x40;
        s->control = false;
        return 0;
    }
    if (s->data) {
        ssd1306_data(&s->controller, byte);
    } else {
        ssd1306_command(&s->controller, byte);
    }
    s->control = s->single;
    return 0;
}

static uint8_t i2c_recv_from(I2CSlave *i2c)
{
    return ssd1306_status(&SSD1306_I2C(i2c)->controller);
}

static void i2c_realize(DeviceState *dev, Error **errp)
{
    if (!I2C_SLAVE(dev)->address) {
        i2c_slave_set_address(I2C_SLAVE(dev), ADDRESS);
    }
    ssd1306_init(&SSD1306_I2C(dev)->controller, dev, errp);
}

static const Property i2c_properties[] = {
    SSD1306_PROPERTIES(Ssd1306I2c, controller),
};

static const VMStateDescription i2c_vmstate = {
    .name = TYPE_SSD1306_I2C, .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_I2C_SLAVE(parent_obj, Ssd1306I2c),
        VMSTATE_SSD1306(controller, Ssd1306I2c),
        VMSTATE_BOOL(control, Ssd1306I2c),
        VMSTATE_BOOL(single, Ssd1306I2c),
        VMSTATE_BOOL(data, Ssd1306I2c),
        VMSTATE_END_OF_LIST()
    },
};

static void i2c_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    I2CSlaveClass *sc = I2C_SLAVE_CLASS(klass);

    dc->desc = "OLED of 128 x 64 with an SSD1306 on I2C: bus=i2c1";
    dc->realize = i2c_realize;
    dc->vmsd = &i2c_vmstate;
    dc->hotpluggable = false;
    sc->event = i2c_event_of;
    sc->send = i2c_send_to;
    sc->recv = i2c_recv_from;
    device_class_set_props(dc, i2c_properties);
    set_bit(DEVICE_CATEGORY_DISPLAY, dc->categories);
}

static const TypeInfo i2c_types[] = { {
    .name = TYPE_SSD1306_I2C, .parent = TYPE_I2C_SLAVE, .instance_size = sizeof(Ssd1306I2c),
    .class_init = i2c_class_init,
} };
DEFINE_TYPES(i2c_types)
