/*
 * Mistakes with the registers of the core: NVIC, SCB, SysTick, MPU, see ../kinds.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
MISTAKE(NVIC001, ERROR, "PM0214 4",
        "an access where the core has no register, or with a width that it does not take",
        "see the manual's register map; most take words only")
MISTAKE(NVIC002, ERROR, "PM0214 4.2.8",
        "a region of the MPU with less than the 32 bytes that are the least",
        "RASR.SIZE is 4 or more")
MISTAKE(NVIC003, ERROR, "PM0214 4.2.8",
        "the base of a region of the MPU is no multiple of its size: lower bits do not count",
        "align the base")
MISTAKE(NVIC004, ERROR, "PM0214 4.5",
        "an access where SysTick has no register",
        "it has CTRL, LOAD, VAL and CALIB")
MISTAKE(NVIC005, ERROR, "PM0214 4.4.5",
        "AIRCR.VECTCLRACTIVE or VECTRESET is set, which is for debuggers: unpredictable",
        "reset by SYSRESETREQ")
MISTAKE(NVIC006, ERROR, "PM0214 4.2.6",
        "MPU_CTRL.HFNMIENA without ENABLE: unpredictable",
        "set ENABLE with it")
MISTAKE(NVIC007, ERROR, "PM0214 4.2.7",
        "a region of the MPU which there is not",
        "there are 0 to 7")
MISTAKE(NVIC008, SUSPICIOUS, "PM0214 2.3.3",
        "a handler clears its flag by the last instruction before it returns: on silicon the core may still see "
        "the interrupt, and enter the handler twice",
        "clear the flag first, or read the register back (or DSB) behind it")
MISTAKE(NVIC009, ERROR, "PM0214 2.3.4",
        "an exception or interrupt is handled by an endless loop: the handler is missing, and it is the default one",
        "define the function that startup_stm32f407xx.s names, as C, not C++ (extern \"C\"), or do not enable the "
        "interrupt; a fault is told by CFSR (0xe000ed28)")
MISTAKE(NVIC010, ERROR, "PM0214 2.3.7",
        "a handler does not clear what causes its interrupt, or takes longer than that does to come again: it is entered "
        "again at once, for ever",
        "clear the flag in the peripheral, in the handler; see what else may cause it: an error flag (ORE, OVR, TEIF); or "
        "make the handler shorter")
MISHAP(NVIC011, NOTE, "PM0214 4.3.2",
        "a peripheral asks for an interrupt that the NVIC has not enabled: no handler comes",
        "NVIC_EnableIRQ() (HAL_NVIC_EnableIRQ(), in HAL_..._MspInit()); or do not enable it in the peripheral")
MISTAKE(NVIC012, SUSPICIOUS, "PM0214 4.3.7",
        "a priority has only bits that the core does not have: it is 0, the highest",
        "the upper four of the eight bits count: NVIC_SetPriority(irq, 5) shifts, NVIC->IP[irq] = 5 << 4 by hand")
MISTAKE(NVIC013, ERROR, "PM0214 4.4.5",
        "AIRCR is written without its key: ignored",
        "write 0x05fa into the upper half: NVIC_SystemReset(), NVIC_SetPriorityGrouping()")
MISTAKE(NVIC014, SUSPICIOUS, "PM0214 4.4.4",
        "VTOR is written an address at which no table can begin: interrupts take their vectors from elsewhere",
        "align the table to 512 bytes: it has 98 vectors")
MISTAKE(NVIC015, SUSPICIOUS, "PM0214 2.3.3",
        "a loop waits for a variable that nobody changes: no handler is enabled that could get in, and no DMA is on; told with "
        "-icount",
        "enable the interrupt, in the peripheral and by NVIC_EnableIRQ(); do not wait with interrupts off, nor in a handler for one "
        "of the same or lower priority: HAL_Delay() needs SysTick to get in")
MISTAKE(NVIC016, ERROR, "PM0214 4.5.2",
        "SysTick's LOAD is written more than its 24 bits hold: ticks come sooner than that",
        "16777216 clocks at most, 0.1 s at 168 MHz: count ticks, or let CTRL.CLKSOURCE select HCLK / 8; SysTick_Config() "
        "returns 1 then")
MISTAKE(NVIC017, SUSPICIOUS, "PM0214 2.3.3",
        "a loop waits for a variable, interrupts come, but not the one whose handler would change it; told with -icount, and "
        "the firmware's ELF file",
        "enable it in the peripheral (DIER, RXNEIE, EOCIE, EXTI_IMR ...) and by NVIC_EnableIRQ(), and start what it tells of; "
        "SysTick_Handler() has to call HAL_IncTick()")
