/*
 * The socket of an SD card at the chip's SDIO, as the base board (STM32F4DIS-BB) and many others have one: the
 * card of -drive if=sd,format=raw,file=..., and a switch from a pin to ground that is closed while a card is in.
 *
 * A card can be added by -device sd-card,bus=sdio,drive=... as well; the monitor changes the medium of either.
 * The pull-up of the switch is the firmware's.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "hw/irq.h"
#include "hw/qdev-core.h"
#include "hw/qdev-properties-system.h"
#include "hw/sd/sd.h"
#include "system/blockdev.h"
#include "stm32/board/card.h"

static void card_input(void *opaque, int n, int level)
{
    pin_drive(opaque, level ? DRIVE(LOW) : DRIVE(NONE));
}

void card_socket_new(DeviceState *sdio, Pin *detect)
{
    DriveInfo *drive = drive_get(IF_SD, 0, 0);

    if (detect) {
        PinDriver *contact = g_new0(PinDriver, 1);

        pin_add_driver(detect, contact, "card-detect switch");
        qdev_connect_gpio_out_named(sdio, "card", 0, qemu_allocate_irq(card_input, contact, 0));
    }
    if (drive) {
        DeviceState *card = qdev_new(TYPE_SD_CARD);

        qdev_prop_set_drive_err(card, "drive", blk_by_legacy_dinfo(drive), &error_fatal);
        qdev_realize_and_unref(card, qdev_get_child_bus(sdio, "sdio"), &error_fatal);
    }
}
