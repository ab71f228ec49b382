/*
 * The end of a USB cable that is a host's, in an OTG core (RM0090 34.6, 34.17.4): its port.
 *
 * A device is seen while something is plugged into QEMU's USB bus of this core, PPWR is set, VBUS is there, and the
 * transceiver works.  VBUS is what the pin says that senses it, or (`vbus-by-ppwr`) PPWR alone.  A connect is told
 * at once: nothing bounces.
 *
 * Deliberately different: over-current never comes, as the switch on a board reports it at a pin.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/otg/state.h"

#define RESET_NS (10 * SCALE_MS)        /* USB 2.0 7.1.7.5 */
#define PATIENCE_NS NANOSECONDS_PER_SECOND

enum { PSPD_HIGH, PSPD_FULL, PSPD_LOW };
enum { PLSTS_SE0, PLSTS_DP, PLSTS_DM };

static int64_t now_ns(void)
{
    return qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
}

/* ---- Power, connect ---- */

static bool has_vbus(const Otg *s)
{
    return s->vbus_by_ppwr || s->vbus_is_high;
}

static void disable_port(Otg *s)
{
    if (reg_get(s, HPRT, PENA)) {
        reg_set(s, HPRT, PENCHNG, 1);
    }
    reg_set(s, HPRT, PENA, 0);
    reg_set(s, HPRT, PSUSP, 0);
    reg_set(s, HPRT, PRES, 0);
    otg_host_set_frames(s, false);
    otg_far_cancel(s);
}

/* Somebody has plugged something in and waits: say what is missing. */
static void watch_power(Otg *s)
{
    OtgHost *h = &s->h;
    bool expected = otg_far_is_there(s) && !h->connected && !h->ever_connected &&
                    !(reg_get(s, HPRT, PPWR) && has_vbus(s));

    if (!expected) {
        h->warn_at = COUNTER_NEVER;
    } else if (h->warn_at == COUNTER_NEVER) {
        h->warn_at = now_ns() + PATIENCE_NS;
    } else if (h->warn_at <= now_ns()) {
        h->ever_connected = true;       /* enough said */
        h->warn_at = COUNTER_NEVER;
        if (reg_get(s, HPRT, PPWR)) {
            periph_mistake(&s->parent_obj, OTG019, "a device is plugged in and HPRT.PPWR is set, but there "
                           "is no VBUS: it stays dark");
        } else {
            periph_mistake(&s->parent_obj, OTG020, "a device is plugged in and the core is its host, but "
                           "HPRT.PPWR is not set: the port looks for nothing");
        }
    }
}

static void update_connection(Otg *s)
{
    OtgHost *h = &s->h;
    bool meant = otg_far_is_there(s) && reg_get(s, HPRT, PPWR) && has_vbus(s);
    bool connected = meant && otg_is_on(s);

    if (meant && !connected) {
        otg_explain(s);
    }
    if (connected == h->connected) {
        return;
    }
    h->connected = connected;
    if (connected) {
        h->ever_connected = true;
        reg_set(s, HPRT, PCDET, 1);
        /* what can do more shows so during a reset */
        reg_set(s, HPRT, PSPD, otg_far_speed(s, 0) == USB_SPEED_LOW ? PSPD_LOW : PSPD_FULL);
    } else {
        disable_port(s);
        otg_set_gintsts(s, R_GINTSTS_DISCINT_MASK);
    }
    s->waking |= reg_get(s, PCGCCTL, STPPCLK);
}

/* ---- HPRT ---- */

uint32_t otg_hprt_read(Periph *p, unsigned n)
{
    Otg *s = OTG(p);
    uint32_t hprt = p->regs[n];
    unsigned lines = PLSTS_SE0;

    if (s->h.connected && !reg_get(s, HPRT, PRST)) {
        unsigned speed = otg_far_speed(s, 0);

        lines = speed == USB_SPEED_LOW ? PLSTS_DM : speed == USB_SPEED_FULL ? PLSTS_DP : PLSTS_SE0;
    }
    hprt = FIELD_DP32(hprt, HPRT, PLSTS, lines);
    return FIELD_DP32(hprt, HPRT, PCSTS, s->h.connected);
}

static void begin_reset(Otg *s)
{
    s->h.reset_at = now_ns();
    reg_set(s, HPRT, PENA, 0);
    reg_set(s, HPRT, PSUSP, 0);
    reg_set(s, HPRT, PRES, 0);
    otg_host_set_frames(s, false);
}

static void end_reset(Otg *s)
{
    unsigned speed;

    if (!s->h.connected) {
        return;
    }
    if (now_ns() - s->h.reset_at < RESET_NS) {
        periph_mistake(&s->parent_obj, OTG021, "HPRT.PRST was set for %" PRId64 " us: a device need not "
                       "notice a reset of less than 10 ms", (now_ns() - s->h.reset_at) / SCALE_US);
    }
    otg_far_reset(s);
    speed = otg_far_speed(s, 0);
    reg_set(s, HPRT, PSPD, speed == USB_SPEED_HIGH ? PSPD_HIGH : speed == USB_SPEED_LOW ? PSPD_LOW : PSPD_FULL);
    reg_set(s, HPRT, PENA, 1);
    reg_set(s, HPRT, PENCHNG, 1);
    s->h.frame_base = 0;
    otg_host_set_frames(s, true);
}

static void suspend(Otg *s)
{
    if (!reg_get(s, HPRT, PENA)) {
        reg_set(s, HPRT, PSUSP, 0);     /* there is nothing to suspend */
        return;
    }
    otg_host_set_frames(s, false);
}

