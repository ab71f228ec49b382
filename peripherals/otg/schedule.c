/*
 * Who is next on the bus of an OTG host (RM0090 34.6.4): two queues of requests, one periodic, and time.
 *
 * A transaction is given to the device as it begins, and the firmware sees what came of it as it ends.  One that
 * would not be over before the next frame waits for that; a periodic one waits for a frame of its parity.  A request
 * that cannot be served now lets those of other channels pass.
 *
 * Deliberately different: with DMA the queues stay empty, the core serves the channels that are enabled in turn.
 * A device that said NAK is asked again when it has something to say, and every 10 ms.
 *
 * A periodic channel has HCCHAR.MC transactions in a (micro)frame by DMA; without it each is a request of its own, and
 * those of a frame are as many as the firmware asks for.
 *
 * unsure: that with DMA what is left of a periodic transfer goes on in the next frame of its parity.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/otg/channels.h"

#define SOF_BITS_FULL_NS 3000           /* 35 bits and the gap behind them */
#define SOF_BITS_HIGH_NS 300

static const uint8_t toggle_of_dpid[] = { 0, 2, 1, 3 };

/* ---- Several transactions in a microframe ---- */

/* Transactions of channel @n in this frame: so far. */
static unsigned in_frame(const Otg *s, unsigned n, uint64_t frame)
{
    return s->h.channel[n].frame == frame ? s->h.channel[n].in_frame : 0;
}

static void count_in_frame(Otg *s, unsigned n, uint64_t frame)
{
    s->h.channel[n].in_frame = in_frame(s, n, frame) + 1;
    s->h.channel[n].frame = frame;
}

/*
 * USB 2.0 5.9.2: of several isochronous packets OUT in a microframe all but the last are MDATA, that one tells how many
 * they were.  The first has what the firmware says.
 */
static unsigned burst_toggle(const Otg *s, unsigned n, unsigned at)
{
    bool last = at + 1 >= channel_multi_count(s, n) || channel_pktcnt(s, n) <= 1;

    return !at ? toggle_of_dpid[channel_dpid(s, n)] : last ? MIN(at, 2) : 3;
}

/* ---- Time ---- */

/* ns for what channel @n is to do next, if its packet has @bytes. */
static int64_t time_for(Otg *s, unsigned n, bool in, unsigned bytes)
{
    bool isochronous = CHANNEL(EPTYP, s, n) == EP_ISOCHRONOUS;
    bool low = CHANNEL(LSDEV, s, n) && otg_host_speed(s) != USB_SPEED_HIGH;
    unsigned speed = low ? USB_SPEED_LOW : otg_host_speed(s);
    int64_t ns = usb_token_ns(speed, in ? USB_TOKEN_IN : USB_TOKEN_OUT, bytes, in ? USB_DATA : USB_ACK, isochronous);

    return MIN(ns, otg_host_frame_ns(s) / 10 * 9);      /* more than a frame never fits: it is cut off */
}

/* Can it begin now?  If not *@when may become the time at which it can. */
static bool may_begin(Otg *s, unsigned n, bool in, unsigned bytes, int64_t now, int64_t *when)
{
    uint64_t frame = otg_host_frame_at(s, now);
    int64_t sof = otg_host_speed(s) == USB_SPEED_HIGH ? SOF_BITS_HIGH_NS : SOF_BITS_FULL_NS;
    int64_t start = MAX(now, otg_host_frame_start(s, frame) + sof);
    int64_t next = otg_host_frame_start(s, frame + 1) + sof;
    bool odd = (s->h.frame_base + frame) & 1;

    if (channel_is_periodic(s, n)) {
        if (odd != CHANNEL(ODDFRM, s, n)) {
            *when = MIN(*when, next);
            return false;
        }
        if (otg_uses_dma(s) && in_frame(s, n, frame) >= channel_multi_count(s, n)) {
            *when = MIN(*when, next);
            return false;
        }
        if (start + time_for(s, n, in, bytes) > next - sof) {
            channel_overruns(s, n);
            *when = MIN(*when, next + otg_host_frame_ns(s));
            return false;
        }
    } else if (start + time_for(s, n, in, bytes) > next - sof) {
        *when = MIN(*when, next);
        return false;
    }
    if (start > now) {
        *when = MIN(*when, start);
        return false;
    }
    return true;
}

/* ---- A transaction begins ---- */

static int token_pid(const Otg *s, unsigned n, bool in)
{
    unsigned dpid = FIELD_EX32(HCTSIZ(s, n), HCTSIZ0, DPID);

    if (in) {
        return USB_TOKEN_IN;
    }
    if (s->is_hs && FIELD_EX32(HCTSIZ(s, n), HCTSIZ0, DOPING)) {
        return USB_PING;
    }
    return dpid == DPID_SETUP && CHANNEL(EPTYP, s, n) == EP_CONTROL ? USB_TOKEN_SETUP : USB_TOKEN_OUT;
}

