/*
 * Several who want to know what exceptions of the core do (hw/intc/armv7m_watch.h of our patches tells one).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CORE_EXCEPTIONS_H
#define STM32_CORE_EXCEPTIONS_H

#include "hw/intc/armv7m_watch.h"

/* Tell @watch, of which any function may be NULL, from now on. */
void exceptions_watch(const ARMv7MWatch *watch);

#endif
