/*
 * Mistakes with ITM, see ../kinds.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
MISTAKE(ITM001, ERROR, "ARMv7-M C1.7",
        "a register is written while locked",
        "write 0xC5ACCE55 to LAR first")