static void resume(Otg *s, bool on)
{
    if (on) {
        reg_set(s, HPRT, PSUSP, 0);
    } else if (reg_get(s, HPRT, PENA)) {
        otg_host_set_frames(s, true);
    }
}

void otg_hprt_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Otg *s = OTG(p);
    uint32_t changed = p->regs[n] ^ was;

    if (!s->host) {
        periph_mistake(p, OTG022, "write of HPRT while the core is a device (GINTSTS.CMOD is 0)");
        otg_set_gintsts(s, R_GINTSTS_MMIS_MASK);
        reg_set(s, HPRT, PSUSP, 0);
        return;
    }
    if (was & data & R_HPRT_PENA_MASK) {
        if (data & (R_HPRT_PRST_MASK | R_HPRT_PCDET_MASK | R_HPRT_PENCHNG_MASK)) {
            periph_mistake(p, OTG023, "HPRT written with PENA = 1, which disables the port");
        }
        reg_set(s, HPRT, PENA, 1);
        disable_port(s);
    }
    if (changed & R_HPRT_PRST_MASK) {
        if (reg_get(s, HPRT, PRST)) {
            begin_reset(s);
        } else {
            end_reset(s);
        }
    }
    if (changed & R_HPRT_PSUSP_MASK) {
        suspend(s);
    }
    if (changed & R_HPRT_PRES_MASK) {
        resume(s, reg_get(s, HPRT, PRES));
    }
    otg_port_test_written(s, FIELD_EX32(was, HPRT, PTCTL));
}

/* A device drives a resume on a bus that is suspended: the core goes on with that until PRES is cleared. */
static void wake(Otg *s)
{
    s->h.woken = false;
    if (s->host && reg_get(s, HPRT, PSUSP)) {
        reg_set(s, HPRT, PSUSP, 0);
        reg_set(s, HPRT, PRES, 1);
        s->waking |= reg_get(s, PCGCCTL, STPPCLK);
        otg_set_gintsts(s, R_GINTSTS_WKUINT_MASK);
    }
}

/* ---- All of it ---- */

static bool is_low(const Otg *s, unsigned fifo, bool empty)
{
    return empty ? !s->tx[fifo].used : s->tx[fifo].used * 2 <= otg_tx_depth(s, fifo);
}

uint32_t otg_host_flags(Otg *s)
{
    Periph *p = &s->parent_obj;
    uint32_t hprt = p->regs[R_HPRT], flags = 0;

    flags = FIELD_DP32(flags, GINTSTS, NPTXFE, is_low(s, 0, reg_get(s, GAHBCFG, TXFELVL)));
    flags = FIELD_DP32(flags, GINTSTS, PTXFE, is_low(s, 1, reg_get(s, GAHBCFG, PTXFELVL)));
    flags = FIELD_DP32(flags, GINTSTS, HPRTINT,
                       !!(hprt & (R_HPRT_PCDET_MASK | R_HPRT_PENCHNG_MASK | R_HPRT_POCCHNG_MASK)));
    return FIELD_DP32(flags, GINTSTS, HCINT, !!(otg_haint_read(p, R_HAINT) & p->regs[R_HAINTMSK]));
}

void otg_host_show_plug(Otg *s)
{
    line_set(&s->h.plugged, otg_far_is_there(s));
}

void otg_host_update(Otg *s)
{
    OtgHost *h = &s->h;
    int64_t sof = reg_get(s, GINTMSK, SOFM) && !reg_get(s, GINTSTS, SOF) ? otg_host_next_sof(s) : COUNTER_NEVER;

    if (h->woken) {
        wake(s);
    }
    h->again = true;
    if (h->busy) {
        return;                         /* who is at work looks at everything when it is done */
    }
    for (unsigned i = 0; h->again && i < 4; i++) {
        h->again = false;
        update_connection(s);
        watch_power(s);
        otg_schedule_run(s);
    }
    counter_arm(h->timer, MIN(MIN(h->next, sof), h->warn_at));
}

static void expired(void *opaque)
{
    otg_host_sync(opaque);
    periph_update(opaque);
}

/* Nothing is under way. */
static void clear(Otg *s)
{
    OtgHost *h = &s->h;

    otg_far_cancel(s);
    memset(h->queue, 0, sizeof(h->queue));
    memset(h->channel, 0, sizeof(h->channel));
    for (unsigned n = 0; n < OTG_CHANNELS; n++) {
        h->channel[n].halt_at = h->channel[n].ask_at = COUNTER_NEVER;
    }
    h->connected = h->ever_connected = h->frames = h->now.going = false;
    h->warn_at = h->next = COUNTER_NEVER;
    h->frame_base = h->sof_told = h->next_channel = 0;
}

void otg_host_enter(Otg *s, bool on)
{
    clear(s);
    if (!on) {
        periph_reset_register(&s->parent_obj, R_HPRT);
        timer_del(s->h.timer);
    }
}

void otg_host_core_reset(Otg *s)
{
    clear(s);
}

void otg_host_reset(Otg *s)
{
    clear(s);
    timer_del(s->h.timer);
}

void otg_host_init(Otg *s)
{
    s->h.timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, expired, s);
    periph_add_line(&s->parent_obj, &s->h.plugged, "plugged");
    otg_far_init(s);
    clear(s);
}

void otg_host_realize(Otg *s)
{
    otg_far_realize(s);
}
