/*
 * IN endpoints of an OTG device (RM0090 34.17.5, 34.17.6): packets go from a FIFO, or by DMA from memory, to the
 * host when it asks.
 *
 * XFRSIZ counts what is still to be written into the FIFO, PKTCNT the packets that the host has still to get.  A
 * packet is there when all of it is.
 *
 * A reset of the bus leaves EPENA set (what clears it are XFRC and EPDISD) and the FIFO as it is: drivers look for that
 * and flush what is left, or the next answer would be the rest of the last one.
 *
 * Deliberately different: with DMA a packet is read from memory when the host asks for it, not ahead.  The
 * limit of control transfers, TOC, does not come: the host's handshake is never late.  Drivers let the next packet go
 * and clear XFRC of the one before only then: they are sooner than any bus.  While virtual time is the host's, which
 * may be late, an endpoint says NAK until XFRC has been cleared, for a while.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/otg/state.h"

#define GRACE_NS (20 * SCALE_MS)

#define CTL(field) R_DIEPCTL1_##field##_MASK
#define FLAG(field) R_DIEPINT0_##field##_MASK

static unsigned type(const Otg *s, unsigned n)
{
    return n ? FIELD_EX32(DIEPCTL(s, n), DIEPCTL1, EPTYP) : EP_CONTROL;
}

static unsigned fifo_of(const Otg *s, unsigned n)
{
    unsigned fifo = FIELD_EX32(DIEPCTL(s, n), DIEPCTL1, TXFNUM);

    return fifo < s->n_endpoints ? fifo : 0;
}

static unsigned max_packet(const Otg *s, unsigned n)
{
    unsigned size = n ? FIELD_EX32(DIEPCTL(s, n), DIEPCTL1, MPSIZ)
                      : 64 >> FIELD_EX32(DIEPCTL(s, 0), DIEPCTL0, MPSIZ);

    return MIN(size, USB_MAX_PACKET);
}

/* XFRSIZ and PKTCNT, which endpoint 0 has fewer bits of; those are 0. */
static unsigned xfrsiz(const Otg *s, unsigned n)
{
    return FIELD_EX32(DIEPTSIZ(s, n), DIEPTSIZ1, XFRSIZ);
}

static unsigned pktcnt(const Otg *s, unsigned n)
{
    return FIELD_EX32(DIEPTSIZ(s, n), DIEPTSIZ1, PKTCNT);
}

static bool is_enabled(const Otg *s, unsigned n)
{
    return (DIEPCTL(s, n) & CTL(EPENA)) && (DIEPCTL(s, n) & CTL(USBAEP)) && !s->in[n].stale;
}

/* ---- Packets ---- */

/* Bytes of the packet that is next. */
static unsigned packet_size(const Otg *s, unsigned n)
{
    return MIN(max_packet(s, n), s->in[n].total - s->in[n].sent);
}

static bool has_packet(const Otg *s, unsigned n)
{
    return otg_uses_dma(s) || s->tx[fifo_of(s, n)].used * 4 >= packet_size(s, n);
}

static void get_packet(Otg *s, unsigned n, uint8_t *data, unsigned size)
{
    if (!otg_uses_dma(s)) {
        otg_tx_peek(s, fifo_of(s, n), data, size);
    } else if (size && !otg_dma_read(s, DIEPDMA(s, n), data, size)) {
        memset(data, 0, size);
    }
}

/* The host has got it: it has answered. */
static void packet_is_sent(Otg *s, unsigned n, unsigned size)
{
    OtgIn *in = &s->in[n];

    in->sent += size;
    if (otg_uses_dma(s)) {
        DIEPDMA(s, n) += size;
        DIEPTSIZ(s, n) = FIELD_DP32(DIEPTSIZ(s, n), DIEPTSIZ1, XFRSIZ, xfrsiz(s, n) - MIN(size, xfrsiz(s, n)));
    } else {
        otg_tx_drop(s, fifo_of(s, n), size);
    }
    if (pktcnt(s, n)) {
        DIEPTSIZ(s, n) = FIELD_DP32(DIEPTSIZ(s, n), DIEPTSIZ1, PKTCNT, pktcnt(s, n) - 1);
    }
    if (!pktcnt(s, n)) {
        DIEPCTL(s, n) &= ~CTL(EPENA);
        DIEPINT(s, n) |= FLAG(XFRC);
        in->seen_by = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) + GRACE_NS;
    }
}

/* A packet of endpoint @n goes out, and will be there after its time on the bus. */
static void send_packet(Otg *s, unsigned n, UsbToken *token, unsigned size, bool isochronous)
{
    int64_t now = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);

    get_packet(s, n, token->data, size);
    token->length = size;
    s->flight = (OtgFlight) { .lost = token->lost, .endpoint = n, .size = size };
    s->flight.end = now + usb_token_ns(s->socket.bus_speed, USB_TOKEN_IN, size, USB_DATA, isochronous);
}

