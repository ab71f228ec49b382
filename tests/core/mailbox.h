/*
 * How core-test.c and guest.c talk: a few words of RAM that neither a reset
 * nor the start-up code touches.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MAILBOX_H
#define MAILBOX_H

#define MAILBOX 0x2000f000u

enum {
    MAIL_CASE,          /* from the test: which case to run */
    MAIL_STEP,          /* from the guest: how far it has come */
    MAIL_HANDLERS,      /* from the guest: interrupt handlers run */
    MAIL_NMIS,          /* from the guest: NMI handlers run */
    MAIL_RESULT,        /* from the guest: what it has measured ... */
    MAIL_RESULT2,
    MAIL_RESULT3,
    MAIL_WORDS
};

enum {
    CASE_NOTHING,       /* comes to STEP_END at once */

    CASE_LOCKUP_FAULT_IN_HARDFAULT,
    CASE_LOCKUP_FAULTMASK,
    CASE_LOCKUP_ERASED_VECTORS,
    CASE_LOCKUP_NO_VECTORS,
    CASE_LOCKUP_NO_VECTOR_FOR_NMI,
    CASE_LOCKUP_STACK_OVERFLOW,
    CASE_LOCKUP_STACK_IN_NVIC,
    CASE_LOCKUP_STACK_IN_NVIC_ENABLES,
    CASE_LOCKUP_LAZY_FP,
    CASE_LOCKUPS,       /* the cases before this one all end in Lockup */

    CASE_RETURN_TO_NO_EXCEPTION,
    CASE_STACKING_FAULT_FOR_NMI,
    CASE_RETURN_MISALIGNED,
    CASE_HARDFAULT,
    CASE_BKPT,
    CASE_MISALIGNED_REGION,
    CASE_WATCH_UNHEARD,
    CASE_BAD_REGISTER,
    CASE_IDENTITY,
    CASE_FPU,
    CASE_FPU_LATER,

    CASE_WFE,
    CASE_WFE_INTERRUPT,
    CASE_WFI_PRIMASK,
    CASE_WFI_BASEPRI,
    CASE_SEVONPEND,
    CASE_SLEEPONEXIT,
    CASE_SLEEPDEEP,

    CASE_SYSTICK_RATE,
    CASE_SYSTICK_REGISTERS,
    CASE_SYSTICK_FREE_RUNNING,
};

#define STEP_END 100

#endif
