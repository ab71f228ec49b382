/*
 * Mistakes with SYSCFG, see ../kinds.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
MISTAKE(SYSCFG001, ERROR, "RM0090 9",
        "an EXTI line is taken from a port that there is not",
        "there are A (0) to I (8)")
