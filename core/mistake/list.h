/*
 * The mistakes there have been as data: for QMP, and for the files that are written.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CORE_MISTAKE_LIST_H
#define STM32_CORE_MISTAKE_LIST_H

#include "qobject/qdict.h"
#include "qobject/qlist.h"
#include "stm32/core/mistake/mistake.h"

/*
 * Of each: code, severity, device, text, what, mend, chapter, count, first-ns, last-ns; and pc, function, file,
 * line, stack (of pc, function, file, line, inlined, interrupted), ignored as far as it has them.
 */
QList *mistakes_list(void);

/* All kinds there are: code, severity, mishap, chapter, what, mend. */
QList *mistakes_kinds(void);

#endif
