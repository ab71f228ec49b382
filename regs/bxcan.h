/*
 * RM0090 32.9  Controller area network (bxCAN).  CAN2 has none from FMR on: it uses those of CAN1.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

REG (MCR,   0x000, 0x00010002)
BITS(MCR,   INRQ,     0,  1, rw)
BITS(MCR,   SLEEP,    1,  1, rw)     /* the hardware clears it too, with AWUM */
BITS(MCR,   TXFP,     2,  1, rw)
BITS(MCR,   RFLM,     3,  1, rw)
BITS(MCR,   NART,     4,  1, rw)
BITS(MCR,   AWUM,     5,  1, rw)
BITS(MCR,   ABOM,     6,  1, rw)
BITS(MCR,   TTCM,     7,  1, rw)
BITS(MCR,   RESET,   15,  1, rs)     /* resets, and itself too */
BITS(MCR,   DBF,     16,  1, rw)     /* time stands in the debugger anyway */

REG (MSR,   0x004, 0x00000c02)
BITS(MSR,   INAK,     0,  1, r)
BITS(MSR,   SLAK,     1,  1, r)
BITS(MSR,   ERRI,     2,  1, rc_w1)
BITS(MSR,   WKUI,     3,  1, rc_w1)
BITS(MSR,   SLAKI,    4,  1, rc_w1)
BITS(MSR,   TXM,      8,  1, r)
BITS(MSR,   RXM,      9,  1, r)
BITS(MSR,   SAMP,    10,  1, r)
BITS(MSR,   RX,      11,  1, r)

REG (TSR,   0x008, 0x1c000000)    /* CODE, TME and LOW are computed */
BITS(TSR,   RQCP0,    0,  1, rc_w1)
BITS(TSR,   TXOK0,    1,  1, rc_w1)
BITS(TSR,   ALST0,    2,  1, rc_w1)
BITS(TSR,   TERR0,    3,  1, rc_w1)
BITS(TSR,   ABRQ0,    7,  1, rs)
BITS(TSR,   RQCP1,    8,  1, rc_w1)
BITS(TSR,   TXOK1,    9,  1, rc_w1)
BITS(TSR,   ALST1,   10,  1, rc_w1)
BITS(TSR,   TERR1,   11,  1, rc_w1)
BITS(TSR,   ABRQ1,   15,  1, rs)
BITS(TSR,   RQCP2,   16,  1, rc_w1)
BITS(TSR,   TXOK2,   17,  1, rc_w1)
BITS(TSR,   ALST2,   18,  1, rc_w1)
BITS(TSR,   TERR2,   19,  1, rc_w1)
BITS(TSR,   ABRQ2,   23,  1, rs)
BITS(TSR,   CODE,    24,  2, r)
BITS(TSR,   TME,     26,  3, r)
BITS(TSR,   LOW,     29,  3, r)

REG (RF0R,  0x00c, 0x00000000)    /* FMP is computed */
BITS(RF0R,  FMP0,     0,  2, r)
BITS(RF0R,  FULL0,    3,  1, rc_w1)
BITS(RF0R,  FOVR0,    4,  1, rc_w1)
BITS(RF0R,  RFOM0,    5,  1, rs)     /* cleared when done */

REG (RF1R,  0x010, 0x00000000)
BITS(RF1R,  FMP1,     0,  2, r)
BITS(RF1R,  FULL1,    3,  1, rc_w1)
BITS(RF1R,  FOVR1,    4,  1, rc_w1)
BITS(RF1R,  RFOM1,    5,  1, rs)

REG (IER,   0x014, 0x00000000)
BITS(IER,   TMEIE,    0,  1, rw)
BITS(IER,   FMPIE0,   1,  1, rw)
BITS(IER,   FFIE0,    2,  1, rw)
BITS(IER,   FOVIE0,   3,  1, rw)
BITS(IER,   FMPIE1,   4,  1, rw)
BITS(IER,   FFIE1,    5,  1, rw)
BITS(IER,   FOVIE1,   6,  1, rw)
BITS(IER,   EWGIE,    8,  1, rw)
BITS(IER,   EPVIE,    9,  1, rw)
BITS(IER,   BOFIE,   10,  1, rw)
BITS(IER,   LECIE,   11,  1, rw)
BITS(IER,   ERRIE,   15,  1, rw)
BITS(IER,   WKUIE,   16,  1, rw)
BITS(IER,   SLKIE,   17,  1, rw)

