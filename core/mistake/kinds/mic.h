/*
 * Mistakes with the microphone, see ../kinds.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
MISTAKE(MIC001, ERROR, "MP45DT02",
        "the microphone's clock is not in its range",
        "set I2S2 for a clock of 1 to 3.25 MHz")
