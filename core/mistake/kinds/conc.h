/*
 * Mistakes with handlers and threads that share something, which -machine checks=concurrency looks for, but the last; see
 * ../kinds.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
MISTAKE(CONC001, ERROR, "PM0214 2.2.4",
        "a variable is read, changed and written back, and in between a handler or another thread has written it: that is lost",
        "keep the interrupt off meanwhile, or use LDREX and STREX (C11 atomics); volatile is not enough")
MISTAKE(CONC002, ERROR, "PM0214 2.2.4",
        "a register is read, changed and written back, and in between a handler or another thread has written it: that is lost",
        "use what needs no read (BSRR, a bit-band alias), or keep the interrupt off meanwhile")
MISTAKE(CONC003, ERROR, "C11 5.1.2.3",
        "a loop waits for a variable that it does not read: the compiler has read it once, before the loop",
        "declare it volatile, as a handler, DMA or another thread changes it")
