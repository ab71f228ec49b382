/*
 * The root port: USB 2.0 7.1.7 and 11.5.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_USB_PORT_H
#define STM32_BOARD_USB_PORT_H

#include "stm32/board/usb/state.h"

/* Reset the device: enabled() follows.  All transfers end. */
void host_bus_reset(HostBus *bus);
/* Let the bus rest, or wake the device. */
void host_bus_suspend(HostBus *bus, bool on);
/* No transactions any more, though frames go on, until the device goes. */
void host_bus_rest(HostBus *bus);

/* ---- For bus.c ---- */

extern const UsbHostOps port_host_ops;

/* Go on with what ends by itself. */
void port_step(HostBus *bus, int64_t now);
/* When that is due; COUNTER_NEVER: it is not. */
int64_t port_when(const HostBus *bus);
/* The device is not there any more. */
void port_drop(HostBus *bus);

#endif
