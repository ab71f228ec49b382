/*
 * A loop that waits for a variable that nobody can change: it reads memory only, its rounds are all alike, and there is
 * neither an interrupt that could get in and write there, nor a bus master that does.
 *
 * HAL_Delay() in a handler that SysTick cannot preempt, a flag that a handler sets which is not enabled, a queue that is
 * polled in a critical section.  Variables on the stack are left out: `volatile int stay = 1` waits for a debugger.
 * A loop that reads nothing may have read it once, see read_once.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "exec/wait-loop.h"
#include "hw/clock.h"
#include "qemu/timer.h"
#include "system/cpu-timers.h"
#include "system/tcg.h"
#include "target/arm/cpu.h"
#include "stm32/checks/read_once.h"
#include "stm32/core/mistake/mistake.h"
#include "stm32/core/mistake/place.h"
#include "stm32/core/symbols.h"
#include "stm32/soc/in_vain.h"
#include "stm32/soc/in_vain_handlers.h"
#include "stm32/soc/tables.h"

#define SYSTICK_ENABLE 1            /* of its CTRL */
#define SYSTICK_TICKINT 2
#define NOBODY 0x100                /* the priority of a thread that masks nothing */
#define STREAMS 8                   /* of a DMA; RM0090 10.5.5: */
#define DMA_SxCR(n) (0x10 + 0x18 * (n))
#define DMA_SxCR_EN 1
#define DMA_SxCR_DIR(cr) extract32(cr, 6, 2)
#define DMA_SxCR_DBM (1u << 18)
#define DMA_SxM0AR(n) (0x1c + 0x18 * (n))
#define DMA_SxM1AR(n) (0x20 + 0x18 * (n))
#define TO_PERIPHERAL 1
#define RCC_CR_CSSON (1u << 19)     /* RM0090 7.3.1: NMI comes if HSE fails */
#define FRAMES_SIZE 256             /* of the stack above SP that functions in the loop may have */
#define LOOK_NS NANOSECONDS_PER_SECOND
#define MANY 3                      /* interrupts to be named */

static Stm32f407Soc *chip;

/* ---- Who could write ---- */

/* Exceptions of this priority, and greater numbers, do not get in. */
static int priority_of_core(NVICState *s)
{
    const CPUARMState *env = &s->cpu->env;
    int priority = MIN(armv7m_nvic_raw_execution_priority(s), NOBODY);

    if (env->v7m.basepri[M_REG_NS]) {
        priority = MIN(priority, env->v7m.basepri[M_REG_NS]);
    }
    if (env->v7m.primask[M_REG_NS] || env->v7m.faultmask[M_REG_NS]) {
        priority = MIN(priority, 0);
    }
    return priority;
}

/* Without the bits of the subpriority, which do not preempt. */
static int group_priority(NVICState *s, unsigned exception)
{
    return s->vectors[exception].prio & ~MAKE_64BIT_MASK(0, s->prigroup[M_REG_NS] + 1);
}

static bool is_enabled(NVICState *s, unsigned exception)
{
    uint32_t ticks = SYSTICK_ENABLE | SYSTICK_TICKINT;

    return exception == SYSTICK_EXCEPTION ? (chip->cpu.systick[M_REG_NS].control & ticks) == ticks
           : exception >= FIRST_INTERRUPT && s->vectors[exception].enabled;
}

static bool gets_in(NVICState *s, unsigned exception)
{
    return is_enabled(s, exception) && group_priority(s, exception) < priority_of_core(s);
}

static bool some_interrupt_gets_in(NVICState *s)
{
    for (unsigned n = SYSTICK_EXCEPTION; n < s->num_irq; n++) {
        if (gets_in(s, n)) {
            return true;
        }
    }
    return false;
}

static bool has_clock(const char *name)
{
    return clock_is_enabled(PERIPH(stm32f407_child(chip, name))->clk);
}

/* In a variable that has a name a stream stays, else it may go anywhere: a circular one's end its registers do not tell. */
static bool may_write(uint32_t to, const uint32_t *read, unsigned reads)
{
    uint32_t end = symbols_object_end(to);

    for (unsigned i = 0; i < reads && end != to; i++) {
        if (read[i] >= to && read[i] < end) {
            return true;
        }
    }
    return end == to;
}

static bool some_master_may_write(const uint32_t *read, unsigned reads)
{
    static const char *const dmas[] = { "dma1", "dma2" };

    for (unsigned i = 0; i < ARRAY_SIZE(dmas); i++) {
        const uint32_t *regs = PERIPH(stm32f407_child(chip, dmas[i]))->regs;

        for (unsigned n = 0; n < STREAMS; n++) {
            uint32_t cr = regs[DMA_SxCR(n) / 4];

            if (cr & DMA_SxCR_EN && DMA_SxCR_DIR(cr) != TO_PERIPHERAL &&
                (may_write(regs[DMA_SxM0AR(n) / 4], read, reads) ||
                 (cr & DMA_SxCR_DBM && may_write(regs[DMA_SxM1AR(n) / 4], read, reads)))) {
                return true;
            }
        }
    }
    return has_clock("eth") || has_clock("otg-hs");
}

