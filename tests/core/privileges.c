/*
 * What code without privileges gets: a bus fault on the private peripheral bus (ARMv7-M B3.1.1), nothing from
 * the special registers.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "checks.h"
#include "checks_list.h"

#define CCR_USERSETMPEND (1u << 1)

#define UNPRIVILEGED(insn, address) do { \
        drop_privileges(); \
        insn(address); \
        regain_privileges(); \
    } while (0)

static uint32_t load_halfword(uint32_t address)
{
    uint32_t value;

    __asm__ volatile("ldrh %0, [%1]" : "=r"(value) : "r"(address) : "memory");
    return value;
}

static void unprivileged(void)
{
    static const uint32_t places[] = {
        0xe000e004, 0xe000e010, 0xe000e018, 0xe000e100, 0xe000ed00, 0xe000ed04, 0xe000ed94, 0xe000ef34,
        0xe000edf0, 0xe000edfc, 0xe0001000, 0xe0001004, 0xe0002000, 0xe0000e80, 0xe0000e00, 0xe0040000,
        0xe0042000, 0xe00ff000, 0xe000efe0, 0xe0001fe0,
    };

    enable_faults();
    for (unsigned i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        load(places[i]);
        CHECK_NO_FAULT();
        UNPRIVILEGED(load, places[i]);
        mail[MAIL_RESULT2] = places[i];
        CHECK_FAULT(BUSFAULT, PRECISERR | BFARVALID);
        CHECK_EQUAL(seen.bfar, places[i]);
        /* The private peripheral bus is strongly ordered: no write buffer */
        UNPRIVILEGED(store, places[i]);
        CHECK_FAULT(BUSFAULT, PRECISERR | BFARVALID);
        CHECK_EQUAL(seen.bfar, places[i]);
    }
    UNPRIVILEGED(load_halfword, 0xe000e400);
    CHECK_FAULT(BUSFAULT, PRECISERR | BFARVALID);
}

static void trigger(uint32_t n)
{
    STIR = n;
    barrier();
}

static void unprivileged_stir(void)
{
    enable_faults();
    UNPRIVILEGED(trigger, 5);
    CHECK_FAULT(BUSFAULT, PRECISERR | BFARVALID);
    CHECK_EQUAL(seen.bfar, 0xe000ef00);
    CHECK(!(NVIC_ISPR & 1 << 5));
    CCR |= CCR_USERSETMPEND;
    UNPRIVILEGED(trigger, 5);
    CHECK_NO_FAULT();
    CHECK(NVIC_ISPR & 1 << 5);
}

#define ITM_TER REG(0xe0000e00)
#define ITM_TPR REG(0xe0000e40)
#define ITM_TCR REG(0xe0000e80)
#define ITM_LAR REG(0xe0000fb0)

static void unprivileged_itm(void)
{
    enable_faults();
    DEMCR |= DEMCR_TRCENA;
    ITM_LAR = 0xc5acce55;
    ITM_TCR = 1;
    ITM_TER = 0xffffffff;
    ITM_TPR = 2;
    CHECK_EQUAL(ITM_TPR, 2);
    UNPRIVILEGED(load, 0xe0000000);
    UNPRIVILEGED(store, 0xe000001c);
    UNPRIVILEGED(load, 0xe0000040);
    CHECK_NO_FAULT();
    UNPRIVILEGED(load, 0xe0000020);         /* port 8 */
    CHECK_FAULT(BUSFAULT, PRECISERR | BFARVALID);
    UNPRIVILEGED(store, 0xe000003c);
    CHECK_FAULT(BUSFAULT, PRECISERR | BFARVALID);
    UNPRIVILEGED(load, 0xe0000e40);
    CHECK_FAULT(BUSFAULT, PRECISERR | BFARVALID);
}

static void unprivileged_special(void)
{
    uint32_t value;

    enable_faults();
    drop_privileges();
    __asm__ volatile("mov r0, #1\n msr primask, r0\n msr basepri, r0\n msr faultmask, r0\n cpsid i\n cpsid f"
                     ::: "r0");
    __asm__ volatile("mrs %0, primask" : "=r"(value));
    CHECK_EQUAL(value, 0);
    __asm__ volatile("mrs %0, msp" : "=r"(value));
    CHECK_EQUAL(value, 0);
    __asm__ volatile("mrs %0, control" : "=r"(value));
    CHECK_EQUAL(value, 3);
    __asm__ volatile("mov r0, #0\n msr control, r0\n isb\n mrs %0, control" : "=r"(value) : : "r0");
    CHECK_EQUAL(value, 3);
    regain_privileges();
    __asm__ volatile("mrs %0, primask" : "=r"(value));
    CHECK_EQUAL(value, 0);
    CHECK_NO_FAULT();
}

void (*const cases[])(void) = { PRIVILEGES_CASES(CASE_FUNCTION) };
