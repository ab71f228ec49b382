/*
 * ARMv7-M C1.7  Instrumentation trace macrocell.  What has been set up survives a system reset, as all of a
 * Cortex-M4's debug logic does (TRM 6.3).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#define PORT(n) \
    REG (STIM##n, 4 * n, 0x00000000) \
    BITS(STIM##n, STIMULUS, 0, 32, r)
#define PORTS(a, b, c, d, e, f, g, h) \
    PORT(a) PORT(b) PORT(c) PORT(d) PORT(e) PORT(f) PORT(g) PORT(h)
PORTS(0, 1, 2, 3, 4, 5, 6, 7)
PORTS(8, 9, 10, 11, 12, 13, 14, 15)
PORTS(16, 17, 18, 19, 20, 21, 22, 23)
PORTS(24, 25, 26, 27, 28, 29, 30, 31)
#undef PORTS
#undef PORT

KEPT(TER, 0xe00, 0x00000000)            /* a bit a port */
BITS(TER, STIMENA,       0, 32, rw)

KEPT(TPR, 0xe40, 0x00000000)
BITS(TPR, PRIVMASK,      0,  4, rw)     /* eight ports each */

KEPT(TCR, 0xe80, 0x00000000)
BITS(TCR, ITMENA,        0,  1, rw)
BITS(TCR, TSENA,         1,  1, rw)     /* time stamps, packets: only text leaves this machine */
BITS(TCR, SYNCENA,       2,  1, rw)
BITS(TCR, TXENA,         3,  1, rw)
BITS(TCR, TSPrescale,    8,  2, rw)
BITS(TCR, GTSFREQ,      10,  2, rw)
BITS(TCR, TraceBusID,   16,  7, rw)
BITS(TCR, BUSY,         23,  1, r)

REG (LAR, 0xfb0, 0x00000000)            /* 0xC5ACCE55 opens the others for writing */
BITS(LAR, KEY,           0, 32, w)

REG (LSR, 0xfb4, 0x00000000)
BITS(LSR, PRESENT,       0,  1, r)
BITS(LSR, LOCKED,        1,  1, r)

COMPONENT_ID(0x01, 0xb0, 0x3b, 0x04, 0xe0)
