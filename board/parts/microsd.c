/*
 * A micro-SD card on SPI, QEMU's: `drive=ID` is that of a -drive if=none,id=ID,format=raw,file=...; without it the one
 * whose id is the part's own, so that a diagram needs no attribute.  Without either there is no card.
 *
 * CD is low while there is one.
 *
 * Not able to: be put in and taken out while it runs; answer a program with GPIOs (core/pins/spi_socket.h).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "hw/qdev-properties-system.h"
#include "hw/sd/sd.h"
#include "migration/vmstate.h"
#include "system/block-backend.h"
#include "stm32/board/parts/part.h"
#include "stm32/core/pins/spi_socket.h"

#define TYPE_MICROSD "wokwi-microsd-card"
OBJECT_DECLARE_SIMPLE_TYPE(Microsd, MICROSD)

enum { LEG_CD, LEG_DO, LEG_GND, LEG_SCK, LEG_VCC, LEG_DI, LEG_CS };

struct Microsd {
    Part parent_obj;
    SpiSocket socket;
    PinDriver detect;
    char *drive;
};

static bool microsd_fit(Part *part, Error **errp)
{
    Microsd *m = MICROSD(part);
    BlockBackend *blk = blk_by_name(m->drive ?: part_id(part));
    DeviceState *ssi = qdev_new("ssi-sd"), *card;

    if (m->drive && !blk) {
        error_setg(errp, "%s: there is no drive '%s'; add -drive if=none,id=%s,format=raw,file=...", part_id(part),
                   m->drive, m->drive);
        object_unref(OBJECT(ssi));
        return false;
    }
    spi_socket_init(&m->socket, DEVICE(part), "spi", part_leg(part, LEG_SCK), part_leg(part, LEG_DI),
                    part_leg(part, LEG_DO));
    if (!ssi_realize_and_unref(ssi, m->socket.bus, errp)) {
        return false;
    }
    spi_socket_select(&m->socket, SSI_PERIPHERAL(ssi), part_leg(part, LEG_CS));
    pin_add_driver(part_leg(part, LEG_CD), &m->detect, part_id(part));
    if (!blk) {
        return true;
    }
    pin_drive(&m->detect, DRIVE(LOW));
    card = qdev_new(TYPE_SD_CARD_SPI);
    if (!qdev_prop_set_drive_err(card, "drive", blk, errp)) {
        object_unref(OBJECT(card));
        return false;
    }
    return qdev_realize_and_unref(card, qdev_get_child_bus(ssi, "sd-bus"), errp);
}

static const VMStateDescription microsd_vmstate = {
    .name = TYPE_MICROSD, .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_SPI_SOCKET(socket, Microsd),
        VMSTATE_END_OF_LIST()
    },
};

static const Property microsd_properties[] = {
    DEFINE_PROP_STRING("drive", Microsd, drive),
};

static void microsd_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = { "CD", "DO", "GND", "SCK", "VCC", "DI", "CS", NULL };

    DEVICE_CLASS(klass)->desc = "micro-SD card on SPI: CD, DO, SCK, DI, CS; drive=";
    DEVICE_CLASS(klass)->vmsd = &microsd_vmstate;
    part_class_set(klass, legs, NULL, NULL, microsd_fit);
    device_class_set_props(DEVICE_CLASS(klass), microsd_properties);
}

static const TypeInfo microsd_types[] = { {
    .name = TYPE_MICROSD, .parent = TYPE_PART, .instance_size = sizeof(Microsd), .class_init = microsd_class_init,
} };
DEFINE_TYPES(microsd_types)