REG (ESR,   0x018, 0x00000000)
BITS(ESR,   EWGF,     0,  1, r)
BITS(ESR,   EPVF,     1,  1, r)
BITS(ESR,   BOFF,     2,  1, r)
BITS(ESR,   LEC,      4,  3, rw)
BITS(ESR,   TEC,     16,  8, r)
BITS(ESR,   REC,     24,  8, r)

REG (BTR,   0x01c, 0x01230000)
BITS(BTR,   BRP,      0, 10, rw)
BITS(BTR,   TS1,     16,  4, rw)
BITS(BTR,   TS2,     20,  3, rw)
BITS(BTR,   SJW,     24,  2, rw)
BITS(BTR,   LBKM,    30,  1, rw)
BITS(BTR,   SILM,    31,  1, rw)

REG (TI0R,  0x180, 0x00000000)
BITS(TI0R,  TXRQ,     0,  1, rw)     /* set by software, cleared by hardware */
BITS(TI0R,  RTR,      1,  1, rw)
BITS(TI0R,  IDE,      2,  1, rw)
BITS(TI0R,  EXID,     3, 18, rw)
BITS(TI0R,  STID,    21, 11, rw)

REG (TDT0R, 0x184, 0x00000000)
BITS(TDT0R, DLC,      0,  4, rw)
BITS(TDT0R, TGT,      8,  1, rw)
BITS(TDT0R, TIME,    16, 16, rw)

REG (TDL0R, 0x188, 0x00000000)
BITS(TDL0R, DATA,     0, 32, rw)

REG (TDH0R, 0x18c, 0x00000000)
BITS(TDH0R, DATA,     0, 32, rw)

REG (TI1R,  0x190, 0x00000000)
BITS(TI1R,  TXRQ,     0,  1, rw)
BITS(TI1R,  RTR,      1,  1, rw)
BITS(TI1R,  IDE,      2,  1, rw)
BITS(TI1R,  EXID,     3, 18, rw)
BITS(TI1R,  STID,    21, 11, rw)

REG (TDT1R, 0x194, 0x00000000)
BITS(TDT1R, DLC,      0,  4, rw)
BITS(TDT1R, TGT,      8,  1, rw)
BITS(TDT1R, TIME,    16, 16, rw)

REG (TDL1R, 0x198, 0x00000000)
BITS(TDL1R, DATA,     0, 32, rw)

REG (TDH1R, 0x19c, 0x00000000)
BITS(TDH1R, DATA,     0, 32, rw)

REG (TI2R,  0x1a0, 0x00000000)
BITS(TI2R,  TXRQ,     0,  1, rw)
BITS(TI2R,  RTR,      1,  1, rw)
BITS(TI2R,  IDE,      2,  1, rw)
BITS(TI2R,  EXID,     3, 18, rw)
BITS(TI2R,  STID,    21, 11, rw)

REG (TDT2R, 0x1a4, 0x00000000)
BITS(TDT2R, DLC,      0,  4, rw)
BITS(TDT2R, TGT,      8,  1, rw)
BITS(TDT2R, TIME,    16, 16, rw)

REG (TDL2R, 0x1a8, 0x00000000)
BITS(TDL2R, DATA,     0, 32, rw)

REG (TDH2R, 0x1ac, 0x00000000)
BITS(TDH2R, DATA,     0, 32, rw)

REG (RI0R,  0x1b0, 0x00000000)
BITS(RI0R,  RTR,      1,  1, r)
BITS(RI0R,  IDE,      2,  1, r)
BITS(RI0R,  EXID,     3, 18, r)
BITS(RI0R,  STID,    21, 11, r)

