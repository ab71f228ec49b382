/*
 * usbredir: what is said to the other side from more than one file: what the device has, how a transfer ended; and
 * how that is sent, or the other side dropped.  See state.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/main-loop.h"
#include "stm32/board/usb/redir/state.h"

/* ---- The device ---- */

uint8_t redir_status(TransferStatus status)
{
    switch (status) {
    case TRANSFER_DONE:
        return usb_redir_success;
    case TRANSFER_STALLED:
        return usb_redir_stall;
    case TRANSFER_CANCELLED:
        return usb_redir_cancelled;
    case TRANSFER_TIMED_OUT:
        return usb_redir_timeout;
    case TRANSFER_BABBLE:
        return usb_redir_babble;
    default:
        return usb_redir_ioerror;
    }
}

static void describe_interfaces(Redir *r)
{
    Gadget *g = redir_gadget(r);
    const Descriptors *d = gadget_configuration(g);
    struct usb_redir_interface_info_header h = {};

    for (unsigned i = 0; d && i < GADGET_INTERFACES; i++) {
        const uint8_t *at = descriptors_interface(d, i, g->alternate[i]);

        if (at) {
            h.interface[h.interface_count] = at[2];
            h.interface_class[h.interface_count] = at[5];
            h.interface_subclass[h.interface_count] = at[6];
            h.interface_protocol[h.interface_count++] = at[7];
        }
    }
    usbredirparser_send_interface_info(r->parser, &h);
}

static void describe_endpoints(Redir *r)
{
    Gadget *g = redir_gadget(r);
    struct usb_redir_ep_info_header h = {};

    for (unsigned i = 0; i < 32; i++) {
        const GadgetEndpoint *e = &g->endpoint[i % 16 ? i / 16 : 0][i % 16];

        h.type[i] = e->there ? e->kind : usb_redir_type_invalid;
        h.interval[i] = e->b_interval;
        h.interface[i] = e->interface;
        h.max_packet_size[i] = e->max_packet | (MAX(e->burst, 1) - 1) << 11;
    }
    usbredirparser_send_ep_info(r->parser, &h);
}

void redir_describe(Redir *r)
{
    describe_interfaces(r);
    describe_endpoints(r);
}

/* ---- The connection ---- */

void redir_push(Redir *r)
{
    if (r->parser && !r->watch && usbredirparser_has_data_to_write(r->parser)) {
        usbredirparser_do_write(r->parser);
    }
}

static void hang_up(void *opaque)
{
    Redir *r = opaque;

    if (r->dropping) {
        qemu_chr_fe_disconnect(&r->chr);
    }
}

void redir_drop(Redir *r, const char *why)
{
    if (!r->dropping) {
        r->dropping = true;
        usb_plug_say(USB_PLUG(r), "the other side is dropped: %s", why);
        aio_bh_schedule_oneshot(qemu_get_aio_context(), hang_up, r);    /* not from within its parser */
    }
}
