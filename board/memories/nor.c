/*
 * A NOR flash with AMD's commands at the static memory controller, as ST's M29W128G:
 *
 *   -device stm32-nor,bank=ne2,size=16M,ready=pd6
 *
 * ready=PIN   its R/B: PD6 is NWAIT of the controller, or any other;  drive=ID   an image that keeps it, as large as it is
 *
 * Commands: read, identity (90h), CFI (98h), program (A0h), unlock bypass (20h), write buffer (25h, 29h), block and
 * chip erase.  They take the time of the datasheet: 16 us a word, 180 us a buffer, 0.5 s a block.  While nothing is
 * under way it is read at the speed of RAM and can hold code.
 *
 * Deliberately different: blocks are not protected, nor is an erase suspended.  QEMU's own cfi02 has no write
 * buffer, which ST's driver uses, and no snapshot.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/units.h"
#include "qapi/error.h"
#include "hw/qdev-properties.h"
#include "hw/qdev-properties-system.h"
#include "migration/vmstate.h"
#include "system/block-backend.h"
#include "stm32/core/counter.h"
#include "stm32/core/fsmc/part.h"
#include "stm32/core/mistake/mistake.h"
#include "stm32/core/pins/pin.h"
#include "stm32/board/memories/nor.h"
#include "stm32/board/user_pin.h"

#define TYPE_NOR_PART "stm32-nor"
OBJECT_DECLARE_SIMPLE_TYPE(NorPart, NOR_PART)

enum { WORD_US = 16, BUFFER_US = 180, BLOCK_US = 500000 };

/* What the next write is. */
typedef enum Expects {
    FIRST,                      /* an unlock cycle, or a command that needs none */
    SECOND, COMMAND,            /* AA at 555 has come, and 55 at 2AA */
    WORD,                       /* to be programmed */
    ERASE_FIRST, ERASE_SECOND, ERASE,
    BYPASS_RESET,               /* 00 after 90 */
    BUFFER_COUNT, BUFFER_WORD, BUFFER_END,
} Expects;

typedef enum Shows { SHOWS_ARRAY, SHOWS_IDENTITY, SHOWS_CFI, SHOWS_STATUS } Shows;

struct NorPart {
    FsmcPart parent_obj;
    uint64_t size;
    char *ready_name;
    BlockBackend *drive;
    PinDriver ready;
    MemoryRegion array;
    uint8_t *bytes;
    QEMUTimer *timer;
    uint32_t expects, shows;    /* Expects, Shows */
    bool bypass, busy, erasing;
    uint8_t toggle;             /* DQ6, DQ2 */
    uint8_t complement;         /* of DQ7 of what is programmed */
    uint32_t block;             /* byte at which the one begins that is buffered for */
    uint32_t buffer_count, buffered;
    uint32_t buffer_at[NOR_BUFFER];
    uint16_t buffer[NOR_BUFFER];
};

#define nor_mistake(s, ...) guest_mistake(DEVICE(s)->canonical_path, __VA_ARGS__)

static bool is_wide(const NorPart *s)
{
    return s->parent_obj.width == 16;
}

/* ---- Time ---- */

static void show(NorPart *s, Shows what)
{
    s->shows = what;
    memory_region_rom_device_set_romd(&s->array, what == SHOWS_ARRAY);
}

static void show_ready(NorPart *s)
{
    if (s->ready.pin) {
        pin_drive(&s->ready, s->busy ? DRIVE(LOW) : DRIVE(PULL_UP));    /* open drain, and a resistor */
    }
}

static void be_ready(void *opaque)
{
    NorPart *s = opaque;

    s->busy = s->erasing = false;
    show(s, SHOWS_ARRAY);
    show_ready(s);
}

static void be_busy(NorPart *s, int64_t us)
{
    s->busy = true;
    show(s, SHOWS_STATUS);
    show_ready(s);
    counter_arm(s->timer, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) + us * 1000);
}

static int64_t nor_finish(FsmcPart *part)
{
    NorPart *s = NOR_PART(part);
    int64_t left = timer_expire_time_ns(s->timer) - qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);

    if (!s->busy) {
        return 0;
    }
    counter_arm(s->timer, COUNTER_NEVER);
    be_ready(s);
    return MAX(left, 0);
}

/* ---- The array ---- */

/* Code that was translated from there is no more: QEMU takes that of a memory that is shown. */
static void changed(NorPart *s, uint32_t at, uint32_t size)
{
    show(s, SHOWS_ARRAY);
    memory_region_flush_rom_device(&s->array, at, size);
    memory_region_set_dirty(&s->array, at, size);
    if (s->drive && blk_pwrite(s->drive, at, size, s->bytes + at, 0) < 0) {
        nor_mistake(s, NOR001, "the image of drive= can't be written");
    }
}

