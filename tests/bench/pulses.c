/* The core sleeps.  SPDX-License-Identifier: GPL-2.0-or-later */
#include "pulses.h"

int main(void)
{
    five_seconds_of_pulses(1);
    leave();
}
