/*
 * Files of records: a line each, of bytes as two hexadecimal digits.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CORE_IMAGE_RECORDS_H
#define STM32_CORE_IMAGE_RECORDS_H

#include "stm32/core/image/memory.h"

#define RECORD_MAX_BYTES 261

typedef struct Record {
    unsigned line;              /* of the file, from 1 on */
    const char *mark;           /* the characters before the bytes */
    uint8_t byte[RECORD_MAX_BYTES];
    unsigned bytes;
    uint8_t sum;                /* of all bytes */
} Record;

typedef enum RecordStep { RECORD_GOOD, RECORD_END, RECORD_BAD } RecordStep;

/*
 * The next record from *@at on, of which @marks characters are no bytes; empty lines are passed over.
 * RECORD_BAD: the line is none, or longer than any; RECORD_END: the file ends here.
 */
RecordStep record_next(const Image *image, size_t *at, unsigned marks, Record *record);

/* "'name' line 7 is not a sound KIND record": for RECORD_BAD and what is wrong with one. */
bool record_is_bad(const Image *image, const Record *record, const char *kind, Error **errp);

#endif
