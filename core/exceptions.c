/*
 * Who is told of exceptions, see exceptions.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/core/exceptions.h"

#define MAX_WATCHERS 4

static const ARMv7MWatch *watcher[MAX_WATCHERS];
static unsigned watchers;

#define TELL(function, ...) \
    for (unsigned i = 0; i < watchers; i++) { \
        if (watcher[i]->function) { \
            watcher[i]->function(__VA_ARGS__); \
        } \
    }

static void taken(int exc, uint32_t frame, uint32_t pc)
{
    TELL(taken, exc, frame, pc)
}

static void returns(int exc)
{
    TELL(returns, exc)
}

static void resumed(uint32_t frame)
{
    TELL(resumed, frame)
}

static void pended(int exc, bool was)
{
    TELL(pended, exc, was)
}

static void ticked(bool was)
{
    TELL(ticked, was)
}

static void special(unsigned reg, uintptr_t ra)
{
    TELL(special, reg, ra)
}

void exceptions_watch(const ARMv7MWatch *watch)
{
    static const ARMv7MWatch all = {
        .taken = taken, .returns = returns, .resumed = resumed, .pended = pended, .ticked = ticked,
        .special = special,
    };

    assert(watchers < MAX_WATCHERS);        /* the machine's own parts, each once */
    watcher[watchers++] = watch;
    armv7m_watch = &all;
}
