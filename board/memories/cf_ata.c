/*
 * Registers and commands of a CompactFlash (CF+ specification, chapter 6), see cf.h.
 *
 * Commands: identity, sectors and multiples of them to read, write, verify and erase, with numbers or cylinders; what
 * moves heads or saves power does nothing.  unsure: how long a card takes; reading a sector 100 us, writing 200 us,
 * erasing 50 us.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/bswap.h"
#include "stm32/board/memories/cf.h"
#include "stm32/core/counter.h"
#include "stm32/core/mistake/mistake.h"

enum { ERROR_ABRT = 0x04, ERROR_IDNF = 0x10, ERROR_UNC = 0x40 };
enum { HEAD_LBA = 0x40, CONTROL_NIEN = 0x02, CONTROL_SRST = 0x04 };
enum { READ_US = 100, WRITE_US = 200, ERASE_US = 50, OTHER_US = 10 };
enum { DIAGNOSED = 1 };

enum {
    REQUEST_SENSE = 0x03, READ = 0x20, READ_NO_RETRY = 0x21, WRITE = 0x30, WRITE_NO_RETRY = 0x31, WRITE_NO_ERASE = 0x38,
    VERIFY = 0x40, VERIFY_NO_RETRY = 0x41, DIAGNOSE = 0x90, SET_GEOMETRY = 0x91, ERASE = 0xc0, READ_MULTIPLE = 0xc4,
    WRITE_MULTIPLE = 0xc5, SET_MULTIPLE = 0xc6, STANDBY_NOW = 0xe0, IDLE_NOW = 0xe1, STANDBY = 0xe2, IDLE = 0xe3,
    CHECK_POWER = 0xe5, FLUSH = 0xe7, IDENTIFY = 0xec, SET_FEATURES = 0xef,
};

#define cf_mistake(a, ...) guest_mistake((a)->dev->canonical_path, __VA_ARGS__)

/* ---- Where ---- */

static uint64_t sector_of(const CfAta *a)
{
    uint32_t cylinder = a->reg[CF_CYLINDER_LOW] | a->reg[CF_CYLINDER_HIGH] << 8, head = a->reg[CF_HEAD] & 15;

    if (a->reg[CF_HEAD] & HEAD_LBA) {
        return head << 24 | cylinder << 8 | a->reg[CF_NUMBER];
    }
    return a->reg[CF_NUMBER] ? ((uint64_t)cylinder * CF_HEADS + head) * CF_SECTORS + a->reg[CF_NUMBER] - 1 : UINT64_MAX;
}

static void go_to(CfAta *a, uint64_t sector)
{
    uint32_t cylinder = sector / (CF_HEADS * CF_SECTORS);

    if (a->reg[CF_HEAD] & HEAD_LBA) {
        a->reg[CF_NUMBER] = sector;
        a->reg[CF_HEAD] = (a->reg[CF_HEAD] & 0xf0) | (sector >> 24 & 15);
        cylinder = sector >> 8 & 0xffff;
    } else {
        a->reg[CF_NUMBER] = sector % CF_SECTORS + 1;
        a->reg[CF_HEAD] = (a->reg[CF_HEAD] & 0xf0) | sector / CF_SECTORS % CF_HEADS;
    }
    a->reg[CF_CYLINDER_LOW] = cylinder;
    a->reg[CF_CYLINDER_HIGH] = cylinder >> 8;
}

/* ---- States ---- */

static void be_busy(CfAta *a, CfPhase phase, unsigned us)
{
    a->phase = phase;
    a->status = CF_BSY;
    a->changed(a->opaque);
    counter_arm(a->timer, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) + us * 1000);
}

static void be_ready(CfAta *a, CfPhase phase, uint8_t error)
{
    a->phase = phase;
    a->error = error;
    a->at = 0;
    a->status = CF_RDY | CF_DSC | (phase == CF_DATA_IN || phase == CF_DATA_OUT ? CF_DRQ : 0) | (error ? CF_ERR : 0);
    a->irq = true;
    a->changed(a->opaque);
}

/* ---- Sectors ---- */

static uint8_t move(CfAta *a, bool write)
{
    uint64_t sector = sector_of(a);
    int result;

    if (sector >= a->sectors) {
        cf_mistake(a, CF001, "sector %" PRId64 " is addressed, and there are %" PRIu64, (int64_t)sector, a->sectors);
        return ERROR_IDNF;
    }
    result = write ? blk_pwrite(a->drive, sector * CF_SECTOR, CF_SECTOR, a->buffer, 0)
                   : blk_pread(a->drive, sector * CF_SECTOR, CF_SECTOR, a->buffer, 0);
    return result < 0 ? write ? ERROR_ABRT : ERROR_UNC : 0;
}

/* To the one behind it: is there one? */
static bool next_sector(CfAta *a)
{
    if (--a->left) {
        go_to(a, sector_of(a) + 1);
    }
    a->reg[CF_COUNT] = a->left;
    return a->left;
}

static void put_text(uint8_t *to, const char *text, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++) {
        to[i ^ 1] = i < strlen(text) ? text[i] : ' ';
    }
}

