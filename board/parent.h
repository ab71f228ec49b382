/*
 * Who has started QEMU.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_PARENT_H
#define STM32_BOARD_PARENT_H

/* Whether the machine ends with the process that has started it. */
void parent_watch(bool on);

#endif
