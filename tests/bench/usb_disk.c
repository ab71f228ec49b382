/*
 * A USB disk that is read: 2 Mbyte, all of whose blocks are the same.  It does what a host asks a disk on its way to
 * its blocks, no more.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "usb_device.h"

#define BLOCK 512
#define BLOCKS 4096
#define CHUNK 256               /* as much as its FIFO holds */

static const uint8_t device_descriptor[18] = {
    18, 1, 0x00, 0x02, 0, 0, 0, 64, 0x83, 0x04, 0x44, 0x57, 0x00, 0x01, 1, 2, 3, 1,
};
static const uint8_t configuration[32] = {
    9, 2, 32, 0, 1, 1, 0, 0xc0, 50,
    9, 4, 0, 0, 2, 8, 6, 0x50, 0,
    7, 5, 0x02, 2, USB_PACKET, 0, 0,
    7, 5, 0x81, 2, USB_PACKET, 0, 0,
};
static const char *const strings[] = { "", "Bench", "Disk", "00000000ABCF" };

static const uint8_t inquiry[36] = "\0\200\2\2\37\0\0\0Bench   Disk            1.0 ";
static const uint8_t capacity[8] = { 0, 0, (BLOCKS - 1) >> 8, (BLOCKS - 1) & 0xff, 0, 0, BLOCK >> 8, 0 };
static const uint8_t mode[4] = { 3 };

static uint8_t data[CHUNK], answer[CHUNK];
static struct {
    uint32_t signature, tag, residue;
    uint8_t status;
} result = { .signature = 0x53425355 };
static const uint8_t *source;
static uint32_t left;           /* bytes that are still to be sent before the status */
static bool sending;

static void send_more(void)
{
    uint32_t length = left < CHUNK ? left : CHUNK;

    sending = left;
    left -= length;
    usb_send(1, sending ? source : (const uint8_t *)&result, sending ? length : 13);
}

static void configured(void)
{
    usb_open_in(1, USB_BULK, USB_PACKET);
    usb_open_out(2, USB_BULK, USB_PACKET);
    usb_take(2);
}

static bool request(const struct usb_setup *setup, const uint8_t *unused)
{
    if (setup->type == 0xa1 && setup->request == 0xfe) {
        static const uint8_t last_unit;

        usb_answer(&last_unit, 1);
    }
    return setup->type == 0x21 || (setup->type == 0xa1 && setup->request == 0xfe);
}

static void received(unsigned n, const uint8_t *cbw, unsigned length)
{
    const uint8_t *command = cbw + 15, *what = answer;
    uint32_t asked = cbw[8] | cbw[9] << 8 | (uint32_t)cbw[10] << 16, size = 0;

    switch (command[0]) {
    case 0x12: what = inquiry; size = sizeof(inquiry); break;
    case 0x1a: what = mode; size = sizeof(mode); break;
    case 0x25: what = capacity; size = sizeof(capacity); break;
    case 0x28: what = data; size = (command[7] << 8 | command[8]) * BLOCK; break;
    }
    for (unsigned i = 0; what != data && i < size; i++) {
        answer[i] = what[i];
    }
    source = what == data ? data : answer;
    left = size < asked ? size : asked;
    result.tag = cbw[4] | cbw[5] << 8 | cbw[6] << 16 | (uint32_t)cbw[7] << 24;
    result.residue = asked - left;
    send_more();
}

static void sent(unsigned n)
{
    if (sending) {
        send_more();
    } else {
        usb_take(2);
    }
}

static const struct usb_program program = {
    .device = device_descriptor, .configuration = configuration, .strings = strings, .n_strings = 3,
    .configured = configured, .request = request, .received = received, .sent = sent,
};

void otg_fs_handler(void)
{
    usb_interrupt();
}

int main(void)
{
    clock_168mhz();
    ticks_init(168000000);
    for (unsigned i = 0; i < CHUNK; i++) {
        data[i] = i;
    }
    usb_start(&program);
    for (;;) {
        wait_for_interrupt();
    }
}
