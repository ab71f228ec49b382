/*
 * Mistakes with RTC, see ../kinds.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
MISTAKE(RTC001, ERROR, "RM0090 5.1.2",
        "a register of the RTC is written while the backup domain is protected",
        "set PWR_CR.DBP first")
MISTAKE(RTC002, ERROR, "RM0090 26.3.5",
        "a register of the RTC is written while it is write-protected",
        "write 0xCA and 0x53 to WPR first")
MISTAKE(RTC003, ERROR, "RM0090 26.3.5",
        "a register of the RTC is written when it can't be: ignored",
        "do it when the manual allows: in initialization, or while the unit is off")
MISTAKE(RTC004, ERROR, "RM0090 26.3.5",
        "WPR: a key out of order",
        "write 0xCA and 0x53, one after the other")
MISTAKE(RTC005, ERROR, "RM0090 26.3.6",
        "PCLK1 is slower than 7 * RTCCLK, and the shadow registers are read",
        "read with CR.BYPSHAD")
MISTAKE(RTC006, ERROR, "RM0090 26.3.6",
        "a shadow register is read right after Stop: it is as it was before",
        "clear ISR.RSF and wait until it is set")
MISTAKE(RTC007, ERROR, "RM0090 26",
        "CR.FMT, DCE or REFCKON is written outside of initialization: ignored",
        "set ISR.INIT and wait for INITF first")
MISTAKE(RTC008, ERROR, "RM0090 26",
        "CR.WUCKSEL written while ISR.WUTWF is 0: ignored",
        "clear WUTE and wait for WUTWF first")
MISTAKE(RTC009, SUSPICIOUS, "RM0090 26",
        "CR.TSEDGE changed while TSE is set: may make a time stamp",
        "clear TSE first")
MISTAKE(RTC010, ERROR, "RM0090 26",
        "WUTR = 0 with RTCCLK / 2 is not allowed",
        "write 1 or more, or choose a slower clock")
MISTAKE(RTC011, ERROR, "RM0090 26.3.6",
        "TR is read again, and DR has not been read since: the time stands",
        "read DR after TR (HAL_RTC_GetDate() after HAL_RTC_GetTime()), or set CR.BYPSHAD")
MISHAP(RTC012, SUSPICIOUS, "RM0090 26.5",
        "an alarm or the wake-up timer comes while its flag is still set from the time before: there is no interrupt",
        "clear the flag in RTC_ISR in the handler, besides that in EXTI_PR, and before the next is due")
