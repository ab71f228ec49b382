/*
 * Touches what is not there.
 *
 * Mailbox: 1 number of bus faults; from 16 on pairs of BFAR and CFSR; 2 value read back from each
 * memory of the chip, or-ed differences (0: all right)
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "mailbox.h"

static volatile uint32_t faults;

/* Step over the load or store (a 16-bit instruction) that faulted. */
__attribute__((used)) static void record(uint32_t *frame)
{
    mailbox[16 + 2 * faults] = SCB_BFAR;
    mailbox[17 + 2 * faults] = SCB_CFSR;
    SCB_CFSR = SCB_CFSR;
    faults++;
    frame[6] += 2;
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

    SCB_SHCSR |= 1 << 17;               /* BUSFAULTENA */
    load(0x08100000);                   /* behind the flash */
    load(0x20020000);                   /* behind SRAM2 */
    store(0x10010000);                  /* behind CCM */
    load(0x40007800);                   /* a hole in APB1 */
    store(0x30000000);
    load(0x50061000);
    mailbox[1] = faults;
    mailbox_finish();
}
