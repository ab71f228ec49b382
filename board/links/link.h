/*
 * Link: lines of text with another QEMU over a chardev, and the clocks of the two in step if wanted.
 *
 * With `-icount sleep=off` a machine's time is its instructions, and an idle one leaps ahead: two of
 * them do not fit together.  In step they take turns: the one with the property `step` leads by at
 * most that time, the other (`follows=on`) comes after; who has no turn stands still.  Both begin
 * together, the first to be started waits.  What the leader says arrives at the very time it is said,
 * what the follower says `step` later; so two runs of the same firmware are the same.
 *
 * A machine that is paused, by gdb say, holds the other one too.  When one ends, the other goes on alone.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_LINKS_LINK_H
#define STM32_BOARD_LINKS_LINK_H

#include "hw/qdev-properties-system.h"
#include "stm32/board/links/step.h"

#define LINK_PROPERTIES(State, link)                            \
    DEFINE_PROP_CHR("chardev", State, link.chr),                \
    DEFINE_PROP_UINT64("step", State, link.step, 0),            \
    DEFINE_PROP_BOOL("follows", State, link.follows, false)

/* Take the chardev into service.  @example: what the user should have given. */
bool link_open(Link *l, const char *example, Error **errp);

/* Say a line, which holds from now on. */
void link_say(Link *l, const char *format, ...) G_GNUC_PRINTF(2, 3);

#endif
