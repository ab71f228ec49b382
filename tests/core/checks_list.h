/*
 * The cases of the guest programs of checks-test.c: debug.c has the functions that DEBUG_CASES() names.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CHECKS_LIST_H
#define CHECKS_LIST_H

#define DEBUG_CASES(CASE) \
    CASE(bkpt_is_a_hardfault) CASE(bkpt_goes_to_debugmon) CASE(bkpt_where_debugmon_cannot_be_taken) \
    CASE(mon_pend) CASE(mon_step) CASE(mon_step_into_a_handler) CASE(mon_step_over_svc)

#define CASE_FUNCTION(name) name,

#endif
