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

#define WATCH_CASES(CASE) \
    CASE(registers) CASE(data_address) CASE(data_address_when) CASE(data_address_sizes) \
    CASE(data_address_multiple) CASE(no_monitor) CASE(stack) CASE(data_value) CASE(cycles) \
    CASE(instruction_address) CASE(breakpoint) CASE(breakpoint_is_a_hardfault) CASE(patch) CASE(watch_itself)

#define CASE_FUNCTION(name) name,

#endif
