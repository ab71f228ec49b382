/*
 * Channels of an OTG host: what channel.c, transaction.c and schedule.c share.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_PERIPHERALS_OTG_CHANNELS_H
#define STM32_PERIPHERALS_OTG_CHANNELS_H

#include "stm32/peripherals/otg/state.h"

#define CHAR(field) R_HCCHAR0_##field##_MASK
#define INT(field) R_HCINT0_##field##_MASK
#define CHANNEL(field, s, n) FIELD_EX32(HCCHAR(s, n), HCCHAR0, field)

static inline unsigned channel_type(const Otg *s, unsigned n)
{
    return CHANNEL(EPTYP, s, n);
}

static inline bool channel_is_periodic(const Otg *s, unsigned n)
{
    return channel_type(s, n) == EP_ISOCHRONOUS || channel_type(s, n) == EP_INTERRUPT;
}

static inline unsigned channel_max_packet(const Otg *s, unsigned n)
{
    return MIN(CHANNEL(MPSIZ, s, n), USB_MAX_PACKET);
}

static inline unsigned channel_xfrsiz(const Otg *s, unsigned n)
{
    return FIELD_EX32(HCTSIZ(s, n), HCTSIZ0, XFRSIZ);
}

static inline unsigned channel_pktcnt(const Otg *s, unsigned n)
{
    return FIELD_EX32(HCTSIZ(s, n), HCTSIZ0, PKTCNT);
}

static inline unsigned channel_dpid(const Otg *s, unsigned n)
{
    return FIELD_EX32(HCTSIZ(s, n), HCTSIZ0, DPID);
}

/* Transactions in a (micro)frame; 0, which is reserved, goes for one. */
static inline unsigned channel_multi_count(const Otg *s, unsigned n)
{
    return MAX(CHANNEL(MC, s, n), 1);
}

static inline void channel_flag(Otg *s, unsigned n, uint32_t flags)
{
    HCINT(s, n) |= flags;
}

/* Which half of a split transaction is it to do, if any? */
static inline OtgSplit channel_split(const Otg *s, unsigned n)
{
    return !s->is_hs || !FIELD_EX32(HCSPLT(s, n), HCSPLT0, SPLITEN) ? SPLIT_NONE
           : FIELD_EX32(HCSPLT(s, n), HCSPLT0, COMPLSPLT) ? SPLIT_COMPLETE : SPLIT_START;
}

/* It has ended; one that is to halt does so all the same. */
static inline void channel_disable(Otg *s, unsigned n)
{
    if (s->h.channel[n].halt_at == COUNTER_NEVER) {
        HCCHAR(s, n) &= ~(CHAR(CHENA) | CHAR(CHDIS));
        s->h.channel[n].nak = false;
    }
}

/* ---- channel.c ---- */

/* Is there room for what channel @n may receive? */
bool channel_has_room(Otg *s, unsigned n);
/* A word of status of it into the receive FIFO, and what comes with it. */
void channel_push(Otg *s, OtgPacketStatus status, unsigned n, const uint8_t *data, unsigned bytes);
/* With DMA: it ends by itself, with @flags and CHH. */
void channel_ends_by_itself(Otg *s, unsigned n, uint32_t flags);
/* Halt it, if its time has come: with DMA at once, else there has to be room for the word that says so. */
void channel_halt(Otg *s, unsigned n);
/* A periodic transaction that does not fit into its frame any more. */
void channel_overruns(Otg *s, unsigned n);

/* ---- requests.c; see state.h ---- */

enum { NOT_PERIODIC, PERIODIC };        /* which queue, and which FIFO */

/* Words in the FIFO before those of request @i. */
unsigned request_words_before(const OtgQueue *q, unsigned i);
/* Take request @i out of queue @kind, and its data out of the FIFO. */
void request_remove(Otg *s, unsigned kind, unsigned i);

/* ---- transaction.c ---- */

/* What h.now has come to. */
void transaction_ends(Otg *s);

#endif
