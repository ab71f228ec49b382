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
    CASE(instruction_address) CASE(watch_itself)

#define PATCH_CASES(CASE) \
    CASE(breakpoint) CASE(breakpoint_is_a_hardfault) CASE(patch) CASE(patch_literal)

#define FAULTS_CASES(CASE) \
    CASE(data_bus) CASE(instruction_bus) CASE(undefined) CASE(invalid_state) CASE(no_coprocessor) \
    CASE(divide_by_zero) CASE(unaligned) CASE(stacking) CASE(unstacking) CASE(invalid_pc) \
    CASE(escalation) CASE(ignored_in_hardfault)

#define PRIVILEGES_CASES(CASE) \
    CASE(unprivileged) CASE(unprivileged_stir) CASE(unprivileged_itm) CASE(unprivileged_special)

#define MPU_CASES(CASE) \
    CASE(mpu_registers) CASE(halves) CASE(guard_of_32_bytes) CASE(permissions) CASE(overlap) CASE(subregions) \
    CASE(no_background) CASE(not_in_hardfault) CASE(execute_never) CASE(execute_never_later) \
    CASE(misaligned_region) CASE(across) CASE(stacking) CASE(unstacking) CASE(lazy_stacking) CASE(reserved_sizes)

#define EXCEPTIONS_CASES(CASE) \
    CASE(priorities) CASE(preemption) CASE(tail_chaining) CASE(pending_while_active) CASE(masks) \
    CASE(faultmask_ends) CASE(no_faultmask_in_nmi) CASE(exclusive) \
    CASE(late_arrival) CASE(late_in_stacking) CASE(for_debuggers_only)

#define FRAMES_CASES(CASE) \
    CASE(stack_alignment) CASE(thread_with_active_handlers) CASE(no_thread_with_active_handlers) \
    CASE(return_integrity) CASE(lazy_stacking) CASE(default_fpscr) CASE(nested_lazy_stacking) \
    CASE(lazy_stacking_bus_error)

#define IDENTITY_CASES(CASE) CASE(features) CASE(rom_table)

#define ENCODINGS_CASES(CASE) CASE(undefined) CASE(defined)

#define CASE_FUNCTION(name) name,

#endif
