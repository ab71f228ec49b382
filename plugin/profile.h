/*
 * Where the cycles went, by function: callgrind's format, which KCachegrind opens.
 *
 * Cycles are HCLK's over virtual time, also those that the core slept or waited for; they are told by function, and
 * instructions by line.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_PLUGIN_PROFILE_H
#define STM32_PLUGIN_PROFILE_H

#include "program.h"

void profile_begin(void);
/* False with @error set. */
bool profile_write(const Program *p, const char *path, char **error);

#endif
