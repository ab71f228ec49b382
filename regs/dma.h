/*
 * RM0090 10.5  DMA controller
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

/* The flags of four streams, in one register. */
#define DMA_FLAGS(reg, p, a, b, c, d, access) \
    DMA_FLAGS_OF(reg, p, a, 0, access)        \
    DMA_FLAGS_OF(reg, p, b, 6, access)        \
    DMA_FLAGS_OF(reg, p, c, 16, access)       \
    DMA_FLAGS_OF(reg, p, d, 22, access)
#define DMA_FLAGS_OF(reg, p, n, at, access)   \
    BITS(reg, p##FEIF##n,  (at),     1, access) \
    BITS(reg, p##DMEIF##n, (at) + 2, 1, access) \
    BITS(reg, p##TEIF##n,  (at) + 3, 1, access) \
    BITS(reg, p##HTIF##n,  (at) + 4, 1, access) \
    BITS(reg, p##TCIF##n,  (at) + 5, 1, access)

REG (LISR,  0x00, 0x00000000)
DMA_FLAGS(LISR, , 0, 1, 2, 3, r)

REG (HISR,  0x04, 0x00000000)
DMA_FLAGS(HISR, , 4, 5, 6, 7, r)

REG (LIFCR, 0x08, 0x00000000)
DMA_FLAGS(LIFCR, C, 0, 1, 2, 3, w)

REG (HIFCR, 0x0c, 0x00000000)
DMA_FLAGS(HIFCR, C, 4, 5, 6, 7, w)

#define DMA_STREAM(n)                                                                   \
    REG (S##n##CR,   0x10 + 0x18 * n, 0x00000000)                                       \
    BITS(S##n##CR,   EN,      0,  1, rw)        /* the hardware clears it too */        \
    BITS(S##n##CR,   DMEIE,   1,  1, rw)                                                \
    BITS(S##n##CR,   TEIE,    2,  1, rw)                                                \
    BITS(S##n##CR,   HTIE,    3,  1, rw)                                                \
    BITS(S##n##CR,   TCIE,    4,  1, rw)                                                \
    BITS(S##n##CR,   PFCTRL,  5,  1, rw)                                                \
    BITS(S##n##CR,   DIR,     6,  2, rw)                                                \
    BITS(S##n##CR,   CIRC,    8,  1, rw)                                                \
    BITS(S##n##CR,   PINC,    9,  1, rw)                                                \
    BITS(S##n##CR,   MINC,   10,  1, rw)                                                \
    BITS(S##n##CR,   PSIZE,  11,  2, rw)                                                \
    BITS(S##n##CR,   MSIZE,  13,  2, rw)                                                \
    BITS(S##n##CR,   PINCOS, 15,  1, rw)                                                \
    BITS(S##n##CR,   PL,     16,  2, rw)                                                \
    BITS(S##n##CR,   DBM,    18,  1, rw)                                                \
    BITS(S##n##CR,   CT,     19,  1, rw)        /* the hardware toggles it */           \
    BITS(S##n##CR,   PBURST, 21,  2, rw)                                                \
    BITS(S##n##CR,   MBURST, 23,  2, rw)                                                \
    BITS(S##n##CR,   CHSEL,  25,  3, rw)                                                \
                                                                                        \
    REG (S##n##NDTR, 0x14 + 0x18 * n, 0x00000000)                                       \
    BITS(S##n##NDTR, NDT,     0, 16, rw)                                                \
    REG (S##n##PAR,  0x18 + 0x18 * n, 0x00000000)                                       \
    BITS(S##n##PAR,  PAR,     0, 32, rw)                                                \
    REG (S##n##M0AR, 0x1c + 0x18 * n, 0x00000000)                                       \
    BITS(S##n##M0AR, M0A,     0, 32, rw)                                                \
    REG (S##n##M1AR, 0x20 + 0x18 * n, 0x00000000)                                       \
    BITS(S##n##M1AR, M1A,     0, 32, rw)                                                \
                                                                                        \
    REG (S##n##FCR,  0x24 + 0x18 * n, 0x00000021)                                       \
    BITS(S##n##FCR,  FTH,     0,  2, rw)                                                \
    BITS(S##n##FCR,  DMDIS,   2,  1, rw)                                                \
    BITS(S##n##FCR,  FS,      3,  3, r)                                                 \
    BITS(S##n##FCR,  FEIE,    7,  1, rw)

DMA_STREAM(0)
DMA_STREAM(1)
DMA_STREAM(2)
DMA_STREAM(3)
DMA_STREAM(4)
DMA_STREAM(5)
DMA_STREAM(6)
DMA_STREAM(7)

#undef DMA_FLAGS
#undef DMA_FLAGS_OF
#undef DMA_STREAM
