/*
 * Transactions, see pipe.h: USB 2.0 8.4 to 8.7.
 *
 * Deliberately different: an endpoint that answers NAK is not asked again before it says that it is ready.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/core/mistake/mistake.h"
#include "stm32/board/usb/pipe.h"
#include "stm32/board/usb/transfers.h"

#define MAX_ERRORS 3

enum { STAGE_SETUP, STAGE_DATA, STAGE_STATUS };

/* Does the next data packet come from the device? */
static bool is_in(const Transfer *t)
{
    /* the status stage goes the other way, and comes from the device if there are no data */
    return t->kind == TRANSFER_CONTROL && t->stage == STAGE_STATUS ? !t->in || !t->length : t->in;
}

int pipe_pid(HostBus *bus, const Transfer *t)
{
    if (t->kind == TRANSFER_CONTROL && t->stage == STAGE_SETUP) {
        return USB_TOKEN_SETUP;
    }
    return is_in(t) ? USB_TOKEN_IN : pipe_of(bus, t)->ping ? USB_PING : USB_TOKEN_OUT;
}

/* Bytes of the next packet, at most. */
static unsigned packet_length(const Transfer *t)
{
    if (t->kind == TRANSFER_ISOCHRONOUS) {
        return MIN(t->packet[t->at].length, USB_MAX_PACKET * MAX(t->burst, 1));
    }
    if (t->kind == TRANSFER_CONTROL && t->stage != STAGE_DATA) {
        return t->stage == STAGE_SETUP ? sizeof(t->setup) : 0;
    }
    return MIN(t->length - t->actual, t->max_packet);
}

int64_t pipe_ns(HostBus *bus, const Transfer *t)
{
    int pid = pipe_pid(bus, t);
    bool isochronous = t->kind == TRANSFER_ISOCHRONOUS;
    unsigned length = pid == USB_TOKEN_IN ? t->max_packet : packet_length(t);

    return usb_token_ns(host_bus_speed(bus), pid, length, pid == USB_TOKEN_IN ? USB_DATA : USB_ACK,
                        isochronous) * (isochronous ? MAX(t->burst, 1) : 1);
}

/* ---- Isochronous: a packet a frame, of up to three transactions ---- */

/* Packet @t->at is over; the next is due an interval later. */
static void end_packet(HostBus *bus, Transfer *t, TransferStatus status, uint32_t actual)
{
    IsoPacket *packet;

    if (!t->at) {
        t->start_frame = pipe_of(bus, t)->due;
    }
    packet = &t->packet[t->at++];
    packet->status = status;
    packet->actual = actual;
    t->actual += actual;
    pipe_of(bus, t)->due += MAX(t->interval, 1);
    if (t->at >= t->packets) {
        host_bus_end(bus, t, TRANSFER_DONE);
    }
}

void pipe_miss(HostBus *bus, Transfer *t, uint64_t frame)
{
    UsbPipe *pipe = pipe_of(bus, t);

    /* the last one ends the transfer, and with it what we have of it */
    for (unsigned left = t->packets - t->at; left && pipe->due < frame; left--) {
        end_packet(bus, t, TRANSFER_MISSED, 0);
    }
}

static int64_t iso_in(HostBus *bus, Transfer *t)
{
    IsoPacket *packet = &t->packet[t->at];
    unsigned speed = host_bus_speed(bus), actual = 0;
    TransferStatus status = TRANSFER_DONE;
    int64_t ns = 0;

    for (unsigned left = MAX(t->burst, 1); left; left--) {
        uint8_t data[USB_MAX_PACKET];
        UsbToken token = { .pid = USB_TOKEN_IN, .address = bus->address, .endpoint = t->endpoint,
                           .data = data, .length = sizeof(data) };
        UsbAnswer answer = usb_token(bus->socket, &token);
        unsigned length = answer == USB_DATA ? MIN(token.length, sizeof(data)) : 0;

        ns += usb_token_ns(speed, USB_TOKEN_IN, length, answer, true);
        if (answer != USB_DATA) {
            status = actual ? TRANSFER_DONE : TRANSFER_FAILED;
            break;
        }
        if (length > packet->length - actual) {
            status = TRANSFER_BABBLE;
            length = packet->length - actual;
        }
        memcpy(t->data + packet->offset + actual, data, length);
        actual += length;
        if (token.toggle != 1 && token.toggle != 2) {
            break;                  /* DATA0: the last of this microframe */
        }
        left = MIN(left, token.toggle + 1u);
    }
    end_packet(bus, t, status, actual);
    return ns;
}

static int64_t iso_out(HostBus *bus, Transfer *t)
{
    IsoPacket *packet = &t->packet[t->at];
    unsigned length = packet_length(t), size = MAX(t->max_packet, 1);
    unsigned count = MAX(DIV_ROUND_UP(length, size), 1), done = 0;
    int64_t ns = 0;

    count = MIN(count, MAX(t->burst, 1));
    for (unsigned i = 0; i < count; i++) {
        UsbToken token = {
            .pid = USB_TOKEN_OUT, .address = bus->address, .endpoint = t->endpoint,
            .data = t->data + packet->offset + done, .length = MIN(length - done, size),
            .toggle = i + 1 < count ? 3 : i,            /* MDATA ..., or DATA0, 1, 2 */
        };

        usb_token(bus->socket, &token);
        done += token.length;
        ns += usb_token_ns(host_bus_speed(bus), USB_TOKEN_OUT, token.length, USB_NOTHING, true);
    }
    end_packet(bus, t, TRANSFER_DONE, done);
    return ns;
}