/* Bits go to 0, but not back. */
static void program(NorPart *s, uint32_t at, uint16_t data)
{
    unsigned size = s->parent_obj.width / 8;
    uint16_t was = is_wide(s) ? lduw_le_p(s->bytes + at) : s->bytes[at];

    if (data & ~was) {
        nor_mistake(s, NOR002, "0x%x programmed over 0x%x at +0x%x: bits that are 0 stay so until the block "
                    "is erased", data, was, at);
    }
    stn_le_p(s->bytes + at, size, data & was);
    changed(s, at, size);
    s->complement = ~data & 0x80;
}

static void erase(NorPart *s, uint32_t at, uint32_t size)
{
    memset(s->bytes + at, 0xff, size);
    changed(s, at, size);
    s->complement = 0;
    s->erasing = true;
    be_busy(s, (int64_t)BLOCK_US * (size / NOR_BLOCK));
}

static void program_buffer(NorPart *s)
{
    for (unsigned i = 0; i < s->buffered; i++) {
        program(s, s->buffer_at[i], s->buffer[i]);
    }
    be_busy(s, BUFFER_US);
}

/* ---- Commands ---- */

/* Are the lines 0 to 10 those of 555 (@odd) or 2AA, in bytes AAA and 555? */
static bool is_unlock(const NorPart *s, uint32_t at, bool odd)
{
    return is_wide(s) ? (at >> 1 & 0x7ff) == (odd ? 0x555 : 0x2aa) : (at & 0xfff) == (odd ? 0xaaa : 0x555);
}

static void begin_buffer(NorPart *s, uint32_t at)
{
    s->block = at & ~(NOR_BLOCK - 1);
    s->buffered = 0;
    s->expects = BUFFER_COUNT;
}

/* A single command, or one of two cycles with bypass. */
static void first(NorPart *s, uint32_t at, uint16_t data)
{
    uint8_t command = data;

    if (command == 0xaa && is_unlock(s, at, true)) {
        s->expects = SECOND;
    } else if (command == 0x98) {
        show(s, SHOWS_CFI);
    } else if (s->bypass && command == 0xa0) {
        s->expects = WORD;
    } else if (s->bypass && command == 0x80) {
        s->expects = ERASE;
    } else if (s->bypass && command == 0x90) {
        s->expects = BYPASS_RESET;
    } else if (s->bypass && command == 0x25) {
        begin_buffer(s, at);
    } else if (command != 0xf0 && command != 0xff) {
        nor_mistake(s, NOR003, "0x%02x written at +0x%x begins no command", command, at);
    }
}

static void command(NorPart *s, uint32_t at, uint8_t command)
{
    s->expects = FIRST;
    switch (command) {
    case 0xa0: s->expects = WORD; break;
    case 0x80: s->expects = ERASE_FIRST; break;
    case 0x90: show(s, SHOWS_IDENTITY); break;
    case 0x20: s->bypass = true; break;
    case 0x25: begin_buffer(s, at); break;
    case 0xf0: break;
    default:   nor_mistake(s, NOR004, "command 0x%02x is none", command); break;
    }
}

static void take_erase(NorPart *s, uint32_t at, uint8_t command)
{
    s->expects = FIRST;
    if (command == 0x30) {
        erase(s, at & ~(NOR_BLOCK - 1), NOR_BLOCK);
    } else if (command == 0x10) {
        erase(s, 0, s->size);
    } else {
        nor_mistake(s, NOR005, "0x%02x where an erase is expected", command);
    }
}

static void take_buffer(NorPart *s, uint32_t at, uint16_t data)
{
    bool inside = (at & ~(NOR_BLOCK - 1)) == s->block;

    if (!inside || (s->expects == BUFFER_COUNT && data >= NOR_BUFFER) ||
        (s->expects == BUFFER_END && (data & 0xff) != 0x29)) {
        nor_mistake(s, NOR006, "the write buffer is aborted: it takes up to %u words of one block, then 0x29",
                    NOR_BUFFER);
        s->expects = FIRST;
    } else if (s->expects == BUFFER_COUNT) {
        s->buffer_count = data + 1;
        s->expects = BUFFER_WORD;
    } else if (s->expects == BUFFER_WORD) {
        s->buffer_at[s->buffered] = at;
        s->buffer[s->buffered++] = data;
        s->expects = s->buffered == s->buffer_count ? BUFFER_END : BUFFER_WORD;
    } else {
        s->expects = FIRST;
        program_buffer(s);
    }
}

