/*
 * Mistakes that an SD card sees, see ../kinds.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
MISTAKE(SD001, ERROR, "SD 4.3.4",
        "data is sent to an SD card with a command that takes none",
        "send it behind CMD24 or CMD25, or what else takes data")
MISTAKE(SD002, ERROR, "SD 4.3.2",
        "an address beyond the end of an SD card",
        "SDHC cards count in blocks, others in bytes; the CSD says how many there are")
MISTAKE(SD003, SUSPICIOUS, "SD 4.8",
        "a command that an SD card does not take in the state it is in",
        "see what CMD13 says, and wait for the end of the command before")
MISTAKE(SD004, NOTE, "SD 4.7.4",
        "a command that an SD card has not, as drivers try that do not know it yet",
        "look at the list of commands, if it was meant")
MISTAKE(SD005, ERROR, "SD 4.3.3",
        "data is read from an SD card with a command that gives none",
        "read it behind CMD17 or CMD18, or what else gives data")
