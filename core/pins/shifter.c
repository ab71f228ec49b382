/*
 * Shifter, see shifter.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/core/pins/shifter.h"

void shifter_init(Shifter *sh, Clock *clk, QEMUTimerCB *expired, void *opaque)
{
    counter_init(&sh->ticks, clk);
    counter_go(&sh->ticks);
    sh->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, expired, opaque);
}

void shifter_reset(Shifter *sh)
{
    sh->phase = 0;
    sh->begin = sh->due = sh->end = 0;
    sh->word = 0;
    timer_del(sh->timer);
}

/*
 * While virtual time is the host's, frames that follow each other may fall behind, and who never
 * stops would on a slow host not catch up: what is too late begins now.  To ask for the time costs
 * some, so not for every frame.
 */
static bool is_far_behind(Shifter *sh, uint64_t ticks)
{
    return !time_is_exact() && ++sh->row % 32 == 0 &&
           counter_now(&sh->ticks) >= sh->end + SHIFTER_BACKLOG * ticks;
}

void shifter_begin(Shifter *sh, unsigned phase, uint64_t due, uint64_t ticks, bool follows)
{
    if (follows ? is_far_behind(sh, MAX(due, ticks)) : counter_now(&sh->ticks) >= sh->end) {
        counter_set(&sh->ticks, 0);
        sh->end = 0;
    }
    sh->phase = phase;
    sh->begin = sh->end;
    sh->due = sh->begin + due;
    sh->end = sh->begin + ticks;
}

void shifter_stretch(Shifter *sh)
{
    sh->end = MAX(sh->end, counter_now(&sh->ticks));
}

int64_t shifter_when(const Shifter *sh)
{
    return sh->phase ? counter_when(&sh->ticks, sh->due) : COUNTER_NEVER;
}

void shifter_arm(Shifter *sh, int64_t when)
{
    counter_arm(sh->timer, when);
}

void shifter_arm_late(Shifter *sh, int64_t when, int64_t (*lateness)(void *opaque), void *opaque)
{
    if (when == COUNTER_NEVER || timer_expire_time_ns(sh->timer) != when) {
        counter_arm_late(sh->timer, when, when == COUNTER_NEVER ? 0 : lateness(opaque));
    }
}

bool shifter_is_late(const Shifter *sh)
{
    return timer_pending(sh->timer) &&
           timer_expired(sh->timer, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL));
}

void shifter_sync(Shifter *sh)
{
    counter_sync(&sh->ticks);
}

const VMStateDescription vmstate_shifter = {
    .name = "stm32-shifter", .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_COUNTER(ticks, Shifter),
        VMSTATE_UINT64(begin, Shifter),
        VMSTATE_UINT64(due, Shifter),
        VMSTATE_UINT64(end, Shifter),
        VMSTATE_UINT32(phase, Shifter),
        VMSTATE_UINT32(word, Shifter),
        VMSTATE_END_OF_LIST()
    },
};
