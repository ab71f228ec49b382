/*
 * RM0090 35.12  USB on-the-go high-speed.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#define HS(...) __VA_ARGS__
#define FS(...)
#define OTG_CID 0x00001100
#define OTG_GHWCFG2 0x229ed590
#define OTG_GHWCFG3 0x03f403e8
#define OTG_GHWCFG4 0x17f00030
#include "otg.h"
#undef HS
#undef FS
#undef OTG_CID
#undef OTG_GHWCFG2
#undef OTG_GHWCFG3
#undef OTG_GHWCFG4