REG (RDT0R, 0x1b4, 0x00000000)
BITS(RDT0R, DLC,      0,  4, r)
BITS(RDT0R, FMI,      8,  8, r)
BITS(RDT0R, TIME,    16, 16, r)

REG (RDL0R, 0x1b8, 0x00000000)
BITS(RDL0R, DATA,     0, 32, r)

REG (RDH0R, 0x1bc, 0x00000000)
BITS(RDH0R, DATA,     0, 32, r)

REG (RI1R,  0x1c0, 0x00000000)
BITS(RI1R,  RTR,      1,  1, r)
BITS(RI1R,  IDE,      2,  1, r)
BITS(RI1R,  EXID,     3, 18, r)
BITS(RI1R,  STID,    21, 11, r)

REG (RDT1R, 0x1c4, 0x00000000)
BITS(RDT1R, DLC,      0,  4, r)
BITS(RDT1R, FMI,      8,  8, r)
BITS(RDT1R, TIME,    16, 16, r)

REG (RDL1R, 0x1c8, 0x00000000)
BITS(RDL1R, DATA,     0, 32, r)

REG (RDH1R, 0x1cc, 0x00000000)
BITS(RDH1R, DATA,     0, 32, r)

REG (FMR,   0x200, 0x2a1c0e01)
BITS(FMR,   FINIT,    0,  1, rw)
BITS(FMR,   CAN2SB,   8,  6, rw)

REG (FM1R,  0x204, 0x00000000)
BITS(FM1R,  FBM,      0, 28, rw)

REG (FS1R,  0x20c, 0x00000000)
BITS(FS1R,  FSC,      0, 28, rw)

REG (FFA1R, 0x214, 0x00000000)
BITS(FFA1R, FFA,      0, 28, rw)

REG (FA1R,  0x21c, 0x00000000)
BITS(FA1R,  FACT,     0, 28, rw)

REG (F0R1,  0x240, 0x00000000)
BITS(F0R1,  FB,       0, 32, rw)

REG (F0R2,  0x244, 0x00000000)
BITS(F0R2,  FB,       0, 32, rw)

REG (F1R1,  0x248, 0x00000000)
BITS(F1R1,  FB,       0, 32, rw)

REG (F1R2,  0x24c, 0x00000000)
BITS(F1R2,  FB,       0, 32, rw)

REG (F2R1,  0x250, 0x00000000)
BITS(F2R1,  FB,       0, 32, rw)

REG (F2R2,  0x254, 0x00000000)
BITS(F2R2,  FB,       0, 32, rw)

REG (F3R1,  0x258, 0x00000000)
BITS(F3R1,  FB,       0, 32, rw)

REG (F3R2,  0x25c, 0x00000000)
BITS(F3R2,  FB,       0, 32, rw)

REG (F4R1,  0x260, 0x00000000)
BITS(F4R1,  FB,       0, 32, rw)

REG (F4R2,  0x264, 0x00000000)
BITS(F4R2,  FB,       0, 32, rw)

REG (F5R1,  0x268, 0x00000000)
BITS(F5R1,  FB,       0, 32, rw)

REG (F5R2,  0x26c, 0x00000000)
BITS(F5R2,  FB,       0, 32, rw)

REG (F6R1,  0x270, 0x00000000)
BITS(F6R1,  FB,       0, 32, rw)

REG (F6R2,  0x274, 0x00000000)
BITS(F6R2,  FB,       0, 32, rw)

REG (F7R1,  0x278, 0x00000000)
BITS(F7R1,  FB,       0, 32, rw)

REG (F7R2,  0x27c, 0x00000000)
BITS(F7R2,  FB,       0, 32, rw)

REG (F8R1,  0x280, 0x00000000)
BITS(F8R1,  FB,       0, 32, rw)

REG (F8R2,  0x284, 0x00000000)
BITS(F8R2,  FB,       0, 32, rw)

REG (F9R1,  0x288, 0x00000000)
BITS(F9R1,  FB,       0, 32, rw)

REG (F9R2,  0x28c, 0x00000000)
BITS(F9R2,  FB,       0, 32, rw)

