/*
 * A NAND flash (ONFI 1.0) at the static memory controller, pages of 2048 + 64 bytes, 64 to a block:
 *
 *   -device stm32-nand,bank=nce2,width=8,size=128M,ready=pd6
 *
 * ready=PIN     its R/B: PD6 is NWAIT of the controller, PG6 INT2, or any other
 * drive=ID      an image, pages with their spare bytes one behind the other; without it all is erased at start
 * bad-blocks=3:17   blocks that its maker has found bad: marked, and nothing can be programmed or erased there
 * spoil-read    (QOM, while it runs) the next page that is read has one wrong bit: for programs that correct it
 * fail-program, fail-erase   (the same) the next one fails, and its status says so: a block that has worn out
 *
 * Commands: reset, identity, parameter page, status, read, with random column and copy back, program, erase.
 * What it does takes the time of a Micron MT29F: 25 us, 200 us, 700 us.
 *
 * Deliberately different: no block wears out by itself.  unsure: of a page that could not be programmed half is.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/units.h"
#include "qapi/error.h"
#include "hw/qdev-properties.h"
#include "hw/qdev-properties-system.h"
#include "migration/vmstate.h"
#include "stm32/core/counter.h"
#include "stm32/core/fsmc/part.h"
#include "stm32/core/mistake/mistake.h"
#include "stm32/core/pins/pin.h"
#include "stm32/board/memories/nand.h"
#include "stm32/board/user_pin.h"

#define TYPE_NAND_PART "stm32-nand"
OBJECT_DECLARE_SIMPLE_TYPE(NandPart, NAND_PART)

#define CLE (1 << 16)
#define ALE (1 << 17)
#define ADDRESS_CYCLES 5

#define READY 0x60              /* status: bits 6 and 5, */
#define WRITABLE 0x80           /* ... not protected, */
#define FAILED 0x01

enum {
    READ = 0x00, RANDOM_READ = 0x05, PROGRAM2 = 0x10, READ2 = 0x30, COPY_READ2 = 0x35, ERASE = 0x60, STATUS = 0x70,
    PROGRAM = 0x80, RANDOM_INPUT = 0x85, IDENTITY = 0x90, ERASE2 = 0xd0, RANDOM_READ2 = 0xe0, PARAMETERS = 0xec,
    RESET = 0xff,
};

typedef enum Output { OUT_PAGE, OUT_STATUS, OUT_IDENTITY, OUT_ONFI, OUT_PARAMETERS } Output;

struct NandPart {
    FsmcPart parent_obj;
    NandStore store;
    NandBad bad;
    uint64_t size;
    char *ready_name, *bad_blocks;
    PinDriver ready;
    QEMUTimer *timer;
    uint8_t command, status;
    uint8_t address[ADDRESS_CYCLES];
    uint32_t cycles;            /* of it */
    uint32_t output;            /* Output */
    uint32_t at;                /* the byte that is next: of the page's, or of what is put out */
    uint32_t page;              /* the row address, as it is addressed now */
    bool busy, spoil_read, fail_program, fail_erase;
    uint8_t bytes[NAND_PAGE_BYTES];
};

#define nand_mistake(s, ...) guest_mistake(DEVICE(s)->canonical_path, __VA_ARGS__)

/* ---- Time ---- */

static void show_ready(NandPart *s)
{
    if (s->ready.pin) {
        pin_drive(&s->ready, s->busy ? DRIVE(LOW) : DRIVE(PULL_UP));    /* open drain, and a resistor */
    }
}

static void be_ready(void *opaque)
{
    NandPart *s = opaque;

    s->busy = false;
    show_ready(s);
}

static void be_busy(NandPart *s, int64_t us)
{
    s->busy = true;
    show_ready(s);
    counter_arm(s->timer, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) + us * 1000);
}

static int64_t nand_finish(FsmcPart *part)
{
    NandPart *s = NAND_PART(part);
    int64_t left = s->busy ? timer_expire_time_ns(s->timer) - qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) : 0;

    counter_arm(s->timer, COUNTER_NEVER);
    be_ready(s);
    return MAX(left, 0);
}

