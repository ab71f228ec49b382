/*
 * Bulk at full speed, see usb_bulk.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#define SIZE USB_PACKET
#define CHUNK 256               /* as much as its FIFO holds */
#define QUALIFIER 0
#define HANDLER otg_fs_handler
#define START usb_start
#include "usb_bulk.h"
