/*
 * The MAC's transmitter (RM0090 33.5.2) and flow control (33.5.5): when a frame begins, how long it takes, how it
 * ends; PAUSE frames; collisions in half duplex.
 *
 * A frame is the network's when its last bit has gone.  Loopback (MACCR.LM) and a PHY in loopback give it back to
 * the receiver as it begins.
 *
 * Deliberately different: nobody else is on a line in half duplex but the frame that comes in, and what the PHY is
 * told to make.  Back pressure (FCBBPA in half duplex) holds the network's frames back as long as it lasts: who sends
 * them does not give up after 16 collisions.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include <zlib.h>
#include "qemu/bswap.h"
#include "stm32/peripherals/eth/state.h"

#define SHORTEST 60
#define JABBER 2048
#define SLOT_TICKS 128              /* 512 bits */
#define MAX_COLLISIONS 16
#define COLLISION_TICKS 24          /* preamble and jam */
#define LATE_TICKS (2 * (ETH_PREAMBLE + 64 + 4))
#define DEFERRAL_TICKS 6072         /* 24288 bits */

/* ---- How a frame begins ---- */

static bool loops(const Eth *s)
{
    return reg_get(s, MACCR, LM) || s->mii.loops;
}

static void pad(Eth *s)
{
    if (s->tx_length < SHORTEST && !(s->tx_first.word[0] & (TDES0_DP | TDES0_DC))) {
        memset(s->tx_data + s->tx_length, 0, SHORTEST - s->tx_length);
        s->tx_length = SHORTEST;
    }
}

/* DC: the frame brings its FCS with it, which is no part of it on our side; nobody takes one with a wrong FCS. */
static void take_fcs(Eth *s)
{
    if (!(s->tx_first.word[0] & TDES0_DC)) {
        s->tx_fcs_is_bad = false;
        return;
    }
    s->tx_length -= MIN(s->tx_length, ETH_FCS);
    s->tx_fcs_is_bad = (uint32_t)ldl_le_p(s->tx_data + s->tx_length) != crc32(0, s->tx_data, s->tx_length);
    if (s->tx_fcs_is_bad) {
        periph_mistake(&s->parent_obj, ETH023, "TDES0.DC: the last four bytes of a frame have to be its "
                       "CRC, and are not: nobody will take it");
    }
}

/* ---- Half duplex ---- */

static uint64_t us_ticks(const Eth *s, unsigned us)
{
    return s->mii.fast ? 25ull * us : 5ull * us / 2;
}

/* How many slots to wait after the @n-th collision at tick @at (MACCR.BL): what is by chance follows from the time. */
static uint64_t back_off(const Eth *s, unsigned n, uint64_t at)
{
    static const uint8_t limits[] = { 10, 8, 4, 1 };
    unsigned bits = MIN(n, limits[reg_get(s, MACCR, BL)]);

    return ((uint32_t)at + n) * 2654435761u >> (32 - bits);
}

/* Others send: the frame waits for them, or (MACCR.DC) is given up. */
static bool defer(Eth *s, unsigned busy_us)
{
    uint64_t now = eth_now(s), until = now + us_ticks(s, busy_us);

    if (s->rx_due != ETH_NEVER) {
        until = MAX(until, s->rx_due);
    }
    if (until == now) {
        return true;
    }
    s->tx_status |= TDES0_DB;
    if (reg_get(s, MACCR, DC) && until - now > DEFERRAL_TICKS) {
        s->tx_status |= TDES0_ED | TDES0_ES;
        s->tx_start = now + DEFERRAL_TICKS;
        return false;
    }
    s->tx_start = MAX(s->tx_start, until + eth_gap_ticks(s));
    return true;
}

/* MACCR.RD: it is not tried again. */
static bool collide(Eth *s, unsigned collisions)
{
    unsigned limit = reg_get(s, MACCR, RD) ? 1 : MAX_COLLISIONS;

    for (unsigned n = 1; n <= MIN(collisions, limit); n++) {
        s->tx_start += COLLISION_TICKS;
        if (n < limit) {
            s->tx_start += eth_gap_ticks(s) + back_off(s, n, s->tx_start) * SLOT_TICKS;
        }
    }
    if (collisions >= limit) {
        s->tx_status |= TDES0_EC | TDES0_ES;
        return false;
    }
    s->tx_status |= collisions << TDES0_CC_SHIFT;
    return true;
}

/* When the frame begins that gets through; false: when it is given up. */
static bool get_line(Eth *s)
{
    MiiTrouble t = mii_meets(&s->mii);

    if (!s->mii.link && !reg_get(s, MACCR, CSD)) {
        s->tx_status |= TDES0_LCA | TDES0_NC | TDES0_ES;
    }
    if (!defer(s, t.busy_us) || !collide(s, t.collisions)) {
        return false;
    }
    if (t.late) {
        s->tx_status |= TDES0_LCO | TDES0_ES;
        s->tx_start += LATE_TICKS;
    }
    return !t.late;
}

static void begin(Eth *s)
{
    bool through;

    pad(s);
    take_fcs(s);
    if (s->tx_length + ETH_FCS > JABBER && !reg_get(s, MACCR, JD)) {
        s->tx_status |= TDES0_JT | TDES0_ES;
        s->tx_length = JABBER - ETH_FCS;
    }
    s->tx_start = MAX(MAX(eth_now(s), s->tx_from), s->pause_until);
    through = eth_is_full_duplex(s) || loops(s) || get_line(s);
    s->tx_due = s->tx_start + (through ? eth_frame_ticks(s->tx_length) : 0);
    s->tx_from = s->tx_due + eth_gap_ticks(s);
    s->tx = TX_SENDING;
    if (loops(s)) {
        eth_receive_begin(s, s->tx_data, s->tx_length, s->tx_fcs_is_bad ? MII_BAD_CRC : MII_GOOD);
    }
}

