/*
 * Bulk at high speed, by DMA, see usb_bulk.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#define SIZE USB_HIGH_PACKET
#define CHUNK USB_HIGH_TRANSFER
#define QUALIFIER qualifier
#define HANDLER otg_hs_handler
#define START usb_start_high_speed
#include "usb_bulk.h"
