/*
 * A USB keyboard (HID) whose keys nobody presses.  What it says of itself, and how it behaves, are tables: examples
 * of mistakes change bytes of them (tests/mistakes/examples.txt).
 *
 * Mailbox: 1 reports sent
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "mailbox.h"
#include "usb_device.h"

#define REPORT 8

static const uint8_t report_descriptor[] = {
    0x05, 0x01, 0x09, 0x06, 0xa1, 0x01,                                         /* a keyboard: */
    0x05, 0x07, 0x19, 0xe0, 0x29, 0xe7, 0x15, 0x00, 0x25, 0x01, 0x75, 0x01, 0x95, 0x08, 0x81, 0x02,  /* shift ... */
    0x95, 0x01, 0x75, 0x08, 0x81, 0x01,
    0x95, 0x05, 0x75, 0x01, 0x05, 0x08, 0x19, 0x01, 0x29, 0x05, 0x91, 0x02,     /* LEDs */
    0x95, 0x01, 0x75, 0x03, 0x91, 0x01,
    0x95, 0x06, 0x75, 0x08, 0x15, 0x00, 0x25, 0x65, 0x05, 0x07, 0x19, 0x00, 0x29, 0x65, 0x81, 0x00, /* six keys */
    0xc0,
};
static const uint8_t device_descriptor[18] = {
    18, 1, 0x00, 0x02, 0, 0, 0, 64, 0x83, 0x04, 0x50, 0x57, 0x00, 0x01, 0, 1, 0, 1,
};
static const uint8_t configuration[34] = {
    9, 2, 34, 0, 1, 1, 0, 0xa0, 50,
    9, 4, 0, 0, 1, 3, 0, 0, 0,
    9, 0x21, 0x11, 0x01, 0, 1, 0x22, sizeof(report_descriptor), 0,
    7, 5, 0x81, 3, REPORT, 0, 4,
};
static const uint8_t name[] = { 10, 3, 'K', 0, 'e', 0, 'y', 0, 's', 0 };
static const volatile uint8_t high_speed;               /* with a PHY at the ULPI */
/* Which interrupt of the core is served late, and how late; and after which of them endpoint 0 answers by STALL. */
static const volatile uint8_t late_interrupt, refused_interrupt;
static const volatile uint16_t late_ms;
static const volatile uint8_t refuses_reports;          /* that are for its LEDs */
static const volatile uint8_t opens_again;              /* its endpoint, before each report */

static const uint8_t report[REPORT];

static void configured(void)
{
    usb_open_in(1, USB_INTERRUPT, REPORT);
    usb_send(1, report, REPORT);
}

static bool request(const struct usb_setup *setup, const uint8_t *data)
{
    (void)data;
    switch (setup->type << 8 | setup->request) {
    case 0x8006:
        if (setup->value != 0x0301) {
            return false;
        }
        usb_answer(name, *(const volatile uint8_t *)name);      /* its length may be another one */
        return true;
    case 0x8106:
        usb_answer(report_descriptor, sizeof(report_descriptor));
        return setup->value == 0x2200;
    case 0x2109:
        return !refuses_reports;
    case 0x210a:                                        /* SET_IDLE */
        return true;
    default:
        return false;
    }
}

static void sent(unsigned n)
{
    mailbox[1]++;
    if (opens_again) {
        usb_open_in(n, USB_INTERRUPT, REPORT);
    }
    usb_send(n, report, REPORT);
}

static void received(unsigned n, const uint8_t *data, unsigned length)
{
    (void)n, (void)data, (void)length;
}

static void interrupt(void)
{
    static uint8_t n;

    n += n < 255;
    if (n == late_interrupt) {
        for (volatile uint32_t i = late_ms * 22000u; i; i--) {      /* about that */
        }
    }
    usb_interrupt();
    if (n == refused_interrupt) {
        usb_stall_in(0);
    }
}

void otg_fs_handler(void)
{
    interrupt();
}

void otg_hs_handler(void)
{
    interrupt();
}

int main(void)
{
    static const struct usb_program program = {
        .device = device_descriptor, .configuration = configuration, .configured = configured, .request = request,
        .received = received, .sent = sent,
    };

    clock_168mhz();
    ticks_init(168000000);
    if (high_speed) {
        usb_start_high_speed(&program);
    } else {
        usb_start(&program);
    }
    for (;;) {
        wait_for_interrupt();
    }
}
