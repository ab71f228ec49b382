/*
 * A USB device of two functions: CDC-ACM that echoes (interfaces 0 and 1), and mass storage (2) whose 64 blocks
 * are in RAM.
 *
 * Mailbox: 1 blocks read; 2 blocks written; 3 bytes echoed
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "mailbox.h"
#include "usb_device.h"

#define BLOCK 512
#define BLOCKS 64

static const uint8_t device_descriptor[18] = {
    18, 1, 0x00, 0x02, 0xef, 2, 1, 64, 0x83, 0x04, 0x42, 0x57, 0x00, 0x01, 1, 2, 3, 1,
};
static const uint8_t configuration[98] = {
    9, 2, 98, 0, 3, 1, 0, 0xc0, 50,
    8, 11, 0, 2, 2, 2, 1, 0,                /* the first two belong together */
    9, 4, 0, 0, 1, 2, 2, 1, 0,
    5, 0x24, 0, 0x10, 0x01,
    5, 0x24, 1, 0, 1,
    4, 0x24, 2, 2,
    5, 0x24, 6, 0, 1,
    7, 5, 0x82, 3, 8, 0, 16,
    9, 4, 1, 0, 2, 10, 0, 0, 0,
    7, 5, 0x01, 2, 64, 0, 0,
    7, 5, 0x81, 2, 64, 0, 0,
    9, 4, 2, 0, 2, 8, 6, 0x50, 0,
    7, 5, 0x02, 2, 64, 0, 0,
    7, 5, 0x83, 2, 64, 0, 0,
};
static const char *const strings[] = { "", "Tests", "Composite", "00000000ABCD" };

/* ---- CDC ---- */

static uint8_t echo[USB_PACKET], coding[7] = { 0x00, 0xc2, 0x01, 0, 0, 0, 8 };

static void echo_packet(const uint8_t *data, unsigned length)
{
    for (unsigned i = 0; i < length; i++) {
        echo[i] = data[i];
    }
    mailbox[3] += length;
    usb_send(1, echo, length);
}

/* ---- Mass storage: bulk-only, SCSI ---- */

enum { DATA_IN = 3, DATA_OUT = 2 };             /* its endpoints */

static uint8_t disk[BLOCKS * BLOCK];
static uint8_t reply[36];
static struct {
    uint32_t signature, tag, length;
    uint8_t flags, lun, size, command[16];
} wrapper;
static struct {
    uint32_t signature, tag, residue;
    uint8_t status;
} result = { .signature = 0x53425355 };
static uint8_t *at;                             /* data that are moved, */
static uint32_t left;                           /* ... bytes of them, */
static uint32_t asked;                          /* ... and that the host wants */
static enum { COMMAND, SENDING, TAKING, STATUS } stage;
static uint8_t sense;

static void send_status(void)
{
    stage = STATUS;
    result.tag = wrapper.tag;
    result.residue = asked;
    usb_send(DATA_IN, &result, 13);
}

static void send_more(void)
{
    unsigned length = left < USB_PACKET ? left : USB_PACKET;

    if (!length) {
        send_status();
        return;
    }
    usb_send(DATA_IN, at, length);
    at += length;
    left -= length;
    asked -= length;
}

static void send_data(const void *data, uint32_t length)
{
    at = (uint8_t *)data;
    left = length < asked ? length : asked;
    stage = SENDING;
    send_more();
}

static void fail(uint8_t key)
{
    sense = key;
    result.status = 1;
    if (wrapper.flags & 0x80 && asked) {
        stage = STATUS;
        usb_stall_in(DATA_IN);                  /* the status follows when the host has cleared that */
        return;
    }
    send_status();
}

static uint32_t big_endian(const uint8_t *bytes, unsigned n)
{
    uint32_t value = 0;

    while (n--) {
        value = value << 8 | *bytes++;
    }
    return value;
}

static void move_blocks(bool write)
{
    uint32_t first = big_endian(wrapper.command + 2, 4), n = big_endian(wrapper.command + 7, 2);

    if (first > BLOCKS || n > BLOCKS - first) {
        fail(5);
        return;
    }
    mailbox[write ? 2 : 1] += n;
    if (!write) {
        send_data(disk + first * BLOCK, n * BLOCK);
        return;
    }
    at = disk + first * BLOCK;
    left = n * BLOCK < asked ? n * BLOCK : asked;
    stage = TAKING;
    usb_take(DATA_OUT);
}

