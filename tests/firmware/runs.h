/*
 * What the two of runs.c share.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "mailbox.h"

#define SIZE 6000

extern uint8_t in[2][SIZE];             /* what comes by SPI1 and SPI2 */

/* Put it into the sum of all that has been seen. */
void add(uint32_t word);

/* Let some time pass, at most until the next look. */
void wait_for_look(void);
