/*
 * A clock on I2C, DS1307 at 0x68, with 56 bytes of memory: its time is that of -rtc when the machine begins, and goes with
 * virtual time.  SQW is an open drain: what RS and SQWE of the control register say, or OUT.
 *
 * Reads of a row are of the time of their START.  CH stops it.  Deliberately different: a write of a register of the time sets
 * all of it at once, without the second that a real one starts anew; only that of the seconds does so.  The day of the week
 * is a count of its own, as there.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bcd.h"
#include "stm32/board/parts/calendar.h"
#include "stm32/board/parts/i2c_module.h"

#define TYPE_DS1307 "wokwi-ds1307"
OBJECT_DECLARE_SIMPLE_TYPE(Ds1307, DS1307)

enum { LEG_GND, LEG_5V, LEG_SDA, LEG_SCL, LEG_SQW };
enum { SECONDS, MINUTES, HOURS, DAY, DATE, MONTH, YEAR, CONTROL, REGISTERS = 64 };
enum { ADDRESS = 0x68, STOPPED = 0x80, HOURS_12 = 0x40, PM = 0x20, OUT = 0x80, SQWE = 0x10, DAY_SECONDS = 86400 };

struct Ds1307 {
    Part parent_obj;
    I2cModule module;
    PinDriver out, pull;
    uint8_t reg[REGISTERS];             /* the time as of the last START */
    uint8_t at, day;                    /* `day`: of the week, from 0, in the week of 1970-01-01 */
    bool pointed, hours_12, stopped;
    int64_t base;                       /* ns since 1970 at virtual time 0; while it is stopped, what it is */
};

/* ---- Time ---- */

static int64_t now_ns(const Ds1307 *d)
{
    return d->base + (d->stopped ? 0 : drive_now());
}

static void set_ns(Ds1307 *d, int64_t ns)
{
    d->base = ns - (d->stopped ? 0 : drive_now());
}

static uint8_t hours_of(const Ds1307 *d, int hour)
{
    return d->hours_12 ? HOURS_12 | (hour >= 12 ? PM : 0) | to_bcd(hour % 12 ?: 12) : to_bcd(hour);
}

static void look(Ds1307 *d)
{
    int64_t seconds = now_ns(d) / NANOSECONDS_PER_SECOND;
    struct tm tm = calendar_of(seconds);

    d->reg[SECONDS] = to_bcd(tm.tm_sec) | (d->stopped ? STOPPED : 0);
    d->reg[MINUTES] = to_bcd(tm.tm_min);
    d->reg[HOURS] = hours_of(d, tm.tm_hour);
    d->reg[DAY] = (seconds / DAY_SECONDS + d->day) % 7 + 1;
    d->reg[DATE] = to_bcd(tm.tm_mday);
    d->reg[MONTH] = to_bcd(tm.tm_mon + 1);
    d->reg[YEAR] = to_bcd(tm.tm_year % 100);
}

static int hour_of(const Ds1307 *d)
{
    uint8_t reg = d->reg[HOURS];

    return reg & HOURS_12 ? from_bcd(reg & 0x1f) % 12 + (reg & PM ? 12 : 0) : from_bcd(reg & 0x3f) % 24;
}

/* The registers say what time it is; what can't be becomes what follows from it. */
static void set(Ds1307 *d, bool second_begins)
{
    struct tm tm = {
        .tm_sec = from_bcd(d->reg[SECONDS] & 0x7f) % 60, .tm_min = from_bcd(d->reg[MINUTES] & 0x7f) % 60,
        .tm_hour = hour_of(d), .tm_mday = MAX(from_bcd(d->reg[DATE] & 0x3f), 1),
        .tm_mon = (from_bcd(d->reg[MONTH] & 0x1f) + 11) % 12, .tm_year = 100 + from_bcd(d->reg[YEAR]) % 100,
    };
    int64_t rest = second_begins ? 0 : now_ns(d) % NANOSECONDS_PER_SECOND, seconds = mktimegm(&tm);

    d->hours_12 = d->reg[HOURS] & HOURS_12;
    d->stopped = d->reg[SECONDS] & STOPPED;
    set_ns(d, seconds * NANOSECONDS_PER_SECOND + rest);
    d->day = ((int64_t)(d->reg[DAY] & 7) + 6 + 7 - seconds / DAY_SECONDS % 7) % 7;
}

