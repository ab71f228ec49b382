/*
 * Packets of QEMU's that are under way with the devices at an OTG host, and answers that have come.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "block/block.h"
#include "stm32/peripherals/otg/far.h"

OtgPending *far_find(Otg *s, const UsbToken *token, bool in)
{
    for (unsigned i = 0; i < OTG_PENDING; i++) {
        OtgPending *p = &s->h.pending[i];

        if (p->used && p->address == token->address && p->endpoint == token->endpoint &&
            (p->in == in || !token->endpoint)) {
            return p;
        }
    }
    return NULL;
}

void far_forget(OtgPending *p)
{
    if (p->used && !p->complete && usb_packet_is_inflight(&p->packet)) {
        usb_cancel_packet(&p->packet);
    }
    p->used = false;
}

OtgPending *far_new(Otg *s)
{
    for (unsigned i = 0; i < OTG_PENDING; i++) {
        if (!s->h.pending[i].used) {
            return &s->h.pending[i];
        }
    }
    far_forget(&s->h.pending[0]);
    return &s->h.pending[0];
}

void far_cancel_device(Otg *s, const USBDevice *dev)
{
    for (unsigned i = 0; i < OTG_PENDING; i++) {
        OtgPending *p = &s->h.pending[i];

        if (!dev || (p->used && !p->complete && p->packet.ep->dev == dev)) {
            far_forget(p);
        }
    }
}

void otg_far_cancel(Otg *s)
{
    far_cancel_device(s, NULL);
    far_reset_translations(s);
}

void far_note(OtgPending *p)
{
    p->complete = true;
    p->status = p->packet.status;
    p->length = MIN(MAX(p->packet.actual_length, 0), sizeof(p->data));
}

bool far_submit(OtgPending *p, USBDevice *dev, USBEndpoint *ep, const UsbToken *token, unsigned bytes)
{
    bool in = token->pid == USB_TOKEN_IN;

    p->used = true;
    p->complete = false;
    p->setup = token->pid == USB_TOKEN_SETUP;
    p->in = in;
    p->address = token->address;
    p->endpoint = token->endpoint;
    p->moved = 0;
    if (!in && p->data != token->data) {        /* it is not there already */
        memcpy(p->data, token->data, token->length);
    }
    usb_packet_setup(&p->packet, token->pid, ep, 0, 0, false, true);
    usb_packet_addbuf(&p->packet, p->data, in ? bytes : token->length);
    usb_handle_packet(dev, &p->packet);
    if (p->packet.status == USB_RET_ASYNC) {
        usb_device_flush_ep_queue(dev, ep);
        if (!p->complete && usb_device_is_scsi_storage(dev)) {
            bdrv_drain_all();           /* a disk takes no time, and so always the same */
        }
        return true;
    }
    if (p->packet.status == USB_RET_NAK) {
        p->used = false;
        return false;
    }
    far_note(p);
    return true;
}
