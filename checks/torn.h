/*
 * Values that are read, changed and written back while an exception writes there, see torn.c.  What is done with each load
 * and store is here.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CHECKS_TORN_H
#define STM32_CHECKS_TORN_H

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

void torn_stored(uint32_t pc, uint32_t address, unsigned size);

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

static inline void torn_store(uint32_t pc, uint32_t address, unsigned size)
{
    if (unlikely(torn_changes || torn_filter & torn_bit(address))) {
        torn_stored(pc, address, size);
    }
}

void torn_taken(uint32_t frame, uint32_t pc);
void torn_resumed(uint32_t frame);
void torn_forget(void);

#endif