static void command(void)
{
    static const uint8_t inquiry[36] = "\0\200\2\2\37\0\0\0Tests   Disk            1.0 ";
    static const uint8_t capacity[8] = { 0, 0, 0, BLOCKS - 1, 0, 0, BLOCK >> 8, 0 };
    static const uint8_t mode[4] = { 3 };

    result.status = 0;
    asked = wrapper.length;
    for (unsigned i = 0; i < sizeof(reply); i++) {
        reply[i] = 0;
    }
    switch (wrapper.command[0]) {
    case 0x00: case 0x1b: case 0x1e: case 0x35:
        send_status();
        break;
    case 0x03:
        reply[0] = 0x70;
        reply[2] = sense;
        reply[7] = 10;
        sense = 0;
        send_data(reply, 18);
        break;
    case 0x12:
        send_data(inquiry, sizeof(inquiry));
        break;
    case 0x1a:
        send_data(mode, sizeof(mode));
        break;
    case 0x25:
        send_data(capacity, sizeof(capacity));
        break;
    case 0x28:
        move_blocks(false);
        break;
    case 0x2a:
        move_blocks(true);
        break;
    default:
        fail(5);
        break;
    }
}

static void storage_received(const uint8_t *data, unsigned length)
{
    if (stage == TAKING) {
        for (unsigned i = 0; i < length && left; i++, left--, asked--) {
            *at++ = data[i];
        }
        if (left) {
            usb_take(DATA_OUT);
        } else {
            send_status();
        }
        return;
    }
    if (length != 31) {
        usb_stall_in(DATA_IN);
        usb_stall_out(DATA_OUT);
        return;
    }
    for (unsigned i = 0; i < length; i++) {
        ((uint8_t *)&wrapper)[i] = data[i];
    }
    command();
}

static void storage_sent(void)
{
    if (stage == SENDING) {
        send_more();
    } else {
        stage = COMMAND;
        usb_take(DATA_OUT);
    }
}

/* ---- Both ---- */

static void configured(void)
{
    usb_open_in(1, USB_BULK, USB_PACKET);
    usb_open_out(1, USB_BULK, USB_PACKET);
    usb_open_in(2, USB_INTERRUPT, 8);
    usb_open_in(DATA_IN, USB_BULK, USB_PACKET);
    usb_open_out(DATA_OUT, USB_BULK, USB_PACKET);
    stage = COMMAND;
    usb_take(1);
    usb_take(DATA_OUT);
}

static bool request(const struct usb_setup *setup, const uint8_t *data)
{
    static const uint8_t max_lun;

    switch (setup->type << 8 | setup->request) {
    case 0x2120:
        for (unsigned i = 0; i < sizeof(coding); i++) {
            coding[i] = data[i];
        }
        return true;
    case 0xa121:
        usb_answer(coding, sizeof(coding));
        return true;
    case 0x2122:
        return true;
    case 0xa1fe:
        usb_answer(&max_lun, 1);
        return true;
    case 0x21ff:
        stage = COMMAND;
        usb_take(DATA_OUT);
        return true;
    default:
        return false;
    }
}

static void received(unsigned n, const uint8_t *data, unsigned length)
{
    if (n == 1) {
        echo_packet(data, length);
    } else {
        storage_received(data, length);
    }
}

static void sent(unsigned n)
{
    if (n == 1) {
        usb_take(1);
    } else if (n == DATA_IN) {
        storage_sent();
    }
}

void otg_fs_handler(void)
{
    usb_interrupt();
}

int main(void)
{
    static const struct usb_program program = {
        .device = device_descriptor, .configuration = configuration, .strings = strings, .n_strings = 3,
        .configured = configured, .request = request, .received = received, .sent = sent,
    };

    clock_168mhz();
    ticks_init(168000000);
    for (unsigned i = 0; i < sizeof(disk); i++) {
        disk[i] = i * 7 + (i >> 9);
    }
    usb_start(&program);
    for (;;) {
        wait_for_interrupt();
    }
}
