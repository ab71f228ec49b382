/*
 * Plays inputs again that a fuzzer has found: stm32-replay TARGET FILE ...  What is played is printed before.
 * And what nobody has found yet: stm32-replay registers storm SEED ACCESSES; stm32-replay TARGET mutate SEED COUNT FILE ...
 * plays so many inputs that are one of these files with changes; the one that is played last is left in ./mutated.TARGET.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "system/system.h"
#include "stm32/tests/fuzz/fuzz.h"

static const Target *find_target(const char *name)
{
    static const Target *const targets[] = { FUZZ_TARGETS };

    for (unsigned i = 0; i < ARRAY_SIZE(targets); i++) {
        if (!strcmp(targets[i]->name, name)) {
            return targets[i];
        }
    }
    return NULL;
}

/* What is in @name: lines of base64 (corpus/TARGET.txt), or else one input as libFuzzer writes it. */
static GPtrArray *read_inputs(const char *name)
{
    GPtrArray *inputs = g_ptr_array_new();
    g_autofree char *data = NULL;
    g_auto(GStrv) lines = NULL;
    gsize size;

    if (!g_file_get_contents(name, &data, &size, NULL)) {
        fprintf(stderr, "%s: cannot be read\n", name);
        exit(2);
    }
    if (!g_str_has_suffix(name, ".txt")) {
        g_ptr_array_add(inputs, g_byte_array_new_take((uint8_t *)g_steal_pointer(&data), size));
        return inputs;
    }
    lines = g_strsplit(g_strchomp(data), "\n", 0);
    for (char **line = lines; *line; line++) {
        uint8_t *bytes = g_base64_decode(*line, &size);

        g_ptr_array_add(inputs, g_byte_array_new_take(bytes, size));
    }
    return inputs;
}

static void play_file(const Target *target, const char *name)
{
    GPtrArray *inputs = read_inputs(name);

    for (unsigned i = 0; i < inputs->len; i++) {
        const GByteArray *input = inputs->pdata[i];
        g_autofree uint8_t *copy = g_memdup2(input->data, input->len);      /* of just that size: a sanitizer sees who reads on */

        printf("%s line %u\n", name, i + 1);
        fflush(stdout);
        target->play(copy, input->len);
    }
}

/* ---- Without a compiler that measures coverage: changes at random ---- */

static void change(GByteArray *input, const GByteArray *other, GRand *random)
{
    static const uint8_t borders[] = { 0, 1, 0x7f, 0x80, 0xff, 0xfe, 0x40, 0x10 };
    unsigned at = g_rand_int_range(random, 0, MAX(input->len, 1)), from, length;

    if (!input->len) {
        return;
    }
    switch (g_rand_int_range(random, 0, 7)) {
    case 0: case 1:
        input->data[at] ^= 1 << g_rand_int_range(random, 0, 8);
        break;
    case 2:
        input->data[at] = borders[g_rand_int_range(random, 0, ARRAY_SIZE(borders))];
        break;
    case 3:
        input->data[at] = g_rand_int(random);
        break;
    case 4:
        g_byte_array_remove_range(input, at, MIN(g_rand_int_range(random, 1, 16), input->len - at));
        break;
    case 5:
        input->data[at] += g_rand_int_range(random, -8, 9);
        break;
    default:                                    /* a piece of another one goes in here */
        from = g_rand_int_range(random, 0, MAX(other->len, 1));
        length = MIN(g_rand_int_range(random, 1, 64), other->len - from);
        g_byte_array_append(input, other->data + from, length);
        memmove(input->data + at + length, input->data + at, input->len - length - at);
        memcpy(input->data + at, other->data + from, length);
        break;
    }
}

static void mutate(const Target *target, unsigned seed, unsigned count, char **files, int n_files)
{
    GRand *random = g_rand_new_with_seed(seed);
    GPtrArray *kept = g_ptr_array_new();
    g_autofree char *last = g_strdup_printf("mutated.%s", target->name);

    for (int i = 0; i < n_files; i++) {
        g_ptr_array_extend_and_steal(kept, read_inputs(files[i]));
    }
    for (unsigned n = 0; n < count && kept->len; n++) {
        const GByteArray *one = kept->pdata[g_rand_int_range(random, 0, kept->len)];
        GByteArray *input = g_byte_array_new();

        g_byte_array_append(input, one->data, one->len);
        for (unsigned changes = g_rand_int_range(random, 1, 12); changes; changes--) {
            change(input, kept->pdata[g_rand_int_range(random, 0, kept->len)], random);
        }
        g_file_set_contents_full(last, (char *)input->data, input->len, G_FILE_SET_CONTENTS_NONE, 0666, NULL);
        target->play(input->data, input->len);
        g_byte_array_free(input, true);
    }
    g_rand_free(random);
}

int (*qemu_main)(void);

int main(int argc, char **argv)
{
    const Target *target = argc > 1 ? find_target(argv[1]) : NULL;
    g_autofree char *line = NULL;
    char **words;
    int count;

    if (!target) {
        fprintf(stderr, "%s TARGET FILE ...\n", argv[0]);
        return 2;
    }
    line = g_strdup_printf("%s " FUZZ_ARGS " %s -qtest /dev/null", argv[0], target->args);
    g_shell_parse_argv(line, &count, &words, NULL);
    qemu_init(count, words);
    if (target->begin) {
        target->begin();
    }
    if (argc == 5 && !strcmp(argv[2], "storm")) {
        fuzz_storm(strtoul(argv[3], NULL, 0), strtoull(argv[4], NULL, 0));
    } else if (argc > 5 && !strcmp(argv[2], "mutate")) {
        mutate(target, strtoul(argv[3], NULL, 0), strtoul(argv[4], NULL, 0), argv + 5, argc - 5);
    } else {
        for (int i = 2; i < argc; i++) {
            play_file(target, argv[i]);
        }
    }
    printf("done\n");
    fflush(stdout);
    _exit(0);
}
