/*
 * What the parts of the memory controller share.  From the bottom:
 *
 *   lines.c    its pins: which of them are routed, and the names of those that are not
 *   timing.c   how long a cycle is, and what FEMPT says
 *   access.c   how long the core waits for an access, with timing=approximate
 *   wait.c     NWAIT
 *   ecc.c      the Hamming code of what NAND pages carry
 *   wiring.c   what of a part is reached as the registers and pins are, and what is wrong with it
 *   cycle.c    single cycles at a select, and what an access is made of
 *   bank1.c    the four regions of NE1 to NE4
 *   nand.c     banks 2 and 3, and 4, the PC Card
 *   windows.c  what is seen of the banks in the chip's memory
 *   fsmc.c     registers and interrupts
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_PERIPHERALS_FSMC_STATE_H
#define STM32_PERIPHERALS_FSMC_STATE_H

#define REGS "stm32/regs/fsmc.h"
#include "stm32/core/periph.h"
#include "stm32/core/counter.h"
#include "stm32/core/fsmc/part.h"

#define FSMC_REGION_SIZE 0x04000000     /* of NEx, and of a space of banks 2 to 4 */
#define FSMC_BANK_SIZE 0x10000000
#define FSMC_ADDRESS_LINES 26
#define FSMC_DATA_LINES 16
#define FSMC_LINES (FSMC_ADDRESS_LINES + 2 * FSMC_DATA_LINES + 24)

/* What nobody drives.  unsure: it may be what was there last */
#define FSMC_FLOATING 0xffff

/* One of its pins. */
typedef struct FsmcLine {
    Signal signal;
    PinFollower follower;       /* for where it is routed */
    bool routed;
    struct Fsmc *s;
} FsmcLine;

/* A select, and what is behind it. */
typedef struct FsmcSlot {
    struct Fsmc *s;
    FsmcSelect select;
    FsmcPart *part;
    FsmcPartClass *class;       /* the part's */
    /* as registers and pins are now, see wiring.c: */
    bool wide;                  /* 16 bits a cycle */
    bool reads, writes;         /* it notices, */
    bool registers, io_reads, io_writes;        /* ... also in the spaces of a card with NREG, and I/O */
    bool lanes;                 /* it gets NBL0 and NBL1, or both selects of a card */
    uint16_t data;              /* lines that reach it */
    uint32_t address;
    hwaddr suspicious;          /* an address that is a mistake most likely, see wiring.c */
    bool told, timed[2];        /* what is wrong has been said, with reads and with writes that are too fast */
    MemoryRegion window, memory;        /* trapped; and as memory, over it */
    bool has_memory;
} FsmcSlot;

/* Of banks 2 to 4. */
typedef struct FsmcNand {
    uint32_t ecc;               /* parities, as ECCR has them */
    uint32_t ecc_bytes;         /* that are in it */
    uint64_t fifo_empty;        /* HCLK tick from which on */
    bool interrupt;             /* the level of its INT pin as it was */
} FsmcNand;

/* With timing=approximate */
typedef struct FsmcAccess {
    int64_t free;               /* cycle from which on another access can begin */
    int64_t held;               /* cycles for which NWAIT has held that of the core that is under way; in no snapshot */
} FsmcAccess;

typedef struct Fsmc {
    Periph parent_obj;
    FsmcBus bus;
    Counter hclk;
    Line irq;
    FsmcLine line[FSMC_LINES];
    void (*routed_anew)(void *opaque);
    FsmcSlot slot[FSMC_SELECTS];
    FsmcNand nand[3];
    MemoryRegion bank1;         /* of the four regions */
    FsmcAccess access;
} Fsmc;

#define FSMC(obj) ((Fsmc *)(obj))

static inline bool fsmc_is_dead(const Fsmc *s)
{
    return s->parent_obj.held || !clock_is_enabled(s->parent_obj.clk);
}

static inline FsmcNand *fsmc_nand(FsmcSlot *slot)
{
    return &slot->s->nand[slot->select - FSMC_NCE2];
}

/* BCR1 of NE1 ..., BTR1, BWTR1; PCR2 of NCE2 ... */
static inline uint32_t fsmc_bcr(const FsmcSlot *slot)
{
    return slot->s->parent_obj.regs[R_BCR1 + 2 * slot->select];
}

static inline uint32_t fsmc_btr(const FsmcSlot *slot)
{
    return slot->s->parent_obj.regs[R_BTR1 + 2 * slot->select];
}

static inline uint32_t fsmc_bwtr(const FsmcSlot *slot)
{
    return slot->s->parent_obj.regs[R_BWTR1 + 2 * slot->select];
}

