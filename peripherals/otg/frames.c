/*
 * What comes of time alone on the bus of an OTG device (RM0090 34.7): the start of frames, the end of periodic
 * frames, incomplete isochronous transfers, the suspend after 3 ms of rest.
 *
 * Flags are made true when somebody looks; a timer runs only for an interrupt that is unmasked and not pending,
 * or for an isochronous endpoint that waits.
 *
 * unsure: whether ESUSP comes before USBSUSP; here they come together.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/otg/state.h"

#define IDLE_NS (3 * SCALE_MS)          /* USB 2.0 7.1.7.6 */

static int64_t now_ns(void)
{
    return qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
}

/* ---- Frames ---- */

/* How far into a frame the part of it for periodic transfers ends (DCFG.PFIVL): 80, 85, 90, 95 %. */
static int64_t periodic_ns(const Otg *s)
{
    return usb_frame_ns(&s->socket) * (80 + 5 * reg_get(s, DCFG, PFIVL)) / 100;
}

/* Frames that have begun by the virtual time @ns, and those whose periodic part is over. */
static uint64_t begun(const Otg *s, int64_t ns)
{
    return usb_frame_at(&s->socket, ns) + 1;
}

static uint64_t ended(const Otg *s, int64_t ns)
{
    int64_t since = ns - s->socket.frame_zero - periodic_ns(s);

    return since < 0 ? 0 : since / usb_frame_ns(&s->socket) + 1;
}

static bool has_frames(const Otg *s)
{
    return !s->host && s->socket.frames;
}

static void end_frames(Otg *s, uint64_t until)
{
    /* of many that went by with nobody waiting the last two say all: one of each parity */
    if (until - s->eopf_told > 2) {
        s->eopf_told = until - 2;
    }
    while (s->eopf_told < until) {
        otg_in_end_of_frame(s, s->eopf_told);
        otg_out_end_of_frame(s, s->eopf_told);
        s->eopf_told++;
    }
    otg_set_gintsts(s, R_GINTSTS_EOPF_MASK);
}

void otg_frames_sync(Otg *s)
{
    int64_t now = now_ns();

    if (!has_frames(s)) {
        return;
    }
    if (begun(s, now) > s->sof_told) {
        s->sof_told = begun(s, now);
        otg_set_gintsts(s, R_GINTSTS_SOF_MASK);
    }
    if (ended(s, now) > s->eopf_told) {
        end_frames(s, ended(s, now));
    }
}

static int64_t next_sof(const Otg *s)
{
    return usb_frame_start(&s->socket, begun(s, now_ns()));
}

static int64_t next_eopf(const Otg *s)
{
    return usb_frame_start(&s->socket, ended(s, now_ns())) + periodic_ns(s);
}

int64_t otg_next_frame(const Otg *s)
{
    return has_frames(s) ? next_sof(s) : COUNTER_NEVER;
}

int64_t otg_next_flag(const Otg *s)
{
    int64_t when = COUNTER_NEVER;

    if (has_frames(s) && !reg_get(s, GINTSTS, SOF)) {
        when = next_sof(s);
    }
    if (has_frames(s) && (!reg_get(s, GINTSTS, EOPF) || otg_in_waits_for_frame(s) ||
                          otg_out_waits_for_frame(s))) {
        when = MIN(when, next_eopf(s));
    }
    return when;
}

static int64_t next_interrupt(const Otg *s)
{
    int64_t when = COUNTER_NEVER;

    if (!has_frames(s)) {
        return when;
    }
    if (reg_get(s, GINTMSK, SOFM) && !reg_get(s, GINTSTS, SOF)) {
        when = next_sof(s);
    }
    if ((reg_get(s, GINTMSK, EOPFM) && !reg_get(s, GINTSTS, EOPF)) || otg_in_waits_for_frame(s) ||
        otg_out_waits_for_frame(s)) {
        when = MIN(when, next_eopf(s));
    }
    return when;
}

static void frame_expired(void *opaque)
{
    otg_frames_sync(opaque);
    periph_update(opaque);
}

/* ---- Rest ---- */

void otg_bus_rests(Otg *s, bool rests)
{
    s->suspend_at = rests ? now_ns() + IDLE_NS : COUNTER_NEVER;
    if (rests) {
        return;
    }
    s->sof_told = s->eopf_told = 0;
    if (s->suspended) {
        s->suspended = false;
        s->waking |= reg_get(s, PCGCCTL, STPPCLK);
        otg_set_gintsts(s, R_GINTSTS_WKUINT_MASK);
    }
}

static void idle_expired(void *opaque)
{
    Otg *s = opaque;

    s->suspend_at = COUNTER_NEVER;
    s->suspended = true;
    s->waking = false;
    otg_set_gintsts(s, R_GINTSTS_ESUSP_MASK | R_GINTSTS_USBSUSP_MASK);
    periph_update(&s->parent_obj);
}

/* ---- Both ---- */

void otg_frames_update(Otg *s)
{
    counter_arm(s->frame_timer, next_interrupt(s));
    counter_arm(s->idle_timer, s->suspend_at);
}

void otg_frames_reset(Otg *s)
{
    s->sof_told = s->eopf_told = 0;
    s->suspend_at = COUNTER_NEVER;
    s->suspended = s->waking = false;
}

void otg_frames_init(Otg *s)
{
    s->frame_timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, frame_expired, s);
    s->idle_timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, idle_expired, s);
    s->suspend_at = COUNTER_NEVER;
}
