/*
 * Parts at a static memory controller, see part.h: how they get to its bus.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "hw/qdev-properties.h"
#include "stm32/core/fsmc/part.h"

static const char *const select_names[FSMC_SELECTS] = {
    "ne1", "ne2", "ne3", "ne4", "nce2", "nce3", "nce4",
};

static bool find_select(FsmcPart *part, Error **errp)
{
    bool nand = FSMC_PART_GET_CLASS(part)->nand, card = FSMC_PART_GET_CLASS(part)->card;
    unsigned from = card ? FSMC_NCE4 : nand ? FSMC_NCE2 : FSMC_NE1;
    unsigned to = card ? FSMC_NCE4 : nand ? FSMC_NCE3 : FSMC_NE4;

    if (!part->bank && card) {
        part->bank = g_strdup(select_names[FSMC_NCE4]);
    }
    for (unsigned i = from; i <= to; i++) {
        if (part->bank && !g_ascii_strcasecmp(part->bank, select_names[i])) {
            part->select = i;
            return true;
        }
    }
    error_setg(errp, "bank=%s: this part is selected by one of %s to %s", part->bank ?: "",
               select_names[from], select_names[to]);
    return false;
}

static void fsmc_part_realize(DeviceState *dev, Error **errp)
{
    FsmcPart *part = FSMC_PART(dev);
    FsmcBus *bus = FSMC_BUS(qdev_get_parent_bus(dev));

    if (!find_select(part, errp)) {
        return;
    }
    if (part->width != 8 && part->width != 16) {
        error_setg(errp, "width=%u: a part has 8 or 16 data lines", part->width);
        return;
    }
    if (bus->part[part->select]) {
        error_setg(errp, "bank=%s: there is a part already (%s); take another bank",
                   select_names[part->select], object_get_typename(OBJECT(bus->part[part->select])));
        return;
    }
    if (!FSMC_PART_GET_CLASS(part)->prepare(part, errp)) {
        return;
    }
    bus->part[part->select] = part;
    bus->changed(bus->opaque);
}

static const Property fsmc_part_properties[] = {
    DEFINE_PROP_STRING("bank", FsmcPart, bank),
    DEFINE_PROP_UINT32("width", FsmcPart, width, 16),
};

static void fsmc_part_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);

    dc->realize = fsmc_part_realize;
    dc->bus_type = TYPE_FSMC_BUS;
    dc->hotpluggable = false;
    device_class_set_props(dc, fsmc_part_properties);
}

static const TypeInfo fsmc_types[] = {
    {
        .name = TYPE_FSMC_PART, .parent = TYPE_DEVICE, .abstract = true,
        .instance_size = sizeof(FsmcPart), .class_size = sizeof(FsmcPartClass),
        .class_init = fsmc_part_class_init,
    },
    { .name = TYPE_FSMC_BUS, .parent = TYPE_BUS, .instance_size = sizeof(FsmcBus) },
};
DEFINE_TYPES(fsmc_types)
