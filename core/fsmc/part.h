/*
 * What can be soldered to a static memory controller: a memory, a display, a NAND flash, a PC Card.
 *
 * A FsmcPart sits at the controller's bus `fsmc` and says by which select (`bank=ne1` ... `ne4`, `nce2`,
 * `nce3`, `nce4`) it is reached and which lines it is wired to.  The controller calls it with what the lines
 * carry in a cycle: address lines, data, byte lanes.  A memory may offer its bytes as a MemoryRegion, which
 * the controller maps while everything between is right: that has the speed of RAM, and can hold code.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CORE_FSMC_PART_H
#define STM32_CORE_FSMC_PART_H

#include "hw/qdev-core.h"
#include "exec/memory.h"

typedef enum FsmcSelect {
    FSMC_NE1, FSMC_NE2, FSMC_NE3, FSMC_NE4, FSMC_NCE2, FSMC_NCE3, FSMC_NCE4, FSMC_SELECTS
} FsmcSelect;

/* Spaces of a PC Card; everything else has the first alone. */
typedef enum FsmcSpace { FSMC_COMMON, FSMC_ATTRIBUTE, FSMC_IO } FsmcSpace;

#define TYPE_FSMC_PART "stm32-fsmc-part"
OBJECT_DECLARE_TYPE(FsmcPart, FsmcPartClass, FSMC_PART)

struct FsmcPart {
    DeviceState parent_obj;
    char *bank;                 /* property: "ne1" */
    uint32_t width;             /* property: data lines, 8 or 16 */
    /* set when it is realized, by the part itself: */
    FsmcSelect select;
    uint32_t address_lines;     /* bit n: it is wired to An */
    uint32_t register_select;   /* the one of them that is not an address but says what is meant */
    bool byte_lanes;            /* ... to NBL0 and NBL1 */
    bool multiplexed;           /* ... to NADV, and latches its address from the data lines */
    bool flash;                 /* it takes commands: a byte of a word can't be written */
    uint32_t read_ns, write_ns; /* the shortest cycle that it can follow; 0: any */
};

struct FsmcPartClass {
    DeviceClass parent_class;
    bool nand;                  /* for NCE2 and NCE3: A16 is its CLE, A17 its ALE; */
    bool card;                  /* ... for NCE4: a PC Card; else for NEx */
    /* Check properties and get ready; then it is put at the bus. */
    bool (*prepare)(FsmcPart *part, Error **errp);
    /* Optional: its bytes. */
    MemoryRegion *(*memory)(FsmcPart *part);
    /* Optional: the controller waits until it is ready, and it is at once; ns that this takes. */
    int64_t (*finish)(FsmcPart *part);
    /* A cycle.  @lanes: bit 0 of D0 to D7, bit 1 of D8 to D15. */
    uint16_t (*read)(FsmcPart *part, FsmcSpace space, uint32_t address);
    /* Optional: one of a byte alone, where @address says which half of the data lines has it. */
    uint8_t (*read_byte)(FsmcPart *part, FsmcSpace space, uint32_t address);
    void (*write)(FsmcPart *part, FsmcSpace space, uint32_t address, uint16_t data, unsigned lanes);
};

#define TYPE_FSMC_BUS "stm32-fsmc-bus"
OBJECT_DECLARE_SIMPLE_TYPE(FsmcBus, FSMC_BUS)

struct FsmcBus {
    BusState parent_obj;
    FsmcPart *part[FSMC_SELECTS];
    void (*changed)(void *opaque);      /* there is a new part */
    void *opaque;
};

#endif
