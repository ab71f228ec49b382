/*
 * How far snapshot.c is, in its mailbox.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef TESTS_FIRMWARE_SNAPSHOT_H
#define TESTS_FIRMWARE_SNAPSHOT_H

enum { STEP_READY = 1, STEP_GO, STEP_STOP, STEP_AFTER_STOP };

#endif
