/*
 * Record and replay (-icount rr=).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_REPLAY_H
#define STM32_BOARD_REPLAY_H

#include <stdbool.h>

/*
 * To be called while the machine is made: what it needs is put in place when all devices are there.  Ends QEMU with a line
 * if it does not go with -icount, or with a @page.
 */
void replay_prepare(bool page);

#endif