void otg_in_arrive(Otg *s)
{
    unsigned n = s->flight.endpoint;

    if (s->flight.end == COUNTER_NEVER) {
        return;
    }
    s->flight.end = COUNTER_NEVER;
    if (s->flight.lost || !is_enabled(s, n)) {
        return;
    }
    if (type(s, n) != EP_ISOCHRONOUS) {
        s->in[n].data1 ^= 1;
        DIEPCTL(s, n) ^= n ? CTL(EONUM) : 0;
    }
    packet_is_sent(s, n, s->flight.size);
}

static void flight_expired(void *opaque)
{
    Otg *s = opaque;

    if (s->flight.end <= qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL)) {
        otg_in_arrive(s);
    }
    periph_update(opaque);
}

/* Has the firmware still to see, by an interrupt, that the packet before has been sent? */
static bool is_unseen(const Otg *s, unsigned n)
{
    return !time_is_exact() && DIEPINT(s, n) & s->parent_obj.regs[R_DIEPMSK] & FLAG(XFRC) &&
           s->parent_obj.regs[R_DAINTMSK] >> n & 1 && reg_get(s, GINTMSK, IEPINT) &&
           qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) < s->in[n].seen_by;
}

/* When one is ready again without the firmware. */
static int64_t grace_ends(const Otg *s)
{
    int64_t when = COUNTER_NEVER;

    for (unsigned n = 0; n < s->n_endpoints; n++) {
        if (unlikely(s->in[n].nak) && is_unseen(s, n)) {
            when = MIN(when, s->in[n].seen_by);
        }
    }
    return when;
}

void otg_in_update(Otg *s)
{
    counter_arm(s->flight_timer, MIN(s->flight.end, grace_ends(s)));
}

void otg_in_push(Otg *s, unsigned n, uint32_t word)
{
    unsigned fifo = fifo_of(s, n);
    OtgIn *in = &s->in[n];

    if (!xfrsiz(s, n)) {
        periph_mistake(&s->parent_obj, OTG026, "write to the FIFO of IN endpoint %u beyond what "
                       "DIEPTSIZ%u.XFRSIZ says that is to be sent", n, n);
    }
    if (!otg_tx_push(s, fifo, word)) {
        periph_mistake(&s->parent_obj, OTG027, "write to transmit FIFO %u, which is full (%u words): the "
                       "word is lost; look at DTXFSTS%u before a packet", fifo, otg_tx_depth(s, fifo), n);
        return;
    }
    in->partial += 4;
    if (in->partial >= MIN(max_packet(s, n), xfrsiz(s, n))) {
        unsigned written = MIN(max_packet(s, n), xfrsiz(s, n));

        DIEPTSIZ(s, n) = FIELD_DP32(DIEPTSIZ(s, n), DIEPTSIZ1, XFRSIZ, xfrsiz(s, n) - written);
        in->partial = 0;
    }
}

/* ---- Tokens ---- */

/* Packets that endpoint @n has for a (micro)frame: at full speed there is never more than one. */
static unsigned multi_count(const Otg *s, unsigned n)
{
    unsigned count = FIELD_EX32(DIEPTSIZ(s, n), DIEPTSIZ1, MCNT);

    return s->socket.bus_speed == USB_SPEED_HIGH ? MAX(count, 1) : 1;
}

/* Several packets a microframe: DATA2, DATA1, DATA0 say how many follow. */
static UsbAnswer isochronous(Otg *s, unsigned n, UsbToken *token)
{
    uint64_t frame = usb_frame_at(&s->socket, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL));
    unsigned size = packet_size(s, n), count = multi_count(s, n);
    OtgIn *in = &s->in[n];

    if (in->frame != frame) {
        in->frame = frame;
        in->in_frame = 0;
    }
    if (!is_enabled(s, n) || !pktcnt(s, n) || !has_packet(s, n) || in->in_frame >= count ||
        !!(DIEPCTL(s, n) & CTL(EONUM)) != (frame & 1)) {
        token->length = 0;
        token->toggle = 0;
        return USB_DATA;                /* nothing for this frame, or no more */
    }
    token->toggle = count - 1 - in->in_frame;
    in->in_frame++;
    send_packet(s, n, token, size, true);
    return USB_DATA;
}

static UsbAnswer nak(Otg *s, unsigned n)
{
    s->in[n].nak = true;
    if (!s->tx[fifo_of(s, n)].used) {
        DIEPINT(s, n) |= FLAG(ITTXFE);
    }
    if (s->is_hs) {
        DIEPINT(s, n) |= FLAG(NAK);
    }
    return USB_NAK;
}

