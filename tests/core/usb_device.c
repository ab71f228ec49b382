/*
 * A USB device for tests, see usb_device.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/tests/core/usb_device.h"

static void device_power(void *opaque, bool on)
{
    ((TestDevice *)opaque)->powered = on;
}

static void device_reset(void *opaque, bool on)
{
    TestDevice *d = opaque;

    d->in_reset = on;
    d->resets += on;
    d->address = d->new_address = d->configuration = 0;
    d->toggle_in = d->toggle_out = d->toggle_2 = 0;
}

static void device_frames(void *opaque, bool on)
{
    ((TestDevice *)opaque)->lost_frames += !on;
}

/* ---- Control requests ---- */

static void reply(TestDevice *d, const void *data, unsigned length)
{
    unsigned wanted = d->setup[6] | d->setup[7] << 8;

    d->reply_length = MIN(MIN(length, wanted), sizeof(d->reply));
    memcpy(d->reply, data, d->reply_length);
}

static void reply_string(TestDevice *d, unsigned n)
{
    uint8_t data[64] = { 4, 3, 9, 4 };

    if (n >= ARRAY_SIZE(d->strings) || (n && !d->strings[n]) || (!n && d->stall_string_0)) {
        d->stalled = true;
        return;
    }
    if (n) {
        data[0] = 2 + 2 * strlen(d->strings[n]);
        for (unsigned i = 0; d->strings[n][i]; i++) {
            data[2 + 2 * i] = d->strings[n][i];
            data[3 + 2 * i] = 0;
        }
        data[0] += d->short_string;
    }
    reply(d, data, data[0] - d->short_string * !!n);
}

static void get_descriptor(TestDevice *d)
{
    switch (d->setup[3]) {
    case 1:
        reply(d, d->device, d->device_length);
        break;
    case 2:
        reply(d, d->config, d->config_length);
        break;
    case 3:
        reply_string(d, d->setup[2]);
        break;
    case 6:
        d->stalled = !d->qualifier;
        if (d->qualifier) {
            reply(d, d->qualifier, 10);
        }
        break;
    default:
        d->stalled = true;
        break;
    }
}

static void take_setup(TestDevice *d, const UsbToken *token)
{
    memcpy(d->setup, token->data, 8);
    d->reply_length = d->reply_at = 0;
    d->stalled = false;
    d->status_due = false;
    d->toggle0 = 1;
    d->ready_at = 0;
    switch (d->setup[0] << 8 | d->setup[1]) {
    case 0x8006:
        get_descriptor(d);
        break;
    case 0x0005:
        d->new_address = d->setup[2];
        d->ready_at = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) + d->address_ns;
        break;
    case 0x0009:
        d->stalled = d->no_configuration;
        d->configuration = d->setup[2];
        if (!d->keeps_toggle) {
            d->toggle_in = d->toggle_out = d->toggle_2 = 0;
        }
        break;
    case 0x0201:                    /* CLEAR_FEATURE of an endpoint */
        break;
    default:
        d->stalled = true;
        break;
    }
}

static UsbAnswer control_in(TestDevice *d, UsbToken *token)
{
    if (d->stalled) {
        return USB_STALL;
    }
    if (qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) < d->ready_at) {
        d->naks++;
        return USB_NAK;
    }
    token->toggle = d->toggle0;
    d->toggle0 ^= 1;
    token->length = MIN(d->reply_length - d->reply_at, d->device[7]);
    memcpy(token->data, d->reply + d->reply_at, token->length);
    d->reply_at += token->length;
    if (!(d->setup[0] & 0x80)) {
        token->toggle = 1;
        d->address = d->new_address;
        d->silent |= d->deaf_at_address && d->address;
    }
    return USB_DATA;
}

/* ---- The others ---- */

static UsbAnswer echo_in(TestDevice *d, UsbToken *token)
{
    if (!d->echo->len && !d->echo_short) {
        d->naks++;
        return USB_NAK;
    }
    token->toggle = d->toggle_in;
    d->toggle_in ^= 1;
    token->length = MIN(d->echo->len, 64);
    memcpy(token->data, d->echo->data, token->length);
    g_byte_array_remove_range(d->echo, 0, token->length);
    d->echo_short = token->length == 64 && !d->echo->len;
    return USB_DATA;
}

static UsbAnswer echo_out(TestDevice *d, UsbToken *token)
{
    if (d->echo->len + token->length > d->room) {
        d->naks++;
        return USB_NAK;
    }
    if (token->toggle == d->toggle_out) {
        d->toggle_out ^= 1;
        g_byte_array_append(d->echo, token->data, token->length);
        usb_ready(&d->socket, true, 1);
    }
    return USB_ACK;
}

static UsbAnswer report_in(TestDevice *d, UsbToken *token)
{
    if (!d->report) {
        d->naks++;
        return USB_NAK;
    }
    token->toggle = d->toggle_2;
    d->toggle_2 ^= 1;
    token->length = strlen(d->report);
    memcpy(token->data, d->report, token->length);
    d->report = NULL;
    return USB_DATA;
}

static UsbAnswer iso(TestDevice *d, UsbToken *token)
{
    if (token->pid == USB_TOKEN_OUT) {
        d->iso_out += token->length;
        return USB_NOTHING;
    }
    token->length = 10;
    memset(token->data, d->iso_in++, 10);
    token->toggle = 0;
    return USB_DATA;
}

static UsbAnswer device_token(void *opaque, UsbToken *token)
{
    TestDevice *d = opaque;

    d->tokens++;
    if (d->silent || token->address != d->address) {
        return USB_NOTHING;
    }
    if (token->pid == USB_TOKEN_SETUP) {
        int64_t now = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);

        d->setup_gap = d->setup_at ? MIN(d->setup_gap, now - d->setup_at) : INT64_MAX;
        d->setup_at = now;
        take_setup(d, token);
        return USB_ACK;
    }
    switch (token->endpoint) {
    case 0:
        return token->pid == USB_TOKEN_IN ? control_in(d, token) : d->stalled ? USB_STALL : USB_ACK;
    case 1:
        return token->pid == USB_TOKEN_IN ? echo_in(d, token) : echo_out(d, token);
    case 2:
        return report_in(d, token);
    case 3:
        return iso(d, token);
    default:
        return USB_NOTHING;
    }
}

static const UsbDeviceOps device_ops = {
    .power = device_power, .reset = device_reset, .frames = device_frames, .token = device_token,
};

void test_device_init(TestDevice *d)
{
    *d = (TestDevice) { .echo = g_byte_array_new(), .room = 1 << 20 };
    usb_socket_init(&d->socket, &device_ops, d);
}

void test_device_connect(TestDevice *d, bool on, unsigned speed)
{
    usb_pull_up(&d->socket, on, speed);
}

void test_device_ready(TestDevice *d)
{
    usb_ready(&d->socket, true, 0);
    usb_ready(&d->socket, true, 1);
    usb_ready(&d->socket, false, 1);
    usb_ready(&d->socket, true, 2);
}
