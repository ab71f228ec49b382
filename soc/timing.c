/*
 * timing=approximate: time is counted in cycles of HCLK, those of the core (m_cycles.c of our patches) and what
 * the chip's memories and buses add, here.  Flash has its own (peripherals/flash/art.c).
 *
 * Approximate: a read from APB waits for the bridge, which takes two cycles of the bus and goes by its edges; a
 * write is taken by the bridge at once, and the next access to that bus waits for it.  AHB lets nobody wait.  Code
 * in SRAM is fetched by the system bus: a cycle a line more, which stands for the core's own data that is in the
 * way.  unsure of all of these: no manual has figures.
 *
 * What is behind the FSMC has its own as well (peripherals/fsmc/access.c), which a DMA reckons with, too (core/slow_bus.h).
 *
 * Not modelled: DMA that is in the core's way; an exception's stack in external memory takes no longer than in SRAM.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "exec/cycles.h"
#include "hw/qdev-clock.h"
#include "migration/vmstate.h"
#include "stm32/peripherals/flash/art.h"
#include "stm32/peripherals/fsmc/access.h"
#include "stm32/soc/timing.h"

#define APB2_BASE 0x40010000
#define AHB1_BASE 0x40020000
#define APB1_BASE 0x40000000
#define BIT_BAND_BASE 0x42000000
#define FSMC_BASE 0x60000000
#define FSMC_END 0x9fffffff
#define FSMC_BASE_MASK 0xf0000000
#define LATELY 4096             /* cycles: no loop that waits, and asks more seldom, is passed in a leap */

/* There is one chip. */
static Stm32f407Soc *chip;
static DeviceState *flash, *fsmc;

/* Flash, or system memory, which is at the same interface */
static bool is_flash(uint32_t addr)
{
    switch (addr >> 24) {
    case STM32F407_FLASH_BASE >> 24:
    case 0x1f:
        return true;
    case 0:
        return chip->boot_alias[BOOT_FLASH].enabled ||
               chip->boot_alias[BOOT_SYSTEM_MEMORY].enabled;
    default:
        return false;
    }
}

/* What is behind the memory controller; the first region of it can be seen at 0 */
static bool is_external(uint32_t addr)
{
    return addr >> 28 == 0 ? addr < STM32F407_FLASH_BASE && chip->boot_alias[BOOT_FSMC].enabled
                           : addr >> 28 >= FSMC_BASE >> 28 && addr >> 28 <= FSMC_END >> 28;
}

static unsigned external(uint32_t addr, unsigned size, bool write, int64_t now)
{
    uint32_t offset = addr >> 28 ? addr - FSMC_BASE : addr;

    return fsmc_access_wait(fsmc, offset >> 28, offset & ~FSMC_BASE_MASK, size, write, now);
}

static SlowAccess slow_access(uint32_t addr, unsigned size, bool write)
{
    uint32_t offset = addr >> 28 ? addr - FSMC_BASE : addr;

    return !is_external(addr) ? (SlowAccess) { }
           : fsmc_slow_access(fsmc, offset >> 28, offset & ~FSMC_BASE_MASK, size, write);
}

static unsigned fetch(uint32_t addr, int64_t now)
{
    if (is_flash(addr)) {
        return flash_fetch_wait(flash, addr, now);
    } else if (is_external(addr)) {
        return external(addr & ~3u, CYCLES_LINE - addr % CYCLES_LINE / 4 * 4, false, now);
    }
    return addr >> 28 == 2;
}

static unsigned load(uint32_t addr, unsigned size, int64_t now)
{
    return is_flash(addr) ? flash_load_wait(flash, addr, now)
           : is_external(addr) ? external(addr, size, false, now + 1) : 0;
}

static unsigned store(uint32_t addr, unsigned size, int64_t now)
{
    return external(addr, size, true, now + 1);
}

static bool is_busy(uint32_t addr)
{
    return is_external(addr) || flash_is_busy(flash);
}

