/*
 * Mistakes with time, which -machine checks=time looks for, see ../kinds.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
MISTAKE(TIME001, SUSPICIOUS, "PM0214 2.3.6",
        "a handler takes longer than its interrupt's period, so hardly anything else gets to run",
        "do less in the handler, or make the period longer")
MISHAP(TIME002, SUSPICIOUS, "PM0214 4.5",
        "SysTick comes again before the one before has been handled: that tick is lost, and time is late",
        "keep interrupts off, and handlers of higher priority, shorter than the tick's period")
MISTAKE(TIME003, SUSPICIOUS, "PM0214 2.3.6",
        "interrupts are kept off for more than 1 ms while one waits, or longer than -machine interrupts-off= says",
        "keep the critical section short, or mask by BASEPRI what it is about only")
