/*
 * The slave of a module on I2C, see i2c_module.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "stm32/board/parts/i2c_module.h"

#define TYPE_I2C_MODULE "stm32-i2c-module"
OBJECT_DECLARE_SIMPLE_TYPE(I2cModuleSlave, I2C_MODULE)

struct I2cModuleSlave {
    I2CSlave parent_obj;
    Part *part;
    const I2cModuleOps *ops;
};

static int event_of(I2CSlave *i2c, enum i2c_event event)
{
    I2cModuleSlave *s = I2C_MODULE(i2c);

    if ((event == I2C_START_SEND || event == I2C_START_RECV) && s->ops->start) {
        s->ops->start(s->part, event == I2C_START_RECV);
    }
    return 0;
}

static int send_to(I2CSlave *i2c, uint8_t byte)
{
    I2C_MODULE(i2c)->ops->take(I2C_MODULE(i2c)->part, byte);
    return 0;
}

static uint8_t recv_from(I2CSlave *i2c)
{
    return I2C_MODULE(i2c)->ops->give(I2C_MODULE(i2c)->part);
}

bool i2c_module_init(I2cModule *m, Part *part, Pin *scl, Pin *sda, uint8_t address, const I2cModuleOps *ops,
                     Error **errp)
{
    I2CSlave *slave = i2c_slave_new(TYPE_I2C_MODULE, address);

    m->slave = I2C_MODULE(slave);
    m->slave->part = part;
    m->slave->ops = ops;
    i2c_socket_init(&m->socket, DEVICE(part), "i2c", scl, sda);
    return i2c_slave_realize_and_unref(slave, m->socket.parts.bus, errp);
}

void i2c_module_set_address(I2cModule *m, uint8_t address)
{
    i2c_slave_set_address(I2C_SLAVE(m->slave), address);
}

static const VMStateDescription i2c_module_vmstate = {
    .name = TYPE_I2C_MODULE, .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_I2C_SLAVE(parent_obj, I2cModuleSlave),
        VMSTATE_END_OF_LIST()
    },
};

static void i2c_module_class_init(ObjectClass *klass, void *data)
{
    I2CSlaveClass *sc = I2C_SLAVE_CLASS(klass);

    DEVICE_CLASS(klass)->vmsd = &i2c_module_vmstate;
    DEVICE_CLASS(klass)->user_creatable = false;        /* it is a part's */
    sc->event = event_of;
    sc->send = send_to;
    sc->recv = recv_from;
}

static const TypeInfo i2c_module_types[] = { {
    .name = TYPE_I2C_MODULE, .parent = TYPE_I2C_SLAVE, .instance_size = sizeof(I2cModuleSlave),
    .class_init = i2c_module_class_init,
} };
DEFINE_TYPES(i2c_module_types)
