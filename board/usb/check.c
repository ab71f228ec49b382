/*
 * Device, configurations, interfaces, strings, see check.h: USB 2.0 9.6.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/usb/check.h"
#include "stm32/board/usb/check_class.h"
#include "stm32/board/usb/check_endpoint.h"
#include "stm32/board/usb/complain.h"

static bool is_high(const Gadget *g)
{
    return host_bus_speed(&g->bus) == USB_SPEED_HIGH;
}

static bool is_bcd(unsigned value)
{
    for (; value; value >>= 4) {
        if ((value & 15) > 9) {
            return false;
        }
    }
    return true;
}

bool check_packet_size(Gadget *g, unsigned size)
{
    if (is_high(g) ? size != 64 : size != 8 && size != 16 && size != 32 && size != 64) {
        COMPLAIN(g, USB001, "bMaxPacketSize0 is %u; at full speed it is 8, 16, 32 or 64, at high speed 64: "
                 "Linux refuses the device", size);
        return false;
    }
    return true;
}

void check_device(Gadget *g, unsigned length)
{
    const uint8_t *d = g->device;

    if (length < 18 || d[0] != 18) {
        COMPLAIN(g, USB002, "the device descriptor has bLength %u, %u bytes have come; both have to be 18: "
                 "Linux and Windows refuse the device", d[0], length);
    }
    if (d[1] != DESC_DEVICE) {
        COMPLAIN(g, USB003, "the device descriptor has bDescriptorType %u, not 1: Linux refuses the device",
                 d[1]);
    }
    if (length < 18) {
        return;
    }
    check_packet_size(g, d[7]);
    if (!is_bcd(get16(d + 2)) || get16(d + 2) < 0x0100) {
        COMPLAIN(g, USB004, "bcdUSB is 0x%04x; it is a version in BCD", get16(d + 2));
    } else if (is_high(g) && get16(d + 2) < 0x0200) {
        COMPLAIN(g, USB005, "bcdUSB is 0x%04x; a device at high speed has 0x0200 or more", get16(d + 2));
    }
    if (!d[4] && d[5]) {
        COMPLAIN(g, USB006, "bDeviceSubClass is %u though bDeviceClass is 0: it has to be 0 too", d[5]);
    }
    if (!d[17]) {
        COMPLAIN(g, USB007, "bNumConfigurations is 0: Linux and Windows refuse the device");
    }
}

void check_qualifier(Gadget *g, const uint8_t *q, int length)
{
    if (length < 0) {
        if (is_high(g)) {
            COMPLAIN(g, USB008, "no device qualifier: a device at high speed has one, and says with it what "
                     "it is at full speed");
        }
    } else if (length != 10 || q[0] != 10 || q[1] != DESC_QUALIFIER) {
        COMPLAIN(g, USB009, "the device qualifier has bLength %u and type %u, %d bytes have come; 10, 6 and "
                 "10 are right", length ? q[0] : 0, length > 1 ? q[1] : 0, length);
    }
}

/* ---- Configurations ---- */

static void check_header(Gadget *g, const Descriptors *d, unsigned total)
{
    const uint8_t *c = d->data;

    if (c[0] != 9 || c[1] != DESC_CONFIGURATION) {
        COMPLAIN(g, USB010, "the configuration descriptor has bLength %u and type %u, not 9 and 2: Linux "
                 "refuses the configuration", c[0], c[1]);
    }
    if (d->length != total) {
        COMPLAIN(g, USB011, "wTotalLength is %u, but %u bytes have come: Windows refuses the configuration, "
                 "Linux takes what is there", total, d->length);
    }
    if (!c[5]) {
        COMPLAIN(g, USB012, "bConfigurationValue is 0, which is no configuration: to choose it means to be "
                 "unconfigured");
    }
    if (!(c[7] & 0x80) || (c[7] & 0x1f)) {
        COMPLAIN(g, USB013, "bmAttributes of the configuration is 0x%02x; bit 7 has to be set, bits 4 to 0 "
                 "clear", c[7]);
    }
    if (c[8] > 250) {
        COMPLAIN(g, USB014, "bMaxPower is %u, in units of 2 mA: a port has 500 mA, Linux and Windows refuse "
                 "the configuration", c[8]);
    }
}

