/*
 * A baud rate that is none, because BRR was reckoned from another clock than the USART has: what is sent comes out here
 * all the same, and on a board as garbage.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include <math.h>
#include "stm32/peripherals/usart/state.h"

#define SLOWEST 1200

static bool is_near(double rate, double usual, double per_cent)
{
    return fabs(rate - usual) < usual * per_cent / 100;
}

/* Within what a receiver puts up with. */
static bool is_usual(double rate)
{
    static const unsigned usual[] = {
        1200, 2400, 4800, 7200, 9600, 10400, 14400, 19200, 28800, 31250, 38400, 50000, 56000, 57600, 62500, 74880, 76800, 100000,
        115200, 125000, 128000, 187500, 230400, 250000, 256000, 312500, 400000, 416666, 420000, 460800, 500000, 576000, 625000,
        750000, 921600,
    };

    for (unsigned i = 0; i < ARRAY_SIZE(usual); i++) {
        if (is_near(rate, usual[i], 3)) {
            return true;
        }
    }
    return rate < SLOWEST || rate > 970000;
}

/*
 * A clock of some MHz from which BRR would be reckoned for a rate that is common, the likeliest first.  False: there is
 * none.
 */
static bool find_clock(uint32_t ticks, unsigned *baud, unsigned *mhz)
{
    static const unsigned common[] = { 115200, 9600, 57600, 38400, 19200, 230400, 460800, 921600 };
    static const unsigned clocks[] = { 42, 84, 16, 168, 8, 25, 21 };

    for (unsigned i = 0; i < ARRAY_SIZE(common); i++) {
        for (unsigned k = 0; k < ARRAY_SIZE(clocks); k++) {
            if (is_near(clocks[k] * 1e6 / ticks, common[i], 0.8)) {
                *baud = common[i];
                *mhz = clocks[k];
                return true;
            }
        }
    }
    return false;
}

void usart_check_rate(Usart *s)
{
    uint32_t ticks = usart_bit_ticks(s);
    double pclk = clock_get_hz(s->parent_obj.clk);
    unsigned baud, mhz;

    if (ticks && pclk && !is_usual(pclk / ticks) && find_clock(ticks, &baud, &mhz)) {
        periph_mistake(&s->parent_obj, USART017, "BRR is for %u baud with a clock of %u MHz, and its clock has %.3f MHz: it makes "
                       "%.0f baud", baud, mhz, pclk / 1e6, pclk / ticks);
    }
}
