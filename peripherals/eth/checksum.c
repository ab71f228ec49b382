/*
 * Checksums of IPv4 headers and of TCP, UDP and ICMP, checked in frames that come and inserted in those
 * that go (RM0090 33.5.6, 33.5.7 and the bits of the descriptors).
 *
 * Behind options of IPv6, and a route that has come to its end, is the payload; behind other extension headers none that
 * is looked into: it is bypassed.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "net/checksum.h"
#include "stm32/peripherals/eth/state.h"

#define TYPE_IPV4 0x0800
#define TYPE_IPV6 0x86dd
#define TYPE_VLAN 0x8100

enum { ICMP = 1, TCP = 6, UDP = 17, ICMP6 = 58 };
enum { HOP_OPTIONS = 0, ROUTE = 43, OPTIONS = 60 };     /* extension headers */

static bool is_known(uint8_t protocol, bool v6)
{
    return protocol == TCP || protocol == UDP || protocol == (v6 ? ICMP6 : ICMP);
}

/* The payload, @length bytes from @at on, of which the frame, of @all, may have fewer. */
static void set_payload(EthIp *ip, uint32_t at, uint32_t length, uint32_t all)
{
    ip->payload = at;
    ip->cut = at + length > all;
    ip->length = MIN(length, all - at);
}

static EthIp parse_v4(const uint8_t *frame, uint32_t length, uint32_t at)
{
    EthIp ip = { .kind = IP_BAD_HEADER, .header = at };
    uint32_t header, total;

    if (length < at + 20 || frame[at] >> 4 != 4) {
        return ip;
    }
    header = (frame[at] & 15) * 4;
    total = lduw_be_p(frame + at + 2);
    if (header < 20 || total < header || at + header > length) {
        return ip;
    }
    ip.kind = IP_V4;
    ip.header_sum_bad = net_raw_checksum((uint8_t *)frame + at, header);
    set_payload(&ip, at + header, total - header, length);
    if (!(lduw_be_p(frame + at + 6) & 0x3fff) && is_known(frame[at + 9], false)) {      /* no fragment */
        ip.protocol = frame[at + 9];
    }
    return ip;
}

static EthIp parse_v6(const uint8_t *frame, uint32_t length, uint32_t at)
{
    EthIp ip = { .kind = IP_BAD_HEADER, .v6 = true, .header = at };

    uint32_t left, next;

    if (length < at + 40 || frame[at] >> 4 != 6) {
        return ip;
    }
    left = lduw_be_p(frame + at + 4);
    next = frame[at + 6];
    at += 40;
    while (left >= 8 && (next == HOP_OPTIONS || next == OPTIONS || next == ROUTE)) {
        uint32_t size = at + 8 <= length ? (frame[at + 1] + 1) * 8 : 0;

        if (!size || at + size > length) {
            return ip;                      /* it ends before its headers do */
        }
        if (size > left || (next == ROUTE && frame[at + 3])) {
            break;
        }
        next = frame[at];
        at += size;
        left -= size;
    }
    ip.kind = IP_V6;
    set_payload(&ip, at, left, length);
    ip.protocol = is_known(next, true) ? next : 0;
    return ip;
}

EthIp eth_ip(const uint8_t *frame, uint32_t length)
{
    uint32_t at = 14;

    if (length >= 18 && lduw_be_p(frame + 12) == TYPE_VLAN) {
        at += 4;
    }
    if (length < at) {
        return (EthIp) { .kind = IP_NONE };
    }
    switch (lduw_be_p(frame + at - 2)) {
    case TYPE_IPV4: return parse_v4(frame, length, at);
    case TYPE_IPV6: return parse_v6(frame, length, at);
    default:        return (EthIp) { .kind = IP_NONE };
    }
}

/* Where the checksum is in the payload, or 0 if there is no room for one. */
static uint32_t place(const EthIp *ip)
{
    uint32_t at = ip->protocol == TCP ? 16 : ip->protocol == UDP ? 6 : 2;

    return at + 2 <= ip->length ? ip->payload + at : 0;
}

