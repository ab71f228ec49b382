/*
 * The wire: whether MII or RMII (RM0090 33.4) has its clocks and its pins, how fast it is, and the time
 * that frames take.  A tick is the time of four bits: 40 ns at 100 Mbit/s, 400 ns at 10.
 *
 * The speed is the PHY's: by its clocks in MII; in RMII MACCR.FES has to say the same, or frames are garbled.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/eth/state.h"

#define TICKS_OF_BYTE 2
#define FAST_HZ 25000000
#define SLOW_HZ 2500000

/* RMII takes two lines of each direction and one clock. */
static unsigned data_lines(const Eth *s)
{
    return s->rmii ? 2 : 4;
}

static const char *missing_pin(const Eth *s)
{
    if (s->rmii && !signal_is_routed(&s->ref_clk)) {
        return "no pin is ETH_RMII_REF_CLK: select AF11 at PA1";
    }
    if (!s->rmii && !signal_is_routed(&s->rx_clk_pin)) {
        return "no pin is ETH_MII_RX_CLK: select AF11 at PA1";
    }
    if (!s->rmii && !signal_is_routed(&s->tx_clk_pin)) {
        return "no pin is ETH_MII_TX_CLK: select AF11 at PC3";
    }
    return NULL;
}

const char *eth_unclocked(const Eth *s)
{
    const MiiPort *port = &s->mii;

    if (!port->phy) {
        return "there is no PHY on this board: start with -nic user (a LAN8720, as on the base board), or "
               "-machine phy=...";
    }
    if (!port->clocked) {
        return port->unclocked;
    }
    if (s->rmii && !port->speaks_rmii) {
        return "the PHY has MII alone: clear SYSCFG_PMC.MII_RMII_SEL";
    }
    if (!s->rmii && !port->speaks_mii) {
        return "the PHY has RMII alone: set SYSCFG_PMC.MII_RMII_SEL before the MAC is reset";
    }
    /* in Stop mode the clocks of the pins go on, for the sake of PMT */
    if (!eth_sleeps(s) && (!clock_is_enabled(s->tx_clk) || !clock_is_enabled(s->rx_clk))) {
        return "set ETHMACTXEN and ETHMACRXEN of RCC_AHB1ENR";
    }
    return missing_pin(s);
}

void eth_wire_update(Eth *s)
{
    uint32_t hz = s->mii.fast ? FAST_HZ : SLOW_HZ;

    if (eth_unclocked(s)) {
        counter_stop(&s->wire);
    } else {
        counter_go(&s->wire);
    }
    if (clock_get(s->nibble) != CLOCK_PERIOD_FROM_HZ(hz)) {
        counter_sync(&s->wire);
        clock_set_hz(s->nibble, hz);
    }
}

uint64_t eth_frame_ticks(uint32_t bytes)
{
    return (uint64_t)(ETH_PREAMBLE + bytes + ETH_FCS) * TICKS_OF_BYTE;
}

uint64_t eth_gap_ticks(const Eth *s)
{
    return (12 - reg_get(s, MACCR, IFG)) * TICKS_OF_BYTE;
}

/* ---- Do frames get through? ---- */

static bool all_routed(Eth *s, Signal *data, const char *letters)
{
    for (unsigned i = 0; i < data_lines(s); i++) {
        if (!signal_is_routed(&data[i])) {
            periph_mistake(&s->parent_obj, ETH025, "a frame, but ETH_%sD%u is at no pin", letters, i);
            return false;
        }
    }
    return true;
}

static bool speed_fits(Eth *s)
{
    if (s->rmii && reg_get(s, MACCR, FES) != s->mii.fast) {
        if (s->mii.link) {      /* without a cable nobody would have heard it */
            periph_mistake(&s->parent_obj, ETH026, "MACCR.FES says %s Mbit/s, the %s has %s: frames are garbled",
                           reg_get(s, MACCR, FES) ? "100" : "10", s->mii.name, s->mii.fast ? "100" : "10");
        }
        return false;
    }
    if (s->mii.link && eth_is_full_duplex(s) != s->mii.full) {
        periph_mistake(&s->parent_obj, ETH027, "MACCR.DM says %s duplex, the %s has %s: on a busy line "
                       "frames are lost", eth_is_full_duplex(s) ? "full" : "half", s->mii.name,
                       s->mii.full ? "full" : "half");
    }
    return true;
}

bool eth_can_transmit(Eth *s)
{
    if (!signal_is_routed(&s->tx_en)) {
        periph_mistake(&s->parent_obj, ETH028, "a frame, but ETH_TX_EN is at no pin");
        return false;
    }
    return all_routed(s, s->txd, "TX") && speed_fits(s);
}

bool eth_can_receive(Eth *s)
{
    if (!signal_is_routed(s->rmii ? &s->crs_dv : &s->rx_dv)) {
        periph_mistake(&s->parent_obj, ETH029, "a frame, but %s is at no pin",
                       s->rmii ? "ETH_RMII_CRS_DV" : "ETH_MII_RX_DV");
        return false;
    }
    return all_routed(s, s->rxd, "RX") && speed_fits(s);
}
