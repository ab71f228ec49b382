/*
 * What the guest programs of checks-test.c share: the core's registers, exception handlers that are chosen
 * at run time, and checks that say in which line they failed.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CHECKS_H
#define CHECKS_H

#include <stdbool.h>
#include <stdint.h>
#include "mailbox.h"

#define REG(address) (*(volatile uint32_t *)(address))
#define REG8(address) (*(volatile uint8_t *)(address))
#define REG16(address) (*(volatile uint16_t *)(address))

#define ACTLR      REG(0xe000e008)
#define SYST_CSR   REG(0xe000e010)
#define SYST_RVR   REG(0xe000e014)
#define SYST_CVR   REG(0xe000e018)
#define NVIC_ISER  REG(0xe000e100)
#define NVIC_ICER  REG(0xe000e180)
#define NVIC_ISPR  REG(0xe000e200)
#define NVIC_ICPR  REG(0xe000e280)
#define NVIC_IABR  REG(0xe000e300)
#define NVIC_IPR(n) REG8(0xe000e400 + (n))
#define ICSR       REG(0xe000ed04)
#define VTOR       REG(0xe000ed08)
#define AIRCR      REG(0xe000ed0c)
#define SCR        REG(0xe000ed10)
#define CCR        REG(0xe000ed14)
#define SHPR(exc)  REG8(0xe000ed14 + (exc))
#define SHCSR      REG(0xe000ed24)
#define CFSR       REG(0xe000ed28)
#define HFSR       REG(0xe000ed2c)
#define DFSR       REG(0xe000ed30)
#define MMFAR      REG(0xe000ed34)
#define BFAR       REG(0xe000ed38)
#define CPACR      REG(0xe000ed88)
#define STIR       REG(0xe000ef00)
#define FPCCR      REG(0xe000ef34)
#define FPCAR      REG(0xe000ef38)
#define FPDSCR     REG(0xe000ef3c)
#define DEMCR      REG(0xe000edfc)

#define ICSR_PENDSVSET (1u << 28)
#define ICSR_PENDSTSET (1u << 26)
#define SHCSR_MEMFAULTENA (1u << 16)
#define SHCSR_BUSFAULTENA (1u << 17)
#define SHCSR_USGFAULTENA (1u << 18)
#define IACCVIOL   (1u << 0)
#define DACCVIOL   (1u << 1)
#define MUNSTKERR  (1u << 3)
#define MSTKERR    (1u << 4)
#define MLSPERR    (1u << 5)
#define MMARVALID  (1u << 7)
#define IBUSERR    (1u << 8)
#define PRECISERR  (1u << 9)
#define IMPRECISERR (1u << 10)
#define UNSTKERR   (1u << 11)
#define STKERR     (1u << 12)
#define LSPERR     (1u << 13)
#define BFARVALID  (1u << 15)
#define UNDEFINSTR (1u << 16)
#define INVSTATE   (1u << 17)
#define INVPC      (1u << 18)
#define NOCP       (1u << 19)
#define UNALIGNED  (1u << 24)
#define DIVBYZERO  (1u << 25)
#define HFSR_FORCED    (1u << 30)
#define HFSR_DEBUGEVT  (1u << 31)
#define DFSR_HALTED    (1u << 0)
#define DFSR_BKPT      (1u << 1)
#define DFSR_DWTTRAP   (1u << 2)
#define DEMCR_MON_EN   (1u << 16)
#define DEMCR_MON_PEND (1u << 17)
#define DEMCR_MON_STEP (1u << 18)
#define DEMCR_MON_REQ  (1u << 19)
#define DEMCR_TRCENA   (1u << 24)

enum {
    NMI = 2, HARDFAULT, MEMMANAGE, BUSFAULT, USAGEFAULT, SVCALL = 11, DEBUGMON, PENDSV = 14, SYSTICK, IRQ0
};

/* What an exception has stacked. */
typedef struct Frame {
    uint32_t r0, r1, r2, r3, r12, lr, pc, xpsr, s[16], fpscr;
} Frame;

typedef void Handler(Frame *frame);

#define NOWHERE 0x60000000u     /* nothing answers here */

static volatile uint32_t *const mail = (volatile uint32_t *)MAILBOX;

/* Is this so?  The first line in which something is not is told the test. */
#define CHECK(condition) do { \
        if (!(condition) && !mail[MAIL_RESULT]) { \
            mail[MAIL_RESULT] = __LINE__; \
        } \
    } while (0)

/* The same of two values, which the test is told too. */
#define CHECK_EQUAL(a, b) do { \
        uint32_t a_ = (uint32_t)(a), b_ = (uint32_t)(b); \
        if (a_ != b_ && !mail[MAIL_RESULT]) { \
            mail[MAIL_RESULT] = __LINE__; \
            mail[MAIL_RESULT2] = a_; \
            mail[MAIL_RESULT3] = b_; \
        } \
    } while (0)

/* From now on @handler has exception @number; one that nobody has ends the case. */
void on(unsigned number, Handler *handler);

/* What was seen of exceptions by the handlers below: of the last, and how many there were. */
extern volatile struct Seen {
    uint32_t count, exception, pc, cfsr, bfar, mmfar, dfsr, r0;
} seen;

/* Note it, clear CFSR and DFSR, and go back; over the instruction; to where the function was called from. */
void look(Frame *frame);
void skip(Frame *frame);
void leave(Frame *frame);

/* Since the last time: how many? */
uint32_t news(void);

/* There was this fault and no other. */
#define CHECK_FAULT(which, bits) do { \
        CHECK_EQUAL(seen.exception, which); \
        CHECK_EQUAL(seen.cfsr, bits); \
        CHECK_EQUAL(news(), 1); \
    } while (0)

#define CHECK_NO_FAULT() CHECK_EQUAL(news(), 0)

/* Let the faults that have handlers of their own use them: skip(). */
void enable_faults(void);

uint32_t load(uint32_t address);
void store(uint32_t address);
void call(uint32_t address);

/* EXC_RETURN of the handler that runs. */
extern volatile uint32_t exc_return;

/* The case is over, and the machine sleeps. */
void finish(void) __attribute__((noreturn));

static inline void barrier(void)
{
    __asm__ volatile("dsb\n isb" ::: "memory");
}

static inline uint32_t ipsr(void)
{
    uint32_t value;

    __asm__ volatile("mrs %0, ipsr" : "=r"(value));
    return value;
}

/* Go on without privileges, and on the process stack; and back, by an SVC. */
void drop_privileges(void);
void regain_privileges(void);

/* A guest program is these. */
extern void (*const cases[])(void);

#endif
