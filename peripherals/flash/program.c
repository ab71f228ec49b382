/*
 * Programming the flash (RM0090 3.6.4): a write of the guest to the array or the OTP area.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/timer.h"
#include "stm32/peripherals/flash/state.h"

#define PROGRAM_NS (16 * SCALE_US)      /* typical, in the datasheet, whatever PSIZE says */

static void program_now(Flash *s, FlashStore *f, hwaddr addr, uint64_t data, unsigned size)
{
    if (!flash_store_program(f, addr, data, size)) {
        periph_mistake(&s->parent_obj, FLASH018, "programmed where it was not erased: zeros stay zeros");
    }
    flash_begin(s, PROGRAM_NS);
}

/* x64: the bus has 32 bits, so a double word comes in two writes, low one first. */
static void program_half(Flash *s, FlashStore *f, hwaddr addr, uint32_t data)
{
    if (!s->half) {
        s->half = true;
        s->half_addr = addr;
        s->half_data = data;
        return;
    }
    s->half = false;
    if (addr != s->half_addr + 4) {
        periph_mistake(&s->parent_obj, FLASH019, "x64: the second word is not behind the first");
        flash_fail(s, R_SR_PGSERR_MASK);
    } else if (addr % 16 == 0) {
        periph_mistake(&s->parent_obj, FLASH020, "x64: programming across the end of a 128-bit row");
        flash_fail(s, R_SR_PGAERR_MASK);
    } else {
        flash_check_supply(s);
        program_now(s, f, s->half_addr, (uint64_t)data << 32 | s->half_data, 8);
    }
}

/*
 * Nobody wants to program.  A pointer that is NULL is where this comes from mostly: the flash is seen
 * at 0 too, where the bus address is that in the array.
 */
static void report_stray_write(Flash *s, hwaddr addr)
{
    Periph *p = &s->parent_obj;
    const char *why = reg_get(s, CR, LOCK) ? "while CR.LOCK is set" : "without CR.PG";
    uint32_t bus_addr;

    if (!guest_address(&bus_addr)) {
        periph_mistake(p, FLASH021, "flash written at +0x%x %s: nothing is programmed", (unsigned)addr, why);
    } else if (bus_addr == addr) {
        periph_mistake(p, FLASH022, "flash written at address 0x%08x %s: nothing is programmed; this is the "
                       "alias of flash at 0: a NULL pointer?", bus_addr, why);
    } else {
        periph_mistake(p, FLASH021, "flash written at address 0x%08x %s: nothing is programmed", bus_addr, why);
    }
}

void flash_program(Flash *s, FlashStore *f, hwaddr addr, uint32_t data, unsigned size,
                   bool protected)
{
    Periph *p = &s->parent_obj;
    unsigned width = MIN(1u << reg_get(s, CR, PSIZE), 4);

    if (!reg_get(s, CR, PG) || reg_get(s, CR, LOCK)) {
        report_stray_write(s, addr);
        flash_fail(s, R_SR_PGSERR_MASK | (size != width ? R_SR_PGPERR_MASK : 0));
    } else if (flash_errors_pending(s)) {
        /* refused and reported */
    } else if (size != width) {
        periph_mistake(p, FLASH023, "flash written with %u bits, CR.PSIZE is x%u", size * 8,
                       8 << reg_get(s, CR, PSIZE));
        flash_fail(s, R_SR_PGPERR_MASK);
    } else if (protected) {
        periph_mistake(p, FLASH024, "programming where it is write-protected");
        flash_fail(s, R_SR_WRPERR_MASK);
    } else if (reg_get(s, CR, PSIZE) == 3) {
        program_half(s, f, addr, data);
    } else {
        program_now(s, f, addr, data, size);
    }
}
