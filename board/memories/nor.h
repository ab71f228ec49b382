/*
 * NOR flash: what it says of itself, for nor.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_MEMORIES_NOR_H
#define STM32_BOARD_MEMORIES_NOR_H

#define NOR_BLOCK (128 * 1024)          /* bytes */
#define NOR_BUFFER 32                   /* cycles of a write buffer */

/* Word @n of the identity of one of @bytes, of its CFI table. */
uint16_t nor_identity(unsigned n, uint64_t bytes);
uint16_t nor_cfi(unsigned n, uint64_t bytes);

#endif
