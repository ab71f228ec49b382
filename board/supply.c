/*
 * The supply, see supply.h.  What is joined to a rail has what the rail has.
 *
 * Deliberately different: the 5 V are not more than the board's 3 V to those who measure them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/supply.h"

static const struct {
    const char *child, *name, *names;
    bool high;
} rails[] = {
    { "gnd", "GND", "gnd,vss", false },
    { "3v3", "3V3", "3v3,3v,vcc,vdd,3.3v", true },
    { "5v", "5V", "5v,vin", true },
};

void supply_new(Object *machine)
{
    for (unsigned i = 0; i < ARRAY_SIZE(rails); i++) {
        Pin *pin = PIN(object_new(TYPE_PIN));
        PinDriver *driver = g_new0(PinDriver, 1);

        object_property_add_child(machine, rails[i].child, OBJECT(pin));
        object_unref(OBJECT(pin));
        pin->name = rails[i].name;
        pin->rail = true;
        pin_add_driver(pin, driver, "supply");
        pin_drive(driver, DRIVE_LEVEL(rails[i].high));
    }
}

/* "GND.2" is another pad of "gnd". */
static char *without_number(const char *name)
{
    char *pad = g_ascii_strdown(name, -1), *dot = strrchr(pad, '.');

    if (dot && dot[1] && strspn(dot + 1, "0123456789") == strlen(dot + 1)) {
        *dot = 0;
    }
    return pad;
}

Pin *supply_find(const char *name)
{
    g_autofree char *pad = without_number(name);

    for (unsigned i = 0; i < ARRAY_SIZE(rails); i++) {
        g_auto(GStrv) known = g_strsplit(rails[i].names, ",", 0);

        if (g_strv_contains((const char *const *)known, pad)) {
            g_autofree char *path = g_strdup_printf("/machine/%s", rails[i].child);

            return PIN(object_resolve_path(path, NULL));
        }
    }
    return NULL;
}
