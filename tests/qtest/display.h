/*
 * What a display shows, as qtests look at it: the console's picture by screendump.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_TESTS_DISPLAY_H
#define STM32_TESTS_DISPLAY_H

#include "stm32/tests/qtest/board.h"

static char *display_ppm;
static unsigned display_width, display_height;

/* Take a picture of the console. */
static inline void display_look(void)
{
    g_autofree char *file = NULL;
    gsize size;

    close(g_file_open_tmp("stm32-display-XXXXXX", &file, NULL));
    qtest_qmp_assert_success(board, "{ 'execute': 'screendump', 'arguments': { 'filename': %s } }", file);
    g_free(display_ppm);
    g_assert_true(g_file_get_contents(file, &display_ppm, &size, NULL));
    g_assert_cmpint(sscanf(display_ppm, "P6 %u %u 255", &display_width, &display_height), ==, 2);
    g_assert_cmpuint(size, >, 3 * display_width * display_height);
    memmove(display_ppm, display_ppm + size - 3 * display_width * display_height, 3 * display_width * display_height);
    unlink(file);
}

/* 0xRRGGBB of it. */
static inline uint32_t display_pixel(unsigned x, unsigned y)
{
    const uint8_t *at = (uint8_t *)display_ppm + 3 * (y * display_width + x);

    return at[0] << 16 | at[1] << 8 | at[2];
}

#endif
