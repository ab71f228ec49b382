/*
 * Mistakes with displays with an SSD1306, see ../kinds.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
MISTAKE(SSD001, NOTE, "SSD1306 10",
        "DISPLAYON (0xaf) without the charge pump: nothing is lit",
        "send 0x8d 0x14 before (or vcc=on, if the module has a supply of its own)")
MISTAKE(SSD002, NOTE, "SSD1306 9",
        "a command that an SSD1306 has not",
        "look at the list of commands: D/C may be wrong")
