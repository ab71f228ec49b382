/*
 * Mistakes with EXTI, see ../kinds.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
MISHAP(EXTI001, SUSPICIOUS, "RM0090 26.5",
        "an interrupt of the RTC is enabled there and happens, and its line of EXTI is closed",
        "set the line in EXTI_RTSR and EXTI_IMR: 17 alarm, 21 tamper and time stamp, 22 wake-up")
