/*
 * What classes want of an interface, see check_class.h: CDC 1.2 and PSTN 1.2, HID 1.11, mass storage bulk-only 1.0.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/usb/check_class.h"
#include "stm32/board/usb/complain.h"

enum { CDC_HEADER = 0, CDC_CALL_MANAGEMENT = 1, CDC_ACM = 2, CDC_UNION = 6 };

static bool has_data_endpoints(const Descriptors *d, unsigned number)
{
    for (unsigned alternate = 0; alternate < 4; alternate++) {
        const uint8_t *data = descriptors_interface(d, number, alternate);

        if (data && descriptors_endpoint(d, data, true, TRANSFER_BULK) &&
            descriptors_endpoint(d, data, false, TRANSFER_BULK)) {
            return true;
        }
    }
    return false;
}

static void check_union(Gadget *g, const Descriptors *d, const uint8_t *i, const uint8_t *u)
{
    if (u[0] < 5) {
        COMPLAIN(g, USB027, "the union of interface %u has bFunctionLength %u", i[2], u[0]);
    } else if (u[3] != i[2]) {
        COMPLAIN(g, USB028, "the union in interface %u names %u as the one that controls: it has to be the "
                 "interface it is in", i[2], u[3]);
    } else if (!has_data_endpoints(d, u[4])) {
        COMPLAIN(g, USB029, "the union of interface %u names %u as the interface of its data, which has no "
                 "bulk IN and OUT endpoint: Linux makes no terminal of it", i[2], u[4]);
    }
}

static void check_cdc_acm(Gadget *g, const Descriptors *d, const uint8_t *i)
{
    const uint8_t *header = NULL, *acm = NULL, *join = NULL, *first = NULL;

    for (const uint8_t *at = i; (at = descriptors_in_interface(d, at));) {
        if (at[1] == DESC_CS_INTERFACE) {
            first = first ?: at;
            header = at[2] == CDC_HEADER ? at : header;
            acm = at[2] == CDC_ACM ? at : acm;
            join = at[2] == CDC_UNION ? at : join;
        }
    }
    if (!header || header != first || header[0] != 5) {
        COMPLAIN(g, USB030, "the functional descriptors of interface %u do not begin with a header of 5 "
                 "bytes", i[2]);
    }
    if (!acm || acm[0] != 4) {
        COMPLAIN(g, USB031, "interface %u has no ACM descriptor of 4 bytes: a host does not know that it "
                 "may set the line coding", i[2]);
    }
    if (join) {
        check_union(g, d, i, join);
    } else {
        COMPLAIN(g, USB032, "interface %u has no union, which names the interface of its data: Linux and "
                 "Windows have to guess", i[2]);
    }
    if (!descriptors_endpoint(d, i, true, TRANSFER_INTERRUPT)) {
        COMPLAIN(g, USB033, "interface %u has no interrupt IN endpoint for notifications: Linux and Windows "
                 "make no terminal of it", i[2]);
    }
}

static void check_hid(Gadget *g, const Descriptors *d, const uint8_t *i)
{
    const uint8_t *hid = NULL;

    for (const uint8_t *at = i; (at = descriptors_in_interface(d, at));) {
        hid = at[1] == DESC_HID ? at : hid;
    }
    if (!hid) {
        COMPLAIN(g, USB034, "interface %u is a HID, and has no HID descriptor: Linux and Windows refuse the "
                 "interface", i[2]);
    } else if (hid[0] != 6 + 3 * hid[5] || hid[6] != DESC_HID_REPORT) {
        COMPLAIN(g, USB035, "the HID descriptor of interface %u has bLength %u and names %u descriptors, "
                 "the first of type 0x%02x", i[2], hid[0], hid[5], hid[6]);
    }
    if (!descriptors_endpoint(d, i, true, TRANSFER_INTERRUPT)) {
        COMPLAIN(g, USB036, "interface %u is a HID, and has no interrupt IN endpoint: Linux and Windows "
                 "refuse the interface", i[2]);
    }
}

/* Bulk-only 4.1.1: twelve hexadecimal digits at least. */
static bool is_serial_number(const char *serial)
{
    unsigned length = strlen(serial);

    for (const char *c = serial; *c; c++) {
        if (!g_ascii_isdigit(*c) && (*c < 'A' || *c > 'F')) {
            return false;
        }
    }
    return length >= 12;
}

static void check_storage(Gadget *g, const Descriptors *d, const uint8_t *i)
{
    const char *serial = g->string[g->device[16]];

    if (!descriptors_endpoint(d, i, true, TRANSFER_BULK) ||
        !descriptors_endpoint(d, i, false, TRANSFER_BULK)) {
        COMPLAIN(g, USB037, "interface %u is mass storage, and has no bulk IN and OUT endpoint: Linux and "
                 "Windows refuse it", i[2]);
    }
    if (!serial || !is_serial_number(serial)) {
        guest_mistake(g->path, USB038, "mass storage has a serial number of 12 digits 0-9, A-F or more");
    }
}

void check_class(Gadget *g, const Descriptors *d, const uint8_t *i)
{
    if (i[5] == CLASS_CDC && i[6] == 2) {
        check_cdc_acm(g, d, i);
    } else if (i[5] == CLASS_HID) {
        check_hid(g, d, i);
    } else if (i[5] == CLASS_STORAGE && i[7] == 0x50) {
        check_storage(g, d, i);
    }
}
