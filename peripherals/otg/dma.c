/*
 * The master that OTG_HS is on the bus (RM0090 35.9): whole packets from and to memory.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/otg/state.h"

bool otg_uses_dma(const Otg *s)
{
    return s->is_hs && reg_get(s, GAHBCFG, DMAEN);
}

static bool transfer(Otg *s, uint32_t address, uint8_t *data, unsigned bytes, bool write)
{
    if (address_space_rw(&s->memory, address, MEMTXATTRS_UNSPECIFIED, data, bytes, write) == MEMTX_OK) {
        return true;
    }
    periph_mistake(&s->parent_obj, OTG013, "its DMA %s 0x%08x, where it reaches nothing: it has no way to "
                   "the CCM (0x10000000); the buffer has to be in SRAM", write ? "writes to" : "reads from",
                   address);
    return false;
}

bool otg_dma_read(Otg *s, uint32_t address, uint8_t *data, unsigned bytes)
{
    return transfer(s, address, data, bytes, false);
}

bool otg_dma_write(Otg *s, uint32_t address, const uint8_t *data, unsigned bytes)
{
    return transfer(s, address, (uint8_t *)data, bytes, true);
}
