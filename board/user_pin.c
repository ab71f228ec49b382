/*
 * Pins that users name, see user_pin.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "stm32/board/supply.h"
#include "stm32/board/user_pin.h"
#include "stm32/soc/stm32f407.h"

static UserPinFinder *finder;

void user_pin_also(UserPinFinder *find)
{
    finder = find;
}

Pin *user_pin(const char *option, const char *name, Error **errp)
{
    Object *soc = object_resolve_path("/machine/soc", NULL);
    Error *err = NULL;
    Pin *pin = NULL;

    if (soc && name && object_dynamic_cast(soc, TYPE_STM32F407_SOC)) {
        pin = stm32f407_find_pin(soc, name) ?: supply_find(name) ?: (finder ? finder(name, &err) : NULL);
    }
    if (err) {
        error_propagate_prepend(errp, err, "%s=: ", option);
    } else if (!pin) {
        error_setg(errp, "%s=: there is no pin '%s'; pins are pa0 to pa15, pb0 ... pi15, gnd, 3v3, 5v, and legs of "
                   "parts that stand before it", option, name ?: "");
    }
    return pin;
}
