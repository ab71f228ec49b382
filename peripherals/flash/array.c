/*
 * What is behind the flash interface (RM0090 3.3 to 3.7): the array with its sectors, the
 * information block with OTP area and factory words, the option bytes' own addresses; programming
 * and erasing.
 *
 * Times are the typical ones of the datasheet (table "Flash memory programming").
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/timer.h"
#include "qemu/units.h"
#include "qapi/error.h"
#include "stm32/peripherals/flash/state.h"

#define ARRAY_BYTES (1 * MiB)
#define INFO_BYTES (1 * KiB)
#define N_SECTORS 12

/* The information block. */
#define OTP_BLOCK 32            /* bytes, 16 of them */
#define OTP_LOCKS 0x200         /* a byte a block: 0 locks it */
#define OTP_END 0x210
#define UNIQUE_ID 0x210
#define FLASH_SIZE 0x222
#define VREFINT_CAL 0x22a
#define TS_CAL1 0x22c
#define TS_CAL2 0x22e

/* By PSIZE: x8, x16, x32, x64. */
#define PROGRAM_NS (16 * SCALE_US)
static const uint16_t erase_16k_ms[] = { 400, 300, 250, 230 };
static const uint16_t erase_64k_ms[] = { 1200, 700, 550, 490 };
static const uint16_t erase_128k_ms[] = { 2000, 1300, 1000, 875 };
static const uint16_t erase_all_ms[] = { 16000, 11000, 8000, 6900 };

static unsigned psize(const Flash *s)
{
    return FIELD_EX32(s->parent_obj.regs[R_CR], CR, PSIZE);
}

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

/* ---- Erasing ---- */

int64_t flash_erase_16k_ns(const Flash *s)
{
    return erase_16k_ms[psize(s)] * (int64_t)SCALE_MS;
}

static int64_t erase_ns(const Flash *s, unsigned sector)
{
    const uint16_t *ms = sector < 4 ? erase_16k_ms : sector == 4 ? erase_64k_ms : erase_128k_ms;

    return ms[psize(s)] * (int64_t)SCALE_MS;
}

int64_t flash_erase_all(Flash *s)
{
    flash_store_erase(&s->array, 0, ARRAY_BYTES);
    return erase_all_ms[psize(s)] * (int64_t)SCALE_MS;
}

/* Nothing can be programmed or erased in x64 without 8 V at BOOT0, which the board hasn't got. */
static void check_supply(Flash *s)
{
    /* unsure: what silicon makes of it then; here it works */
    if (psize(s) == 3) {
        periph_mistake(&s->parent_obj, "CR.PSIZE is x64, which needs an external VPP");
    }
}

static void erase_sector(Flash *s, unsigned sector)
{
    if (sector >= N_SECTORS) {
        /* unsure: which flag */
        periph_mistake(&s->parent_obj, "CR.SNB is %u: there are sectors 0 to 11", sector);
        flash_fail(s, R_SR_PGSERR_MASK);
    } else if (is_protected(s, sector)) {
        periph_mistake(&s->parent_obj, "erasing sector %u, which is write-protected", sector);
        flash_fail(s, R_SR_WRPERR_MASK);
    } else {
        flash_store_erase(&s->array, sector_start(sector),
                          sector_start(sector + 1) - sector_start(sector));
        flash_begin(s, erase_ns(s, sector));
        s->parent_obj.regs[R_CR] |= R_CR_STRT_MASK;
    }
}

static void erase_array(Flash *s)
{
    if (FIELD_EX32(s->options, OPTCR, NWRP) != 0xfff) {
        periph_mistake(&s->parent_obj, "mass erase while sectors are write-protected (nWRP 0x%03x)",
                       FIELD_EX32(s->options, OPTCR, NWRP));
        flash_fail(s, R_SR_WRPERR_MASK);
    } else {
        flash_begin(s, flash_erase_all(s));
        s->parent_obj.regs[R_CR] |= R_CR_STRT_MASK;
    }
}

