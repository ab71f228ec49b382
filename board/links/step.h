/*
 * The two ends of a link in step.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_LINKS_STEP_H
#define STM32_BOARD_LINKS_STEP_H

#include "stm32/board/links/lines.h"

bool link_step_init(Link *l, Error **errp);
/* `connected` has changed. */
void link_step_plugged(Link *l);

/* Has the other end agreed to go in step? */
bool link_in_step(const Link *l);
/* Virtual ns since then. */
int64_t link_now(const Link *l);
/* A line was said that holds from now on. */
void link_has_said(Link *l);
/* The other end should have got as far as we are at @ns (virtual): an answer is wanted then. */
void link_expect(Link *l, int64_t ns);
/* Hear a line at @ns of the other end's time. */
void link_hear_later(Link *l, int64_t ns, const char *text);
/* Hear a line if it is about the steps. */
bool link_hear_step(Link *l, const char *text);

#endif
