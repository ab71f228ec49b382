/*
 * The far end of an OTG host: what its files share.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_PERIPHERALS_OTG_FAR_H
#define STM32_PERIPHERALS_OTG_FAR_H

#include "stm32/peripherals/otg/state.h"

/* ---- far_device.c ---- */

/* The device with @address, or NULL. */
USBDevice *far_device(Otg *s, unsigned address);
/* Let it have the configuration that it had before a snapshot. */
void far_restore_configuration(Otg *s, USBDevice *dev, unsigned address);
/* An endpoint of it; NULL: there is no such endpoint. */
USBEndpoint *far_endpoint(USBDevice *dev, bool in, unsigned endpoint);
/* Bytes of a packet, as the descriptors of the device have them. */
unsigned far_packet_size(USBDevice *dev, const USBEndpoint *ep, unsigned otherwise);
/* The toggle that the endpoint of @token sends next, or expects; the next one. */
bool far_toggle(const Otg *s, const UsbToken *token, bool in);
void far_flip_toggle(Otg *s, const UsbToken *token, bool in);
/* What a SETUP does to toggles (USB 2.0 5.8.5, 9.1.1.5, 9.4.5). */
void far_watch_setup(Otg *s, USBDevice *dev, const UsbToken *token);
/* All devices have been reset. */
void far_reset_toggles(Otg *s);

/* ---- far_packets.c ---- */

/* Forget what is due from @dev, NULL: from all. */
void far_cancel_device(Otg *s, const USBDevice *dev);
/* The packet of @p is complete. */
void far_note(OtgPending *p);
/* What is under way with the endpoint of @token, or NULL. */
OtgPending *far_find(Otg *s, const UsbToken *token, bool in);
/* One that is free; should a firmware let all of them wait, the first is forgotten. */
OtgPending *far_new(Otg *s);
void far_forget(OtgPending *p);
/* Hand a packet to the device.  It is complete, or will be, or (false) the device said NAK. */
bool far_submit(OtgPending *p, USBDevice *dev, USBEndpoint *ep, const UsbToken *token, unsigned bytes);

/* ---- far_translations.c ---- */

/* Is an endpoint of @type served by the periodic buffers of a translator? */
bool far_is_periodic(unsigned type);
/* The one with the endpoint of @token, or NULL. */
OtgTranslation *far_find_translation(Otg *s, const UsbToken *token, bool in);
/* A place for another; NULL: all are taken, until they are asked for, or Clear_TT_Buffer. */
OtgTranslation *far_place_translation(Otg *s, bool periodic);
/* Clear_TT_Buffer with wValue = @value; Reset_TT (USB 2.0 11.24.2.3, 11.24.2.9). */
void far_clear_translation(Otg *s, unsigned value);
void far_reset_translations(Otg *s);

/* ---- far_burst.c ---- */

/* Isochronous at high speed: one of QEMU's packets is up to three transactions in a microframe. */
UsbAnswer far_isochronous(Otg *s, USBDevice *dev, USBEndpoint *ep, UsbToken *token, unsigned max_packet);

#endif
