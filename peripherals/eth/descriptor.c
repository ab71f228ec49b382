/*
 * Descriptors of the Ethernet DMA (RM0090 33.6.2, 33.6.7, 33.6.8): four words, or eight enhanced ones (EDFE);
 * one behind the other (a ring, DSL words apart) or each with the address of the next (a chain).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "stm32/peripherals/eth/state.h"

static uint32_t size(const Eth *s)
{
    return eth_is_enhanced(s) ? 32 : 16;
}

bool eth_descriptor_read(Eth *s, EthDescriptor *d, uint32_t address, bool transmits)
{
    uint32_t *current = &s->parent_obj.regs[transmits ? R_DMACHTDR : R_DMACHRDR];

    *d = (EthDescriptor) { .address = address };
    *current = address;
    if (!eth_read(s, address, d->word, size(s), true, transmits)) {
        return false;
    }
    for (unsigned i = 0; i < ARRAY_SIZE(d->word); i++) {
        le32_to_cpus(&d->word[i]);
    }
    return true;
}

static bool put_words(Eth *s, uint32_t address, uint32_t a, uint32_t b, bool transmits)
{
    uint32_t words[2] = { cpu_to_le32(a), cpu_to_le32(b) };

    return eth_write(s, address, words, sizeof(words), true, transmits);
}

bool eth_descriptor_close(Eth *s, const EthDescriptor *d, uint32_t status, bool transmits)
{
    uint32_t word = cpu_to_le32(status & ~DES0_OWN);

    return eth_write(s, d->address, &word, sizeof(word), true, transmits);
}

bool eth_descriptor_stamp(Eth *s, const EthDescriptor *d, const EthStamp *stamp, bool transmits)
{
    return put_words(s, d->address + (eth_is_enhanced(s) ? 24 : 8), stamp->subseconds, stamp->seconds, transmits);
}

bool eth_descriptor_extend(Eth *s, const EthDescriptor *d, uint32_t rdes4)
{
    uint32_t word = cpu_to_le32(rdes4);

    return eth_write(s, d->address + 16, &word, sizeof(word), true, false);
}

static uint32_t next(const Eth *s, const EthDescriptor *d, bool end, bool chained, unsigned list)
{
    if (end) {
        return s->parent_obj.regs[list] & ~3u;
    }
    if (chained) {
        return d->word[3] & ~3u;
    }
    return d->address + size(s) + 4 * reg_get(s, DMABMR, DSL);
}

uint32_t eth_next_transmit(const Eth *s, const EthDescriptor *d)
{
    return next(s, d, d->word[0] & TDES0_TER, d->word[0] & TDES0_TCH, R_DMATDLAR);
}

uint32_t eth_next_receive(const Eth *s, const EthDescriptor *d)
{
    return next(s, d, d->word[1] & RDES1_RER, d->word[1] & RDES1_RCH, R_DMARDLAR);
}
