/*
 * Frames of an OTG host (RM0090 34.6.3): counted in time, so that they cost nothing while nobody waits for one.
 *
 * Deliberately different: a frame has 1 ms, a microframe 125 us, whatever HFIR says; a wrong one is reported.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/otg/state.h"

enum { CLOCK_48 = 1, CLOCK_6 = 2 };     /* HCFG.FSLSPCS */

static int64_t now_ns(void)
{
    return qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
}

unsigned otg_host_speed(const Otg *s)
{
    static const uint8_t speeds[] = { USB_SPEED_HIGH, USB_SPEED_FULL, USB_SPEED_LOW, USB_SPEED_FULL };

    return speeds[reg_get(s, HPRT, PSPD)];
}

int64_t otg_host_frame_ns(const Otg *s)
{
    return otg_host_speed(s) == USB_SPEED_HIGH ? 125 * SCALE_US : SCALE_MS;
}

uint64_t otg_host_frame_at(const Otg *s, int64_t ns)
{
    return s->h.frames ? (ns - s->h.frame_zero) / otg_host_frame_ns(s) : 0;
}

int64_t otg_host_frame_start(const Otg *s, uint64_t frame)
{
    return s->h.frame_zero + frame * otg_host_frame_ns(s);
}

void otg_host_set_frames(Otg *s, bool on)
{
    OtgHost *h = &s->h;

    if (on == h->frames || (on && otg_port_test(s))) {
        return;
    }
    if (on) {
        h->frame_zero = now_ns();
        h->sof_told = 0;
        for (unsigned n = 0; n < OTG_CHANNELS; n++) {
            h->channel[n].in_frame = 0;
        }
    } else {
        otg_host_sync(s);
        h->frame_base += otg_host_frame_at(s, now_ns()) + 1;
    }
    h->frames = on;
    if (!on) {
        h->now.going = false;           /* the packet under way is cut off */
    }
}

/* FCRST: the next one has number 0. */
void otg_host_restart_frames(Otg *s)
{
    s->h.frame_base = -(otg_host_frame_at(s, now_ns()) + 1);
}

void otg_host_sync(Otg *s)
{
    uint64_t begun = otg_host_frame_at(s, now_ns()) + 1;

    if (s->h.frames && begun > s->h.sof_told) {
        s->h.sof_told = begun;
        otg_set_gintsts(s, R_GINTSTS_SOF_MASK);
    }
}

int64_t otg_host_next_sof(const Otg *s)
{
    return s->h.frames ? otg_host_frame_start(s, otg_host_frame_at(s, now_ns()) + 1) : COUNTER_NEVER;
}

int64_t otg_host_next_flag(const Otg *s)
{
    return reg_get(s, GINTSTS, SOF) ? COUNTER_NEVER : otg_host_next_sof(s);
}

/* 14 bits count; what is left of a frame is in clocks of the PHY, as HFIR has them. */
uint32_t otg_hfnum_read(Periph *p, unsigned n)
{
    Otg *s = OTG(p);
    uint64_t frame = otg_host_frame_at(s, now_ns());
    int64_t left;

    if (!s->h.frames) {
        return p->regs[n];
    }
    left = otg_host_frame_start(s, frame + 1) - now_ns();
    return FIELD_DP32((s->h.frame_base + frame) & 0x3fff, HFNUM, FTREM,
                      left * reg_get(s, HFIR, FRIVL) / otg_host_frame_ns(s));
}

/* Clocks that frames are counted with: looked at when a channel is enabled, as they are set after a reset. */
void otg_host_check_clock(Otg *s)
{
    bool low = otg_host_speed(s) == USB_SPEED_LOW;
    unsigned select = reg_get(s, HCFG, FSLSPCS), interval = reg_get(s, HFIR, FRIVL);
    unsigned right = select == CLOCK_6 ? 6000 : 48000;

    if (otg_uses_ulpi(s)) {
        return;
    }
    if (select != CLOCK_48 && !(low && select == CLOCK_6)) {
        periph_mistake(&s->parent_obj, OTG024, "HCFG.FSLSPCS is %u with a %s-speed device: it has to be 1 "
                       "(48 MHz)%s", select, low ? "low" : "full", low ? " or 2 (6 MHz)" : "");
    } else if (interval + 1 < right || interval > right + 1) {
        periph_mistake(&s->parent_obj, OTG025, "HFIR is %u: frames would have %u us; with HCFG.FSLSPCS = %u "
                       "it has to be %u", interval, interval / (right / 1000), select, right);
    }
}