/* ---- Operations ---- */

static bool page_is_there(NandPart *s)
{
    if (s->page < s->store.pages) {
        return true;
    }
    nand_mistake(s, NAND001, "page %u is addressed, and there are %u", s->page, s->store.pages);
    return false;
}

static void set_result(NandPart *s, bool done)
{
    s->status = done ? s->status & ~FAILED : s->status | FAILED;
}

static void read_page(NandPart *s)
{
    memset(s->bytes, 0xff, sizeof(s->bytes));
    set_result(s, page_is_there(s) && nand_store_read(&s->store, s->page, s->bytes));
    nand_bad_mark(&s->bad, s->page, s->bytes);
    if (s->spoil_read) {
        s->bytes[100] ^= 1 << 5;
        s->spoil_read = false;
    }
    s->output = OUT_PAGE;
    be_busy(s, 25);
}

/* One that is there, and has not been bad from the beginning. */
static bool page_can_change(NandPart *s, const char *what)
{
    if (!page_is_there(s)) {
        return false;
    }
    if (!nand_bad_has(&s->bad, s->page)) {
        return true;
    }
    nand_mistake(s, NAND007, "%s block %u, which its maker has marked as bad: it fails", what, s->page / NAND_BLOCK_PAGES);
    return false;
}

static bool fails(bool *next)
{
    bool fails = *next;

    *next = false;
    return fails;
}

static void program_page(NandPart *s)
{
    bool right = page_can_change(s, "a page is programmed in"), broken = right && fails(&s->fail_program);

    if (broken) {
        memset(s->bytes + NAND_PAGE / 2, 0xff, NAND_PAGE_BYTES - NAND_PAGE / 2);
    }
    set_result(s, right && nand_store_program(&s->store, s->page, s->bytes) && !broken);
    be_busy(s, 200);
}

static void erase_block(NandPart *s)
{
    set_result(s, page_can_change(s, "an erase of") && !fails(&s->fail_erase) &&
               nand_store_erase(&s->store, s->page / NAND_BLOCK_PAGES));
    be_busy(s, 700);
}

/* ---- Commands ---- */

static void reset(NandPart *s)
{
    s->status = WRITABLE | READY;
    s->output = OUT_STATUS;
    s->command = RESET;
    s->cycles = s->at = 0;
}

/* The first of two, or the only one. */
static void begin(NandPart *s, uint8_t command)
{
    s->command = command;
    s->cycles = 0;
    switch (command) {
    case STATUS:
        s->output = OUT_STATUS;
        break;
    case READ:                          /* after STATUS: the page again */
        s->output = OUT_PAGE;
        break;
    case PROGRAM:
        memset(s->bytes, 0xff, sizeof(s->bytes));
        break;
    case RESET:
        reset(s);
        be_busy(s, 5);
        break;
    case RANDOM_READ:
    case RANDOM_INPUT:
    case ERASE:
    case IDENTITY:
    case PARAMETERS:
        break;
    default:
        nand_mistake(s, NAND002, "command 0x%02x is none", command);
    }
}

/* Is it the second one, of what has been begun? */
static bool end(NandPart *s, uint8_t command)
{
    unsigned pair = s->command << 8 | command;

    switch (pair) {
    case READ << 8 | READ2:
    case READ << 8 | COPY_READ2:
        read_page(s);
        return true;
    case RANDOM_READ << 8 | RANDOM_READ2:
        s->output = OUT_PAGE;
        return true;
    case PROGRAM << 8 | PROGRAM2:
    case RANDOM_INPUT << 8 | PROGRAM2:
        program_page(s);
        return true;
    case ERASE << 8 | ERASE2:
        erase_block(s);
        return true;
    default:
        return false;
    }
}

static void take_command(NandPart *s, uint8_t command)
{
    if (s->busy && command != STATUS && command != RESET) {
        nand_mistake(s, NAND003, "command 0x%02x while it is busy", command);
        return;
    }
    if (!end(s, command)) {
        begin(s, command);
    }
}

