/*
 * Peripherals not modelled yet, see unmodelled.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "hw/sysbus.h"
#include "stm32/core/mistake.h"
#include "stm32/core/unmodelled.h"

OBJECT_DECLARE_SIMPLE_TYPE(Unmodelled, UNMODELLED)

/* Reads in a row of one register that make it a program that waits. */
#define POLLED 1000

struct Unmodelled {
    SysBusDevice parent_obj;
    MemoryRegion mmio;
    hwaddr last;                /* what was read last ... */
    unsigned times;             /* ... and how often in a row */
};

static uint64_t unmodelled_read(void *opaque, hwaddr addr, unsigned size)
{
    Unmodelled *u = opaque;
    const char *name = DEVICE(u)->canonical_path;

    u->times = addr == u->last ? u->times + 1 : 1;
    u->last = addr;
    if (u->times == 1) {
        guest_unmodelled(name, "read of +0x%02x: this peripheral is not modelled yet, it reads 0",
                         (unsigned)addr);
    } else if (u->times == POLLED) {
        guest_unmodelled(name, "+0x%02x is polled, and this peripheral is not modelled yet: it will "
                         "stay 0", (unsigned)addr);
    }
    return 0;
}

static void unmodelled_write(void *opaque, hwaddr addr, uint64_t data, unsigned size)
{
    Unmodelled *u = opaque;

    u->times = 0;
    guest_unmodelled(DEVICE(u)->canonical_path, "write of +0x%02x: this peripheral is not modelled "
                     "yet, it is lost", (unsigned)addr);
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