/* ---- SQW ---- */

static void drive(Ds1307 *d)
{
    static const uint32_t hz[] = { 1, 4096, 8192, 32768 };
    uint8_t control = d->reg[CONTROL];
    uint64_t period = ((unsigned __int128)NANOSECONDS_PER_SECOND << 32) / hz[control & 3];

    if (!(control & SQWE) || d->stopped) {
        pin_drive(&d->out, control & OUT && !(control & SQWE) ? DRIVE(NONE) : DRIVE(LOW));
        return;
    }
    pin_drive(&d->out, (Drive) {
        .kind = DRIVE_WAVE, .period = period, .high = period / 2,
        .start = NANOSECONDS_PER_SECOND / 2 - d->base % NANOSECONDS_PER_SECOND,        /* it falls as a second begins */
    });
}

/* ---- Registers ---- */

static void start(Part *part, bool read)
{
    Ds1307 *d = DS1307(part);

    d->pointed = read;
    look(d);
}

static void take(Part *part, uint8_t byte)
{
    Ds1307 *d = DS1307(part);

    if (!d->pointed) {
        d->at = byte % REGISTERS;
        d->pointed = true;
        return;
    }
    d->reg[d->at] = d->at == CONTROL ? byte & (OUT | SQWE | 3) : byte;
    if (d->at <= YEAR) {
        set(d, d->at == SECONDS);
    }
    if (d->at <= CONTROL) {
        drive(d);
    }
    d->at = (d->at + 1) % REGISTERS;
}

static uint8_t give(Part *part)
{
    Ds1307 *d = DS1307(part);
    uint8_t byte = d->reg[d->at];

    d->at = (d->at + 1) % REGISTERS;
    return byte;
}

/* ---- The part ---- */

static bool ds1307_fit(Part *part, Error **errp)
{
    static const I2cModuleOps ops = { .start = start, .take = take, .give = give };
    Ds1307 *d = DS1307(part);

    d->base = calendar_begin() * NANOSECONDS_PER_SECOND;
    d->day = 4;                         /* 1970 began with a Thursday, and 1 is Sunday */
    d->reg[CONTROL] = 3;
    pin_add_driver(part_leg(part, LEG_SQW), &d->out, part_id(part));
    pin_add_driver(part_leg(part, LEG_SQW), &d->pull, part_id(part));
    pin_drive(&d->pull, DRIVE(PULL_UP));
    drive(d);
    return i2c_module_init(&d->module, part, part_leg(part, LEG_SCL), part_leg(part, LEG_SDA), ADDRESS, &ops, errp);
}

static int ds1307_post_load(void *opaque, int version_id)
{
    Ds1307 *d = opaque;

    if (d->at >= REGISTERS || d->day > 6) {
        return -EINVAL;
    }
    drive(d);
    return 0;
}

static const VMStateDescription ds1307_vmstate = {
    .name = TYPE_DS1307, .version_id = 2, .minimum_version_id = 2, .post_load = ds1307_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_I2C_MODULE(module, Ds1307),
        VMSTATE_UINT8_ARRAY(reg, Ds1307, REGISTERS),
        VMSTATE_UINT8(at, Ds1307),
        VMSTATE_UINT8(day, Ds1307),
        VMSTATE_BOOL(pointed, Ds1307),
        VMSTATE_BOOL(hours_12, Ds1307),
        VMSTATE_BOOL(stopped, Ds1307),
        VMSTATE_INT64(base, Ds1307),
        VMSTATE_END_OF_LIST()
    },
};

static void ds1307_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = { "GND", "5V", "SDA", "SCL", "SQW", NULL };

    DEVICE_CLASS(klass)->desc = "real-time clock on I2C: GND, 5V, SDA, SCL, SQW";
    DEVICE_CLASS(klass)->vmsd = &ds1307_vmstate;
    part_class_set(klass, legs, NULL, NULL, ds1307_fit);
}

static const TypeInfo ds1307_types[] = { {
    .name = TYPE_DS1307, .parent = TYPE_PART, .instance_size = sizeof(Ds1307), .class_init = ds1307_class_init,
} };
DEFINE_TYPES(ds1307_types)
