/*
 * Stop the machine at this instant of virtual time: for those who look at it from outside.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CORE_PAUSE_H
#define STM32_CORE_PAUSE_H

/* To be called by a timer, or while the guest makes an access; the machine is paused as by `stop`. */
void pause_machine(void);

#endif
