/*
 * RM0090 15.8  Digital camera interface
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

REG (CR,     0x00, 0x00000000)
BITS(CR,     CAPTURE,    0,  1, rw)     /* cleared by hardware */
BITS(CR,     CM,         1,  1, rw)     /* 1: snapshot */
BITS(CR,     CROP,       2,  1, rw)
BITS(CR,     JPEG,       3,  1, rw)
BITS(CR,     ESS,        4,  1, rw)     /* embedded synchronization */
BITS(CR,     PCKPOL,     5,  1, rw)     /* 1: data is taken at the rising edge */
BITS(CR,     HSPOL,      6,  1, rw)     /* the level of HSYNC while data is not valid */
BITS(CR,     VSPOL,      7,  1, rw)     /* the same of VSYNC */
BITS(CR,     FCRC,       8,  2, rw)     /* every frame, every second, every fourth */
BITS(CR,     EDM,       10,  2, rw)     /* 8, 10, 12, 14 bits */
BITS(CR,     ENABLE,    14,  1, rw)

REG (SR,     0x04, 0x00000000)
BITS(SR,     HSYNC,      0,  1, r)      /* between lines */
BITS(SR,     VSYNC,      1,  1, r)      /* between frames */
BITS(SR,     FNE,        2,  1, r)

REG (RIS,    0x08, 0x00000000)
BITS(RIS,    FRAME,      0,  1, r)
BITS(RIS,    OVR,        1,  1, r)
BITS(RIS,    ERR,        2,  1, r)
BITS(RIS,    VSYNC,      3,  1, r)
BITS(RIS,    LINE,       4,  1, r)

REG (IER,    0x0c, 0x00000000)
BITS(IER,    IE,         0,  5, rw)     /* of each flag, where RIS has it */

REG (MIS,    0x10, 0x00000000)
BITS(MIS,    MIS,        0,  5, r)

REG (ICR,    0x14, 0x00000000)
BITS(ICR,    ISC,        0,  5, w)

REG (ESCR,   0x18, 0x00000000)
BITS(ESCR,   FSC,        0,  8, rw)
BITS(ESCR,   LSC,        8,  8, rw)
BITS(ESCR,   LEC,       16,  8, rw)
BITS(ESCR,   FEC,       24,  8, rw)

REG (ESUR,   0x1c, 0x00000000)
BITS(ESUR,   FSU,        0,  8, rw)
BITS(ESUR,   LSU,        8,  8, rw)
BITS(ESUR,   LEU,       16,  8, rw)
BITS(ESUR,   FEU,       24,  8, rw)

REG (CWSTRT, 0x20, 0x00000000)
BITS(CWSTRT, HOFFCNT,    0, 14, rw)
BITS(CWSTRT, VST,       16, 13, rw)

REG (CWSIZE, 0x24, 0x00000000)
BITS(CWSIZE, CAPCNT,     0, 14, rw)     /* one less */
BITS(CWSIZE, VLINE,     16, 14, rw)     /* one less */

REG (DR,     0x28, 0x00000000)
BITS(DR,     DATA,       0, 32, r)
