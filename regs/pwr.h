/*
 * RM0090 5.4  Power controller
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

REG (CR,  0x00, 0x00004000)
BITS(CR,  LPDS,    0,  1, rw)           /* low-power regulator in Stop: nothing to see */
BITS(CR,  PDDS,    1,  1, rw)           /* deep sleep is Standby, not Stop */
BITS(CR,  CWUF,    2,  1, w)
BITS(CR,  CSBF,    3,  1, w)
BITS(CR,  PVDE,    4,  1, rw)
BITS(CR,  PLS,     5,  3, rw)
BITS(CR,  DBP,     8,  1, rw)
BITS(CR,  FPDS,    9,  1, rw)
BITS(CR,  VOS,    14,  1, rw)

KEPT(CSR, 0x04, 0x00000000)             /* pwr.c says which bits a system reset clears */
BITS(CSR, WUF,     0,  1, r)
BITS(CSR, SBF,     1,  1, r)
BITS(CSR, PVDO,    2,  1, r)
BITS(CSR, BRR,     3,  1, r)
BITS(CSR, EWUP,    8,  1, rw)
BITS(CSR, BRE,     9,  1, rw)
BITS(CSR, VOSRDY, 14,  1, r)
