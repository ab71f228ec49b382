/*
 * A machine that is started by a test has nothing to do when that is gone, however it went: it is looked for now and
 * then.  A signal at its end, which Linux could send, comes at the end of the parent's thread already.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/timer.h"
#include "system/runstate.h"
#include "stm32/board/parent.h"

#define LOOK_EVERY_MS 1000

static QEMUTimer *timer;
static pid_t parent;

static void look(void *opaque)
{
    if (getppid() == parent) {
        timer_mod(timer, qemu_clock_get_ms(QEMU_CLOCK_REALTIME) + LOOK_EVERY_MS);
    } else {
        qemu_system_shutdown_request(SHUTDOWN_CAUSE_HOST_SIGNAL);
    }
}

void parent_watch(bool on)
{
    if (on && !timer) {
        parent = getppid();
        timer = timer_new_ms(QEMU_CLOCK_REALTIME, look, NULL);
        look(NULL);
    } else if (!on && timer) {
        timer_free(timer);
        timer = NULL;
    }
}
