/*
 * What exceptions stack, and what returning from them takes (ARMv7-M B1.5.6 to B1.5.8); the floating-point
 * context (B1.5.7).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "checks.h"
#include "checks_list.h"

#define CCR_NONBASETHRDENA 1u
#define CCR_STKALIGN (1u << 9)

static volatile uint32_t frame_address, frame_xpsr, frame_return;

static void note_frame(Frame *frame)
{
    frame_address = (uint32_t)frame;
    frame_xpsr = frame->xpsr;
    frame_return = exc_return;
}

/* With the stack at a multiple of 4 that is none of 8. */
static uint32_t svc_misaligned(void)
{
    uint32_t sp;

    __asm__ volatile("mov r4, sp\n"
                     "bic r5, r4, #7\n"
                     "sub r5, #4\n"
                     "mov sp, r5\n"
                     "svc 0\n"
                     "mov %0, sp\n"
                     "mov sp, r4\n" : "=r"(sp) : : "r4", "r5", "memory");
    return sp;
}

static void stack_alignment(void)
{
    uint32_t sp;

    CHECK_EQUAL(CCR, CCR_STKALIGN);
    on(SVCALL, note_frame);
    sp = svc_misaligned();
    CHECK_EQUAL(sp & 7, 4);
    CHECK_EQUAL(frame_address, sp - 36);
    CHECK(frame_xpsr & 1 << 9);
    CCR &= ~CCR_STKALIGN;
    barrier();
    sp = svc_misaligned();
    CHECK_EQUAL(frame_address, sp - 32);
    CHECK(!(frame_xpsr & 1 << 9));
}

static void usage(Frame *frame)
{
    (void)frame;
    CHECK_EQUAL(CFSR, INVPC);
    finish();
}

/* From two handlers at once to the thread. */
static void return_to_thread(Frame *frame)
{
    (void)frame;
    __asm__ volatile("ldr r0, =0xfffffff9\n mov lr, r0\n"
                     "sub sp, #32\n"
                     "adr r0, 1f\n str r0, [sp, #24]\n"
                     "mov r0, #0x1000000\n str r0, [sp, #28]\n"
                     "bx lr\n"
                     ".align 2\n"
                     "1: b after_return\n" ::: "r0", "lr", "memory");
}

static void nested(Frame *frame)
{
    (void)frame;
    NVIC_ISPR = 1;
    barrier();
}

__attribute__((used)) static void after_return(void)
{
    CHECK(CCR & CCR_NONBASETHRDENA);
    CHECK_EQUAL(ipsr(), 0);
    CHECK(SHCSR & 1 << 7);                      /* SVCall is still active */
    finish();
}

static void prepare_to_nest(void)
{
    NVIC_ISER = 1;
    SHPR(SVCALL) = 0x80;
    on(SVCALL, nested);
    on(IRQ0, return_to_thread);
    on(USAGEFAULT, usage);
    SHCSR |= SHCSR_USGFAULTENA;
}

static void thread_with_active_handlers(void)
{
    prepare_to_nest();
    CCR |= CCR_NONBASETHRDENA;
    __asm__ volatile("svc 0");
}

static void no_thread_with_active_handlers(void)
{
    prepare_to_nest();
    __asm__ volatile("svc 0");
    CHECK(false);
}

static uint32_t control(void)
{
    uint32_t value;

    __asm__ volatile("mrs %0, control" : "=r"(value));
    return value;
}

static void wrong_mode(Frame *frame)
{
    frame->xpsr |= 11;                          /* but EXC_RETURN says: to the thread */
}

static void return_integrity(void)
{
    on(SVCALL, wrong_mode);
    on(USAGEFAULT, usage);
    SHCSR |= SHCSR_USGFAULTENA;
    __asm__ volatile("svc 0");
    CHECK(false);
}

/* ---- Floating point ---- */

#define ASPEN (1u << 31)
#define LSPEN (1u << 30)
#define LSPACT 1u

static volatile uint32_t fp_saved, fp_was;

static void look_at_fp(Frame *frame)
{
    note_frame(frame);
    fp_was = FPCCR;
    __asm__ volatile("vmov s0, %0" : : "r"(0x12345678));
    fp_saved = frame->s[0];
}

static uint32_t set_s0(uint32_t value)
{
    __asm__ volatile("vmov s0, %0\n svc 0\n vmov %0, s0" : "+r"(value) : : "memory");
    return value;
}

