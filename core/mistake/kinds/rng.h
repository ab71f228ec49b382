/*
 * Mistakes with RNG, see ../kinds.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
MISTAKE(RNG001, ERROR, "RM0090 24",
        "DR read while SR.DRDY is 0: it reads 0",
        "wait for SR.DRDY")
