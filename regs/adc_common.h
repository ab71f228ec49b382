/*
 * RM0090 13.13.15 on  What the three converters share
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

REG (CSR,      0x00, 0x00000000)
BITS(CSR,      AWD1,         0,  1, r)
BITS(CSR,      EOC1,         1,  1, r)
BITS(CSR,      JEOC1,        2,  1, r)
BITS(CSR,      JSTRT1,       3,  1, r)
BITS(CSR,      STRT1,        4,  1, r)
BITS(CSR,      OVR1,         5,  1, r)
BITS(CSR,      AWD2,         8,  1, r)
BITS(CSR,      EOC2,         9,  1, r)
BITS(CSR,      JEOC2,       10,  1, r)
BITS(CSR,      JSTRT2,      11,  1, r)
BITS(CSR,      STRT2,       12,  1, r)
BITS(CSR,      OVR2,        13,  1, r)
BITS(CSR,      AWD3,        16,  1, r)
BITS(CSR,      EOC3,        17,  1, r)
BITS(CSR,      JEOC3,       18,  1, r)
BITS(CSR,      JSTRT3,      19,  1, r)
BITS(CSR,      STRT3,       20,  1, r)
BITS(CSR,      OVR3,        21,  1, r)

REG (CCR,      0x04, 0x00000000)
BITS(CCR,      MULTI,        0,  5, rw)
BITS(CCR,      DELAY,        8,  4, rw)
BITS(CCR,      DDS,         13,  1, rw)
BITS(CCR,      DMA,         14,  2, rw)
BITS(CCR,      ADCPRE,      16,  2, rw)
BITS(CCR,      VBATE,       22,  1, rw)
BITS(CCR,      TSVREFE,     23,  1, rw)

REG (CDR,      0x08, 0x00000000)
BITS(CDR,      DATA1,        0, 16, r)
BITS(CDR,      DATA2,       16, 16, r)
