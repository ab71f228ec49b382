/*
 * How a guest program tells a test what it saw: words at a fixed place of SRAM2.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef FIRMWARE_MAILBOX_H
#define FIRMWARE_MAILBOX_H

#define MAILBOX_ADDRESS 0x2001f800
#define MAILBOX_WORDS 256
#define MAILBOX_DONE 0x600dd00e         /* in word 0: everything is reported */

#ifdef __arm__
#include <stdint.h>
#define mailbox ((volatile uint32_t *)MAILBOX_ADDRESS)

__attribute__((noreturn)) static inline void mailbox_finish(void)
{
    mailbox[0] = MAILBOX_DONE;
    for (;;) {
        __asm__ volatile("");
    }
}
#endif
#endif
