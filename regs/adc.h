/*
 * RM0090 13.13  Analog-to-digital converter
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

REG (SR,       0x00, 0x00000000)
BITS(SR,       AWD,          0,  1, rc_w0)
BITS(SR,       EOC,          1,  1, rc_w0)
BITS(SR,       JEOC,         2,  1, rc_w0)
BITS(SR,       JSTRT,        3,  1, rc_w0)
BITS(SR,       STRT,         4,  1, rc_w0)
BITS(SR,       OVR,          5,  1, rc_w0)

REG (CR1,      0x04, 0x00000000)
BITS(CR1,      AWDCH,        0,  5, rw)
BITS(CR1,      EOCIE,        5,  1, rw)
BITS(CR1,      AWDIE,        6,  1, rw)
BITS(CR1,      JEOCIE,       7,  1, rw)
BITS(CR1,      SCAN,         8,  1, rw)
BITS(CR1,      AWDSGL,       9,  1, rw)
BITS(CR1,      JAUTO,       10,  1, rw)
BITS(CR1,      DISCEN,      11,  1, rw)
BITS(CR1,      JDISCEN,     12,  1, rw)
BITS(CR1,      DISCNUM,     13,  3, rw)
BITS(CR1,      JAWDEN,      22,  1, rw)
BITS(CR1,      AWDEN,       23,  1, rw)
BITS(CR1,      RES,         24,  2, rw)
BITS(CR1,      OVRIE,       26,  1, rw)

REG (CR2,      0x08, 0x00000000)
BITS(CR2,      ADON,         0,  1, rw)
BITS(CR2,      CONT,         1,  1, rw)
BITS(CR2,      DMA,          8,  1, rw)
BITS(CR2,      DDS,          9,  1, rw)
BITS(CR2,      EOCS,        10,  1, rw)
BITS(CR2,      ALIGN,       11,  1, rw)
BITS(CR2,      JEXTSEL,     16,  4, rw)
BITS(CR2,      JEXTEN,      20,  2, rw)
BITS(CR2,      JSWSTART,    22,  1, w)
BITS(CR2,      EXTSEL,      24,  4, rw)
BITS(CR2,      EXTEN,       28,  2, rw)
BITS(CR2,      SWSTART,     30,  1, w)

REG (SMPR1,    0x0c, 0x00000000)
BITS(SMPR1,    SMP10,        0,  3, rw)
BITS(SMPR1,    SMP11,        3,  3, rw)
BITS(SMPR1,    SMP12,        6,  3, rw)
BITS(SMPR1,    SMP13,        9,  3, rw)
BITS(SMPR1,    SMP14,       12,  3, rw)
BITS(SMPR1,    SMP15,       15,  3, rw)
BITS(SMPR1,    SMP16,       18,  3, rw)
BITS(SMPR1,    SMP17,       21,  3, rw)
BITS(SMPR1,    SMP18,       24,  3, rw)

REG (SMPR2,    0x10, 0x00000000)
BITS(SMPR2,    SMP0,         0,  3, rw)
BITS(SMPR2,    SMP1,         3,  3, rw)
BITS(SMPR2,    SMP2,         6,  3, rw)
BITS(SMPR2,    SMP3,         9,  3, rw)
BITS(SMPR2,    SMP4,        12,  3, rw)
BITS(SMPR2,    SMP5,        15,  3, rw)
BITS(SMPR2,    SMP6,        18,  3, rw)
BITS(SMPR2,    SMP7,        21,  3, rw)
BITS(SMPR2,    SMP8,        24,  3, rw)
BITS(SMPR2,    SMP9,        27,  3, rw)

REG (JOFR1,    0x14, 0x00000000)
BITS(JOFR1,    JOFFSET1,     0, 12, rw)

REG (JOFR2,    0x18, 0x00000000)
BITS(JOFR2,    JOFFSET2,     0, 12, rw)

REG (JOFR3,    0x1c, 0x00000000)
BITS(JOFR3,    JOFFSET3,     0, 12, rw)

REG (JOFR4,    0x20, 0x00000000)
BITS(JOFR4,    JOFFSET4,     0, 12, rw)

REG (HTR,      0x24, 0x00000fff)
BITS(HTR,      HT,           0, 12, rw)

REG (LTR,      0x28, 0x00000000)
BITS(LTR,      LT,           0, 12, rw)

REG (SQR1,     0x2c, 0x00000000)
BITS(SQR1,     SQ13,         0,  5, rw)
BITS(SQR1,     SQ14,         5,  5, rw)
BITS(SQR1,     SQ15,        10,  5, rw)
BITS(SQR1,     SQ16,        15,  5, rw)
BITS(SQR1,     L,           20,  4, rw)

REG (SQR2,     0x30, 0x00000000)
BITS(SQR2,     SQ7,          0,  5, rw)
BITS(SQR2,     SQ8,          5,  5, rw)
BITS(SQR2,     SQ9,         10,  5, rw)
BITS(SQR2,     SQ10,        15,  5, rw)
BITS(SQR2,     SQ11,        20,  5, rw)
BITS(SQR2,     SQ12,        25,  5, rw)

REG (SQR3,     0x34, 0x00000000)
BITS(SQR3,     SQ1,          0,  5, rw)
BITS(SQR3,     SQ2,          5,  5, rw)
BITS(SQR3,     SQ3,         10,  5, rw)
BITS(SQR3,     SQ4,         15,  5, rw)
BITS(SQR3,     SQ5,         20,  5, rw)
BITS(SQR3,     SQ6,         25,  5, rw)

REG (JSQR,     0x38, 0x00000000)
BITS(JSQR,     JSQ1,         0,  5, rw)
BITS(JSQR,     JSQ2,         5,  5, rw)
BITS(JSQR,     JSQ3,        10,  5, rw)
BITS(JSQR,     JSQ4,        15,  5, rw)
BITS(JSQR,     JL,          20,  2, rw)

REG (JDR1,     0x3c, 0x00000000)
BITS(JDR1,     JDATA,        0, 16, r)

REG (JDR2,     0x40, 0x00000000)
BITS(JDR2,     JDATA,        0, 16, r)

REG (JDR3,     0x44, 0x00000000)
BITS(JDR3,     JDATA,        0, 16, r)

REG (JDR4,     0x48, 0x00000000)
BITS(JDR4,     JDATA,        0, 16, r)

REG (DR,       0x4c, 0x00000000)
BITS(DR,       DATA,         0, 16, r)