static uint32_t pseudo_header(const uint8_t *frame, const EthIp *ip)
{
    uint8_t *addresses = (uint8_t *)frame + ip->header + (ip->kind == IP_V4 ? 12 : 8);

    if (ip->protocol == ICMP) {
        return 0;
    }
    return net_checksum_add(ip->kind == IP_V4 ? 8 : 32, addresses) + ip->protocol + ip->length;
}

static uint16_t payload_sum(const uint8_t *frame, const EthIp *ip, bool with_pseudo_header)
{
    return net_checksum_finish(net_checksum_add(ip->length, (uint8_t *)frame + ip->payload) +
                               (with_pseudo_header ? pseudo_header(frame, ip) : 0));
}

static bool payload_is_bad(const uint8_t *frame, const EthIp *ip)
{
    uint32_t at = place(ip);

    if (!at || ip->cut) {
        return true;
    }
    if (ip->protocol == UDP && !lduw_be_p(frame + at)) {        /* its sender has made none */
        return ip->kind == IP_V6;
    }
    return payload_sum(frame, ip, true);
}

/* RDES0 bits 5, 7 and 0 (table of 33.6.8). */
static uint32_t normal_status(bool is_ip, bool header_bad, bool bypassed, bool payload_bad)
{
    if (!is_ip) {
        return RDES0_IPHCE | RDES0_PCE;
    }
    if (bypassed && !header_bad) {
        return RDES0_PCE;
    }
    return RDES0_FT | (header_bad ? RDES0_IPHCE : 0) | (payload_bad ? RDES0_PCE : 0);
}

/* RDES4: IPPT, IPHE, IPPE, IPCB, IPV4PR, IPV6PR. */
static uint32_t extended_status(const EthIp *ip, bool header_bad, bool bypassed, bool payload_bad)
{
    unsigned type = bypassed ? 0 : ip->protocol == UDP ? 1 : ip->protocol == TCP ? 2 : ip->protocol ? 3 : 0;
    bool v6 = ip->kind == IP_V6 || ip->v6;

    return type | (header_bad ? 1 << 3 : 0) | (payload_bad ? 1 << 4 : 0) | (bypassed ? 1 << 5 : 0) |
           (v6 ? 1 << 7 : 1 << 6);
}

void eth_checksum_check(Eth *s, const uint8_t *frame, uint32_t length, EthReceived *r)
{
    EthIp ip = eth_ip(frame, length);
    bool header_bad = ip.kind == IP_BAD_HEADER || ip.header_sum_bad;
    bool bypassed = ip.kind != IP_BAD_HEADER && !ip.protocol;
    bool payload_bad = ip.protocol && payload_is_bad(frame, &ip);

    if (ip.kind == IP_NONE && lduw_be_p(frame + 12) < 0x600) {
        return;                         /* a length: 0 0 0 */
    }
    if (!eth_is_enhanced(s)) {
        r->status = (r->status & ~RDES0_FT) | normal_status(ip.kind != IP_NONE, header_bad, bypassed, payload_bad);
    } else if (ip.kind != IP_NONE) {
        r->extended |= extended_status(&ip, header_bad, bypassed, payload_bad);
        r->status |= RDES0_PCE;
    }
    if (ip.kind != IP_NONE && (header_bad || payload_bad)) {
        r->status |= RDES0_ES;
    }
}

uint32_t eth_checksum_insert(uint8_t *frame, uint32_t length, unsigned cic)
{
    EthIp ip = eth_ip(frame, length);
    uint32_t at, errors = 0;

    if (!cic || ip.kind == IP_NONE) {
        return 0;
    }
    if (ip.kind == IP_BAD_HEADER) {
        return TDES0_IHE | TDES0_ES;
    }
    if (ip.kind == IP_V4) {
        stw_be_p(frame + ip.header + 10, 0);
        stw_be_p(frame + ip.header + 10, net_raw_checksum(frame + ip.header, ip.payload - ip.header));
    }
    if (cic == 1 || !ip.protocol) {
        return 0;
    }
    at = place(&ip);
    if (!at || ip.cut) {
        errors = TDES0_IPE | TDES0_ES;
    } else {
        uint16_t sum;

        if (cic == 3) {
            stw_be_p(frame + at, 0);
        }
        sum = payload_sum(frame, &ip, cic == 3);
        stw_be_p(frame + at, ip.protocol == UDP && !sum ? 0xffff : sum);
    }
    return errors;
}
