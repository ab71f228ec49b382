/*
 * Mistakes with an RTOS, which -machine checks=rtos looks for, see ../kinds.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
MISTAKE(RTOS001, ERROR, "PM0214 2.3.6",
        "a handler that is more urgent than what FreeRTOS masks calls the kernel: its lists get spoilt now and then",
        "give the interrupt a priority of configMAX_SYSCALL_INTERRUPT_PRIORITY or a higher number; 0, the most urgent, is "
        "what it has after reset")
MISTAKE(RTOS002, ERROR, "PM0214 4.4.5",
        "FreeRTOS runs with subpriorities: it takes all bits of priorities for preemption",
        "NVIC_SetPriorityGrouping(3), which is NVIC_PRIORITYGROUP_4, before the scheduler starts")
MISTAKE(RTOS003, ERROR, "FreeRTOS",
        "a handler calls a function of FreeRTOS that is for tasks",
        "use the one that ends in FromISR")
MISTAKE(RTOS004, ERROR, "FreeRTOS",
        "a task waits in a critical section, or with the scheduler suspended: the others run with interrupts off, or not at all",
        "leave the critical section first")
MISTAKE(RTOS005, ERROR, "FreeRTOS",
        "the function of a task returns",
        "let it loop for ever, or end in vTaskDelete(NULL)")
