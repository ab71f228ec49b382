/*
 * How far snapshot.c is, in its mailbox; what it shares with snapshot_buses.c and
 * snapshot_debug.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef TESTS_FIRMWARE_SNAPSHOT_H
#define TESTS_FIRMWARE_SNAPSHOT_H

enum { STEP_READY = 1, STEP_GO, STEP_STOP, STEP_AFTER_STOP };

#ifdef __arm__
/* Write down what was seen; and with it the time. */
void note(uint32_t value);
void note_time(uint32_t what);

void buses_begin(bool i2s);
void buses_note(unsigned round);
/* It has a clock of its own, which goes on in Stop mode. */
void accelerometer_end(void);
void buses_end(void);

void debug_begin(void);
void debug_note(unsigned round);
void debug_end(void);
#endif

#endif
