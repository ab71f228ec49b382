/*
 * MDC and MDIO, the way to the PHY's registers (RM0090 33.4.1): 64 periods of MDC, which is HCLK divided by CR.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/eth/state.h"

#define FRAME_BITS 64
#define MAX_MDC_HZ 2500000

static unsigned divider(const Eth *s)
{
    static const uint8_t by_cr[8] = { 42, 62, 16, 26, 102, 102, 102, 102 };     /* unsure: 5 to 7, reserved */

    return by_cr[reg_get(s, MACMIIAR, CR)];
}

static bool is_routed(Eth *s)
{
    const Signal *missing = !signal_is_routed(&s->mdc) ? &s->mdc : !signal_is_routed(&s->mdio) ? &s->mdio : NULL;

    if (missing) {
        periph_mistake(&s->parent_obj, ETH014, "an access to the PHY, and %s is at no pin: select AF11 at %s",
                       missing == &s->mdc ? "ETH_MDC" : "ETH_MDIO", missing == &s->mdc ? "PC1" : "PA2");
    }
    return !missing;
}

void eth_miiar_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Eth *s = ETH(p);
    unsigned mdc = clock_get_hz(p->clk) / divider(s);

    if (s->mdio_due != ETH_NEVER) {
        periph_mistake(p, ETH015, "MACMIIAR written while an access to the PHY is under way");
        return;
    }
    if (!(p->regs[n] & R_MACMIIAR_MB_MASK)) {
        return;
    }
    if (mdc > MAX_MDC_HZ + MAX_MDC_HZ / 100) {
        periph_mistake(p, ETH016, "MDC is %u Hz, PHYs take 2500000", mdc);
    }
    s->mdio_due = counter_now(&s->hclk) + FRAME_BITS * divider(s);
}

void eth_mdio_step(Eth *s)
{
    unsigned address = reg_get(s, MACMIIAR, PA), reg = reg_get(s, MACMIIAR, MR);
    bool write = reg_get(s, MACMIIAR, MW), routed = is_routed(s);

    s->mdio_due = ETH_NEVER;
    reg_set(s, MACMIIAR, MB, 0);
    if (write && routed) {
        mii_write(&s->mii, address, reg, reg_get(s, MACMIIDR, MD));
    } else if (!write) {
        reg_set(s, MACMIIDR, MD, routed ? mii_read(&s->mii, address, reg) : 0xffff);
    }
}
