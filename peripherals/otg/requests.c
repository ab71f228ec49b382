/*
 * The two queues of requests of an OTG host (RM0090 34.6.4): each is a channel that wants to receive a packet, or one
 * that sends the next of those in the FIFO, in their order.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/otg/channels.h"

enum { TOP_TOKEN = 0, TOP_EMPTY = 1 };  /* HNPTXSTS, HPTXSTS: what the top of a queue is */

static OtgQueue *queue_of(Otg *s, unsigned channel)
{
    return &s->h.queue[channel_is_periodic(s, channel)];
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

unsigned request_words_before(const OtgQueue *q, unsigned i)
{
    unsigned sum = 0;

    while (i--) {
        sum += words(&q->request[i]);
    }
    return sum;
}

void request_remove(Otg *s, unsigned kind, unsigned i)
{
    OtgQueue *q = &s->h.queue[kind];

    if (words(&q->request[i])) {
        otg_tx_cut(s, kind, request_words_before(q, i), words(&q->request[i]));
    }
    memmove(&q->request[i], &q->request[i + 1], (q->used - i - 1) * sizeof(q->request[0]));
    q->used--;
}

void otg_request(Otg *s, unsigned channel, bool in, unsigned bytes)
{
    OtgQueue *q = queue_of(s, channel);

    if (q->used == OTG_REQUESTS) {
        periph_mistake(&s->parent_obj, OTG053, "a request of channel %u comes while the %speriodic queue "
                       "has all its %u: it is lost; look at %s before", channel,
                       channel_is_periodic(s, channel) ? "" : "non-", OTG_REQUESTS,
                       channel_is_periodic(s, channel) ? "HPTXSTS.PTXQSAV" : "HNPTXSTS.NPTQXSAV");
        otg_tx_cut(s, q - s->h.queue, request_words_before(q, q->used), DIV_ROUND_UP(bytes, 4));
        return;
    }
    q->request[q->used++] = (OtgRequest) { .channel = channel, .in = in, .bytes = bytes };
}

bool otg_has_request(const Otg *s, unsigned channel)
{
    return find_request(&s->h.queue[channel_is_periodic(s, channel)], channel) >= 0;
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
        request_remove(s, q - s->h.queue, i);
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
            request_remove(s, kind, i);
        }
        if (c->partial && channel_is_periodic(s, channel) == kind) {
            otg_tx_cut(s, kind, request_words_before(q, q->used), DIV_ROUND_UP(c->partial, 4));
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
        if (channel_is_periodic(s, n) == fifo) {
            s->h.channel[n].partial = 0;
        }
    }
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
