/*
 * Date and time as the RTC's registers TR and DR have them: BCD, years 00 to 99, all of which divisible
 * by 4 are leap years.  Pure functions.
 *
 * What a program has written is kept as it is until it has to change, legal or not: a time base was
 * seen that counts from month 0, day 0.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_PERIPHERALS_RTC_CALENDAR_H
#define STM32_PERIPHERALS_RTC_CALENDAR_H

typedef struct Calendar {
    uint32_t tr, dr;
    bool am_pm;             /* CR.FMT: hours are 12, 1 ... 11 with a PM bit */
} Calendar;

#define CALENDAR_NEVER UINT64_MAX

void calendar_set(Calendar *c, const struct tm *tm);
void calendar_add(Calendar *c, uint64_t seconds);

/* Seconds until it is what @alarm (ALRMxR) says: 0 if it is that now. */
uint64_t calendar_until(const Calendar *c, uint32_t alarm);

#endif
