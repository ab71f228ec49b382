/*
 * How transactions of an OTG host end (RM0090 34.17.4, 35.13.5): what was received goes into the receive FIFO or to
 * memory, what was sent is taken out of a FIFO, sizes and toggles go on, and flags tell.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/otg/channels.h"

/* DMA: a device that said NAK is asked again after that at the latest. */
#define ASK_NS (10 * SCALE_MS)

static void count(Otg *s, unsigned n, bool bytes_too, unsigned bytes)
{
    uint32_t *size = &HCTSIZ(s, n);

    if (bytes_too) {
        *size = FIELD_DP32(*size, HCTSIZ0, XFRSIZ, channel_xfrsiz(s, n) - MIN(bytes, channel_xfrsiz(s, n)));
    }
    if (channel_pktcnt(s, n)) {
        *size = FIELD_DP32(*size, HCTSIZ0, PKTCNT, channel_pktcnt(s, n) - 1);
    }
    if (channel_type(s, n) != EP_ISOCHRONOUS) {
        *size = FIELD_DP32(*size, HCTSIZ0, DPID, channel_dpid(s, n) == DPID_DATA1 ? DPID_DATA0 : DPID_DATA1);
    }
}

static bool toggle_is_wrong(const Otg *s, unsigned n)
{
    return channel_type(s, n) != EP_ISOCHRONOUS && s->h.now.toggle != (channel_dpid(s, n) == DPID_DATA1);
}

/* What comes of an answer that is no packet and no ACK. */
static uint32_t flag_of(unsigned answer)
{
    return answer == USB_NAK ? INT(NAK) : answer == USB_STALL ? INT(STALL) : INT(TXERR);
}

/* DATA0: the last of a microframe that could have had several (USB 2.0 5.9.2). */
static bool is_end_of_burst(const Otg *s, unsigned n)
{
    return channel_type(s, n) == EP_ISOCHRONOUS && channel_multi_count(s, n) > 1 && !s->h.now.toggle;
}

static void receive(Otg *s, unsigned n)
{
    OtgTransaction *t = &s->h.now;
    bool last;

    if (t->answer != USB_DATA) {
        channel_flag(s, n, flag_of(t->answer));
        return;
    }
    if (t->length > channel_max_packet(s, n)) {
        channel_flag(s, n, INT(BBERR));
        return;
    }
    if (otg_rx_free(s) < DIV_ROUND_UP(t->length, 4) + 2) {
        channel_flag(s, n, INT(TXERR));         /* GRXFSIZ has been written in the meantime */
        return;
    }
    if (toggle_is_wrong(s, n)) {
        channel_push(s, PKT_TOGGLE_ERROR, n, NULL, 0);
        return;
    }
    channel_push(s, PKT_IN, n, t->data, t->length);
    count(s, n, true, t->length);
    last = !channel_pktcnt(s, n) || t->length < channel_max_packet(s, n) || is_end_of_burst(s, n) || t->split;
    if (!last) {
        return;
    }
    channel_push(s, PKT_IN_DONE, n, NULL, 0);
    otg_requests_drop(s, n);
    s->h.channel[n].done = true;
    if (channel_is_periodic(s, n) && !channel_pktcnt(s, n)) {
        channel_disable(s, n);
    }
}

static bool is_taken(const Otg *s, unsigned n)
{
    unsigned answer = s->h.now.answer;

    return answer == USB_ACK || answer == USB_NYET || channel_type(s, n) == EP_ISOCHRONOUS;
}

static void sent(Otg *s, unsigned n)
{
    OtgTransaction *t = &s->h.now;

    otg_request_is_sent(s, n, is_taken(s, n));
    if (!is_taken(s, n)) {
        channel_flag(s, n, flag_of(t->answer));
        return;
    }
    count(s, n, false, 0);
    channel_flag(s, n, channel_type(s, n) == EP_ISOCHRONOUS ? 0 : INT(ACK));
    channel_flag(s, n, t->answer == USB_NYET ? INT(NYET) : 0);
    if (!channel_pktcnt(s, n)) {
        channel_flag(s, n, INT(XFRC));
        channel_disable(s, n);
    }
}

static void pinged(Otg *s, unsigned n)
{
    otg_request_is_sent(s, n, true);
    channel_flag(s, n, s->h.now.answer == USB_ACK ? INT(ACK) : flag_of(s->h.now.answer));
    if (s->h.now.answer == USB_ACK) {
        HCTSIZ(s, n) &= ~R_HCTSIZ0_DOPING_MASK;
    }
}

