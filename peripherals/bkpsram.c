/*
 * Backup SRAM (RM0090 5.1.2): 4 KiB in the backup domain.
 *
 * Clock input `clk` (AHB1ENR.BKPSRAMEN): without it reads give 0 and writes are lost.
 * Line in: `dbp` (PWR): writes are lost while the backup domain is protected.
 * Link `backup`: a file that keeps it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "hw/sysbus.h"
#include "hw/qdev-clock.h"
#include "migration/vmstate.h"
#include "stm32/core/backup_file.h"
#include "stm32/core/mistake/mistake.h"

#define TYPE_BKPSRAM "stm32f4-bkpsram"
OBJECT_DECLARE_SIMPLE_TYPE(Bkpsram, BKPSRAM)

struct Bkpsram {
    SysBusDevice parent_obj;
    MemoryRegion mr;            /* reads go straight to the memory while it has its clock */
    Clock *clk;
    bool dbp;
    BackupFile *backup;
};

static void report_no_clock(Bkpsram *s)
{
    guest_mistake(DEVICE(s)->canonical_path, PER001, "access without clock");
}

static uint64_t bkpsram_read(void *opaque, hwaddr addr, unsigned size)
{
    report_no_clock(opaque);
    return 0;
}

static void bkpsram_write(void *opaque, hwaddr addr, uint64_t data, unsigned size)
{
    Bkpsram *s = opaque;

    if (!clock_is_enabled(s->clk)) {
        report_no_clock(s);
    } else if (!s->dbp) {
        guest_mistake(DEVICE(s)->canonical_path, BKP001, "written while the backup domain is protected");
    } else {
        stn_le_p((uint8_t *)memory_region_get_ram_ptr(&s->mr) + addr, size, data);
        memory_region_flush_rom_device(&s->mr, addr, size);     /* translated code too */
    }
}

static const MemoryRegionOps bkpsram_ops = {
    .read = bkpsram_read, .write = bkpsram_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
};

static void clock_changed(void *opaque, ClockEvent event)
{
    Bkpsram *s = opaque;

    memory_region_rom_device_set_romd(&s->mr, clock_is_enabled(s->clk));
}

static void dbp_input(void *opaque, int n, int level)
{
    BKPSRAM(opaque)->dbp = level;
}

static void bkpsram_init(Object *obj)
{
    Bkpsram *s = BKPSRAM(obj);

    s->clk = qdev_init_clock_in(DEVICE(obj), "clk", clock_changed, s, ClockUpdate);
    qdev_init_gpio_in_named(DEVICE(obj), dbp_input, "dbp", 1);
    object_property_add_link(obj, "backup", TYPE_BACKUP_FILE, (Object **)&s->backup,
                             object_property_allow_set_link, 0);
}

static void bkpsram_realize(DeviceState *dev, Error **errp)
{
    Bkpsram *s = BKPSRAM(dev);

    if (!memory_region_init_rom_device(&s->mr, OBJECT(dev), &bkpsram_ops, s, "bkpsram",
                                       BACKUP_SRAM_SIZE, errp)) {
        return;
    }
    memory_region_rom_device_set_romd(&s->mr, false);
    sysbus_init_mmio(SYS_BUS_DEVICE(dev), &s->mr);
    if (s->backup) {
        backup_file_keep(s->backup, BACKUP_SRAM, memory_region_get_ram_ptr(&s->mr));
    }
}

static int bkpsram_post_load(void *opaque, int version_id)
{
    clock_changed(opaque, ClockUpdate);
    return 0;
}

static const VMStateDescription bkpsram_vmstate = {
    .name = TYPE_BKPSRAM, .version_id = 1, .minimum_version_id = 1,
    .post_load = bkpsram_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_CLOCK(clk, Bkpsram),
        VMSTATE_BOOL(dbp, Bkpsram),
        VMSTATE_END_OF_LIST()
    },
};

static void bkpsram_class_init(ObjectClass *klass, void *data)
{
    DEVICE_CLASS(klass)->realize = bkpsram_realize;
    DEVICE_CLASS(klass)->vmsd = &bkpsram_vmstate;
}

static const TypeInfo bkpsram_types[] = { {
    .name = TYPE_BKPSRAM, .parent = TYPE_SYS_BUS_DEVICE, .instance_size = sizeof(Bkpsram),
    .instance_init = bkpsram_init, .class_init = bkpsram_class_init,
} };
DEFINE_TYPES(bkpsram_types)
