/*
 * ARMv7-M C1.6  Core debug registers, as firmware sees them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

REG (DHCSR, 0x00, 0x00000000)           /* no debugger: C_DEBUGEN can't be set from inside */
BITS(DHCSR, STATUS,   0, 32, r)

REG (DCRSR, 0x04, 0x00000000)
BITS(DCRSR, REGSEL,   0,  5, w)
BITS(DCRSR, REGWnR,  16,  1, w)

REG (DCRDR, 0x08, 0x00000000)
BITS(DCRDR, DBGTMP,   0, 32, rw)

KEPT(DEMCR, 0x0c, 0x00000000)
BITS(DEMCR, VC_CORERESET, 0,  1, rw)    /* vector catches stop for a debugger only */
BITS(DEMCR, VC_MMERR,     4,  1, rw)
BITS(DEMCR, VC_NOCPERR,   5,  1, rw)
BITS(DEMCR, VC_CHKERR,    6,  1, rw)
BITS(DEMCR, VC_STATERR,   7,  1, rw)
BITS(DEMCR, VC_BUSERR,    8,  1, rw)
BITS(DEMCR, VC_INTERR,    9,  1, rw)
BITS(DEMCR, VC_HARDERR,  10,  1, rw)
BITS(DEMCR, MON_EN,      16,  1, rw)
BITS(DEMCR, MON_PEND,    17,  1, rw)
BITS(DEMCR, MON_STEP,    18,  1, rw)
BITS(DEMCR, MON_REQ,     19,  1, rw)    /* software's own */
BITS(DEMCR, TRCENA,      24,  1, rw)    /* clocks DWT and ITM */
