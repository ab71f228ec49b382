/*
 * Mistakes with memory, which -machine checks=memory looks for, see ../kinds.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
MISTAKE(MEM001, ERROR, "PM0214 2.1.2",
        "a stack grows past its end: what lies there is overwritten",
        "give it more (the thread's stack size, or _Min_Stack_Size and less RAM for the rest), or put large variables elsewhere")
MISTAKE(MEM002, SUSPICIOUS, "RM0090 2.3.1",
        "RAM is read, and used, that nobody has written since power-on: it holds anything",
        "give the variable a value first; look at memory of malloc(), at members of a structure that are not set; "
        "what is meant to survive a reset belongs to a section .noinit")
MISTAKE(MEM003, ERROR, "RM0090 2.4",
        "a store through a NULL pointer: there the chip shows its flash, the value is lost, and nothing faults",
        "check the pointer; an MPU region without access at 0 makes it a fault")
MISTAKE(MEM004, SUSPICIOUS, "RM0090 2.4",
        "a load through a NULL pointer: there the chip shows its flash, so it gets a word of the vector table",
        "check the pointer; an MPU region without access at 0 makes it a fault")
MISTAKE(MEM005, ERROR, "PM0214 2.2.1",
        "what is executed in RAM is no code",
        "check the pointer that was called, and the stack that was returned by; code that is made at run time: ignore this kind")
MISTAKE(MEM006, ERROR, "PM0214 2.2.1",
        "a store changes code in RAM that has run",
        "check the pointer, or the end of what lies before that function")
MISHAP(MEM007, ERROR, "RM0090 10.3",
        "DMA writes to a stack, below its pointer: the function whose buffer it was has returned",
        "make the buffer static, or wait for the end of the transfer in that function")
MISTAKE(MEM008, SUSPICIOUS, "RM0090 10.3",
        "a buffer is read where DMA will write it, but has not yet",
        "wait for TCIF, or read no further than NDTR says")
MISTAKE(MEM009, SUSPICIOUS, "AAPCS 6.2.1",
        "a function is called with a stack pointer that is no multiple of 8: double and 64-bit arguments of printf() are read "
        "from the wrong place",
        "align the end of the main stack (_estack) and the stacks of threads to 8 bytes, leave CCR.STKALIGN set, and let "
        "assembly push an even number of registers before it calls C")
MISTAKE(MEM010, SUSPICIOUS, "PM0214 2.2.4",
        "a barrier is missing: what was changed may not count yet",
        "DSB and ISB behind code that was written and behind MPU_CTRL, ISB behind CONTROL")
MISHAP(MEM011, ERROR, "RM0090 10.3",
        "DMA reads from a stack, below its pointer: the function whose buffer it was has returned, and others write there",
        "make the buffer static, or wait for the end of the transfer in that function")
