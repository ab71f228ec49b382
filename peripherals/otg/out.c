/*
 * OUT endpoints of an OTG device (RM0090 34.17.5): packets and SETUPs go into the receive FIFO, each with a word
 * of status, or by DMA into memory.
 *
 * CNAK alone is enough to let an active endpoint take packets: ChibiOS 3.0 and older, and so every VESC, never writes
 * EPENA, and gets its packets.  unsure: EPENA reads as 1 then.
 *
 * That a transfer or a SETUP is over is told by a status of its own, and XFRC and STUP come when the firmware pops
 * that.  With DMA they come at once.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/otg/state.h"

#define CTL(field) R_DOEPCTL1_##field##_MASK
#define FLAG(field) R_DOEPINT0_##field##_MASK
#define SETUP_BYTES 8

static unsigned type(const Otg *s, unsigned n)
{
    return n ? FIELD_EX32(DOEPCTL(s, n), DOEPCTL1, EPTYP) : EP_CONTROL;
}

/* Endpoint 0 has that of its IN half. */
static unsigned max_packet(const Otg *s, unsigned n)
{
    unsigned size = n ? FIELD_EX32(DOEPCTL(s, n), DOEPCTL1, MPSIZ)
                      : 64 >> FIELD_EX32(DIEPCTL(s, 0), DIEPCTL0, MPSIZ);

    return MIN(size, USB_MAX_PACKET);
}

static unsigned xfrsiz(const Otg *s, unsigned n)
{
    return FIELD_EX32(DOEPTSIZ(s, n), DOEPTSIZ1, XFRSIZ);
}

static unsigned pktcnt(const Otg *s, unsigned n)
{
    return FIELD_EX32(DOEPTSIZ(s, n), DOEPTSIZ1, PKTCNT);
}

static bool is_active(const Otg *s, unsigned n)
{
    return n < s->n_endpoints && (DOEPCTL(s, n) & CTL(USBAEP));
}

/* Words of the receive FIFO for a packet: status, data, and the status that the transfer is over. */
static bool has_room(const Otg *s, unsigned bytes)
{
    return otg_uses_dma(s) || otg_rx_free(s) >= DIV_ROUND_UP(bytes, 4) + 2;
}

/* ---- Into the FIFO, or memory ---- */

/* As GRXSTSP.DPID has DATA0, DATA1, DATA2, MDATA. */
static const uint8_t dpid[4] = { 0, 2, 1, 3 };

static void push(Otg *s, OtgPacketStatus status, unsigned n, unsigned toggle, const uint8_t *data,
                 unsigned bytes)
{
    uint64_t frame = usb_frame_at(&s->socket, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL));
    uint32_t word = 0;

    word = FIELD_DP32(word, GRXSTSP, EPNUM, n);
    word = FIELD_DP32(word, GRXSTSP, BCNT, bytes);
    word = FIELD_DP32(word, GRXSTSP, DPID, dpid[toggle & 3]);
    word = FIELD_DP32(word, GRXSTSP, PKTSTS, status);
    word = FIELD_DP32(word, GRXSTSP, FRMNUM, frame & 15);
    otg_rx_push(s, word, data, bytes);
}

/* Into memory; what does not go there is lost. */
static void store(Otg *s, unsigned n, const uint8_t *data, unsigned bytes)
{
    if (bytes) {
        otg_dma_write(s, DOEPDMA(s, n), data, bytes);
        DOEPDMA(s, n) += bytes;
    }
}

static void transfer_is_over(Otg *s, unsigned n, unsigned toggle)
{
    DOEPCTL(s, n) = (DOEPCTL(s, n) | CTL(NAKSTS)) & ~CTL(EPENA);
    if (otg_uses_dma(s)) {
        DOEPINT(s, n) |= FLAG(XFRC);
    } else {
        push(s, PKT_OUT_DONE, n, toggle, NULL, 0);
    }
}

