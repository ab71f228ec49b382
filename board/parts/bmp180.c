/*
 * A barometer on I2C, BMP180 at 0x77: `temperature` in degrees Celsius, `pressure` in Pa.  Its calibration is the one of
 * the data sheet's example, and its raw values are those that a program's compensation makes these two of.
 *
 * A conversion takes its time; until then the registers have what was there before.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/timer.h"
#include "stm32/board/parts/i2c_module.h"

#define TYPE_BMP180 "board-bmp180"
OBJECT_DECLARE_SIMPLE_TYPE(Bmp180, BMP180)

enum { LEG_VCC, LEG_GND, LEG_SCL, LEG_SDA };
enum { CALIBRATION = 0xaa, ID = 0xd0, SOFT_RESET = 0xe0, CONTROL = 0xf4, OUT_MSB = 0xf6, OUT_LSB, OUT_XLSB };
enum { ADDRESS = 0x77, CHIP_ID = 0x55, RESET_WORD = 0xb6, BUSY = 0x20, PRESSURE = 0x10 };

/* AC1 to AC6, B1, B2, MB, MC, MD */
enum { AC1, AC2, AC3, AC4, AC5, AC6, B1, B2, MB, MC, MD, WORDS };
static const int32_t calibration[WORDS] = { 408, -72, -14383, 32741, 32757, 23153, 6190, 4, -32768, -8711, 2868 };

struct Bmp180 {
    Part parent_obj;
    I2cModule module;
    int32_t temperature, pressure;      /* 0.1 degrees; Pa */
    uint8_t at, control;
    bool pointed;                       /* `at` has come */
    uint32_t out, next;                 /* 24 bits: what is there, and from `ready` ns on */
    int64_t ready;
};

/* ---- What a program makes of raw values; drivers shift where the data sheet divides ---- */

static int32_t b5_of(int32_t ut)
{
    int32_t x1 = (ut - calibration[AC6]) * calibration[AC5] >> 15, divisor = x1 + calibration[MD];

    return divisor > 0 ? x1 + calibration[MC] * 2048 / divisor : INT32_MIN / 2;
}

/* 0.1 degrees */
static int32_t celsius_of(int32_t ut)
{
    return (b5_of(ut) + 8) >> 4;
}

/* Pa */
static int32_t pascal_of(int32_t up, int32_t b5, unsigned oss)
{
    int32_t b6 = b5 - 4000, square = b6 * b6 >> 12, x3, b3, p;
    uint32_t b4, b7;

    x3 = (calibration[B2] * square >> 11) + (calibration[AC2] * b6 >> 11);
    b3 = (((calibration[AC1] * 4 + x3) << oss) + 2) / 4;
    x3 = ((calibration[AC3] * b6 >> 13) + (calibration[B1] * square >> 16) + 2) >> 2;
    b4 = calibration[AC4] * (uint32_t)(x3 + 32768) >> 15;
    if (up < b3 || !b4) {
        return 0;
    }
    b7 = (uint32_t)(up - b3) * (50000u >> oss);
    p = b7 < 0x80000000 ? b7 * 2 / b4 : b7 / b4 * 2;
    return p + ((((p >> 8) * (p >> 8) * 3038 >> 16) + (-7357LL * p >> 16) + 3791) >> 4);
}

/* ---- Raw values ---- */

static int32_t raw_temperature(const Bmp180 *b)
{
    int32_t from = 0, to = 0xffff;

    while (from < to) {
        int32_t middle = (from + to) / 2;

        if (celsius_of(middle) < b->temperature) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    return from;
}

static int32_t raw_pressure(const Bmp180 *b, unsigned oss)
{
    int32_t from = 0, to = (0x10000 << oss) - 1, b5 = b5_of(raw_temperature(b));

    while (from < to) {
        int32_t middle = (from + to) / 2;

        if (pascal_of(middle, b5, oss) < b->pressure) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    return from;
}

/* ---- Registers ---- */

static int64_t now_ns(void)
{
    return qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
}

static void look(Bmp180 *b)
{
    if (b->control & BUSY && now_ns() >= b->ready) {
        b->control &= ~BUSY;
        b->out = b->next;
    }
}

/* As long as the data sheet allows: 4.5, 7.5, 13.5, 25.5 ms. */
static void convert(Bmp180 *b, uint8_t control)
{
    unsigned oss = control & PRESSURE ? control >> 6 : 0;

    b->control = control;
    if (control & BUSY) {
        b->next = control & PRESSURE ? raw_pressure(b, oss) << (8 - oss) : raw_temperature(b) << 8;
        b->ready = now_ns() + 1500000 + (3000000LL << oss);
    }
}

static void start(Part *part, bool read)
{
    BMP180(part)->pointed = read;
}

static void take(Part *part, uint8_t byte)
{
    Bmp180 *b = BMP180(part);

    if (!b->pointed) {
        b->at = byte;
        b->pointed = true;
        return;
    }
    look(b);
    if (b->at == CONTROL) {
        convert(b, byte);
    } else if (b->at == SOFT_RESET && byte == RESET_WORD) {
        b->control = b->out = 0;
    }
    b->at++;
}

static uint8_t give(Part *part)
{
    Bmp180 *b = BMP180(part);
    uint8_t at = b->at++;

    look(b);
    if (at >= CALIBRATION && at < CALIBRATION + 2 * WORDS) {
        return calibration[(at - CALIBRATION) / 2] >> (at % 2 ? 0 : 8);
    }
    switch (at) {
    case ID:
        return CHIP_ID;
    case CONTROL:
        return b->control;
    case OUT_MSB: case OUT_LSB: case OUT_XLSB:
        return b->out >> 8 * (OUT_XLSB - at);
    default:
        return 0;
    }
}

static bool bmp180_fit(Part *part, Error **errp)
{
    static const I2cModuleOps ops = { .start = start, .take = take, .give = give };

    return i2c_module_init(&BMP180(part)->module, part, part_leg(part, LEG_SCL), part_leg(part, LEG_SDA), ADDRESS, &ops,
                           errp);
}

static const VMStateDescription bmp180_vmstate = {
    .name = TYPE_BMP180, .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_I2C_MODULE(module, Bmp180),
        VMSTATE_UINT8(at, Bmp180),
        VMSTATE_UINT8(control, Bmp180),
        VMSTATE_BOOL(pointed, Bmp180),
        VMSTATE_UINT32(out, Bmp180),
        VMSTATE_UINT32(next, Bmp180),
        VMSTATE_INT64(ready, Bmp180),
        VMSTATE_END_OF_LIST()
    },
};

static const PartControl bmp180_controls[] = {
    { "temperature", "degrees Celsius", offsetof(Bmp180, temperature), -40, 85, 24, 10 },
    { "pressure", "Pa", offsetof(Bmp180, pressure), 30000, 110000, 101325, 1 },
    { }
};

static void bmp180_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = { "VCC VIN 3.3V 3V3", "GND", "SCL", "SDA", NULL };        /* unsure: the supply's name */
    static const char *const shows[] = { "temperature", "pressure", NULL };

    DEVICE_CLASS(klass)->desc = "barometer on I2C: VCC, GND, SCL, SDA";
    DEVICE_CLASS(klass)->vmsd = &bmp180_vmstate;
    part_class_set(klass, legs, NULL, shows, bmp180_fit);
    part_class_set_controls(klass, bmp180_controls);
}

static const TypeInfo bmp180_types[] = { {
    .name = TYPE_BMP180, .parent = TYPE_PART, .instance_size = sizeof(Bmp180), .class_init = bmp180_class_init,
} };
DEFINE_TYPES(bmp180_types)
