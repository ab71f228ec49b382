/* Does nothing: what starting and leaving costs.  SPDX-License-Identifier: GPL-2.0-or-later */
#include "bench.h"

int main(void)
{
    leave();
}
