/*
 * What a BME280 makes of the world, see bme280_values.h: the calibration of a real one, Bosch's compensation (data sheet
 * 4.2.3), and the raw values that it makes what is wanted of.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/parts/bme280_values.h"

enum { FIRST = 0x88, H1 = 0xa1, HUMIDITY = 0xe1 };       /* where the calibration is */

/* ---- Bosch's compensation, in whole numbers as drivers have it ---- */

static const struct {
    uint16_t t1, p1;
    int16_t t2, t3, p2, p3, p4, p5, p6, p7, p8, p9, h2, h4, h5;
    uint8_t h1, h3;
    int8_t h6;
} dig = {
    .t1 = 28485, .t2 = 26735, .t3 = 50, .p1 = 36738, .p2 = -10635, .p3 = 3024, .p4 = 6980, .p5 = -4, .p6 = -7, .p7 = 9900,
    .p8 = -10230, .p9 = 4285, .h1 = 75, .h2 = 353, .h3 = 0, .h4 = 340, .h5 = 0, .h6 = 30,
};

static int32_t fine_of(int32_t raw)
{
    int32_t half = (raw >> 4) - dig.t1;

    return (((raw >> 3) - (dig.t1 << 1)) * dig.t2 >> 11) + ((half * half >> 12) * dig.t3 >> 14);
}

/* 0.01 degrees */
static int64_t temperature_of(int32_t raw, int32_t unused)
{
    return (fine_of(raw) * 5 + 128) >> 8;
}

/* Pa / 256; it falls while raw rises */
static int64_t pressure_of(int32_t raw, int32_t fine)
{
    int64_t var1 = (int64_t)fine - 128000, var2 = var1 * var1 * dig.p6 + var1 * dig.p5 * 131072 + dig.p4 * 34359738368ll, p;

    var1 = (var1 * var1 * dig.p3 >> 8) + var1 * dig.p2 * 4096;
    var1 = ((1ll << 47) + var1) * dig.p1 >> 33;
    if (!var1) {
        return 0;
    }
    p = (((1048576 - raw) * 2147483648ll - var2) * 3125) / var1;
    var1 = dig.p9 * (p >> 13) * (p >> 13) >> 25;
    var2 = dig.p8 * p >> 19;
    return ((p + var1 + var2) >> 8) + dig.p7 * 16;
}

/* % * 1024 */
static int64_t humidity_of(int32_t raw, int32_t fine)
{
    int32_t v = fine - 76800, a, b;

    a = ((raw << 14) - dig.h4 * 1048576 - dig.h5 * v + 16384) >> 15;
    b = (((v * dig.h6 >> 10) * ((v * dig.h3 >> 11) + 32768) >> 10) + 2097152) * dig.h2;
    v = a * ((b + 8192) >> 14);
    v -= ((v >> 15) * (v >> 15) >> 7) * dig.h1 >> 4;
    return v >> 12;                     /* drivers keep to 0 to 100 */
}

/* ---- Raw values ---- */

/* The raw value, of @bits, whose @compensated comes nearest to @wanted from below, or from above if it @falls. */
static int32_t raw_of(int64_t (*compensated)(int32_t raw, int32_t fine), int32_t fine, int64_t wanted, unsigned bits,
                      bool falls)
{
    int32_t from = 0, to = (1 << bits) - 1;

    while (from < to) {
        int32_t middle = (from + to) / 2;

        if (falls ? compensated(middle, fine) > wanted : compensated(middle, fine) < wanted) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    return from;
}

Bme280Raw bme280_raw_of(int32_t temperature, int32_t pressure, int32_t humidity)
{
    int32_t t = raw_of(temperature_of, 0, temperature, 20, false), fine = fine_of(t);

    return (Bme280Raw) {
        .temperature = t,
        .pressure = raw_of(pressure_of, fine, pressure * 256ll, 20, true),
        .humidity = raw_of(humidity_of, fine, humidity * 1024ll / 1000, 16, false),
    };
}

/* ---- Registers ---- */

uint8_t bme280_calibration(uint8_t at)
{
    const uint16_t words[] = { dig.t1, dig.t2, dig.t3, dig.p1, dig.p2, dig.p3, dig.p4, dig.p5, dig.p6, dig.p7, dig.p8, dig.p9 };
    const uint8_t bytes[] = { dig.h2, dig.h2 >> 8, dig.h3, dig.h4 >> 4, (dig.h4 & 15) | (dig.h5 & 15) << 4, dig.h5 >> 4,
                              dig.h6 };

    if (at >= HUMIDITY) {
        return at < HUMIDITY + sizeof(bytes) ? bytes[at - HUMIDITY] : 0;
    }
    at -= FIRST;
    return at < sizeof(words) ? words[at / 2] >> 8 * (at % 2) : at == H1 - FIRST ? dig.h1 : 0;
}
