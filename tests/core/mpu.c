/*
 * The memory protection unit (ARMv7-M B3.5): what firmware with a guard below its stack, or an RTOS with
 * protected tasks, makes of it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "checks.h"
#include "checks_list.h"

#define MPU_TYPE REG(0xe000ed90)
#define MPU_CTRL REG(0xe000ed94)
#define MPU_RNR  REG(0xe000ed98)
#define MPU_RBAR REG(0xe000ed9c)
#define MPU_RASR REG(0xe000eda0)
#define MPU_RBAR_A1 REG(0xe000eda4)
#define MPU_RASR_A1 REG(0xe000eda8)
#define ENABLE 1u
#define HFNMIENA 2u
#define PRIVDEFENA 4u
#define XN (1u << 28)
#define AP(ap) ((uint32_t)(ap) << 24)
#define SRD(mask) ((uint32_t)(mask) << 8)

enum { NONE, PRIV_RW, USER_RO, ALL_RW, PRIV_RO = 5, ALL_RO };

#define CHECK_DATA_FAULT(address) do { \
        CHECK_FAULT(MEMMANAGE, DACCVIOL | MMARVALID); \
        CHECK_EQUAL(seen.mmfar, address); \
    } while (0)

/* 4 KB of its own. */
static uint32_t area[1024] __attribute__((aligned(4096)));
#define A ((uint32_t)area)

static void region(unsigned n, uint32_t base, unsigned log2, uint32_t attributes)
{
    MPU_RNR = n;
    MPU_RBAR = base;
    MPU_RASR = attributes | (log2 - 1) << 1 | ENABLE;
    barrier();
}

static void switch_on(uint32_t ctrl)
{
    enable_faults();
    MPU_CTRL = ENABLE | ctrl;
    barrier();
}

static void load_byte(uint32_t address)
{
    uint32_t value;

    __asm__ volatile("ldrb %0, [%1]" : "=r"(value) : "r"(address) : "memory");
}

static void mpu_registers(void)
{
    CHECK_EQUAL(MPU_TYPE, 0x800);
    CHECK_EQUAL(MPU_CTRL, 0);
    MPU_CTRL = 0xfffffff8;
    CHECK_EQUAL(MPU_CTRL, 0);
    MPU_RNR = 3;
    MPU_RBAR = 0x20000100 | 1 << 4 | 5;
    CHECK_EQUAL(MPU_RNR, 5);
    CHECK_EQUAL(MPU_RBAR, 0x20000100 | 5);
    MPU_RBAR = 0x20000200 | 2;
    CHECK_EQUAL(MPU_RBAR, 0x20000200 | 5);
    MPU_RASR = 0xfffffffe;
    CHECK_EQUAL(MPU_RASR, 0x173fff3e);
    MPU_RBAR_A1 = 0x20000400 | 1 << 4 | 6;
    MPU_RASR_A1 = 9 << 1;
    CHECK_EQUAL(MPU_RNR, 6);
    CHECK_EQUAL(MPU_RASR, 9 << 1);
    MPU_RNR = 5;
    CHECK_EQUAL(MPU_RASR, 0x173fff3e);
}

/* As the examples of PM0214 4.2.5 do it: attributes are the upper half, size and enable the lower one. */
static void halves(void)
{
    volatile uint16_t *half = (volatile uint16_t *)&MPU_RASR;

    enable_faults();
    on(MEMMANAGE, skip);
    MPU_RNR = 2;
    half[0] = 5 << 1;
    MPU_RBAR = A + 0x40;
    half[1] = 0x0300;
    half[0] = 5 << 1 | 1;
    CHECK_EQUAL(MPU_RASR, 0x0300000b);
    CHECK_EQUAL(half[1], 0x0300);
    switch_on(PRIVDEFENA);
    load_byte(A + 0x40);
    CHECK_NO_FAULT();
    half[1] = 0x0000;                               /* no access */
    barrier();
    load_byte(A + 0x40);
    CHECK_DATA_FAULT(A + 0x40);
    *(volatile uint8_t *)&MPU_RASR = 5 << 1;
    barrier();
    load_byte(A + 0x40);
    CHECK_NO_FAULT();
    CHECK_EQUAL(MPU_RASR, 5 << 1);
}