static void take(Otg *s, unsigned n, const UsbToken *token)
{
    unsigned bytes = token->length;

    if (bytes > xfrsiz(s, n)) {
        periph_mistake(&s->parent_obj, OTG044, "a packet of %u bytes comes to OUT endpoint %u, whose "
                       "DOEPTSIZ%u.XFRSIZ has %u left: it is more than the firmware expects", bytes, n, n,
                       xfrsiz(s, n));
    }
    if (otg_uses_dma(s)) {
        store(s, n, token->data, bytes);
    } else {
        push(s, PKT_OUT, n, token->toggle, token->data, bytes);
    }
    DOEPTSIZ(s, n) = FIELD_DP32(DOEPTSIZ(s, n), DOEPTSIZ1, XFRSIZ, xfrsiz(s, n) - MIN(bytes, xfrsiz(s, n)));
    if (pktcnt(s, n)) {
        DOEPTSIZ(s, n) = FIELD_DP32(DOEPTSIZ(s, n), DOEPTSIZ1, PKTCNT, pktcnt(s, n) - 1);
    }
    if (!pktcnt(s, n) || bytes < max_packet(s, n)) {
        transfer_is_over(s, n, token->toggle);
    }
}

/* ---- Tokens ---- */

static bool would_take(const Otg *s, unsigned n, unsigned bytes)
{
    return (DOEPCTL(s, n) & CTL(EPENA)) && !(DOEPCTL(s, n) & CTL(NAKSTS)) && !reg_get(s, DCTL, GONSTS) &&
           has_room(s, bytes);
}

static UsbAnswer nak(Otg *s, unsigned n)
{
    s->out[n].nak = true;
    if (type(s, n) == EP_CONTROL && !(DOEPCTL(s, n) & CTL(EPENA))) {
        DOEPINT(s, n) |= FLAG(OTEPDIS);
    }
    return USB_NAK;
}

static UsbAnswer isochronous(Otg *s, unsigned n, const UsbToken *token)
{
    uint64_t frame = usb_frame_at(&s->socket, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL));

    if ((DOEPCTL(s, n) & CTL(EPENA)) && !!(DOEPCTL(s, n) & CTL(EONUM)) == (frame & 1)) {
        if (has_room(s, token->length)) {
            DOEPTSIZ(s, n) = FIELD_DP32(DOEPTSIZ(s, n), DOEPTSIZ1, STUPCNT,
                                        dpid[token->toggle & 3]);
            take(s, n, token);
        } else {
            otg_set_gintsts(s, R_GINTSTS_ISOODRP_MASK);
        }
    }
    return USB_NOTHING;
}

/* Too long, or into an endpoint whose firmware has forgotten it: as a bad CRC, no answer. */
static bool is_babble(Otg *s, unsigned n, unsigned bytes)
{
    if (bytes > max_packet(s, n)) {
        periph_mistake(&s->parent_obj, OTG045, "the host sends %u bytes to OUT endpoint %u, whose packets "
                       "have %u at most: its MPSIZ is not what its descriptor says", bytes, n,
                       max_packet(s, n));
        return true;
    }
    return false;
}

static UsbAnswer ping(Otg *s, unsigned n)
{
    return DOEPCTL(s, n) & CTL(STALL) ? USB_STALL
           : would_take(s, n, max_packet(s, n)) ? USB_ACK : nak(s, n);
}

UsbAnswer otg_out_token(Otg *s, UsbToken *token)
{
    unsigned n = token->endpoint;
    bool expected;

    if (!is_active(s, n)) {
        return USB_NOTHING;
    }
    if (token->pid == USB_PING) {
        return ping(s, n);
    }
    if (is_babble(s, n, token->length)) {
        return USB_NOTHING;
    }
    if (type(s, n) == EP_ISOCHRONOUS) {
        return isochronous(s, n, token);
    }
    if (DOEPCTL(s, n) & CTL(STALL)) {
        return USB_STALL;
    }
    if (!would_take(s, n, token->length)) {
        return nak(s, n);
    }
    expected = n ? !!(DOEPCTL(s, n) & CTL(EONUM)) : s->out[0].data1;
    if (token->toggle != expected) {
        return USB_ACK;                 /* it comes again, because our handshake was lost */
    }
    s->out[n].data1 ^= 1;
    DOEPCTL(s, n) ^= n ? CTL(EONUM) : 0;
    take(s, n, token);
    return s->socket.bus_speed == USB_SPEED_HIGH && !would_take(s, n, max_packet(s, n)) ? USB_NYET : USB_ACK;
}

