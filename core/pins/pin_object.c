/*
 * Pins as objects of QEMU, see pin.h: their properties and what a snapshot has of them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "stm32/core/pins/parties.h"
#include "stm32/core/pins/pinmux.h"

/* ---- Properties ---- */

static bool pin_get_level(Object *obj, Error **errp)
{
    return pin_level(PIN(obj));
}

static const struct {
    const char *name;
    DriveKind kind;
    bool shorted;
} drive_table[] = {
    { "z", DRIVE_NONE }, { "0", DRIVE_LOW }, { "1", DRIVE_HIGH },
    { "short-0", DRIVE_LOW, true }, { "short-1", DRIVE_HIGH, true },
};

static char *pin_get_drive(Object *obj, Error **errp)
{
    const Pin *pin = PIN(obj);

    for (unsigned i = 0; i < ARRAY_SIZE(drive_table); i++) {
        if (drive_table[i].kind == pin->outside.drive.kind && drive_table[i].shorted == pin->shorted) {
            return g_strdup(drive_table[i].name);
        }
    }
    return g_strdup("z");
}

static void outside_drives(Pin *pin, Drive drive, bool shorted)
{
    pin->shorted = shorted;
    pin_drive(&pin->outside, drive);
    net_update(pin->net);               /* the same drive may count for more now */
}

static void pin_set_drive(Object *obj, const char *value, Error **errp)
{
    for (unsigned i = 0; i < ARRAY_SIZE(drive_table); i++) {
        if (!strcmp(value, drive_table[i].name)) {
            outside_drives(PIN(obj), (Drive) { .kind = drive_table[i].kind }, drive_table[i].shorted);
            return;
        }
    }
    error_setg(errp, "a pin is driven '0', '1' or 'z', or a 'short-0' or 'short-1', not '%s'", value);
}

static void pin_get_mv(Object *obj, Visitor *v, const char *name, void *opaque, Error **errp)
{
    int64_t mv = pin_mv(PIN(obj));

    visit_type_int(v, name, &mv, errp);
}

static void pin_set_mv(Object *obj, Visitor *v, const char *name, void *opaque, Error **errp)
{
    int64_t mv;

    if (!visit_type_int(v, name, &mv, errp)) {
        return;
    }
    if (mv < 0 || mv > 5000) {
        error_setg(errp, "%" PRId64 " mV at a pin: 0 to 5000 will not damage it", mv);
        return;
    }
    outside_drives(PIN(obj), (Drive) { .kind = DRIVE_ANALOG, .uv = mv * 1000 }, false);
}

static void pin_get_frequency(Object *obj, Visitor *v, const char *name, void *opaque,
                              Error **errp)
{
    const Drive *d = &PIN(obj)->net->drive;
    double hz = d->kind == DRIVE_WAVE ? 1e9 * 4294967296.0 / d->period : 0;

    visit_type_number(v, name, &hz, errp);
}

static void pin_get_duty(Object *obj, Visitor *v, const char *name, void *opaque, Error **errp)
{
    const Drive *d = &PIN(obj)->net->drive;
    double percent = d->kind == DRIVE_WAVE ? 100.0 * d->high / d->period : pin_duty(PIN(obj));

    visit_type_number(v, name, &percent, errp);
}

static void pin_init(Object *obj)
{
    Pin *pin = PIN(obj);

    pin->net = g_new0(PinNet, 1);
    pin->net->pins = g_ptr_array_new();
    g_ptr_array_add(pin->net->pins, pin);
    pin->net->edge = timer_new_ns(QEMU_CLOCK_VIRTUAL, net_edge, pin->net);
    QSLIST_INIT(&pin->drivers);
    QLIST_INIT(&pin->listeners);
    QLIST_INIT(&pin->followers);
    pinmux_init(pin);
    pin_add_driver(pin, &pin->pull, "pull resistor");
    pin_add_driver(pin, &pin->chip, "chip");
    pin_add_driver(pin, &pin->outside, "outside");
}

static void pin_class_init(ObjectClass *klass, void *data)
{
    object_class_property_add_bool(klass, "level", pin_get_level, NULL);
    object_class_property_add_str(klass, "drive", pin_get_drive, pin_set_drive);
    object_class_property_add(klass, "mv", "int", pin_get_mv, pin_set_mv, NULL, NULL);
    object_class_property_add(klass, "frequency", "number", pin_get_frequency, NULL, NULL, NULL);
    object_class_property_add(klass, "duty", "number", pin_get_duty, NULL, NULL, NULL);
    pin_watch_add_properties(klass);
}

static const TypeInfo pin_types[] = { {
    .name = TYPE_PIN, .parent = TYPE_OBJECT, .instance_size = sizeof(Pin),
    .instance_init = pin_init, .class_init = pin_class_init,
} };
DEFINE_TYPES(pin_types)

static int pin_pre_save(void *opaque)
{
    PIN(opaque)->told = PIN(opaque)->net->level;
    PIN(opaque)->told_plain = PIN(opaque)->net->plain_level;
    return 0;
}

static bool is_level(uint32_t kind)
{
    return kind == DRIVE_LOW || kind == DRIVE_HIGH;
}

static int pin_post_load(void *opaque, int version_id)
{
    Pin *pin = opaque;

    if (pin->outside.drive.kind > DRIVE_ANALOG || (pin->shorted && !is_level(pin->outside.drive.kind))) {
        return -EINVAL;             /* not what the world can do by `drive` and `mv` */
    }
    pin->net->level = pin->told;
    pin->net->plain_level = pin->told_plain;
    pin->net->edge_ns = 0;          /* it may have been later before */
    net_update(pin->net);
    return 0;
}

const VMStateDescription vmstate_pin = {
    .name = TYPE_PIN, .version_id = 2, .minimum_version_id = 2,
    .pre_save = pin_pre_save, .post_load = pin_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_BOOL(told, Pin),
        VMSTATE_BOOL(told_plain, Pin),
        VMSTATE_UINT32(outside.drive.kind, Pin),
        VMSTATE_INT32(outside.drive.uv, Pin),
        VMSTATE_BOOL(shorted, Pin),
        VMSTATE_END_OF_LIST()
    },
};
