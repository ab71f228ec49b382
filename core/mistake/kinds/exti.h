/*
 * Mistakes with EXTI, see ../kinds.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
MISHAP(EXTI001, SUSPICIOUS, "RM0090 26.5",
        "an interrupt of the RTC is enabled there and happens, and its line of EXTI is closed",
        "set the line in EXTI_RTSR and EXTI_IMR: 17 alarm, 21 tamper and time stamp, 22 wake-up")
MISTAKE(EXTI002, SUSPICIOUS, "RM0090 12.2",
        "edges of a pin come while its bit of PR is still set from the one before, so their interrupts are lost",
        "clear PR first in the handler, and keep that, and sections with interrupts off, shorter than what is between two "
        "edges; or count with a timer (external clock, encoder)")
MISHAP(EXTI003, NOTE, "RM0090 12.2.5",
        "the interrupt of a pin's line is enabled, and no edge of it is selected",
        "set its bit in RTSR, FTSR or both; only SWIER triggers it otherwise")
MISTAKE(EXTI004, NOTE, "RM0090 12.2.5",
        "a line whose interrupt is open is given to the pin of another port: that of before has none any more",
        "pins of the same number share a line: take pins of different numbers, or close the line in IMR before it is given away")
