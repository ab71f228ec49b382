/*
 * Power management (RM0090 33.5.10): while MACPMTCSR.PD is set frames are not received; a magic packet, or one that
 * a wake-up filter knows, ends that, and is an edge at EXTI line 19.
 *
 * A filter looks at bytes that its mask names, from its offset on, and compares their CRC-16.  unsure: that CRC is
 * the one of polynomial 0x8005, reflected, from 0xffff on, as drivers of this MAC compute it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/eth/state.h"

#define MASK_BYTES 31

static bool is_magic(const Eth *s, const uint8_t *frame, uint32_t length)
{
    uint8_t own[6];
    unsigned ones = 0;

    eth_own_address(s, own);
    for (uint32_t i = 12; i + 96 <= length; i++) {
        if (ones >= 6) {
            unsigned n = 0;

            while (n < 16 && !memcmp(frame + i + 6 * n, own, 6)) {
                n++;
            }
            if (n == 16) {
                return true;
            }
        }
        ones = frame[i] == 0xff ? ones + 1 : 0;
    }
    return false;
}

static uint16_t crc16(uint16_t crc, uint8_t byte)
{
    crc ^= byte;
    for (unsigned i = 0; i < 8; i++) {
        crc = crc & 1 ? crc >> 1 ^ 0xa001 : crc >> 1;
    }
    return crc;
}

static bool is_known(const Eth *s, unsigned n, const uint8_t *frame, uint32_t length)
{
    unsigned command = s->wake_filter[4] >> 8 * n, offset = (s->wake_filter[5] >> 8 * n) & 0xff;
    uint16_t wanted = s->wake_filter[6 + n / 2] >> 16 * (n % 2), crc = 0xffff;
    bool multicast = frame[0] & 1;

    if (!(command & 1) || multicast != !!(command & 8)) {
        return false;
    }
    for (unsigned i = 0; i < MASK_BYTES; i++) {
        if (s->wake_filter[n] >> i & 1) {
            if (offset + i >= length) {
                return false;
            }
            crc = crc16(crc, frame[offset + i]);
        }
    }
    return crc == wanted;
}

void eth_pmt_frame(Eth *s, const uint8_t *frame, uint32_t length)
{
    bool magic = false, known = false;

    if (length < 14) {
        return;
    }
    if (reg_get(s, MACPMTCSR, MPE) && (eth_is_address_0(s, frame) || frame[0] & 1)) {
        magic = is_magic(s, frame, length);
    }
    if (reg_get(s, MACPMTCSR, WFE)) {
        for (unsigned n = 0; n < ETH_WAKE_FILTERS && !known; n++) {
            known = is_known(s, n, frame, length);
        }
        known |= reg_get(s, MACPMTCSR, GU) && !(frame[0] & 1) && eth_filter(s, frame).taken;
    }
    if (magic || known) {
        reg_set(s, MACPMTCSR, PD, 0);
        s->parent_obj.regs[R_MACPMTCSR] |= (magic ? R_MACPMTCSR_MPR_MASK : 0) | (known ? R_MACPMTCSR_WFR_MASK : 0);
    }
}

void eth_pmtcsr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Eth *s = ETH(p);

    if (data & R_MACPMTCSR_WFFRPR_MASK) {
        s->wake_next = 0;
        reg_set(s, MACPMTCSR, WFFRPR, 0);
    }
    if (data & R_MACPMTCSR_PD_MASK && !(p->regs[n] & (R_MACPMTCSR_MPE_MASK | R_MACPMTCSR_WFE_MASK))) {
        periph_mistake(p, ETH017, "MACPMTCSR.PD without MPE and WFE: no frame can wake the MAC");
    }
}

void eth_pmtcsr_was_read(Periph *p, unsigned n, uint32_t value)
{
    p->regs[n] &= ~(R_MACPMTCSR_MPR_MASK | R_MACPMTCSR_WFR_MASK);
    periph_update(p);
}

uint32_t eth_rwuffr_read(Periph *p, unsigned n)
{
    return ETH(p)->wake_filter[ETH(p)->wake_next];
}

void eth_rwuffr_was_read(Periph *p, unsigned n, uint32_t value)
{
    ETH(p)->wake_next = (ETH(p)->wake_next + 1) % ETH_WAKE_WORDS;
}

void eth_rwuffr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Eth *s = ETH(p);

    s->wake_filter[s->wake_next] = data;
    s->wake_next = (s->wake_next + 1) % ETH_WAKE_WORDS;
    p->regs[n] = 0;
}
