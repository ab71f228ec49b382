/*
 * The firmware as its author has it: functions and lines, by elfutils' libdw.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_PLUGIN_PROGRAM_H
#define STM32_PLUGIN_PROGRAM_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* Instructions lie here: from `base` on `size` bytes. */
typedef struct Code {
    uint32_t base, size;
    unsigned first;             /* the number of its first halfword among all of the program's */
} Code;

typedef struct Function {
    uint32_t base, size;
    const char *name;
    const char *file;           /* "" if it has no line */
    unsigned line;
} Function;

/* From @address on up to the next of these, or to the end of what belongs together, it is this line. */
typedef struct Line {
    uint32_t address;
    const char *file;           /* an absolute path, interned; NULL: no line */
    unsigned line;
    bool statement;             /* begins one */
} Line;

typedef struct Program {
    GArray *code;               /* of Code */
    unsigned halfwords;         /* of them all */
    GArray *functions;          /* of Function, by address */
    GArray *lines;              /* of Line, by address */
    GHashTable *variables;      /* name -> address, of what is not a function */
} Program;

/* NULL and a line for the user if @path is no ELF file of a program. */
Program *program_load(const char *path, char **error);
/* The number of the halfword at @address; -1: it is none of the program's. */
int program_halfword(const Program *p, uint32_t address);
/* The function that @address is in; NULL: none. */
const Function *program_function(const Program *p, uint32_t address);
/* The line that @address is of; NULL: none. */
const Line *program_line(const Program *p, uint32_t address);
/* The address of a variable; 0: there is none of this name. */
uint32_t program_variable(const Program *p, const char *name);

#endif
