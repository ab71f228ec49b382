/*
 * Who may write to the RTC (RM0090 26.3.5): DBP opens the backup domain, two keys in WPR the RTC.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/rtc/state.h"

bool rtc_check_open(Periph *p, unsigned n, uint32_t was)
{
    if (!RTC(p)->dbp) {
        periph_mistake(p, RTC001, "%s written while the backup domain is protected", p->reg[n].name);
        p->regs[n] = was;
    }
    return RTC(p)->dbp;
}

bool rtc_check_unlocked(Periph *p, unsigned n, uint32_t was)
{
    if (!rtc_check_open(p, n, was)) {
        return false;
    }
    if (!RTC(p)->unlocked) {
        periph_mistake(p, RTC002, "%s written while it is write-protected", p->reg[n].name);
        p->regs[n] = was;
    }
    return RTC(p)->unlocked;
}

bool rtc_check(Periph *p, unsigned n, uint32_t was, bool allowed, const char *why)
{
    if (!rtc_check_unlocked(p, n, was)) {
        return false;
    }
    if (!allowed) {
        periph_mistake(p, RTC003, "%s written %s: ignored", p->reg[n].name, why);
        p->regs[n] = was;
    }
    return allowed;
}

void rtc_wpr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Rtc *s = RTC(p);
    uint8_t key = data;

    if (!rtc_check_open(p, n, was)) {
        return;
    }
    if (s->half_unlocked ? key != 0x53 : key == 0x53) {
        periph_mistake(p, RTC004, "WPR: key 0x%02x out of order", key);
    }
    s->unlocked = s->half_unlocked && key == 0x53;
    s->half_unlocked = key == 0xca;
}
