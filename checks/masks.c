/*
 * Interrupts that are off for long while one waits: PRIMASK, FAULTMASK, BASEPRI.
 *
 * That nobody waits is no mistake, so start-up code and an endless loop with interrupts off say nothing; nor is the first
 * tick of SysTick somebody (see handlers.c), or PendSV, which is the program's own.  But who chooses a bound wants to know
 * how late an interrupt could be: then all the time counts.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "stm32/checks/state.h"
#include "stm32/core/mistake/place.h"
#include "stm32/core/counter.h"
#include "stm32/core/symbols.h"

#define BOUND_NS 1000000

enum { PENDSV = 14 };

static int64_t chosen_ns;       /* a bound that somebody has chosen, or 0 */

bool checks_set_bound(const char *option, Error **errp)
{
    static const struct {
        const char *name;
        int64_t ns;
    } units[] = { { "ns", 1 }, { "us", 1000 }, { "ms", 1000000 }, { "s", 1000000000 } };
    char *unit;
    guint64 number = g_ascii_strtoull(option, &unit, 10);

    for (unsigned i = 0; i < ARRAY_SIZE(units); i++) {
        if (unit != option && g_ascii_isdigit(option[0]) && !strcmp(unit, units[i].name) && number &&
            number <= 3600000000000 / units[i].ns) {
            chosen_ns = number * units[i].ns;
            return true;
        }
    }
    error_setg(errp, "interrupts-off=%s: it is a time, as 200us, 5ms", option);
    return false;
}

static struct {
    bool on;                    /* there are interrupts that can't come */
    const char *by;
    int64_t since;
    uint32_t pc;                /* who has done it */
    unsigned waits;             /* an exception that does; 0: none */
    int64_t waits_since;
} mask;

static void end(uint32_t pc)
{
    int64_t now = check_now(), waited = mask.waits ? now - mask.waits_since : 0;

    if (chosen_ns ? now - mask.since > chosen_ns : waited > (time_is_exact() ? BOUND_NS : CHECK_HOSTS_NS)) {
        g_autofree char *who = guest_exception_name(mask.waits), *where = symbols_describe(mask.pc);

        guest_mistake_at(CORE, TIME003, pc, "interrupts were off for %.3f ms by %s, from %s to here; %s has waited %.3f ms",
                         (now - mask.since) / 1e6, mask.by, where, mask.waits ? who : "nobody", waited / 1e6);
    }
    mask.on = false;
}

void masks_written(unsigned reg, uint32_t pc)
{
    bool on = check_masked();

    if (mask.on && !on) {
        end(pc);
    } else if (on && !mask.on) {
        mask.on = true;
        mask.by = reg == 16 ? "PRIMASK" : reg == 19 ? "FAULTMASK" : "BASEPRI";
        mask.since = check_now();
        mask.waits = 0;
        mask.pc = pc;
    }
}

char *masks_since(void)
{
    return mask.on ? symbols_describe(mask.pc) : NULL;
}

void masks_pended(unsigned exception)
{
    if (mask.on && !mask.waits && exception != PENDSV && check_is_enabled(exception)) {
        mask.waits = exception;
        mask.waits_since = check_now();
    }
}

void masks_taken(unsigned exception)
{
    if (mask.waits == exception) {
        mask.waits = 0;
    }
}

void masks_forget(void)
{
    mask.on = false;
}
