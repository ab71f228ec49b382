/*
 * WAV files, see wav_file.h.  RIFF: chunks of a name, a length, and that many bytes, padded to an
 * even number.  Nothing in the file is trusted.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "qapi/error.h"
#include "stm32/board/wav_file.h"
#include "stm32/core/user_file.h"

#define MAX_RATE 384000
#define MAX_BYTES (256 * 1024 * 1024)

enum { PCM = 1, EXTENSIBLE = 0xfffe };

typedef struct Chunk {
    const uint8_t *data;        /* NULL: there is none */
    size_t size;
} Chunk;

/* A chunk that the file ends in is as long as the rest of the file: the recorder was killed. */
static Chunk find_chunk(const uint8_t *file, size_t size, const char *name)
{
    for (size_t at = 12; at + 8 <= size;) {
        size_t length = ldl_le_p(file + at + 4), left = size - at - 8;

        if (!memcmp(file + at, name, 4)) {
            return (Chunk) { file + at + 8, MIN(length, left) };
        }
        if (length >= left) {
            break;
        }
        at += 8 + length + length % 2;
    }
    return (Chunk) { };
}

static WavFile *decode(Chunk data, unsigned channels, uint32_t rate)
{
    uint32_t samples = data.size / (2 * channels);
    WavFile *wav = g_malloc(sizeof(*wav) + samples * sizeof(wav->sample[0]));

    wav->rate = rate;
    wav->samples = samples;
    for (uint32_t i = 0; i < samples; i++) {
        const uint8_t *at = data.data + 2 * channels * (size_t)i;
        int left = (int16_t)lduw_le_p(at);
        int right = channels == 2 ? (int16_t)lduw_le_p(at + 2) : left;

        wav->sample[i] = (left + right) / 2;
    }
    return wav;
}

static WavFile *parse(const char *option, const char *name, const uint8_t *file, size_t size,
                      Error **errp)
{
    Chunk format, data;
    unsigned tag, channels, bits;
    uint32_t rate;

    if (size < 12 || memcmp(file, "RIFF", 4) || memcmp(file + 8, "WAVE", 4)) {
        error_setg(errp, "%s=%s: is no WAV file", option, name);
        return NULL;
    }
    format = find_chunk(file, size, "fmt ");
    data = find_chunk(file, size, "data");
    if (format.size < 16) {
        error_setg(errp, "%s=%s: is a WAV file that does not say its format", option, name);
        return NULL;
    }
    tag = lduw_le_p(format.data);
    channels = lduw_le_p(format.data + 2);
    rate = ldl_le_p(format.data + 4);
    bits = lduw_le_p(format.data + 14);
    if ((tag != PCM && tag != EXTENSIBLE) || bits != 16 || channels < 1 || channels > 2 ||
        rate < 1 || rate > MAX_RATE) {
        error_setg(errp, "%s=%s: has format %u, %u bits, %u channels, %u Hz; it has to be PCM "
                   "(format 1), 16 bits, 1 or 2 channels, up to %u Hz", option, name, tag, bits,
                   channels, rate, MAX_RATE);
        return NULL;
    }
    if (data.size < 2 * channels) {
        error_setg(errp, "%s=%s: is a WAV file without a sample", option, name);
        return NULL;
    }
    return decode(data, channels, rate);
}

WavFile *wav_file_read(const char *option, const char *name, Error **errp)
{
    size_t size;
    g_autofree char *file = user_file_read(option, name, MAX_BYTES, &size, errp);

    return file ? parse(option, name, (const uint8_t *)file, size, errp) : NULL;
}
