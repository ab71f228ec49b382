/*
 * The bus as a host has it: a root port with one device, and transfers that share its time.
 *
 * There is one timer, and it is armed only while something is to be done: an endpoint that answered NAK is
 * asked again when the device says that it is ready, and frames that carry nothing are no events.
 *
 * This is the face of all of it; the files below are listed in state.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_USB_BUS_H
#define STM32_BOARD_USB_BUS_H

#include "stm32/board/usb/port.h"
#include "stm32/board/usb/transfers.h"

void host_bus_init(HostBus *bus, const HostBusOps *ops, void *opaque);
void host_bus_finalize(HostBus *bus);

/* Plug into @socket, at best with @speed; false: it is taken.  @path is the device's, for reports. */
bool host_bus_plug(HostBus *bus, UsbSocket *socket, const char *path, unsigned speed);
void host_bus_unplug(HostBus *bus);
/* VBUS. */
void host_bus_power(HostBus *bus, bool on);
/* Forget the device and all transfers without a word to it: its state is being loaded. */
void host_bus_forget(HostBus *bus);
/* ... and begin anew with what is there. */
void host_bus_begin(HostBus *bus);

#endif
