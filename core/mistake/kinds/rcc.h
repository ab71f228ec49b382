/*
 * Mistakes with RCC, see ../kinds.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
MISHAP(RCC001, ERROR, "RM0090 7",
        "HSE has stopped and feeds SYSCLK, and CSS is off: the chip stands",
        "set CR.CSSON, and handle the NMI")
MISTAKE(RCC002, NOTE, "RM0090 7",
        "a PLL is switched on before its source is ready",
        "it locks when that is")
MISTAKE(RCC003, ERROR, "RM0090 7.3.2",
        "the input of a PLL is not 0.95 to 2.1 MHz",
        "choose PLLM")
MISTAKE(RCC004, ERROR, "RM0090 7.3.2",
        "the VCO of a PLL is not 100 to 432 MHz",
        "choose PLLN")
MISTAKE(RCC005, ERROR, "RM0090 7.3.1",
        "CR switches off what SYSCLK runs from: ignored",
        "select another source in CFGR.SW, and wait for SWS, first")
MISTAKE(RCC006, ERROR, "RM0090 7.3.1",
        "HSEBYP can be written only with HSE off: ignored",
        "clear HSEON and wait for HSERDY to be 0 first")
MISTAKE(RCC007, ERROR, "RM0090 7.3.2",
        "PLLCFGR written while a PLL that uses it is on: ignored",
        "switch the PLLs off first")
MISTAKE(RCC008, ERROR, "RM0090 7.3.23",
        "PLLI2SCFGR written while PLLI2S is on: ignored",
        "switch PLLI2S off first")
MISTAKE(RCC009, ERROR, "RM0090 7.3.3",
        "CFGR.SW selects what is not ready: the switch waits for it",
        "wait for its ready flag first")
MISTAKE(RCC010, ERROR, "RM0090 7.2",
        "HCLK is above its limit",
        "choose PLLN, PLLP and HPRE for 168 MHz or less")
MISTAKE(RCC011, ERROR, "RM0090 7.2",
        "PCLK1 is above its limit",
        "choose CFGR.PPRE1 for 42 MHz or less")
MISTAKE(RCC012, ERROR, "RM0090 7.2",
        "PCLK2 is above its limit",
        "choose CFGR.PPRE2 for 84 MHz or less")
MISTAKE(RCC013, ERROR, "RM0090 7.3.3",
        "CFGR.SW = 3 is not allowed: ignored",
        "SW is 0, 1 or 2")
MISTAKE(RCC014, ERROR, "RM0090 7.3.20",
        "BDCR is written while the backup domain is protected",
        "set PWR_CR.DBP first")
MISTAKE(RCC015, ERROR, "RM0090 7.3.20",
        "BDCR.RTCSEL can be changed only after BDRST: ignored",
        "set BDRST first, which resets the RTC too")
MISTAKE(RCC016, ERROR, "RM0090 7.3.20",
        "BDCR.LSEBYP can be written only with LSE off: ignored",
        "clear LSEON first")
MISTAKE(RCC017, NOTE, "UM1472 4.4",
        "LSE is switched on, and this board has no crystal there",
        "take LSI, or fit the crystal: -machine lse=on")
MISHAP(RCC018, NOTE, "RM0090 7.2.7",
        "the clock security system has switched SYSCLK to HSI",
        "clear CIR.CSSF in the NMI handler, and set the clocks up anew")
MISTAKE(RCC019, NOTE, "RM0090 7.2",
        "an APB's clock is above its limit for a moment, while clocks are switched",
        "choose PPRE1 and PPRE2 before SW")
