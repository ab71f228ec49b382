/*
 * The parts of the RTC's model: rtc.c (registers, lines), time.c (what happens when), pins.c
 * (tamper, time stamp, outputs).
 *
 * All times are cycles of RTCCLK as the smooth calibration leaves it, counted since power-on.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_PERIPHERALS_RTC_STATE_H
#define STM32_PERIPHERALS_RTC_STATE_H

#define REGS "stm32/regs/rtc.h"
#include "stm32/core/periph.h"
#include "stm32/core/backup_file.h"
#include "stm32/core/counter.h"
#include "stm32/peripherals/rtc/calendar.h"

#define RTC_NEVER UINT64_MAX
#define RTC_REGISTERS 20            /* of backup */
#define RTC_SYNC 2                  /* cycles from a request to its flag */

enum { ALARM_A, ALARM_B, WAKEUP, RTC_EVENTS };

typedef struct Rtc Rtc;

/* RTC_AF1 (PC13) and RTC_AF2 (PI8): as additional functions, whatever their port says. */
typedef struct RtcPin {
    Rtc *rtc;
    Pin *pin;
    PinListener listener;
} RtcPin;

struct Rtc {
    Periph parent_obj;
    Clock *rtcclk;
    Clock *calibrated;              /* what is left of it */
    Counter cycles;

    Calendar calendar;              /* what it was ... */
    uint64_t begin;                 /* ... in this cycle, when the sub-second down-counter ... */
    uint32_t ss;                    /* ... was this */
    bool frozen;                    /* INITF */

    uint64_t init_at;               /* the cycle of INITF, if INIT */
    uint64_t copy_at;               /* ... from which on the shadow registers are up to date */
    uint64_t stale_until;           /* ... and in which they are again after Stop */
    bool bus_stopped;               /* Stop */
    uint64_t shift_at;              /* ... of the end of SHPF */
    uint64_t recalibrated_at;       /* ... of RECALPF */
    uint64_t writable_at[RTC_EVENTS];   /* ... of ALRAWF, ALRBWF, WUTWF */
    uint64_t due[RTC_EVENTS];       /* ... of ALRAF, ALRBF, WUTF */
    uint64_t wakeup_left;           /* seconds, while the calendar stands */
    uint64_t tamper_at[2];

    bool shadows_locked;            /* from reading SSR or TR until DR is read */
    bool unlocked, half_unlocked;   /* WPR: both keys, the first */
    bool dbp;
    bool fresh;                     /* no power-on reset yet */
    bool from_host;                 /* property: the calendar starts with QEMU's date */
    int64_t wave_start;             /* of RTC_CALIB, ns */
    BackupFile *backup;
    RtcPin af[2];
    PinDriver output;
    QEMUTimer *timer;
    Line alarm, tamp_stamp, wakeup;
    qemu_irq flags;
};

#define RTC(obj) ((Rtc *)(obj))

/* ---- time.c ---- */

/* The period of RTCCLK after calibration. */
uint64_t rtc_calibrated_period(const Rtc *s);
/* Let happen what has happened by now.  Before anything is read or changed. */
void rtc_settle(Rtc *s);
/* The next cycle in which something happens that somebody can notice, or RTC_NEVER. */
uint64_t rtc_next_event(const Rtc *s);
/* The sub-second counter, after rtc_settle(). */
uint32_t rtc_sub_second(const Rtc *s);
/* Begin and end a change of the calendar: it stands, what depends on it is computed anew. */
void rtc_calendar_stop(Rtc *s, uint64_t cycle);
void rtc_calendar_go(Rtc *s);
/* CR has enabled or disabled @event. */
void rtc_start_event(Rtc *s, unsigned event);
void rtc_stop_event(Rtc *s, unsigned event);

/* ---- pins.c ---- */

void rtc_pins_init(Rtc *s);
/* After TAFCR, CR or a flag has changed; @was: TAFCR before. */
void rtc_pins_configure(Rtc *s, uint32_t was);
void rtc_pins_update(Rtc *s);
/* A tamper input has been active long enough. */
void rtc_tamper(Rtc *s, unsigned n);

#endif