static void count_setup(Otg *s, unsigned n)
{
    unsigned left = FIELD_EX32(DOEPTSIZ(s, n), DOEPTSIZ1, STUPCNT);

    if (left) {
        DOEPTSIZ(s, n) = FIELD_DP32(DOEPTSIZ(s, n), DOEPTSIZ1, STUPCNT, left - 1);
    } else if (s->out[n].setup) {
        DOEPINT(s, n) |= FLAG(B2BSTUP);
    }
}

/* A control endpoint takes it whatever its state. */
UsbAnswer otg_setup_token(Otg *s, UsbToken *token)
{
    unsigned n = token->endpoint;

    if (!is_active(s, n) || type(s, n) != EP_CONTROL || token->length != SETUP_BYTES) {
        return USB_NOTHING;
    }
    if (!has_room(s, SETUP_BYTES)) {
        periph_mistake(&s->parent_obj, OTG046, "a SETUP comes and the receive FIFO (%u words) has no room "
                       "for it: it is lost", reg_get(s, GRXFSIZ, RXFD));
        return USB_NOTHING;
    }
    count_setup(s, n);
    if (otg_uses_dma(s)) {
        store(s, n, token->data, SETUP_BYTES);
    } else {
        push(s, PKT_SETUP, n, 0, token->data, SETUP_BYTES);
    }
    s->out[n].setup = s->out[n].data1 = true;
    DOEPCTL(s, n) = (DOEPCTL(s, n) | CTL(NAKSTS)) & ~CTL(STALL);
    if (n) {
        DOEPCTL(s, n) |= CTL(EONUM);
    }
    return USB_ACK;
}

void otg_setup_is_over(Otg *s, unsigned n)
{
    if (n >= s->n_endpoints || !s->out[n].setup || !has_room(s, 0)) {
        return;
    }
    s->out[n].setup = false;
    DOEPCTL(s, n) &= ~CTL(EPENA);
    if (otg_uses_dma(s)) {
        DOEPINT(s, n) |= FLAG(STUP);
    } else {
        push(s, PKT_SETUP_DONE, n, 0, NULL, 0);
    }
}

bool otg_out_is_ready(Otg *s, unsigned n)
{
    if (s->out[n].nak && ((DOEPCTL(s, n) & CTL(STALL)) || would_take(s, n, max_packet(s, n)))) {
        s->out[n].nak = false;
        return true;
    }
    return false;
}

void otg_out_reset(Otg *s)
{
    for (unsigned n = 0; n < s->n_endpoints; n++) {
        DOEPCTL(s, n) &= ~(CTL(EPENA) | CTL(STALL) | (n ? CTL(USBAEP) : 0));
        s->out[n] = (OtgOut) { };
    }
}

/* ---- Isochronous frames ---- */

static bool waits_for_frame(const Otg *s, unsigned n)
{
    return type(s, n) == EP_ISOCHRONOUS && is_active(s, n) && (DOEPCTL(s, n) & CTL(EPENA));
}

bool otg_out_waits_for_frame(const Otg *s)
{
    for (unsigned n = 1; n < s->n_endpoints; n++) {
        if (waits_for_frame(s, n)) {
            return true;
        }
    }
    return false;
}

void otg_out_end_of_frame(Otg *s, uint64_t frame)
{
    for (unsigned n = 1; n < s->n_endpoints; n++) {
        if (waits_for_frame(s, n) && !!(DOEPCTL(s, n) & CTL(EONUM)) == (frame & 1)) {
            otg_set_gintsts(s, R_GINTSTS_IPXFR_MASK);
        }
    }
}

/* ---- Registers ---- */

