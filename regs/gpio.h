/*
 * RM0090 8.4  General-purpose I/Os
 *
 * Reset values are those of ports C to I; A and B have theirs as properties (the debug pins).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

REG (MODER,   0x00, 0x00000000)
BITS(MODER,   MODER,    0, 32, rw)      /* 2 bits a pin: input, output, alternate, analog */

REG (OTYPER,  0x04, 0x00000000)
BITS(OTYPER,  OT,       0, 16, rw)      /* 1: open drain */

REG (OSPEEDR, 0x08, 0x00000000)
BITS(OSPEEDR, OSPEEDR,  0, 32, rw)

REG (PUPDR,   0x0c, 0x00000000)
BITS(PUPDR,   PUPDR,    0, 32, rw)      /* 2 bits a pin: none, up, down */

REG (IDR,     0x10, 0x00000000)
BITS(IDR,     IDR,      0, 16, r)

REG (ODR,     0x14, 0x00000000)
BITS(ODR,     ODR,      0, 16, rw)

REG (BSRR,    0x18, 0x00000000)
BITS(BSRR,    BS,       0, 16, w)       /* set, and wins */
BITS(BSRR,    BR,      16, 16, w)

REG (LCKR,    0x1c, 0x00000000)
BITS(LCKR,    LCK,      0, 16, rw)
BITS(LCKR,    LCKK,    16,  1, rw)

REG (AFRL,    0x20, 0x00000000)
BITS(AFRL,    AFRL,     0, 32, rw)      /* 4 bits a pin: AF0 to AF15 */

REG (AFRH,    0x24, 0x00000000)
BITS(AFRH,    AFRH,     0, 32, rw)
