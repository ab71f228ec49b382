/*
 * An Ethernet PHY at the chip's MAC, with the cable of -nic in its socket.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_ETHERNET_PHY_H
#define STM32_BOARD_ETHERNET_PHY_H

#include "hw/qdev-core.h"
#include "stm32/core/pins/pin.h"

typedef struct PhyPlan {
    const char *type;           /* NULL: LAN8720 if there is a -nic, none otherwise */
    int address;                /* -1: as most boards have it */
    Pin *reset, *interrupt;     /* NULL: not joined with the chip */
} PhyPlan;

bool phy_is_type(const char *name);

/* Solder it to @mac, as child `ethernet` of @parent; exits with a line that says what is wrong. */
void phy_new(Object *parent, DeviceState *mac, const PhyPlan *plan);

#endif
