/*
 * Registers that start, stop and watch the two DMAs of Ethernet (RM0090 33.8.4).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/eth/state.h"

void eth_poll_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    if (n == R_DMATPDR) {
        eth_transmit_poll(ETH(p));
    } else {
        eth_receive_poll(ETH(p));
    }
}

void eth_list_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Eth *s = ETH(p);
    bool transmits = n == R_DMATDLAR;

    if (transmits ? s->tx != TX_STOPPED : s->rx != RX_STOPPED) {
        periph_mistake(p, ETH009, "%s written while that DMA runs; clear DMAOMR.%s first",
                       transmits ? "DMATDLAR" : "DMARDLAR", transmits ? "ST" : "SR");
    }
    eth_check_list(s, data, transmits);
    if (transmits) {
        s->tx_address = p->regs[n];
        s->tx_open = false;
    } else {
        s->rx_address = p->regs[n];
        s->rx_wrapped = s->rx_told = false;
    }
}

void eth_dmaomr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Eth *s = ETH(p);
    uint32_t now = p->regs[n];

    if (now & R_DMAOMR_FTF_MASK) {
        reg_set(s, DMAOMR, FTF, 0);
        eth_transmit_flush(s);
    }
    if (now & ~was & (R_DMAOMR_ST_MASK | R_DMAOMR_SR_MASK)) {
        eth_check_enable(s);
    }
    if (now & ~was & R_DMAOMR_ST_MASK) {
        eth_transmit_start(s);
    } else if (!(now & R_DMAOMR_ST_MASK)) {
        eth_transmit_stop(s);
    }
    if (now & ~was & R_DMAOMR_SR_MASK) {
        eth_receive_start(s);
    } else if (!(now & R_DMAOMR_SR_MASK)) {
        eth_receive_stop(s);
    }
}

uint32_t eth_dmasr_read(Periph *p, unsigned n)
{
    static const uint8_t tps[] = {
        [TX_STOPPED] = 0, [TX_FETCHING] = 1, [TX_READY] = 2, [TX_SENDING] = 2, [TX_SUSPENDED] = 6, [TX_DEAD] = 0,
    };
    static const uint8_t rps[] = { [RX_STOPPED] = 0, [RX_RUNNING] = 3, [RX_SUSPENDED] = 4, [RX_DEAD] = 0 };
    Eth *s = ETH(p);
    uint32_t value = p->regs[n], mac = eth_mac_flags(s);

    value = FIELD_DP32(value, DMASR, TPS, tps[s->tx]);
    value = FIELD_DP32(value, DMASR, RPS, rps[s->rx]);
    value = FIELD_DP32(value, DMASR, MMCS, FIELD_EX32(mac, MACSR, MMCS));
    value = FIELD_DP32(value, DMASR, PMTS, FIELD_EX32(mac, MACSR, PMTS));
    return FIELD_DP32(value, DMASR, TSTS, FIELD_EX32(mac, MACSR, TSTS));
}
