/*
 * Stop the machine at this instant, see pause.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "system/cpus.h"
#include "system/runstate.h"
#include "stm32/core/pause.h"

/*
 * In the CPU's thread it stops the CPU there and then.  Elsewhere (in tests without a CPU) the main loop
 * does it: to stop the clock waits until no timer of it is being served, and this may be one.
 */
void pause_machine(void)
{
    if (!runstate_is_running()) {
        return;
    }
    if (qemu_in_vcpu_thread()) {
        vm_stop(RUN_STATE_PAUSED);
    } else {
        qemu_system_vmstop_request_prepare();
        qemu_system_vmstop_request(RUN_STATE_PAUSED);
    }
}
