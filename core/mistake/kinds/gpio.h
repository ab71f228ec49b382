/*
 * Mistakes with GPIO, see ../kinds.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
MISTAKE(GPIO001, ERROR, "RM0090 8",
        "LCKR written, but the port is locked until reset",
        "nothing can be done before a reset")
MISTAKE(GPIO002, ERROR, "RM0090 8",
        "a register is written for pins that LCKR has locked: ignored",
        "do it before LCKR locks them")
MISTAKE(GPIO003, SUSPICIOUS, "RM0090 38.4",
        "a pin of the debugger (PA13, PA14) is made another",
        "leave them, or change single fields: MODER &= ~(3 << 2 * n)")
MISTAKE(GPIO004, SUSPICIOUS, "RM0090 8.3.9",
        "a pin is switched by ODR or BSRR again and again, and is no output",
        "set MODER of the pin to 1, output")