/* h.now.data and .length are what is sent. */
static void begin(Otg *s, unsigned n, bool in, int64_t now)
{
    OtgTransaction *t = &s->h.now;
    unsigned address = CHANNEL(DAD, s, n), type = channel_type(s, n);
    OtgSplit split = channel_split(s, n);
    unsigned speed = split ? USB_SPEED_HIGH : otg_far_speed(s, address);
    UsbToken token = {
        .pid = token_pid(s, n, in), .address = address, .endpoint = CHANNEL(EPNUM, s, n),
        .toggle = toggle_of_dpid[FIELD_EX32(HCTSIZ(s, n), HCTSIZ0, DPID)], .data = t->data, .length = t->length,
    };

    if (channel_is_periodic(s, n)) {
        uint64_t frame = otg_host_frame_at(s, now);

        if (type == EP_ISOCHRONOUS && !split && !in && otg_host_speed(s) == USB_SPEED_HIGH) {
            token.toggle = burst_toggle(s, n, in_frame(s, n, frame));
        }
        count_in_frame(s, n, frame);
    }
    t->channel = n;
    t->in = in;
    t->setup = token.pid == USB_TOKEN_SETUP;
    t->ping = token.pid == USB_PING;
    t->split = split;
    t->answer = split ? otg_far_split(s, &token, channel_max_packet(s, n), HCSPLT(s, n), type)
                : otg_far_needs_split(s, address) ? USB_NOTHING
                : otg_far_token(s, &token, channel_max_packet(s, n));
    t->toggle = token.toggle;
    t->length = token.length;
    t->until = now + usb_token_ns(speed, token.pid, MIN(t->length, USB_MAX_PACKET), t->answer,
                                  type == EP_ISOCHRONOUS);
    t->going = s->h.frames;             /* the device may have gone with this */
}

static bool begin_request(Otg *s, unsigned kind, int64_t now, int64_t *when)
{
    OtgQueue *q = &s->h.queue[kind];
    uint32_t seen = 0;

    for (unsigned i = 0; i < q->used; i++) {
        OtgRequest *r = &q->request[i];
        unsigned n = r->channel;

        if (seen & 1u << n) {
            continue;                   /* after the one before it */
        }
        seen |= 1u << n;
        if (r->waits || s->h.channel[n].halt_at != COUNTER_NEVER || (r->in && !channel_has_room(s, n)) ||
            !may_begin(s, n, r->in, r->in ? channel_max_packet(s, n) : r->bytes, now, when)) {
            continue;
        }
        s->h.now.length = r->in ? 0 : r->bytes;
        if (r->in) {
            request_remove(s, kind, i);
            begin(s, n, true, now);
        } else {
            otg_tx_peek_at(s, kind, request_words_before(q, i), s->h.now.data, r->bytes);
            begin(s, n, false, now);
        }
        return true;
    }
    return false;
}

/* With DMA: a channel that is enabled. */
static bool begin_channel(Otg *s, unsigned n, int64_t now, int64_t *when)
{
    OtgChannel *c = &s->h.channel[n];
    bool in = CHANNEL(EPDIR, s, n);
    unsigned bytes = channel_split(s, n) == SPLIT_COMPLETE ? 0 : MIN(channel_max_packet(s, n), channel_xfrsiz(s, n));

    if (c->nak && c->ask_at > now) {
        *when = MIN(*when, c->ask_at);
        return false;
    }
    if (!may_begin(s, n, in, in ? channel_max_packet(s, n) : bytes, now, when)) {
        return false;
    }
    c->nak = false;
    s->h.now.length = in ? 0 : bytes;
    if (!in && bytes && !otg_dma_read(s, HCDMA(s, n), s->h.now.data, bytes)) {
        s->h.now = (OtgTransaction) { .channel = n, .answer = USB_NOTHING };
        channel_ends_by_itself(s, n, INT(AHBERR));
        *when = now;
        return false;
    }
    begin(s, n, in, now);
    return true;
}

static bool begin_dma(Otg *s, unsigned kind, int64_t now, int64_t *when)
{
    for (unsigned i = 0; i < s->n_channels; i++) {
        unsigned n = (s->h.next_channel + i) % s->n_channels;

        if (CHANNEL(CHENA, s, n) && s->h.channel[n].halt_at == COUNTER_NEVER &&
            channel_is_periodic(s, n) == kind && begin_channel(s, n, now, when)) {
            s->h.next_channel = (n + 1) % s->n_channels;
            return true;
        }
    }
    return false;
}

static void begin_next(Otg *s, int64_t now, int64_t *when)
{
    bool (*begin_one)(Otg *, unsigned, int64_t, int64_t *) = otg_uses_dma(s) ? begin_dma : begin_request;

    if (!begin_one(s, PERIODIC, now, when)) {
        begin_one(s, NOT_PERIODIC, now, when);
    }
}

/* ---- All of it ---- */

/* Channels that are to halt do when what they have on the bus is over. */
static void run_halts(Otg *s, int64_t now, int64_t *when)
{
    for (unsigned n = 0; n < s->n_channels; n++) {
        OtgChannel *c = &s->h.channel[n];

        if (likely(c->halt_at == COUNTER_NEVER) || (s->h.now.going && s->h.now.channel == n)) {
            continue;
        }
        if (c->halt_at > now) {
            *when = MIN(*when, c->halt_at);
        } else {
            channel_halt(s, n);
        }
    }
}

void otg_schedule_run(Otg *s)
{
    OtgHost *h = &s->h;
    int64_t now = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL), when = COUNTER_NEVER;

    h->busy = true;
    if (h->now.going && h->now.until <= now) {
        h->now.going = false;
        transaction_ends(s);
    }
    if (!h->now.going && h->frames && !reg_get(s, PCGCCTL, STPPCLK)) {
        begin_next(s, now, &when);
    }
    if (h->now.going) {
        when = h->now.until;            /* nothing begins before */
    }
    run_halts(s, now, &when);
    h->busy = false;
    h->next = when;
}
