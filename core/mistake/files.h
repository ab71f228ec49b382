/*
 * Files with the mistakes there have been, written as the machine ends, and its end at the first of some.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CORE_MISTAKE_FILES_H
#define STM32_CORE_MISTAKE_FILES_H

/* From now on the files @option names, "a.json:b.sarif", will be written.  False with one line in @errp. */
bool mistake_files_set(const char *option, Error **errp);

/* QEMU ends with MISTAKES_STRICT_EXIT at the first that @option names: codes, "error", "suspicious", "note". */
bool mistakes_strict_set(const char *option, Error **errp);

#define MISTAKES_STRICT_EXIT 3

#endif
