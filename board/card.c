/*
 * The socket of an SD card at the chip's SDIO, as the base board (STM32F4DIS-BB) and many others have one: the
 * card of -drive if=sd,format=raw,file=..., and switches from pins to ground: one is closed while a card is in, one
 * while the slide at the card's edge is not on LOCK.  A card does not heed that slide; it is for the firmware.
 * A card's data line 3 (PC11) has a pull-up in the card, by which it can be told that it is there; ACMD42 opens that.
 * While it programs what it has got it holds data line 0 (PC8) low.
 *
 * A card can be added by -device sd-card,bus=sdio,drive=... as well; the monitor changes the medium of either.
 * The first switch has a pull-up, as on the base board; that of the other one is the firmware's.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "hw/irq.h"
#include "hw/qdev-core.h"
#include "hw/qdev-properties-system.h"
#include "hw/sd/sd.h"
#include "migration/vmstate.h"
#include "system/blockdev.h"
#include "stm32/board/card.h"

OBJECT_DECLARE_SIMPLE_TYPE(CardSocket, CARD_SOCKET)

struct CardSocket {
    DeviceState parent_obj;
    PinDriver detect, protect, d0, d3;
    bool in, locked;
};

static void card_update(CardSocket *s)
{
    if (s->detect.pin) {
        pin_drive(&s->detect, s->in ? DRIVE(LOW) : DRIVE(PULL_UP));
    }
    if (s->protect.pin) {
        pin_drive(&s->protect, s->in && !s->locked ? DRIVE(LOW) : DRIVE(NONE));
    }
}

static void card_input(void *opaque, int n, int level)
{
    CardSocket *s = opaque;

    s->in = level;
    card_update(s);
}

static void pull_input(void *opaque, int n, int level)
{
    CardSocket *s = opaque;

    pin_drive(&s->d3, level ? DRIVE(PULL_UP) : DRIVE(NONE));
}

static void busy_input(void *opaque, int n, int level)
{
    CardSocket *s = opaque;

    pin_drive(&s->d0, level ? DRIVE(LOW) : DRIVE(NONE));
}

static bool get_locked(Object *obj, Error **errp)
{
    return CARD_SOCKET(obj)->locked;
}

static void set_locked(Object *obj, bool locked, Error **errp)
{
    CARD_SOCKET(obj)->locked = locked;
    card_update(CARD_SOCKET(obj));
}

static void put_in(DeviceState *sdio, DriveInfo *drive)
{
    DeviceState *card = qdev_new(TYPE_SD_CARD);

    qdev_prop_set_drive_err(card, "drive", blk_by_legacy_dinfo(drive), &error_fatal);
    qdev_realize_and_unref(card, qdev_get_child_bus(sdio, "sdio"), &error_fatal);
}

void card_socket_new(Object *parent, DeviceState *sdio, Pin *d0, Pin *d3, Pin *detect, Pin *protect)
{
    CardSocket *s = CARD_SOCKET(object_new(TYPE_CARD_SOCKET));
    DriveInfo *drive = drive_get(IF_SD, 0, 0);

    object_property_add_child(parent, "card", OBJECT(s));
    pin_add_driver(d0, &s->d0, "SD card");
    pin_add_driver(d3, &s->d3, "SD card");
    if (detect) {
        pin_add_driver(detect, &s->detect, "card-detect switch");
    }
    if (protect) {
        pin_add_driver(protect, &s->protect, "card-protect switch");
    }
    qdev_realize_and_unref(DEVICE(s), NULL, &error_fatal);
    qdev_connect_gpio_out_named(sdio, "card", 0, qemu_allocate_irq(card_input, s, 0));
    qdev_connect_gpio_out_named(sdio, "card-pull", 0, qemu_allocate_irq(pull_input, s, 0));
    qdev_connect_gpio_out_named(sdio, "card-busy", 0, qemu_allocate_irq(busy_input, s, 0));
    if (drive) {
        put_in(sdio, drive);
    }
}

static int card_post_load(void *opaque, int version_id)
{
    card_update(opaque);
    return 0;
}

static const VMStateDescription card_vmstate = {
    .name = TYPE_CARD_SOCKET, .version_id = 1, .minimum_version_id = 1,
    .post_load = card_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_BOOL(locked, CardSocket),
        VMSTATE_END_OF_LIST()
    },
};

static void card_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);

    dc->vmsd = &card_vmstate;
    dc->user_creatable = false;     /* it is soldered on */
    object_class_property_add_bool(klass, "locked", get_locked, set_locked);
}

static const TypeInfo card_types[] = { {
    .name = TYPE_CARD_SOCKET, .parent = TYPE_DEVICE, .instance_size = sizeof(CardSocket),
    .class_init = card_class_init,
} };
DEFINE_TYPES(card_types)
