/*
 * A USB serial line that moves much: what the first byte from the host says.
 *   i   2 Mbyte go to the host
 *   o   2 Mbyte are taken from it, then one byte goes back
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "usb_device.h"

#define AMOUNT (2u << 20)

static const uint8_t device_descriptor[18] = {
    18, 1, 0x00, 0x02, 2, 0, 0, 64, 0x83, 0x04, 0x43, 0x57, 0x00, 0x01, 1, 2, 3, 1,
};
static const uint8_t qualifier[10] = { 10, 6, 0x00, 0x02, 2, 0, 0, 64, 1, 0 };
static const uint8_t configuration[67] = {
    9, 2, 67, 0, 2, 1, 0, 0xc0, 50,
    9, 4, 0, 0, 1, 2, 2, 1, 0,
    5, 0x24, 0, 0x10, 0x01,
    5, 0x24, 1, 0, 1,
    4, 0x24, 2, 2,
    5, 0x24, 6, 0, 1,
    7, 5, 0x82, 3, 8, 0, 9,
    9, 4, 1, 0, 2, 10, 0, 0, 0,
    7, 5, 0x01, 2, SIZE & 0xff, SIZE >> 8, 0,
    7, 5, 0x81, 2, SIZE & 0xff, SIZE >> 8, 0,
};
static const char *const strings[] = { "", "Bench", "Bulk", "00000000ABCE" };

static uint8_t data[CHUNK];
static uint32_t to_send, to_take;

static void configured(void)
{
    usb_open_in(1, USB_BULK, SIZE);
    usb_open_out(1, USB_BULK, SIZE);
    usb_open_in(2, USB_INTERRUPT, 8);
    usb_take(1);
}

static bool request(const struct usb_setup *setup, const uint8_t *unused)
{
    return setup->type == 0x21;
}

static void sent(unsigned n)
{
    if (n == 1 && to_send) {
        to_send -= CHUNK;
        usb_send(1, data, CHUNK);
    }
}

static void received(unsigned n, const uint8_t *bytes, unsigned length)
{
    if (to_take) {
        to_take -= length < to_take ? length : to_take;
        if (!to_take) {
            usb_send(1, data, 1);
        }
    } else if (*bytes == 'i') {
        to_send = AMOUNT;
        sent(1);
    } else {
        to_take = AMOUNT;
    }
    usb_take(1);
}

static const struct usb_program program = {
    .device = device_descriptor, .configuration = configuration, .qualifier = QUALIFIER, .strings = strings,
    .n_strings = 3, .configured = configured, .request = request, .received = received, .sent = sent,
};

void HANDLER(void)
{
    usb_interrupt();
}

int main(void)
{
    clock_168mhz();
    ticks_init(168000000);
    START(&program);
    for (;;) {
        wait_for_interrupt();
    }
}
