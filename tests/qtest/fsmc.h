/*
 * The memory controller's pins as qtests route them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_TESTS_FSMC_H
#define STM32_TESTS_FSMC_H

#include "stm32/tests/qtest/board.h"

enum { FSMC = 0xa0000000, AF_FSMC = 12 };

/* "pd4 pd5" */
static inline void fsmc_route(const char *pins)
{
    g_auto(GStrv) pin = g_strsplit(pins, " ", 0);

    for (char **p = pin; *p; p++) {
        board_route(*p, AF_FSMC);
    }
}

#define FSMC_STROBES "pd4 pd5"
#define FSMC_LANES "pe0 pe1"
#define FSMC_D0_7 "pd14 pd15 pd0 pd1 pe7 pe8 pe9 pe10"
#define FSMC_D8_15 "pe11 pe12 pe13 pe14 pe15 pd8 pd9 pd10"
#define FSMC_A0_15 "pf0 pf1 pf2 pf3 pf4 pf5 pf12 pf13 pf14 pf15 pg0 pg1 pg2 pg3 pg4 pg5"
#define FSMC_A16_18 "pd11 pd12 pd13"
#define FSMC_NE1 "pd7"
#define FSMC_NE3 "pg10"
#define FSMC_NCE2 "pd7"

#endif
