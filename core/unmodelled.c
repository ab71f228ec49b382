/*
 * Peripherals not modelled yet, see unmodelled.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/log.h"
#include "qapi/error.h"
#include "hw/sysbus.h"
#include "stm32/core/unmodelled.h"

OBJECT_DECLARE_SIMPLE_TYPE(Unmodelled, UNMODELLED)

struct Unmodelled {
    SysBusDevice parent_obj;
    MemoryRegion mmio;
    bool reported;
};

static void report(Unmodelled *u, const char *what, hwaddr addr)
{
    if (!u->reported) {
        u->reported = true;
        qemu_log_mask(LOG_UNIMP, "%s: %s of +0x%02x: this peripheral is not modelled yet, "
                      "it reads 0\n", DEVICE(u)->canonical_path, what, (unsigned)addr);
    }
}

static uint64_t unmodelled_read(void *opaque, hwaddr addr, unsigned size)
{
    report(opaque, "read", addr);
    return 0;
}

static void unmodelled_write(void *opaque, hwaddr addr, uint64_t data, unsigned size)
{
    report(opaque, "write", addr);
}

static const MemoryRegionOps unmodelled_mmio = {
    .read = unmodelled_read, .write = unmodelled_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
};

void unmodelled_map(Object *parent, const char *name, hwaddr base, unsigned size)
{
    Unmodelled *u = UNMODELLED(object_new(TYPE_UNMODELLED));
    SysBusDevice *dev = SYS_BUS_DEVICE(u);

    object_property_add_child(parent, name, OBJECT(u));
    memory_region_init_io(&u->mmio, OBJECT(u), &unmodelled_mmio, u, name, size);
    sysbus_init_mmio(dev, &u->mmio);
    sysbus_realize_and_unref(dev, &error_fatal);
    sysbus_mmio_map(dev, 0, base);
}

static const TypeInfo unmodelled_types[] = { {
    .name = TYPE_UNMODELLED, .parent = TYPE_SYS_BUS_DEVICE,
    .instance_size = sizeof(Unmodelled),
} };
DEFINE_TYPES(unmodelled_types)
