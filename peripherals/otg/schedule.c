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
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/otg/state.h"

#define CHANNEL(field, s, n) FIELD_EX32(HCCHAR(s, n), HCCHAR0, field)
#define ASK_NS (10 * SCALE_MS)
#define SOF_BITS_FULL_NS 3000           /* 35 bits and the gap behind them */
#define SOF_BITS_HIGH_NS 300

enum { NOT_PERIODIC, PERIODIC };
enum { TOP_TOKEN = 0, TOP_EMPTY = 1 };  /* HNPTXSTS, HPTXSTS: what the top of the queue is */

static const uint8_t toggle_of_dpid[] = { 0, 2, 1, 3 };

/* ---- Requests ---- */

static OtgQueue *queue_of(Otg *s, unsigned channel)
{
    return &s->h.queue[otg_channel_is_periodic(s, channel)];
}

static int find_request(const OtgQueue *q, unsigned channel)
{
    for (unsigned i = 0; i < q->used; i++) {
        if (q->request[i].channel == channel) {
            return i;
        }
    }
    return -1;
}

static unsigned words(const OtgRequest *r)
{
    return r->in ? 0 : DIV_ROUND_UP(r->bytes, 4);
}

/* Words in the FIFO before those of request @i. */
static unsigned words_before(const OtgQueue *q, unsigned i)
{
    unsigned sum = 0;

    while (i--) {
        sum += words(&q->request[i]);
    }
    return sum;
}

static void remove_request(Otg *s, unsigned kind, unsigned i)
{
    OtgQueue *q = &s->h.queue[kind];

    if (words(&q->request[i])) {
        otg_tx_cut(s, kind, words_before(q, i), words(&q->request[i]));
    }
    memmove(&q->request[i], &q->request[i + 1], (q->used - i - 1) * sizeof(q->request[0]));
    q->used--;
}

void otg_request(Otg *s, unsigned channel, bool in, unsigned bytes)
{
    OtgQueue *q = queue_of(s, channel);

    if (q->used == OTG_REQUESTS) {
        periph_mistake(&s->parent_obj, "a request of channel %u comes while the %speriodic queue has all its %u: it is "
                       "lost; look at %s before", channel, otg_channel_is_periodic(s, channel) ? "" : "non-",
                       OTG_REQUESTS, otg_channel_is_periodic(s, channel) ? "HPTXSTS.PTXQSAV" : "HNPTXSTS.NPTQXSAV");
        otg_tx_cut(s, q - s->h.queue, words_before(q, q->used), DIV_ROUND_UP(bytes, 4));
        return;
    }
    q->request[q->used++] = (OtgRequest) { .channel = channel, .in = in, .bytes = bytes };
}

bool otg_has_request(const Otg *s, unsigned channel)
{
    return find_request(&s->h.queue[otg_channel_is_periodic(s, channel)], channel) >= 0;
}

void otg_request_again(Otg *s, unsigned channel)
{
    OtgQueue *q = queue_of(s, channel);
    int i = find_request(q, channel);

    if (i >= 0) {
        q->request[i].waits = false;
    }
}

void otg_request_is_sent(Otg *s, unsigned channel, bool sent)
{
    OtgQueue *q = queue_of(s, channel);
    int i = find_request(q, channel);

    if (i < 0) {
        return;                         /* flushed in the meantime */
    }
    if (sent) {
        remove_request(s, q - s->h.queue, i);
    } else {
        q->request[i].waits = true;
    }
}

/* Out of both: the firmware may have changed what kind the channel is. */
void otg_requests_drop(Otg *s, unsigned channel)
{
    for (unsigned kind = 0; kind < 2; kind++) {
        OtgQueue *q = &s->h.queue[kind];
        OtgChannel *c = &s->h.channel[channel];
        int i;

        while ((i = find_request(q, channel)) >= 0) {
            remove_request(s, kind, i);
        }
        if (c->partial && otg_channel_is_periodic(s, channel) == kind) {
            otg_tx_cut(s, kind, words_before(q, q->used), DIV_ROUND_UP(c->partial, 4));
            c->partial = 0;
        }
    }
}

void otg_requests_flush(Otg *s, unsigned fifo)
{
    if (fifo > PERIODIC) {
        return;
    }
    s->h.queue[fifo].used = 0;
    for (unsigned n = 0; n < OTG_CHANNELS; n++) {
        if (otg_channel_is_periodic(s, n) == fifo) {
            s->h.channel[n].partial = 0;
        }
    }
}

/* ---- Time ---- */