/* What the status tells that the firmware has just popped. */
void otg_status_popped(Otg *s, uint32_t status)
{
    unsigned n = FIELD_EX32(status, GRXSTSP, EPNUM);

    if (n >= s->n_endpoints) {
        return;
    }
    switch (FIELD_EX32(status, GRXSTSP, PKTSTS)) {
    case PKT_GLOBAL_NAK:
        otg_set_gintsts(s, R_GINTSTS_GONAKEFF_MASK);
        break;
    case PKT_OUT_DONE:
        DOEPINT(s, n) |= FLAG(XFRC);
        break;
    case PKT_SETUP_DONE:
        DOEPINT(s, n) |= FLAG(STUP);
        break;
    }
}

static void check(Otg *s, unsigned n)
{
    if (!is_active(s, n)) {
        periph_mistake(&s->parent_obj, OTG047, "OUT endpoint %u is enabled, but not active "
                       "(DOEPCTL%u.USBAEP is 0): it does not answer", n, n);
    }
    /* it may be meant for SETUPs alone, and a packet may have come since DOEPTSIZ was written */
    if (!pktcnt(s, n) && !s->out[n].resized && (n || !(DOEPCTL(s, 0) & CTL(NAKSTS)))) {
        periph_mistake(&s->parent_obj, OTG048, "OUT endpoint %u is enabled with DOEPTSIZ%u.PKTCNT = 0: it "
                       "ends with the first packet", n, n);
    }
    s->out[n].resized = false;
    if (!otg_uses_dma(s) && DIV_ROUND_UP(max_packet(s, n), 4) + 2 > reg_get(s, GRXFSIZ, RXFD)) {
        periph_mistake(&s->parent_obj, OTG049, "GRXFSIZ is %u words: no room for a packet of OUT endpoint "
                       "%u (%u bytes and 2 words of status); its packets will never be taken",
                       reg_get(s, GRXFSIZ, RXFD), n, max_packet(s, n));
    }
}

static void disable(Otg *s, unsigned n)
{
    if (!reg_get(s, DCTL, GONSTS)) {
        periph_mistake(&s->parent_obj, OTG050, "OUT endpoint %u is disabled while it may receive", n);
    }
    DOEPCTL(s, n) &= ~(CTL(EPENA) | CTL(EPDIS));
    DOEPINT(s, n) |= FLAG(EPDISD);
}

void otg_doepctl_written(Periph *p, unsigned reg, uint32_t was, uint32_t data)
{
    Otg *s = OTG(p);
    unsigned n = (reg - R_DOEPCTL0) / 8;

    if (s->host) {
        periph_mistake(p, OTG051, "write of DOEPCTL%u while the core is a host (GINTSTS.CMOD is 1)", n);
        otg_set_gintsts(s, R_GINTSTS_MMIS_MASK);
    }
    if (data & CTL(SNAK)) {
        DOEPCTL(s, n) |= CTL(NAKSTS);
    }
    if (data & CTL(CNAK)) {
        DOEPCTL(s, n) &= ~CTL(NAKSTS);
        DOEPCTL(s, n) |= is_active(s, n) ? CTL(EPENA) : 0;
    }
    if (n && (data & (CTL(SD0PID) | CTL(SODDFRM)))) {
        DOEPCTL(s, n) = FIELD_DP32(DOEPCTL(s, n), DOEPCTL1, EONUM, !(data & CTL(SD0PID)));
    }
    if (n && (data & CTL(EPDIS))) {
        if (was & CTL(EPENA)) {
            disable(s, n);
        } else {
            DOEPCTL(s, n) &= ~CTL(EPDIS);
        }
    } else if (data & ~was & CTL(EPENA)) {
        check(s, n);
    }
}

void otg_doeptsiz_written(Periph *p, unsigned reg, uint32_t was, uint32_t data)
{
    Otg *s = OTG(p);
    unsigned n = (reg - R_DOEPTSIZ0) / 8;

    s->out[n].resized = DOEPCTL(s, n) & CTL(EPENA);
    if (n && is_active(s, n) && (DOEPCTL(s, n) & CTL(EPENA))) {     /* 0 is made ready for SETUPs so */
        periph_mistake(p, OTG052, "write of DOEPTSIZ%u while OUT endpoint %u is enabled: the transfer under "
                       "way is changed", n, n);
    }
}
