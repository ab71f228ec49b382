/*
 * What ran when: functions, interrupts and threads as a Chrome trace, which Perfetto opens.  Times are virtual.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_PLUGIN_TIMELINE_H
#define STM32_PLUGIN_TIMELINE_H

#include "program.h"

/* At most @limit events are written to @path, which stays.  Both: false with @error set. */
bool timeline_begin(const char *path, uint64_t limit, char **error);
bool timeline_end(char **error);

#endif
