/*
 * The RTC's state, and what its files have for each other, from the bottom up: calendar.c (dates),
 * prescaler.c (the calendar in a cycle), tamper.c (tamper and time stamp), time.c (what happens when),
 * pins.c, read.c, protection.c and write.c (registers); rtc.c is the device.
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

/* Flags of ISR that are events: they bar the way into Stop; and all that software clears. */
#define RTC_ISR_EVENTS (R_ISR_ALRAF_MASK | R_ISR_ALRBF_MASK | R_ISR_WUTF_MASK | R_ISR_TSF_MASK | \
                        R_ISR_TAMP1F_MASK | R_ISR_TAMP2F_MASK)
#define RTC_ISR_FLAGS (RTC_ISR_EVENTS | R_ISR_TSOVF_MASK)

/* ---- prescaler.c ---- */

/* The period of RTCCLK after calibration. */
uint64_t rtc_calibrated_period(const Rtc *s);
/* Cycles of RTCCLK for one of ck_apre, and of that for a second. */
uint64_t rtc_tick(const Rtc *s);
uint64_t rtc_ticks_per_second(const Rtc *s);
/* The cycle in which the @n-th second from the one that is now begins, 1 or more. */
uint64_t rtc_second_begins(const Rtc *s, uint64_t n);
/* Let the calendar be what it is in @cycle. */
void rtc_advance(Rtc *s, uint64_t cycle);
/* The sub-second counter in @cycle, and now; after rtc_settle(). */
uint32_t rtc_sub_second_at(const Rtc *s, uint64_t cycle);
uint32_t rtc_sub_second(const Rtc *s);

/* ---- tamper.c ---- */

extern const uint32_t rtc_tamper_enable[2];     /* bits of TAFCR */
/* Which of AF1 and AF2 is tamper input @n, and which the time stamp's. */
unsigned rtc_tamper_pin(const Rtc *s, unsigned n);
unsigned rtc_stamp_pin(const Rtc *s);
void rtc_time_stamp(Rtc *s);
/* A tamper input has been active long enough. */
void rtc_tamper(Rtc *s, unsigned n);
/* Does a level count, not an edge?  Is input @n at the level that counts? */
bool rtc_tamper_by_level(const Rtc *s);
bool rtc_tamper_is_active(const Rtc *s, unsigned n);
/* When will input @n have been active long enough?  With @anew the samples before don't count. */
void rtc_tamper_sample(Rtc *s, unsigned n, bool anew);
/* After TAFCR or a flag has changed; @was: TAFCR before. */
void rtc_tamper_configure(Rtc *s, uint32_t was);

/* ---- time.c ---- */

/* Let happen what has happened by now.  Before anything is read or changed. */
void rtc_settle(Rtc *s);
/* The next cycle in which something happens that somebody can notice, or RTC_NEVER. */
uint64_t rtc_next_event(const Rtc *s);
/* Begin and end a change of the calendar: it stands, what depends on it is computed anew. */
void rtc_calendar_stop(Rtc *s, uint64_t cycle);
void rtc_calendar_go(Rtc *s);
/* CR has enabled or disabled @event. */
void rtc_start_event(Rtc *s, unsigned event);
void rtc_stop_event(Rtc *s, unsigned event);
/* Is it disabled, and has been for long enough that its registers can be written? */
bool rtc_is_writable(const Rtc *s, unsigned event);

/* ---- pins.c ---- */

void rtc_pins_init(Rtc *s);
void rtc_pins_update(Rtc *s);

/* ---- read.c ---- */

/* Until when what has been read holds, virtual ns. */
int64_t rtc_holds(Periph *p);
int64_t rtc_shadow_holds(Periph *p, unsigned n);
uint32_t rtc_shadow_read(Periph *p, unsigned n);
void rtc_shadow_was_read(Periph *p, unsigned n, uint32_t value);
uint32_t rtc_isr_read(Periph *p, unsigned n);
uint32_t rtc_read_settled(Periph *p, unsigned n);
/* A ClockCallback: its bus stops with the chip, and comes back. */
void rtc_pclk_changed(void *opaque, ClockEvent event);

/* ---- protection.c: may register @n be written, or is it put back to @was? ---- */

/* Is the backup domain open? */
bool rtc_check_open(Periph *p, unsigned n, uint32_t was);
/* And the RTC unlocked? */
bool rtc_check_unlocked(Periph *p, unsigned n, uint32_t was);
/* And @allowed, or is it lost, as @why says? */
bool rtc_check(Periph *p, unsigned n, uint32_t was, bool allowed, const char *why);
void rtc_wpr_written(Periph *p, unsigned n, uint32_t was, uint32_t data);

/* ---- write.c ---- */

void rtc_tr_dr_written(Periph *p, unsigned n, uint32_t was, uint32_t data);
void rtc_written_in_init(Periph *p, unsigned n, uint32_t was, uint32_t data);    /* PRER, CALIBR */
void rtc_cr_written(Periph *p, unsigned n, uint32_t was, uint32_t data);
void rtc_isr_written(Periph *p, unsigned n, uint32_t was, uint32_t data);
void rtc_wutr_written(Periph *p, unsigned n, uint32_t was, uint32_t data);
void rtc_alarm_written(Periph *p, unsigned n, uint32_t was, uint32_t data);
void rtc_shiftr_written(Periph *p, unsigned n, uint32_t was, uint32_t data);
void rtc_calr_written(Periph *p, unsigned n, uint32_t was, uint32_t data);
void rtc_tafcr_written(Periph *p, unsigned n, uint32_t was, uint32_t data);
void rtc_bkp_written(Periph *p, unsigned n, uint32_t was, uint32_t data);
/* INIT ends: the prescalers begin anew. */
void rtc_leave_init(Rtc *s);

#endif
