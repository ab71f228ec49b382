/*
 * Descriptors that a device has sent: bytes that nobody can trust (USB 2.0 9.5, 9.6).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_USB_DESCRIPTORS_H
#define STM32_BOARD_USB_DESCRIPTORS_H

typedef struct Descriptors {
    uint8_t *data;
    unsigned length;
} Descriptors;

enum {                              /* bDescriptorType */
    DESC_DEVICE = 1, DESC_CONFIGURATION, DESC_STRING, DESC_INTERFACE, DESC_ENDPOINT, DESC_QUALIFIER,
    DESC_OTHER_SPEED, DESC_ASSOCIATION = 11, DESC_BOS = 15, DESC_HID = 0x21, DESC_HID_REPORT,
    DESC_CS_INTERFACE = 0x24, DESC_CS_ENDPOINT,
};

enum { CLASS_AUDIO = 1, CLASS_CDC, CLASS_HID, CLASS_STORAGE = 8, CLASS_CDC_DATA = 10 };

/* The descriptor behind @at, or the first if that is NULL; NULL: no more that is whole. */
const uint8_t *descriptors_next(const Descriptors *d, const uint8_t *at);
/* The same, but NULL as well when the next interface begins. */
const uint8_t *descriptors_in_interface(const Descriptors *d, const uint8_t *at);
/* Setting @alternate of interface @number, or NULL. */
const uint8_t *descriptors_interface(const Descriptors *d, unsigned number, unsigned alternate);
/* The endpoint of @interface with that direction and kind (as bmAttributes), or NULL. */
const uint8_t *descriptors_endpoint(const Descriptors *d, const uint8_t *interface, bool in,
                                    unsigned kind);

static inline unsigned get16(const uint8_t *at)
{
    return at[0] | at[1] << 8;
}

#endif
