/*
 * Channels of an OTG host (RM0090 34.16.3, 34.17.4, 35.13.5): what their registers cause, and how the end of a
 * transaction is told.
 *
 * Without DMA the firmware does all of it: each packet that it wants to receive is asked for, each that it sends is
 * written into a FIFO; what was not taken waits until it enables the channel once more, or halts it.  What is
 * received, that a transfer is over and that a channel has halted are words in the receive FIFO, and the flags come
 * when these are popped.  A channel that sends ends by itself with its last packet, as a periodic one that receives;
 * others have to be halted.  With DMA a channel halts by itself, whatever ends it; NAK of a control or bulk endpoint
 * does not.
 *
 * unsure: that a CHENA which is written while the word that tells of a halt has not been popped does nothing.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/otg/channels.h"

#define HALT_NS 1000                    /* until a halt has come to the top of its queue */

/* ---- The receive FIFO ---- */

/* Words of it that the transaction under way may need: status, data, and the status that it was the last. */
static unsigned reserved(const Otg *s)
{
    const OtgTransaction *t = &s->h.now;

    return t->going && t->in ? DIV_ROUND_UP(t->length, 4) + 2 : 0;
}

bool channel_has_room(Otg *s, unsigned n)
{
    unsigned words = DIV_ROUND_UP(channel_max_packet(s, n), 4) + 2;

    if (words > reg_get(s, GRXFSIZ, RXFD)) {
        periph_mistake(&s->parent_obj, OTG001, "GRXFSIZ is %u words: a packet of channel %u needs %u with "
                       "its two words of status; it is never asked for", reg_get(s, GRXFSIZ, RXFD), n, words);
    }
    return otg_rx_free(s) >= words;
}

void channel_push(Otg *s, OtgPacketStatus status, unsigned n, const uint8_t *data, unsigned bytes)
{
    uint32_t word = FIELD_DP32(0, GRXSTSP, PKTSTS, status);

    word = FIELD_DP32(word, GRXSTSP, EPNUM, n);
    word = FIELD_DP32(word, GRXSTSP, BCNT, bytes);
    word = FIELD_DP32(word, GRXSTSP, DPID, channel_dpid(s, n));
    otg_rx_push(s, word, data, bytes);
}

/* What the word of status tells that the firmware has just popped. */
void otg_host_status_popped(Otg *s, uint32_t status)
{
    unsigned n = FIELD_EX32(status, GRXSTSP, EPNUM);

    if (n >= s->n_channels) {
        return;
    }
    switch (FIELD_EX32(status, GRXSTSP, PKTSTS)) {
    case PKT_IN:
        channel_flag(s, n, channel_type(s, n) == EP_ISOCHRONOUS ? 0 : INT(ACK));
        break;
    case PKT_IN_DONE:
        channel_flag(s, n, INT(XFRC));
        break;
    case PKT_TOGGLE_ERROR:
        channel_flag(s, n, INT(DTERR));
        break;
    case PKT_HALTED:
        s->h.channel[n].halted = false;
        channel_flag(s, n, INT(CHH));
        break;
    }
}

void otg_channels_rx_flushed(Otg *s)
{
    for (unsigned n = 0; n < OTG_CHANNELS; n++) {
        s->h.channel[n].halted = false;
    }
}

/* ---- Halts ---- */

void channel_halt(Otg *s, unsigned n)
{
    if (!otg_uses_dma(s)) {
        if (otg_rx_free(s) < reserved(s) + 1) {
            return;
        }
        channel_push(s, PKT_HALTED, n, NULL, 0);
        s->h.channel[n].halted = true;
    } else {
        channel_flag(s, n, INT(CHH));
        s->h.channel[n].halted = true;
    }
    s->h.channel[n].halt_at = COUNTER_NEVER;
    channel_disable(s, n);
    otg_requests_drop(s, n);
}

void channel_ends_by_itself(Otg *s, unsigned n, uint32_t flags)
{
    channel_flag(s, n, flags | INT(CHH));
    s->h.channel[n].halt_at = COUNTER_NEVER;
    channel_disable(s, n);
}

