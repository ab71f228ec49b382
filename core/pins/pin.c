/*
 * Pins, see pin.h: what is asked of them, and their properties.  Their nets are in net.c, what the
 * chip itself does at a pin in pinmux.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "stm32/core/pins/net.h"

Drive pin_state(Pin *pin)
{
    return pin->net->drive;
}

Drive pin_state_without(Pin *pin, const PinDriver *driver)
{
    return net_state_without(pin->net, driver);
}

Drive pin_plain_state(Pin *pin)
{
    return drive_at_rest(&pin->net->plain);
}

bool pin_plain_level(Pin *pin)
{
    Drive plain = drive_at_rest(&pin->net->plain);

    return drive_level(&plain);
}

bool pin_level(Pin *pin)
{
    return drive_level(&pin->net->drive);
}

int pin_mv(Pin *pin)
{
    return (drive_uv(&pin->net->drive, drive_now(), DRIVE_VDD_UV) + 500) / 1000;
}

unsigned pin_duty(Pin *pin)
{
    Drive d = drive_at_rest(&pin->net->plain);

    switch (d.kind) {
    case DRIVE_WAVE:
        return drive_now() < d.start ? 0 : (unsigned __int128)d.high * 100 / d.period;
    case DRIVE_ANALOG:
    case DRIVE_SOURCE:
        return CLAMP(drive_uv(&d, drive_now(), DRIVE_VDD_UV), 0, DRIVE_VDD_UV) / (DRIVE_VDD_UV / 100);
    default:
        return drive_level(&d) ? 100 : 0;
    }
}

void pin_join(Pin *a, Pin *b)
{
    PinNet *gone = b->net;

    if (a->net == gone) {
        return;
    }
    for (unsigned i = 0; i < gone->pins->len; i++) {
        Pin *pin = gone->pins->pdata[i];

        pin->net = a->net;
        g_ptr_array_add(a->net->pins, pin);
    }
    timer_free(gone->edge);
    g_ptr_array_unref(gone->pins);
    g_free(gone);
    net_update(a->net);
}

Pin *pin_of_net(const Pin *pin, unsigned n)
{
    return n < pin->net->pins->len ? pin->net->pins->pdata[n] : NULL;
}

/* ---- QOM ---- */

static bool pin_get_level(Object *obj, Error **errp)
{
    return pin_level(PIN(obj));
}

static char *pin_get_drive(Object *obj, Error **errp)
{
    switch (PIN(obj)->outside.drive.kind) {
    case DRIVE_LOW:  return g_strdup("0");
    case DRIVE_HIGH: return g_strdup("1");
    default:         return g_strdup("z");
    }
}

static void pin_set_drive(Object *obj, const char *value, Error **errp)
{
    Pin *pin = PIN(obj);

    if (!strcmp(value, "0")) {
        pin_drive(&pin->outside, DRIVE(LOW));
    } else if (!strcmp(value, "1")) {
        pin_drive(&pin->outside, DRIVE(HIGH));
    } else if (!strcmp(value, "z")) {
        pin_drive(&pin->outside, DRIVE(NONE));
    } else {
        error_setg(errp, "a pin is driven '0', '1' or 'z', not '%s'", value);
    }
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
    pin_drive(&PIN(obj)->outside, (Drive) { .kind = DRIVE_ANALOG, .uv = mv * 1000 });
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

static int pin_post_load(void *opaque, int version_id)
{
    Pin *pin = opaque;

    if (pin->outside.drive.kind > DRIVE_ANALOG) {
        return -EINVAL;             /* not what the world can do by `drive` and `mv` */
    }
    pin->net->level = pin->told;
    pin->net->plain_level = pin->told_plain;
    pin->net->edge_ns = 0;          /* it may have been later before */
    net_update(pin->net);
    return 0;
}

const VMStateDescription vmstate_pin = {
    .name = TYPE_PIN, .version_id = 1, .minimum_version_id = 1,
    .pre_save = pin_pre_save, .post_load = pin_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_BOOL(told, Pin),
        VMSTATE_BOOL(told_plain, Pin),
        VMSTATE_UINT32(outside.drive.kind, Pin),
        VMSTATE_INT32(outside.drive.uv, Pin),
        VMSTATE_END_OF_LIST()
    },
};
