/*
 * Which frames that are received get a time stamp (RM0090 33.5.9, PTPTSCR): all, or PTP's, over Ethernet, UDP on
 * IPv4 or IPv6, version 1 or 2, all messages or events alone; and what RDES4 says of them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "stm32/peripherals/eth/state.h"

#define TYPE_PTP 0x88f7
#define PORT_EVENT 319
#define PORT_GENERAL 320

enum { SYNC = 0, DELAY_REQ = 1, PDELAY_REQ = 2, PDELAY_RESP = 3, MESSAGES = 16 };
#define MESSAGE_TYPE_SHIFT 8
#define OVER_ETHERNET (1u << 12)
#define VERSION_2 (1u << 13)

/* RDES4.PMT, by the type of a message of version 2. */
static const uint8_t kinds[MESSAGES] = {
    [SYNC] = 1, [8] = 2 /* follow-up */, [DELAY_REQ] = 3, [9] = 4 /* delay response */,
    [PDELAY_REQ] = 5, [PDELAY_RESP] = 6, [10] = 7 /* its follow-up */, [11] = 8 /* announce */,
    [12] = 9 /* management */, [13] = 10 /* signalling */,
};

/* Offset of the PTP message that is to be looked at, 0: none. */
static uint32_t message(const Eth *s, const uint8_t *frame, uint32_t length, uint32_t *extended)
{
    uint32_t at = eth_is_vlan(frame, length) ? 18 : 14;
    EthIp ip = eth_ip(frame, length);

    if (ip.kind == IP_NONE) {
        *extended |= OVER_ETHERNET;
        return reg_get(s, PTPTSCR, TSSPTPOEFE) && lduw_be_p(frame + at - 2) == TYPE_PTP ? at : 0;
    }
    if (ip.kind == IP_BAD_HEADER || ip.protocol != 17 || ip.length < 8 ||
        !(ip.kind == IP_V4 ? reg_get(s, PTPTSCR, TSSIPV4FE) : reg_get(s, PTPTSCR, TSSIPV6FE))) {
        return 0;
    }
    at = lduw_be_p(frame + ip.payload + 2);
    return at == PORT_EVENT || at == PORT_GENERAL ? ip.payload + 8 : 0;
}

static bool is_event(unsigned type)
{
    return type <= PDELAY_RESP;
}

/* Of those that a master, or a slave, has to time. */
static bool is_relevant(const Eth *s, unsigned type)
{
    bool master = reg_get(s, PTPTSCR, TSSMRME);

    switch (reg_get(s, PTPTSCR, TSCNT)) {
    case 0:                             /* ordinary clock, */
    case 1:                             /* boundary clock */
        return !reg_get(s, PTPTSCR, TSSEME) ? is_event(type) || type >= 8
                                            : type == (master ? DELAY_REQ : SYNC);
    default:                            /* transparent clocks */
        return is_event(type);
    }
}

bool eth_stamps_receive(const Eth *s, const uint8_t *frame, uint32_t length, uint32_t *extended)
{
    uint32_t seen = 0, at;
    unsigned type, version;

    if (!reg_get(s, PTPTSCR, TSE)) {
        return false;
    }
    at = message(s, frame, length, &seen);
    if (!at || at + 34 > length) {
        return reg_get(s, PTPTSCR, TSSARFE);
    }
    version = frame[at + 1] & 15;
    type = version == 2 ? frame[at] & 15 : frame[at + 32] & 15;         /* version 1: its control field */
    *extended |= seen | kinds[type] << MESSAGE_TYPE_SHIFT | (version == 2 ? VERSION_2 : 0);
    return reg_get(s, PTPTSCR, TSSARFE) ||
           ((version == 2) == reg_get(s, PTPTSCR, TSPTPPSV2E) && is_relevant(s, type));
}
