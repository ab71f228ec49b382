/*
 * The state of the machine, which the files that build it share.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_MACHINE_H
#define STM32_BOARD_MACHINE_H

#include "hw/boards.h"
#include "hw/clock.h"
#include "net/can_emu.h"
#include "qemu/timer.h"

#define TYPE_STM32F407G_DISC MACHINE_TYPE_NAME("stm32f407g_disc")
OBJECT_DECLARE_SIMPLE_TYPE(Stm32f407gDisc, STM32F407G_DISC)

struct Stm32f407gDisc {
    MachineState parent_obj;
    Clock *hse, *lse;
    DeviceState *soc;
    QEMUTimer *stop;
    char *firmware;                     /* check sum of what -kernel gave, NULL if nothing */
    /* the machine's options, see options.c */
    uint32_t hse_frequency;
    bool lse_fitted, boot0, boot1, errata, write_buffer, hse_stopped, lse_stopped, fast_forward, runs, backwards;
    char *wire, *swo, *vcp, *uid, *chip_select, *backup, *speed;
    char *timing;
    char *strict, *ignore, *checks, *interrupts_off;    /* what becomes of the guest's mistakes */
    char *accelerometer, *motion, *microphone, *card_detect, *card_protect, *diagram, *page, *page_files;
    struct Diagram *bench;              /* what `diagram` names */
    CanBusState *canbus[2];
    bool otg_id, with_parent;
    char *phy, *phy_address, *phy_reset, *phy_interrupt;
    struct OtgCable *otg_cable[2];
};

/* ---- options.c ---- */

/* Give the class its properties, the instance what they are by default. */
void options_add(ObjectClass *klass);
void options_init(Stm32f407gDisc *m);
/* Options of QEMU that this machine cannot take: exits with a line that says so. */
void options_check(const MachineState *machine);
/* Virtual time goes at the speed that is asked for, from the start. */
void options_start_time(Stm32f407gDisc *m);
/* Is time to be counted in cycles of the core's clock? */
bool options_count_cycles(const Stm32f407gDisc *m);
/*
 * Line @n, "name=value", of the options that a snapshot belongs to, for the caller to free; NULL: there
 * are no more.
 */
char *options_line(Stm32f407gDisc *m, unsigned n);

/* ---- firmware.c ---- */

/* Load what -kernel names; exits with a line that says what is wrong. */
void firmware_load(Stm32f407gDisc *m);
/* Start anew with the firmware @file, NULL: what -kernel names, as it is now.  False with a line in @errp. */
bool firmware_restart(Stm32f407gDisc *m, const char *file, Error **errp);

/* ---- configuration.c ---- */

/* Let snapshots say what machine they are of, and refuse those of another one. */
void configuration_init(Stm32f407gDisc *m);

#endif
