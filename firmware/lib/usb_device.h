/*
 * A USB device by its interrupt, on OTG_FS, or on OTG_HS with a high-speed PHY and DMA: what guest programs of
 * several classes share.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef FIRMWARE_USB_DEVICE_H
#define FIRMWARE_USB_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#define USB_PACKET 64            /* bytes: of bulk at full speed, and of endpoint 0 */
#define USB_HIGH_PACKET 512     /* ... at high speed */
#define USB_HIGH_TRANSFER 4096  /* what usb_take() takes there at once, a multiple of it */
#define USB_STRING 62           /* characters of a string */

enum { USB_CONTROL, USB_ISOCHRONOUS, USB_BULK, USB_INTERRUPT };

struct usb_setup {
    uint8_t type, request;
    uint16_t value, index, length;
};

/* What a program is.  All of its functions are called from the interrupt. */
struct usb_program {
    const uint8_t *device, *configuration, *qualifier;
    const char *const *strings;     /* from 1 on; 0 is not used */
    unsigned n_strings;
    uint8_t *data;                  /* for a request's data that come OUT, if they can be more than a packet */
    unsigned data_size;
    bool polled;                    /* usb_interrupt() is called again and again, and there is no interrupt */
    void (*configured)(void);       /* open endpoints here */
    /* A request that is not a standard one, with what has come OUT, if that is what it has: answered? */
    bool (*request)(const struct usb_setup *setup, const uint8_t *data);
    void (*sent)(unsigned endpoint);
    void (*received)(unsigned endpoint, const uint8_t *data, unsigned length);
};

/* On the bus, with 168 MHz; at high speed there has to be a PHY at the ULPI. */
void usb_start(const struct usb_program *program);
void usb_start_high_speed(const struct usb_program *program);
/* What the handler of the core's interrupt calls. */
void usb_interrupt(void);

void usb_open_in(unsigned endpoint, unsigned type, unsigned size);
void usb_open_out(unsigned endpoint, unsigned type, unsigned size);
/*
 * Packets, at full speed up to 256 bytes of them; sent() tells that it has gone, until then @data have to stay.
 * Isochronous: in the next frame.
 */
void usb_send(unsigned endpoint, const void *data, unsigned length);
/* Take one packet, at high speed USB_HIGH_TRANSFER or less: received() tells. */
void usb_take(unsigned endpoint);
void usb_stall_in(unsigned endpoint);
void usb_stall_out(unsigned endpoint);
/* From request(): this is the answer. */
void usb_answer(const void *data, unsigned length);
/* The last answer has gone, and the host has taken it. */
bool usb_answered(void);

#endif
