/* To nobody, or to a part that PA4 selects: see spi_dma.h.  SPDX-License-Identifier: GPL-2.0-or-later */
#include "spi_dma.h"

int main(void)
{
    init();
    out[0][0] = 3;                      /* a flash part: read */
    for (unsigned i = 0; i < ROUNDS; i++) {
        exchange();
    }
    leave();
}
