/*
 * Mistakes with PWR, see ../kinds.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
MISTAKE(PWR001, ERROR, "RM0090 5",
        "Stop is ignored, for lines of EXTI are pending",
        "clear what is pending before WFI or WFE")
MISTAKE(PWR002, ERROR, "RM0090 5",
        "Stop is ignored, for flags of the RTC are set",
        "clear them before WFI or WFE")
MISTAKE(PWR003, ERROR, "RM0090 5",
        "CSR.BRE written while the backup domain is protected",
        "set CR.DBP first")
MISTAKE(PWR004, ERROR, "RM0090 5.3.6",
        "Standby is entered with WUF set: the chip wakes at once",
        "set CR.CWUF before; enable EWUP while the pin is low")
MISTAKE(PWR005, SUSPICIOUS, "RM0090 5.3.6",
        "Standby is entered with an alarm, wake-up, tamper or time stamp flag of the RTC set: its "
        "next event is no edge",
        "clear the flags in RTC_ISR before")
MISTAKE(PWR006, SUSPICIOUS, "RM0090 5.3.5",
        "Stop is entered, and nothing is set up that ends it",
        "open a line of EXTI: a pin's, or 17, 21 or 22 of the RTC; SysTick and the other interrupts stand in Stop; or clear "
        "SCB_SCR.SLEEPDEEP for a plain sleep")
