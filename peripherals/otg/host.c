/*
 * The end of a USB cable that is a host's, in an OTG core (RM0090 34.6, 34.17.4): its port, its frames.
 *
 * A device is seen while something is plugged into QEMU's USB bus of this core, PPWR is set, VBUS is there, and the
 * transceiver works.  VBUS is what the pin says that senses it, or (`vbus-by-ppwr`) PPWR alone.  A connect is told
 * at once: nothing bounces.  Frames are counted in time, and cost nothing while nobody waits for one.
 *
 * Deliberately different: a frame has 1 ms, a microframe 125 us, whatever HFIR says; a wrong one is reported.
 * Over-current never comes: the switch on a board reports it at a pin.  Nobody sees the test signals of PTCTL.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/otg/state.h"

#define RESET_NS (10 * SCALE_MS)        /* USB 2.0 7.1.7.5 */
#define PATIENCE_NS NANOSECONDS_PER_SECOND

enum { PSPD_HIGH, PSPD_FULL, PSPD_LOW };
enum { PLSTS_SE0, PLSTS_DP, PLSTS_DM };
enum { CLOCK_48 = 1, CLOCK_6 = 2 };     /* HCFG.FSLSPCS */

static int64_t now_ns(void)
{
    return qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
}

/* ---- Frames ---- */

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

/* From now on there are frames, or there are none. */
static void set_frames(Otg *s, bool on)
{
    OtgHost *h = &s->h;

    if (on == h->frames) {
        return;
    }
    if (on) {
        h->frame_zero = now_ns();
        h->sof_told = 0;
    } else {
        otg_host_sync(s);
        h->frame_base += otg_host_frame_at(s, now_ns()) + 1;
    }
    h->frames = on;
    if (!on) {
        h->now.going = false;           /* the packet under way is cut off */
    }
}

void otg_host_sync(Otg *s)
{
    uint64_t begun = otg_host_frame_at(s, now_ns()) + 1;

    if (s->h.frames && begun > s->h.sof_told) {
        s->h.sof_told = begun;
        otg_set_gintsts(s, R_GINTSTS_SOF_MASK);
    }
}

static int64_t next_sof(const Otg *s)
{
    return s->h.frames ? otg_host_frame_start(s, otg_host_frame_at(s, now_ns()) + 1) : COUNTER_NEVER;
}

int64_t otg_host_next_flag(const Otg *s)
{
    return reg_get(s, GINTSTS, SOF) ? COUNTER_NEVER : next_sof(s);
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
    set_frames(s, false);
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
            periph_mishap(&s->parent_obj, "a device is plugged in and HPRT.PPWR is set, but there is no VBUS: it "
                          "stays dark; the board's power switch has to be on (STM32F4DISCOVERY: PC0 low)");
        } else {
            periph_mishap(&s->parent_obj, "a device is plugged in and the core is its host, but HPRT.PPWR is not "
                          "set: the port looks for nothing");
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
    set_frames(s, false);
}

static void end_reset(Otg *s)
{
    unsigned speed;

    if (!s->h.connected) {
        return;
    }
    if (now_ns() - s->h.reset_at < RESET_NS) {
        periph_mistake(&s->parent_obj, "HPRT.PRST was set for %" PRId64 " us: a device need not notice a reset of "
                       "less than 10 ms", (now_ns() - s->h.reset_at) / SCALE_US);
    }
    otg_far_reset(s);
    speed = otg_far_speed(s, 0);
    reg_set(s, HPRT, PSPD, speed == USB_SPEED_HIGH ? PSPD_HIGH : speed == USB_SPEED_LOW ? PSPD_LOW : PSPD_FULL);
    reg_set(s, HPRT, PENA, 1);
    reg_set(s, HPRT, PENCHNG, 1);
    s->h.frame_base = 0;
    set_frames(s, true);
}

static void suspend(Otg *s)
{
    if (!reg_get(s, HPRT, PENA)) {
        reg_set(s, HPRT, PSUSP, 0);     /* there is nothing to suspend */
        return;
    }
    set_frames(s, false);
}

static void resume(Otg *s, bool on)
{
    if (on) {
        reg_set(s, HPRT, PSUSP, 0);
    } else if (reg_get(s, HPRT, PENA)) {
        set_frames(s, true);
    }
}