/* To the byte. */
static void guard_of_32_bytes(void)
{
    region(7, A + 0x440, 5, AP(NONE) | XN);
    switch_on(PRIVDEFENA);
    load(A + 0x43c);
    store(A + 0x43c);
    load_byte(A + 0x43f);
    load(A + 0x460);
    CHECK_NO_FAULT();
    load(A + 0x440);
    CHECK_DATA_FAULT(A + 0x440);
    store(A + 0x45c);
    CHECK_DATA_FAULT(A + 0x45c);
    load_byte(A + 0x45f);
    CHECK_DATA_FAULT(A + 0x45f);
    load_byte(A + 0x460);
    CHECK_NO_FAULT();
    MPU_CTRL = 0;
    barrier();
    load(A + 0x440);
    CHECK_NO_FAULT();
}

static void permissions(void)
{
    /* privileged read, write; the same unprivileged */
    static const uint8_t may[8][4] = {
        [NONE] = { 0, 0, 0, 0 }, [PRIV_RW] = { 1, 1, 0, 0 },
        [USER_RO] = { 1, 1, 1, 0 }, [ALL_RW] = { 1, 1, 1, 1 },
        [PRIV_RO] = { 1, 0, 0, 0 }, [ALL_RO] = { 1, 0, 1, 0 }, [7] = { 1, 0, 1, 0 },
    };

    region(0, 0x08000000, 20, AP(ALL_RO));
    region(1, 0x20000000, 17, AP(ALL_RW));
    switch_on(0);
    for (unsigned ap = 0; ap < 8; ap++) {
        if (ap == 4) {
            continue;
        }
        region(2, A, 8, AP(ap));
        load(A);
        CHECK_EQUAL(seen.count, !may[ap][0]);
        news();
        store(A + 4);
        CHECK_EQUAL(seen.count, !may[ap][1]);
        news();
        drop_privileges();
        load(A + 8);
        CHECK_EQUAL(seen.count, !may[ap][2]);
        news();
        store(A + 252);
        CHECK_EQUAL(seen.count, !may[ap][3]);
        regain_privileges();
        news();
        /* As if without privileges */
        __asm__ volatile("ldrt r0, [%0]" : : "r"(A) : "r0");
        CHECK_EQUAL(seen.count, !may[ap][2]);
        news();
        __asm__ volatile("strt r0, [%0]" : : "r"(A) : "r0", "memory");
        CHECK_EQUAL(seen.count, !may[ap][3]);
        news();
    }
}

static void overlap(void)
{
    region(1, A, 12, AP(ALL_RO));
    region(4, A + 0x100, 8, AP(ALL_RW));
    region(6, A + 0x120, 5, AP(NONE));
    region(0, A + 0x120, 5, AP(ALL_RW));        /* below all of these */
    switch_on(PRIVDEFENA);
    store(A + 0xfc);
    CHECK_DATA_FAULT(A + 0xfc);
    store(A + 0x100);
    store(A + 0x11c);
    store(A + 0x140);
    load(A + 0xfc);
    CHECK_NO_FAULT();
    load(A + 0x120);
    CHECK_DATA_FAULT(A + 0x120);
    MPU_RNR = 6;
    MPU_RASR = 0;
    barrier();
    store(A + 0x120);
    CHECK_NO_FAULT();
}

static void subregions(void)
{
    region(3, A, 11, AP(NONE) | SRD(0x82));     /* 2 KB less the second and the last 256 bytes */
    region(1, A + 0x100, 8, AP(ALL_RO));
    switch_on(PRIVDEFENA);
    for (unsigned i = 0; i < 8; i++) {
        load(A + 256 * i);
        load(A + 256 * i + 252);
        CHECK_EQUAL(seen.count, i == 1 || i == 7 ? 0 : 2);
        news();
    }
    store(A + 0x100);                           /* region 1 shows through */
    CHECK_DATA_FAULT(A + 0x100);
    store(A + 0x7fc);
    CHECK_NO_FAULT();
    /* In parts of 32 bytes */
    region(3, A, 8, AP(NONE) | SRD(0xfe));
    load(A + 0x1c);
    CHECK_DATA_FAULT(A + 0x1c);
    load(A + 0x20);
    CHECK_NO_FAULT();
}

