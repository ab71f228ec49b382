/*
 * What day and time it is for parts that know: that of -rtc when the machine began, and virtual time since then, so that
 * it is never out of step with the program, however fast that runs.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_PARTS_CALENDAR_H
#define STM32_BOARD_PARTS_CALENDAR_H

#include "qemu/cutils.h"
#include "qemu/timer.h"
#include "system/rtc.h"

/* Seconds since 1970 at virtual time 0. */
static inline int64_t calendar_begin(void)
{
    struct tm now;

    qemu_get_timedate(&now, 0);
    return mktimegm(&now) - qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) / NANOSECONDS_PER_SECOND;
}

/* The time @seconds after 1970, within the years that fit. */
static inline struct tm calendar_of(int64_t seconds)
{
    time_t t = MIN(MAX(seconds, 0), 253402300799ll);
    struct tm tm;

    gmtime_r(&t, &tm);
    return tm;
}

#endif
