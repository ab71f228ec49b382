/*
 * Transfers: from their submission to their `done`.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_USB_TRANSFERS_H
#define STM32_BOARD_USB_TRANSFERS_H

#include "stm32/board/usb/state.h"

/* `done` is called from here if there is no device. */
void host_bus_submit(HostBus *bus, Transfer *t);
/* `done` is called from here, unless it has been. */
void host_bus_cancel(HostBus *bus, Transfer *t);
/* All of an endpoint that are pending. */
void host_bus_cancel_all(HostBus *bus, bool in, unsigned endpoint);

/* The next packet of that endpoint is DATA0. */
void host_bus_clear_toggle(HostBus *bus, bool in, unsigned endpoint);
void host_bus_clear_toggles(HostBus *bus);

/* ---- For the files of the bus ---- */

/* Transfers whose time is over by @now end. */
void host_bus_expire(HostBus *bus, int64_t now);
void host_bus_end(HostBus *bus, Transfer *t, TransferStatus status);
void host_bus_end_all(HostBus *bus, TransferStatus status);
/* Frames count from 0 again. */
void host_bus_count_anew(HostBus *bus);

#endif
