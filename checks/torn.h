/*
 * Values that are read, changed and written back while an exception writes there, see torn.c.  What is done with each load
 * and store is here.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CHECKS_TORN_H
#define STM32_CHECKS_TORN_H

#include "stm32/core/code/insn.h"

#define TORN_LOADS 4                    /* the last ones, of what runs: a ring; a power of 2 */

typedef struct TornLoad {
    uint32_t pc, address, value;
    uint32_t size;                      /* 0: none */
} TornLoad;

extern TornLoad torn_recent[TORN_LOADS];
extern unsigned torn_newest;
extern uint32_t torn_changed_by[TORN_LOADS];    /* PC of who has stored there since; 0: nobody */
extern bool torn_changes;               /* somebody else has stored to where one of these has loaded */
extern uint64_t torn_filter;            /* a bit for each hash of an address that others have loaded */

/* May what the load at @pc has loaded be changed and stored? */
bool torn_is_possible(uint32_t pc, const Insn *i);
void torn_stored(uint32_t pc, uint32_t address, uint32_t value, unsigned size);

static inline uint64_t torn_bit(uint32_t address)
{
    return 1ull << (address >> 2) % 64;
}

static inline void torn_load(uint32_t pc, uint32_t address, uint32_t value, unsigned size)
{
    torn_newest = (torn_newest + 1) % TORN_LOADS;
    torn_recent[torn_newest] = (TornLoad) { .pc = pc, .address = address, .value = value, .size = size };
    torn_changed_by[torn_newest] = 0;
}

static inline bool torn_store_matters(uint32_t address)
{
    return torn_changes || torn_filter & torn_bit(address);
}

void torn_taken(uint32_t frame, uint32_t pc);
void torn_resumed(uint32_t frame);
void torn_forget(void);

#endif