void otg_hprt_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Otg *s = OTG(p);
    uint32_t changed = p->regs[n] ^ was;

    if (!s->host) {
        periph_mistake(p, "write of HPRT while the core is a device (GINTSTS.CMOD is 0): set GUSBCFG.FHMOD and "
                       "wait until it is a host");
        otg_set_gintsts(s, R_GINTSTS_MMIS_MASK);
        reg_set(s, HPRT, PSUSP, 0);
        return;
    }
    if (was & data & R_HPRT_PENA_MASK) {
        if (data & (R_HPRT_PRST_MASK | R_HPRT_PCDET_MASK | R_HPRT_PENCHNG_MASK)) {
            periph_note(p, "HPRT written with PENA = 1, which disables the port: where one of its bits is changed "
                        "PENA, PCDET, PENCHNG and POCCHNG have to be written 0 if they are not meant");
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
}

/* A device drives a resume on a bus that is suspended: the core goes on with that until PRES is cleared. */
void otg_host_woken(Otg *s)
{
    if (s->host && reg_get(s, HPRT, PSUSP)) {
        reg_set(s, HPRT, PSUSP, 0);
        reg_set(s, HPRT, PRES, 1);
        s->waking |= reg_get(s, PCGCCTL, STPPCLK);
        otg_set_gintsts(s, R_GINTSTS_WKUINT_MASK);
        periph_update(&s->parent_obj);
    }
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
        periph_mistake(&s->parent_obj, "HCFG.FSLSPCS is %u with a %s-speed device: it has to be 1 (48 MHz)%s", select,
                       low ? "low" : "full", low ? " or 2 (6 MHz)" : "");
    } else if (interval + 1 < right || interval > right + 1) {
        periph_mistake(&s->parent_obj, "HFIR is %u: frames would have %u us; with HCFG.FSLSPCS = %u it has to be %u",
                       interval, interval / (right / 1000), select, right);
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
    int64_t sof = reg_get(s, GINTMSK, SOFM) && !reg_get(s, GINTSTS, SOF) ? next_sof(s) : COUNTER_NEVER;

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

/* ---- Snapshots ---- */

static const VMStateDescription request_vmstate = {
    .name = "otg-request", .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT8(channel, OtgRequest),
        VMSTATE_BOOL(in, OtgRequest),
        VMSTATE_BOOL(waits, OtgRequest),
        VMSTATE_UINT16(bytes, OtgRequest),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription queue_vmstate = {
    .name = "otg-queue", .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_STRUCT_ARRAY(request, OtgQueue, OTG_REQUESTS, 1, request_vmstate, OtgRequest),
        VMSTATE_UINT32(used, OtgQueue),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription channel_vmstate = {
    .name = "otg-channel", .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32(partial, OtgChannel),
        VMSTATE_BOOL(done, OtgChannel),
        VMSTATE_BOOL(halted, OtgChannel),
        VMSTATE_BOOL(nak, OtgChannel),
        VMSTATE_INT64(halt_at, OtgChannel),
        VMSTATE_INT64(ask_at, OtgChannel),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription transaction_vmstate = {
    .name = "otg-transaction", .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_BOOL(going, OtgTransaction),
        VMSTATE_BOOL(in, OtgTransaction),
        VMSTATE_BOOL(setup, OtgTransaction),
        VMSTATE_BOOL(ping, OtgTransaction),
        VMSTATE_UINT8(channel, OtgTransaction),
        VMSTATE_UINT8(answer, OtgTransaction),
        VMSTATE_UINT8(toggle, OtgTransaction),
        VMSTATE_UINT32(length, OtgTransaction),
        VMSTATE_INT64(until, OtgTransaction),
        VMSTATE_UINT8_ARRAY(data, OtgTransaction, USB_MAX_PACKET),
        VMSTATE_END_OF_LIST()
    },
};

/* Answers that have come; those that are due come anew when the device is asked again. */
static const VMStateDescription pending_vmstate = {
    .name = "otg-pending", .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_BOOL(used, OtgPending),
        VMSTATE_BOOL(complete, OtgPending),
        VMSTATE_BOOL(setup, OtgPending),
        VMSTATE_BOOL(in, OtgPending),
        VMSTATE_UINT8(address, OtgPending),
        VMSTATE_UINT8(endpoint, OtgPending),
        VMSTATE_INT32(status, OtgPending),
        VMSTATE_UINT32(length, OtgPending),
        VMSTATE_UINT8_ARRAY(data, OtgPending, USB_MAX_PACKET),
        VMSTATE_END_OF_LIST()
    },
};

/* A stream is no reason to trust what indexes. */
static int host_post_load(void *opaque, int version)
{
    OtgHost *h = opaque;

    for (unsigned q = 0; q < 2; q++) {
        h->queue[q].used = MIN(h->queue[q].used, OTG_REQUESTS);
        for (unsigned i = 0; i < OTG_REQUESTS; i++) {
            h->queue[q].request[i].channel %= OTG_CHANNELS;
        }
    }
    h->now.channel %= OTG_CHANNELS;
    h->now.length = MIN(h->now.length, USB_MAX_PACKET + 1);
    h->next_channel %= OTG_CHANNELS;
    for (unsigned i = 0; i < OTG_PENDING; i++) {
        h->pending[i].used &= h->pending[i].complete;
        h->pending[i].length = MIN(h->pending[i].length, USB_MAX_PACKET);
    }
    return 0;
}

const VMStateDescription otg_host_vmstate = {
    .name = "otg-host", .version_id = 1, .minimum_version_id = 1,
    .post_load = host_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_BOOL(connected, OtgHost),
        VMSTATE_BOOL(ever_connected, OtgHost),
        VMSTATE_INT64(reset_at, OtgHost),
        VMSTATE_INT64(warn_at, OtgHost),
        VMSTATE_BOOL(frames, OtgHost),
        VMSTATE_INT64(frame_zero, OtgHost),
        VMSTATE_UINT64(frame_base, OtgHost),
        VMSTATE_UINT64(sof_told, OtgHost),
        VMSTATE_STRUCT_ARRAY(queue, OtgHost, 2, 1, queue_vmstate, OtgQueue),
        VMSTATE_STRUCT_ARRAY(channel, OtgHost, OTG_CHANNELS, 1, channel_vmstate, OtgChannel),
        VMSTATE_STRUCT(now, OtgHost, 1, transaction_vmstate, OtgTransaction),
        VMSTATE_UINT32(next_channel, OtgHost),
        VMSTATE_STRUCT_ARRAY(pending, OtgHost, OTG_PENDING, 1, pending_vmstate, OtgPending),
        VMSTATE_UINT32_ARRAY(toggles, OtgHost, OTG_ADDRESSES),
        VMSTATE_UINT8_ARRAY(configuration, OtgHost, OTG_ADDRESSES),
        VMSTATE_END_OF_LIST()
    },
};
