/*
 * SRAM or PSRAM at the static memory controller:
 *
 *   -device stm32-sram,bank=ne3,size=1M,width=16
 *
 * access-time=NS  (10) what a read or write takes at least
 * multiplexed=on  its address lines 0 to 15 are the data lines, latched by NADV: a PSRAM of that kind
 *
 * Deliberately different: it keeps its bytes for as long as QEMU runs, and begins with zeros.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/units.h"
#include "qapi/error.h"
#include "hw/qdev-properties.h"
#include "stm32/core/fsmc/part.h"

#define TYPE_SRAM "stm32-sram"
OBJECT_DECLARE_SIMPLE_TYPE(Sram, SRAM)

struct Sram {
    FsmcPart parent_obj;
    uint64_t size;
    uint32_t access_ns;
    MemoryRegion ram;
    AddressSpace all;           /* of it alone: QEMU notices that code there is written over */
    uint8_t *bytes;
};

static bool sram_prepare(FsmcPart *part, Error **errp)
{
    Sram *s = SRAM(part);
    unsigned narrow = part->width == 16;
    g_autofree char *name = g_strdup_printf("sram-%s", part->bank);

    if (!is_power_of_2(s->size) || s->size < KiB || s->size > 64 * MiB) {
        error_setg(errp, "size=%" PRIu64 ": it is a power of two from 1K to 64M", s->size);
        return false;
    }
    if (!memory_region_init_ram(&s->ram, OBJECT(s), name, s->size, errp)) {
        return false;
    }
    address_space_init(&s->all, &s->ram, name);
    s->bytes = memory_region_get_ram_ptr(&s->ram);
    part->address_lines = (s->size >> narrow) - 1;
    part->byte_lanes = narrow;
    part->read_ns = part->write_ns = s->access_ns;
    return true;
}

static MemoryRegion *sram_memory(FsmcPart *part)
{
    return &SRAM(part)->ram;
}

static uint16_t sram_read(FsmcPart *part, FsmcSpace space, uint32_t address)
{
    Sram *s = SRAM(part);

    return part->width == 16 ? lduw_le_p(s->bytes + 2 * address) : s->bytes[address];
}

static void sram_write(FsmcPart *part, FsmcSpace space, uint32_t address, uint16_t data, unsigned lanes)
{
    Sram *s = SRAM(part);
    unsigned bytes = part->width / 8;

    for (unsigned i = 0; i < bytes; i++) {
        if (lanes & 1 << i) {
            address_space_stb(&s->all, bytes * address + i, data >> 8 * i, MEMTXATTRS_UNSPECIFIED, NULL);
        }
    }
}

static const Property sram_properties[] = {
    DEFINE_PROP_SIZE("size", Sram, size, 1 * MiB),
    DEFINE_PROP_UINT32("access-time", Sram, access_ns, 10),
    DEFINE_PROP_BOOL("multiplexed", Sram, parent_obj.multiplexed, false),
};

static void sram_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    FsmcPartClass *pc = FSMC_PART_CLASS(klass);

    dc->desc = "SRAM or PSRAM at the FSMC: bank=ne3,size=1M,width=16";
    pc->prepare = sram_prepare;
    pc->memory = sram_memory;
    pc->read = sram_read;
    pc->write = sram_write;
    device_class_set_props(dc, sram_properties);
    set_bit(DEVICE_CATEGORY_MISC, dc->categories);
}

static const TypeInfo sram_types[] = { {
    .name = TYPE_SRAM, .parent = TYPE_FSMC_PART, .instance_size = sizeof(Sram),
    .class_init = sram_class_init,
} };
DEFINE_TYPES(sram_types)
