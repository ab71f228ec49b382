/*
 * A CompactFlash at bank 4 of the static memory controller, a PC Card (CF+ specification):
 *
 *   -drive if=none,id=cf,format=raw,file=cf.img -device stm32-compactflash,id=card,drive=cf
 *
 * detect=PIN, interrupt=PIN   PF9 and PF10, where the controller has CD and INTR
 * inserted                    (QOM, while it runs) it is in its socket
 *
 * Attribute memory has its CIS and four registers.  Its task file is where register COR, at 0x200 there, says: 0 common
 * memory at 0 to 15, with data also from 0x400 on; 1 I/O at 16 addresses in a row; 2 I/O at 0x1f0 and 0x3f6; 3 at 0x170
 * and 0x376.
 * CD is high while it is in, as the controller wants it.  INTR is its pin RDY/-BSY, with I/O -IREQ: low while an
 * interrupt is wanted.  unsure: a pulse (COR bit 6 is 0) is a level, too.
 *
 * The package of this board has not got the pins that bank 4 takes; boards with a larger one do.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "hw/qdev-properties.h"
#include "hw/qdev-properties-system.h"
#include "stm32/core/fsmc/part.h"
#include "stm32/core/mistake/mistake.h"
#include "stm32/core/pins/pin.h"
#include "stm32/board/memories/cf.h"
#include "stm32/board/user_pin.h"

#define TYPE_CF_PART "stm32-compactflash"
OBJECT_DECLARE_SIMPLE_TYPE(CfPart, CF_PART)

enum { COR = 0x200, CCSR = 0x202, PRR = 0x204, SCR = 0x206 };
enum { COR_SRESET = 0x80, COR_INDEX = 0x3f, CCSR_INT = 0x02, PRR_READY = 0x0e };
enum { MEMORY, CONTIGUOUS, PRIMARY, SECONDARY };
enum { AGAIN_DATA = 8, AGAIN_ODD_DATA = 9, AGAIN_ERROR = 13 };      /* registers that are there a second time */
#define DATA_WINDOW 0x400
#define ADDRESS_LINES 0x7ff     /* A0 to A10 */

struct CfPart {
    FsmcPart parent_obj;
    CfAta ata;
    char *detect_name, *interrupt_name;
    PinDriver detect, interrupt;
    bool inserted;
    uint8_t cor, ccsr, scr;
};

static void show(void *opaque)
{
    CfPart *s = opaque;
    bool low = (s->cor & COR_INDEX) == MEMORY ? s->ata.status & CF_BSY : cf_ata_interrupts(&s->ata);

    pin_drive(&s->detect, s->inserted ? DRIVE(HIGH) : DRIVE(LOW));
    pin_drive(&s->interrupt, !s->inserted ? DRIVE(NONE) : low ? DRIVE(LOW) : DRIVE(PULL_UP));
}

static void reset(CfPart *s)
{
    s->cor = s->ccsr = s->scr = 0;
    cf_ata_reset(&s->ata);
    show(s);
}

/* ---- Attribute memory: bytes at even addresses ---- */

static uint8_t attribute_read(CfPart *s, uint32_t address)
{
    switch (address & ~1u) {
    case COR:
        return s->cor;
    case CCSR:
        return s->ccsr | (cf_ata_interrupts(&s->ata) ? CCSR_INT : 0);
    case PRR:
        return s->ata.status & CF_BSY ? PRR_READY & ~2 : PRR_READY;
    case SCR:
        return s->scr;
    default:
        return address < COR ? cf_cis(address / 2) : 0xff;
    }
}

static void attribute_write(CfPart *s, uint32_t address, uint8_t value)
{
    switch (address & ~1u) {
    case COR:
        if (s->cor & COR_SRESET && !(value & COR_SRESET)) {
            reset(s);
        }
        s->cor = value;
        show(s);
        break;
    case CCSR:
        s->ccsr = value & ~CCSR_INT;
        break;
    case SCR:
        s->scr = value;
        break;
    default:
        break;
    }
}

/* ---- The task file ---- */

/* Which register is at @address of @space?  -1: none. */
static int find_register(CfPart *s, FsmcSpace space, uint32_t address)
{
    unsigned index = s->cor & COR_INDEX;
    uint32_t base = index == PRIMARY ? 0x1f0 : 0x170;

    if (s->cor & COR_SRESET) {
        return -1;
    }
    if (space == FSMC_COMMON && index == MEMORY) {
        return address & DATA_WINDOW ? CF_DATA : address & 15;
    }
    if (space == FSMC_IO && index == CONTIGUOUS) {
        return address & 15;
    }
    if (space == FSMC_IO && (index == PRIMARY || index == SECONDARY)) {
        address &= 0x3ff;
        return (address & ~7u) == base ? address & 7
             : address == base + 0x206 ? CF_ALT_STATUS : address == base + 0x207 ? CF_DRIVE_ADDRESS : -1;
    }
    return -1;
}

static bool is_data(int n)
{
    return n == CF_DATA || n == AGAIN_DATA || n == AGAIN_ODD_DATA;
}

static int reached(CfPart *s, FsmcSpace space, uint32_t address, const char *what)
{
    int n = find_register(s, space, address);

    if (n < 0) {
        guest_mistake(DEVICE(s)->canonical_path, CF005, "%s of %s at 0x%03x, where the card has nothing with COR 0x%02x",
                      what, space == FSMC_IO ? "I/O" : "common memory", address, s->cor);
    }
    return n;
}

