/*
 * When a logic analyser begins, see trigger.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/logic/trigger.h"
#include "stm32/board/logic/vcd.h"

Condition condition_of(const char *name)
{
    static const char *const names[] = { "low", "high", "rising", "falling", "edge" };
    unsigned i = 0;

    while (i < ARRAY_SIZE(names) && g_ascii_strcasecmp(name, names[i])) {
        i++;
    }
    return i < ARRAY_SIZE(names) ? i : CONDITIONS;
}

bool trigger_add(Trigger *t, unsigned trace, Condition condition)
{
    if (t->n == TRIGGER_MAX) {
        return false;
    }
    t->term[t->n].trace = trace;
    t->term[t->n++].condition = condition;
    return true;
}

static bool is_low(int32_t value)
{
    return value == VCD_LOW || value == VCD_NOTHING;
}

static bool is_met(Condition condition, int32_t value, bool changed, int32_t was)
{
    switch (condition) {
    case CONDITION_LOW:
        return is_low(value);
    case CONDITION_HIGH:
        return value == VCD_HIGH;
    case CONDITION_RISING:
        return changed && is_low(was) && value == VCD_HIGH;
    case CONDITION_FALLING:
        return changed && was == VCD_HIGH && is_low(value);
    case CONDITION_EDGE:
        return changed && was != VCD_UNKNOWN && is_low(was) != is_low(value);
    default:
        return changed && value != was;
    }
}

bool trigger_hits(const Trigger *t, const int32_t *value, unsigned trace, int32_t was)
{
    for (unsigned i = 0; i < t->n; i++) {
        unsigned of = t->term[i].trace;

        if (!is_met(t->term[i].condition, value[of], of == trace, was)) {
            return false;
        }
    }
    return true;
}
