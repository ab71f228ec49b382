/*
 * Pins that users name, see user_pin.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "stm32/board/parts/part.h"
#include "stm32/board/supply.h"
#include "stm32/board/user_pin.h"
#include "stm32/soc/stm32f407.h"

/* "led1.A"; an id may have dots, and so may a leg. */
static Pin *leg_of_part(const char *name, Part **part)
{
    for (const char *dot = strchr(name, '.'); dot; dot = strchr(dot + 1, '.')) {
        g_autofree char *id = g_strndup(name, dot - name);
        Part *found = part_find(id);

        if (found) {
            *part = found;
            return part_find_leg(found, dot + 1);
        }
    }
    return NULL;
}

Pin *user_pin(const char *option, const char *name, Error **errp)
{
    Object *soc = object_resolve_path("/machine/soc", NULL);
    Part *part = NULL;
    Pin *pin = NULL;

    if (soc && name && object_dynamic_cast(soc, TYPE_STM32F407_SOC)) {
        pin = stm32f407_find_pin(soc, name) ?: supply_find(name) ?: leg_of_part(name, &part);
    }
    if (pin) {
        return pin;
    }
    if (part) {
        g_autofree char *legs = g_strjoinv(", ", (char **)PART_GET_CLASS(part)->legs);

        error_setg(errp, "%s=: there is no leg '%s'; a %s has %s", option, name,
                   object_get_typename(OBJECT(part)), legs);
    } else {
        error_setg(errp, "%s=: there is no pin '%s'; pins are pa0 to pa15, pb0 ... pi15, gnd, 3v3, 5v, and legs of "
                   "parts that stand before it", option, name ?: "");
    }
    return NULL;
}
