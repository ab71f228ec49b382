/*
 * The transmit DMA (RM0090 33.6.5): the buffers of a frame's descriptors go to the FIFO, and the last descriptor
 * goes back when the frame has been sent.
 *
 * Deliberately different: a frame is in the FIFO as a whole before it begins, with TSF or without, so there is no
 * underflow but of a frame whose next descriptor is not there yet.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/eth/state.h"

#define REST_TICKS 256              /* after very many descriptors in a row */

/* DMAOMR.TTC, in bytes. */
static uint32_t threshold(const Eth *s)
{
    static const uint16_t by_ttc[8] = { 64, 128, 192, 256, 40, 32, 24, 16 };

    return by_ttc[reg_get(s, DMAOMR, TTC)];
}

static bool append(Eth *s, uint32_t address, uint32_t length)
{
    length = MIN(length, MII_MAX_FRAME - s->tx_length);
    if (!length) {
        return true;
    }
    s->parent_obj.regs[R_DMACHTBAR] = address;
    if (!eth_read(s, address, s->tx_data + s->tx_length, length, false, true)) {
        return false;
    }
    s->tx_length += length;
    return true;
}

static bool append_buffers(Eth *s, const EthDescriptor *d)
{
    if (!append(s, d->word[2], extract32(d->word[1], 0, 13))) {
        return false;
    }
    return d->word[0] & TDES0_TCH || append(s, d->word[3], extract32(d->word[1], 16, 13));
}

/* The CPU has not given the DMA the next descriptor. */
static void suspend(Eth *s)
{
    s->tx = TX_SUSPENDED;
    if (s->tx_open && !reg_get(s, DMAOMR, TSF) && s->tx_length > threshold(s)) {
        periph_mistake(&s->parent_obj, ETH010, "a frame was begun, and its next descriptor is not the "
                       "DMA's: underflow");
        eth_flag(s, DMASR(TUS));
        eth_transmit_close(s, TDES0_UF | TDES0_ES, NULL);
        s->tx_open = false;
    }
    eth_flag(s, DMASR(TBUS));
}

static void begin(Eth *s, const EthDescriptor *d)
{
    if (s->tx_open) {
        if (d->word[0] & TDES0_FS) {
            periph_mistake(&s->parent_obj, ETH011, "transmit descriptor 0x%08x is a first one (FS), and the "
                           "frame before has had no last one (LS)", d->address);
        }
        return;
    }
    if (!(d->word[0] & TDES0_FS)) {
        periph_mistake(&s->parent_obj, ETH012, "transmit descriptor 0x%08x begins a frame without FS; is "
                       "its ring closed by TER?", d->address);
    }
    s->tx_open = true;
    s->tx_first = *d;
    s->tx_length = 0;
}

static void insert_checksums(Eth *s)
{
    unsigned cic = extract32(s->tx_first.word[0], TDES0_CIC_SHIFT, 2);

    if (cic && !reg_get(s, DMAOMR, TSF)) {
        periph_mistake(&s->parent_obj, ETH013, "TDES0.CIC asks for checksums, which takes DMAOMR.TSF: none "
                       "are inserted");
    } else if (cic) {
        s->tx_status |= eth_checksum_insert(s->tx_data, s->tx_length, cic);
    }
}

static void finish(Eth *s)
{
    s->tx_open = false;
    s->tx_status = eth_is_vlan(s->tx_data, s->tx_length) ? TDES0_VF : 0;
    insert_checksums(s);
    s->tx = TX_READY;
    eth_flag(s, DMASR(ETS));
}

void eth_fetch(Eth *s)
{
    EthDescriptor d;

    for (unsigned n = 0; n < ETH_MAX_DESCRIPTORS; n++) {
        if (!eth_descriptor_read(s, &d, s->tx_address, true)) {
            return;
        }
        if (!(d.word[0] & DES0_OWN)) {
            suspend(s);
            return;
        }
        begin(s, &d);
        if (!append_buffers(s, &d)) {
            return;
        }
        s->tx_last = d;
        s->tx_address = eth_next_transmit(s, &d);
        if (d.word[0] & TDES0_LS) {
            finish(s);
            return;
        }
        if (!eth_descriptor_close(s, &d, d.word[0] & TDES0_CONTROL, true)) {
            return;
        }
    }
    s->tx_due = eth_now(s) + REST_TICKS;        /* a frame without end: others have their turn */
}

void eth_transmit_close(Eth *s, uint32_t status, const EthStamp *stamp)
{
    const EthDescriptor *last = &s->tx_last;

    if (stamp) {
        if (!eth_descriptor_stamp(s, last, stamp, true)) {
            return;
        }
        status |= TDES0_TTSS;
    }
    if (eth_descriptor_close(s, last, (last->word[0] & TDES0_CONTROL) | status, true) &&
        last->word[0] & TDES0_IC) {
        eth_flag(s, DMASR(TS));
    }
}
