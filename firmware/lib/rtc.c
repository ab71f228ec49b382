/*
 * The RTC, see rtc.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rtc.h"
#include "stm32.h"

void rtc_start(uint32_t tr, uint32_t dr)
{
    REG(RCC, RCC_CSR) |= RCC_CSR_LSION;
    while (!(REG(RCC, RCC_CSR) & RCC_CSR_LSIRDY)) {
    }
    REG(RCC, RCC_BDCR) |= 2 << 8 | RCC_BDCR_RTCEN;
    REG(RTC, RTC_WPR) = 0xca;
    REG(RTC, RTC_WPR) = 0x53;
    REG(RTC, RTC_ISR) = ~0u;
    while (!(REG(RTC, RTC_ISR) & RTC_ISR_INITF)) {
    }
    REG(RTC, RTC_PRER) = RTC_STEPS - 1;
    REG(RTC, RTC_PRER) |= 127 << 16;
    REG(RTC, RTC_TR) = tr;
    REG(RTC, RTC_DR) = dr;
    REG(RTC, RTC_ISR) = (uint32_t)~RTC_ISR_INIT;
}
