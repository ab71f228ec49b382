/*
 * A TFT with an ILI9341 on SPI with four wires, as board/displays/ili9341_spi.c; its picture is a console.
 *
 * The module pulls RST up.  Not able to: be dark by LED, which is the backlight's.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "migration/vmstate.h"
#include "stm32/board/parts/part.h"
#include "stm32/core/pins/spi_socket.h"

#define TYPE_TFT "wokwi-ili9341"
OBJECT_DECLARE_SIMPLE_TYPE(Tft, TFT)

enum { LEG_VCC, LEG_GND, LEG_CS, LEG_RST, LEG_DC, LEG_MOSI, LEG_SCK, LEG_LED, LEG_MISO };

struct Tft {
    Part parent_obj;
    SpiSocket socket;
    PinDriver reset;
};

static void set_pin(DeviceState *display, const char *property, Part *part, const char *leg)
{
    g_autofree char *name = g_strdup_printf("%s.%s", part_id(part), leg);

    qdev_prop_set_string(display, property, name);
}

static bool tft_fit(Part *part, Error **errp)
{
    Tft *t = TFT(part);
    DeviceState *display;

    if (!part->parent_obj.id) {
        error_setg(errp, "a " TYPE_TFT " needs an id=NAME");
        return false;
    }
    pin_add_driver(part_leg(part, LEG_RST), &t->reset, "resistor of a TFT");
    pin_drive(&t->reset, DRIVE(PULL_UP));
    spi_socket_init(&t->socket, DEVICE(part), "spi", part_leg(part, LEG_SCK), part_leg(part, LEG_MOSI),
                    part_leg(part, LEG_MISO));
    display = qdev_new("stm32-ili9341-spi");
    set_pin(display, "dc", part, "D/C");
    set_pin(display, "reset", part, "RST");
    if (!ssi_realize_and_unref(display, t->socket.bus, errp)) {
        return false;
    }
    spi_socket_select(&t->socket, SSI_PERIPHERAL(display), part_leg(part, LEG_CS));
    return true;
}

static const VMStateDescription tft_vmstate = {
    .name = TYPE_TFT, .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_SPI_SOCKET(socket, Tft),
        VMSTATE_END_OF_LIST()
    },
};

static void tft_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = { "VCC", "GND", "CS", "RST", "D/C", "MOSI", "SCK", "LED", "MISO", NULL };
    static const char *const looks[] = { "width", "height", "flipHorizontal", "flipVertical", "swapXY", NULL };

    DEVICE_CLASS(klass)->desc = "TFT of 240 x 320 on SPI: CS, RST, D/C, MOSI, SCK, MISO";
    DEVICE_CLASS(klass)->vmsd = &tft_vmstate;
    part_class_set(klass, legs, looks, NULL, tft_fit);
}

static const TypeInfo tft_types[] = { {
    .name = TYPE_TFT, .parent = TYPE_PART, .instance_size = sizeof(Tft), .class_init = tft_class_init,
} };
DEFINE_TYPES(tft_types)
