/*
 * Pictures in JPEG, by libjpeg: read, and made for sensors that send it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include <setjmp.h>
#include <jpeglib.h>
#include "qemu/cutils.h"
#include "qapi/error.h"
#include "stm32/board/camera/picture.h"
#include "stm32/core/user_file.h"

typedef struct JpegErrors {
    struct jpeg_error_mgr manager;
    jmp_buf end;
    char text[JMSG_LENGTH_MAX];
} JpegErrors;

static void fail(j_common_ptr jpeg)
{
    JpegErrors *e = (JpegErrors *)jpeg->err;

    e->manager.format_message(jpeg, e->text);
    longjmp(e->end, 1);
}

static void be_silent(j_common_ptr jpeg, int level)
{
}

static struct jpeg_error_mgr *errors_init(JpegErrors *e)
{
    struct jpeg_error_mgr *manager = jpeg_std_error(&e->manager);

    manager->error_exit = fail;
    manager->emit_message = be_silent;
    return manager;
}

/* What is on the stack and changes may be lost with a jump: all is in *@p and *@jpeg. */
static bool decode(struct jpeg_decompress_struct *jpeg, JpegErrors *e, Picture24 *p, const uint8_t *file, size_t size)
{
    jpeg->err = errors_init(e);
    if (setjmp(e->end)) {
        return false;
    }
    jpeg_create_decompress(jpeg);
    jpeg_mem_src(jpeg, (uint8_t *)file, size);
    jpeg_read_header(jpeg, TRUE);
    p->width = jpeg->image_width;
    p->height = jpeg->image_height;
    if (p->width > PICTURE_MAX || p->height > PICTURE_MAX) {
        pstrcpy(e->text, sizeof(e->text), "it is too large");
        return false;
    }
    jpeg->out_color_space = JCS_RGB;
    jpeg_start_decompress(jpeg);
    p->rgb = g_malloc((size_t)3 * p->width * p->height);
    while (jpeg->output_scanline < jpeg->output_height) {
        uint8_t *row = p->rgb + (size_t)3 * p->width * jpeg->output_scanline;

        jpeg_read_scanlines(jpeg, &row, 1);
    }
    jpeg_finish_decompress(jpeg);
    return true;
}

bool picture_from_jpeg(Picture24 *p, const char *name, const uint8_t *file, size_t size, Error **errp)
{
    struct jpeg_decompress_struct jpeg = { };
    JpegErrors e = { };
    bool good = decode(&jpeg, &e, p, file, size);

    jpeg_destroy_decompress(&jpeg);
    if (!good) {
        g_autofree char *why = user_text(e.text);

        error_setg(errp, "file=%s: is a JPEG that can't be read: %s", name, why);
    }
    return good;
}

typedef struct Encoder {
    struct jpeg_compress_struct jpeg;
    JpegErrors errors;
    unsigned char *data;
    unsigned long size;
} Encoder;

/* 4:2:2, as sensors have it. */
static bool encode(Encoder *e, const uint8_t *rgb, unsigned width, unsigned height, unsigned quality)
{
    struct jpeg_compress_struct *jpeg = &e->jpeg;

    jpeg->err = errors_init(&e->errors);
    if (setjmp(e->errors.end)) {
        return false;
    }
    jpeg_create_compress(jpeg);
    jpeg_mem_dest(jpeg, &e->data, &e->size);
    jpeg->image_width = width;
    jpeg->image_height = height;
    jpeg->input_components = 3;
    jpeg->in_color_space = JCS_RGB;
    jpeg_set_defaults(jpeg);
    jpeg_set_quality(jpeg, quality, TRUE);
    jpeg->comp_info[0].h_samp_factor = 2;
    jpeg->comp_info[0].v_samp_factor = 1;
    jpeg_start_compress(jpeg, TRUE);
    while (jpeg->next_scanline < height) {
        const uint8_t *row = rgb + (size_t)3 * width * jpeg->next_scanline;

        jpeg_write_scanlines(jpeg, (JSAMPARRAY)&row, 1);
    }
    jpeg_finish_compress(jpeg);
    return true;
}

uint8_t *jpeg_of(const uint8_t *rgb, unsigned width, unsigned height, unsigned quality, size_t *size)
{
    g_autofree Encoder *e = g_new0(Encoder, 1);
    bool good = encode(e, rgb, width, height, quality);
    uint8_t *data = good ? g_memdup2(e->data, e->size) : NULL;

    *size = good ? e->size : 0;
    jpeg_destroy_compress(&e->jpeg);
    free(e->data);
    return data;
}

bool jpeg_is_there(void)
{
    return true;
}
