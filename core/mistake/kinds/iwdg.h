/*
 * Mistakes with IWDG, see ../kinds.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
MISTAKE(IWDG001, ERROR, "RM0090 21",
        "PR or RLR is written without the key 0x5555 in KR: ignored",
        "write 0x5555 to KR first")
MISTAKE(IWDG002, ERROR, "RM0090 21",
        "PR or RLR is written while the write before is under way: ignored",
        "wait for SR.PVU or RVU to be 0")
MISTAKE(IWDG003, ERROR, "RM0090 21.3.3",
        "PVU or RVU is waited for while LSI is off: it stays set",
        "start the watchdog (0xCCCC to KR) or LSI (RCC_CSR.LSION) before PR and RLR are written")
MISHAP(IWDG004, NOTE, "RM0090 21.3",
        "it has run out: reset",
        "write 0xAAAA to KR in time, on every way that the program may take; while a debugger halts the core "
        "DBGMCU_APB1_FZ stops it")
