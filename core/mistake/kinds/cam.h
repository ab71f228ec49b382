/*
 * Mistakes with cameras at SCCB, see ../kinds.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
MISTAKE(CAM001, NOTE, "SCCB",
        "a camera does not answer on SCCB",
        "see what it says: clock (XCLK), reset, power, bus")
