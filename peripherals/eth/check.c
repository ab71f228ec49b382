/*
 * Mistakes that the Ethernet block forgives nobody and tells nobody of.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/eth/state.h"

#define MIN_HCLK_HZ 25000000
#define PATIENCE_NS (2 * SCALE_MS)

void eth_check_reset(Eth *s)
{
    Periph *p = &s->parent_obj;
    const char *why = eth_unclocked(s);

    if (why) {
        periph_mistake(p, ETH002, "DMABMR.SR without the clocks of %s: it will not be 0 again; %s",
                       s->rmii ? "RMII" : "MII", why);
    }
    if (clock_get_hz(p->clk) < MIN_HCLK_HZ) {
        periph_mistake(p, ETH003, "HCLK is %u Hz: Ethernet takes 25 MHz or more", clock_get_hz(p->clk));
    }
}

void eth_check_enable(Eth *s)
{
    Periph *p = &s->parent_obj;

    if (reg_get(s, DMABMR, SR)) {
        periph_mistake(p, ETH004, "started while DMABMR.SR is 1, in reset");
    }
    if (s->mode_is_late) {
        s->mode_is_late = false;
        periph_mistake(p, ETH005, "SYSCFG_PMC.MII_RMII_SEL has changed while the MAC ran");
    }
}

void eth_check_list(Eth *s, uint32_t address, bool transmits)
{
    Periph *p = &s->parent_obj;
    const char *what = transmits ? "DMATDLAR" : "DMARDLAR";

    if (address & 3) {
        periph_mistake(p, ETH006, "%s is 0x%08x: descriptors have to be at words, the two lowest bits are "
                       "taken for 0", what, address);
    }
    if (address >> 16 == 0x1000) {
        periph_mistake(p, ETH007, "%s is 0x%08x, in CCM RAM, which the Ethernet DMA does not reach", what,
                       address);
    }
}

/* The transmit DMA sleeps, and the CPU has given it a descriptor long ago. */
void eth_check_no_poll(Eth *s)
{
    int64_t now = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
    uint32_t word;

    if (s->tx != TX_SUSPENDED ||
        address_space_rw(&s->memory, s->tx_address, MEMTXATTRS_UNSPECIFIED, &word, 4, false) != MEMTX_OK ||
        !(le32_to_cpu(word) & DES0_OWN)) {
        s->unpolled = 0;
    } else if (s->unpolled != s->tx_address) {
        s->unpolled = s->tx_address;
        s->unpolled_at = now;
    } else if (now - s->unpolled_at > PATIENCE_NS) {
        s->unpolled_at = INT64_MAX;
        periph_mistake(&s->parent_obj, ETH008, "the transmit DMA is suspended, and descriptor 0x%08x waits "
                       "for it", s->tx_address);
    }
}
