/*
 * A TFT with an ILI9341 on SPI with four wires:
 *
 *   -device stm32-ili9341-spi,bus=spi1,cs=0,dc=pc7
 *
 * dc=PIN       its D/CX: a byte that comes while that is low is a command
 * reset=PIN, te=PIN, rotate=, rgb-glass=, straight=     as those of ili9341_parallel.c
 *
 * CS is NSS of the bus, or what -machine chip-select= says.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "hw/qdev-properties.h"
#include "hw/ssi/ssi.h"
#include "stm32/board/displays/ili9341.h"
#include "stm32/board/user_pin.h"

#define TYPE_ILI9341_SPI "stm32-ili9341-spi"
OBJECT_DECLARE_SIMPLE_TYPE(Ili9341Spi, ILI9341_SPI)

struct Ili9341Spi {
    SSIPeripheral parent_obj;
    char *dc_name;
    Pin *dc;
    Ili9341 controller;
};

static uint32_t spi_transfer(SSIPeripheral *dev, uint32_t data)
{
    Ili9341Spi *s = ILI9341_SPI(dev);

    if (pin_plain_level(s->dc)) {
        return ili9341_transfer(&s->controller, data);
    }
    ili9341_command(&s->controller, data);
    return 0xff;
}

static void spi_realize(SSIPeripheral *dev, Error **errp)
{
    Ili9341Spi *s = ILI9341_SPI(dev);

    s->dc = user_pin("dc", s->dc_name, errp);
    if (s->dc) {
        ili9341_init(&s->controller, DEVICE(dev), errp);
    }
}

static void spi_reset(DeviceState *dev)
{
    ili9341_machine_reset(&ILI9341_SPI(dev)->controller);
}

static const Property spi_properties[] = {
    DEFINE_PROP_STRING("dc", Ili9341Spi, dc_name),
    ILI9341_PROPERTIES(Ili9341Spi, controller),
};

static const VMStateDescription spi_vmstate = {
    .name = TYPE_ILI9341_SPI, .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_SSI_PERIPHERAL(parent_obj, Ili9341Spi),
        VMSTATE_ILI9341(controller, Ili9341Spi),
        VMSTATE_END_OF_LIST()
    },
};

static void spi_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    SSIPeripheralClass *sc = SSI_PERIPHERAL_CLASS(klass);

    dc->desc = "TFT of 240 x 320 on SPI: bus=spi1,cs=0,dc=pc7";
    dc->vmsd = &spi_vmstate;
    dc->hotpluggable = false;
    device_class_set_legacy_reset(dc, spi_reset);
    sc->realize = spi_realize;
    sc->transfer = spi_transfer;
    sc->cs_polarity = SSI_CS_LOW;
    device_class_set_props(dc, spi_properties);
    set_bit(DEVICE_CATEGORY_DISPLAY, dc->categories);
}

static const TypeInfo spi_types[] = { {
    .name = TYPE_ILI9341_SPI, .parent = TYPE_SSI_PERIPHERAL, .instance_size = sizeof(Ili9341Spi),
    .class_init = spi_class_init,
} };
DEFINE_TYPES(spi_types)