/* ---- What to say ---- */

/* A variable that has a name, in memory that can be written, and is not on the stack */
static bool is_variable(uint32_t address, uint32_t sp)
{
    uint32_t base;

    return address >= STM32F407_CCM_BASE && symbols_object(address, &base) && address - sp >= FRAMES_SIZE;
}

/* HardFault's priority is negative. */
void in_vain_name(GString *text, NVICState *s, unsigned exception)
{
    const char *interrupt = exception >= FIRST_INTERRUPT ? vector_table[exception - FIRST_INTERRUPT] : NULL;
    g_autofree char *words = interrupt ? g_strdup(interrupt) : guest_exception_name(exception);
    int priority = s->vectors[exception].prio;

    g_string_append_printf(text, priority < 0 ? "%s (priority %d)" : "%s (priority 0x%02x)", words, priority);
}

/* The interrupts that are enabled, and do not get in. */
static void name_those_outside(GString *text, NVICState *s)
{
    unsigned many = 0;

    for (unsigned n = SYSTICK_EXCEPTION; n < s->num_irq; n++) {
        if (is_enabled(s, n) && ++many <= MANY) {
            g_string_append(text, many == 1 ? ": " : ", ");
            in_vain_name(text, s, n);
        }
    }
    if (many > MANY) {
        g_string_append(text, " ...");
    }
}

static char *why(NVICState *s, int priority)
{
    const CPUARMState *env = &s->cpu->env;
    uint32_t ticks = chip->cpu.systick[M_REG_NS].control;
    GString *text = g_string_new(NULL);

    if (priority == NOBODY) {
        g_string_append(text, "no interrupt is enabled in the NVIC, and SysTick ");
        g_string_append(text, !(ticks & SYSTICK_ENABLE) ? "is off" : "has no TICKINT");
        return g_string_free(text, false);
    }
    if (env->v7m.faultmask[M_REG_NS] || env->v7m.primask[M_REG_NS]) {
        g_string_printf(text, "%s keeps interrupts off", env->v7m.faultmask[M_REG_NS] ? "FAULTMASK" : "PRIMASK");
    } else if (priority == armv7m_nvic_raw_execution_priority(s)) {
        g_string_append(text, "the handler of ");
        in_vain_name(text, s, env->v7m.exception);
        g_string_append(text, " lets no other in");
    } else {
        g_string_printf(text, "BASEPRI (0x%02x) keeps interrupts off", env->v7m.basepri[M_REG_NS]);
    }
    name_those_outside(text, s);
    return g_string_free(text, false);
}

static bool is_nmi_awaited(void)
{
    return PERIPH(stm32f407_child(chip, "rcc"))->regs[0] & RCC_CR_CSSON;
}

/* Rounds of a loop are alike, and have read no more than what is at @read. */
static void waits(CPUState *cpu, const uint32_t *read, unsigned reads)
{
    NVICState *s = &chip->cpu.nvic;
    g_autofree uint32_t *variables = g_new(uint32_t, reads);
    g_autofree char *because = NULL;
    unsigned n = 0, which = 0;
    uint32_t base;

    if (!reads) {
        read_once_look(cpu->cc->get_pc(cpu));
        return;
    }
    for (unsigned i = 0; i < reads; i++) {
        if (is_variable(read[i], cpu_env(cpu)->regs[13])) {
            variables[n++] = read[i];
        }
    }
    if (!n || is_nmi_awaited() || some_master_may_write(variables, n)) {
        return;
    }
    if (!some_interrupt_gets_in(s)) {
        because = why(s, priority_of_core(s));
        guest_mistake_at("CPU", NVIC015, cpu->cc->get_pc(cpu), "a loop waits for 0x%08x (`%s`), which nobody changes: %s",
                         variables[0], symbols_object(variables[0], &base), because);
        return;
    }
    because = in_vain_by_handlers(chip, variables, n, gets_in, &which);
    if (because) {
        guest_mistake_at("CPU", NVIC017, cpu->cc->get_pc(cpu), "a loop waits for 0x%08x (`%s`) for 2 s: %s", variables[which],
                         symbols_object(variables[which], &base), because);
    }
}

/* ---- Without -icount rounds are not watched: the core is asked now and then where it is ---- */

static QEMUTimer *timer;

static void look(CPUState *cpu, run_on_cpu_data none)
{
    if (!cpu->halted) {
        read_once_look(cpu->cc->get_pc(cpu));
    }
}

static void ask(void *opaque)
{
    async_run_on_cpu(CPU(chip->cpu.cpu), look, RUN_ON_CPU_NULL);
    timer_mod(timer, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) + LOOK_NS);
}

void in_vain_begin(Stm32f407Soc *s)
{
    chip = s;
    wait_loop_set_memory(waits);
    if (tcg_enabled() && !icount_enabled()) {
        timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, ask, NULL);
        timer_mod(timer, LOOK_NS);
    }
}
