/*
 * Temperature, humidity and pressure on I2C or SPI, BME280: `temperature`, `humidity`, `pressure` in Pa.  At 0x76, or 0x77
 * while SDO is high; CSB low, once, is SPI from then on, with SCL as SCK, SDA as SDI and SDO as itself.
 *
 * Its calibration is that of a real one, and its raw values are those that Bosch's compensation, in whole numbers, makes
 * what has been set of.  A measurement takes what the data sheet says is typical; in normal mode one follows another after
 * the standby time, and all it costs is computed when somebody reads.
 *
 * Not able to: filter (a filter gives what is set at once, as one does that has settled), 3-wire SPI.
 * unsure: Wokwi has no name for it; the legs are those of the common modules.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/timer.h"
#include "stm32/board/parts/bme280_values.h"
#include "stm32/board/parts/i2c_module.h"
#include "stm32/board/parts/spi_module.h"

#define TYPE_BME280 "board-bme280"
OBJECT_DECLARE_SIMPLE_TYPE(Bme280, BME280)

enum { LEG_VCC, LEG_GND, LEG_SCL, LEG_SDA, LEG_CSB, LEG_SDO };
enum {
    CALIBRATION = 0x88, CHIP_ID = 0xd0, SOFT_RESET = 0xe0, CTRL_HUM = 0xf2, STATUS, CTRL_MEAS, CONFIG,
    DATA = 0xf7, DATA_END = 0xff
};
enum { ADDRESS = 0x76, ID = 0x60, RESET_WORD = 0xb6, MEASURING = 8, SKIPPED = 0x80000, SKIPPED_H = 0x8000 };
enum { SLEEP, FORCED, FORCED_TOO, NORMAL };

struct Bme280 {
    Part parent_obj;
    I2cModule i2c;
    SpiModule spi;
    PinListener sdo;
    PinDriver csb_pull;
    int32_t temperature, humidity, pressure;    /* 0.01 degrees, 0.001 %, Pa */
    uint8_t at;
    bool pointed, is_spi, writes;               /* `at` has come; a program with SPI writes */
    uint8_t hum, hum_active, meas, config;      /* CTRL_HUM acts when CTRL_MEAS is written */
    int64_t began;                              /* virtual ns: the measurement under way, or the row of them; -1: none */
    uint8_t data[8];                            /* as of the last that ended */
    uint8_t shadow[8];                          /* what a burst reads is of one measurement */
};

/* ---- Time ---- */

static unsigned oversampling(unsigned code)
{
    return code ? 1 << MIN(code - 1, 4) : 0;
}

static void measure(Bme280 *b)
{
    Bme280Raw raw = bme280_raw_of(b->temperature, b->pressure, b->humidity);
    uint32_t t = b->meas >> 5 ? raw.temperature : SKIPPED, p = b->meas >> 2 & 7 ? raw.pressure : SKIPPED;

    stl_be_p(b->data, p << 12);                 /* 20 bits, uppermost; the byte behind comes next */
    b->data[3] = t >> 12;
    b->data[4] = t >> 4;
    b->data[5] = t << 4;
    stw_be_p(b->data + 6, b->hum_active ? raw.humidity : SKIPPED_H);
}

/* The data sheet's 9.1, typical. */
static int64_t measure_ns(const Bme280 *b)
{
    unsigned t = oversampling(b->meas >> 5), p = oversampling(b->meas >> 2 & 7), h = oversampling(b->hum_active);

    return 1000000 + 2000000ll * t + (p ? 2000000ll * p + 500000 : 0) + (h ? 2000000ll * h + 500000 : 0);
}

static int64_t standby_ns(const Bme280 *b)
{
    static const uint32_t us[] = { 500, 62500, 125000, 250000, 500000, 1000000, 10000, 20000 };

    return us[b->config >> 5] * 1000ll;
}

/* What has ended by now. */
static void look(Bme280 *b)
{
    int64_t passed = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) - b->began;

    if (b->began >= 0 && passed >= measure_ns(b)) {
        measure(b);
        if ((b->meas & 3) != NORMAL) {
            b->meas &= ~3;
            b->began = -1;
        }
    }
}

static bool is_measuring(const Bme280 *b)
{
    int64_t passed = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) - b->began;

    return b->began >= 0 && passed % (measure_ns(b) + standby_ns(b)) < measure_ns(b);
}

/* ---- Registers ---- */

static void reset(Bme280 *b)
{
    static const uint8_t nothing[] = { 0x80, 0, 0, 0x80, 0, 0, 0x80, 0 };

    b->hum = b->hum_active = b->meas = b->config = 0;
    b->began = -1;
    memcpy(b->data, nothing, sizeof(nothing));
}

static void write_reg(Bme280 *b, uint8_t at, uint8_t byte)
{
    look(b);
    switch (at) {
    case SOFT_RESET:
        if (byte == RESET_WORD) {
            reset(b);
        }
        break;
    case CTRL_HUM:
        b->hum = byte & 7;
        break;
    case CTRL_MEAS:
        b->hum_active = b->hum;
        b->meas = byte;
        b->began = byte & 3 ? qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) : -1;
        break;
    case CONFIG:
        b->config = byte;
        break;
    default:
        break;
    }
}

