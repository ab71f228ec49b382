/*
 * Interrupts of the Ethernet block (RM0090 33.7): flags of the MAC, summaries of the DMA's.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/eth/state.h"

#define NORMAL_FLAGS (DMASR(TS) | DMASR(TBUS) | DMASR(RS) | DMASR(ERS))
#define ABNORMAL_FLAGS (DMASR(TPSS) | DMASR(TJTS) | DMASR(ROS) | DMASR(TUS) | DMASR(RBUS) | DMASR(RPSS) | \
                        DMASR(RWTS) | DMASR(ETS) | DMASR(FBES))

uint32_t eth_mac_flags(const Eth *s)
{
    const uint32_t *regs = s->parent_obj.regs;
    uint32_t flags = 0;

    flags = FIELD_DP32(flags, MACSR, PMTS, !!(regs[R_MACPMTCSR] & (R_MACPMTCSR_MPR_MASK | R_MACPMTCSR_WFR_MASK)));
    flags = FIELD_DP32(flags, MACSR, MMCRS, eth_mmc_receive_interrupts(s));
    flags = FIELD_DP32(flags, MACSR, MMCTS, eth_mmc_transmit_interrupts(s));
    flags = FIELD_DP32(flags, MACSR, MMCS, eth_mmc_receive_interrupts(s) || eth_mmc_transmit_interrupts(s));
    return FIELD_DP32(flags, MACSR, TSTS, !!regs[R_PTPTSSR]);
}

/* The summaries stay until they are cleared; so they come again while what they sum up is there. */
void eth_sum_up(Eth *s)
{
    uint32_t enabled = s->parent_obj.regs[R_DMASR] & s->parent_obj.regs[R_DMAIER];

    eth_flag(s, (enabled & NORMAL_FLAGS ? DMASR(NIS) : 0) | (enabled & ABNORMAL_FLAGS ? DMASR(AIS) : 0));
}

bool eth_interrupts(const Eth *s)
{
    uint32_t enabled = s->parent_obj.regs[R_DMASR] & s->parent_obj.regs[R_DMAIER] & (DMASR(NIS) | DMASR(AIS));
    uint32_t mac = eth_mac_flags(s), masked = s->parent_obj.regs[R_MACIMR];

    return enabled || (mac & R_MACSR_MMCS_MASK) || (mac & ~masked & (R_MACSR_PMTS_MASK | R_MACSR_TSTS_MASK));
}
