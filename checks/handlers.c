/*
 * Handlers that are too slow: one whose interrupt comes again, again and again, before it has returned; and SysTick,
 * which is pending still when it comes again, so that a tick is lost.
 *
 * Only interrupts that come by time are looked at.  Others may be caused by what the handler does itself: that a
 * transmitter is empty again at once says nothing.  Which ones these are the chip says.  Before the first tick nobody
 * counts: kernels start SysTick, and let interrupts in with their first thread (RT-Thread prints its banner meanwhile), and
 * bootloaders that poll all (OpenBLT) never do.  Who waits for a tick then is told of the loop (NVIC015).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/checks/state.h"
#include "stm32/core/counter.h"
#include "stm32/core/mistake/place.h"

#define IN_A_ROW 16
#define EXCEPTIONS 256
#define DEPTH 16
#define SYSTICK 15

static bool is_periodic[EXCEPTIONS], again[EXCEPTIONS];
static uint8_t in_a_row[EXCEPTIONS];
static struct {
    unsigned exception;
    int64_t since;
} active[DEPTH];
static unsigned depth;
static int64_t systick_since;
static bool has_ticked;         /* SysTick's handler has run: somebody counts */

void handlers_begin(void)
{
    is_periodic[SYSTICK] = true;
    for (unsigned i = 0; i < checks_chip->n_periodic; i++) {
        is_periodic[FIRST_INTERRUPT + checks_chip->periodic[i]] = true;
    }
}

void handlers_taken(unsigned exception)
{
    has_ticked |= exception == SYSTICK;
    if (depth < DEPTH) {
        active[depth].exception = exception;
        active[depth++].since = check_now();
    }
    again[exception % EXCEPTIONS] = false;
}

void handlers_return(unsigned exception)
{
    unsigned n = exception % EXCEPTIONS;
    int64_t since = check_now();

    while (depth) {
        since = active[--depth].since;
        if (active[depth].exception == exception) {
            break;
        }
    }
    in_a_row[n] = again[n] ? in_a_row[n] + 1 : 0;
    if (in_a_row[n] == IN_A_ROW) {
        g_autofree char *name = guest_exception_name(exception);

        in_a_row[n] = 0;
        guest_mistake_at(CORE, TIME001, check_handler(exception), "the handler of %s was interrupted by its own next "
                         "one %u times in a row; the last one took %.3f us", name, IN_A_ROW,
                         (check_now() - since) / 1e3);
    }
}

static bool is_active(unsigned exception)
{
    for (unsigned i = 0; i < depth; i++) {
        if (active[i].exception == exception) {
            return true;
        }
    }
    return false;
}

bool handlers_have_ticked(void)
{
    return has_ticked;
}

static void tick_is_lost(double waits_ms)
{
    g_autofree char *since = masks_since();
    bool is_hosts = !time_is_exact() && waits_ms * SCALE_MS < CHECK_HOSTS_NS;

    if (is_hosts || (!has_ticked && check_masked())) {
        return;
    }
    if (depth && !check_masked()) {
        unsigned exception = active[depth - 1].exception;
        g_autofree char *name = guest_exception_name(exception);

        guest_mistake_at(CORE, TIME002, check_handler(exception), "SysTick comes while the one before still waits, for %.3f "
                         "ms, as the handler of %s runs: a tick is lost; keep it short, or give SysTick a higher priority; "
                         "what waits for ticks in it (HAL_Delay()) never ends", waits_ms, name);
    } else {
        guest_mistake(CORE, TIME002, "SysTick comes while the one before still waits, for %.3f ms%s%s%s: a tick is lost",
                      waits_ms, check_masked() ? ", as interrupts are off" : "", since ? " since " : "", since ?: "");
    }
}

void handlers_pended(unsigned exception, bool was)
{
    if (exception >= EXCEPTIONS || !is_periodic[exception]) {
        return;
    }
    if (exception != SYSTICK) {
        again[exception] |= is_active(exception);
    } else if (!was) {
        systick_since = check_now();
    }
}

/* A program may set PENDSTSET itself, to have the handler look: that is no tick. */
void handlers_ticked(bool was)
{
    again[SYSTICK] |= is_active(SYSTICK);
    if (was) {
        tick_is_lost((check_now() - systick_since) / 1e6);
    }
}

void handlers_forget(bool have_ticked)
{
    has_ticked = have_ticked;
    depth = 0;
    memset(again, 0, sizeof(again));
    memset(in_a_row, 0, sizeof(in_a_row));
}
