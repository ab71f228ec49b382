/*
 * What is behind the flash interface (RM0090 3.3 to 3.7): the array, the information block with OTP
 * area and factory words, the option bytes' own addresses.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/units.h"
#include "qapi/error.h"
#include "stm32/peripherals/flash/state.h"

#define ARRAY_BYTES (1 * MiB)
#define INFO_BYTES (1 * KiB)

/* The information block. */
#define OTP_BLOCK 32            /* bytes, 16 of them */
#define OTP_LOCKS 0x200         /* a byte a block: 0 locks it */
#define OTP_END 0x210
#define UNIQUE_ID 0x210
#define FLASH_SIZE 0x222
#define VREFINT_CAL 0x22a
#define TS_CAL1 0x22c
#define TS_CAL2 0x22e

/* ---- What the guest writes ---- */

static void array_write(void *opaque, hwaddr addr, uint64_t data, unsigned size)
{
    Flash *s = opaque;

    flash_settle(s, s->parent_obj.regs[R_CR]);
    flash_program(s, &s->array, addr, data, size, flash_is_protected(s, addr));
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
    flash_program(s, &s->info, addr, data, size, protected);
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

    periph_mistake(&s->parent_obj, FLASH001, "option bytes written: ignored, OPTCR programs them");
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
