/*
 * What the files of backwards/ share: the past is snapshots, and what came by serial lines since each.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_BACKWARDS_STATE_H
#define STM32_BOARD_BACKWARDS_STATE_H

#define BACKWARDS_MAX_PORTS 8

/* ---- past.c ---- */

/* Is it at an instant at which it has been before? */
bool past_goes_on(void);
/* The latest instant at which it has been, virtual ns. */
int64_t past_end(void);
/* The machine stands: it has been here. */
void past_note_instant(void);
/* There will be another future. */
void past_ends_here(void);

/* ---- ports.c ---- */

/* Where the serial lines are, of a snapshot. */
typedef struct PortsState {
    unsigned delivered;                         /* of all that has come, in the order in which it did */
    uint64_t sent[BACKWARDS_MAX_PORTS];
    GBytes *queue[BACKWARDS_MAX_PORTS];         /* what has come, and the USART has not taken */
} PortsState;

void ports_save(PortsState *state);
void ports_load(const PortsState *state);
void ports_free(PortsState *state);
/* What comes after this instant is forgotten: there will be another future. */
void ports_forget_future(void);
/* The past is over: who waits to send may. */
void ports_wake(void);

/* ---- snapshots.c ---- */

typedef struct Snapshot Snapshot;

/* Of the machine, which stands; NULL if it can't be saved. */
Snapshot *snapshot_take(void);
bool snapshot_load(const Snapshot *snapshot);
void snapshot_free(Snapshot *snapshot);
int64_t snapshot_ns(const Snapshot *snapshot);

/* ---- history.c ---- */

/* Remember where it is; @pinned: for as long as there is the past before it, as it can't be made from that. */
void history_take(bool pinned);
/* From here on it is to be another future than it was. */
void history_forget_future(void);
/* To be called when it goes on: the end of the past is told. */
void history_arm(void);
/* The first one behind @ns that what came before it does not lead to, -1: none. */
int history_find_change(int64_t ns);
/* How many there are, one of them, and the last one before @ns (or_at: or then), -1: none. */
unsigned history_count(void);
const Snapshot *history_nth(unsigned n);
int history_find(int64_t ns, bool or_at);

#endif