/* Is every byte part of a descriptor that is long enough? */
static void check_walk(Gadget *g, const Descriptors *d)
{
    unsigned at = 0;

    while (at + 2 <= d->length && d->data[at] >= 2 && at + d->data[at] <= d->length) {
        at += d->data[at];
    }
    if (at < d->length) {
        COMPLAIN(g, USB015, "byte %u of the configuration is the bLength of a descriptor, and is %u; %u "
                 "bytes are left: Linux ignores all that follows", at, d->data[at], d->length - at);
    }
}

static void check_interface(Gadget *g, const Descriptors *d, const uint8_t *i, uint8_t *settings)
{
    if (i[0] != 9) {
        COMPLAIN(g, USB016, "interface %u has bLength %u, not 9", i[2], i[0]);
    }
    if (i[2] >= d->data[4]) {
        COMPLAIN(g, USB017, "there is an interface %u, but bNumInterfaces is %u: numbers count from 0, "
                 "Windows refuses the configuration", i[2], d->data[4]);
    }
    if (descriptors_interface(d, i[2], i[3]) != i) {
        COMPLAIN(g, USB018, "interface %u has two alternate settings %u: Linux ignores the second", i[2], i[3]);
    }
    settings[i[2]]++;
    check_endpoints(g, d, i);
    check_class(g, d, i);
}

static void check_association(Gadget *g, const Descriptors *d, const uint8_t *a)
{
    const uint8_t *dev = g->device;

    if (!a[3] || a[2] + a[3] > d->data[4]) {
        COMPLAIN(g, USB019, "an association has interfaces %u to %d, bNumInterfaces is %u", a[2],
                 a[2] + a[3] - 1, d->data[4]);
    }
    if (dev[4] != 0xef || dev[5] != 2 || dev[6] != 1) {
        COMPLAIN(g, USB020, "there is an interface association, so the device's class, subclass and "
                 "protocol have to be 239, 2, 1, not %u, %u, %u: Windows would not see its functions", dev[4],
                 dev[5], dev[6]);
    }
}

void check_configuration(Gadget *g, const Descriptors *d, unsigned total)
{
    uint8_t settings[256] = {};
    unsigned count = 0;

    check_header(g, d, total);
    check_walk(g, d);
    for (const uint8_t *at = NULL; (at = descriptors_next(d, at));) {
        if (at[1] == DESC_INTERFACE) {
            check_interface(g, d, at, settings);
        } else if (at[1] == DESC_ASSOCIATION) {
            check_association(g, d, at);
        }
    }
    for (unsigned i = 0; i < 256; i++) {
        count += settings[i] != 0;
        if (settings[i] && !descriptors_interface(d, i, 0)) {
            COMPLAIN(g, USB021, "interface %u has no alternate setting 0, which is the one it begins with", i);
        }
    }
    if (count != d->data[4]) {
        COMPLAIN(g, USB022, "bNumInterfaces is %u, but there are %u: Windows refuses the configuration",
                 d->data[4], count);
    }
}

/* ---- Strings ---- */

void check_string(Gadget *g, unsigned index, const uint8_t *s, unsigned length)
{
    if (length < 2 || s[1] != DESC_STRING || s[0] != length) {
        COMPLAIN(g, USB023, "string %u has bLength %u and type %u, %u bytes have come; its length, 3 and "
                 "its length are right: Linux shows no such string", index, length ? s[0] : 0,
                 length > 1 ? s[1] : 0, length);
    } else if (length % 2) {
        COMPLAIN(g, USB024, "string %u has bLength %u; characters have two bytes (UTF-16), so it is even",
                 index, length);
    } else if (!index && length < 4) {
        COMPLAIN(g, USB025, "string 0 names no language: Linux and Windows show no strings");
    } else if (!index && !(get16(s + 2) & 0x3ff)) {
        COMPLAIN(g, USB026, "string 0 names the language 0x%04x, which is none", get16(s + 2));
    }
}