void channel_overruns(Otg *s, unsigned n)
{
    otg_set_gintsts(s, R_GINTSTS_IPXFR_MASK);
    if (otg_uses_dma(s)) {
        channel_ends_by_itself(s, n, INT(FRMOR));
    } else {
        channel_flag(s, n, INT(FRMOR));
        otg_request_is_sent(s, n, false);
    }
}

/* ---- Registers ---- */

uint32_t otg_haint_read(Periph *p, unsigned reg)
{
    Otg *s = OTG(p);
    uint32_t haint = 0;

    for (unsigned n = 0; n < s->n_channels; n++) {
        haint |= (uint32_t)!!(HCINT(s, n) & HCINTMSK(s, n)) << n;
    }
    return haint;
}

/* Words of the packet that is being written. */
static unsigned packet_size(const Otg *s, unsigned n)
{
    return MIN(channel_max_packet(s, n), channel_xfrsiz(s, n));
}

void otg_host_push(Otg *s, unsigned n, uint32_t word)
{
    unsigned fifo = channel_is_periodic(s, n), size = packet_size(s, n);
    OtgChannel *c = &s->h.channel[n];

    if (!(HCCHAR(s, n) & CHAR(CHENA)) || (HCCHAR(s, n) & CHAR(EPDIR))) {
        periph_mistake(&s->parent_obj, OTG002, "write to the FIFO of channel %u, which %s: the word is lost",
                       n, HCCHAR(s, n) & CHAR(EPDIR) ? "receives" : "is not enabled (HCCHAR.CHENA)");
        return;
    }
    if (!size) {
        periph_mistake(&s->parent_obj, OTG003, "write to the FIFO of channel %u beyond what HCTSIZ%u.XFRSIZ "
                       "says that is to be sent: the word is lost", n, n);
        return;
    }
    if (!otg_tx_push(s, fifo, word)) {
        periph_mistake(&s->parent_obj, OTG004, "write to the %speriodic transmit FIFO, which is full (%u "
                       "words): the word is lost; look at %s before a packet", fifo ? "" : "non-",
                       otg_tx_depth(s, fifo), fifo ? "HPTXSTS" : "HNPTXSTS");
        return;
    }
    c->partial += 4;
    if (c->partial >= size) {
        c->partial = 0;
        HCTSIZ(s, n) = FIELD_DP32(HCTSIZ(s, n), HCTSIZ0, XFRSIZ, channel_xfrsiz(s, n) - size);
        otg_request(s, n, false, size);
    }
}

static void check_multi_count(Otg *s, unsigned n, bool in)
{
    unsigned count = CHANNEL(MC, s, n);
    bool high = otg_host_speed(s) == USB_SPEED_HIGH;

    if (!count) {
        periph_mistake(&s->parent_obj, OTG060, "channel %u is periodic and enabled with HCCHAR%u.MC = 0, which is "
                       "reserved: it has to be 1 at least", n, n);
    } else if (count > 1 && !high) {
        periph_mistake(&s->parent_obj, OTG061, "channel %u is enabled with HCCHAR%u.MC = %u at full speed, where an "
                       "endpoint has one transaction in a frame", n, n, count);
    } else if (high && channel_type(s, n) == EP_ISOCHRONOUS && !in && channel_pktcnt(s, n) > 1 && count > 1 &&
               channel_dpid(s, n) != DPID_SETUP) {
        periph_mistake(&s->parent_obj, OTG062, "channel %u sends %u packets a microframe and HCTSIZ%u.DPID is %u: "
                       "the first has to be MDATA (3), or the device takes it for the only one", n, count, n,
                       channel_dpid(s, n));
    }
}

