/*
 * The memories of the chip (RM0090 2.3), and what of them each bus master reaches.
 *
 * Deliberately different: system memory holds a bootloader of our own (firmware/bootloader), not ST's.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/units.h"
#include "qapi/error.h"
#include "exec/address-spaces.h"
#include "hw/qdev-properties.h"
#include "stm32/soc/memories.h"

#define SRAM_BASE 0x20000000
#define SYSTEM_MEMORY_BASE 0x1fff0000
#define SYSTEM_MEMORY_SIZE (30 * KiB)
#define APB1_BASE 0x40000000
#define APB1_SIZE (32 * KiB)
#define FSMC_BASE 0x60000000
#define FSMC_SIZE (1 * GiB)
#define FLASH_INFO_BASE 0x1fff7800
#define OPTION_BYTES_BASE 0x1fffc000
#define FSMC_BANK_BASE 0x60000000
#define FSMC_BANK_SIZE (256 * MiB)
#define FSMC_BANKS 4

static void map_ram(Stm32f407Soc *s, MemoryRegion *mr, const char *name, hwaddr base, uint64_t size)
{
    memory_region_init_ram(mr, OBJECT(s), name, size, &error_fatal);
    memory_region_add_subregion(get_system_memory(), base, mr);
}

static void make_system_memory(Stm32f407Soc *s)
{
    uint8_t *rom;

    memory_region_init_rom(&s->system_memory, OBJECT(s), "system-memory", SYSTEM_MEMORY_SIZE,
                           &error_fatal);
    rom = memory_region_get_ram_ptr(&s->system_memory);
    memset(rom, 0xff, SYSTEM_MEMORY_SIZE);
    memcpy(rom, system_memory_contents, MIN(system_memory_length, SYSTEM_MEMORY_SIZE));
    memory_region_add_subregion(get_system_memory(), SYSTEM_MEMORY_BASE, &s->system_memory);
}

/* A memory that has lost its power holds anything but what was there. */
static void forget(MemoryRegion *ram)
{
    address_space_set(&address_space_memory, ram->addr, 0xa5, memory_region_size(ram),
                      MEMTXATTRS_UNSPECIFIED);
}

void memories_show_at_0(Stm32f407Soc *s, BootMode mode)
{
    memory_region_transaction_begin();
    for (unsigned i = 0; i < ARRAY_SIZE(s->boot_alias); i++) {
        memory_region_set_enabled(&s->boot_alias[i], i == mode);
    }
    memory_region_transaction_commit();
}

/* A window of the system's bus. */
static void add_window(Stm32f407Soc *s, MemoryRegion *bus, MemoryRegion *window, hwaddr base,
                       uint64_t size)
{
    memory_region_init_alias(window, OBJECT(s), "window", get_system_memory(), base, size);
    memory_region_add_subregion(bus, base, window);
}

static void link_bus(Stm32f407Soc *s, const char *dma, const char *port, MemoryRegion *bus)
{
    object_property_set_link(OBJECT(stm32f407_child(s, dma)), port, OBJECT(bus), &error_abort);
}

/*
 * RM0090 2.1, figure 1: the bus matrix reaches all but CCM, which hangs on the core, as the private
 * peripherals and the bit-band aliases do.  DMA1's peripheral port goes to APB1 alone, that of Ethernet to memories.
 * unsure: that DMA sees what is shown at 0 for the core
 */
static void make_dma_buses(Stm32f407Soc *s)
{
    memory_region_init(&s->matrix, OBJECT(s), "bus-matrix", 4 * GiB);
    add_window(s, &s->matrix, &s->matrix_window[0], 0, STM32F407_CCM_BASE);
    add_window(s, &s->matrix, &s->matrix_window[1], STM32F407_CCM_BASE + STM32F407_CCM_SIZE,
               4 * GiB - STM32F407_CCM_BASE - STM32F407_CCM_SIZE);
    memory_region_init(&s->apb1, OBJECT(s), "apb1", 4 * GiB);
    add_window(s, &s->apb1, &s->apb1_window, APB1_BASE, APB1_SIZE);
    memory_region_init(&s->ethernet, OBJECT(s), "ethernet-bus", 4 * GiB);
    add_window(s, &s->ethernet, &s->ethernet_window[0], STM32F407_FLASH_BASE, STM32F407_FLASH_SIZE);
    add_window(s, &s->ethernet, &s->ethernet_window[1], SRAM_BASE, 128 * KiB);
    add_window(s, &s->ethernet, &s->ethernet_window[2], FSMC_BASE, FSMC_SIZE);
    link_bus(s, "dma1", "memory-bus", &s->matrix);
    link_bus(s, "dma2", "memory-bus", &s->matrix);
    link_bus(s, "otg-hs", "memory-bus", &s->matrix);
    link_bus(s, "eth", "memory-bus", &s->ethernet);
    link_bus(s, "dma1", "peripheral-bus", &s->apb1);
    link_bus(s, "dma2", "peripheral-bus", &s->matrix);
}

static void make_boot_alias(Stm32f407Soc *s, BootMode mode, MemoryRegion *what)
{
    MemoryRegion *alias = &s->boot_alias[mode];

    memory_region_init_alias(alias, OBJECT(s), "boot-alias", what, 0,
                             memory_region_size(what));
    memory_region_set_enabled(alias, false);
    memory_region_add_subregion(get_system_memory(), 0, alias);
}

void memories_make(Stm32f407Soc *s)
{
    map_ram(s, &s->sram1, "sram1", SRAM_BASE, 112 * KiB);
    map_ram(s, &s->sram2, "sram2", SRAM_BASE + 112 * KiB, 16 * KiB);
    map_ram(s, &s->ccm, "ccm", STM32F407_CCM_BASE, STM32F407_CCM_SIZE);
    make_system_memory(s);
    make_dma_buses(s);
}

void memories_map_flash(Stm32f407Soc *s)
{
    SysBusDevice *flash = SYS_BUS_DEVICE(stm32f407_child(s, "flash"));

    sysbus_mmio_map(flash, 1, STM32F407_FLASH_BASE);
    sysbus_mmio_map(flash, 2, FLASH_INFO_BASE);
    sysbus_mmio_map(flash, 3, OPTION_BYTES_BASE);
    s->flash = sysbus_mmio_get_region(flash, 1);
    make_boot_alias(s, BOOT_FLASH, s->flash);
    make_boot_alias(s, BOOT_SYSTEM_MEMORY, &s->system_memory);
    make_boot_alias(s, BOOT_SRAM, &s->sram1);
}

/* RM0090 table 2: of bank 1 the first two regions can be seen at 0. */
void memories_map_fsmc(Stm32f407Soc *s)
{
    SysBusDevice *fsmc = SYS_BUS_DEVICE(stm32f407_child(s, "fsmc"));
    MemoryRegion *alias = &s->boot_alias[BOOT_FSMC];

    for (unsigned i = 0; i < FSMC_BANKS; i++) {
        sysbus_mmio_map(fsmc, 1 + i, FSMC_BANK_BASE + i * FSMC_BANK_SIZE);
    }
    memory_region_init_alias(alias, OBJECT(s), "boot-alias", sysbus_mmio_get_region(fsmc, 1), 0,
                             FSMC_BANK_SIZE / 2);
    memory_region_set_enabled(alias, false);
    memory_region_add_subregion(get_system_memory(), 0, alias);
}

void memories_forget(Stm32f407Soc *s)
{
    forget(&s->sram1);
    forget(&s->sram2);
    forget(&s->ccm);
}
