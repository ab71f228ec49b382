/*
 * Mistakes with DAC, see ../kinds.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
MISTAKE(DAC001, SUSPICIOUS, "RM0090 14",
        "a channel is enabled whose pin is not in analog mode",
        "set MODER of the pin to 3, analog")
MISTAKE(DAC002, NOTE, "RM0090 14",
        "a software trigger of a channel that does not wait for one",
        "set EN, TEN and TSEL = 7")
MISHAP(DAC003, ERROR, "RM0090 14.3.7",
        "DMA underrun: a trigger has come before the DMA has served the one before",
        "enable the stream first, trigger slower, or clear DMAUDR and set the stream up again")
MISHAP(DAC004, NOTE, "RM0090 14.3.4",
        "data has been written to a channel that is off, or whose trigger does not come: it stays in DHR",
        "set CR.EN; without a trigger clear TEN, else start the one that TSEL selects: CEN of the timer and MMS in its CR2")
MISHAP(DAC005, SUSPICIOUS, "RM0090 14.3.7",
        "a channel is to have its data from a DMA, and never requests",
        "set CR.TEN, and TSEL to what gives the pace: the DAC asks for data with each trigger")