static void check(Otg *s, unsigned n)
{
    unsigned size = channel_max_packet(s, n);
    bool in = HCCHAR(s, n) & CHAR(EPDIR);

    if (!reg_get(s, HPRT, PENA) && s->h.ever_connected && !s->h.connected) {
        return;                         /* a device that has just gone is nobody's mistake */
    }
    if (!reg_get(s, HPRT, PENA)) {
        periph_mistake(&s->parent_obj, OTG005, "channel %u is enabled while the port is not (HPRT.PENA is "
                       "0): nothing is sent", n);
        return;
    }
    otg_host_check_clock(s);
    if (!in && !channel_pktcnt(s, n)) {
        periph_mistake(&s->parent_obj, OTG006, "channel %u is enabled with HCTSIZ%u.PKTCNT = 0: nothing is "
                       "sent", n, n);
    } else if (!in && channel_xfrsiz(s, n) > channel_pktcnt(s, n) * size) {
        periph_mistake(&s->parent_obj, OTG007, "channel %u is enabled with HCTSIZ%u.XFRSIZ = %u, which are "
                       "more than PKTCNT = %u packets of %u bytes", n, n, channel_xfrsiz(s, n),
                       channel_pktcnt(s, n), size);
    }
    if (channel_is_periodic(s, n)) {
        check_multi_count(s, n, in);
    }
    if (!otg_uses_dma(s) && !in) {
        otg_check_fifos(s, channel_is_periodic(s, n), packet_size(s, n));
    }
}

static void enable(Otg *s, unsigned n, bool anew)
{
    OtgChannel *c = &s->h.channel[n];
    bool ping = s->is_hs && FIELD_EX32(HCTSIZ(s, n), HCTSIZ0, DOPING);

    if (anew) {
        check(s, n);
        c->nak = false;
        c->done &= !channel_pktcnt(s, n);
    }
    if (otg_uses_dma(s) || c->done) {
        return;
    }
    if (HCCHAR(s, n) & CHAR(EPDIR)) {
        otg_request(s, n, true, 0);
    } else if (otg_has_request(s, n)) {
        otg_request_again(s, n);
    } else if (ping || channel_split(s, n) == SPLIT_COMPLETE ||
               (!channel_xfrsiz(s, n) && channel_pktcnt(s, n) && !c->partial)) {
        otg_request(s, n, false, 0);    /* no word in a FIFO makes it */
    }
}

void otg_hcchar_written(Periph *p, unsigned reg, uint32_t was, uint32_t data)
{
    Otg *s = OTG(p);
    unsigned n = (reg - R_HCCHAR0) / 8;
    OtgChannel *c = &s->h.channel[n];
    bool halting = c->halt_at != COUNTER_NEVER;

    if (!s->host) {
        periph_mistake(p, OTG008, "write of HCCHAR%u while the core is a device (GINTSTS.CMOD is 0)", n);
        otg_set_gintsts(s, R_GINTSTS_MMIS_MASK);
        HCCHAR(s, n) &= ~(CHAR(CHENA) | CHAR(CHDIS));
        return;
    }
    if (halting || !(data & (CHAR(CHDIS) | CHAR(CHENA)))) {
        return;
    }
    if (data & CHAR(CHDIS)) {
        if ((data | was) & CHAR(CHENA)) {       /* else it waits for CHENA */
            c->halt_at = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) + HALT_NS;
        }
    } else if (c->halted && (!otg_uses_dma(s) || (HCINT(s, n) & INT(CHH)))) {
        HCCHAR(s, n) &= ~CHAR(CHENA);
    } else {
        c->halted = false;
        HCCHAR(s, n) &= ~CHAR(CHDIS);
        enable(s, n, !(was & CHAR(CHENA)));
    }
}

void otg_hctsiz_written(Periph *p, unsigned reg, uint32_t was, uint32_t data)
{
    Otg *s = OTG(p);
    unsigned n = (reg - R_HCTSIZ0) / 8;
    OtgChannel *c = &s->h.channel[n];

    if (s->host && (HCCHAR(s, n) & CHAR(CHENA)) && !c->done && (p->regs[reg] ^ was) & ~R_HCTSIZ0_DOPING_MASK) {
        periph_mistake(p, OTG009, "write of HCTSIZ%u while channel %u is enabled: the transfer under way is "
                       "changed", n, n);
    }
    c->done = false;
}
