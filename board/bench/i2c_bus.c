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
#include "stm32/core/pins/i2c_bits.h"
#include "stm32/core/pins/i2c_parts.h"
#include "stm32/board/user_pin.h"

#define TYPE_PARTS_BUS "stm32-i2c-bus"
OBJECT_DECLARE_SIMPLE_TYPE(PartsBus, PARTS_BUS)

struct PartsBus {
    SysBusDevice parent_obj;
    char *scl_name, *sda_name;
    Pin *scl_pin, *sda_pin;
    Signal scl, sda;                    /* frames of controllers; */
    PinListener scl_level, sda_level;   /* ... levels of GPIOs */
    PinDriver scl_pull, sda_pull, sda_driver;
    I2cBits bits;
    I2cParts parts;
};

static void hear_event(void *opaque, I2cFrame *f)
{
    i2c_parts_hear(&PARTS_BUS(opaque)->parts, f);
}

static void heard(void *opaque, Signal *from, Frame *frame)
{
    I2cFrame *f = (I2cFrame *)frame;

    frame_pass_run(frame, FRAME_I2C);
    if (frame->bus == FRAME_I2C && signal_meets(f->sda, &PARTS_BUS(opaque)->sda)) {
        hear_event(opaque, f);
    }
}

static void level_changed(void *opaque, bool level)
{
    PartsBus *p = opaque;

    i2c_bits_levels(&p->bits, pin_plain_level(p->scl_pin), pin_plain_level(p->sda_pin),
                    pin_state(p->scl_pin).kind == DRIVE_PICTURE);
}

static void pull(void *opaque)
{
    PartsBus *p = opaque;

    pin_drive(&p->sda_driver, p->bits.pulls_sda ? DRIVE(LOW) : DRIVE(NONE));
}

static void solder(PartsBus *p, Signal *signal, PinListener *level, PinDriver *resistor, Pin *pin)
{
    signal_init(signal, TYPE_PARTS_BUS);
    signal->opaque = level->opaque = p;
    signal_solder(signal, pin);
    pin_add_driver(pin, resistor, "resistor of " TYPE_PARTS_BUS);
    pin_drive(resistor, DRIVE(PULL_UP));
    level->changed = level_changed;
    pin_listen(level, pin);
}

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

static bool find_pins(PartsBus *p, Error **errp)
{
    if (!p->scl_name || !p->sda_name) {
        error_setg(errp, "a " TYPE_PARTS_BUS " needs scl=pb10,sda=pb11 (pins are pa0 to pa15, pb0 ... "
                   "pi15)");
        return false;
    }
    p->scl_pin = user_pin("scl", p->scl_name, errp);
    p->sda_pin = p->scl_pin ? user_pin("sda", p->sda_name, errp) : NULL;
    if (p->sda_pin && p->sda_pin == p->scl_pin) {
        error_setg(errp, "scl=%s,sda=%s: a bus needs two pins", p->scl_name, p->sda_name);
        return false;
    }
    return p->sda_pin;
}

static void parts_bus_realize(DeviceState *dev, Error **errp)
{
    PartsBus *p = PARTS_BUS(dev);

    if (!check_id(dev->id, errp) || !find_pins(p, errp)) {
        return;
    }
    p->bits = (I2cBits) { .hear = hear_event, .pull = pull, .opaque = p,
                          .event = I2C_EVENT_STOP, .scl = true, .sda = true };
    p->parts.bus = i2c_init_bus(dev, dev->id);
    solder(p, &p->scl, &p->scl_level, &p->scl_pull, p->scl_pin);
    solder(p, &p->sda, &p->sda_level, &p->sda_pull, p->sda_pin);
    p->scl.heard = heard;
    pin_add_driver(p->sda_pin, &p->sda_driver, "part of " TYPE_PARTS_BUS);
}

static int post_load(void *opaque, int version_id)
{
    pull(opaque);
    return 0;
}

static const VMStateDescription parts_bus_vmstate = {
    .name = TYPE_PARTS_BUS, .version_id = 1, .minimum_version_id = 1,
    .post_load = post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_I2C_BITS(bits, PartsBus),
        VMSTATE_I2C_PARTS(parts, PartsBus),
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
