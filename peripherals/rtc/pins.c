/*
 * Pins of the RTC (RM0090 26.3.12 to 26.3.15): who listens to which, RTC_CALIB and RTC_ALARM.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/rtc/state.h"

/* ---- Inputs ---- */

static void pin_changed(void *opaque, bool level)
{
    RtcPin *pin = opaque;
    Rtc *s = pin->rtc;
    uint32_t cr = s->parent_obj.regs[R_CR], tafcr = s->parent_obj.regs[R_TAFCR];
    unsigned which = pin - s->af;

    rtc_settle(s);
    if ((cr & R_CR_TSE_MASK) && rtc_stamp_pin(s) == which && level == !(cr & R_CR_TSEDGE_MASK)) {
        rtc_time_stamp(s);
    }
    for (unsigned n = 0; n < 2; n++) {
        if (!(tafcr & rtc_tamper_enable[n]) || rtc_tamper_pin(s, n) != which) {
            continue;
        }
        rtc_tamper_sample(s, n, true);
        if (!rtc_tamper_by_level(s) && rtc_tamper_is_active(s, n)) {
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
        bool wanted = (cr & R_CR_TSE_MASK) && rtc_stamp_pin(s) == which;

        for (unsigned n = 0; n < 2; n++) {
            wanted |= (tafcr & rtc_tamper_enable[n]) && rtc_tamper_pin(s, n) == which;
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
