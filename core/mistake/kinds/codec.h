/*
 * Mistakes with the audio codec CS43L22, see ../kinds.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
MISHAP(CODEC001, ERROR, "CS43L22 4.9",
        "samples come while it is held in reset: silence",
        "drive its reset pin (PD4) high first")
MISHAP(CODEC002, ERROR, "CS43L22 4.9",
        "samples come while the codec is powered down: silence",
        "write 0x9e to register 0x02 first")
MISHAP(CODEC003, ERROR, "CS43L22 4.6",
        "samples come without MCLK: silence",
        "set I2SPR.MCKOE, and give its pin (PC7) to I2S3")
MISHAP(CODEC004, ERROR, "CS43L22 4.6",
        "samples come without LRCK: silence",
        "give PA4 to I2S3 (AF6)")
MISHAP(CODEC005, ERROR, "CS43L22 4.6",
        "samples come at a rate that the codec does not take: silence",
        "set I2SPR and PLLI2S for a rate that it takes")
MISHAP(CODEC006, ERROR, "CS43L22 7.5",
        "register 0x06 has another format of I2S than the samples: noise",
        "make I2SCFGR.I2SSTD and register 0x06 say the same")
MISHAP(CODEC007, NOTE, "UM1472 4.7",
        "the codec is called by I2C while it is held in reset: nobody acknowledges",
        "make PD4 an output and set it high first")
