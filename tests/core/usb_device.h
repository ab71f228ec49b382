/*
 * A USB device for tests of hosts: its descriptors are the test's, its bulk endpoints 1 echo, and it can do
 * wrong what devices do wrong.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_TESTS_USB_DEVICE_H
#define STM32_TESTS_USB_DEVICE_H

#include "qemu/timer.h"
#include "stm32/core/usb/cable.h"

typedef struct TestDevice {
    UsbSocket socket;
    const uint8_t *device, *config, *qualifier;         /* descriptors; qualifier may be NULL */
    unsigned device_length, config_length;
    const char *strings[8];                             /* from 1 on */
    /* What goes wrong */
    bool silent;                    /* no answer at all */
    bool deaf_at_address;           /* ... at the new address */
    bool keeps_toggle;              /* SET_CONFIGURATION does not make it DATA0 */
    bool short_string;              /* bLength is one more than what comes */
    bool stall_string_0;
    bool no_configuration;          /* SET_CONFIGURATION is refused */
    int64_t address_ns;             /* the status stage of SET_ADDRESS is ready that late */
    /* What is there */
    uint8_t address, new_address, configuration;
    unsigned resets, tokens, naks, lost_frames;
    int64_t setup_at, setup_gap;    /* ns: when the last SETUP came, and the shortest time between two */
    bool powered, in_reset;
    /* Control */
    uint8_t setup[8], reply[512];
    unsigned reply_length, reply_at;
    bool stalled, status_due;
    uint8_t toggle0;
    int64_t ready_at;
    /* Endpoint 1, bulk: what comes goes back; 2 IN, interrupt; 3 isochronous, in and out */
    uint8_t toggle_in, toggle_out, toggle_2;
    GByteArray *echo;
    unsigned room;                  /* bytes of echo */
    bool echo_short;                /* the last packet was a full one: an empty one is due */
    const char *report;             /* of endpoint 2, NULL: NAK */
    unsigned iso_in, iso_out;
} TestDevice;

void test_device_init(TestDevice *d);
/* Connect, at that speed at best. */
void test_device_connect(TestDevice *d, bool on, unsigned speed);
/* It is ready to take or give what it did not want to. */
void test_device_ready(TestDevice *d);

#endif
