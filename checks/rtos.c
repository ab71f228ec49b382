/*
 * The rules of an RTOS: FreeRTOS', which is the one that most firmware for this chip has.
 *
 * A critical section by BASEPRI in a handler that is more urgent than it keeps nothing away: such a handler may not call
 * the kernel.  That is seen where BASEPRI is written, so it needs no names of functions.  What may not be called by
 * handlers at all is known by name.  Deliberately not done: ThreadX and others, whose kernels mask by PRIMASK.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/checks/state.h"
#include "stm32/core/mistake/place.h"
#include "stm32/core/symbols.h"

#define BASEPRI 17
#define BASEPRI_MAX 18

struct RtosCall {
    const char *function, *instead;     /* NULL: a handler may call it */
    bool blocks;                        /* always: it gives the core away */
    bool returned;                      /* a task gets there if its function does not end in vTaskDelete() */
};

static const RtosCall calls[] = {
    { "vTaskDelay", "set a flag, or give a semaphore by xSemaphoreGiveFromISR()", true },
    { "vTaskDelayUntil", "set a flag, or give a semaphore by xSemaphoreGiveFromISR()", true },
    { "xTaskDelayUntil", "set a flag, or give a semaphore by xSemaphoreGiveFromISR()", true },
    { "xQueueGenericSend", "use xQueueSendFromISR() or xSemaphoreGiveFromISR()" },
    { "xQueueReceive", "use xQueueReceiveFromISR()" },
    { "xQueuePeek", "use xQueuePeekFromISR()" },
    { "xQueueSemaphoreTake", "use xSemaphoreTakeFromISR()" },
    { "xQueueGenericReceive", "use xQueueReceiveFromISR() or xSemaphoreTakeFromISR()" },
    { "xQueueTakeMutexRecursive", "a handler can't hold a mutex" },
    { "xTaskGenericNotify", "use xTaskNotifyFromISR()" },
    { "ulTaskNotifyTake", "a handler can't wait" },
    { "ulTaskGenericNotifyTake", "a handler can't wait" },
    { "xEventGroupWaitBits", "a handler can't wait" },
    { "xEventGroupSetBits", "use xEventGroupSetBitsFromISR()" },
    { "xTimerGenericCommandFromTask", "use xTimerStartFromISR() and the like" },
    { "xStreamBufferSend", "use xStreamBufferSendFromISR()" },
    { "xStreamBufferReceive", "use xStreamBufferReceiveFromISR()" },
    { "vTaskSuspend", "wake a task that suspends itself" },
    { "vTaskResume", "use xTaskResumeFromISR()" },
    { "xTaskCreate", "create tasks before, or in a task" },
    { "vTaskDelete", "wake a task that deletes itself" },
    { "vTaskSuspendAll", "a handler is not interrupted by tasks" },
    { "prvTaskExitError", NULL, .returned = true },
};

const RtosCall *rtos_call(uint32_t address)
{
    const char *name = kernel_is_freertos() ? symbols_name(address) : NULL;
    uint32_t at;

    for (unsigned i = 0; name && i < ARRAY_SIZE(calls); i++) {
        if (!strcmp(name, calls[i].function) && symbols_find(name, &at, NULL) && at == address) {
            return &calls[i];
        }
    }
    return NULL;
}

static bool is_suspended(void)
{
    uint32_t at, depth;

    return symbols_find("uxSchedulerSuspended", &at, NULL) && guest_read_word(at, &depth) && depth;
}

void rtos_called(const RtosCall *call)
{
    uint32_t pc;

    if (!symbols_find(call->function, &pc, NULL)) {
        return;
    }
    if (call->returned) {
        guest_mistake_at(CORE, RTOS005, pc, "the function of a task has returned: FreeRTOS stops all with interrupts off");
    } else if (check_exception() >= FIRST_INTERRUPT || check_exception() == 15) {
        g_autofree char *who = guest_exception_name(check_exception());

        guest_mistake_at(CORE, RTOS003, pc, "%s() is called by the handler of %s; %s", call->function, who, call->instead);
    } else if (call->blocks && !check_exception() && check_basepri()) {
        guest_mistake_at(CORE, RTOS004, pc, "%s() is called with BASEPRI 0x%02x", call->function, check_basepri());
    } else if (call->blocks && !check_exception() && is_suspended()) {
        guest_mistake_at(CORE, RTOS004, pc, "%s() is called with the scheduler suspended; call xTaskResumeAll() first",
                         call->function);
    }
}

void rtos_masked(unsigned reg, uint32_t pc)
{
    uint32_t basepri = check_basepri();
    unsigned exception = check_exception();

    if ((reg != BASEPRI && reg != BASEPRI_MAX) || !basepri || !kernel_is_freertos()) {
        return;
    }
    if (exception >= FIRST_INTERRUPT && check_priority(exception) < (int)basepri) {
        g_autofree char *who = guest_exception_name(exception);

        guest_mistake_at(CORE, RTOS001, pc, "the handler of %s has priority 0x%02x, and calls the kernel, which masks 0x%02x "
                         "and less urgent ones: the critical section is none", who, check_priority(exception), basepri);
    }
    if (check_prigroup() > 3) {
        guest_mistake_at(CORE, RTOS002, pc, "AIRCR.PRIGROUP is %u: some bits of priorities do not preempt",
                         check_prigroup());
    }
}
