/*
 * A plugin for QEMU that watches the firmware run:
 *
 *   -plugin libstm32-watch.so,coverage=cov.info,profile=callgrind.out,timeline=trace.json
 *
 *   coverage=FILE    lines and functions that have run: lcov's, or Cobertura's if FILE ends in .xml; more than once
 *   merge=on         what is in an lcov file of that name stays, and this run is added
 *   root=FOLDER      Cobertura's files are named from there (the current folder)
 *   profile=FILE     callgrind's: where the cycles went
 *   timeline=FILE    Chrome's trace, for Perfetto: functions, interrupts, threads; limit=N events (1000000)
 *   elf=FILE         the firmware with its symbols (that of -kernel)
 *
 * What is not asked for costs nothing.  Results are written as QEMU ends.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "calls.h"
#include "counts.h"
#include "coverage.h"
#include "profile.h"
#include "timeline.h"

QEMU_PLUGIN_EXPORT int qemu_plugin_version = QEMU_PLUGIN_VERSION;

#define DEFAULT_LIMIT 1000000

static struct {
    GPtrArray *coverage;
    const char *profile, *timeline, *root, *elf;
    bool merge;
    uint64_t limit;
} options = { .limit = DEFAULT_LIMIT };

static Program *program;

static void say(const char *what)
{
    fprintf(stderr, "stm32-watch: %s\n", what);
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
    if (!program) {
        return;
    }
    if (options.profile || options.timeline) {
        calls_add(tb);
    }
    if (options.coverage->len || options.profile) {
        for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
            counts_add(program, qemu_plugin_tb_get_insn(tb, i));
        }
    }
}

/* The machine is there, and knows its firmware. */
static void begin(qemu_plugin_id_t id, unsigned vcpu)
{
    const char *path = options.elf ?: stm32_plugin_firmware();
    g_autofree char *error = NULL;

    if (!path) {
        error = g_strdup("there is no firmware: give it by -kernel or elf=FILE");
    } else {
        program = program_load(path, &error);
    }
    if (program) {
        counts_begin(program);
        calls_begin(program);
        if (options.profile) {
            profile_begin();
        }
        if (!options.timeline || timeline_begin(options.timeline, options.limit, &error)) {
            return;
        }
    }
    say(error);
    exit(1);
}

static void end(qemu_plugin_id_t id, void *opaque)
{
    g_autofree char *error = NULL;

    if (!program) {
        return;
    }
    calls_end();
    for (unsigned i = 0; i < options.coverage->len; i++) {
        g_clear_pointer(&error, g_free);
        if (!coverage_write(program, options.coverage->pdata[i], options.root, options.merge, &error)) {
            say(error);
        }
    }
    g_clear_pointer(&error, g_free);
    if (options.profile && !profile_write(program, options.profile, &error)) {
        say(error);
    }
    g_clear_pointer(&error, g_free);
    if (options.timeline && !timeline_end(&error)) {
        say(error);
    }
}

/* False if it is not one. */
static bool take_option(const char *name, const char *value)
{
    char *rest;

    if (!strcmp(name, "coverage")) {
        g_ptr_array_add(options.coverage, g_strdup(value));
    } else if (!strcmp(name, "profile")) {
        options.profile = g_strdup(value);
    } else if (!strcmp(name, "timeline")) {
        options.timeline = g_strdup(value);
    } else if (!strcmp(name, "elf")) {
        options.elf = g_strdup(value);
    } else if (!strcmp(name, "root")) {
        options.root = g_canonicalize_filename(value, NULL);
    } else if (!strcmp(name, "limit")) {
        options.limit = g_ascii_strtoull(value, &rest, 10);
        return rest != value && !*rest;
    } else {
        return !strcmp(name, "merge") && qemu_plugin_bool_parse(name, value, &options.merge);
    }
    return *value;
}

QEMU_PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv)
{
    options.coverage = g_ptr_array_new();
    options.root = g_get_current_dir();
    for (int i = 0; i < argc; i++) {
        g_auto(GStrv) part = g_strsplit(argv[i], "=", 2);

        if (!part[0] || !part[1] || !take_option(part[0], part[1])) {
            fprintf(stderr, "stm32-watch: %s: there are coverage=FILE, merge=on, root=FOLDER, profile=FILE, timeline=FILE, "
                    "limit=EVENTS and elf=FILE\n", argv[i]);
            return -1;
        }
    }
    if (!options.coverage->len && !options.profile && !options.timeline) {
        say("nothing to do: give coverage=FILE, profile=FILE or timeline=FILE");
        return -1;
    }
    qemu_plugin_register_vcpu_init_cb(id, begin);
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    qemu_plugin_register_atexit_cb(id, end, NULL);
    return 0;
}
