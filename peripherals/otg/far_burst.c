/*
 * Isochronous endpoints at high speed (USB 2.0 5.9.2): they may have up to three transactions in a microframe.  QEMU's
 * devices know all of a microframe as one packet, which is taken apart, or put together, here.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/otg/far.h"

enum { MDATA = 3 };

/* What is under way, if it belongs to this microframe. */
static OtgPending *current(Otg *s, const UsbToken *token, bool in, uint64_t frame)
{
    OtgPending *p = far_find(s, token, in);

    if (p && p->frame != frame) {
        far_forget(p);
        p = NULL;
    }
    return p;
}

/* DATA2, DATA1, DATA0 say how many follow. */
static UsbAnswer take_part(OtgPending *p, UsbToken *token, unsigned max_packet)
{
    unsigned left = p->length - p->moved, follow = max_packet ? DIV_ROUND_UP(left, max_packet) : 1;

    token->toggle = MIN(follow ? follow - 1 : 0, OTG_BURST - 1);
    token->length = MIN(left, max_packet);
    memcpy(token->data, p->data + p->moved, token->length);
    p->moved += token->length;
    if (!token->toggle) {
        p->used = false;
    }
    return USB_DATA;
}

static UsbAnswer receive(Otg *s, USBDevice *dev, USBEndpoint *ep, UsbToken *token, unsigned max_packet,
                         uint64_t frame)
{
    OtgPending *p = current(s, token, true, frame);

    if (!p) {
        p = far_new(s);
        if (!far_submit(p, dev, ep, token, MIN(ep->max_packet_size, sizeof(p->data)))) {
            return USB_NAK;
        }
        p->frame = frame;
    }
    if (!p->complete) {
        return USB_NAK;
    }
    if (p->status != USB_RET_SUCCESS) {
        p->used = false;
        return USB_NOTHING;
    }
    return take_part(p, token, max_packet);
}

static UsbAnswer transmit(Otg *s, USBDevice *dev, USBEndpoint *ep, UsbToken *token, uint64_t frame)
{
    OtgPending *p = current(s, token, false, frame);
    UsbToken whole = *token;

    if (!p) {
        p = far_new(s);
        *p = (OtgPending) { .packet = p->packet, .used = true, .complete = true, .frame = frame,
                            .address = token->address, .endpoint = token->endpoint };
    }
    whole.length = MIN(token->length, sizeof(p->data) - p->length);
    memcpy(p->data + p->length, token->data, whole.length);
    p->length += whole.length;
    if (token->toggle != MDATA) {
        whole.data = p->data;
        whole.length = p->length;
        far_submit(p, dev, ep, &whole, 0);
        p->used = !p->complete;         /* nobody waits for an answer */
    }
    return USB_NOTHING;
}

UsbAnswer far_isochronous(Otg *s, USBDevice *dev, USBEndpoint *ep, UsbToken *token, unsigned max_packet)
{
    uint64_t frame = otg_host_frame_at(s, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL));

    return token->pid == USB_TOKEN_IN ? receive(s, dev, ep, token, max_packet, frame)
           : transmit(s, dev, ep, token, frame);
}
