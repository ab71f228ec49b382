/*
 * What CR and FCR of a stream say (RM0090 10.5.5, 10.5.10).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_PERIPHERALS_DMA_SETTINGS_H
#define STM32_PERIPHERALS_DMA_SETTINGS_H

#include "stm32/peripherals/dma/state.h"

static inline uint32_t dma_cr(Dma *s, unsigned n)
{
    return *dma_reg(s, R_S0CR, n);
}

static inline bool dma_is_direct(Dma *s, unsigned n)
{
    return !(*dma_reg(s, R_S0FCR, n) & R_S0FCR_DMDIS_MASK);
}

/* Bytes in the FIFO that make the memory port move. */
static inline uint32_t dma_threshold(Dma *s, unsigned n)
{
    return 4 * (1 + FIELD_EX32(*dma_reg(s, R_S0FCR, n), S0FCR, FTH));
}

/* Bytes of an item; 3 is reserved.  unsure: taken as a word */
static inline unsigned dma_psize(Dma *s, unsigned n)
{
    return 1 << MIN(FIELD_EX32(dma_cr(s, n), S0CR, PSIZE), 2);
}

static inline unsigned dma_msize(Dma *s, unsigned n)
{
    return 1 << MIN(FIELD_EX32(dma_cr(s, n), S0CR, MSIZE), 2);
}

/* PBURST, MBURST. */
static inline unsigned dma_burst_beats(unsigned burst)
{
    return burst ? 2 << burst : 1;
}

/* Items of a burst: no more than the FIFO holds, whatever is asked for. */
static inline unsigned dma_pburst(Dma *s, unsigned n)
{
    unsigned beats = dma_burst_beats(FIELD_EX32(dma_cr(s, n), S0CR, PBURST));

    return MIN(beats, DMA_FIFO_SIZE / dma_psize(s, n));
}

static inline unsigned dma_mburst(Dma *s, unsigned n)
{
    unsigned beats = dma_burst_beats(FIELD_EX32(dma_cr(s, n), S0CR, MBURST));

    return MIN(beats, DMA_FIFO_SIZE / dma_msize(s, n));
}

static inline unsigned dma_pstep(Dma *s, unsigned n)
{
    if (!(dma_cr(s, n) & R_S0CR_PINC_MASK)) {
        return 0;
    }
    return dma_cr(s, n) & R_S0CR_PINCOS_MASK ? 4 : dma_psize(s, n);
}

static inline unsigned dma_mstep(Dma *s, unsigned n)
{
    return dma_cr(s, n) & R_S0CR_MINC_MASK ? dma_msize(s, n) : 0;
}

static inline unsigned dma_direction(Dma *s, unsigned n)
{
    return FIELD_EX32(dma_cr(s, n), S0CR, DIR);
}

/* Forever, or until the other side says so (PFCTRL)? */
static inline bool dma_is_circular(Dma *s, unsigned n)
{
    return dma_cr(s, n) & R_S0CR_CIRC_MASK && !dma_stream_is_free_running(s, n);
}

/* Does the end of all, or of half of it, interrupt? */
static inline bool dma_tells(Dma *s, unsigned n)
{
    return dma_cr(s, n) & (R_S0CR_HTIE_MASK | R_S0CR_TCIE_MASK);
}

static inline bool dma_peripheral_controls_flow(Dma *s, unsigned n)
{
    return dma_cr(s, n) & R_S0CR_PFCTRL_MASK;
}

static inline unsigned dma_request_of(Dma *s, unsigned n)
{
    return n * DMA_CHANNELS + FIELD_EX32(dma_cr(s, n), S0CR, CHSEL);
}

/* Until when is nobody told of what follows from @request, as who makes it says?  Virtual ns. */
static inline int64_t dma_requester_late_until(const Dma *s, unsigned request)
{
    const DmaLate *late = &s->late[request];

    return late->era == time_era() ? late->until : 0;
}

/* The same of what stream @n moves. */
static inline int64_t dma_late_until(Dma *s, unsigned n)
{
    return dma_requester_late_until(s, dma_request_of(s, n));
}

#endif
