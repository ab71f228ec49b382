/*
 * The mistakes there have been as a page to look at.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CORE_MISTAKE_HTML_H
#define STM32_CORE_MISTAKE_HTML_H

/* A page that needs no other file, for the caller to free. */
char *mistakes_html(void);

#endif
