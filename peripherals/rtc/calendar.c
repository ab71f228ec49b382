/*
 * The calendar of the RTC (RM0090 26.3.2 and 26.3.3), see calendar.h.
 *
 * unsure: what the chip makes of numbers that are no date or time when they carry; here a field beyond
 * its range carries as its largest value does.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bcd.h"
#define REGS "stm32/regs/rtc.h"
#include "stm32/core/regs.h"
#include "stm32/peripherals/rtc/calendar.h"

#define DAY 86400
#define CENTURY 36525                       /* days */
#define HOUR_BITS (R_TR_PM_MASK | R_TR_HT_MASK | R_TR_HU_MASK)

/* ---- Time ---- */

static uint32_t hour_to_bcd(unsigned hour, bool am_pm)
{
    unsigned shown = am_pm ? (hour + 11) % 12 + 1 : hour;

    return to_bcd(shown) << R_TR_HU_SHIFT | (am_pm && hour >= 12 ? R_TR_PM_MASK : 0);
}

static uint32_t time_to_tr(unsigned second, bool am_pm)
{
    return hour_to_bcd(second / 3600, am_pm) | to_bcd(second / 60 % 60) << R_TR_MNU_SHIFT |
           to_bcd(second % 60);
}

static unsigned second_of_day(const Calendar *c)
{
    unsigned hour = from_bcd(extract32(c->tr, R_TR_HU_SHIFT, 6));

    if (c->am_pm) {
        hour = hour % 12 + (c->tr & R_TR_PM_MASK ? 12 : 0);
    }
    return hour * 3600 + from_bcd(extract32(c->tr, R_TR_MNU_SHIFT, 7)) * 60 +
           from_bcd(extract32(c->tr, R_TR_SU_SHIFT, 7));
}

/* ---- Date ---- */

static unsigned days_in_month(unsigned month, unsigned year)
{
    static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

    if (month == 2 && year % 4 == 0) {
        return 29;
    }
    return month >= 1 && month <= 12 ? days[month - 1] : 31;
}

/* Month by month: a century of days is 1200 rounds. */
static void add_days(Calendar *c, uint64_t days)
{
    unsigned day = from_bcd(extract32(c->dr, R_DR_DU_SHIFT, 6));
    unsigned month = from_bcd(extract32(c->dr, R_DR_MU_SHIFT, 5));
    unsigned year = from_bcd(extract32(c->dr, R_DR_YU_SHIFT, 8));
    unsigned weekday = FIELD_EX32(c->dr, DR, WDU);

    weekday = weekday ? (weekday - 1 + days) % 7 + 1 : (days - 1) % 7 + 1;
    for (days %= 7 * CENTURY; days; ) {
        unsigned length = days_in_month(month, year);

        if (day + days <= length) {
            day += days;
            break;
        }
        days -= day < length ? length - day + 1 : 1;
        day = 1;
        if (++month > 12) {
            month = 1;
            year = (year + 1) % 100;
        }
    }
    c->dr = to_bcd(year) << R_DR_YU_SHIFT | weekday << R_DR_WDU_SHIFT |
            to_bcd(month) << R_DR_MU_SHIFT | to_bcd(day);
}

void calendar_add(Calendar *c, uint64_t seconds)
{
    uint64_t second = second_of_day(c) + seconds;

    if (!seconds) {
        return;
    }
    c->tr = time_to_tr(second % DAY, c->am_pm);
    if (second >= DAY) {
        add_days(c, second / DAY);
    }
}

void calendar_set(Calendar *c, const struct tm *tm)
{
    c->tr = time_to_tr(tm->tm_hour * 3600 + tm->tm_min * 60 + MIN(tm->tm_sec, 59), c->am_pm);
    c->dr = to_bcd(tm->tm_year % 100) << R_DR_YU_SHIFT |
            (tm->tm_wday ?: 7) << R_DR_WDU_SHIFT |
            to_bcd(tm->tm_mon + 1) << R_DR_MU_SHIFT | to_bcd(tm->tm_mday);
}

/* ---- Alarms ---- */

static bool date_matches(uint32_t dr, uint32_t alarm)
{
    if (alarm & R_ALRMAR_MSK4_MASK) {
        return true;
    }
    if (alarm & R_ALRMAR_WDSEL_MASK) {
        return FIELD_EX32(alarm, ALRMAR, DU) == FIELD_EX32(dr, DR, WDU);
    }
    return extract32(alarm, R_ALRMAR_DU_SHIFT, 6) == extract32(dr, R_DR_DU_SHIFT, 6);
}

/* The first number from @from to @end - 1 whose BCD at @shift is that of @alarm, or @end. */
static unsigned first_match(uint32_t alarm, bool any, unsigned shift, unsigned from, unsigned end)
{
    while (from < end && !any && to_bcd(from) != extract32(alarm, shift, 7)) {
        from++;
    }
    return from;
}

/* The first second of the day from @from that @alarm matches, or DAY. */
static unsigned time_match(uint32_t alarm, bool am_pm, unsigned from)
{
    bool any_second = alarm & R_ALRMAR_MSK1_MASK, any_minute = alarm & R_ALRMAR_MSK2_MASK;

    if (first_match(alarm, any_second, 0, 0, 60) == 60) {
        return DAY;
    }
    for (unsigned hour = from / 3600; hour < 24; hour++) {
        unsigned at = MAX(from, hour * 3600), minute, second;

        if (!(alarm & R_ALRMAR_MSK3_MASK) && (alarm & HOUR_BITS) != hour_to_bcd(hour, am_pm)) {
            continue;
        }
        minute = first_match(alarm, any_minute, R_TR_MNU_SHIFT, at / 60 % 60, 60);
        if (minute == 60) {
            continue;
        }
        at = MAX(at, hour * 3600 + minute * 60);
        second = first_match(alarm, any_second, 0, at % 60, 60);
        if (second < 60) {
            return at - at % 60 + second;
        }
        minute = first_match(alarm, any_minute, R_TR_MNU_SHIFT, minute + 1, 60);
        if (minute < 60) {
            return hour * 3600 + minute * 60 + first_match(alarm, any_second, 0, 0, 60);
        }
    }
    return DAY;
}

uint64_t calendar_until(const Calendar *c, uint32_t alarm)
{
    unsigned begin = second_of_day(c), from = begin;
    Calendar day = *c;

    /* every day of a month or a week is there again within two months and a day */
    for (unsigned days = 0; days < 63; days++) {
        if (date_matches(day.dr, alarm)) {
            unsigned match = time_match(alarm, c->am_pm, from);

            if (match < DAY) {
                return (uint64_t)days * DAY + match - begin;
            }
        }
        from = 0;
        add_days(&day, 1);
    }
    return CALENDAR_NEVER;
}
