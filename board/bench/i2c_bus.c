/*
 * A bus for I2C parts of QEMU at two pins, with its pull-up resistors as on a module:
 *
 *   -device stm32-i2c-bus,scl=pb10,sda=pb11,id=soft
 *   -device at24c-eeprom,bus=soft,address=0x50,rom-size=256
 *
 * Its master is whoever has those pins: a controller, or a program with GPIOs.  (Parts on i2c1, i2c2, i2c3
 * are wherever that controller's pins are.)  It is a device of the system bus because -device finds only
 * buses of what hangs there.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "hw/qdev-properties.h"
#include "hw/sysbus.h"
#include "migration/vmstate.h"
#include "stm32/core/pins/i2c_socket.h"
#include "stm32/board/user_pin.h"

#define TYPE_PARTS_BUS "stm32-i2c-bus"
OBJECT_DECLARE_SIMPLE_TYPE(PartsBus, PARTS_BUS)

struct PartsBus {
    SysBusDevice parent_obj;
    char *scl_name, *sda_name;
    I2cSocket socket;
};

/* The parts are found by the bus's name, which is the id. */
static bool check_id(const char *id, Error **errp)
{
    if (!id) {
        error_setg(errp, "a " TYPE_PARTS_BUS " needs an id=NAME, which parts name as their bus=");
        return false;
    }
    if (object_resolve_path_type(id, TYPE_BUS, NULL)) {
        error_setg(errp, "id=%s: there is a bus of that name already", id);
        return false;
    }
    return true;
}

static bool find_pins(PartsBus *p, Pin **scl, Pin **sda, Error **errp)
{
    if (!p->scl_name || !p->sda_name) {
        error_setg(errp, "a " TYPE_PARTS_BUS " needs scl=pb10,sda=pb11 (pins are pa0 to pa15, pb0 ... "
                   "pi15)");
        return false;
    }
    *scl = user_pin("scl", p->scl_name, errp);
    *sda = *scl ? user_pin("sda", p->sda_name, errp) : NULL;
    if (*sda && *sda == *scl) {
        error_setg(errp, "scl=%s,sda=%s: a bus needs two pins", p->scl_name, p->sda_name);
        return false;
    }
    return *sda;
}

static void parts_bus_realize(DeviceState *dev, Error **errp)
{
    PartsBus *p = PARTS_BUS(dev);
    Pin *scl, *sda;

    if (check_id(dev->id, errp) && find_pins(p, &scl, &sda, errp)) {
        i2c_socket_init(&p->socket, dev, dev->id, scl, sda);
    }
}

static const VMStateDescription parts_bus_vmstate = {
    .name = TYPE_PARTS_BUS, .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_I2C_SOCKET(socket, PartsBus),
        VMSTATE_END_OF_LIST()
    },
};

static const Property parts_bus_properties[] = {
    DEFINE_PROP_STRING("scl", PartsBus, scl_name),
    DEFINE_PROP_STRING("sda", PartsBus, sda_name),
};

static void parts_bus_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);

    dc->desc = "a bus for I2C parts at two pins";
    dc->realize = parts_bus_realize;
    dc->vmsd = &parts_bus_vmstate;
    dc->hotpluggable = false;
    dc->user_creatable = true;          /* which those of the system bus are not by themselves */
    device_class_set_props(dc, parts_bus_properties);
    set_bit(DEVICE_CATEGORY_MISC, dc->categories);
}

static const TypeInfo parts_bus_types[] = { {
    .name = TYPE_PARTS_BUS, .parent = TYPE_SYS_BUS_DEVICE, .instance_size = sizeof(PartsBus),
    .class_init = parts_bus_class_init,
} };
DEFINE_TYPES(parts_bus_types)