static uint8_t read_reg(Bme280 *b)
{
    uint8_t at = b->at++;

    switch (at) {
    case CHIP_ID:
        return ID;
    case CTRL_HUM:
        return b->hum;
    case STATUS:
        look(b);
        return is_measuring(b) ? MEASURING : 0;
    case CTRL_MEAS:
        look(b);
        return b->meas;
    case CONFIG:
        return b->config;
    case DATA ... DATA_END - 1:
        return b->shadow[at - DATA];
    default:
        return at >= CALIBRATION && at < CTRL_HUM ? bme280_calibration(at) : 0;
    }
}

/* A burst begins. */
static void begin(Bme280 *b)
{
    look(b);
    memcpy(b->shadow, b->data, sizeof(b->shadow));
}

/* ---- I2C: address and data by turns ---- */

static void start(Part *part, bool read)
{
    BME280(part)->pointed = read;
    begin(BME280(part));
}

static void take(Part *part, uint8_t byte)
{
    Bme280 *b = BME280(part);

    if (b->pointed) {
        write_reg(b, b->at, byte);
    } else {
        b->at = byte;
    }
    b->pointed = !b->pointed;
}

static uint8_t give(Part *part)
{
    return read_reg(BME280(part));
}

/* ---- SPI: bit 7 of the address is 1 to read ---- */

static void set_address(Bme280 *b)
{
    bool high = pin_plain_level(part_leg(PART(b), LEG_SDO));

    i2c_module_set_address(&b->i2c, ADDRESS | high);
    if (b->is_spi) {
        i2c_socket_ignore(&b->i2c.socket);
    }
}

static void spi_select(Part *part, bool on)
{
    Bme280 *b = BME280(part);

    b->pointed = b->writes = false;
    if (on && !b->is_spi) {
        b->is_spi = true;
        set_address(b);
    }
    begin(b);
}

static void spi_take(Part *part, uint8_t byte)
{
    Bme280 *b = BME280(part);

    if (!b->pointed) {
        b->writes = !(byte & 0x80);
        b->at = byte | 0x80;
        b->pointed = true;
    } else if (b->writes) {
        write_reg(b, b->at, byte);
        b->pointed = false;
    }
}

static uint8_t spi_give(Part *part)
{
    Bme280 *b = BME280(part);

    return b->pointed && !b->writes ? read_reg(b) : 0xff;
}

/* ---- The part ---- */

static void sdo_changed(void *opaque, bool level)
{
    set_address(opaque);
}

static bool bme280_fit(Part *part, Error **errp)
{
    static const I2cModuleOps i2c = { .start = start, .take = take, .give = give };
    static const SpiModuleOps spi = { .select = spi_select, .take = spi_take, .give = spi_give };
    Bme280 *b = BME280(part);

    reset(b);
    if (!i2c_module_init(&b->i2c, part, part_leg(part, LEG_SCL), part_leg(part, LEG_SDA), ADDRESS, &i2c, errp)) {
        return false;
    }
    pin_add_driver(part_leg(part, LEG_CSB), &b->csb_pull, part_id(part));
    pin_drive(&b->csb_pull, DRIVE(PULL_UP));
    spi_module_init(&b->spi, part, part_leg(part, LEG_SCL), part_leg(part, LEG_SDA), part_leg(part, LEG_SDO),
                    part_leg(part, LEG_CSB), &spi);
    part_listen(part, LEG_SDO, &b->sdo, sdo_changed);
    set_address(b);
    return true;
}

static int bme280_post_load(void *opaque, int version_id)
{
    set_address(opaque);
    return 0;
}

static const VMStateDescription bme280_vmstate = {
    .name = TYPE_BME280, .version_id = 1, .minimum_version_id = 1, .post_load = bme280_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_I2C_MODULE(i2c, Bme280),
        VMSTATE_SPI_MODULE(spi, Bme280),
        VMSTATE_UINT8(at, Bme280),
        VMSTATE_BOOL(pointed, Bme280),
        VMSTATE_BOOL(is_spi, Bme280),
        VMSTATE_BOOL(writes, Bme280),
        VMSTATE_UINT8(hum, Bme280),
        VMSTATE_UINT8(hum_active, Bme280),
        VMSTATE_UINT8(meas, Bme280),
        VMSTATE_UINT8(config, Bme280),
        VMSTATE_INT64(began, Bme280),
        VMSTATE_UINT8_ARRAY(data, Bme280, 8),
        VMSTATE_UINT8_ARRAY(shadow, Bme280, 8),
        VMSTATE_END_OF_LIST()
    },
};

static const PartControl bme280_controls[] = {
    { "temperature", "degrees Celsius", offsetof(Bme280, temperature), -40, 85, 24, 100 },
    { "humidity", "per cent", offsetof(Bme280, humidity), 0, 100, 40, 1000 },
    { "pressure", "Pa", offsetof(Bme280, pressure), 30000, 110000, 101325, 1 },
    { }
};

static void bme280_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = { "VCC VIN 3V3", "GND", "SCL SCK", "SDA SDI", "CSB CS", "SDO", NULL };
    static const char *const shows[] = { "temperature", "humidity", "pressure", NULL };

    DEVICE_CLASS(klass)->desc = "temperature, humidity and pressure on I2C or SPI: VCC, GND, SCL, SDA, CSB, SDO";
    DEVICE_CLASS(klass)->vmsd = &bme280_vmstate;
    part_class_set(klass, legs, NULL, shows, bme280_fit);
    part_class_set_controls(klass, bme280_controls);
}

static const TypeInfo bme280_types[] = { {
    .name = TYPE_BME280, .parent = TYPE_PART, .instance_size = sizeof(Bme280), .class_init = bme280_class_init,
} };
DEFINE_TYPES(bme280_types)
