/*
 * Sectors of the flash and their erasure (RM0090 3.6.3), in the typical times of the datasheet (table
 * "Flash memory programming").
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/timer.h"
#include "qemu/units.h"
#include "stm32/core/mistake/place.h"
#include "stm32/peripherals/flash/state.h"

#define N_SECTORS 12

/* By PSIZE: x8, x16, x32, x64. */
static const uint16_t erase_16k_ms[] = { 400, 300, 250, 230 };
static const uint16_t erase_64k_ms[] = { 1200, 700, 550, 490 };
static const uint16_t erase_128k_ms[] = { 2000, 1300, 1000, 875 };
static const uint16_t erase_all_ms[] = { 16000, 11000, 8000, 6900 };

/* ---- Sectors: four of 16 KiB, one of 64, seven of 128 ---- */

static unsigned sector_of(hwaddr addr)
{
    return addr < 64 * KiB ? addr / (16 * KiB) : addr < 128 * KiB ? 4 : 4 + addr / (128 * KiB);
}

static hwaddr sector_start(unsigned n)
{
    return n < 5 ? n * 16 * KiB : (n - 4) * 128 * KiB;
}

static bool is_protected(const Flash *s, unsigned sector)
{
    return !(FIELD_EX32(s->options, OPTCR, NWRP) & 1u << sector);
}

bool flash_is_protected(const Flash *s, hwaddr addr)
{
    return is_protected(s, sector_of(addr));
}

/* ---- Erasing ---- */

int64_t flash_erase_16k_ns(const Flash *s)
{
    return erase_16k_ms[reg_get(s, CR, PSIZE)] * (int64_t)SCALE_MS;
}

static int64_t erase_ns(const Flash *s, unsigned sector)
{
    const uint16_t *ms = sector < 4 ? erase_16k_ms : sector == 4 ? erase_64k_ms : erase_128k_ms;

    return ms[reg_get(s, CR, PSIZE)] * (int64_t)SCALE_MS;
}

int64_t flash_erase_all(Flash *s)
{
    flash_store_erase(&s->array, 0, memory_region_size(&s->array.mr));
    return erase_all_ms[reg_get(s, CR, PSIZE)] * (int64_t)SCALE_MS;
}

/* Is the code that runs there? */
static void check_own_code(Flash *s, uint32_t start, uint32_t size)
{
    uint32_t pc;

    start += s->array.mr.addr;
    if (guest_pc(&pc) && pc - start < size) {
        periph_mistake(&s->parent_obj, FLASH026, "the code that runs is in what is erased, 0x%08x to 0x%08x: it is gone",
                       start, start + size - 1);
    }
}

static void erase_sector(Flash *s, unsigned sector)
{
    if (sector >= N_SECTORS) {
        /* unsure: which flag */
        periph_mistake(&s->parent_obj, FLASH002, "CR.SNB is %u", sector);
        flash_fail(s, R_SR_PGSERR_MASK);
    } else if (is_protected(s, sector)) {
        periph_mistake(&s->parent_obj, FLASH003, "erasing sector %u, which is write-protected", sector);
        flash_fail(s, R_SR_WRPERR_MASK);
    } else {
        check_own_code(s, sector_start(sector), sector_start(sector + 1) - sector_start(sector));
        flash_store_erase(&s->array, sector_start(sector),
                          sector_start(sector + 1) - sector_start(sector));
        s->erased_cached = s->parent_obj.regs[R_ACR] & (R_ACR_DCEN_MASK | R_ACR_ICEN_MASK);
        flash_begin(s, erase_ns(s, sector));
        reg_set(s, CR, STRT, 1);
    }
}

static void erase_array(Flash *s)
{
    if (FIELD_EX32(s->options, OPTCR, NWRP) != 0xfff) {
        periph_mistake(&s->parent_obj, FLASH004, "mass erase while sectors are write-protected (nWRP 0x%03x)",
                       FIELD_EX32(s->options, OPTCR, NWRP));
        flash_fail(s, R_SR_WRPERR_MASK);
    } else {
        check_own_code(s, 0, memory_region_size(&s->array.mr));
        flash_begin(s, flash_erase_all(s));
        reg_set(s, CR, STRT, 1);
    }
}

void flash_erase(Flash *s)
{
    bool sector = reg_get(s, CR, SER), all = reg_get(s, CR, MER);

    if (flash_errors_pending(s)) {
        return;
    }
    if (sector == all) {
        /* unsure: which flag, if any */
        periph_mistake(&s->parent_obj, FLASH005, "CR.STRT with %s SER %s MER", all ? "both" : "neither",
                       all ? "and" : "nor");
        flash_fail(s, R_SR_PGSERR_MASK);
        return;
    }
    flash_check_supply(s);
    if (sector) {
        erase_sector(s, reg_get(s, CR, SNB));
    } else {
        erase_array(s);
    }
}
