/*
 * An accelerometer and gyroscope on I2C, MPU-6050 at 0x68, or 0x69 while AD0 is high: `accelX` ... in g, `rotationX` ... in
 * degrees a second, `temperature`.  It sleeps until PWR_MGMT_1 says otherwise, and keeps what it has measured then.
 *
 * Not able to: FIFO, DMP, INT, motion detection, filters; it has a new sample whenever it is read.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/parts/i2c_module.h"

#define TYPE_MPU6050 "wokwi-mpu6050"
OBJECT_DECLARE_SIMPLE_TYPE(Mpu6050, MPU6050)

enum { LEG_INT, LEG_AD0, LEG_XCL, LEG_XDA, LEG_SDA, LEG_SCL, LEG_GND, LEG_VCC };
enum {
    GYRO_CONFIG = 0x1b, ACCEL_CONFIG, INT_STATUS = 0x3a, ACCEL_XOUT, TEMP_OUT = 0x41, GYRO_XOUT = 0x43,
    DATA_END = 0x49, PWR_MGMT_1 = 0x6b, WHO_AM_I = 0x75, REGISTERS = 0x80
};
enum { ADDRESS = 0x68, SLEEP = 0x40, DEVICE_RESET = 0x80, SCALE = 1000 };

struct Mpu6050 {
    Part parent_obj;
    I2cModule module;
    PinListener ad0;
    int32_t acceleration[3], rotation[3], temperature;
    uint8_t reg[REGISTERS], at;
    bool pointed;               /* `at` has come */
};

static void reset(Mpu6050 *m)
{
    memset(m->reg, 0, sizeof(m->reg));
    m->reg[PWR_MGMT_1] = SLEEP;
    m->reg[WHO_AM_I] = ADDRESS;
}

static void put(Mpu6050 *m, unsigned reg, double value)
{
    int16_t word = MIN(MAX(value, INT16_MIN), INT16_MAX);

    m->reg[reg] = word >> 8;
    m->reg[reg + 1] = word;
}

static void measure(Mpu6050 *m)
{
    double g = 16384 >> (m->reg[ACCEL_CONFIG] >> 3 & 3), degree = 131.072 / (1 << (m->reg[GYRO_CONFIG] >> 3 & 3));

    if (m->reg[PWR_MGMT_1] & SLEEP) {
        return;
    }
    for (unsigned n = 0; n < 3; n++) {
        put(m, ACCEL_XOUT + 2 * n, m->acceleration[n] * g / SCALE);
        put(m, GYRO_XOUT + 2 * n, m->rotation[n] * degree / SCALE);
    }
    put(m, TEMP_OUT, (m->temperature / (double)SCALE - 36.53) * 340);
    m->reg[INT_STATUS] |= 1;
}

static void start(Part *part, bool read)
{
    MPU6050(part)->pointed = read;
    if (read) {
        measure(MPU6050(part));
    }
}

static void take(Part *part, uint8_t byte)
{
    Mpu6050 *m = MPU6050(part);

    if (!m->pointed) {
        m->at = byte % REGISTERS;
        m->pointed = true;
        return;
    }
    if (m->at == PWR_MGMT_1 && byte & DEVICE_RESET) {
        reset(m);
    } else if (m->at != WHO_AM_I && (m->at < INT_STATUS || m->at >= DATA_END)) {
        m->reg[m->at] = byte;
    }
    m->at = (m->at + 1) % REGISTERS;
}

static uint8_t give(Part *part)
{
    Mpu6050 *m = MPU6050(part);
    uint8_t byte = m->reg[m->at];

    if (m->at == INT_STATUS) {
        m->reg[INT_STATUS] = 0;
    }
    m->at = (m->at + 1) % REGISTERS;
    return byte;
}

static void ad0_changed(void *opaque, bool level)
{
    i2c_module_set_address(&MPU6050(opaque)->module, ADDRESS | level);
}

static bool mpu6050_fit(Part *part, Error **errp)
{
    static const I2cModuleOps ops = { .start = start, .take = take, .give = give };
    Mpu6050 *m = MPU6050(part);

    reset(m);
    part_listen(part, LEG_AD0, &m->ad0, ad0_changed);
    return i2c_module_init(&m->module, part, part_leg(part, LEG_SCL), part_leg(part, LEG_SDA),
                           ADDRESS | pin_level(part_leg(part, LEG_AD0)), &ops, errp);
}

static int mpu6050_post_load(void *opaque, int version_id)
{
    return MPU6050(opaque)->at < REGISTERS ? 0 : -EINVAL;
}

static const VMStateDescription mpu6050_vmstate = {
    .name = TYPE_MPU6050, .version_id = 1, .minimum_version_id = 1, .post_load = mpu6050_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_I2C_MODULE(module, Mpu6050),
        VMSTATE_UINT8_ARRAY(reg, Mpu6050, REGISTERS),
        VMSTATE_UINT8(at, Mpu6050),
        VMSTATE_BOOL(pointed, Mpu6050),
        VMSTATE_END_OF_LIST()
    },
};

static const PartControl mpu6050_controls[] = {
    { "accelX", "g", offsetof(Mpu6050, acceleration[0]), -16, 16, 0, SCALE },
    { "accelY", "g", offsetof(Mpu6050, acceleration[1]), -16, 16, 0, SCALE },
    { "accelZ", "g", offsetof(Mpu6050, acceleration[2]), -16, 16, 1, SCALE },
    { "rotationX", "degrees a second", offsetof(Mpu6050, rotation[0]), -2000, 2000, 0, SCALE },
    { "rotationY", "degrees a second", offsetof(Mpu6050, rotation[1]), -2000, 2000, 0, SCALE },
    { "rotationZ", "degrees a second", offsetof(Mpu6050, rotation[2]), -2000, 2000, 0, SCALE },
    { "temperature", "degrees Celsius", offsetof(Mpu6050, temperature), -40, 85, 24, SCALE },
    { }
};

static void mpu6050_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = { "INT", "AD0", "XCL", "XDA", "SDA", "SCL", "GND", "VCC", NULL };
    static const char *const shows[] = { "accelX", "accelY", "accelZ", "rotationX", "rotationY", "rotationZ", NULL };

    DEVICE_CLASS(klass)->desc = "accelerometer and gyroscope on I2C: VCC, GND, SCL, SDA, AD0, INT";
    DEVICE_CLASS(klass)->vmsd = &mpu6050_vmstate;
    part_class_set(klass, legs, NULL, shows, mpu6050_fit);
    part_class_set_controls(klass, mpu6050_controls);
}

static const TypeInfo mpu6050_types[] = { {
    .name = TYPE_MPU6050, .parent = TYPE_PART, .instance_size = sizeof(Mpu6050), .class_init = mpu6050_class_init,
} };
DEFINE_TYPES(mpu6050_types)
