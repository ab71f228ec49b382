/*
 * What the files of the checks share.  From the bottom: shadow.c, report.c; kernel.c; a file a check; checks.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CHECKS_STATE_H
#define STM32_CHECKS_STATE_H

#include "stm32/checks/checks.h"
#include "stm32/core/code/insn.h"
#include "stm32/core/mistake/mistake.h"

enum { CHECK_MEMORY = 1, CHECK_TIME = 2, CHECK_CONCURRENCY = 4, CHECK_RTOS = 8, CHECK_ALL = 15 };

extern unsigned checks_wanted;          /* of these */
extern const ChecksChip *checks_chip;

/* ---- report.c ---- */

#define CORE "core"                     /* whose mistakes these are */

/* Virtual time, in the middle of a block too: at its end then. */
int64_t check_now(void);
/* In the host's time it may be the host's doing that something takes so long, ns; with -icount nothing is. */
#define CHECK_HOSTS_NS (20 * SCALE_MS)
/* The core is there. */
void check_begin(void);
/* The guest's PC, of a helper that returns to @ra on the host. */
uint32_t check_pc(uintptr_t ra);
/* The register @n of the core; SP of threads; the exception whose handler runs, or 0. */
uint32_t check_register(unsigned n);
uint32_t check_psp(void);
uint32_t check_other_sp(void);
unsigned check_exception(void);
bool check_uses_psp(void);
uint32_t check_basepri(void);
uint32_t check_control(void);
/* CCR.STKALIGN. */
bool check_aligns_frames(void);
/* PRIMASK or FAULTMASK, or BASEPRI: are there interrupts that can't come? */
bool check_masked(void);
bool check_is_enabled(unsigned exception);
/* The priority that @exception has, of which the bits that preempt; lower is more urgent. */
int check_priority(unsigned exception);
/* AIRCR.PRIGROUP, and the number of bits that priorities have. */
unsigned check_prigroup(void);
/* The address its vector has. */
uint32_t check_handler(unsigned exception);
uint32_t check_vector_table(void);
/* What the access has read or written that is told of now. */
extern const uint64_t *check_value_at;
static inline uint32_t check_value(void)
{
    return *check_value_at;
}
/* "counter", "table+12", or "0x20000010"; for the caller to free. */
char *check_variable(uint32_t address);

/* ---- shadow.c: which bytes of RAM have been written since power-on ---- */

typedef struct Shadow {
    uint32_t base, size;
    uint8_t *written;                   /* of each byte: SHADOW_... */
} Shadow;

extern Shadow shadow[2];

enum { SHADOW_WRITTEN = 1, SHADOW_RAN = 2, SHADOW_MORE = 32 };

void shadow_begin(void);
/* All counts as written. */
void shadow_forget(void);
/* A reset: code is brought to RAM anew. */
void shadow_forget_code(void);
/* Where it is noted of the bytes from @address on, at least SHADOW_MORE of them, or NULL: they are not in RAM. */
static inline uint8_t *shadow_at(uint32_t address)
{
    for (unsigned i = 0; i < ARRAY_SIZE(shadow); i++) {
        uint32_t at = address - shadow[i].base;

        if (at < shadow[i].size) {
            return shadow[i].written + at;
        }
    }
    return NULL;
}

/* The same of all @size bytes. */
static inline uint8_t *shadow_of(uint32_t address, uint32_t size)
{
    return size && shadow_at(address + size - 1) == shadow_at(address) + size - 1 ? shadow_at(address) : NULL;
}

/* ---- kernel.c: an RTOS ---- */

/* Is one of the firmware's?  FreeRTOS alone has its rules checked. */
bool kernel_is_there(void);
bool kernel_is_freertos(void);
/* The lowest address of the stack of the thread that runs, and its name, to be freed.  False if it is not known. */
bool kernel_stack(uint32_t *limit, char **name);

/* ---- The checks ---- */

bool boot_is_entry(uint32_t pc);
void boot_entered(void);

/* memory */
void unwritten_read(uint32_t pc, uint32_t address, unsigned size);
void null_store(uint32_t pc, uint32_t address, unsigned size);
void null_load(uint32_t pc, uint32_t address, unsigned size);
void null_vtor_load(uint32_t pc);
void stack_moves(uint32_t pc, unsigned down);
/* Another stack is in use from now on. */
void stack_changes(void);
void stack_forget(void);
void stack_frame_pushed(uint32_t frame, uint32_t pc);
/* Is @address in a stack, below what is in use of it?  Then which, in words. */
bool stack_is_unused(uint32_t address, uint32_t *sp);
void code_translated(uint32_t pc);
void code_overwritten(uint32_t pc, uint32_t address);
/* The instruction at @pc, which moves SP, is the first of a function; and that runs now. */
bool stack_is_entry(uint32_t pc);
void stack_check_alignment(uint32_t pc);
bool is_barrier(uint32_t opcode);
extern uint32_t last_store;             /* to RAM, since the last barrier or exception */
void barriers_passed(void);
void barriers_fresh_code(uint32_t pc, uint32_t size);
/* CONTROL is as it is now, by an exception; or has been written. */
void barriers_note_control(void);
void barriers_control(uint32_t pc);
void barriers_mpu(uint32_t pc, uint32_t value);
void dma_check_begin(void);
extern uint32_t dma_low, dma_high;      /* buffers that DMA writes lie between */
void dma_buffer_read(uint32_t pc, uint32_t address);
void dma_check_forget(void);

/* time */
void handlers_begin(void);
void handlers_taken(unsigned exception);
void handlers_return(unsigned exception);
void handlers_pended(unsigned exception, bool was);
void handlers_ticked(bool was);
void handlers_forget(bool have_ticked);
/* Has there been a tick since the reset? */
bool handlers_have_ticked(void);
void masks_written(unsigned reg, uint32_t pc);
void masks_pended(unsigned exception);
void masks_taken(unsigned exception);
void masks_forget(void);
/* Where interrupts were switched off that are off, to be freed; NULL: it is not known. */
char *masks_since(void);

/* rtos */
typedef struct RtosCall RtosCall;
void rtos_masked(unsigned reg, uint32_t pc);
/* Does something have to be looked at when the function at @address is called?  Then what, for rtos_called(). */
const RtosCall *rtos_call(uint32_t address);
void rtos_called(const RtosCall *call);

#endif