void flash_erase(Flash *s)
{
    uint32_t cr = s->parent_obj.regs[R_CR];
    bool sector = cr & R_CR_SER_MASK, all = cr & R_CR_MER_MASK;

    if (flash_errors_pending(s)) {
        return;
    }
    if (sector == all) {
        /* unsure: which flag, if any */
        periph_mistake(&s->parent_obj, "CR.STRT with %s SER %s MER", all ? "both" : "neither",
                       all ? "and" : "nor");
        flash_fail(s, R_SR_PGSERR_MASK);
        return;
    }
    check_supply(s);
    if (sector) {
        erase_sector(s, FIELD_EX32(cr, CR, SNB));
    } else {
        erase_array(s);
    }
}

/* ---- Programming ---- */

static void program_now(Flash *s, FlashStore *f, hwaddr addr, uint64_t data, unsigned size)
{
    if (!flash_store_program(f, addr, data, size)) {
        periph_mistake(&s->parent_obj, "programmed where it was not erased: zeros stay zeros");
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
        periph_mistake(&s->parent_obj, "x64: the second word is not behind the first");
        flash_fail(s, R_SR_PGSERR_MASK);
    } else if (addr % 16 == 0) {
        periph_mistake(&s->parent_obj, "x64: programming across the end of a 128-bit row");
        flash_fail(s, R_SR_PGAERR_MASK);
    } else {
        check_supply(s);
        program_now(s, f, s->half_addr, (uint64_t)data << 32 | s->half_data, 8);
    }
}

/*
 * Nobody wants to program.  A pointer that is NULL is where this comes from mostly: the flash is seen at 0
 * too, where the bus address is that in the array.
 */
static void report_stray_write(Flash *s, hwaddr addr)
{
    Periph *p = &s->parent_obj;
    const char *why = reg_get(s, CR, LOCK) ? "while CR.LOCK is set" : "without CR.PG";
    uint32_t bus_addr;

    if (!guest_address(&bus_addr)) {
        periph_mistake(p, "flash written at +0x%x %s: nothing is programmed", (unsigned)addr, why);
    } else if (bus_addr == addr) {
        periph_mistake(p, "flash written at address 0x%08x %s: nothing is programmed; this is the alias "
                       "of flash at 0: a NULL pointer?", bus_addr, why);
    } else {
        periph_mistake(p, "flash written at address 0x%08x %s: nothing is programmed", bus_addr, why);
    }
}

static void program(Flash *s, FlashStore *f, hwaddr addr, uint32_t data, unsigned size,
                    bool protected)
{
    Periph *p = &s->parent_obj;
    uint32_t cr = p->regs[R_CR];
    unsigned width = MIN(1u << psize(s), 4);

    if (!(cr & R_CR_PG_MASK) || (cr & R_CR_LOCK_MASK)) {
        report_stray_write(s, addr);
        flash_fail(s, R_SR_PGSERR_MASK | (size != width ? R_SR_PGPERR_MASK : 0));
    } else if (flash_errors_pending(s)) {
        /* refused and reported */
    } else if (size != width) {
        periph_mistake(p, "flash written with %u bits, CR.PSIZE is x%u", size * 8, 8 << psize(s));
        flash_fail(s, R_SR_PGPERR_MASK);
    } else if (protected) {
        periph_mistake(p, "programming where it is write-protected");
        flash_fail(s, R_SR_WRPERR_MASK);
    } else if (psize(s) == 3) {
        program_half(s, f, addr, data);
    } else {
        program_now(s, f, addr, data, size);
    }
}

static void array_write(void *opaque, hwaddr addr, uint64_t data, unsigned size)
{
    Flash *s = opaque;

    flash_settle(s, s->parent_obj.regs[R_CR]);
    program(s, &s->array, addr, data, size, is_protected(s, sector_of(addr)));
    periph_update(&s->parent_obj);
}

/* The OTP area can be programmed until its block is locked; what the factory wrote, never. */
static void info_write(void *opaque, hwaddr addr, uint64_t data, unsigned size)
{
    Flash *s = opaque;
    bool protected = addr >= OTP_END;

    if (addr < OTP_LOCKS) {
        protected = !*flash_store_bytes(&s->info, OTP_LOCKS + addr / OTP_BLOCK);
    }
    flash_settle(s, s->parent_obj.regs[R_CR]);
    program(s, &s->info, addr, data, size, protected);
    periph_update(&s->parent_obj);
}

