/* Five seconds asleep, woken by a timer 100 000 times a second.  SPDX-License-Identifier: GPL-2.0-or-later */
#include "timer_interrupts.h"

int main(void)
{
    sleep_five_seconds(100000);
    leave();
}
