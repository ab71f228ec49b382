/*
 * Fuzzing of files that the user gives: who wants to read one gets the input.  user_file_read() is ours here (the linker's
 * --wrap), so there are no files.
 *
 * Not here: a backup, and what is read as a part of the bench is made (NMEA, voltages): tests/trust/files.py.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "hw/core/cpu.h"
#include "stm32/board/accelerometer/model.h"
#include "stm32/board/camera/picture.h"
#include "stm32/board/diagram/diagram.h"
#include "stm32/board/wav_file.h"
#include "stm32/core/image/image.h"
#include "stm32/core/mistake/ignore.h"
#include "stm32/core/user_file.h"
#include "stm32/tests/fuzz/fuzz.h"

#define MOST 65536
#define NAME "/dev/null"                /* it is there, for who looks */

static const uint8_t *input;            /* NULL: files are files */
static size_t input_size;

char *__real_user_file_read(const char *option, const char *name, size_t max, size_t *size, Error **errp);
char *__wrap_user_file_read(const char *option, const char *name, size_t max, size_t *size, Error **errp);

char *__wrap_user_file_read(const char *option, const char *name, size_t max, size_t *size, Error **errp)
{
    char *text;

    if (!input) {
        return __real_user_file_read(option, name, max, size, errp);
    }
    if (size) {
        *size = input_size;
    }
    text = g_malloc(input_size + 1);
    memcpy(text, input, input_size);
    text[input_size] = 0;
    return text;
}

static void play_file(const uint8_t *data, size_t size, void (*read)(Error **errp))
{
    Error *err = NULL;

    input = data;
    input_size = MIN(size, MOST);
    read(&err);
    input = NULL;
    error_free(err);
}

static void read_image(Error **errp)
{
    g_free(image_load(NAME, first_cpu->as, 0x08000000, errp));
}

static void read_diagram(Error **errp)
{
    Diagram *d = diagram_read(NAME, errp);

    if (d) {
        diagram_serial_pin(d);
        diagram_free(d);
    }
}

static void read_wav(Error **errp)
{
    g_free(wav_file_read("microphone", NAME, errp));
}

static void read_picture(Error **errp)
{
    PictureSource source;

    picture_source_open(&source, NAME, errp);       /* no pattern: one picture, good or not */
    g_free(source.picture->rgb);
    g_free(source.picture->jpeg);
    g_free(source.picture);
}

static void read_motion(Error **errp)
{
    g_autofree Accelerometer *a = g_new0(Accelerometer, 1);

    motion_read(a, NAME, errp);
    g_array_free(a->script, true);
}

static void read_ignore(Error **errp)
{
    ignore_set(NAME, errp);
}

#define FILE_TARGET(kind, text)                                         \
    static void play_##kind(const uint8_t *data, size_t size)           \
    {                                                                   \
        play_file(data, size, read_##kind);                             \
    }                                                                   \
    const Target fuzz_##kind = { .name = #kind, .about = text, .args = "", .play = play_##kind }

FILE_TARGET(image, "firmware: ELF, HEX, S-records");
FILE_TARGET(diagram, "diagram.json");
FILE_TARGET(wav, "sound for the microphone");
FILE_TARGET(picture, "pictures for the camera");
FILE_TARGET(motion, "motion for the accelerometer");
FILE_TARGET(ignore, "mistakes to be ignored");
