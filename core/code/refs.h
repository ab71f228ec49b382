/*
 * What a function of the firmware, with all that it calls, has to do with memory: read off its code, not watched.
 *
 * Constants are followed from where they are loaded to the loads, stores and calls that use them, branch or no branch.
 * What comes by a pointer from elsewhere is not known, and said to be so.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CORE_CODE_REFS_H
#define STM32_CORE_CODE_REFS_H

typedef struct CodeRefs {
    bool calls_anything;        /* by a pointer, or there is more of it than is looked at */
    bool stores_anywhere;       /* by a pointer */
    bool stores;                /* at all, but to its stack */
    bool anchored;              /* the compiler reaches variables from the address of another (-fsection-anchors) */
    GArray *addresses;          /* uint32_t: constants, where is loaded from or stored to; where the variables there begin */
} CodeRefs;

/* Of the function that begins at @entry; it stays.  NULL: there is no function, by the file's account. */
const CodeRefs *code_refs(uint32_t entry);

/* Is the variable that @address lies in, or that place, among them? */
bool code_refs_has(const CodeRefs *refs, uint32_t address);

/* ... or may it be reached from one of them, though that has not been followed? */
bool code_refs_may_have(const CodeRefs *refs, uint32_t address);

#endif