static void store(Otg *s, unsigned n)
{
    OtgTransaction *t = &s->h.now;

    if (t->length > channel_max_packet(s, n)) {
        channel_ends_by_itself(s, n, INT(BBERR));
    } else if (toggle_is_wrong(s, n)) {
        channel_ends_by_itself(s, n, INT(DTERR));
    } else if (t->length && !otg_dma_write(s, HCDMA(s, n), t->data, t->length)) {
        channel_ends_by_itself(s, n, INT(AHBERR));
    } else {
        HCDMA(s, n) += t->length;
        count(s, n, true, t->length);
        channel_flag(s, n, channel_type(s, n) == EP_ISOCHRONOUS ? 0 : INT(ACK));
        if (!channel_pktcnt(s, n) || t->length < channel_max_packet(s, n) || is_end_of_burst(s, n)) {
            channel_ends_by_itself(s, n, INT(XFRC));
        }
    }
}

static void ends_with_dma(Otg *s, unsigned n)
{
    OtgTransaction *t = &s->h.now;
    OtgChannel *c = &s->h.channel[n];

    if (t->answer == USB_NAK && !channel_is_periodic(s, n)) {
        channel_flag(s, n, INT(NAK));
        c->nak = true;
        c->ask_at = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) + ASK_NS;
    } else if (t->in && t->answer == USB_DATA) {
        store(s, n);
    } else if (!t->in && is_taken(s, n)) {
        HCDMA(s, n) += t->length;
        count(s, n, true, t->length);
        channel_flag(s, n, channel_type(s, n) == EP_ISOCHRONOUS ? 0 : INT(ACK));
        channel_flag(s, n, t->answer == USB_NYET ? INT(NYET) : 0);
        if (!channel_pktcnt(s, n)) {
            channel_ends_by_itself(s, n, INT(XFRC));
        }
    } else {
        channel_ends_by_itself(s, n, flag_of(t->answer));
    }
}

/* ---- Split transactions (RM0090 35.12 HCSPLT, USB 2.0 11.17 to 11.21) ---- */

/*
 * A half is over: with DMA that ends the channel, whatever it was.  The firmware goes on with the other half, or does
 * it again; NYET is that the hub has still to wait.  A packet that has come is a transfer, whatever PKTCNT is.
 */
static void half_ends(Otg *s, unsigned n, uint32_t flags)
{
    if (otg_uses_dma(s)) {
        channel_ends_by_itself(s, n, flags);
    } else {
        channel_flag(s, n, flags);
    }
}

static uint32_t flag_of_half(unsigned answer)
{
    return answer == USB_ACK ? INT(ACK) : answer == USB_NYET ? INT(NYET) : flag_of(answer);
}

static void start_split_ends(Otg *s, unsigned n)
{
    OtgTransaction *t = &s->h.now;

    if (!t->in && !otg_uses_dma(s)) {
        otg_request_is_sent(s, n, t->answer == USB_ACK);
    }
    if (channel_type(s, n) == EP_ISOCHRONOUS && !t->in && t->answer == USB_ACK) {   /* there is no other half */
        if (otg_uses_dma(s)) {
            HCDMA(s, n) += t->length;
        }
        count(s, n, otg_uses_dma(s), t->length);
        half_ends(s, n, INT(ACK) | (channel_pktcnt(s, n) ? 0 : INT(XFRC)));
        return;
    }
    half_ends(s, n, flag_of_half(t->answer));
}

/* What was sent with the first half has been taken by the device. */
static void split_is_sent(Otg *s, unsigned n)
{
    unsigned bytes = MIN(channel_max_packet(s, n), channel_xfrsiz(s, n));

    if (otg_uses_dma(s)) {
        HCDMA(s, n) += bytes;
    }
    count(s, n, otg_uses_dma(s), bytes);
    if (!channel_pktcnt(s, n)) {
        half_ends(s, n, INT(ACK) | INT(XFRC));
        channel_disable(s, n);
    } else {
        half_ends(s, n, INT(ACK));
    }
}

static void complete_split_ends(Otg *s, unsigned n)
{
    OtgTransaction *t = &s->h.now;

    if (!t->in && !otg_uses_dma(s)) {
        otg_request_is_sent(s, n, true);
    }
    if (t->in && t->answer == USB_DATA) {
        if (!otg_uses_dma(s)) {
            receive(s, n);
        } else {
            store(s, n);
            if (!(HCINT(s, n) & INT(CHH))) {
                half_ends(s, n, INT(XFRC));
            }
        }
    } else if (!t->in && t->answer == USB_ACK) {
        split_is_sent(s, n);
    } else {
        half_ends(s, n, flag_of_half(t->answer));
    }
}

void transaction_ends(Otg *s)
{
    unsigned n = s->h.now.channel;

    if (!(HCCHAR(s, n) & CHAR(CHENA))) {
        otg_request_is_sent(s, n, true);
    } else if (s->h.now.ping) {
        pinged(s, n);
    } else if (s->h.now.split == SPLIT_START) {
        start_split_ends(s, n);
    } else if (s->h.now.split == SPLIT_COMPLETE) {
        complete_split_ends(s, n);
    } else if (otg_uses_dma(s)) {
        ends_with_dma(s, n);
    } else if (s->h.now.in) {
        receive(s, n);
    } else {
        sent(s, n);
    }
}
