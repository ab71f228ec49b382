/*
 * Mistakes with the backup SRAM, see ../kinds.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
MISTAKE(BKP001, ERROR, "RM0090 5.1.2",
        "the backup SRAM is written while the backup domain is protected",
        "set PWR_CR.DBP first")
