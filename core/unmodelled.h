/*
 * A peripheral that the chip has and this machine does not model yet: an access is reported
 * (LOG_UNIMP), reads give 0, writes are lost.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CORE_UNMODELLED_H
#define STM32_CORE_UNMODELLED_H

#include "exec/hwaddr.h"
#include "qom/object.h"

#define TYPE_UNMODELLED "stm32-unmodelled"

/* Map it as child @name of @parent: @size bytes at @base of the system's memory. */
void unmodelled_map(Object *parent, const char *name, hwaddr base, unsigned size);

#endif
