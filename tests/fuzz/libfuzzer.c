/*
 * The targets of fuzz.h for libFuzzer, by QEMU's own main program for it (tests/qtest/fuzz).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/module.h"
#include "tests/qtest/fuzz/fuzz.h"
#include "stm32/tests/fuzz/fuzz.h"

static GString *command_line(FuzzTarget *t)
{
    const Target *target = t->opaque;
    GString *line = g_string_new(TARGET_NAME " " FUZZ_ARGS " ");

    return g_string_append(line, target->args);
}

static const Target *chosen;

static void play(QTestState *s, const unsigned char *data, size_t size)
{
    static bool begun;

    if (!begun && chosen->begin) {
        chosen->begin();
    }
    begun = true;
    chosen->play(data, size);
}

static GString *choose(FuzzTarget *t)
{
    chosen = t->opaque;
    return command_line(t);
}

static void register_targets(void)
{
    static const Target *const targets[] = { FUZZ_TARGETS };

    for (unsigned i = 0; i < ARRAY_SIZE(targets); i++) {
        fuzz_add_target(&(FuzzTarget) {
            .name = targets[i]->name, .description = targets[i]->about, .get_init_cmdline = choose, .fuzz = play,
            .opaque = (void *)targets[i],
        });
    }
}
fuzz_target_init(register_targets);