/* ---- How it ends ---- */

static void count(Eth *s)
{
    unsigned collisions = extract32(s->tx_status, TDES0_CC_SHIFT, 4);

    eth_count(s, MMC_TX_GOOD);
    if (collisions == 1) {
        eth_count(s, MMC_TX_SINGLE);
    } else if (collisions) {
        eth_count(s, MMC_TX_MULTIPLE);
    }
}

static bool is_lost(const Eth *s)
{
    return s->tx_status & (TDES0_EC | TDES0_ED | TDES0_LCO | TDES0_JT | TDES0_LCA | TDES0_UF);
}

static void end(Eth *s)
{
    bool stamped = s->tx_first.word[0] & TDES0_TTSE && reg_get(s, PTPTSCR, TSE);
    EthStamp stamp;

    if (stamped) {
        stamp = eth_ptp_at(s, counter_time(&s->wire, s->tx_start + 2 * ETH_PREAMBLE));
    }
    if (!is_lost(s)) {
        count(s);
    }
    s->tx = TX_FETCHING;
    s->tx_due = 0;
    eth_transmit_close(s, s->tx_status, stamped ? &stamp : NULL);
    if (s->tx_status & TDES0_JT) {
        eth_flag(s, DMASR(TJTS));
        s->tx = s->tx == TX_DEAD ? TX_DEAD : TX_STOPPED;
    }
    if (s->tx == TX_FETCHING && !reg_get(s, DMAOMR, ST)) {
        s->tx = TX_STOPPED;
        eth_flag(s, DMASR(TPSS));
    }
    if (!is_lost(s) && !s->tx_fcs_is_bad && !loops(s) && eth_can_transmit(s)) {
        mii_send(&s->mii, s->tx_data, s->tx_length);
    }
}

/* ---- PAUSE frames ---- */

static void send_pause(Eth *s)
{
    uint8_t frame[SHORTEST] = { 0x01, 0x80, 0xc2, 0x00, 0x00, 0x01 };

    eth_own_address(s, frame + 6);
    stw_be_p(frame + 12, 0x8808);
    stw_be_p(frame + 14, 1);
    stw_be_p(frame + 16, s->pause_zero ? 0 : reg_get(s, MACFCR, PT));
    s->pause_due = ETH_NEVER;
    reg_set(s, MACFCR, FCBBPA, 0);
    eth_count(s, MMC_TX_GOOD);
    if (eth_can_transmit(s)) {
        mii_send(&s->mii, frame, sizeof(frame));
    }
}

/* One goes ahead of data, behind the frame that is on the wire. */
static void begin_pause(Eth *s)
{
    s->pause_pending = false;
    s->pause_due = MAX(eth_now(s), s->tx_from) + eth_frame_ticks(SHORTEST);
    s->tx_from = s->pause_due + eth_gap_ticks(s);
}

void eth_fcr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Eth *s = ETH(p);
    bool asks = p->regs[n] & ~was & R_MACFCR_FCBBPA_MASK;

    if (asks && !reg_get(s, MACFCR, TFCE)) {
        periph_mistake(p, ETH024, "MACFCR.FCBBPA without TFCE: %s", eth_is_full_duplex(s) ? "no PAUSE frame is sent"
                       : "no back pressure");
    } else if (asks && eth_is_full_duplex(s)) {
        s->pause_pending = true;
        s->pause_zero = false;
    }
    eth_receive_look(s);                /* back pressure may have ended */
}

/* ---- All of it ---- */

static bool may_send(const Eth *s)
{
    return reg_get(s, MACCR, TE) && !eth_unclocked(s);
}

void eth_transmit_step(Eth *s)
{
    for (unsigned n = 0; n < 2 * ETH_MAX_DESCRIPTORS; n++) {
        uint64_t now = eth_now(s);

        if (s->pause_due <= now) {
            send_pause(s);
        }
        if (s->pause_pending && s->tx != TX_SENDING && may_send(s)) {
            begin_pause(s);
        }
        if (s->tx == TX_FETCHING && s->tx_due <= now) {
            s->tx_due = 0;
            eth_fetch(s);
            if (s->tx == TX_FETCHING) {
                return;
            }
        } else if (s->tx == TX_READY && may_send(s)) {
            begin(s);
        } else if (s->tx == TX_SENDING && s->tx_due <= now) {
            end(s);
        } else {
            return;
        }
    }
}

uint64_t eth_transmit_due(const Eth *s)
{
    bool busy = s->tx == TX_SENDING || (s->tx == TX_FETCHING && s->tx_due);

    return MIN(busy ? s->tx_due : ETH_NEVER, s->pause_due);
}

void eth_transmit_start(Eth *s)
{
    if (s->tx == TX_STOPPED) {
        s->tx = TX_FETCHING;
        s->tx_due = 0;
    }
}

void eth_transmit_stop(Eth *s)
{
    if (s->tx == TX_FETCHING || s->tx == TX_SUSPENDED) {
        s->tx = TX_STOPPED;
        s->tx_open = false;
        eth_flag(s, DMASR(TPSS));
    }
}

void eth_transmit_poll(Eth *s)
{
    if (s->tx == TX_SUSPENDED) {
        s->tx = TX_FETCHING;
        s->tx_due = 0;
    }
}

/* FTF: what is in the FIFO is lost; the frame on the wire ends as a runt. */
void eth_transmit_flush(Eth *s)
{
    if (s->tx == TX_READY || s->tx == TX_SENDING) {
        s->tx_status |= TDES0_FF | TDES0_UF | TDES0_ES;
        end(s);
    }
    s->tx_open = false;
    s->tx_length = 0;
}
