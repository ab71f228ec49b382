/*
 * A thermometer on 1-Wire, DS18B20: `temperature`.  Until it has been told to measure it says 85 degrees; measuring takes
 * 750 ms with 12 bits, while reads are 0.  Several can share a wire.
 *
 * Not able to: be starved of current by a wire that is not pulled up while it measures.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "stm32/board/parts/one_wire.h"
#include "stm32/board/parts/part.h"

#define TYPE_DS18B20 "wokwi-ds18b20"
OBJECT_DECLARE_SIMPLE_TYPE(Ds18b20, DS18B20)

enum { LEG_GND, LEG_DQ, LEG_VCC };
enum { SCALE = 10000, CONFIG = 4, CRC = 8 };
enum { CONVERT = 0x44, COPY = 0x48, WRITE = 0x4e, POWER = 0xb4, RECALL = 0xb8, READ = 0xbe };

struct Ds18b20 {
    Part parent_obj;
    OneWire wire;
    char *id, *family;
    int32_t temperature;
    uint8_t scratchpad[9], kept[3];     /* TH, TL and configuration, in the EEPROM */
    uint8_t command, place;             /* bits read of it, or bytes written */
    int64_t busy_until;                 /* virtual ns */
};

static void measure(Ds18b20 *d)
{
    unsigned less = 3 - (d->scratchpad[CONFIG] >> 5 & 3);       /* bits than 12 */
    int sixteenths = (d->temperature * 16LL + (d->temperature < 0 ? -SCALE / 2 : SCALE / 2)) / SCALE;

    sixteenths &= ~0u << less;
    d->scratchpad[0] = sixteenths;
    d->scratchpad[1] = sixteenths >> 8;
    d->busy_until = drive_now() + (750000000 >> less);
}

static void take(void *opaque, uint8_t byte, bool command)
{
    Ds18b20 *d = opaque;

    if (!command) {
        if (d->command == WRITE && d->place < 3) {
            d->scratchpad[2 + d->place] = d->place == 2 ? (byte & 0x60) | 0x1f : byte;
            d->place++;
        }
        return;
    }
    d->command = byte;
    d->place = 0;
    if (byte == CONVERT) {
        measure(d);
    } else if (byte == COPY) {
        memcpy(d->kept, d->scratchpad + 2, 3);
        d->busy_until = drive_now() + 10000000;
    } else if (byte == RECALL) {
        memcpy(d->scratchpad + 2, d->kept, 3);
    }
    d->scratchpad[CRC] = one_wire_crc(d->scratchpad, CRC);
}

static int give(void *opaque)
{
    Ds18b20 *d = opaque;

    switch (d->command) {
    case READ:
        if (d->place == 8 * sizeof(d->scratchpad)) {
            return 1;
        }
        d->place++;
        return d->scratchpad[(d->place - 1) / 8] >> (d->place - 1) % 8 & 1;
    case CONVERT:
    case COPY:
        return drive_now() >= d->busy_until;
    case POWER:
    case RECALL:
        return 1;
    default:
        return -1;
    }
}

static bool alarms(void *opaque)
{
    Ds18b20 *d = opaque;
    int8_t degrees = (d->scratchpad[1] << 8 | d->scratchpad[0]) >> 4;

    return degrees >= (int8_t)d->scratchpad[2] || degrees <= (int8_t)d->scratchpad[3];
}

/* @n bytes of @text, two digits each. */
static bool read_hex(uint8_t *bytes, unsigned n, const char *text)
{
    for (unsigned i = 0; i < n; i++) {
        if (!g_ascii_isxdigit(text[2 * i]) || !g_ascii_isxdigit(text[2 * i + 1])) {
            return false;
        }
        bytes[i] = g_ascii_xdigit_value(text[2 * i]) << 4 | g_ascii_xdigit_value(text[2 * i + 1]);
    }
    return !text[2 * n];
}

static bool ds18b20_fit(Part *part, Error **errp)
{
    Ds18b20 *d = DS18B20(part);
    static const uint8_t first[] = { 0x50, 0x05, 0x4b, 0x46, 0x7f, 0xff, 0x0c, 0x10 };

    if (!read_hex(d->wire.rom, 1, d->family ?: "28") || !read_hex(d->wire.rom + 1, 6, d->id ?: "010203040506")) {
        error_setg(errp, "%s: deviceID is 12 hexadecimal digits, familyCode 2", part_id(part));
        return false;
    }
    memcpy(d->scratchpad, first, sizeof(first));
    d->scratchpad[CRC] = one_wire_crc(d->scratchpad, CRC);
    memcpy(d->kept, first + 2, 3);
    d->wire.opaque = d;
    d->wire.take = take;
    d->wire.give = give;
    d->wire.alarms = alarms;
    one_wire_init(&d->wire, part_leg(part, LEG_DQ));
    return true;
}

static int ds18b20_post_load(void *opaque, int version_id)
{
    Ds18b20 *d = opaque;

    return d->place <= 8 * sizeof(d->scratchpad) ? 0 : -EINVAL;
}

static const VMStateDescription ds18b20_vmstate = {
    .name = TYPE_DS18B20, .version_id = 1, .minimum_version_id = 1, .post_load = ds18b20_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_ONE_WIRE(wire, Ds18b20),
        VMSTATE_UINT8_ARRAY(scratchpad, Ds18b20, 9),
        VMSTATE_UINT8_ARRAY(kept, Ds18b20, 3),
        VMSTATE_UINT8(command, Ds18b20),
        VMSTATE_UINT8(place, Ds18b20),
        VMSTATE_INT64(busy_until, Ds18b20),
        VMSTATE_END_OF_LIST()
    },
};

static const PartControl ds18b20_controls[] = {
    { "temperature", "degrees Celsius", offsetof(Ds18b20, temperature), -55, 125, 22, SCALE },
    { }
};

static const Property ds18b20_properties[] = {
    DEFINE_PROP_STRING("deviceID", Ds18b20, id),
    DEFINE_PROP_STRING("familyCode", Ds18b20, family),
};

static void ds18b20_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = { "GND", "DQ", "VCC", NULL };
    static const char *const shows[] = { "temperature", NULL };

    DEVICE_CLASS(klass)->desc = "thermometer on 1-Wire: GND, DQ, VCC; temperature=, deviceID=";
    DEVICE_CLASS(klass)->vmsd = &ds18b20_vmstate;
    part_class_set(klass, legs, NULL, shows, ds18b20_fit);
    part_class_set_controls(klass, ds18b20_controls);
    device_class_set_props(DEVICE_CLASS(klass), ds18b20_properties);
}

static const TypeInfo ds18b20_types[] = { {
    .name = TYPE_DS18B20, .parent = TYPE_PART, .instance_size = sizeof(Ds18b20), .class_init = ds18b20_class_init,
}, {
    .name = "board-ds18b20", .parent = TYPE_DS18B20,
} };
DEFINE_TYPES(ds18b20_types)
