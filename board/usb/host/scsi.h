/*
 * Mass storage: SCSI commands by bulk-only transport.  Called from coroutines, one command at a time.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_USB_HOST_SCSI_H
#define STM32_BOARD_USB_HOST_SCSI_H

#include "stm32/board/usb/host/class.h"

typedef struct Scsi {
    HostClass *class;
    unsigned in, out;               /* endpoints */
    uint32_t tag;
    Transfer *now;                  /* under way; may be cancelled */
    bool lost;                      /* the device and we do not agree on where we are: to be reset */
    /* What it is, since scsi_start() */
    uint32_t blocks, block_size;
    bool protected;
} Scsi;

/* Ask what it is.  False: it cannot be used, which has been said. */
bool coroutine_fn scsi_start(Scsi *s);
/* Move blocks; 0 or a negative errno. */
int coroutine_fn scsi_move(Scsi *s, bool write, uint32_t block, unsigned count, void *data);

#endif
