/*
 * What a camera looks at: a test pattern, or pictures in files.  Nothing in a file is trusted.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_CAMERA_PICTURE_H
#define STM32_BOARD_CAMERA_PICTURE_H

#define PICTURE_MAX 4096        /* pixels of a side */

typedef struct Picture24 {
    unsigned width, height;
    uint8_t *rgb;               /* three bytes a pixel */
    uint8_t *jpeg;              /* the file, if it is one; or NULL */
    size_t jpeg_size;
} Picture24;

typedef struct PictureSource {
    Picture24 *picture;         /* NULL: the test pattern */
    unsigned count;
} PictureSource;

/*
 * The file @name, or all that it is a pattern for ("frames/ *.png"), in the order of their names; NULL: the test
 * pattern.  False with one line in @errp if one can't be read or is no picture.
 */
bool picture_source_open(PictureSource *source, const char *name, Error **errp);

/* The picture of frame @frame; NULL: the test pattern. */
const Picture24 *picture_of_frame(const PictureSource *source, uint64_t frame);

/* The test pattern: bars, a ramp of greys, and a square that moves with frames.  @bars: nothing but bars. */
void test_pattern(uint8_t *rgb, unsigned x, unsigned y, unsigned width, unsigned height, uint64_t frame, bool bars);

/* Is line @y the same in all frames? */
bool picture_is_still(const PictureSource *source, unsigned y, unsigned height, bool bars);

/* ---- Formats ---- */

/* False with one line in @errp. */
bool picture_from_ppm(Picture24 *p, const char *name, const uint8_t *file, size_t size, Error **errp);
bool picture_from_png(Picture24 *p, const char *name, const uint8_t *file, size_t size, Error **errp);
bool picture_from_jpeg(Picture24 *p, const char *name, const uint8_t *file, size_t size, Error **errp);

/* @rgb as JPEG, for the caller to free; NULL: there is no library for that. */
uint8_t *jpeg_of(const uint8_t *rgb, unsigned width, unsigned height, unsigned quality, size_t *size);
bool jpeg_is_there(void);

#endif
