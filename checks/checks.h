/*
 * Checks of what the firmware does that no peripheral can see: memory, time, threads.
 *
 *   -machine checks=memory:time:concurrency:rtos        or checks=all
 *
 * They look at loads and stores, at instructions that move the stack pointer, and at exceptions, through QEMU's
 * interface for plugins and a few hooks of our patches.  What is not asked for costs nothing: the code that is
 * translated is the same.  They report mistakes (core/mistake/), and change nothing of the guest's.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CHECKS_CHECKS_H
#define STM32_CHECKS_CHECKS_H

#include "exec/memory.h"

/* Take over what the option says.  False with one line in @errp. */
bool checks_set(const char *option, Error **errp);

/* The longest time that interrupts may be off ("200us"), for checks=time.  False with one line in @errp. */
bool checks_set_bound(const char *option, Error **errp);

/* The chip as the checks have to know it. */
typedef struct ChecksChip {
    MemoryRegion *ram[4];               /* mapped where the core has them; NULL: no more */
    uint32_t flash_alias;               /* bytes from 0 on that show what the chip starts from */
    const uint8_t *periodic;            /* numbers of interrupts that come by time, ... */
    unsigned n_periodic, n_interrupts;  /* ... so many; and of all */
    uint32_t bootloader, bootloader_size;       /* system memory */
    uint32_t bootloader_ram;            /* bytes from the beginning of RAM on that its program uses */
    char *(*wrong_for_bootloader)(void);        /* what is not as after a reset, to be freed; NULL: all is */
} ChecksChip;

/* When the core has been made: begin with what was asked for.  What @chip points to stays. */
void checks_begin(const ChecksChip *chip);

/* A snapshot has been loaded: what was noted is of another past. */
void checks_forget(void);

#endif