/* 1, 2, 4, 8 or 16: periods are rounded */
static unsigned ratio_of(unsigned bus)
{
    uint64_t hclk = MAX(clock_get(chip->hclk), 1);

    return pow2floor(CLAMP((clock_get(chip->pclk[bus]) + hclk / 2) / hclk, 1, 16));
}

static unsigned access_apb(unsigned bus, bool write, int64_t now)
{
    int64_t ratio = ratio_of(bus);
    int64_t begin = ROUND_UP(MAX(now, chip->apb_free[bus]), ratio), end = begin + 2 * ratio;

    chip->apb_used[bus] = now;
    if (write) {
        begin = MAX(now, chip->apb_free[bus]);
        chip->apb_free[bus] = end;
        return begin - now;
    }
    return end - now;
}

/* The instruction's own cycles are over.  A bit's alias is read and written. */
static unsigned device(uint32_t addr, unsigned size, bool write, int64_t now)
{
    bool is_bit = addr >> 25 == BIT_BAND_BASE >> 25;
    unsigned wait = 0;

    if (is_external(addr)) {
        return external(addr, size, write, write ? now : now - 1);
    }
    if (is_bit) {
        addr = APB1_BASE + (addr - BIT_BAND_BASE) / 32;
    }
    if (addr >= APB1_BASE && addr < AHB1_BASE) {
        wait = is_bit && write ? access_apb(addr >= APB2_BASE, false, now) : 0;
        wait += access_apb(addr >= APB2_BASE, write, now + wait);
    }
    return wait;
}

/* Where the buses' clocks are, unless nobody has asked lately; for how long they are taken; and flash */
static void get_state(uint8_t *state, int64_t now)
{
    int64_t buses[4];

    for (unsigned i = 0; i < 2; i++) {
        buses[i] = now - chip->apb_used[i] < LATELY ? now % ratio_of(i) : 0;
        buses[2 + i] = MAX(chip->apb_free[i] - now, 0);
    }
    memcpy(state, buses, sizeof(buses));
    fsmc_wait_state(fsmc, state + sizeof(buses), now);
    flash_wait_state(flash, state + sizeof(buses) + sizeof(int64_t), now);
}

static void pass(int64_t cycles)
{
    for (unsigned i = 0; i < 2; i++) {
        chip->apb_free[i] += cycles;
        chip->apb_used[i] += cycles;
    }
    fsmc_wait_pass(fsmc, cycles);
    flash_wait_pass(flash, cycles);
}

static void hclk_changed(void *opaque, ClockEvent event)
{
    icount_set_cycle(clock_get(chip->hclk));
}

void stm32f407_begin_timing(Stm32f407Soc *s)
{
    static const CycleModel model = {
        .fetch = fetch, .fetches_again = is_external, .load = load, .store = store, .is_busy = is_busy,
        .is_slow = is_external, .device = device, .get_state = get_state, .pass = pass,
    };
    DeviceState *rcc = stm32f407_child(s, "rcc");

    chip = s;
    flash = stm32f407_child(s, "flash");
    fsmc = stm32f407_child(s, "fsmc");
    s->pclk[0] = qdev_get_clock_out(rcc, "pclk1");
    s->pclk[1] = qdev_get_clock_out(rcc, "pclk2");
    s->hclk = clock_new(OBJECT(s), "hclk-timing");
    clock_set_callback(s->hclk, hclk_changed, NULL, ClockUpdate);
    cycles_enable(&model);
    slow_bus = slow_access;
    clock_set_source(s->hclk, qdev_get_clock_out(rcc, "hclk"));
    icount_set_cycle(clock_get(s->hclk));
}

static bool timing_needed(void *opaque)
{
    return cycle_model;
}

const VMStateDescription timing_vmstate = {
    .name = TYPE_STM32F407_SOC "/timing", .version_id = 1, .minimum_version_id = 1,
    .needed = timing_needed,
    .fields = (const VMStateField[]) {
        VMSTATE_INT64_ARRAY(apb_free, Stm32f407Soc, 2),
        VMSTATE_CLOCK(hclk, Stm32f407Soc),
        VMSTATE_END_OF_LIST()
    },
};