static bool would_send(const Otg *s, unsigned n)
{
    return !is_unseen(s, n) && is_enabled(s, n) && !(DIEPCTL(s, n) & CTL(NAKSTS)) && !reg_get(s, DCTL, GINSTS) && pktcnt(s, n) &&
           has_packet(s, n);
}

UsbAnswer otg_in_token(Otg *s, UsbToken *token)
{
    unsigned n = token->endpoint, size;

    if (n >= s->n_endpoints || !(DIEPCTL(s, n) & CTL(USBAEP))) {
        return USB_NOTHING;
    }
    if (type(s, n) == EP_ISOCHRONOUS) {
        return isochronous(s, n, token);
    }
    if (DIEPCTL(s, n) & CTL(STALL)) {
        return USB_STALL;
    }
    if (!would_send(s, n)) {
        return nak(s, n);
    }
    size = MIN(packet_size(s, n), token->length);       /* every host there is has room for any packet */
    token->toggle = n ? !!(DIEPCTL(s, n) & CTL(EONUM)) : s->in[0].data1;
    send_packet(s, n, token, size, false);
    return USB_DATA;
}

bool otg_in_is_ready(Otg *s, unsigned n)
{
    if (s->in[n].nak && ((DIEPCTL(s, n) & CTL(STALL)) || would_send(s, n))) {
        s->in[n].nak = false;
        return true;
    }
    return false;
}

/* NAK until the firmware has seen the SETUP; its data and status begin with DATA1. */
void otg_in_setup(Otg *s, unsigned n)
{
    DIEPCTL(s, n) = (DIEPCTL(s, n) | CTL(NAKSTS)) & ~CTL(STALL);
    s->in[n].data1 = true;
    if (n) {
        DIEPCTL(s, n) |= CTL(EONUM);
    }
}

void otg_in_reset(Otg *s)
{
    for (unsigned n = 0; n < s->n_endpoints; n++) {
        s->in[n].stale = DIEPCTL(s, n) & CTL(EPENA);
        DIEPCTL(s, n) &= ~(CTL(STALL) | (n ? CTL(USBAEP) : 0));
        s->in[n].data1 = s->in[n].nak = false;
        s->in[n].in_frame = 0;
    }
    s->flight.end = COUNTER_NEVER;
}

void otg_in_init(Otg *s)
{
    s->flight_timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, flight_expired, s);
    s->flight.end = COUNTER_NEVER;
}

/* ---- Isochronous frames ---- */

static bool waits_for_frame(const Otg *s, unsigned n)
{
    return type(s, n) == EP_ISOCHRONOUS && is_enabled(s, n);
}

bool otg_in_waits_for_frame(const Otg *s)
{
    for (unsigned n = 1; n < s->n_endpoints; n++) {
        if (waits_for_frame(s, n)) {
            return true;
        }
    }
    return false;
}

void otg_in_end_of_frame(Otg *s, uint64_t frame)
{
    for (unsigned n = 1; n < s->n_endpoints; n++) {
        if (waits_for_frame(s, n) && !!(DIEPCTL(s, n) & CTL(EONUM)) == (frame & 1)) {
            otg_set_gintsts(s, R_GINTSTS_IISOIXFR_MASK);
        }
    }
}

/* ---- Registers ---- */

/* Empty, or by TXFELVL half of it. */
bool otg_in_fifo_is_low(const Otg *s, unsigned n)
{
    unsigned fifo = fifo_of(s, n), used = s->tx[fifo].used;

    return reg_get(s, GAHBCFG, TXFELVL) ? !used : used * 2 <= otg_tx_depth(s, fifo);
}

uint32_t otg_diepint_read(Periph *p, unsigned reg)
{
    Otg *s = OTG(p);

    return FIELD_DP32(p->regs[reg], DIEPINT0, TXFE, otg_in_fifo_is_low(s, (reg - R_DIEPINT0) / 8));
}

/* Each of them tells once that the host has been told NAK: cleared, it comes again with the next token. */
void otg_diepint_written(Periph *p, unsigned reg, uint32_t was, uint32_t data)
{
    Otg *s = OTG(p);
    unsigned n = (reg - R_DIEPINT0) / 8;

    if ((was & ~p->regs[reg]) & (FLAG(ITTXFE) | FLAG(NAK)) && s->in[n].nak &&
        reg_get(s, DIEPMSK, ITTXFEMSK)) {
        s->in[n].nak = false;
        usb_ready(&s->socket, true, n);
    }
}

uint32_t otg_dtxfsts_read(Periph *p, unsigned reg)
{
    Otg *s = OTG(p);

    return otg_tx_free(s, fifo_of(s, (reg - R_DTXFSTS0) / 8));
}

