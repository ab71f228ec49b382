/*
 * The mistakes there have been as SARIF 2.1.0, which code scanners read.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CORE_MISTAKE_SARIF_H
#define STM32_CORE_MISTAKE_SARIF_H

#include "qobject/qdict.h"

/* The log, of which the caller gets the reference. */
QDict *mistakes_sarif(void);

#endif