/* ns for what channel @n is to do next, if its packet has @bytes. */
static int64_t time_for(Otg *s, unsigned n, bool in, unsigned bytes)
{
    bool isochronous = CHANNEL(EPTYP, s, n) == EP_ISOCHRONOUS;
    unsigned speed = CHANNEL(LSDEV, s, n) ? USB_SPEED_LOW : otg_host_speed(s);
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

    if (otg_channel_is_periodic(s, n)) {
        if (odd != CHANNEL(ODDFRM, s, n)) {
            *when = MIN(*when, next);
            return false;
        }
        if (start + time_for(s, n, in, bytes) > next - sof) {
            otg_channel_overruns(s, n);
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
    unsigned address = CHANNEL(DAD, s, n);
    unsigned speed = otg_far_speed(s, address);
    UsbToken token = {
        .pid = token_pid(s, n, in), .address = address, .endpoint = CHANNEL(EPNUM, s, n),
        .toggle = toggle_of_dpid[FIELD_EX32(HCTSIZ(s, n), HCTSIZ0, DPID)], .data = t->data, .length = t->length,
    };

    t->channel = n;
    t->in = in;
    t->setup = token.pid == USB_TOKEN_SETUP;
    t->ping = token.pid == USB_PING;
    t->answer = otg_far_token(s, &token, otg_channel_max_packet(s, n));
    t->toggle = token.toggle;
    t->length = token.length;
    t->until = now + usb_token_ns(speed, token.pid, MIN(t->length, USB_MAX_PACKET), t->answer,
                                  CHANNEL(EPTYP, s, n) == EP_ISOCHRONOUS);
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
        if (r->waits || s->h.channel[n].halt_at != COUNTER_NEVER || (r->in && !otg_channel_has_room(s, n)) ||
            !may_begin(s, n, r->in, r->in ? otg_channel_max_packet(s, n) : r->bytes, now, when)) {
            continue;
        }
        s->h.now.length = r->in ? 0 : r->bytes;
        if (r->in) {
            remove_request(s, kind, i);
            begin(s, n, true, now);
        } else {
            otg_tx_peek_at(s, kind, words_before(q, i), s->h.now.data, r->bytes);
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
    unsigned bytes = MIN(otg_channel_max_packet(s, n), FIELD_EX32(HCTSIZ(s, n), HCTSIZ0, XFRSIZ));

    if (c->nak && c->ask_at > now) {
        *when = MIN(*when, c->ask_at);
        return false;
    }
    if (!may_begin(s, n, in, in ? otg_channel_max_packet(s, n) : bytes, now, when)) {
        return false;
    }
    c->nak = false;
    s->h.now.length = in ? 0 : bytes;
    if (!in && bytes && !otg_dma_read(s, HCDMA(s, n), s->h.now.data, bytes)) {
        s->h.now = (OtgTransaction) { .channel = n, .answer = USB_NOTHING };
        otg_channel_dma_fails(s, n);
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
            otg_channel_is_periodic(s, n) == kind && begin_channel(s, n, now, when)) {
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
            otg_channel_halts(s, n);
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
        otg_channel_ends(s);
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

/* DMA: when a device that said NAK is asked again at the latest. */
int64_t otg_schedule_ask_at(void)
{
    return qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) + ASK_NS;
}

/* ---- Registers ---- */

/* What the top of a queue is, as both registers have it from bit 24 on. */
static uint32_t top(const Otg *s, unsigned kind)
{
    const OtgRequest *r = &s->h.queue[kind].request[0];
    uint32_t odd;

    if (!s->h.queue[kind].used) {
        return 0;
    }
    odd = kind == PERIODIC ? CHANNEL(ODDFRM, s, r->channel) : 0;
    return odd << 7 | r->channel << 3 | (!r->in && !r->bytes ? TOP_EMPTY : TOP_TOKEN) << 1;
}

uint32_t otg_hnptxsts_read(Periph *p, unsigned n)
{
    Otg *s = OTG(p);
    uint32_t value = FIELD_DP32(0, HNPTXSTS, NPTXFSAV, otg_tx_free(s, 0));

    value = FIELD_DP32(value, HNPTXSTS, NPTQXSAV, OTG_REQUESTS - s->h.queue[NOT_PERIODIC].used);
    return FIELD_DP32(value, HNPTXSTS, NPTXQTOP, top(s, NOT_PERIODIC));
}

uint32_t otg_hptxsts_read(Periph *p, unsigned n)
{
    Otg *s = OTG(p);
    uint32_t value;

    if (!s->host) {
        return p->regs[n];
    }
    value = FIELD_DP32(0, HPTXSTS, PTXFSAVL, otg_tx_free(s, 1));
    value = FIELD_DP32(value, HPTXSTS, PTXQSAV, OTG_REQUESTS - s->h.queue[PERIODIC].used);
    return FIELD_DP32(value, HPTXSTS, PTXQTOP, top(s, PERIODIC));
}
