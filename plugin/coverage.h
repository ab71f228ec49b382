/*
 * Which lines of the source have run, and how often: lcov's and Cobertura's files.
 *
 * A line's count is that of the instruction of it that ran most; a function's that of its first one.  What a linker
 * has thrown away is not in the program, and is not counted.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_PLUGIN_COVERAGE_H
#define STM32_PLUGIN_COVERAGE_H

#include "program.h"

/*
 * Write @path: Cobertura's if it ends in .xml, else lcov's.  With @merge what is in an lcov file of this name is added;
 * Cobertura's is written from an lcov file beside it, so give both.  @root: files below it are named from there.
 * False with @error set.
 */
bool coverage_write(const Program *p, const char *path, const char *root, bool merge, char **error);

#endif
