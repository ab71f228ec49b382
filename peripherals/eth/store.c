/*
 * The receive DMA (RM0090 33.6.6): frames go to the buffers of descriptors that it owns.
 *
 * A frame that finds none waits in the receive FIFO (DFRF), or is flushed and counted as missed; a FIFO that is
 * full overflows.
 *
 * Deliberately different: a frame is moved at once when it has come in, but for its first buffer, which without RSF is
 * filled in its time if there is more to come (ERS).  What is no multiple of a word does not spill into the rest of it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/eth/state.h"

static void count_missed(Eth *s)
{
    unsigned n = reg_get(s, DMAMFBOCR, MFC);

    reg_set(s, DMAMFBOCR, OMFC, reg_get(s, DMAMFBOCR, OMFC) | (n == 0xffff));
    reg_set(s, DMAMFBOCR, MFC, n + 1);
}

static void count_overflow(Eth *s)
{
    unsigned n = reg_get(s, DMAMFBOCR, MFA);

    reg_set(s, DMAMFBOCR, OFOC, reg_get(s, DMAMFBOCR, OFOC) | (n == 0x7ff));
    reg_set(s, DMAMFBOCR, MFA, n + 1);
    eth_flag(s, DMASR(ROS));
}

/* A ring whose last descriptor has no RER leads to where none is. */
static void look_for_end(Eth *s, const EthDescriptor *d)
{
    if (!s->rx_wrapped && !s->rx_told && !d->word[0] && !d->word[1] && !d->word[2] && !d->word[3]) {
        s->rx_told = true;
        periph_mistake(&s->parent_obj, ETH020, "the next receive descriptor, at 0x%08x, is all 0: is RER "
                       "missing in the last one of the ring (RDES1), or the address of the next (RCH)?",
                       d->address);
    }
}

/* Is the next descriptor the DMA's?  If not, it is suspended. */
static bool acquire(Eth *s, EthDescriptor *d)
{
    if (!eth_descriptor_read(s, d, s->rx_address, false)) {
        return false;
    }
    if (d->word[0] & DES0_OWN) {
        s->rx = RX_RUNNING;
        return true;
    }
    if (s->rx == RX_RUNNING) {
        look_for_end(s, d);
        eth_flag(s, DMASR(RBUS));
    }
    s->rx = RX_SUSPENDED;
    return false;
}

/* Up to @length bytes to the buffers of @d: how many, or -1. */
static int fill(Eth *s, const EthDescriptor *d, const uint8_t *data, uint32_t length)
{
    uint32_t first = MIN(extract32(d->word[1], 0, 13), length), second = 0;

    s->parent_obj.regs[R_DMACHRBAR] = d->word[2];
    if (first && !eth_write(s, d->word[2], data, first, false, false)) {
        return -1;
    }
    if (!(d->word[1] & RDES1_RCH)) {
        second = MIN(extract32(d->word[1], 16, 13), length - first);
    }
    if (second && !eth_write(s, d->word[3], data + first, second, false, false)) {
        return -1;
    }
    return first + second;
}

uint32_t eth_first_room(Eth *s)
{
    uint32_t word[2];

    if (s->rx != RX_RUNNING || s->fifo_frames ||
        address_space_rw(&s->memory, s->rx_address, MEMTXATTRS_UNSPECIFIED, word, sizeof(word), false) != MEMTX_OK) {
        return 0;
    }
    return le32_to_cpu(word[0]) & DES0_OWN ? extract32(le32_to_cpu(word[1]), 0, 13) : 0;
}

void eth_store_early(Eth *s, const uint8_t *data, uint32_t length)
{
    EthDescriptor d;
    uint32_t first;

    if (s->rx == RX_RUNNING && !s->fifo_frames && acquire(s, &d)) {
        first = extract32(d.word[1], 0, 13);
        if (first < length && eth_write(s, d.word[2], data, first, false, false)) {
            eth_flag(s, DMASR(ERS));
        }
    }
}

static void tell(Eth *s, const EthDescriptor *last)
{
    unsigned time = reg_get(s, DMARSWTR, RSWTC);

    if (!(last->word[1] & RDES1_DIC)) {
        eth_flag(s, DMASR(RS));
        s->parent_obj.regs[R_DMASR] &= ~DMASR(ERS);
        s->rx_watchdog = ETH_NEVER;
    } else if (time && s->rx_watchdog == ETH_NEVER) {
        s->rx_watchdog = counter_now(&s->hclk) + time * 256;
    }
}

/* The frame's last descriptor goes back. */
static bool finish(Eth *s, const EthDescriptor *d, const EthReceived *r, uint32_t status)
{
    if (eth_is_enhanced(s) && r->extended && !eth_descriptor_extend(s, d, r->extended)) {
        return false;
    }
    if (r->stamp.taken) {
        if (!eth_descriptor_stamp(s, d, &r->stamp, false)) {
            return false;
        }
        status |= eth_is_enhanced(s) ? RDES0_IPHCE : 0;         /* TSV */
    }
    status |= RDES0_LS | r->status | r->length << RDES0_FL_SHIFT;
    return eth_descriptor_close(s, d, status, false);
}

