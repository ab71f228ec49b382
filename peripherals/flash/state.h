/*
 * The flash interface's state, and what its files have for each other, from the bottom up: store.c
 * (memory that is written like flash), operation.c, art.c, erase.c and program.c, array.c (memories); flash.c
 * has the registers and is the device.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_PERIPHERALS_FLASH_STATE_H
#define STM32_PERIPHERALS_FLASH_STATE_H

#define REGS "stm32/regs/flash.h"
#include "stm32/core/periph.h"
#include "stm32/peripherals/flash/store.h"

#define SR_ERRORS (R_SR_WRPERR_MASK | R_SR_PGAERR_MASK | R_SR_PGPERR_MASK | R_SR_PGSERR_MASK)

/* Where somebody who unlocks a register by two keys has come to. */
typedef struct FlashKeys {
    bool first;                 /* the first key was right */
    bool refused;               /* a key was wrong: locked until the next reset */
} FlashKeys;

/* The lines of 128 bits that the accelerator has; those used last come first. */
#define ART_CODE_LINES 64
#define ART_DATA_LINES 8

typedef struct FlashArt {
    uint32_t code[ART_CODE_LINES], data[ART_DATA_LINES], ahead;
    int64_t ahead_at;           /* when the one that is read ahead is there, cycles */
} FlashArt;

typedef struct Flash {
    Periph parent_obj;
    char *uid;
    BlockBackend *drive;
    FlashStore array, info;     /* main memory; OTP area and the factory's words */
    MemoryRegion option_bytes;
    uint32_t options;           /* as programmed; OPTCR is what is to be programmed next */
    bool wdg_hw;                /* WDG_SW at the last reset */
    FlashKeys cr_keys, optcr_keys;
    int64_t busy_until;         /* while SR.BSY */
    bool erased_cached;         /* with caches on, not flushed since; for a note, in no snapshot */
    FlashArt art;
    bool half;                  /* x64: the first word waits for the second */
    uint32_t half_addr, half_data;
    QEMUTimer *done;            /* runs only if the end raises an interrupt */
    Line irq, wdg_hw_out, reset_on_stop, reset_on_standby;
} Flash;

#define FLASH(obj) ((Flash *)(obj))

/* ---- operation.c ---- */

/* An operation that takes @ns begins; if one is under way it waits for that, as on the bus. */
void flash_begin(Flash *s, int64_t ns);
/* Has the operation that was under way ended since?  @cr has the interrupt enable meanwhile. */
bool flash_settle(Flash *s, uint32_t cr);
/* The operation can't be done: set these flags of SR. */
void flash_fail(Flash *s, uint32_t flags);
/* Report and refuse operations while errors of earlier ones have not been cleared. */
bool flash_errors_pending(Flash *s);
/* Nothing can be programmed or erased in x64 without 8 V at BOOT0, which the board hasn't got. */
void flash_check_supply(Flash *s);

/* ---- erase.c ---- */

/* Is the sector at @addr of the array write-protected? */
bool flash_is_protected(const Flash *s, hwaddr addr);
/* CR.STRT: erase what CR says. */
void flash_erase(Flash *s);
/* Erase everything, protected or not; returns how long it takes. */
int64_t flash_erase_all(Flash *s);
/* How long the erasure of 16 KiB takes with CR.PSIZE. */
int64_t flash_erase_16k_ns(const Flash *s);

/* ---- program.c ---- */

/* The guest writes @size bytes of @data to @addr of @f. */
void flash_program(Flash *s, FlashStore *f, hwaddr addr, uint32_t data, unsigned size,
                   bool protected);

/* ---- art.c ---- */

/* Forget what was kept of code, or of data. */
void flash_art_forget(Flash *s, bool code, bool data);
bool flash_art_needed(void *opaque);

/* ---- array.c ---- */

/* Make the three memories: regions 1 (array), 2 (information block) and 3 (option bytes). */
bool flash_array_init(Flash *s, Error **errp);

#endif
