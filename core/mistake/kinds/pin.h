/*
 * Mistakes with nets of pins, see ../kinds.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
MISTAKE(PIN001, ERROR, "RM0090 8.3",
        "two outputs drive a pin against each other: a short circuit",
        "make one of them an input, open drain, or switch it off; check MODER, OTYPER and the wiring")
