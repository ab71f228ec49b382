/*
 * usbredir: packets that nobody has any business to send us.  The library calls us for each all the same.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/usb/redir/state.h"

#define WHY "it sends packets that this side has not offered"

/* Without and with an identity */
#define UNUSED(what)                                                                            \
    static void what(void *opaque, struct usb_redir_##what##_header *h)                         \
    {                                                                                           \
        redir_drop(opaque, WHY);                                                                \
    }
#define UNUSED_ID(what)                                                                         \
    static void what(void *opaque, uint64_t id, struct usb_redir_##what##_header *h)            \
    {                                                                                           \
        redir_drop(opaque, WHY);                                                                \
    }

UNUSED(device_connect)
UNUSED(interface_info)
UNUSED(ep_info)
UNUSED_ID(configuration_status)
UNUSED_ID(alt_setting_status)
UNUSED_ID(iso_stream_status)
UNUSED_ID(interrupt_receiving_status)
UNUSED_ID(alloc_bulk_streams)
UNUSED_ID(free_bulk_streams)
UNUSED_ID(bulk_streams_status)
UNUSED_ID(start_bulk_receiving)
UNUSED_ID(stop_bulk_receiving)
UNUSED_ID(bulk_receiving_status)

static void device_disconnect(void *opaque)
{
    redir_drop(opaque, WHY);
}

static void buffered_bulk_packet(void *opaque, uint64_t id, struct usb_redir_buffered_bulk_packet_header *h,
                                 uint8_t *data, int length)
{
    Redir *r = opaque;

    usbredirparser_free_packet_data(r->parser, data);
    redir_drop(r, WHY);
}

void unused_init(struct usbredirparser *p)
{
    p->device_connect_func = device_connect;
    p->device_disconnect_func = device_disconnect;
    p->interface_info_func = interface_info;
    p->ep_info_func = ep_info;
    p->configuration_status_func = configuration_status;
    p->alt_setting_status_func = alt_setting_status;
    p->iso_stream_status_func = iso_stream_status;
    p->interrupt_receiving_status_func = interrupt_receiving_status;
    p->alloc_bulk_streams_func = alloc_bulk_streams;
    p->free_bulk_streams_func = free_bulk_streams;
    p->bulk_streams_status_func = bulk_streams_status;
    p->start_bulk_receiving_func = start_bulk_receiving;
    p->stop_bulk_receiving_func = stop_bulk_receiving;
    p->bulk_receiving_status_func = bulk_receiving_status;
    p->buffered_bulk_packet_func = buffered_bulk_packet;
}