/* Column of two cycles, in words with 16 data lines, then the row; of ERASE only that. */
static void take_address(NandPart *s, uint8_t byte)
{
    bool wide = s->parent_obj.width == 16;

    if (s->cycles == ADDRESS_CYCLES) {
        nand_mistake(s, NAND004, "more than %u address cycles", ADDRESS_CYCLES);
        return;
    }
    s->address[s->cycles++] = byte;
    if (s->command == IDENTITY || s->command == PARAMETERS) {
        s->output = s->command == PARAMETERS ? OUT_PARAMETERS : byte == 0x20 ? OUT_ONFI : OUT_IDENTITY;
        s->at = 0;
        if (s->command == PARAMETERS) {
            be_busy(s, 25);
        }
    } else if (s->command == ERASE) {
        s->page = s->cycles == 1 ? byte : s->page | (uint32_t)byte << 8 * MIN(s->cycles - 1, 3);
    } else if (s->cycles <= 2) {
        s->at = (s->address[0] | (s->cycles == 2 ? byte << 8 : 0)) << wide;
    } else {
        s->page = s->cycles == 3 ? byte : s->page | (uint32_t)byte << 8 * (s->cycles - 3);
    }
}

static void take_data(NandPart *s, uint16_t data)
{
    if (s->command != PROGRAM && s->command != RANDOM_INPUT) {
        nand_mistake(s, NAND005, "data written without the command 0x80 before");
        return;
    }
    for (unsigned i = 0; i < s->parent_obj.width / 8; i++, s->at++) {
        if (s->at < NAND_PAGE_BYTES) {
            s->bytes[s->at] = data >> 8 * i;
        }
    }
}

static void nand_write(FsmcPart *part, FsmcSpace space, uint32_t address, uint16_t data, unsigned lanes)
{
    NandPart *s = NAND_PART(part);

    if (address & CLE) {
        take_command(s, data);
    } else if (address & ALE) {
        take_address(s, data);
    } else {
        take_data(s, data);
    }
}

/* ---- What is read ---- */

static uint16_t page_data(NandPart *s)
{
    uint16_t data = 0;

    for (unsigned i = 0; i < s->parent_obj.width / 8; i++, s->at++) {
        data |= (s->at < NAND_PAGE_BYTES ? s->bytes[s->at] : 0xff) << 8 * i;
    }
    return data;
}

static uint8_t identity_byte(NandPart *s)
{
    uint8_t id[5];
    unsigned n = s->at++;

    nand_identity(id, s->store.pages, s->parent_obj.width == 16);
    return n < sizeof(id) ? id[n] : 0;
}

static uint8_t parameter_byte(NandPart *s)
{
    uint8_t bytes[NAND_PARAMETERS];

    nand_parameters(bytes, s->store.pages, s->parent_obj.width == 16);
    return bytes[s->at++ % NAND_PARAMETERS];
}

static uint16_t nand_read(FsmcPart *part, FsmcSpace space, uint32_t address)
{
    NandPart *s = NAND_PART(part);

    if (s->output == OUT_STATUS) {
        return s->busy ? s->status & ~READY : s->status;
    }
    if (s->busy) {
        nand_mistake(s, NAND006, "data read while it is busy");
        return 0xffff;
    }
    switch (s->output) {
    case OUT_IDENTITY:   return identity_byte(s);
    case OUT_ONFI:       return s->at < 4 ? "ONFI"[s->at++] : 0;
    case OUT_PARAMETERS: return parameter_byte(s);
    default:             return page_data(s);
    }
}

/* ---- The device ---- */

static bool get_spoil_read(Object *obj, Error **errp) { return NAND_PART(obj)->spoil_read; }
static void set_spoil_read(Object *obj, bool on, Error **errp) { NAND_PART(obj)->spoil_read = on; }

static bool get_fail_program(Object *obj, Error **errp) { return NAND_PART(obj)->fail_program; }
static void set_fail_program(Object *obj, bool on, Error **errp) { NAND_PART(obj)->fail_program = on; }
static bool get_fail_erase(Object *obj, Error **errp) { return NAND_PART(obj)->fail_erase; }
static void set_fail_erase(Object *obj, bool on, Error **errp) { NAND_PART(obj)->fail_erase = on; }