/* A cycle at byte @at. */
static void take(NorPart *s, uint32_t at, uint16_t data)
{
    if (s->busy) {
        nor_mistake(s, NOR007, "0x%02x written while it is busy", data);
        return;
    }
    if ((data & 0xff) == 0xf0 && s->expects != WORD && s->expects != BUFFER_COUNT && s->expects != BUFFER_WORD) {
        s->expects = FIRST;
        show(s, SHOWS_ARRAY);
        return;
    }
    switch (s->expects) {
    case FIRST:
        first(s, at, data);
        break;
    case SECOND:
    case ERASE_SECOND:
        s->expects = (data & 0xff) == 0x55 && is_unlock(s, at, false) ? s->expects + 1 : FIRST;
        break;
    case COMMAND:
        command(s, at, data);
        break;
    case WORD:
        s->expects = FIRST;
        program(s, at, data);
        be_busy(s, WORD_US);
        break;
    case ERASE_FIRST:
        s->expects = (data & 0xff) == 0xaa && is_unlock(s, at, true) ? ERASE_SECOND : FIRST;
        break;
    case ERASE:
        take_erase(s, at, data);
        break;
    case BYPASS_RESET:
        s->expects = FIRST;
        s->bypass = false;
        break;
    default:
        take_buffer(s, at, data);
    }
}

/* DQ7 is what it will not be, DQ6 toggles with each read, DQ3 says that the erase has begun. */
static uint8_t status(NorPart *s)
{
    s->toggle ^= 0x44;
    return s->complement | (s->toggle & (s->erasing ? 0x44 : 0x40)) | (s->erasing ? 0x08 : 0);
}

static uint16_t show_at(NorPart *s, uint32_t at)
{
    unsigned word = at / 2;

    switch (s->shows) {
    case SHOWS_STATUS:   return status(s);
    case SHOWS_IDENTITY: return nor_identity(word & 0xff, s->size);
    case SHOWS_CFI:      return nor_cfi(word & 0xff, s->size);
    default:             return is_wide(s) ? lduw_le_p(s->bytes + (at & ~1)) : s->bytes[at];
    }
}

/* ---- By cycles, and as memory ---- */

static uint16_t nor_read(FsmcPart *part, FsmcSpace space, uint32_t address)
{
    return show_at(NOR_PART(part), address << is_wide(NOR_PART(part)));
}

static void nor_write(FsmcPart *part, FsmcSpace space, uint32_t address, uint16_t data, unsigned lanes)
{
    take(NOR_PART(part), address << is_wide(NOR_PART(part)), data);
}

static uint64_t array_read(void *opaque, hwaddr addr, unsigned size)
{
    NorPart *s = opaque;
    uint16_t data = show_at(s, addr);

    return size == 1 && is_wide(s) ? data >> addr % 2 * 8 : data;
}

static void array_write(void *opaque, hwaddr addr, uint64_t data, unsigned size)
{
    NorPart *s = opaque;

    if (size == 1 && is_wide(s)) {
        nor_mistake(s, NOR008, "byte written at +0x%x of NOR flash with 16 lines: the other half of the "
                    "word is written too", (unsigned)addr);
        data *= 0x101;
    }
    take(s, addr & ~(hwaddr)is_wide(s), data);
}

static const MemoryRegionOps wide_ops = {
    .read = array_read, .write = array_write, .endianness = DEVICE_LITTLE_ENDIAN,
    .impl.min_access_size = 1, .impl.max_access_size = 2,
};

static const MemoryRegionOps narrow_ops = {
    .read = array_read, .write = array_write, .endianness = DEVICE_LITTLE_ENDIAN,
    .impl.min_access_size = 1, .impl.max_access_size = 1,
};

static MemoryRegion *nor_memory(FsmcPart *part)
{
    return &NOR_PART(part)->array;
}

/* ---- The device ---- */

static void nor_reset(DeviceState *dev)
{
    NorPart *s = NOR_PART(dev);

    counter_arm(s->timer, COUNTER_NEVER);
    s->expects = FIRST;
    s->bypass = false;
    be_ready(s);
}

