/*
 * Names that compilers of C++ and Rust have made for the linker, as their programs have them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CORE_DEMANGLE_H
#define STM32_CORE_DEMANGLE_H

/* "_ZN4Axis3runEv" is Axis::run.  NULL if @name is not such a one, or more than that.  Caller frees. */
char *demangle(const char *name);

#endif