static uint8_t read_byte(CfPart *s, FsmcSpace space, uint32_t address)
{
    int n = space == FSMC_ATTRIBUTE ? 0 : reached(s, space, address, "read");

    if (space == FSMC_ATTRIBUTE) {
        return address & 1 ? 0xff : attribute_read(s, address);
    }
    return n < 0 ? 0xff
         : is_data(n) ? cf_ata_read_data(&s->ata, 1) : cf_ata_read(&s->ata, n == AGAIN_ERROR ? CF_ERROR : n);
}

static void write_byte(CfPart *s, FsmcSpace space, uint32_t address, uint8_t value)
{
    int n = space == FSMC_ATTRIBUTE ? -1 : reached(s, space, address, "write");

    if (space == FSMC_ATTRIBUTE) {
        attribute_write(s, address, value);
    } else if (is_data(n)) {
        cf_ata_write_data(&s->ata, value, 1);
    } else if (n >= 0) {
        cf_ata_write(&s->ata, n == AGAIN_ERROR ? CF_ERROR : n, value);
    }
}

/* ---- Cycles ---- */

/* Both halves of the data lines: two registers, but data is one of 16 bits. */
static uint16_t cf_read(FsmcPart *part, FsmcSpace space, uint32_t address)
{
    CfPart *s = CF_PART(part);
    int n = space == FSMC_ATTRIBUTE ? -1 : find_register(s, space, address);

    if (part->width == 8 || address & 1) {
        return read_byte(s, space, address);
    }
    if (n == CF_DATA || n == AGAIN_DATA) {
        return cf_ata_read_data(&s->ata, 2);
    }
    return read_byte(s, space, address) | read_byte(s, space, address + 1) << 8;
}

static void cf_write(FsmcPart *part, FsmcSpace space, uint32_t address, uint16_t data, unsigned lanes)
{
    CfPart *s = CF_PART(part);
    int n = space == FSMC_ATTRIBUTE ? -1 : find_register(s, space, address);

    if (part->width == 16 && lanes == 3 && (n == CF_DATA || n == AGAIN_DATA)) {
        cf_ata_write_data(&s->ata, data, 2);
        return;
    }
    if (lanes & 1) {
        write_byte(s, space, address, data);
    }
    if (lanes & 2) {
        write_byte(s, space, address + 1, data >> 8);
    }
}

static uint8_t cf_read_byte(FsmcPart *part, FsmcSpace space, uint32_t address)
{
    return read_byte(CF_PART(part), space, address);
}

/* ---- The device ---- */

static bool get_inserted(Object *obj, Error **errp)
{
    return CF_PART(obj)->inserted;
}

static void set_inserted(Object *obj, bool inserted, Error **errp)
{
    CfPart *s = CF_PART(obj);

    s->inserted = inserted;
    if (s->detect.pin) {
        reset(s);                       /* it has no power outside of the socket */
    }
}

static bool add_pin(PinDriver *driver, const char *option, const char *name, const char *what, Error **errp)
{
    Pin *pin = user_pin(option, name, errp);

    if (pin) {
        pin_add_driver(pin, driver, what);
    }
    return pin;
}

static bool cf_prepare(FsmcPart *part, Error **errp)
{
    CfPart *s = CF_PART(part);

    s->ata.changed = show;
    s->ata.opaque = s;
    if (!add_pin(&s->detect, "detect", s->detect_name ?: "pf9", "the CompactFlash's socket", errp) ||
        !add_pin(&s->interrupt, "interrupt", s->interrupt_name ?: "pf10", "RDY/-BSY of the CompactFlash", errp) ||
        !cf_ata_init(&s->ata, DEVICE(part), errp)) {
        return false;
    }
    part->address_lines = ADDRESS_LINES;
    show(s);
    return true;
}

static void cf_init(Object *obj)
{
    CF_PART(obj)->inserted = true;
    object_property_add_bool(obj, "inserted", get_inserted, set_inserted);
}

static int cf_post_load(void *opaque, int version_id)
{
    show(opaque);
    return 0;
}

static const VMStateDescription cf_vmstate = {
    .name = TYPE_CF_PART, .version_id = 1, .minimum_version_id = 1, .post_load = cf_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_BOOL(inserted, CfPart),
        VMSTATE_UINT8(cor, CfPart),
        VMSTATE_UINT8(ccsr, CfPart),
        VMSTATE_UINT8(scr, CfPart),
        VMSTATE_STRUCT(ata, CfPart, 1, cf_ata_vmstate, CfAta),
        VMSTATE_END_OF_LIST()
    },
};

static const Property cf_properties[] = {
    DEFINE_PROP_DRIVE("drive", CfPart, ata.drive),
    DEFINE_PROP_STRING("detect", CfPart, detect_name),
    DEFINE_PROP_STRING("interrupt", CfPart, interrupt_name),
};

static void cf_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    FsmcPartClass *pc = FSMC_PART_CLASS(klass);

    dc->desc = "CompactFlash at the FSMC, bank 4: drive=ID";
    dc->vmsd = &cf_vmstate;
    pc->card = true;
    pc->prepare = cf_prepare;
    pc->read = cf_read;
    pc->read_byte = cf_read_byte;
    pc->write = cf_write;
    device_class_set_props(dc, cf_properties);
    set_bit(DEVICE_CATEGORY_STORAGE, dc->categories);
}

static const TypeInfo cf_types[] = { {
    .name = TYPE_CF_PART, .parent = TYPE_FSMC_PART, .instance_size = sizeof(CfPart),
    .instance_init = cf_init, .class_init = cf_class_init,
} };
DEFINE_TYPES(cf_types)
