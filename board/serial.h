/*
 * QEMU's -serial options and the USARTs they are joined to.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_SERIAL_H
#define STM32_BOARD_SERIAL_H

#include "chardev/char.h"

/* Is @name one of the values of the machine property `vcp`?  Otherwise one clear line in @errp. */
bool serial_check_vcp(const char *name, Error **errp);

/* What a port gets in place of the chardev @given, which may be NULL. */
typedef Chardev *SerialTee(const char *port, Chardev *given);

/*
 * Join -serial options to the USARTs of @soc, which is not realized yet; @vcp NULL: USART2.  @tee: who wants to be
 * between, or NULL.
 */
void serial_join(Object *soc, const char *vcp, SerialTee *tee);

#endif
