/*
 * The socket: a card is put in, or taken out, in the middle of anything.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "stm32/peripherals/sdio/state.h"

static void set_inserted(DeviceState *dev, bool inserted)
{
    Sdio *s = SDIO(dev);

    s->parent_obj.info->sync(&s->parent_obj);
    s->inserted = inserted;
    sdio_card_is_new(s);
    sdio_data_look(s);          /* nobody holds its data line 0 low any more */
    periph_update(&s->parent_obj);
}

static bool check_card(BusState *bus, DeviceState *dev, Error **errp)
{
    if (object_dynamic_cast(OBJECT(dev), TYPE_SD_CARD_SPI)) {
        error_setg(errp, "sd-card-spi is a card for an adapter on SPI (-device ssi-sd); here it is -device sd-card");
        return false;
    }
    return true;
}

static void bus_class_init(ObjectClass *klass, void *data)
{
    BUS_CLASS(klass)->max_dev = 1;
    BUS_CLASS(klass)->check_address = check_card;
    SD_BUS_CLASS(klass)->set_inserted = set_inserted;
}

const TypeInfo sdio_bus_type = {
    .name = TYPE_SDIO_BUS, .parent = TYPE_SD_BUS, .instance_size = sizeof(SDBus),
    .class_init = bus_class_init,
};