static bool nand_prepare(FsmcPart *part, Error **errp)
{
    NandPart *s = NAND_PART(part);
    g_autofree char *name = g_strdup_printf("nand-%s", part->bank);

    if (!is_power_of_2(s->size) || s->size < 128 * MiB || s->size > GiB) {
        error_setg(errp, "size=%" PRIu64 ": it is 128M, 256M, 512M or 1G", s->size);
        return false;
    }
    if (s->ready_name) {
        Pin *pin = user_pin("ready", s->ready_name, errp);

        if (!pin) {
            return false;
        }
        pin_add_driver(pin, &s->ready, "R/B of the NAND flash");
    }
    s->store.pages = s->size / NAND_PAGE;
    if (!nand_bad_init(&s->bad, s->bad_blocks, s->store.pages / NAND_BLOCK_PAGES, errp) ||
        !nand_store_init(&s->store, DEVICE(part), name, errp)) {
        return false;
    }
    part->address_lines = CLE | ALE;
    s->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, be_ready, s);
    reset(s);
    show_ready(s);
    return true;
}

static void nand_init(Object *obj)
{
    object_property_add_bool(obj, "spoil-read", get_spoil_read, set_spoil_read);
    object_property_add_bool(obj, "fail-program", get_fail_program, set_fail_program);
    object_property_add_bool(obj, "fail-erase", get_fail_erase, set_fail_erase);
}

static int nand_post_load(void *opaque, int version_id)
{
    NandPart *s = opaque;

    show_ready(s);
    return s->cycles > ADDRESS_CYCLES ? -EINVAL : 0;
}

static const VMStateDescription nand_vmstate = {
    .name = TYPE_NAND_PART, .version_id = 2, .minimum_version_id = 2, .post_load = nand_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_TIMER_PTR(timer, NandPart),
        VMSTATE_UINT8(command, NandPart),
        VMSTATE_UINT8(status, NandPart),
        VMSTATE_UINT8_ARRAY(address, NandPart, ADDRESS_CYCLES),
        VMSTATE_UINT32(cycles, NandPart),
        VMSTATE_UINT32(output, NandPart),
        VMSTATE_UINT32(at, NandPart),
        VMSTATE_UINT32(page, NandPart),
        VMSTATE_BOOL(busy, NandPart),
        VMSTATE_BOOL(spoil_read, NandPart),
        VMSTATE_BOOL(fail_program, NandPart),
        VMSTATE_BOOL(fail_erase, NandPart),
        VMSTATE_UINT8_ARRAY(bytes, NandPart, NAND_PAGE_BYTES),
        VMSTATE_END_OF_LIST()
    },
};

static const Property nand_properties[] = {
    DEFINE_PROP_SIZE("size", NandPart, size, 128 * MiB),
    DEFINE_PROP_STRING("ready", NandPart, ready_name),
    DEFINE_PROP_STRING("bad-blocks", NandPart, bad_blocks),
    DEFINE_PROP_DRIVE("drive", NandPart, store.drive),
};

static void nand_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    FsmcPartClass *pc = FSMC_PART_CLASS(klass);

    dc->desc = "NAND flash at the FSMC: bank=nce2,width=8,size=128M,ready=pd6";
    dc->vmsd = &nand_vmstate;
    pc->nand = true;
    pc->prepare = nand_prepare;
    pc->finish = nand_finish;
    pc->read = nand_read;
    pc->write = nand_write;
    device_class_set_props(dc, nand_properties);
    set_bit(DEVICE_CATEGORY_STORAGE, dc->categories);
}

static const TypeInfo nand_types[] = { {
    .name = TYPE_NAND_PART, .parent = TYPE_FSMC_PART, .instance_size = sizeof(NandPart),
    .instance_init = nand_init, .class_init = nand_class_init,
} };
DEFINE_TYPES(nand_types)