static bool open_drive(NorPart *s, Error **errp)
{
    if (blk_getlength(s->drive) != s->size) {
        error_setg(errp, "drive=: the image has %" PRId64 " bytes, the flash %" PRIu64, blk_getlength(s->drive),
                   s->size);
        return false;
    }
    if (!blk_supports_write_perm(s->drive) ||
        blk_set_perm(s->drive, BLK_PERM_CONSISTENT_READ | BLK_PERM_WRITE, BLK_PERM_ALL, NULL) ||
        blk_pread(s->drive, 0, s->size, s->bytes, 0) < 0) {
        error_setg(errp, "drive=: the image can't be read and written");
        return false;
    }
    return true;
}

static bool nor_prepare(FsmcPart *part, Error **errp)
{
    NorPart *s = NOR_PART(part);
    g_autofree char *name = g_strdup_printf("nor-%s", part->bank);
    Error *err = NULL;
    Pin *pin;

    if (!is_power_of_2(s->size) || s->size < 8 * MiB || s->size > 64 * MiB) {
        error_setg(errp, "size=%" PRIu64 ": it is 8M, 16M, 32M or 64M", s->size);
        return false;
    }
    if (s->ready_name) {
        pin = user_pin("ready", s->ready_name, errp);
        if (!pin) {
            return false;
        }
        pin_add_driver(pin, &s->ready, "R/B of the NOR flash");
    }
    memory_region_init_rom_device(&s->array, OBJECT(s), is_wide(s) ? &wide_ops : &narrow_ops, s, name, s->size, &err);
    if (err) {
        error_propagate(errp, err);
        return false;
    }
    s->bytes = memory_region_get_ram_ptr(&s->array);
    memset(s->bytes, 0xff, s->size);
    if (s->drive && !open_drive(s, errp)) {
        return false;
    }
    part->address_lines = (s->size >> is_wide(s)) - 1;
    part->flash = true;
    part->read_ns = part->write_ns = 70;
    s->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, be_ready, s);
    show_ready(s);
    return true;
}

static int nor_post_load(void *opaque, int version_id)
{
    NorPart *s = opaque;

    if (s->buffered > NOR_BUFFER || s->buffer_count > NOR_BUFFER || s->shows > SHOWS_STATUS ||
        (s->expects == BUFFER_WORD && s->buffered >= s->buffer_count)) {
        return -EINVAL;
    }
    for (unsigned i = 0; i < s->buffered; i++) {
        if (s->buffer_at[i] > s->size - s->parent_obj.width / 8) {
            return -EINVAL;
        }
    }
    show(s, s->shows);
    show_ready(s);
    return 0;
}

static const VMStateDescription nor_vmstate = {
    .name = TYPE_NOR_PART, .version_id = 1, .minimum_version_id = 1, .post_load = nor_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_TIMER_PTR(timer, NorPart),
        VMSTATE_UINT32(expects, NorPart),
        VMSTATE_UINT32(shows, NorPart),
        VMSTATE_BOOL(bypass, NorPart),
        VMSTATE_BOOL(busy, NorPart),
        VMSTATE_BOOL(erasing, NorPart),
        VMSTATE_UINT8(toggle, NorPart),
        VMSTATE_UINT8(complement, NorPart),
        VMSTATE_UINT32(block, NorPart),
        VMSTATE_UINT32(buffer_count, NorPart),
        VMSTATE_UINT32(buffered, NorPart),
        VMSTATE_UINT32_ARRAY(buffer_at, NorPart, NOR_BUFFER),
        VMSTATE_UINT16_ARRAY(buffer, NorPart, NOR_BUFFER),
        VMSTATE_END_OF_LIST()
    },
};

static const Property nor_properties[] = {
    DEFINE_PROP_SIZE("size", NorPart, size, 16 * MiB),
    DEFINE_PROP_STRING("ready", NorPart, ready_name),
    DEFINE_PROP_DRIVE("drive", NorPart, drive),
};

static void nor_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    FsmcPartClass *pc = FSMC_PART_CLASS(klass);

    dc->desc = "NOR flash at the FSMC: bank=ne2,size=16M,ready=pd6";
    dc->vmsd = &nor_vmstate;
    device_class_set_legacy_reset(dc, nor_reset);
    pc->prepare = nor_prepare;
    pc->memory = nor_memory;
    pc->finish = nor_finish;
    pc->read = nor_read;
    pc->write = nor_write;
    device_class_set_props(dc, nor_properties);
    set_bit(DEVICE_CATEGORY_STORAGE, dc->categories);
}

static const TypeInfo nor_types[] = { {
    .name = TYPE_NOR_PART, .parent = TYPE_FSMC_PART, .instance_size = sizeof(NorPart), .class_init = nor_class_init,
} };
DEFINE_TYPES(nor_types)
