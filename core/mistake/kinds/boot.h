/*
 * Mistakes with the bootloader in system memory, which -machine checks=memory looks for, see ../kinds.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
MISTAKE(BOOT001, SUSPICIOUS, "AN2606",
        "the bootloader in system memory is entered, and the chip is not as after a reset",
        "leave handlers first (by a reset with a word in a backup register, at best), switch interrupts, SysTick and the "
        "PLL off, clear PRIMASK, set MSP to the word at 0x1fff0000, then jump to the one behind it")
