/*
 * What a battery keeps, in a file from run to run: the backup registers and the backup SRAM.
 *
 * The file is written when the memory is different from it: each second of the host, when the machine
 * stops, and at the end.  A new one takes the place of the old one at once, so a crash loses the last
 * second and damages nothing.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CORE_BACKUP_FILE_H
#define STM32_CORE_BACKUP_FILE_H

#include "qom/object.h"

#define TYPE_BACKUP_FILE "stm32-backup-file"
OBJECT_DECLARE_SIMPLE_TYPE(BackupFile, BACKUP_FILE)

typedef enum BackupPart { BACKUP_REGISTERS, BACKUP_SRAM, BACKUP_PARTS } BackupPart;

#define BACKUP_REGISTERS_SIZE 80
#define BACKUP_SRAM_SIZE 4096

/*
 * The file @name, a child of @parent: created if there is none.  NULL, with a line in @errp, if it can't
 * be, or is anything else than a regular file that is empty or a whole and sound backup.
 */
BackupFile *backup_file_open(Object *parent, const char *name, Error **errp);

/* Fill @memory with @part, and keep it from now on.  Registers are words of the host. */
void backup_file_keep(BackupFile *f, BackupPart part, void *memory);

#endif