static void lazy_stacking(void)
{
    uint32_t value;

    on(SVCALL, note_frame);
    CHECK_EQUAL(FPCCR, ASPEN | LSPEN);
    CPACR = 0xf << 20;
    barrier();
    CHECK_EQUAL(control(), 0);
    __asm__ volatile("svc 0");
    CHECK_EQUAL(frame_return, 0xfffffff9);
    __asm__ volatile("vmov s0, r0");
    CHECK_EQUAL(control(), 4);                  /* FPCA */
    __asm__ volatile("svc 0");
    CHECK_EQUAL(frame_return, 0xffffffe9);
    CHECK_EQUAL(FPCAR, frame_address + 32);
    CHECK_EQUAL(control(), 4);
    CHECK(!(FPCCR & LSPACT));
    on(SVCALL, look_at_fp);
    CHECK_EQUAL(set_s0(0xabcdef01), 0xabcdef01);
    CHECK(fp_was & LSPACT);
    CHECK(fp_was & 1 << 3);                     /* THREAD */
    CHECK(!(fp_was & 1 << 1));                  /* not USER */
    CHECK(!(fp_was & ~0xc000017b));             /* nor anything of Armv8-M's */
    CHECK_EQUAL(fp_saved, 0xabcdef01);
    /* At once */
    FPCCR = ASPEN;
    CHECK_EQUAL(set_s0(0x55555555), 0x55555555);
    CHECK(!(fp_was & LSPACT));
    CHECK_EQUAL(fp_saved, 0x55555555);
    /* Not at all */
    FPCCR = 0;
    __asm__ volatile("mov r0, #0\n msr control, r0\n isb" ::: "r0");
    on(SVCALL, note_frame);
    __asm__ volatile("vmov s0, r0\n svc 0");
    CHECK_EQUAL(control(), 0);
    CHECK_EQUAL(frame_return, 0xfffffff9);
    (void)value;
}

/* A handler's context begins with FPDSCR. */
static volatile uint32_t handlers_fpscr;

static void read_fpscr(Frame *frame)
{
    uint32_t value;

    (void)frame;
    __asm__ volatile("vmrs %0, fpscr" : "=r"(value));
    handlers_fpscr = value;
}

static void default_fpscr(void)
{
    CPACR = 0xf << 20;
    barrier();
    FPDSCR = 0xffffffff;
    CHECK_EQUAL(FPDSCR, 0x07c00000);
    __asm__ volatile("vmsr fpscr, %0" : : "r"(0x01c00001));
    on(SVCALL, read_fpscr);
    __asm__ volatile("svc 0");
    CHECK_EQUAL(handlers_fpscr, 0x07c00000);
    read_fpscr(0);
    CHECK_EQUAL(handlers_fpscr, 0x01c00001);
}

/* An exception that comes while the lazy state is pending does not save it again. */
static volatile uint32_t inner_frame;

static void inner(Frame *frame)
{
    (void)frame;
    inner_frame = exc_return;
    CHECK(FPCCR & LSPACT);
}

static void outer(Frame *frame)
{
    (void)frame;
    CHECK(FPCCR & LSPACT);
    NVIC_ISPR = 1;
    barrier();
    CHECK(FPCCR & LSPACT);
}

static void nested_lazy_stacking(void)
{
    CPACR = 0xf << 20;
    barrier();
    on(IRQ0, inner);
    NVIC_ISER = 1;
    SHPR(SVCALL) = 0x80;
    on(SVCALL, outer);
    CHECK_EQUAL(set_s0(0x1234), 0x1234);
    CHECK_EQUAL(inner_frame, 0xfffffff1);
}

/*
 * Where the registers were to go nothing answers: a bus fault of the instruction that made them go there, which
 * is done once more when they have got another place.
 */
static uint32_t right_place;

static void mend_place(Frame *frame)
{
    look(frame);
    CHECK(FPCCR & LSPACT);
    FPCAR = right_place;
}

static void misplace_frame(Frame *frame)
{
    CHECK(FPCCR & LSPACT);
    right_place = FPCAR;
    FPCAR = NOWHERE;
    __asm__ volatile("mov r0, #5\n vmov s0, r0" ::: "r0", "memory");
    CHECK(!(FPCCR & LSPACT));
    CHECK_EQUAL(frame->s[0], 0x77);
}

static void lazy_stacking_bus_error(void)
{
    CPACR = 0xf << 20;
    barrier();
    enable_faults();
    on(BUSFAULT, mend_place);
    on(PENDSV, misplace_frame);
    SHPR(PENDSV) = 0xf0;
    __asm__ volatile("mov r0, #0x77\n vmov s0, r0" ::: "r0");
    ICSR = ICSR_PENDSVSET;
    barrier();
    CHECK_EQUAL(seen.exception, BUSFAULT);
    CHECK_EQUAL(seen.cfsr & ~BFARVALID, LSPERR);
    CHECK_EQUAL(news(), 1);
}

void (*const cases[])(void) = { FRAMES_CASES(CASE_FUNCTION) };
