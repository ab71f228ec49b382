/*
 * The MAC's receiver (RM0090 33.5.3): a frame takes its time on the wire; when it ends it is filtered, checked,
 * given a time stamp, and goes to the DMA.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include <zlib.h>
#include "qemu/bswap.h"
#include "stm32/peripherals/eth/state.h"

#define SHORTEST 64                 /* bytes, with FCS */
#define WATCHDOG 2048
#define LENGTH_MAX 1500             /* a type or length field up to this is a length, */
#define TYPE_MIN 0x600              /* ... from this on a type */
#define PAUSE_TICKS 128             /* 512 bits */
#define DROPPED_MANY 16
#define PATIENCE_TICKS 500000       /* 20 ms at 100 Mbit/s */
#define LOOK_TICKS 2500

/*
 * In the host's time the guest may be late to give the DMA descriptors: the network waits a while for it, and loses
 * frames only then.
 */
static bool waits_for_guest(Eth *s)
{
    if (time_is_exact() || !reg_get(s, MACCR, RE) || eth_unclocked(s) || eth_has_room(s)) {
        s->patience = 0;
        return false;
    }
    if (!s->patience) {
        s->patience = eth_now(s) + PATIENCE_TICKS;
    }
    if (eth_now(s) >= s->patience) {
        return false;
    }
    s->look_due = eth_now(s) + LOOK_TICKS;
    return true;
}

/* Back pressure: whoever begins to send meets a collision, and tries again. */
static bool presses_back(const Eth *s)
{
    return reg_get(s, MACFCR, FCBBPA) && reg_get(s, MACFCR, TFCE) && !eth_is_full_duplex(s) && reg_get(s, MACCR, TE);
}

bool eth_may_begin(Eth *s)
{
    return s->rx_due == ETH_NEVER && !presses_back(s) && !waits_for_guest(s);
}

void eth_receive_look(Eth *s)
{
    s->look_due = ETH_NEVER;
    mii_ready(&s->mii);
}

/* DMAOMR.RTC, in bytes. */
static uint32_t threshold(const Eth *s)
{
    static const uint8_t by_rtc[4] = { 64, 32, 96, 128 };

    return by_rtc[reg_get(s, DMAOMR, RTC)];
}

/* Does a frame go to memory before its end? */
static bool is_forwarded(const Eth *s, uint32_t length)
{
    return !reg_get(s, DMAOMR, RSF) && length > threshold(s);
}

/* Such a frame fills its first buffer and goes on: that is told of (ERS). */
static void look_for_early(Eth *s)
{
    uint32_t length = s->rx_length + ETH_FCS, first;

    if (is_forwarded(s, length)) {
        first = eth_first_room(s);
        if (first && first < length) {
            s->rx_early = s->rx_start + 2 * (ETH_PREAMBLE + MAX(first, threshold(s)));
        }
    }
}

void eth_receive_early(Eth *s)
{
    s->rx_early = ETH_NEVER;
    if (reg_get(s, MACCR, RE) && !eth_sleeps(s) && eth_can_receive(s) && eth_filter(s, s->rx_data).taken) {
        eth_store_early(s, s->rx_data, s->rx_length + ETH_FCS);
    }
}

void eth_receive_begin(Eth *s, const uint8_t *data, size_t length, MiiFault fault)
{
    if (s->rx_due != ETH_NEVER || length > MII_MAX_FRAME || eth_unclocked(s) ||
        (!reg_get(s, MACCR, RE) && !eth_sleeps(s))) {
        return;
    }
    memcpy(s->rx_data, data, length);
    s->rx_length = length;
    s->rx_fault = fault;
    s->rx_start = MAX(eth_now(s), s->rx_from);
    s->rx_due = s->rx_start + eth_frame_ticks(length);
    look_for_early(s);
}

/* ---- When it has come ---- */

static void append_fcs(Eth *s)
{
    uint32_t fcs = crc32(0, s->rx_data, s->rx_length);

    stl_le_p(s->rx_data + s->rx_length, s->rx_fault == MII_BAD_CRC ? ~fcs : fcs);
}

static void obey_pause(Eth *s)
{
    static const uint8_t group[6] = { 0x01, 0x80, 0xc2, 0x00, 0x00, 0x01 };
    bool to_us = !memcmp(s->rx_data, group, 6) || (reg_get(s, MACFCR, UPFD) && eth_is_address_0(s, s->rx_data));

    if (reg_get(s, MACFCR, RFCE) && eth_is_full_duplex(s) && to_us) {
        s->pause_until = eth_now(s) + (uint64_t)lduw_be_p(s->rx_data + 16) * PAUSE_TICKS;
    }
}

/* RDES0's errors of the wire. */
static uint32_t wire_errors(Eth *s, uint32_t length)
{
    uint32_t status = 0;

    if (s->rx_fault == MII_BAD_CRC) {
        eth_count(s, MMC_RX_CRC);
        status |= RDES0_CE | RDES0_ES;
    } else if (s->rx_fault == MII_BAD_SYMBOL) {
        status |= RDES0_RE | RDES0_CE | RDES0_ES;
    } else if (s->rx_fault == MII_DRIBBLE) {
        eth_count(s, MMC_RX_ALIGNMENT);
        status |= RDES0_DRE | RDES0_CE | RDES0_ES;
    }
    if (length > WATCHDOG && !reg_get(s, MACCR, WD)) {
        eth_flag(s, DMASR(RWTS));
        status |= RDES0_RWT | RDES0_ES;
    }
    return status;
}

