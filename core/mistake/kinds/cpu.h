/*
 * Mistakes that end in a fault of the core, and its state of Lockup, see ../kinds.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
MISTAKE(CPU001, ERROR, "PM0214 4.4.15",
        "HardFault, and none of the fault status registers says why",
        "look at the stacked PC and LR")
MISTAKE(CPU002, ERROR, "ARMv7-M B1.5.15",
        "Lockup: a fault in the handler of HardFault or NMI, or on the way there",
        "mend the handler, its vector or its stack; nothing goes on before a reset")
MISTAKE(CPU003, ERROR, "PM0214 4.6.1",
        "a fault (NOCP): an instruction of the FPU, which is off",
        "set CP10 and CP11 of CPACR, then DSB and ISB, before the first one: SystemInit() does if __FPU_USED is 1")
MISTAKE(CPU004, ERROR, "PM0214 2.3.2",
        "a fault (UNDEFINSTR): there is no such instruction",
        "data or erased flash (0xffff) is executed: look at LR and the pointer that was called")
MISTAKE(CPU005, ERROR, "PM0214 2.3.2",
        "a fault (INVSTATE): a jump to an address without the Thumb bit",
        "set bit 0 of addresses of functions; a NULL pointer that is called comes here, too")
MISTAKE(CPU006, ERROR, "PM0214 2.3.7",
        "a fault (INVPC): an exception return that is none",
        "the stack of a handler is spoilt, or LR is not what it was at its entry")
MISTAKE(CPU007, ERROR, "PM0214 4.4.7",
        "a fault (UNALIGNED): an unaligned access that CCR forbids, or LDM, LDRD or VLDR of an unaligned address",
        "align what is accessed, or copy it by memcpy()")
MISTAKE(CPU008, ERROR, "PM0214 4.4.7",
        "a fault (DIVBYZERO): a division by zero, and CCR.DIV_0_TRP is set",
        "check the divisor")
MISTAKE(CPU009, ERROR, "PM0214 4.4.13",
        "a fault (PRECISERR): nothing answers at the address of a load or store",
        "BFAR is the address: check the pointer; a peripheral of the FSMC or another chip is not there")
MISTAKE(CPU010, ERROR, "PM0214 4.4.13",
        "a fault (IMPRECISERR): nothing answers at the address of a store",
        "the store was before PC: the report names it; to find more set ACTLR.DISDEFWBUF")
MISTAKE(CPU011, ERROR, "PM0214 4.4.13",
        "a fault (IBUSERR): a jump to where nothing is",
        "check the pointer that was called, and the stack that was returned by")
MISTAKE(CPU012, ERROR, "PM0214 4.4.13",
        "a fault (STKERR, UNSTKERR): an exception's registers can't be stacked or unstacked",
        "SP has left its memory: a stack overflow?")
MISTAKE(CPU013, ERROR, "PM0214 4.4.13",
        "a fault (IACCVIOL, DACCVIOL): the MPU, or the memory map, forbids an access",
        "check the pointer, and the regions of the MPU; nothing is executed above 0x40000000 but external memory")
MISTAKE(CPU014, ERROR, "PM0214 4.4.13",
        "a fault (MSTKERR, MUNSTKERR): the MPU forbids to stack or unstack an exception's registers",
        "SP has left its region: a stack overflow?")
MISTAKE(CPU015, ERROR, "PM0214 2.4.4",
        "a fault (VECTTBL): the vector of an exception can't be read",
        "VTOR has to be the address of a table")
MISTAKE(CPU016, ERROR, "ARMv7-M C1.6",
        "a fault (DEBUGEVT): a breakpoint instruction without a debugger",
        "attach a debugger, or set DEMCR.MON_EN and have a handler; semihosting takes -semihosting-config enable=on")
MISTAKE(CPU017, ERROR, "PM0214 2.4.2",
        "a fault (LSPERR): the FPU's registers can't be stacked lazily",
        "SP has left its memory: a stack overflow?")
MISTAKE(CPU018, ERROR, "PM0214 2.1.3",
        "BASEPRI has only bits that the core does not have: it masks nothing",
        "the upper four of the eight bits count: __set_BASEPRI(5 << 4); configMAX_SYSCALL_INTERRUPT_PRIORITY is a value of these eight "
        "bits, too")
MISTAKE(CPU019, SUSPICIOUS, "PM0214 3.6.3",
        "an integer is divided by zero, which is no fault, and gives 0",
        "check the divisor; SCB->CCR |= SCB_CCR_DIV_0_TRP_Msk makes it a UsageFault")