void otg_dieptsiz_written(Periph *p, unsigned reg, uint32_t was, uint32_t data)
{
    Otg *s = OTG(p);
    unsigned n = (reg - R_DIEPTSIZ0) / 8;

    if (is_enabled(s, n) && type(s, n) != EP_ISOCHRONOUS) {     /* that one is armed anew when it missed its frame */
        periph_mistake(p, OTG029, "write of DIEPTSIZ%u while IN endpoint %u is enabled: the transfer under "
                       "way is changed", n, n);
    }
    s->in[n].total = xfrsiz(s, n);
    s->in[n].sent = s->in[n].partial = 0;
    s->in[n].stale = false;                 /* unsure: EPENA that has stayed is good for the next transfer */
}

static void check(Otg *s, unsigned n)
{
    unsigned size = max_packet(s, n);

    if (!(DIEPCTL(s, n) & CTL(USBAEP))) {
        periph_mistake(&s->parent_obj, OTG030, "IN endpoint %u is enabled, but not active (DIEPCTL%u.USBAEP "
                       "is 0): it does not answer", n, n);
    }
    if (!pktcnt(s, n)) {
        periph_mistake(&s->parent_obj, OTG031, "IN endpoint %u is enabled with DIEPTSIZ%u.PKTCNT = 0: it "
                       "never sends", n, n);
    } else if (xfrsiz(s, n) > pktcnt(s, n) * size) {
        periph_mistake(&s->parent_obj, OTG032, "IN endpoint %u is enabled with XFRSIZ = %u, which are more "
                       "than PKTCNT = %u packets of %u bytes", n, xfrsiz(s, n), pktcnt(s, n), size);
    }
    if (type(s, n) == EP_ISOCHRONOUS && s->socket.bus_speed == USB_SPEED_HIGH) {
        unsigned count = FIELD_EX32(DIEPTSIZ(s, n), DIEPTSIZ1, MCNT);

        if (!count || count > pktcnt(s, n)) {
            periph_mistake(&s->parent_obj, OTG059, "isochronous IN endpoint %u is enabled with DIEPTSIZ%u.MCNT = %u "
                           "and PKTCNT = %u: the host is told a wrong number of packets in a microframe", n, n,
                           count, pktcnt(s, n));
        }
    }
    if (FIELD_EX32(DIEPCTL(s, n), DIEPCTL1, TXFNUM) >= s->n_endpoints) {
        periph_mistake(&s->parent_obj, OTG033, "DIEPCTL%u.TXFNUM is %u: there are only %u transmit FIFOs", n,
                       FIELD_EX32(DIEPCTL(s, n), DIEPCTL1, TXFNUM), s->n_endpoints);
    }
    otg_check_fifos(s, fifo_of(s, n), MIN(size, s->in[n].total));
}

/* It was to be disabled: it is, at once, as no packet is under way. */
static void disable(Otg *s, unsigned n)
{
    if (!(DIEPCTL(s, n) & CTL(NAKSTS)) && type(s, n) != EP_ISOCHRONOUS && !s->in[n].stale) {
        periph_mistake(&s->parent_obj, OTG034, "IN endpoint %u is disabled while it may send; set SNAK "
                       "first and wait for DIEPINT%u.INEPNE", n, n);
    }
    DIEPCTL(s, n) &= ~(CTL(EPENA) | CTL(EPDIS));
    DIEPINT(s, n) |= FLAG(EPDISD);
    s->in[n].stale = false;
}

void otg_diepctl_written(Periph *p, unsigned reg, uint32_t was, uint32_t data)
{
    Otg *s = OTG(p);
    unsigned n = (reg - R_DIEPCTL0) / 8;

    if (s->host) {
        periph_mistake(p, OTG035, "write of DIEPCTL%u while the core is a host (GINTSTS.CMOD is 1)", n);
        otg_set_gintsts(s, R_GINTSTS_MMIS_MASK);
    }
    if (data & CTL(SNAK)) {
        DIEPCTL(s, n) |= CTL(NAKSTS);
        DIEPINT(s, n) |= FLAG(INEPNE);
    }
    if (data & CTL(CNAK)) {
        DIEPCTL(s, n) &= ~CTL(NAKSTS);
        DIEPINT(s, n) &= ~FLAG(INEPNE);
    }
    if (n && (data & (CTL(SD0PID) | CTL(SODDFRM)))) {
        DIEPCTL(s, n) = FIELD_DP32(DIEPCTL(s, n), DIEPCTL1, EONUM, !(data & CTL(SD0PID)));
    }
    if (data & CTL(EPDIS)) {
        if (was & CTL(EPENA)) {
            disable(s, n);
        } else {
            DIEPCTL(s, n) &= ~CTL(EPDIS);
        }
    } else if (data & ~was & CTL(EPENA)) {
        check(s, n);
    }
}
