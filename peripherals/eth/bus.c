/*
 * The master that the Ethernet DMA is on the bus (RM0090 2.1.8): SRAM, the FSMC's memories, and flash to read.
 *
 * An access that reaches nothing is a fatal bus error: this direction is dead until a reset.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/eth/state.h"

static const char *place(uint32_t address)
{
    return address >> 16 == 0x1000 ? "in CCM RAM, which hangs on the core alone" :
           address >> 20 == 0x080 ? "in flash" : "where there is no memory that it reaches";
}

/* DMASR.EBS: 0 data of TxDMA, 1 read, 2 descriptor. */
static void fatal(Eth *s, uint32_t address, bool write, bool descriptor, bool transmits)
{
    Periph *p = &s->parent_obj;
    bool flash = write && address >> 20 == 0x080;

    eth_flag(s, DMASR(FBES));
    reg_set(s, DMASR, EBS, (transmits ? 1 : 0) | (write ? 0 : 2) | (descriptor ? 4 : 0));
    if (transmits) {
        s->tx = TX_DEAD;
    } else {
        s->rx = RX_DEAD;
    }
    periph_mistake(p, ETH001, "fatal bus error: the %s DMA %s %s at 0x%08x, %s; it is dead until DMABMR.SR. "
                   "Descriptors and buffers have to be in SRAM (0x20000000)%s",
                   transmits ? "transmit" : "receive", write ? "writes" : "reads",
                   descriptor ? "a descriptor" : "a buffer", address, place(address),
                   flash && descriptor ? ", as the DMA writes to descriptors" : "");
}

static bool access_memory(Eth *s, uint32_t address, void *data, uint32_t bytes, bool write,
                          bool descriptor, bool transmits)
{
    bool flash = write && address >> 20 == 0x080;

    if (!flash && (uint64_t)address + bytes <= 1ull << 32 &&
        address_space_rw(&s->memory, address, MEMTXATTRS_UNSPECIFIED, data, bytes, write) == MEMTX_OK) {
        return true;
    }
    fatal(s, address, write, descriptor, transmits);
    return false;
}

bool eth_read(Eth *s, uint32_t address, void *data, uint32_t bytes, bool descriptor, bool transmits)
{
    return access_memory(s, address, data, bytes, false, descriptor, transmits);
}

bool eth_write(Eth *s, uint32_t address, const void *data, uint32_t bytes, bool descriptor, bool transmits)
{
    return access_memory(s, address, (void *)data, bytes, true, descriptor, transmits);
}
