/*
 * Who is told of what happens at a net, and when; for the files of this folder alone.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CORE_PINS_EDGES_H
#define STM32_CORE_PINS_EDGES_H

#include "stm32/core/pins/net.h"

/*
 * Tell all who do not know it of the levels that are there now: to who listens to waves, to others.
 */
void net_tell_now(PinNet *net, bool level, bool plain);
/* The picture that it shows is of interest from now on. */
void net_join_picture(PinNet *net);
/* Tell of all edges of the picture until @ns, each with its own time. */
void net_tell_picture(PinNet *net, int64_t ns);
/* Set the timer of edges, which calls net_edge(). */
void net_arm_edge(PinNet *net);
void net_edge(void *opaque);

#endif
