/*
 * What a stream is set up for that nobody can want: told when it is enabled.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/core/symbols.h"
#include "stm32/peripherals/dma/settings.h"

#define END_OF_RAM 0x40000000
#define VECTORS_SIZE 0x188
#define CCM_BASE 0x10000000     /* from there on it may be memory, as for a request that only gives the pace */

/* A request for data is one for DIR 1, a request with data for DIR 0. */
static void check_direction(Dma *s, unsigned n)
{
    char **name = s->requester[dma_request_of(s, n)];
    bool to_memory = dma_direction(s, n) == DMA_P2M;

    if (name && !name[1] && g_str_has_suffix(*name, to_memory ? ".dma-tx" : ".dma-rx")) {
        periph_mistake(&s->parent_obj, DMA021, "stream %u serves %s, and its DIR says from %s", n, *name,
                       to_memory ? "the peripheral to memory" : "memory to the peripheral");
    }
}

/*
 * Of SPI one byte may be meant for all frames: those that only clock what the other side sends.  And behind memory's
 * address there may be a register (ADC to DAC), or a display.
 */
static void check_increment(Dma *s, unsigned n)
{
    static const char *const for_bytes[] = { "usart", "uart", "i2c", "adc", "dcmi" };
    char **name = s->requester[dma_request_of(s, n)];

    if (!name || name[1] || dma_mstep(s, n) || s->stream[n].items < 2 ||
        *dma_reg(s, R_S0M0AR, n) >= END_OF_RAM) {
        return;
    }
    for (unsigned i = 0; i < ARRAY_SIZE(for_bytes); i++) {
        const char *number = g_str_has_prefix(*name, for_bytes[i]) ? *name + strlen(for_bytes[i]) : "";

        if (g_ascii_isdigit(*number) || *number == '.') {
            periph_mistake(&s->parent_obj, DMA022, "stream %u: all %u items of %s have one place in memory (MINC 0)", n,
                           s->stream[n].items, *name);
        }
    }
}

/* NDTR counts items of PSIZE; what goes beyond the variable that it begins in meets the next one. */
static void check_extent(Dma *s, unsigned n)
{
    uint32_t first = s->stream[n].maddr, bytes = s->stream[n].mleft, room, base;

    if (!dma_mstep(s, n) || dma_cr(s, n) & R_S0CR_PFCTRL_MASK) {
        return;
    }
    room = symbols_object_end(first) - first;
    if (room && room < bytes) {
        periph_mistake(&s->parent_obj, DMA023, "stream %u %s %u bytes from 0x%08x on, and `%s` ends after %u: NDTR counts items, "
                       "here of %u bits (PSIZE)", n, dma_direction(s, n) == DMA_M2P ? "reads" : "writes", bytes, first,
                       symbols_object(first, &base), room, 8 * dma_psize(s, n));
    }
}

/*
 * The peripheral address of a request for data, or with data, is its data register; but of one that is swapped with memory's, or
 * goes on as in memory.  Memory's is not among the vectors, where a pointer of 0 and a byte in its place lead.
 */
static void check_addresses(Dma *s, unsigned n)
{
    static const char *const data[] = { "DR", "DHR", "FIFO", "CDR" };
    char **name = s->requester[dma_request_of(s, n)];
    uint32_t address = *dma_reg(s, R_S0PAR, n), memory = s->stream[n].maddr;
    hwaddr offset, length = 1;
    const Periph *p;
    const char *is = NULL;
    bool right = false;

    if (memory < VECTORS_SIZE) {
        periph_mistake(&s->parent_obj, DMA025, "stream %u has 0x%08x for the memory's address, which is in the vector table", n, memory);
    }
    if (!name || name[1] || g_str_has_prefix(*name, "tim") || memory >= END_OF_RAM || dma_cr(s, n) & R_S0CR_PINC_MASK) {
        return;
    }
    RCU_READ_LOCK_GUARD();
    p = periph_at(address_space_translate(&s->peripheral.as, address, &offset, &length, true, MEMTXATTRS_UNSPECIFIED));
    if (p && offset / 4 < p->n_regs) {
        is = p->reg[offset / 4].name;
    }
    for (unsigned i = 0; i < ARRAY_SIZE(data); i++) {
        right |= is && g_str_has_prefix(is, data[i]);
    }
    if (!right && (p || address < CCM_BASE)) {
        periph_mistake(&s->parent_obj, DMA025, "stream %u serves %s, and its peripheral address 0x%08x (%s) is no data register", n,
                       *name, address, is ?: "nothing");
    }
}

void dma_check_settings(Dma *s, unsigned n)
{
    if (dma_direction(s, n) < DMA_M2M) {
        check_direction(s, n);
        check_increment(s, n);
        check_addresses(s, n);
    }
    check_extent(s, n);
}
