/*
 * The RTC of guest programs: from LSI, as 32 kHz.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef FIRMWARE_RTC_H
#define FIRMWARE_RTC_H

#include <stdint.h>

#define RTC_STEPS 250           /* of SSR in a second */

/* Start it with the date and time as TR and DR have them; its registers stay open.  Needs PWR_CR.DBP. */
void rtc_start(uint32_t tr, uint32_t dr);

#endif
