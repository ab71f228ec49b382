/*
 * An OLED display with an SSD1306 on SPI with four wires:
 *
 *   -device stm32-ssd1306-spi,bus=spi1,cs=0,dc=pc7
 *
 * dc=PIN   its D/C#: a byte that comes while that is low is a command; others as those of ssd1306_i2c.c
 *
 * CS# is NSS of the bus, or what -machine chip-select= says.  It sends nothing.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "hw/ssi/ssi.h"
#include "stm32/board/displays/ssd1306.h"
#include "stm32/board/user_pin.h"

#define TYPE_SSD1306_SPI "stm32-ssd1306-spi"
OBJECT_DECLARE_SIMPLE_TYPE(Ssd1306Spi, SSD1306_SPI)

struct Ssd1306Spi {
    SSIPeripheral parent_obj;
    char *dc_name;
    Pin *dc;
    Ssd1306 controller;
};

static uint32_t spi_transfer(SSIPeripheral *dev, uint32_t byte)
{
    Ssd1306Spi *s = SSD1306_SPI(dev);

    if (pin_plain_level(s->dc)) {
        ssd1306_data(&s->controller, byte);
    } else {
        ssd1306_command(&s->controller, byte);
    }
    return 0xff;
}

static void spi_realize(SSIPeripheral *dev, Error **errp)
{
    Ssd1306Spi *s = SSD1306_SPI(dev);

    if (!s->dc_name) {
        error_setg(errp, "this display needs dc=PIN, its D/C#");
        return;
    }
    s->dc = user_pin("dc", s->dc_name, errp);
    if (s->dc) {
        ssd1306_init(&s->controller, DEVICE(dev), errp);
    }
}

static const Property spi_properties[] = {
    DEFINE_PROP_STRING("dc", Ssd1306Spi, dc_name),
    SSD1306_PROPERTIES(Ssd1306Spi, controller),
};

static const VMStateDescription spi_vmstate = {
    .name = TYPE_SSD1306_SPI, .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_SSI_PERIPHERAL(parent_obj, Ssd1306Spi),
        VMSTATE_SSD1306(controller, Ssd1306Spi),
        VMSTATE_END_OF_LIST()
    },
};

static void spi_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    SSIPeripheralClass *sc = SSI_PERIPHERAL_CLASS(klass);

    dc->desc = "OLED of 128 x 64 with an SSD1306 on SPI: bus=spi1,cs=0,dc=pc7";
    dc->vmsd = &spi_vmstate;
    dc->hotpluggable = false;
    sc->realize = spi_realize;
    sc->transfer = spi_transfer;
    sc->cs_polarity = SSI_CS_LOW;
    device_class_set_props(dc, spi_properties);
    set_bit(DEVICE_CATEGORY_DISPLAY, dc->categories);
}

static const TypeInfo spi_types[] = { {
    .name = TYPE_SSD1306_SPI, .parent = TYPE_SSI_PERIPHERAL, .instance_size = sizeof(Ssd1306Spi),
    .class_init = spi_class_init,
} };
DEFINE_TYPES(spi_types)
