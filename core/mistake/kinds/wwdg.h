/*
 * Mistakes with WWDG, see ../kinds.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
MISTAKE(WWDG001, ERROR, "RM0090 22",
        "refreshed above the window: reset",
        "refresh later: when CR.T is at CFR.W or below")
MISTAKE(WWDG002, ERROR, "RM0090 22",
        "CR.T written with T6 clear: reset",
        "write T with bit 6 set")
MISHAP(WWDG003, NOTE, "RM0090 22.3",
        "it has run out: reset",
        "write CR.T in time, when it is at CFR.W or below, on every way that the program may take")
