/*
 * Instructions that other cores have and a Cortex-M4F has not (ARMv7-M A5): firmware that was compiled for
 * the wrong one finds out here, too.  And some of which the same might be thought.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "checks.h"
#include "checks_list.h"

static uint16_t code[6];

/* CFSR of an instruction, 16 or 32 bits, with R0 to R3 and R12 in memory. */
static uint32_t run(uint32_t instruction)
{
    static uint32_t memory[16] __attribute__((aligned(8)));
    register uint32_t r2 __asm__("r2") = (uint32_t)memory;
    uint16_t *to = code;

    if (instruction > 0xffff) {
        *to++ = instruction >> 16;
    }
    *to++ = instruction;
    *to = 0x4770;                               /* bx lr */
    barrier();
    seen.cfsr = 0;
    __asm__ volatile("mov r0, r2\n mov r1, r2\n mov r3, r2\n mov r12, r2\n blx %0"
                     : : "r"((uint32_t)code | 1), "r"(r2)
                     : "r0", "r1", "r3", "r4", "r5", "r12", "lr", "cc", "memory");
    return seen.cfsr;
}

static void begin(void)
{
    enable_faults();
    on(USAGEFAULT, leave);
    CPACR = 0xf << 20;
    barrier();
}

static void undefined(void)
{
    static const uint32_t instructions[] = {
        0xde00,                     /* udf */
        0xb650,                     /* setend */
        0xba80,                     /* hlt */
        0xe8d2017f, 0xe8c20173,     /* ldrexd, strexd */
        0xf7f08000, 0xf7e08000,     /* smc, hvc */
        0xe990c000, 0xe98dc010,     /* rfe, srs */
        0xf3bf8f1f,                 /* enterx */
        0xfac1f082,                 /* crc32 */
        0xee300b00, 0xee200b00,     /* vadd, vmul of doubles */
        0xeea00b00, 0xeeb70bc0,     /* vfma, vcvt of doubles */
        0xfe000a00, 0xfe800a00,     /* vsel, vmaxnm */
        0xfeb80a40,                 /* vrinta */
    };

    begin();
    for (unsigned i = 0; i < sizeof(instructions) / sizeof(instructions[0]); i++) {
        uint32_t bits = run(instructions[i]);

        if (bits != UNDEFINSTR && !mail[MAIL_RESULT]) {
            mail[MAIL_RESULT] = __LINE__;
            mail[MAIL_RESULT2] = instructions[i];
            mail[MAIL_RESULT3] = bits;
        }
    }
}

static void defined(void)
{
    static const uint32_t instructions[] = {
        0xbf50, 0xbf70,             /* hints that are none: nop */
        0xf3af80f0,                 /* dbg */
        0xfb93f3f2, 0xfbb3f3f2,     /* sdiv, udiv */
        0xfb20f303, 0xfbe34566,     /* smuad, umaal */
        0xfa83f322, 0xfac3f302,     /* shadd8, ssub8 */
        0xf3030304, 0xf3830304,     /* ssat, usat */
        0xeea00a00, 0xeeb10ac0,     /* vfma, vsqrt of floats */
        0xeeb20a40,                 /* vcvtb */
        0xed920b00, 0xed820b00,     /* vldr, vstr of doubles */
        0xf892f000, 0xf992f000,     /* pld, pli */
        0xe8d20f4f, 0xe8d20f5f,     /* ldrexb, ldrexh */
    };

    begin();
    for (unsigned i = 0; i < sizeof(instructions) / sizeof(instructions[0]); i++) {
        uint32_t bits = run(instructions[i]);

        if (bits && !mail[MAIL_RESULT]) {
            mail[MAIL_RESULT] = __LINE__;
            mail[MAIL_RESULT2] = instructions[i];
            mail[MAIL_RESULT3] = bits;
        }
    }
}

void (*const cases[])(void) = { ENCODINGS_CASES(CASE_FUNCTION) };
