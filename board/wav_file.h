/*
 * A WAV file in memory: 16-bit PCM, mono, or stereo made mono.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_WAV_FILE_H
#define STM32_BOARD_WAV_FILE_H

typedef struct WavFile {
    uint32_t rate;              /* Hz */
    uint32_t samples;           /* 1 or more */
    int16_t sample[];
} WavFile;

/*
 * Read the file @name, which the user gave by @option, and which is the caller's to g_free(); or NULL and
 * one line in @errp.
 */
WavFile *wav_file_read(const char *option, const char *name, Error **errp);

#endif
