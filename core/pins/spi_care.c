/*
 * What a master of SPI does wrong with a part, see spi_care.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/core/mistake/mistake.h"
#include "stm32/core/mistake/place.h"
#include "stm32/core/pins/spi_care.h"

#define TOLERANCE 2.2           /* of a maximum: ST's own programs clock the board's accelerometer at 21 MHz */

void spi_care_mode(const char *path, bool cpol, bool cpha)
{
    if (cpol != cpha) {
        guest_mistake(path, SPI015, "it samples at rising edges of SCK, and gets a frame with CPOL=%d, CPHA=%d: on a board bits "
                      "are shifted", cpol, cpha);
    }
}

void spi_care_speed(const char *path, uint64_t bit, unsigned max_hz)
{
    double mhz = bit ? 1e3 * 4294967296.0 / bit : 0;

    if (mhz > max_hz / 1e6 * TOLERANCE) {
        guest_mistake(path, SPI018, "its clock is %.1f MHz, and it takes %.1f", mhz, max_hz / 1e6);
    }
}

void spi_care_deselected(const char *path, Pin *cs, int64_t sampled)
{
    int64_t left = sampled - guest_now_ns();

    if (left > 0 && pin_state(cs).kind == DRIVE_HIGH) {
        guest_mistake(path, SPI014, "chip select rises %" PRId64 " ns before the last bit of the frame is through: on a board "
                      "that frame is lost", left);
    }
}
