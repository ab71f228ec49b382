/*
 * Pins of the RTC (RM0090 26.3.12 to 26.3.15): time stamp, tamper inputs, RTC_CALIB and RTC_ALARM.
 *
 * Deliberately different: a time stamp's flag is there at once, not 2 cycles of ck_apre later.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/rtc/state.h"

static const uint32_t enable[2] = { R_TAFCR_TAMP1E_MASK, R_TAFCR_TAMP2E_MASK };
static const uint32_t trigger[2] = { R_TAFCR_TAMP1TRG_MASK, R_TAFCR_TAMP2TRG_MASK };
static const uint32_t flag[2] = { R_ISR_TAMP1F_MASK, R_ISR_TAMP2F_MASK };

/* Which of AF1 and AF2 is tamper input @n, and which the time stamp's. */
static unsigned tamper_pin(const Rtc *s, unsigned n)
{
    return n == 1 || (s->parent_obj.regs[R_TAFCR] & R_TAFCR_TAMP1INSEL_MASK);
}

static unsigned stamp_pin(const Rtc *s)
{
    return s->parent_obj.regs[R_TAFCR] & R_TAFCR_TSINSEL_MASK ? 1 : 0;
}

/* ---- Events ---- */

static void time_stamp(Rtc *s)
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
        time_stamp(s);
    }
}

/* ---- Tamper inputs ---- */

static bool senses_level(const Rtc *s)
{
    return s->parent_obj.regs[R_TAFCR] & R_TAFCR_TAMPFLT_MASK;
}

/* At the level that counts?  Sampling charges a pin that nothing drives. */
static bool is_active(const Rtc *s, unsigned n)
{
    uint32_t tafcr = s->parent_obj.regs[R_TAFCR];
    Pin *pin = s->af[tamper_pin(s, n)].pin;
    bool level = pin && pin_level(pin), high = tafcr & trigger[n];

    if (senses_level(s)) {
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

/* With @anew the samples before don't count. */
static void sample(Rtc *s, unsigned n, bool anew)
{
    if (!(s->parent_obj.regs[R_TAFCR] & enable[n]) || !senses_level(s) || !is_active(s, n) ||
        (s->parent_obj.regs[R_ISR] & flag[n])) {
        s->tamper_at[n] = RTC_NEVER;
    } else if (anew || s->tamper_at[n] == RTC_NEVER) {
        s->tamper_at[n] = filtered(s);
    }
}

/* RM0090 26.3.13: an edge that has been before the input is enabled counts too. */
void rtc_pins_configure(Rtc *s, uint32_t was)
{
    uint32_t tafcr = s->parent_obj.regs[R_TAFCR];

    for (unsigned n = 0; n < 2; n++) {
        sample(s, n, tafcr != was);
        if ((tafcr & ~was & enable[n]) && !senses_level(s) && is_active(s, n)) {
            rtc_tamper(s, n);
        }
    }
}

static void pin_changed(void *opaque, bool level)
{
    RtcPin *pin = opaque;
    Rtc *s = pin->rtc;
    uint32_t cr = s->parent_obj.regs[R_CR], tafcr = s->parent_obj.regs[R_TAFCR];
    unsigned which = pin - s->af;

    rtc_settle(s);
    if ((cr & R_CR_TSE_MASK) && stamp_pin(s) == which && level == !(cr & R_CR_TSEDGE_MASK)) {
        time_stamp(s);
    }
    for (unsigned n = 0; n < 2; n++) {
        if (!(tafcr & enable[n]) || tamper_pin(s, n) != which) {
            continue;
        }
        sample(s, n, true);
        if (!senses_level(s) && is_active(s, n)) {
            rtc_tamper(s, n);
        }
    }
    periph_update(&s->parent_obj);
}

/* ---- Outputs ---- */

static Drive alarm_output(const Rtc *s, unsigned osel)
{
    const uint32_t *regs = s->parent_obj.regs;
    bool active = regs[R_ISR] & (R_ISR_ALRAF_MASK << (osel - 1));
    bool high = active != !!(regs[R_CR] & R_CR_POL_MASK);

    return high && !(regs[R_TAFCR] & R_TAFCR_ALARMOUTTYPE_MASK) ? DRIVE(NONE) : DRIVE_LEVEL(high);
}

/* RTCCLK / 64, or by 256 cycles of ck_apre: 512 Hz and 1 Hz from a crystal of 32.768 kHz. */
static Drive calibration_output(const Rtc *s)
{
    const uint32_t *regs = s->parent_obj.regs;
    uint64_t period = clock_get(s->calibrated) *
                      (regs[R_CR] & R_CR_COSEL_MASK
                       ? 256 * (FIELD_EX32(regs[R_PRER], PRER, PREDIV_A) + 1) : 64);

    if (!period) {
        return DRIVE(LOW);
    }
    return (Drive) { DRIVE_WAVE, .start = s->wave_start, .period = period, .high = period / 2 };
}

static Drive output(const Rtc *s)
{
    uint32_t cr = s->parent_obj.regs[R_CR], osel = FIELD_EX32(cr, CR, OSEL);

    return osel ? alarm_output(s, osel)
           : cr & R_CR_COE_MASK ? calibration_output(s) : DRIVE(NONE);
}

void rtc_pins_update(Rtc *s)
{
    uint32_t cr = s->parent_obj.regs[R_CR], tafcr = s->parent_obj.regs[R_TAFCR];

    for (unsigned which = 0; which < 2; which++) {
        bool wanted = (cr & R_CR_TSE_MASK) && stamp_pin(s) == which;

        for (unsigned n = 0; n < 2; n++) {
            wanted |= (tafcr & enable[n]) && tamper_pin(s, n) == which;
        }
        pin_listen(&s->af[which].listener, wanted ? s->af[which].pin : NULL);
    }
    if (s->af[0].pin) {
        if (!s->output.pin) {
            pin_add_driver(s->af[0].pin, &s->output, "RTC");
        }
        pin_drive(&s->output, output(s));
    }
}

void rtc_pins_init(Rtc *s)
{
    static const char *const name[] = { "af1", "af2" };

    for (unsigned n = 0; n < 2; n++) {
        s->af[n].rtc = s;
        s->af[n].listener = (PinListener) {
            .changed = pin_changed, .opaque = &s->af[n], .waves = true
        };
        object_property_add_link(OBJECT(s), name[n], TYPE_PIN, (Object **)&s->af[n].pin,
                                 object_property_allow_set_link, 0);
    }
}
