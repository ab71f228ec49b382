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
