/*
 * A clock on I2C: DS1307 at 0x68, of QEMU's DS1338, which is the same to a program.  It goes on from -rtc.
 *
 * Not able to: put its square wave out at SQW.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "migration/vmstate.h"
#include "stm32/board/parts/part.h"
#include "stm32/core/pins/i2c_socket.h"

#define TYPE_DS1307 "wokwi-ds1307"
OBJECT_DECLARE_SIMPLE_TYPE(Ds1307, DS1307)

enum { LEG_GND, LEG_5V, LEG_SDA, LEG_SCL, LEG_SQW };

struct Ds1307 {
    Part parent_obj;
    I2cSocket socket;
};

static bool ds1307_fit(Part *part, Error **errp)
{
    Ds1307 *s = DS1307(part);
    I2CSlave *clock = i2c_slave_new("ds1338", 0x68);

    i2c_socket_init(&s->socket, DEVICE(part), "i2c", part_leg(part, LEG_SCL), part_leg(part, LEG_SDA));
    return i2c_slave_realize_and_unref(clock, s->socket.parts.bus, errp);
}

static const VMStateDescription ds1307_vmstate = {
    .name = TYPE_DS1307, .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_I2C_SOCKET(socket, Ds1307),
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
