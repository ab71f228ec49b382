/*
 * What a snapshot has of an OTG host: what is on the bus, in its queues, and has been answered.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/otg/state.h"

static const VMStateDescription request_vmstate = {
    .name = "otg-request", .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT8(channel, OtgRequest),
        VMSTATE_BOOL(in, OtgRequest),
        VMSTATE_BOOL(waits, OtgRequest),
        VMSTATE_UINT16(bytes, OtgRequest),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription queue_vmstate = {
    .name = "otg-queue", .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_STRUCT_ARRAY(request, OtgQueue, OTG_REQUESTS, 1, request_vmstate, OtgRequest),
        VMSTATE_UINT32(used, OtgQueue),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription channel_vmstate = {
    .name = "otg-channel", .version_id = 2, .minimum_version_id = 2,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32(partial, OtgChannel),
        VMSTATE_BOOL(done, OtgChannel),
        VMSTATE_BOOL(halted, OtgChannel),
        VMSTATE_BOOL(nak, OtgChannel),
        VMSTATE_INT64(halt_at, OtgChannel),
        VMSTATE_INT64(ask_at, OtgChannel),
        VMSTATE_UINT64(frame, OtgChannel),
        VMSTATE_UINT8(in_frame, OtgChannel),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription transaction_vmstate = {
    .name = "otg-transaction", .version_id = 2, .minimum_version_id = 2,
    .fields = (const VMStateField[]) {
        VMSTATE_BOOL(going, OtgTransaction),
        VMSTATE_BOOL(in, OtgTransaction),
        VMSTATE_BOOL(setup, OtgTransaction),
        VMSTATE_BOOL(ping, OtgTransaction),
        VMSTATE_UINT8(split, OtgTransaction),
        VMSTATE_UINT8(channel, OtgTransaction),
        VMSTATE_UINT8(answer, OtgTransaction),
        VMSTATE_UINT8(toggle, OtgTransaction),
        VMSTATE_UINT32(length, OtgTransaction),
        VMSTATE_INT64(until, OtgTransaction),
        VMSTATE_UINT8_ARRAY(data, OtgTransaction, USB_MAX_PACKET),
        VMSTATE_END_OF_LIST()
    },
};

/* Answers that have come; those that are due come anew when the device is asked again. */
static const VMStateDescription pending_vmstate = {
    .name = "otg-pending", .version_id = 2, .minimum_version_id = 2,
    .fields = (const VMStateField[]) {
        VMSTATE_BOOL(used, OtgPending),
        VMSTATE_BOOL(complete, OtgPending),
        VMSTATE_BOOL(setup, OtgPending),
        VMSTATE_BOOL(in, OtgPending),
        VMSTATE_UINT8(address, OtgPending),
        VMSTATE_UINT8(endpoint, OtgPending),
        VMSTATE_INT32(status, OtgPending),
        VMSTATE_UINT32(length, OtgPending),
        VMSTATE_UINT32(moved, OtgPending),
        VMSTATE_UINT64(frame, OtgPending),
        VMSTATE_UINT8_ARRAY(data, OtgPending, OTG_BURST * USB_MAX_PACKET),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription translation_vmstate = {
    .name = "otg-translation", .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_BOOL(used, OtgTranslation),
        VMSTATE_BOOL(in, OtgTranslation),
        VMSTATE_BOOL(collects, OtgTranslation),
        VMSTATE_UINT8(hub, OtgTranslation),
        VMSTATE_UINT8(port, OtgTranslation),
        VMSTATE_UINT8(address, OtgTranslation),
        VMSTATE_UINT8(endpoint, OtgTranslation),
        VMSTATE_UINT8(type, OtgTranslation),
        VMSTATE_UINT8(answer, OtgTranslation),
        VMSTATE_UINT8(toggle, OtgTranslation),
        VMSTATE_UINT32(length, OtgTranslation),
        VMSTATE_INT64(ready_at, OtgTranslation),
        VMSTATE_UINT8_ARRAY(data, OtgTranslation, USB_MAX_PACKET),
        VMSTATE_END_OF_LIST()
    },
};

/* A stream is no reason to trust what indexes. */
static int host_post_load(void *opaque, int version)
{
    OtgHost *h = opaque;

    for (unsigned q = 0; q < 2; q++) {
        h->queue[q].used = MIN(h->queue[q].used, OTG_REQUESTS);
        for (unsigned i = 0; i < OTG_REQUESTS; i++) {
            h->queue[q].request[i].channel %= OTG_CHANNELS;
            h->queue[q].request[i].bytes = MIN(h->queue[q].request[i].bytes, USB_MAX_PACKET);
        }
    }
    h->now.channel %= OTG_CHANNELS;
    h->now.length = MIN(h->now.length, USB_MAX_PACKET + 1);
    h->next_channel %= OTG_CHANNELS;
    for (unsigned i = 0; i < OTG_PENDING; i++) {
        h->pending[i].used &= h->pending[i].complete;
        h->pending[i].length = MIN(h->pending[i].length, sizeof(h->pending[i].data));
        h->pending[i].moved = MIN(h->pending[i].moved, h->pending[i].length);
    }
    for (unsigned i = 0; i < OTG_TRANSLATIONS; i++) {
        h->translation[i].length = MIN(h->translation[i].length, USB_MAX_PACKET);
    }
    return 0;
}

const VMStateDescription otg_host_vmstate = {
    .name = "otg-host", .version_id = 2, .minimum_version_id = 2,
    .post_load = host_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_BOOL(connected, OtgHost),
        VMSTATE_BOOL(ever_connected, OtgHost),
        VMSTATE_INT64(reset_at, OtgHost),
        VMSTATE_INT64(warn_at, OtgHost),
        VMSTATE_BOOL(frames, OtgHost),
        VMSTATE_INT64(frame_zero, OtgHost),
        VMSTATE_UINT64(frame_base, OtgHost),
        VMSTATE_UINT64(sof_told, OtgHost),
        VMSTATE_STRUCT_ARRAY(queue, OtgHost, 2, 1, queue_vmstate, OtgQueue),
        VMSTATE_STRUCT_ARRAY(channel, OtgHost, OTG_CHANNELS, 1, channel_vmstate, OtgChannel),
        VMSTATE_STRUCT(now, OtgHost, 1, transaction_vmstate, OtgTransaction),
        VMSTATE_UINT32(next_channel, OtgHost),
        VMSTATE_STRUCT_ARRAY(pending, OtgHost, OTG_PENDING, 1, pending_vmstate, OtgPending),
        VMSTATE_STRUCT_ARRAY(translation, OtgHost, OTG_TRANSLATIONS, 1, translation_vmstate, OtgTranslation),
        VMSTATE_UINT32_ARRAY(toggles, OtgHost, OTG_ADDRESSES),
        VMSTATE_UINT8_ARRAY(configuration, OtgHost, OTG_ADDRESSES),
        VMSTATE_END_OF_LIST()
    },
};
