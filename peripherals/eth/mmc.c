/*
 * MMC: counters of frames (RM0090 33.5.8).  One sets its flag when it gets to half of what it can count.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/eth/state.h"

static const struct {
    unsigned counter, flags;            /* registers */
    uint32_t flag;
} table[] = {
    { MMC_TX_SINGLE, R_MMCTIR, R_MMCTIR_TGFSCS_MASK },
    { MMC_TX_MULTIPLE, R_MMCTIR, R_MMCTIR_TGFMSCS_MASK },
    { MMC_TX_GOOD, R_MMCTIR, R_MMCTIR_TGFS_MASK },
    { MMC_RX_CRC, R_MMCRIR, R_MMCRIR_RFCES_MASK },
    { MMC_RX_ALIGNMENT, R_MMCRIR, R_MMCRIR_RFAES_MASK },
    { MMC_RX_UNICAST, R_MMCRIR, R_MMCRIR_RGUFS_MASK },
};

static unsigned row_of(unsigned counter)
{
    unsigned i = 0;

    while (table[i].counter != counter) {
        i++;
    }
    return i;
}

void eth_count(Eth *s, EthCounter counter)
{
    uint32_t *regs = s->parent_obj.regs;
    unsigned i = row_of(counter);

    if (reg_get(s, MMCCR, MCF) || (reg_get(s, MMCCR, CSR) && regs[counter] == UINT32_MAX)) {
        return;
    }
    if (++regs[counter] == 1u << 31) {
        regs[table[i].flags] |= table[i].flag;
    }
}

bool eth_mmc_receive_interrupts(const Eth *s)
{
    return s->parent_obj.regs[R_MMCRIR] & ~s->parent_obj.regs[R_MMCRIMR];
}

bool eth_mmc_transmit_interrupts(const Eth *s)
{
    return s->parent_obj.regs[R_MMCTIR] & ~s->parent_obj.regs[R_MMCTIMR];
}

void eth_mmccr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    bool preset = FIELD_EX32(data, MMCCR, MCP);
    uint32_t value = !preset ? 0 : FIELD_EX32(p->regs[n], MMCCR, MCFHP) ? 0xfffffff0 : 0x7ffffff0;

    if (preset || data & R_MMCCR_CR_MASK) {
        for (unsigned i = 0; i < ARRAY_SIZE(table); i++) {
            p->regs[table[i].counter] = value;
        }
    }
}

/* Reading the counter clears its flag; reading MMCRIR or MMCTIR, whose bits ST calls rc_r, does not. */
void eth_counter_was_read(Periph *p, unsigned n, uint32_t value)
{
    unsigned i = row_of(n);

    p->regs[table[i].flags] &= ~table[i].flag;
    if (FIELD_EX32(p->regs[R_MMCCR], MMCCR, ROR)) {
        p->regs[n] = 0;
    }
    periph_update(p);
}
