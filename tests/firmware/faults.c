/*
 * Touches what is not there, and polls what is not modelled.
 *
 * Mailbox: 1 number of bus faults that are precise; from 16 on pairs of BFAR and CFSR; 2 value read back
 * from each memory of the chip, or-ed differences (0: all right); 3 CFSR of a store through the write
 * buffer, 4 how often that faulted, 5 stores that had by the next instruction but one; 6 CFSR of an
 * instruction fetch from CCM, 7 of a store to a register that refuses it; 8 what ACTLR keeps; 9 the flash's
 * SR after a store to address 8
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "mailbox.h"

#define ACTLR REG(0xe000e000, 8)
#define DISDEFWBUF 2
#define PRECISERR (1 << 9)
#define IBUSERR (1 << 8)

static volatile uint32_t faults, imprecise, last_cfsr;

/*
 * Step over the load or store (a 16-bit instruction) that faulted; after a call to nowhere go back to the
 * caller, after a store that is behind us just on.
 */
__attribute__((used)) static void record(uint32_t *frame)
{
    uint32_t cfsr = last_cfsr = SCB_CFSR;

    if (cfsr & PRECISERR) {
        mailbox[16 + 2 * faults] = SCB_BFAR;
        mailbox[17 + 2 * faults] = cfsr;
        faults++;
        frame[6] += 2;
    } else if (cfsr & IBUSERR) {
        frame[6] = frame[5] & ~1u;
    } else {
        imprecise++;
    }
    SCB_CFSR = cfsr;
}

__attribute__((naked)) void bus_fault_handler(void)
{
    __asm__ volatile("mrs r0, msp\n b record");
}

static void load(uint32_t address)
{
    register uint32_t a __asm__("r1") = address;

    __asm__ volatile(".align 2\n ldr r2, [r1]\n nop" : : "r"(a) : "r2", "memory");
}

static void store(uint32_t address)
{
    register uint32_t a __asm__("r1") = address;

    __asm__ volatile(".align 2\n str r1, [r1]\n nop" : : "r"(a) : "memory");
}

static void buffered_stores(void)
{
    ACTLR = 0;
    for (unsigned i = 0; i < 3; i++) {
        store(0x30000000);
        __asm__ volatile("dsb");
        mailbox[5] += imprecise == i + 1;
    }
    mailbox[3] = last_cfsr;
    mailbox[4] = imprecise;
    store(FLASH + FLASH_KEYR);          /* a wrong key */
    __asm__ volatile("dsb");
    mailbox[7] = last_cfsr;
    mailbox[4] = imprecise;
}

static void run_in_ccm(void)
{
    *(volatile uint16_t *)0x10000000 = 0x4770;      /* bx lr */
    __asm__ volatile("dsb\n isb");
    last_cfsr = 0;
    ((void (*)(void))0x10000001)();
    mailbox[6] = last_cfsr;
}

int main(void)
{
    static const uint32_t memories[] = {
        0x20000400, 0x2001bffc, 0x2001c000, 0x10000000, 0x1000fffc
    };
    uint32_t wrong = 0;

    for (unsigned i = 0; i < sizeof(memories) / sizeof(memories[0]); i++) {
        *(volatile uint32_t *)memories[i] = memories[i] ^ 0x5a5a5a5a;
    }
    for (unsigned i = 0; i < sizeof(memories) / sizeof(memories[0]); i++) {
        wrong |= *(volatile uint32_t *)memories[i] ^ memories[i] ^ 0x5a5a5a5a;
    }
    mailbox[2] = wrong;
    /* a member of what NULL points to */
    __asm__ volatile("str %0, [%1]" : : "r"(wrong), "r"(8) : "memory");
    mailbox[9] = REG(FLASH, FLASH_SR);

    SCB_SHCSR |= 1 << 17;               /* BUSFAULTENA */
    ACTLR = 0xffffffff;
    mailbox[8] = ACTLR;
    load(0x08100000);                   /* behind the flash */
    load(0x20020000);                   /* behind SRAM2 */
    store(0x10010000);                  /* behind CCM */
    load(0x40007800);                   /* a hole in APB1 */
    store(0x30000000);
    load(0x50061000);
    mailbox[1] = faults;
    buffered_stores();
    run_in_ccm();
    mailbox_finish();
}