REG (F10R1, 0x290, 0x00000000)
BITS(F10R1, FB,       0, 32, rw)

REG (F10R2, 0x294, 0x00000000)
BITS(F10R2, FB,       0, 32, rw)

REG (F11R1, 0x298, 0x00000000)
BITS(F11R1, FB,       0, 32, rw)

REG (F11R2, 0x29c, 0x00000000)
BITS(F11R2, FB,       0, 32, rw)

REG (F12R1, 0x2a0, 0x00000000)
BITS(F12R1, FB,       0, 32, rw)

REG (F12R2, 0x2a4, 0x00000000)
BITS(F12R2, FB,       0, 32, rw)

REG (F13R1, 0x2a8, 0x00000000)
BITS(F13R1, FB,       0, 32, rw)

REG (F13R2, 0x2ac, 0x00000000)
BITS(F13R2, FB,       0, 32, rw)

REG (F14R1, 0x2b0, 0x00000000)
BITS(F14R1, FB,       0, 32, rw)

REG (F14R2, 0x2b4, 0x00000000)
BITS(F14R2, FB,       0, 32, rw)

REG (F15R1, 0x2b8, 0x00000000)
BITS(F15R1, FB,       0, 32, rw)

REG (F15R2, 0x2bc, 0x00000000)
BITS(F15R2, FB,       0, 32, rw)

REG (F16R1, 0x2c0, 0x00000000)
BITS(F16R1, FB,       0, 32, rw)

REG (F16R2, 0x2c4, 0x00000000)
BITS(F16R2, FB,       0, 32, rw)

REG (F17R1, 0x2c8, 0x00000000)
BITS(F17R1, FB,       0, 32, rw)

REG (F17R2, 0x2cc, 0x00000000)
BITS(F17R2, FB,       0, 32, rw)

REG (F18R1, 0x2d0, 0x00000000)
BITS(F18R1, FB,       0, 32, rw)

REG (F18R2, 0x2d4, 0x00000000)
BITS(F18R2, FB,       0, 32, rw)

REG (F19R1, 0x2d8, 0x00000000)
BITS(F19R1, FB,       0, 32, rw)

REG (F19R2, 0x2dc, 0x00000000)
BITS(F19R2, FB,       0, 32, rw)

REG (F20R1, 0x2e0, 0x00000000)
BITS(F20R1, FB,       0, 32, rw)

REG (F20R2, 0x2e4, 0x00000000)
BITS(F20R2, FB,       0, 32, rw)

REG (F21R1, 0x2e8, 0x00000000)
BITS(F21R1, FB,       0, 32, rw)

REG (F21R2, 0x2ec, 0x00000000)
BITS(F21R2, FB,       0, 32, rw)

REG (F22R1, 0x2f0, 0x00000000)
BITS(F22R1, FB,       0, 32, rw)

REG (F22R2, 0x2f4, 0x00000000)
BITS(F22R2, FB,       0, 32, rw)

REG (F23R1, 0x2f8, 0x00000000)
BITS(F23R1, FB,       0, 32, rw)

REG (F23R2, 0x2fc, 0x00000000)
BITS(F23R2, FB,       0, 32, rw)

REG (F24R1, 0x300, 0x00000000)
BITS(F24R1, FB,       0, 32, rw)

REG (F24R2, 0x304, 0x00000000)
BITS(F24R2, FB,       0, 32, rw)

REG (F25R1, 0x308, 0x00000000)
BITS(F25R1, FB,       0, 32, rw)

REG (F25R2, 0x30c, 0x00000000)
BITS(F25R2, FB,       0, 32, rw)

REG (F26R1, 0x310, 0x00000000)
BITS(F26R1, FB,       0, 32, rw)

REG (F26R2, 0x314, 0x00000000)
BITS(F26R2, FB,       0, 32, rw)

REG (F27R1, 0x318, 0x00000000)
BITS(F27R1, FB,       0, 32, rw)

REG (F27R2, 0x31c, 0x00000000)
BITS(F27R2, FB,       0, 32, rw)
