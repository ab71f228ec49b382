/*
 * USB/IP 1.1.1: what goes over the wire, in network byte order (Documentation/usb/usbip_protocol of Linux).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_USB_USBIP_PROTOCOL_H
#define STM32_BOARD_USB_USBIP_PROTOCOL_H

#include "qemu/bswap.h"

#define USBIP_VERSION 0x0111
#define USBIP_BUS_ID "1-1"
#define USBIP_DEV_ID (1 << 16 | 2)

enum { OP_REQ_IMPORT = 0x8003, OP_REP_IMPORT = 3, OP_REQ_DEVLIST = 0x8005, OP_REP_DEVLIST = 5 };
enum { OP_HEADER = 8, OP_BUS_ID = 32, OP_DEVICE = 312 };        /* bytes */
enum { OP_OK, OP_NOT_AVAILABLE };

enum { CMD_SUBMIT = 1, CMD_UNLINK, RET_SUBMIT, RET_UNLINK };
enum { CMD_HEADER = 48, ISO_DESCRIPTOR = 16 };                  /* bytes */
/* Words of a header, of 4 bytes */
enum { W_COMMAND, W_SEQNUM, W_DEVID, W_DIRECTION, W_ENDPOINT,
       W_FLAGS, W_LENGTH, W_START_FRAME, W_PACKETS, W_INTERVAL, W_SETUP,        /* CMD_SUBMIT */
       W_STATUS = W_FLAGS, W_ACTUAL, W_ERRORS = W_INTERVAL,                      /* RET_SUBMIT */
       W_UNLINK = W_FLAGS };                                                     /* CMD_UNLINK */

#define FLAG_ZERO_PACKET 0x40
#define FLAG_SHORT_NOT_OK 1

/* Linux's numbers of errors, whatever the host's are */
enum { LINUX_ENOENT = 2, LINUX_EXDEV = 18, LINUX_EPIPE = 32, LINUX_EPROTO = 71, LINUX_EOVERFLOW = 75,
       LINUX_ECONNRESET = 104, LINUX_ESHUTDOWN = 108, LINUX_ETIMEDOUT = 110, LINUX_EREMOTEIO = 121 };

/* Linux's speeds */
enum { LINUX_LOW = 1, LINUX_FULL, LINUX_HIGH };

static inline uint32_t word(const uint8_t *header, unsigned n)
{
    return ldl_be_p(header + 4 * n);
}

static inline void set_word(uint8_t *header, unsigned n, uint32_t value)
{
    stl_be_p(header + 4 * n, value);
}

#endif
