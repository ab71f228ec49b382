/* off: see timers.h.  SPDX-License-Identifier: GPL-2.0-or-later */
#include "timers.h"

int main(void)
{
    work();
    leave();
}