/* Reads of rom devices do not come here. */
static uint64_t unused_read(void *opaque, hwaddr addr, unsigned size)
{
    return 0;
}

static const MemoryRegionOps array_ops = {
    .read = unused_read, .write = array_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
};

static const MemoryRegionOps info_ops = {
    .read = unused_read, .write = info_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
};

/* ---- Option bytes at their own addresses (RM0090 3.6.1): a view ---- */

/* unsure: what the reserved bytes read; here ones, like erased flash */
static uint64_t option_bytes_read(void *opaque, hwaddr addr, unsigned size)
{
    Flash *s = opaque;
    uint8_t bytes[16];

    memset(bytes, 0xff, sizeof(bytes));
    stw_le_p(bytes, (s->options & 0xffff) | 3);
    stw_le_p(bytes + 8, s->options >> 16 | 0xf000);
    return ldn_le_p(bytes + addr, size);
}

static void option_bytes_write(void *opaque, hwaddr addr, uint64_t data, unsigned size)
{
    Flash *s = opaque;

    periph_mistake(&s->parent_obj, "option bytes written: ignored, OPTCR programs them");
}

static const MemoryRegionOps option_bytes_ops = {
    .read = option_bytes_read, .write = option_bytes_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
};

/* ---- Making ---- */

/* X and Y on the wafer; wafer 14 and the last three characters of the lot; the first four. */
static const uint32_t default_uid[] = { 0x002a0017, 0x3231370e, 0x34374651 };

static bool put_uid(Flash *s, Error **errp)
{
    uint8_t *at = flash_store_bytes(&s->info, UNIQUE_ID);

    if (s->uid && (strlen(s->uid) != 24 || strspn(s->uid, "0123456789abcdefABCDEF") != 24)) {
        error_setg(errp, "uid=%s: the unique ID of the chip has 24 hex digits", s->uid);
        return false;
    }
    for (unsigned i = 0; i < 3; i++) {
        g_autofree char *word = s->uid ? g_strndup(s->uid + 8 * i, 8) : NULL;

        stl_le_p(at + 4 * i, word ? strtoul(word, NULL, 16) : default_uid[i]);
    }
    return true;
}

/* The datasheet's typical chip, measured in the factory at 3.3 V by a 12-bit ADC. */
static uint16_t adc_counts(unsigned microvolts)
{
    return (microvolts * 4095ull + 3300000 / 2) / 3300000;
}

static bool make_info(Flash *s, Error **errp)
{
    stw_le_p(flash_store_bytes(&s->info, FLASH_SIZE), ARRAY_BYTES / KiB);
    stw_le_p(flash_store_bytes(&s->info, VREFINT_CAL), adc_counts(1210000));
    /* 0.76 V at 25 C, 2.5 mV a degree; at 30 and at 110 C */
    stw_le_p(flash_store_bytes(&s->info, TS_CAL1), adc_counts(760000 + 2500 * (30 - 25)));
    stw_le_p(flash_store_bytes(&s->info, TS_CAL2), adc_counts(760000 + 2500 * (110 - 25)));
    return put_uid(s, errp);
}

bool flash_array_init(Flash *s, Error **errp)
{
    DeviceState *dev = DEVICE(s);

    if (!flash_store_init(&s->array, dev, &array_ops, "flash", ARRAY_BYTES, errp) ||
        !flash_store_init(&s->info, dev, &info_ops, "flash-info", INFO_BYTES, errp) ||
        !make_info(s, errp) ||
        (s->drive && !flash_store_set_drive(&s->array, s->drive, errp))) {
        return false;
    }
    memory_region_init_io(&s->option_bytes, OBJECT(s), &option_bytes_ops, s, "option-bytes", 16);
    sysbus_init_mmio(SYS_BUS_DEVICE(s), &s->array.mr);
    sysbus_init_mmio(SYS_BUS_DEVICE(s), &s->info.mr);
    sysbus_init_mmio(SYS_BUS_DEVICE(s), &s->option_bytes);
    return true;
}