static void identify(CfAta *a)
{
    uint32_t total = MIN(a->sectors, UINT32_MAX), cylinders = MIN(total / (CF_HEADS * CF_SECTORS), 65535);
    uint32_t chs = cylinders * CF_HEADS * CF_SECTORS;
    uint8_t *b = a->buffer;

    memset(b, 0, CF_SECTOR);
    stw_le_p(b, 0x848a);                        /* CFA */
    stw_le_p(b + 2, cylinders);
    stw_le_p(b + 6, CF_HEADS);
    stw_le_p(b + 12, CF_SECTORS);
    stw_le_p(b + 14, total >> 16);
    stw_le_p(b + 16, total);
    put_text(b + 20, "1", 20);
    put_text(b + 46, "1.0", 8);
    put_text(b + 54, "STM32 COMPACTFLASH", 40);
    stw_le_p(b + 94, 0x8001);                   /* a multiple is one sector */
    stw_le_p(b + 98, 0x0200);                   /* LBA */
    stw_le_p(b + 106, 1);
    stw_le_p(b + 108, cylinders);
    stw_le_p(b + 110, CF_HEADS);
    stw_le_p(b + 112, CF_SECTORS);
    stl_le_p(b + 114, chs);
    stw_le_p(b + 118, 0x0101);
    stl_le_p(b + 120, total);
}

/* ---- Commands ---- */

static unsigned time_of(uint8_t command)
{
    return command == READ || command == READ_NO_RETRY || command == READ_MULTIPLE ? READ_US
         : command == ERASE ? ERASE_US : OTHER_US;
}

static void begin(CfAta *a, uint8_t command)
{
    if (a->status & CF_BSY) {
        cf_mistake(a, CF002, "command 0x%02x while it is busy: it is lost", command);
        return;
    }
    a->reg[CF_STATUS] = command;
    a->irq = false;
    a->left = a->reg[CF_COUNT] ?: 256;
    be_busy(a, CF_COMMAND, time_of(command));
}

static void read_sector(CfAta *a)
{
    uint8_t error = move(a, false);

    be_ready(a, error ? CF_IDLE : CF_DATA_IN, error);
}

static void erase_sectors(CfAta *a)
{
    uint8_t error;

    do {
        memset(a->buffer, 0xff, CF_SECTOR);
        error = move(a, true);
    } while (!error && next_sector(a));
    be_ready(a, CF_IDLE, error);
}

static void verify_sectors(CfAta *a)
{
    uint8_t error;

    do {
        error = move(a, false);
    } while (!error && next_sector(a));
    be_ready(a, CF_IDLE, error);
}

static void execute(CfAta *a, uint8_t command)
{
    switch (command) {
    case IDENTIFY:
        a->left = 1;
        identify(a);
        be_ready(a, CF_DATA_IN, 0);
        break;
    case READ: case READ_NO_RETRY: case READ_MULTIPLE:
        read_sector(a);
        break;
    case WRITE: case WRITE_NO_RETRY: case WRITE_NO_ERASE: case WRITE_MULTIPLE:
        be_ready(a, CF_DATA_OUT, 0);
        a->irq = false;                         /* the first sector is asked for by DRQ alone */
        a->changed(a->opaque);
        break;
    case ERASE:
        erase_sectors(a);
        break;
    case VERIFY: case VERIFY_NO_RETRY:
        verify_sectors(a);
        break;
    case SET_MULTIPLE:
        be_ready(a, CF_IDLE, a->reg[CF_COUNT] == 1 ? 0 : ERROR_ABRT);
        break;
    case DIAGNOSE:
        be_ready(a, CF_IDLE, 0);
        a->error = DIAGNOSED;
        break;
    case CHECK_POWER:
        a->reg[CF_COUNT] = 0xff;
        be_ready(a, CF_IDLE, 0);
        break;
    case REQUEST_SENSE: case SET_GEOMETRY: case STANDBY_NOW: case IDLE_NOW: case STANDBY: case IDLE: case FLUSH:
    case SET_FEATURES: case 0x10 ... 0x1f: case 0x70 ... 0x7f:
        be_ready(a, CF_IDLE, 0);
        break;
    default:
        cf_mistake(a, CF003, "command 0x%02x is none: it is aborted", command);
        be_ready(a, CF_IDLE, ERROR_ABRT);
    }
}

/* The buffer is full, as WRITE wants it; it is in the flash. */
static void store(CfAta *a)
{
    uint8_t error = move(a, true);

    be_ready(a, !error && next_sector(a) ? CF_DATA_OUT : CF_IDLE, error);
}

static void expired(void *opaque)
{
    CfAta *a = opaque;

    if (a->phase == CF_STORES) {
        store(a);
    } else {
        execute(a, a->reg[CF_STATUS]);
    }
}

/* ---- Registers ---- */

