/*
 * Fuzzing: what there is to be fuzzed, each a machine and a function that does what some bytes say.  All of it is in one
 * process with QEMU, and virtual time is the bytes'.
 *
 * libfuzzer.c gives them to libFuzzer (make fuzz, which takes clang); replay.c, of the ordinary build, plays the inputs that are
 * kept in corpus/, a folder a target.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_TESTS_FUZZ_H
#define STM32_TESTS_FUZZ_H

typedef struct Target {
    const char *name, *about;
    const char *args;                   /* of QEMU, besides those of all */
    void (*begin)(void);                /* once, when the machine is there; or NULL */
    void (*play)(const uint8_t *data, size_t size);
} Target;

#define FUZZ_ARGS "-machine stm32f407g_disc -accel qtest -display none -nodefaults -qtest-log none"

extern const Target fuzz_registers;
extern const Target fuzz_image, fuzz_diagram, fuzz_wav, fuzz_picture, fuzz_motion, fuzz_ignore;
extern const Target fuzz_usb_device, fuzz_usbredir, fuzz_usbip;
extern const Target fuzz_cable, fuzz_can_link, fuzz_page, fuzz_snapshot;
#define FUZZ_TARGETS                                                                                        \
    &fuzz_registers, &fuzz_image, &fuzz_diagram, &fuzz_wav, &fuzz_picture, &fuzz_motion,        \
    &fuzz_ignore, &fuzz_usb_device, &fuzz_usbredir, &fuzz_usbip, &fuzz_cable, &fuzz_can_link,   \
    &fuzz_page, &fuzz_snapshot

/* registers.c: random accesses, after peripherals were set up at random, with time passing. */
void fuzz_storm(uint32_t seed, uint64_t accesses);

/* ---- world.c: what the bytes do ---- */

/* What is left of the input.  Where nothing is, bytes are 0. */
typedef struct Input {
    const uint8_t *at;
    size_t left;
} Input;

uint8_t input_byte(Input *in);
uint16_t input_half(Input *in);
uint32_t input_word(Input *in);
/* @wanted bytes, or fewer: how many is put there. */
const uint8_t *input_bytes(Input *in, size_t *wanted);

/* Accesses of the core. */
void fuzz_write(uint32_t address, uint32_t data, unsigned size);
uint32_t fuzz_read(uint32_t address, unsigned size);
/* A reset by its pin, and the main loop has done what it had to. */
void fuzz_reset_machine(void);
void fuzz_step(int64_t ns);
void fuzz_main_loop(void);
/* Bytes from the other end of the chardev @id; it opens, or closes. */
void fuzz_say(const char *id, const uint8_t *data, size_t size);
void fuzz_open(const char *id, bool open);
/* A connection to the only port of TCP that this process listens at; < 0: it failed. */
int fuzz_connect(void);
/* Send @size bytes there and let them be heard. */
void fuzz_send(int fd, const void *data, size_t size);

#endif
