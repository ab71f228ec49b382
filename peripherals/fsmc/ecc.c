/*
 * The Hamming code over what is read from or written to a NAND page (RM0090 36.6.6).
 *
 * Two parities for every bit of the number that a data bit has in the page, its byte times 8 and its place in
 * that: bit 2k of ECCR of those whose number has bit k clear, bit 2k + 1 of the others.
 *
 * unsure: that it is not inverted, so an erased page has 0; and what follows a page's last byte: here nothing
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/host-utils.h"
#include "stm32/peripherals/fsmc/state.h"

#define SMALLEST_PAGE 256

void fsmc_ecc_clear(FsmcNand *n)
{
    n->ecc = n->ecc_bytes = 0;
}

static uint32_t parity(uint8_t byte)
{
    return ctpop8(byte) & 1;
}

/* What byte @number of a page of 2^@bits adds. */
static uint32_t code(uint8_t byte, unsigned number, unsigned bits)
{
    static const uint8_t high[] = { 0xaa, 0xcc, 0xf0 };
    uint32_t sum = 0;

    for (unsigned k = 0; k < 3; k++) {
        sum |= parity(byte & ~high[k]) << 2 * k | parity(byte & high[k]) << (2 * k + 1);
    }
    for (unsigned k = 0; parity(byte) && k < bits; k++) {
        sum |= 1u << (2 * (k + 3) + (number >> k & 1));
    }
    return sum;
}

void fsmc_ecc_add(FsmcSlot *slot, uint32_t data, unsigned bytes)
{
    FsmcNand *n = fsmc_nand(slot);
    uint32_t pcr = fsmc_pcr(slot);
    unsigned bits = 8 + MIN(FIELD_EX32(pcr, PCR2, ECCPS), 5u);

    if (!FIELD_EX32(pcr, PCR2, ECCEN)) {
        return;
    }
    for (unsigned i = 0; i < bytes && n->ecc_bytes < 1u << bits; i++) {
        n->ecc ^= code(data >> 8 * i, n->ecc_bytes++, bits);
    }
}
