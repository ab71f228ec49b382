/*
 * Pins that users name, see user_pin.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "stm32/board/user_pin.h"
#include "stm32/soc/stm32f407.h"

Pin *user_pin(const char *option, const char *name, Error **errp)
{
    Object *soc = object_resolve_path("/machine/soc", NULL);
    Pin *pin = soc && name && object_dynamic_cast(soc, TYPE_STM32F407_SOC)
               ? stm32f407_find_pin(soc, name) : NULL;

    if (!pin) {
        error_setg(errp, "%s=: there is no pin '%s'; pins are pa0 to pa15, pb0 ... pi15", option,
                   name ?: "");
    }
    return pin;
}
