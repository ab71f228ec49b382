/*
 * Mistakes with displays with an ILI9341, see ../kinds.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
MISTAKE(ILI001, ERROR, "ILI9341 8.1",
        "a command that an ILI9341 has not",
        "look at the list of commands: D/C may be wrong")
MISTAKE(ILI002, SUSPICIOUS, "ILI9341 8.2.12",
        "a command less than 5 ms after SWRESET, SLPOUT or a reset",
        "wait 5 ms; 120 ms after SLPOUT before SLPIN")
MISTAKE(ILI003, ERROR, "ILI9341 8.2.26",
        "VSCRDEF: the areas are not 320 lines together",
        "make the three areas 320 lines together")
MISTAKE(ILI004, ERROR, "ILI9341 8.2.33",
        "COLMOD: a pixel format that there is not",
        "send 0x55 for 16 bits, 0x66 for 18")
MISTAKE(ILI005, ERROR, "ILI9341 8.2.20",
        "the window lies outside of the display: what is outside is lost",
        "set CASET and PASET as MADCTL.MV has them")
MISTAKE(ILI006, NOTE, "ILI9341 8.2.12",
        "pixels are moved while the display sleeps: nothing is seen",
        "send SLPOUT (0x11) and DISPON (0x29)")
