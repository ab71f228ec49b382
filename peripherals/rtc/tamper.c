/*
 * Tamper inputs and time stamp of the RTC (RM0090 26.3.12, 26.3.13): what becomes of their events,
 * and when a filtered one is there.
 *
 * Deliberately different: a time stamp's flag is there at once, not 2 cycles of ck_apre later.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/rtc/state.h"

const uint32_t rtc_tamper_enable[2] = { R_TAFCR_TAMP1E_MASK, R_TAFCR_TAMP2E_MASK };
static const uint32_t trigger[2] = { R_TAFCR_TAMP1TRG_MASK, R_TAFCR_TAMP2TRG_MASK };
static const uint32_t flag[2] = { R_ISR_TAMP1F_MASK, R_ISR_TAMP2F_MASK };

unsigned rtc_tamper_pin(const Rtc *s, unsigned n)
{
    return n == 1 || reg_get(s, TAFCR, TAMP1INSEL);
}

unsigned rtc_stamp_pin(const Rtc *s)
{
    return reg_get(s, TAFCR, TSINSEL) ? 1 : 0;
}

/* ---- Events ---- */

void rtc_time_stamp(Rtc *s)
{
    uint32_t *regs = s->parent_obj.regs;

    if (regs[R_ISR] & R_ISR_TSF_MASK) {
        regs[R_ISR] |= R_ISR_TSOVF_MASK;
        return;
    }
    regs[R_ISR] |= R_ISR_TSF_MASK;
    regs[R_TSTR] = s->calendar.tr;
    regs[R_TSDR] = s->calendar.dr & ~(R_DR_YT_MASK | R_DR_YU_MASK);
    regs[R_TSSSR] = rtc_sub_second(s) & R_TSSSR_SS_MASK;
}

void rtc_tamper(Rtc *s, unsigned n)
{
    uint32_t *regs = s->parent_obj.regs;

    regs[R_ISR] |= flag[n];
    memset(&regs[R_BKP0R], 0, RTC_REGISTERS * sizeof(uint32_t));
    if (regs[R_TAFCR] & R_TAFCR_TAMPTS_MASK) {
        rtc_time_stamp(s);
    }
}

/* ---- Tamper inputs ---- */

bool rtc_tamper_by_level(const Rtc *s)
{
    return reg_get(s, TAFCR, TAMPFLT);
}

/* Sampling charges a pin that nothing drives. */
bool rtc_tamper_is_active(const Rtc *s, unsigned n)
{
    uint32_t tafcr = s->parent_obj.regs[R_TAFCR];
    Pin *pin = s->af[rtc_tamper_pin(s, n)].pin;
    bool level = pin && pin_level(pin), high = tafcr & trigger[n];

    if (rtc_tamper_by_level(s)) {
        if (!pin || pin_state(pin).kind == DRIVE_NONE) {
            level = !(tafcr & R_TAFCR_TAMPPUDIS_MASK);
        }
        return level == high;
    }
    return level != high;               /* 0: the rising edge */
}

/* The cycle of the last of so many samples in a row. */
static uint64_t filtered(const Rtc *s)
{
    uint32_t tafcr = s->parent_obj.regs[R_TAFCR];
    uint64_t period = 32768 >> FIELD_EX32(tafcr, TAFCR, TAMPFREQ);

    return (counter_now(&s->cycles) / period + (1 << FIELD_EX32(tafcr, TAFCR, TAMPFLT))) * period;
}

void rtc_tamper_sample(Rtc *s, unsigned n, bool anew)
{
    bool enabled = s->parent_obj.regs[R_TAFCR] & rtc_tamper_enable[n];

    if (!enabled || !rtc_tamper_by_level(s) || !rtc_tamper_is_active(s, n) ||
        (s->parent_obj.regs[R_ISR] & flag[n])) {
        s->tamper_at[n] = RTC_NEVER;
    } else if (anew || s->tamper_at[n] == RTC_NEVER) {
        s->tamper_at[n] = filtered(s);
    }
}

/* RM0090 26.3.13: an edge that has been before the input is enabled counts too. */
void rtc_tamper_configure(Rtc *s, uint32_t was)
{
    uint32_t tafcr = s->parent_obj.regs[R_TAFCR];

    for (unsigned n = 0; n < 2; n++) {
        rtc_tamper_sample(s, n, tafcr != was);
        if ((tafcr & ~was & rtc_tamper_enable[n]) && !rtc_tamper_by_level(s) &&
            rtc_tamper_is_active(s, n)) {
            rtc_tamper(s, n);
        }
    }
}
