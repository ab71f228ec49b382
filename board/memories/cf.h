/*
 * CompactFlash: what its files share.  compactflash.c is the card at the bus, over cf_ata.c, its registers and
 * commands, and cf_cis.c, what it says of itself in attribute memory.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_MEMORIES_CF_H
#define STM32_BOARD_MEMORIES_CF_H

#include "hw/qdev-core.h"
#include "migration/vmstate.h"
#include "qemu/timer.h"
#include "system/block-backend.h"

#define CF_SECTOR 512
#define CF_HEADS 16
#define CF_SECTORS 63           /* of a track */

/* Registers of the task file, by their offset. */
typedef enum CfReg {
    CF_DATA, CF_ERROR, CF_COUNT, CF_NUMBER, CF_CYLINDER_LOW, CF_CYLINDER_HIGH, CF_HEAD, CF_STATUS,
    CF_ALT_STATUS = 14, CF_DRIVE_ADDRESS = 15,
} CfReg;

#define CF_BSY 0x80
#define CF_RDY 0x40
#define CF_DSC 0x10
#define CF_DRQ 0x08
#define CF_ERR 0x01

typedef enum CfPhase { CF_IDLE, CF_COMMAND, CF_DATA_IN, CF_DATA_OUT, CF_STORES } CfPhase;

typedef struct CfAta {
    BlockBackend *drive;
    uint64_t sectors;
    DeviceState *dev;           /* for reports */
    QEMUTimer *timer;
    void (*changed)(void *opaque);      /* the interrupt, or BSY */
    void *opaque;
    uint32_t phase;             /* CfPhase */
    uint8_t reg[8];             /* as written; of CF_ERROR the features, of CF_STATUS the command */
    uint8_t status, error, control;
    bool irq;
    uint32_t at;                /* the byte that is next */
    uint32_t left;              /* sectors, with the one under way */
    uint8_t buffer[CF_SECTOR];
} CfAta;

bool cf_ata_init(CfAta *a, DeviceState *dev, Error **errp);
void cf_ata_reset(CfAta *a);
uint8_t cf_ata_read(CfAta *a, CfReg n);
void cf_ata_write(CfAta *a, CfReg n, uint8_t value);
/* A byte of the data register, or both: @bytes is 1 or 2. */
uint16_t cf_ata_read_data(CfAta *a, unsigned bytes);
void cf_ata_write_data(CfAta *a, uint16_t data, unsigned bytes);
bool cf_ata_interrupts(const CfAta *a);
extern const VMStateDescription cf_ata_vmstate;

/* Byte @n of the Card Information Structure. */
uint8_t cf_cis(unsigned n);

#endif
