/*
 * The event STM32_MISTAKE of QMP, for every mistake that is reported.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CORE_MISTAKE_EVENT_H
#define STM32_CORE_MISTAKE_EVENT_H

/* From now on there are events. */
void mistake_events_begin(void);

#endif