#define FSMC_PCR(select) (R_PCR2 + 8 * ((select) - FSMC_NCE2))
#define FSMC_SR(select) (FSMC_PCR(select) + 1)

static inline uint32_t fsmc_pcr(const FsmcSlot *slot)
{
    return slot->s->parent_obj.regs[FSMC_PCR(slot->select)];
}

static inline bool fsmc_is_ne(const FsmcSlot *slot)
{
    return slot->select <= FSMC_NE4;
}

/* ---- lines.c ---- */

void fsmc_lines_init(Fsmc *s, void (*changed)(void *opaque));
/* The line @name, which there is. */
Signal *fsmc_line(Fsmc *s, const char *name);
/* Those routed: bit n of Dn; of An. */
uint32_t fsmc_data_lines(Fsmc *s);
uint32_t fsmc_address_lines(Fsmc *s);
bool fsmc_line_is_routed(Fsmc *s, const char *name);
/* The line of @select; the second of a PC Card is left out. */
const char *fsmc_select_line(FsmcSelect select);
/* Those of @part that are not routed to any pin: "noe (PD4), d0 (PD14)", or "". */
char *fsmc_missing_lines(Fsmc *s, const FsmcPart *part);

/* ---- timing.c ---- */

/* How long a cycle that reads, and one that writes, takes at NEx, in HCLK cycles; one of the other banks. */
unsigned fsmc_read_cycles(const FsmcSlot *slot);
unsigned fsmc_write_cycles(const FsmcSlot *slot);
unsigned fsmc_nand_cycles(const FsmcSlot *slot, FsmcSpace space);
/* By @timing, BTR or BWTR, as it is used: is the address held, in mode D and with a multiplexed bus? */
bool fsmc_holds_address(const FsmcSlot *slot, uint32_t timing);
/* A note if the part can't follow a write or read. */
void fsmc_check_timing(FsmcSlot *slot, bool write);
/* So many cycles of a write to banks 2 to 4 are put off in their FIFO; is that empty? */
void fsmc_fifo_fill(FsmcSlot *slot, FsmcSpace space, unsigned cycles);
bool fsmc_fifo_is_empty(Fsmc *s, FsmcSelect select);

/* ---- access.c ---- */

extern const VMStateDescription fsmc_access_vmstate;

/* ---- wait.c ---- */

/* May an access wait for the part that is there?  Then it is not memory. */
bool fsmc_may_wait(FsmcSlot *slot);
/* Before an access, of the core or of a DMA: it waits if it has to. */
void fsmc_wait(FsmcSlot *slot, bool write, bool core);
/* A note if it waits for ever. */
void fsmc_check_wait(FsmcSlot *slot);

/* ---- ecc.c ---- */

void fsmc_ecc_clear(FsmcNand *n);
/* Data has been read or written. */
void fsmc_ecc_add(FsmcSlot *slot, uint32_t data, unsigned bytes);

/* ---- wiring.c ---- */

/* 16 bits in a cycle, by its registers. */
bool fsmc_is_wide(const FsmcSlot *slot);
/* Find out anew what reaches its part, and map that if it is memory. */
void fsmc_wire(FsmcSlot *slot);
/* Say what is wrong with what the guest has just used, once. */
void fsmc_tell(FsmcSlot *slot);
/* It has used the address that is suspicious. */
void fsmc_tell_shift(FsmcSlot *slot);

/* ---- cycle.c ---- */

uint64_t fsmc_cycles_read(FsmcSlot *slot, FsmcSpace space, hwaddr addr, unsigned size);
void fsmc_cycles_write(FsmcSlot *slot, FsmcSpace space, hwaddr addr, uint64_t data, unsigned size);

/* ---- bank1.c, nand.c ---- */

MemTxResult fsmc_region_read(FsmcSlot *slot, hwaddr addr, uint64_t *data, unsigned size);
MemTxResult fsmc_region_write(FsmcSlot *slot, hwaddr addr, uint64_t data, unsigned size);
MemTxResult fsmc_nand_read(FsmcSlot *slot, hwaddr addr, uint64_t *data, unsigned size);
MemTxResult fsmc_nand_write(FsmcSlot *slot, hwaddr addr, uint64_t data, unsigned size);
/* The space that is at @offset of a bank. */
FsmcSpace fsmc_space_at(uint32_t offset);
/* Its INT pin is @level: sets flags. */
void fsmc_nand_interrupt(FsmcSlot *slot, bool level);

/* ---- windows.c ---- */

void fsmc_windows_init(Fsmc *s);
/* There is a part, which may be memory. */
void fsmc_windows_add(FsmcSlot *slot);

#endif