/* Without background region there is nothing else, but the system's own. */
static void no_background(void)
{
    region(0, 0x08000000, 20, AP(ALL_RO));
    region(1, 0x20000000, 17, AP(ALL_RW));
    switch_on(0);
    load(0x08000000);
    load(A);
    CHECK_NO_FAULT();
    load(0x40023800);
    CHECK_DATA_FAULT(0x40023800);
    load(0x10000000);
    CHECK_DATA_FAULT(0x10000000);
    load(0xe000ed00);
    load(0xe0001000);
    load(0xe0042000);
    CHECK_NO_FAULT();
    MPU_CTRL = ENABLE | PRIVDEFENA;
    barrier();
    load(0x40023800);
    CHECK_NO_FAULT();
    drop_privileges();
    load(0x40023800);
    regain_privileges();
    CHECK_DATA_FAULT(0x40023800);
}

static void in_handler(Frame *frame)
{
    look(frame);
    frame->pc += 2;
    news();
    (void)load(A);
}

static void not_in_hardfault(void)
{
    on(HARDFAULT, in_handler);
    region(0, A, 12, AP(NONE));
    MPU_CTRL = ENABLE | PRIVDEFENA;
    barrier();
    __asm__ volatile("udf 1");
    CHECK_NO_FAULT();
    switch_on(PRIVDEFENA);
    __asm__ volatile("cpsid f");
    (void)load(A);
    __asm__ volatile("cpsie f");
    CHECK_NO_FAULT();
    __asm__ volatile("cpsid i");                /* that is no such priority */
    on(HARDFAULT, skip);
    (void)load(A);
    CHECK_FAULT(HARDFAULT, DACCVIOL | MMARVALID);
    __asm__ volatile("cpsie i");
    (void)load(A);
    CHECK_DATA_FAULT(A);
}

static void execute_never(void)
{
    for (unsigned i = 0; i < 16; i++) {
        area[i] = 0x47704770;                   /* bx lr */
    }
    region(0, A, 5, AP(ALL_RW));
    region(1, A + 0x20, 5, AP(ALL_RW) | XN);
    switch_on(PRIVDEFENA);
    on(MEMMANAGE, leave);
    call(A | 1);
    call((A + 0x1e) | 1);
    CHECK_NO_FAULT();
    call((A + 0x20) | 1);
    CHECK_FAULT(MEMMANAGE, IACCVIOL);
    CHECK_EQUAL(seen.pc, A + 0x20);
    area[7] = 0xf0004770;                       /* a long instruction that begins before it */
    barrier();
    call((A + 0x1e) | 1);
    CHECK_FAULT(MEMMANAGE, IACCVIOL);
    CHECK_EQUAL(seen.pc, A + 0x1e);
    /* To be executed it has to be readable */
    region(0, A, 5, AP(NONE));
    call(A | 1);
    CHECK_FAULT(MEMMANAGE, IACCVIOL);
}

/* A loop over two pages of the translator's, which it goes round without looking once it is linked. */
uint32_t count_down(uint32_t n);

__asm__(".syntax unified\n.balign 1024\n.thumb_func\n.type count_down, %function\n"
        "count_down: subs r0, #1\n"
        "            b.w 1f\n"
        "            .space 1024\n"
        "1:          bne.w count_down\n"
        "            bx lr\n"
        ".balign 1024\n");

static void execute_never_later(void)
{
    CHECK_EQUAL(count_down(1000), 0);
    region(0, ((uint32_t)count_down & ~1u) + 1024, 10, AP(ALL_RW) | XN);
    switch_on(PRIVDEFENA);
    on(MEMMANAGE, leave);
    call((uint32_t)count_down);
    CHECK_FAULT(MEMMANAGE, IACCVIOL);
    CHECK_EQUAL(seen.pc, ((uint32_t)count_down & ~1u) + 1030);
}

/* Low bits of the base do not count, as on silicon. */
static void misaligned_region(void)
{
    region(0, A + 0x120, 8, AP(NONE));
    switch_on(PRIVDEFENA);
    load(A + 0xfc);
    load(A + 0x200);
    CHECK_NO_FAULT();
    load(A + 0x100);
    CHECK_DATA_FAULT(A + 0x100);
    load(A + 0x1fc);
    CHECK_DATA_FAULT(A + 0x1fc);
}

static void across(void)
{
    region(0, A + 0x20, 5, AP(NONE));
    switch_on(PRIVDEFENA);
    load(A + 0x1e);
    CHECK_EQUAL(seen.count, 1);
    CHECK_EQUAL(seen.cfsr, DACCVIOL | MMARVALID);
    news();
    __asm__ volatile("ldm %0, {r0-r3}" : : "r"(A + 0x18) : "r0", "r1", "r2", "r3");
    CHECK_DATA_FAULT(A + 0x20);
    __asm__ volatile("strd r0, r1, [%0]" : : "r"(A + 0x1c) : "memory");
    CHECK_DATA_FAULT(A + 0x20);
}