/* ---- The others ---- */

/* A data packet, or the stage's empty one, has gone or come. */
static void advance(HostBus *bus, Transfer *t, unsigned length)
{
    bool short_packet = length < t->max_packet;

    t->actual += length;
    t->errors = 0;
    if (t->kind != TRANSFER_CONTROL) {
        pipe_of(bus, t)->toggle ^= 1;
        if (short_packet || (t->actual >= t->length && (t->in || !t->zero_packet))) {
            host_bus_end(bus, t, TRANSFER_DONE);
        }
    } else if (t->stage == STAGE_SETUP) {
        t->actual = 0;
        t->toggle = 1;
        t->stage = t->length ? STAGE_DATA : STAGE_STATUS;
    } else if (t->stage == STAGE_DATA) {
        t->toggle ^= 1;
        if (t->actual >= t->length || (t->in && short_packet)) {
            t->stage = STAGE_STATUS;
            t->toggle = 1;
        }
    } else {
        bus->ops->accepted(bus->opaque, t->setup);
        host_bus_end(bus, t, TRANSFER_DONE);
    }
}

static void no_answer(HostBus *bus, Transfer *t)
{
    if (++t->errors >= MAX_ERRORS) {
        host_bus_end(bus, t, TRANSFER_FAILED);
    }
}

/* The device has sent @length bytes. */
static void take(HostBus *bus, Transfer *t, const UsbToken *token)
{
    unsigned expected = t->kind == TRANSFER_CONTROL ? t->toggle : pipe_of(bus, t)->toggle;
    unsigned room = packet_length(t);

    if (token->toggle != expected) {
        guest_mistake(bus->path, USB061, "endpoint %u IN sends DATA%u where DATA%u is due: a host takes it "
                      "for a repetition, and throws it away", t->endpoint, token->toggle, expected);
        return;
    }
    if (token->length > t->max_packet || token->length > room) {
        if (token->length > t->max_packet) {
            guest_mistake(bus->path, USB062, "endpoint %u IN sends a packet of %u bytes, its maximum is %u: "
                          "a host stops there", t->endpoint, token->length, t->max_packet);
        }
        memcpy(t->data + t->actual, token->data, room);
        t->actual += room;
        host_bus_end(bus, t, TRANSFER_BABBLE);
        return;
    }
    if (token->length) {
        memcpy(t->data + t->actual, token->data, token->length);
    }
    advance(bus, t, token->length);
}

static void nak(HostBus *bus, Transfer *t, int pid)
{
    UsbPipe *pipe = pipe_of(bus, t);

    pipe->waiting = true;
    pipe->ping = pid != USB_TOKEN_IN && host_bus_speed(bus) == USB_SPEED_HIGH &&
                 t->kind != TRANSFER_INTERRUPT;
    t->errors = 0;
}

static void act(HostBus *bus, Transfer *t, const UsbToken *token, UsbAnswer answer)
{
    UsbPipe *pipe = pipe_of(bus, t);
    bool setup = token->pid == USB_TOKEN_SETUP;

    if (answer == USB_NAK && !setup) {
        nak(bus, t, token->pid);
    } else if (answer == USB_STALL && !setup) {
        host_bus_end(bus, t, TRANSFER_STALLED);
    } else if (answer == USB_DATA && token->pid == USB_TOKEN_IN) {
        take(bus, t, token);
    } else if (answer == USB_ACK && token->pid == USB_PING) {
        pipe->ping = false;
    } else if ((answer == USB_ACK || answer == USB_NYET) &&
               (setup || token->pid == USB_TOKEN_OUT)) {
        pipe->ping = answer == USB_NYET;
        advance(bus, t, setup ? 0 : token->length);
    } else {
        no_answer(bus, t);
    }
}

static int64_t transact(HostBus *bus, Transfer *t)
{
    UsbPipe *pipe = pipe_of(bus, t);
    uint8_t data[USB_MAX_PACKET] = {};
    UsbToken token = {
        .pid = pipe_pid(bus, t), .address = bus->address, .endpoint = t->endpoint,
        .toggle = t->kind == TRANSFER_CONTROL ? t->toggle : pipe->toggle,
        .data = data, .length = sizeof(data),
    };
    unsigned speed = host_bus_speed(bus);
    UsbAnswer answer;

    if (token.pid == USB_TOKEN_SETUP) {
        token.toggle = 0;
        token.length = sizeof(t->setup);
        memcpy(data, t->setup, sizeof(t->setup));
    } else if (token.pid != USB_TOKEN_IN) {
        token.length = token.pid == USB_PING ? 0 : packet_length(t);
        if (token.length) {
            memcpy(data, t->data + t->actual, token.length);
        }
    }
    answer = usb_token(bus->socket, &token);
    token.length = MIN(token.length, sizeof(data));
    if (pipe_is_periodic(t)) {
        pipe->due += MAX(t->interval, 1);
    }
    act(bus, t, &token, answer);
    return usb_token_ns(speed, token.pid, token.length, answer, false);
}

int64_t pipe_transact(HostBus *bus, Transfer *t)
{
    return t->kind != TRANSFER_ISOCHRONOUS ? transact(bus, t)
           : t->in ? iso_in(bus, t) : iso_out(bus, t);
}
