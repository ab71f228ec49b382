/*
 * Record and replay (-icount rr=), and debugging backwards.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_REPLAY_H
#define STM32_BOARD_REPLAY_H

/* To be called while the machine is made: what it needs is put in place when all devices are there. */
void replay_prepare(void);

#endif
