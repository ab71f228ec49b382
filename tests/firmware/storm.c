/*
 * The hostile guest for storms: it sets up all peripherals, also those that the one of the tests leaves alone.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#define STORM
#include "hostile.c"
