/* The same 20 000 times a second.  SPDX-License-Identifier: GPL-2.0-or-later */
#include "timer_interrupts.h"

int main(void)
{
    sleep_five_seconds(20000);
    leave();
}
