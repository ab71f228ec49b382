/*
 * All about a pin, for whoever points at it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qobject/qbool.h"
#include "stm32/board/page/state.h"
#include "stm32/board/parts/part.h"
#include "stm32/board/user_pin.h"
#include "stm32/core/pins/net.h"
#include "stm32/soc/stm32f407.h"

static const char *const kinds[] = {
    [DRIVE_NONE] = "nothing", [DRIVE_PULL_DOWN] = "pull-down", [DRIVE_PULL_UP] = "pull-up", [DRIVE_LOW] = "low",
    [DRIVE_HIGH] = "high", [DRIVE_WAVE] = "square wave", [DRIVE_ANALOG] = "voltage", [DRIVE_SOURCE] = "generator",
    [DRIVE_PICTURE] = "frames",
};

static const char *kind_of(const Drive *d)
{
    return d->kind < ARRAY_SIZE(kinds) ? kinds[d->kind] : "";
}

/* Who drives its net, at which pin, with what. */
static QList *drivers_of(Pin *pin)
{
    QList *list = qlist_new();
    Pin *one;

    for (unsigned n = 0; (one = pin_of_net(pin, n)); n++) {
        PinDriver *driver;

        QSLIST_FOREACH(driver, &one->drivers, next) {
            if (driver->drive.kind != DRIVE_NONE) {
                QDict *d = qdict_new();

                qdict_put_str(d, "who", driver->name);
                qdict_put_str(d, "pin", one->name);
                qdict_put_str(d, "drive", kind_of(&driver->drive));
                qlist_append(list, d);
            }
        }
    }
    return list;
}

static QList *net_of(Pin *pin)
{
    QList *list = qlist_new();
    Pin *one;

    for (unsigned n = 0; (one = pin_of_net(pin, n)); n++) {
        qlist_append_str(list, one->name);
    }
    return list;
}

/* What the port's registers say; a leg of a part has none. */
static void put_chip(QDict *d, const Pin *pin)
{
    static const char *const modes[] = {
        [PIN_INPUT] = "input", [PIN_OUTPUT] = "output", [PIN_ALTERNATE] = "alternate", [PIN_ANALOG] = "analog",
    };
    static const char *const pulls[] = { "", "up", "down", "" };
    const PinConfig *config = &pin->config;

    qdict_put_str(d, "mode", modes[config->mode]);
    qdict_put_str(d, "pull", pulls[config->pull & 3]);
    qdict_put_bool(d, "openDrain", config->open_drain);
    if (config->mode == PIN_ALTERNATE) {
        g_autofree char *function = stm32f407_function_at(pin->name, config->function);

        qdict_put_int(d, "function", config->function);
        qdict_put_str(d, "signal", function ?: "");
    }
}

QDict *pins_describe(const char *name)
{
    Pin *pin = user_pin("page", name, NULL);
    QDict *d = pin ? qdict_new() : NULL;

    if (!pin) {
        return NULL;
    }
    qdict_put_str(d, "asked", name);
    qdict_put_str(d, "name", pin->name);
    qdict_put_bool(d, "level", pin_plain_level(pin));
    qdict_put_int(d, "mv", pin_mv(pin));
    qdict_put_int(d, "duty", pin_duty(pin));
    if (pin->net->drive.kind == DRIVE_WAVE && pin->net->drive.period) {
        qdict_put_int(d, "hz", 1e9 * 4294967296.0 / pin->net->drive.period);
    }
    qdict_put_str(d, "driven", kind_of(&pin->net->plain));
    qdict_put(d, "drivers", drivers_of(pin));
    qdict_put(d, "net", net_of(pin));
    if (!object_dynamic_cast(OBJECT(pin)->parent, TYPE_PART) && !pin->rail) {
        put_chip(d, pin);
    }
    return d;
}