static uint32_t good_psp;

static void repair(Frame *frame)
{
    (void)frame;
    seen.count++;
    seen.cfsr = CFSR;
    seen.mmfar = MMFAR;
    seen.exception = ipsr();
    CFSR = seen.cfsr;
    __asm__ volatile("msr psp, %0" : : "r"(good_psp));
}

static void nothing(Frame *frame)
{
    (void)frame;
}

/* A stack that overflows into its guard when an exception is taken. */
static void stacking(void)
{
    uint32_t *frame = area + 256;

    region(0, A, 5, AP(NONE));
    switch_on(PRIVDEFENA);
    on(SVCALL, nothing);
    on(MEMMANAGE, repair);
    __asm__ volatile("adr r0, 1f\n str r0, [%0, #24]\n"
                     "mov r0, #0x1000000\n str r0, [%0, #28]\n"
                     "str %0, [%1]\n"
                     "msr psp, %2\n mov r0, #2\n msr control, r0\n isb\n"
                     "svc 0\n .align 2\n"
                     "1: mov r0, #0\n msr control, r0\n isb\n"
                     : : "r"(frame), "r"(&good_psp), "r"(A + 0x38)
                     : "r0", "r1", "r2", "r3", "r12", "lr", "cc", "memory");
    CHECK_FAULT(MEMMANAGE, MSTKERR);
}

static void protect_the_frame(Frame *frame)
{
    good_psp = (uint32_t)frame;
    for (unsigned i = 0; i < 8; i++) {
        area[256 + i] = (&frame->r0)[i];
    }
    __asm__ volatile("msr psp, %0" : : "r"(A));
}

static void unstacking(void)
{
    region(2, 0x08000000, 20, AP(ALL_RO));
    region(1, 0x20000000, 17, AP(ALL_RW));
    region(3, A, 5, AP(NONE));
    switch_on(PRIVDEFENA);
    on(SVCALL, protect_the_frame);
    on(MEMMANAGE, repair);
    __asm__ volatile("mrs r1, msp\n msr psp, r1\n msr msp, %0\n mov r0, #2\n msr control, r0\n isb\n"
                     "svc 0\n"
                     "mrs r1, psp\n msr msp, r1\n mov r0, #0\n msr control, r0\n isb\n"
                     : : "r"(area + 1024) : "r0", "r1", "memory");
    CHECK_FAULT(MEMMANAGE, MUNSTKERR);
}

static void look_and_switch_off(Frame *frame)
{
    look(frame);
    MPU_CTRL = 0;
    barrier();
}

static void use_fpu(Frame *frame)
{
    region(0, (uint32_t)frame & ~31u, 5, AP(ALL_RW));
    /* The registers' place, which nothing has been written to yet */
    region(1, (FPCAR + 31) & ~31u, 5, AP(NONE));
    CFSR = CFSR;
    news();
    __asm__ volatile("vmov s0, s1");
    CHECK_EQUAL(seen.count, 1);
    CHECK_EQUAL(seen.exception, MEMMANAGE);
    CHECK_EQUAL(seen.cfsr, MLSPERR);
}

static void lazy_stacking(void)
{
    CPACR = 0xf << 20;
    barrier();
    switch_on(PRIVDEFENA);
    on(PENDSV, use_fpu);
    on(MEMMANAGE, look_and_switch_off);
    SHPR(PENDSV) = 0xf0;
    __asm__ volatile("vmov s0, r0");
    ICSR = ICSR_PENDSVSET;
    barrier();
}

/* Sizes of less than 32 bytes are reserved.  unsure: they are 32, as the bits of an address below do not count. */
static void reserved_sizes(void)
{
    switch_on(PRIVDEFENA);
    for (unsigned log2 = 1; log2 <= 5; log2++) {
        region(0, A + 64, log2, AP(NONE));
        load_byte(A + 63);
        load_byte(A + 96);
        CHECK_NO_FAULT();
        load_byte(A + 64);
        CHECK_DATA_FAULT(A + 64);
        load_byte(A + 95);
        CHECK_DATA_FAULT(A + 95);
    }
}

void (*const cases[])(void) = { MPU_CASES(CASE_FUNCTION) };
