/*
 * Which frames the MAC takes (RM0090 33.5.3, tables 181 and 182): perfect and hash filters of the destination, the
 * source filter, broadcasts, control frames, VLAN tags.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include <zlib.h>
#include "qemu/bitops.h"
#include "qemu/bswap.h"
#include "stm32/peripherals/eth/state.h"

#define TYPE_CONTROL 0x8808
#define TYPE_VLAN 0x8100

static const uint8_t broadcast[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

static void address_of(const Eth *s, unsigned n, uint8_t *address)
{
    const uint32_t *regs = s->parent_obj.regs;

    stl_le_p(address, regs[R_MACA0LR + 2 * n]);
    stw_le_p(address + 4, regs[R_MACA0HR + 2 * n]);
}

void eth_own_address(const Eth *s, uint8_t *address)
{
    address_of(s, 0, address);
}

bool eth_is_address_0(const Eth *s, const uint8_t *address)
{
    uint8_t own[6];

    address_of(s, 0, own);
    return !memcmp(own, address, 6);
}

/* MBC: bit 29 masks bits 15 to 8 of MACAxHR, bit 24 the lowest byte of MACAxLR. */
static bool matches(const Eth *s, unsigned n, const uint8_t *address)
{
    unsigned mask = FIELD_EX32(s->parent_obj.regs[R_MACA0HR + 2 * n], MACA1HR, MBC);
    uint8_t own[6];

    address_of(s, n, own);
    for (unsigned i = 0; i < 6; i++) {
        if (own[i] != address[i] && (!n || !(mask & 1 << i))) {
            return false;
        }
    }
    return true;
}

/* Of the addresses that are for destinations, or (@source) for sources. */
static bool perfect(const Eth *s, const uint8_t *address, bool source)
{
    if (!source && matches(s, 0, address)) {
        return true;
    }
    for (unsigned n = 1; n < 4; n++) {
        uint32_t high = s->parent_obj.regs[R_MACA0HR + 2 * n];

        if (FIELD_EX32(high, MACA1HR, AE) && FIELD_EX32(high, MACA1HR, SA) == source && matches(s, n, address)) {
            return true;
        }
    }
    return false;
}

static bool hash(const Eth *s, const uint8_t *address)
{
    unsigned bit = revbit32(crc32(0, address, 6)) >> 26;
    uint32_t table = s->parent_obj.regs[bit & 32 ? R_MACHTHR : R_MACHTLR];

    return table >> (bit & 31) & 1;
}

static bool destination(const Eth *s, const uint8_t *address)
{
    bool multicast = address[0] & 1;
    bool hashed = multicast ? reg_get(s, MACFFR, HM) : reg_get(s, MACFFR, HU), pass;

    if (!memcmp(address, broadcast, 6)) {
        return !reg_get(s, MACFFR, BFD);
    }
    if (multicast && reg_get(s, MACFFR, PAM)) {
        return true;
    }
    pass = hashed ? hash(s, address) || (reg_get(s, MACFFR, HPF) && perfect(s, address, false))
                  : perfect(s, address, false);
    return pass != reg_get(s, MACFFR, DAIF);
}

/* Control frames: whether PCF lets this one pass at all, and whether without regard to addresses. */
static bool control(const Eth *s, const uint8_t *frame, bool *always)
{
    unsigned pcf = reg_get(s, MACFFR, PCF);

    *always = pcf == 2;
    return pcf >= 2 || (pcf == 1 && lduw_be_p(frame + 14) != 1);
}

EthVerdict eth_filter(const Eth *s, const uint8_t *frame)
{
    EthVerdict v = { .unicast = !(frame[0] & 1) };
    bool pass, always = false;

    v.destination_failed = !destination(s, frame);
    v.source_failed = reg_get(s, MACFFR, SAF) || reg_get(s, MACFFR, SAIF)
                      ? perfect(s, frame + 6, true) == reg_get(s, MACFFR, SAIF) : false;
    pass = !v.destination_failed && !(reg_get(s, MACFFR, SAF) && v.source_failed);
    if (lduw_be_p(frame + 12) == TYPE_CONTROL && !control(s, frame, &always)) {
        pass = false;
    }
    v.taken = pass || always || reg_get(s, MACFFR, PM) || reg_get(s, MACFFR, RA);
    if (reg_get(s, MACFFR, PM)) {       /* promiscuous: the flags are always clear */
        v.destination_failed = v.source_failed = false;
    }
    return v;
}

bool eth_is_pause(const uint8_t *frame, uint32_t length)
{
    return length >= 18 && lduw_be_p(frame + 12) == TYPE_CONTROL && lduw_be_p(frame + 14) == 1;
}

bool eth_is_vlan(const uint8_t *frame, uint32_t length)
{
    return length >= 18 && lduw_be_p(frame + 12) == TYPE_VLAN;
}

bool eth_vlan_matches(const Eth *s, const uint8_t *frame, uint32_t length)
{
    unsigned mask = reg_get(s, MACVLANTR, VLANTC) ? 0xfff : 0xffff, tag = reg_get(s, MACVLANTR, VLANTI) & mask;

    return eth_is_vlan(frame, length) && (!tag || (lduw_be_p(frame + 14) & mask) == tag);
}
