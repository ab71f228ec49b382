/*
 * QEMU's USB bus as the far end of an OTG host: `otg-fs.0` or `otg-hs.0`, with one port.  QEMU's devices know
 * packets and when they are done; what a wire knows besides is here: a device that has not answered yet says NAK,
 * a SETUP is never refused, data toggles, packets no longer than a descriptor allows.
 *
 * Deliberately different: a toggle that is wrong is seen, a CRC never is.  Packets that were under way when a
 * snapshot was made are asked for again.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/otg/far.h"

#define SETUP_BYTES 8

/* ---- Answers ---- */

/* What the wire says of a packet that is complete. */
static UsbAnswer answer_of(Otg *s, const OtgPending *p, UsbToken *token, unsigned max_packet)
{
    switch (p->status) {
    case USB_RET_SUCCESS:
        if (!p->in) {
            far_flip_toggle(s, token, false);
            return USB_ACK;
        }
        token->toggle = far_toggle(s, token, true);
        token->length = MIN(p->length, max_packet + 1);
        memcpy(token->data, p->data, MIN(p->length, max_packet));
        far_flip_toggle(s, token, true);
        return USB_DATA;
    case USB_RET_STALL:
        return USB_STALL;
    case USB_RET_BABBLE:
        token->length = max_packet + 1;
        return USB_DATA;
    default:
        return USB_NOTHING;
    }
}

static UsbAnswer setup(Otg *s, USBDevice *dev, UsbToken *token)
{
    OtgPending *p;

    if (token->endpoint || token->length != SETUP_BYTES) {
        return USB_NOTHING;
    }
    while ((p = far_find(s, token, false))) {
        far_forget(p);                      /* it ends what was before */
    }
    far_watch_setup(s, dev, token);
    p = far_new(s);
    if (far_submit(p, dev, &dev->ep_ctl, token, 0) && p->complete && p->status == USB_RET_SUCCESS) {
        p->used = false;
    }
    return USB_ACK;
}

/* A SETUP that the device has still to do, or has refused, is what the tokens after it find. */
static bool is_still_at_setup(OtgPending *p, UsbAnswer *answer)
{
    if (!p || !p->setup) {
        return false;
    }
    if (!p->complete) {
        *answer = USB_NAK;
        return true;
    }
    if (p->status == USB_RET_SUCCESS) {
        p->used = false;
        return false;
    }
    *answer = p->status == USB_RET_STALL ? USB_STALL : USB_NOTHING;
    return true;
}

static UsbAnswer transfer(Otg *s, USBDevice *dev, USBEndpoint *ep, UsbToken *token, unsigned max_packet)
{
    bool in = token->pid == USB_TOKEN_IN;
    OtgPending *p = far_find(s, token, in);
    UsbAnswer answer;

    if (is_still_at_setup(p, &answer)) {
        return answer;
    }
    p = far_find(s, token, in);
    if (p && p->in != in) {
        far_forget(p);                      /* endpoint 0 has turned round */
        p = NULL;
    }
    if (!p) {
        p = far_new(s);
        if (!far_submit(p, dev, ep, token, far_packet_size(dev, ep, max_packet))) {
            return USB_NAK;
        }
    }
    if (!p->complete) {
        return USB_NAK;
    }
    answer = answer_of(s, p, token, max_packet);
    p->used = false;
    return answer;
}

UsbAnswer otg_far_token(Otg *s, UsbToken *token, unsigned max_packet)
{
    USBDevice *dev = far_device(s, token->address);
    bool in = token->pid == USB_TOKEN_IN, isochronous;
    USBEndpoint *ep;

    if (!dev) {
        return USB_NOTHING;
    }
    far_restore_configuration(s, dev, token->address);
    ep = far_endpoint(dev, in, token->endpoint);
    if (!ep) {
        return USB_NOTHING;
    }
    if (token->pid == USB_TOKEN_SETUP) {
        return setup(s, dev, token);
    }
    if (token->pid == USB_PING) {
        OtgPending *p = far_find(s, token, false);

        return p && !p->complete ? USB_NAK : USB_ACK;
    }
    isochronous = ep->type == USB_ENDPOINT_XFER_ISOC;
    if (!in && !isochronous && token->toggle != far_toggle(s, token, false)) {
        periph_mistake(&s->parent_obj, OTG014, "DATA%u goes to OUT endpoint %u of device %u, which expects "
                       "DATA%u: it takes that for a packet that comes again, and drops it", token->toggle,
                       token->endpoint, token->address, !token->toggle);
        return USB_ACK;
    }
    if (isochronous && otg_host_speed(s) == USB_SPEED_HIGH) {
        return far_isochronous(s, dev, ep, token, max_packet);
    }
    return transfer(s, dev, ep, token, max_packet);
}
