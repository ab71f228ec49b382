/*
 * Between the hostile guest and its test: words in CCM, which survive a system reset.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef HOSTILE_H
#define HOSTILE_H

#define HOSTILE_SEED 0x1000ff00         /* put there before it starts */
#define HOSTILE_ALIVE 0x1000ff04        /* goes on while it runs */
#define HOSTILE_STORM 0x1000ff08        /* put there before: accesses all over the map in each round */
#define HOSTILE_ACCESSES 0x1000ff0c     /* how many of these there have been */
#define HOSTILE_STATE 0x1000ff10        /* its own */

#endif