/* A frame whose first descriptor, @d, is the DMA's; false: the DMA is dead. */
static void move(Eth *s, EthDescriptor *d, const uint8_t *data, const EthReceived *r)
{
    EthReceived cut = *r;
    uint32_t done = 0, status = RDES0_FS;

    for (unsigned n = 0; n < ETH_MAX_DESCRIPTORS; n++) {
        EthDescriptor now = *d;
        int moved = fill(s, &now, data + done, r->length - done);

        if (moved < 0) {
            return;
        }
        done += moved;
        s->rx_address = eth_next_receive(s, &now);
        s->rx_wrapped |= s->rx_address <= now.address;
        if (done == r->length) {
            if (finish(s, &now, r, status)) {
                tell(s, &now);
            }
            return;
        }
        if (!eth_descriptor_close(s, &now, status, false)) {
            return;
        }
        if (!acquire(s, d)) {
            cut.status |= RDES0_DE | RDES0_ES;
            if (s->rx != RX_DEAD && finish(s, &now, &cut, status)) {
                tell(s, &now);
            }
            periph_mistake(&s->parent_obj, ETH021, "a frame of %u bytes, and buffers for %u of them: it is "
                           "cut (RDES0.DE)", r->length, done);
            return;
        }
        status = 0;
    }
    s->rx = RX_SUSPENDED;
    periph_mistake(&s->parent_obj, ETH022, "receive descriptors without buffers, one after the other: RDES1 "
                   "has sizes of 0");
}

/* ---- The FIFO ---- */

static bool keep(Eth *s, const uint8_t *data, const EthReceived *r)
{
    if (s->fifo_frames == ETH_WAITING || s->fifo_used + r->length > ETH_FIFO) {
        return false;
    }
    memcpy(s->fifo + s->fifo_used, data, r->length);
    s->fifo_used += r->length;
    s->waiting[s->fifo_frames++] = *r;
    return true;
}

static void drop_first(Eth *s)
{
    uint32_t length = s->waiting[0].length;

    s->fifo_used -= length;
    memmove(s->fifo, s->fifo + length, s->fifo_used);
    s->fifo_frames--;
    memmove(s->waiting, s->waiting + 1, s->fifo_frames * sizeof(s->waiting[0]));
}

static void drain(Eth *s)
{
    EthDescriptor d;

    while (s->fifo_frames && s->rx != RX_DEAD && acquire(s, &d)) {
        move(s, &d, s->fifo, &s->waiting[0]);
        drop_first(s);
    }
}

/* ---- */

/* After a frame: the next descriptor is looked at before this one is given back. */
static void look_ahead(Eth *s)
{
    EthDescriptor d;

    if (s->rx == RX_RUNNING) {
        acquire(s, &d);
    }
}

void eth_store(Eth *s, const uint8_t *data, const EthReceived *r)
{
    EthDescriptor d;

    if (s->rx == RX_DEAD) {
        count_overflow(s);
        return;
    }
    if (s->rx != RX_STOPPED) {
        drain(s);
        if (!s->fifo_frames && s->rx != RX_DEAD && acquire(s, &d)) {
            move(s, &d, data, r);
            look_ahead(s);
            return;
        }
        if (!reg_get(s, DMAOMR, DFRF) && s->rx != RX_DEAD) {
            count_missed(s);
            return;
        }
    }
    if (!keep(s, data, r)) {
        count_overflow(s);
    }
}

bool eth_has_room(Eth *s)
{
    uint32_t word;

    return s->rx == RX_STOPPED || s->rx == RX_DEAD ||
           address_space_rw(&s->memory, s->rx_address, MEMTXATTRS_UNSPECIFIED, &word, 4, false) != MEMTX_OK ||
           le32_to_cpu(word) & DES0_OWN;
}

void eth_receive_start(Eth *s)
{
    if (s->rx == RX_STOPPED) {
        s->rx = RX_RUNNING;
        eth_receive_poll(s);
    }
}

void eth_receive_stop(Eth *s)
{
    if (s->rx == RX_RUNNING || s->rx == RX_SUSPENDED) {
        s->rx = RX_STOPPED;
        s->rx_watchdog = ETH_NEVER;
        eth_flag(s, DMASR(RPSS));
    }
}

void eth_receive_poll(Eth *s)
{
    EthDescriptor d;

    if (s->rx == RX_RUNNING || s->rx == RX_SUSPENDED) {
        drain(s);
        if (s->rx != RX_DEAD) {
            acquire(s, &d);
        }
    }
}
