/*
 * What the Ethernet block is after reset: by RCC, or by software (DMABMR.SR, RM0090 33.8.4).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/eth/state.h"

#define RESET_TICKS 16              /* unsure: of the slower clock; some 0.6 us */

void eth_reset_state(Eth *s)
{
    counter_set(&s->wire, 0);
    counter_set(&s->hclk, 0);
    counter_go(&s->hclk);
    s->reset_due = RESET_TICKS;
    s->by_software = false;
    s->mdio_due = s->rx_watchdog = ETH_NEVER;
    s->tx = TX_STOPPED;
    s->tx_due = s->tx_from = s->tx_start = s->pause_until = 0;
    s->pause_due = ETH_NEVER;
    s->tx_address = s->tx_status = s->tx_length = 0;
    s->tx_open = s->tx_fcs_is_bad = s->pause_pending = s->pause_zero = false;
    s->rx = RX_STOPPED;
    s->rx_due = s->rx_early = ETH_NEVER;
    s->look_due = 0;                    /* who has waited for the end of a frame is told */
    s->patience = 0;
    s->rx_from = s->rx_start = 0;
    s->rx_address = s->rx_length = s->fifo_used = s->fifo_frames = s->dropped = 0;
    s->rx_wrapped = s->rx_told = false;
    memset(s->wake_filter, 0, sizeof(s->wake_filter));
    s->wake_next = s->unpolled = 0;
    eth_ptp_reset(s);
}

/* Software reset: all else is as after reset at once, and SR stays until the clocks have gone for a while. */
void eth_dmabmr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Eth *s = ETH(p);

    if (!(data & R_DMABMR_SR_MASK)) {
        return;
    }
    eth_check_reset(s);
    for (unsigned i = 0; i < p->n_regs; i++) {
        periph_reset_register(p, i);
    }
    eth_reset_state(s);
    s->mode_is_late = false;
    s->by_software = true;
    p->regs[n] = R_DMABMR_SR_MASK | (data & p->reg[n].rw);
}
