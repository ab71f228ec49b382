/*
 * The Ethernet block in a migration stream.  What comes from there may be anything: sizes are checked.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/eth/state.h"

static int eth_post_load(void *opaque, int version_id)
{
    Eth *s = opaque;
    uint32_t used = 0;

    if (s->tx > TX_DEAD || s->rx > RX_DEAD || s->tx_length > MII_MAX_FRAME || s->rx_length > MII_MAX_FRAME ||
        s->rx_fault > MII_DRIBBLE || s->fifo_frames > ETH_WAITING || s->wake_next >= ETH_WAKE_WORDS) {
        return -EINVAL;
    }
    for (unsigned i = 0; i < s->fifo_frames; i++) {
        used += MIN(s->waiting[i].length, ETH_FIFO + 1);
    }
    return used == s->fifo_used && used <= ETH_FIFO ? 0 : -EINVAL;
}

static const VMStateDescription descriptor_vmstate = {
    .name = "eth-descriptor", .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32(address, EthDescriptor),
        VMSTATE_UINT32_ARRAY(word, EthDescriptor, 8),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription received_vmstate = {
    .name = "eth-received", .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32(length, EthReceived),
        VMSTATE_UINT32(status, EthReceived),
        VMSTATE_UINT32(extended, EthReceived),
        VMSTATE_BOOL(stamp.taken, EthReceived),
        VMSTATE_UINT32(stamp.seconds, EthReceived),
        VMSTATE_UINT32(stamp.subseconds, EthReceived),
        VMSTATE_END_OF_LIST()
    },
};

const VMStateDescription eth_vmstate = {
    .name = "stm32f4-eth", .version_id = 2, .minimum_version_id = 2, .post_load = eth_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_CLOCK(tx_clk, Eth),
        VMSTATE_CLOCK(rx_clk, Eth),
        VMSTATE_CLOCK(ptp_clk, Eth),
        VMSTATE_CLOCK(nibble, Eth),
        VMSTATE_COUNTER(wire, Eth),
        VMSTATE_COUNTER(hclk, Eth),
        VMSTATE_BOOL(rmii, Eth),
        VMSTATE_BOOL(mode_is_late, Eth),
        VMSTATE_UINT64(reset_due, Eth),
        VMSTATE_BOOL(by_software, Eth),
        VMSTATE_UINT64(mdio_due, Eth),
        VMSTATE_UINT32(tx, Eth),
        VMSTATE_UINT64(tx_due, Eth),
        VMSTATE_UINT64(tx_from, Eth),
        VMSTATE_UINT64(tx_start, Eth),
        VMSTATE_STRUCT(tx_first, Eth, 1, descriptor_vmstate, EthDescriptor),
        VMSTATE_STRUCT(tx_last, Eth, 1, descriptor_vmstate, EthDescriptor),
        VMSTATE_UINT32(tx_address, Eth),
        VMSTATE_UINT32(tx_status, Eth),
        VMSTATE_UINT32(tx_length, Eth),
        VMSTATE_BOOL(tx_fcs_is_bad, Eth),
        VMSTATE_BOOL(tx_open, Eth),
        VMSTATE_UINT8_ARRAY(tx_data, Eth, ETH_ROOM),
        VMSTATE_UINT64(pause_until, Eth),
        VMSTATE_BOOL(pause_pending, Eth),
        VMSTATE_BOOL(pause_zero, Eth),
        VMSTATE_UINT64(pause_due, Eth),
        VMSTATE_UINT32(rx, Eth),
        VMSTATE_UINT64(rx_due, Eth),
        VMSTATE_UINT64(rx_from, Eth),
        VMSTATE_UINT64(rx_start, Eth),
        VMSTATE_UINT64(rx_early, Eth),
        VMSTATE_UINT32(rx_address, Eth),
        VMSTATE_UINT32(rx_length, Eth),
        VMSTATE_UINT32(rx_fault, Eth),
        VMSTATE_UINT8_ARRAY(rx_data, Eth, ETH_ROOM),
        VMSTATE_UINT8_ARRAY(fifo, Eth, ETH_FIFO),
        VMSTATE_UINT32(fifo_used, Eth),
        VMSTATE_UINT32(fifo_frames, Eth),
        VMSTATE_STRUCT_ARRAY(waiting, Eth, ETH_WAITING, 1, received_vmstate, EthReceived),
        VMSTATE_UINT64(look_due, Eth),
        VMSTATE_UINT64(patience, Eth),
        VMSTATE_UINT64(rx_watchdog, Eth),
        VMSTATE_BOOL(rx_wrapped, Eth),
        VMSTATE_BOOL(rx_told, Eth),
        VMSTATE_UINT32(dropped, Eth),
        VMSTATE_UINT32_ARRAY(wake_filter, Eth, ETH_WAKE_WORDS),
        VMSTATE_UINT32(wake_next, Eth),
        VMSTATE_STRUCT(ptp, Eth, 1, eth_ptp_vmstate, EthPtp),
        VMSTATE_PERIPH(Eth),
        VMSTATE_END_OF_LIST()
    },
};