/* What the type or length field says. */
static uint32_t kind(const uint8_t *frame, uint32_t length, uint32_t *payload)
{
    unsigned field = lduw_be_p(frame + 12);

    *payload = field;
    if (field >= TYPE_MIN) {
        return RDES0_FT;
    }
    return field <= LENGTH_MAX && (field > length - 18 || (field < length - 18 && length > SHORTEST)) ? RDES0_LE : 0;
}

/* APCS, CSTF: padding and FCS are not always for memory. */
static uint32_t stripped(const Eth *s, uint32_t length, uint32_t field)
{
    if (field < TYPE_MIN && reg_get(s, MACCR, APCS) && field + 14 <= length - ETH_FCS) {
        return field + 14;
    }
    return field >= TYPE_MIN && reg_get(s, MACCR, CSTF) ? length - ETH_FCS : length;
}

static bool is_dropped(const Eth *s, const EthReceived *r, uint32_t length)
{
    const uint32_t wire = RDES0_CE | RDES0_RE | RDES0_RWT;

    if (is_forwarded(s, length)) {
        return false;                   /* too late: some of it is in memory */
    }
    if (length < SHORTEST && !reg_get(s, DMAOMR, FUGF) && !reg_get(s, DMAOMR, FEF)) {
        return true;
    }
    if (reg_get(s, DMAOMR, FEF) || !(r->status & RDES0_ES)) {
        return false;
    }
    return r->status & wire || (reg_get(s, DMAOMR, RSF) && !reg_get(s, DMAOMR, DTCEFD));
}

/* Frames that nobody takes are nothing special; that only such ones come may be. */
static void note_dropped(Eth *s, const uint8_t *frame)
{
    uint8_t own[6];

    if (!(frame[0] & 1) && ++s->dropped == DROPPED_MANY) {
        eth_own_address(s, own);
        periph_mistake(&s->parent_obj, ETH019, "%u frames in a row for %02x:%02x:%02x:%02x:%02x:%02x, which "
                       "the filter does not take: the MAC's address (MACA0HR, MACA0LR) is "
                       "%02x:%02x:%02x:%02x:%02x:%02x", DROPPED_MANY, frame[0], frame[1], frame[2], frame[3],
                       frame[4], frame[5], own[0], own[1], own[2], own[3], own[4], own[5]);
    }
}

static void take(Eth *s, uint32_t length)
{
    EthVerdict v = eth_filter(s, s->rx_data);
    EthReceived r = { };
    uint32_t field;

    if (!v.taken) {
        note_dropped(s, s->rx_data);
        return;
    }
    s->dropped = 0;
    r.status = wire_errors(s, length) | (v.destination_failed ? RDES0_AFM : 0) | (v.source_failed ? RDES0_SAF : 0);
    if (length > WATCHDOG && !reg_get(s, MACCR, WD)) {
        length = WATCHDOG;
    }
    r.status |= kind(s->rx_data, length, &field);
    r.status |= eth_vlan_matches(s, s->rx_data, length) ? RDES0_VLAN : 0;
    r.length = r.status & RDES0_ES ? length : stripped(s, length, field);
    if (reg_get(s, MACCR, IPCO) && !(r.status & RDES0_ES)) {
        eth_checksum_check(s, s->rx_data, length - ETH_FCS, &r);
    }
    if (is_dropped(s, &r, length)) {
        return;
    }
    if (v.unicast && !(r.status & RDES0_ES)) {
        eth_count(s, MMC_RX_UNICAST);
    }
    if (eth_stamps_receive(s, s->rx_data, length, &r.extended)) {
        r.stamp = eth_ptp_at(s, counter_time(&s->wire, s->rx_start + 2 * ETH_PREAMBLE));
    }
    if (eth_is_enhanced(s) && r.extended) {
        r.status |= RDES0_PCE;          /* ESA */
    }
    eth_store(s, s->rx_data, &r);
}

void eth_receive_step(Eth *s)
{
    uint32_t length = s->rx_length + ETH_FCS;

    s->rx_from = s->rx_due + eth_gap_ticks(s);
    s->rx_due = s->rx_early = ETH_NEVER;
    if (eth_can_receive(s)) {
        append_fcs(s);
        if (eth_sleeps(s)) {
            eth_pmt_frame(s, s->rx_data, s->rx_length);
        } else if (reg_get(s, MACCR, RE) && length >= 18) {
            if (eth_is_pause(s->rx_data, s->rx_length) && !s->rx_fault) {
                obey_pause(s);
            }
            take(s, length);
        }
    }
    eth_check_no_poll(s);
    mii_ready(&s->mii);
}

/* DMARSWTR: frames whose descriptors ask for no interrupt are told of all the same, later. */
void eth_receive_watchdog(Eth *s)
{
    s->rx_watchdog = ETH_NEVER;
    eth_flag(s, DMASR(RS));
}
