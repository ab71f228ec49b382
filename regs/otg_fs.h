/*
 * RM0090 34.16  USB on-the-go full-speed: no DMA, no ULPI, fewer endpoints and channels.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#define HS(...)
#define FS(...) __VA_ARGS__
#define OTG_CID 0x00001200
#define OTG_GHWCFG2 0x229dcd20
#define OTG_GHWCFG3 0x020001e8
#define OTG_GHWCFG4 0x0ff08030
#include "otg.h"
#undef HS
#undef FS
#undef OTG_CID
#undef OTG_GHWCFG2
#undef OTG_GHWCFG3
#undef OTG_GHWCFG4
