/*
 * The kinds of mistakes that firmware can make: a code, how bad it is, the chapter of the manual, what it is
 * and how to mend it.  They are declared in kinds/, a file a block, and nowhere else; docs/mistakes.md, the
 * rules of SARIF and every report are made from that.
 *
 *   MISTAKE(DMA015, ERROR, "RM0090 10.3.17", "what, in general", "how to mend it")
 *   MISHAP(...)       no instruction does it that runs at the time, so it has no place in the program
 *   UNMODELLED(...)   what the chip has and this machine has not (-d unimp)
 *
 * Codes are stable: people have them in their lists of what to ignore.  A new kind gets the next number of its
 * block, and one that is gone leaves a gap.  Never renumber.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CORE_MISTAKE_KINDS_H
#define STM32_CORE_MISTAKE_KINDS_H

typedef enum MistakeSeverity {
    MISTAKE_NOTE,           /* works, though perhaps not as it was meant */
    MISTAKE_SUSPICIOUS,     /* works here and now */
    MISTAKE_ERROR,          /* does not work on the chip */
} MistakeSeverity;

typedef enum MistakeKind {
    MISTAKE_NONE,
#define MISTAKE(code, severity, chapter, what, mend)    code,
#define MISHAP(code, severity, chapter, what, mend)     code,
#define UNMODELLED(code, severity, chapter, what, mend) code,
#include "stm32/core/mistake/all_kinds.h"
    MISTAKE_KINDS
} MistakeKind;

typedef struct MistakeKindInfo {
    const char *code;
    MistakeSeverity severity;
    bool mishap, unmodelled;
    const char *chapter, *what, *mend;
} MistakeKindInfo;

extern const MistakeKindInfo mistake_kinds[MISTAKE_KINDS];     /* 0 is none */

/* "error", "suspicious", "note". */
const char *mistake_severity_name(MistakeSeverity severity);

/* The kind with @code, or MISTAKE_NONE. */
MistakeKind mistake_kind_find(const char *code);

#endif