uint16_t cf_ata_read_data(CfAta *a, unsigned bytes)
{
    uint16_t data = 0;

    if (a->phase != CF_DATA_IN) {
        cf_mistake(a, CF004, "data read while DRQ does not ask for it");
        return 0xffff;
    }
    for (unsigned i = 0; i < bytes && a->at < CF_SECTOR; i++) {
        data |= a->buffer[a->at++] << 8 * i;
    }
    if (a->at == CF_SECTOR && next_sector(a)) {
        be_busy(a, CF_COMMAND, READ_US);
    } else if (a->at == CF_SECTOR) {
        a->phase = CF_IDLE;
        a->status = CF_RDY | CF_DSC;
    }
    return data;
}

void cf_ata_write_data(CfAta *a, uint16_t data, unsigned bytes)
{
    if (a->phase != CF_DATA_OUT) {
        cf_mistake(a, CF004, "data written while DRQ does not ask for it");
        return;
    }
    for (unsigned i = 0; i < bytes && a->at < CF_SECTOR; i++) {
        a->buffer[a->at++] = data >> 8 * i;
    }
    if (a->at == CF_SECTOR) {
        be_busy(a, CF_STORES, WRITE_US);
    }
}

uint8_t cf_ata_read(CfAta *a, CfReg n)
{
    switch (n) {
    case CF_ERROR:
        return a->error;
    case CF_STATUS:
        a->irq = false;
        a->changed(a->opaque);
        return a->status;
    case CF_ALT_STATUS:
        return a->status;
    case CF_DRIVE_ADDRESS:
        return 0x7e;
    case CF_COUNT ... CF_HEAD:
        return a->status & CF_BSY ? a->status : a->reg[n];
    default:
        return 0xff;
    }
}

void cf_ata_write(CfAta *a, CfReg n, uint8_t value)
{
    if (n == CF_ALT_STATUS) {
        bool was = a->control & CONTROL_SRST;

        a->control = value;
        if (was && !(value & CONTROL_SRST)) {
            cf_ata_reset(a);
        }
        a->changed(a->opaque);
    } else if (n == CF_STATUS) {
        begin(a, value);
    } else if (n < CF_STATUS && a->status & CF_BSY) {
        cf_mistake(a, CF002, "register %u written while it is busy: that is lost", n);
    } else if (n < CF_STATUS) {
        a->reg[n] = value;
    }
}

bool cf_ata_interrupts(const CfAta *a)
{
    return a->irq && !(a->control & CONTROL_NIEN);
}

/* ---- Begin ---- */

void cf_ata_reset(CfAta *a)
{
    static const uint8_t reg[8] = { [CF_COUNT] = 1, [CF_NUMBER] = 1 };

    counter_arm(a->timer, COUNTER_NEVER);
    memcpy(a->reg, reg, sizeof(reg));
    a->phase = CF_IDLE;
    a->status = CF_RDY | CF_DSC;
    a->error = DIAGNOSED;
    a->control &= CONTROL_SRST;
    a->irq = false;
    a->at = a->left = 0;
}

bool cf_ata_init(CfAta *a, DeviceState *dev, Error **errp)
{
    int64_t size = a->drive ? blk_getlength(a->drive) : 0;

    if (!a->drive) {
        error_setg(errp, "drive=ID is missing: the card's image, -drive if=none,id=ID,format=raw,file=cf.img");
        return false;
    }
    if (size < CF_SECTOR * CF_HEADS * CF_SECTORS || size % CF_SECTOR) {
        error_setg(errp, "drive=: the image has %" PRId64 " bytes: make it a multiple of %u, %u or more", size,
                   CF_SECTOR, CF_SECTOR * CF_HEADS * CF_SECTORS);
        return false;
    }
    if (!blk_supports_write_perm(a->drive)) {
        error_setg(errp, "drive=: the image can't be written");
        return false;
    }
    a->sectors = MIN(size / CF_SECTOR, 1 << 28);
    a->dev = dev;
    a->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, expired, a);
    cf_ata_reset(a);
    return !blk_set_perm(a->drive, BLK_PERM_CONSISTENT_READ | BLK_PERM_WRITE, BLK_PERM_ALL, errp);
}

static int post_load(void *opaque, int version_id)
{
    CfAta *a = opaque;

    return a->phase > CF_STORES || a->at > CF_SECTOR || a->left > 256 ||
           ((a->phase == CF_DATA_IN || a->phase == CF_DATA_OUT) && (a->at == CF_SECTOR || !a->left)) ? -EINVAL : 0;
}

const VMStateDescription cf_ata_vmstate = {
    .name = "stm32-cf-ata", .version_id = 1, .minimum_version_id = 1, .post_load = post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_TIMER_PTR(timer, CfAta),
        VMSTATE_UINT32(phase, CfAta),
        VMSTATE_UINT8_ARRAY(reg, CfAta, 8),
        VMSTATE_UINT8(status, CfAta),
        VMSTATE_UINT8(error, CfAta),
        VMSTATE_UINT8(control, CfAta),
        VMSTATE_BOOL(irq, CfAta),
        VMSTATE_UINT32(at, CfAta),
        VMSTATE_UINT32(left, CfAta),
        VMSTATE_UINT8_ARRAY(buffer, CfAta, CF_SECTOR),
        VMSTATE_END_OF_LIST()
    },
};
