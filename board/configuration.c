/*
 * What machine a snapshot is of: all that is soldered or plugged, and the firmware.  One of another machine
 * is refused before anything of it is taken over, with a line that says what differs.
 *
 * What may differ is what is beyond the board's connectors: serial ports, swo=, vcp=, canbus1=, audio, the
 * files of motion=, microphone=, backup= and of stm32-signal; and stm32-recorder, which changes nothing.
 * Without -kernel the firmware is the snapshot's.
 *
 * It also says what format snapshots have.  FORMAT is raised when a VMStateDescription of ours, or of our patches,
 * becomes another that does not read what the one before it wrote (tests/trust/format.py knows them all), and the
 * description's version too; OLDEST is raised with it unless all of them still read the older format.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/cutils.h"
#include "qemu/error-report.h"
#include "migration/vmstate.h"
#include "hw/qdev-core.h"
#include "stm32/board/machine.h"
#include "stm32/checks/checks.h"
#include "stm32/core/user_file.h"

#define FORMAT 3
#define OLDEST 3
#define MAX_TEXT 4096
#define FIRMWARE "firmware="
#define PART "part="

typedef struct Configuration {
    Stm32f407gDisc *machine;
    uint8_t text[MAX_TEXT];     /* lines, as in the snapshot; ends with a zero */
    uint32_t format;            /* of the snapshot; before there was this word it was 1 */
} Configuration;

/* ---- What there is ---- */

/* "part=stm32-signal pin=pa1": its type and what it is plugged to. */
static int add_part(Object *obj, void *lines)
{
    static const char *const plugs[] = { "pin", "pins", "scl", "sda", "address", "cs" };
    const char *type = object_get_typename(obj);
    GString *line;

    if (!object_dynamic_cast(obj, TYPE_DEVICE) || !strcmp(type, "stm32-recorder")) {
        return 0;
    }
    line = g_string_new(PART);
    g_string_append(line, type);
    for (unsigned i = 0; i < ARRAY_SIZE(plugs); i++) {
        if (object_property_find(obj, plugs[i])) {
            g_autofree char *value = object_property_print(obj, plugs[i], false, NULL);

            g_string_append_printf(line, " %s=%s", plugs[i], value ?: "");
        }
    }
    g_ptr_array_add(lines, g_string_free(line, false));
    return 0;
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(char **)a, *(char **)b);
}

/* Lines "name=value"; of parts several may be the same. */
static GPtrArray *describe(Stm32f407gDisc *m)
{
    static const char *const folders[] = { "/machine/peripheral", "/machine/peripheral-anon" };
    GPtrArray *lines = g_ptr_array_new_with_free_func(g_free), *parts = g_ptr_array_new();
    char *line;

    for (unsigned n = 0; (line = options_line(m, n)); n++) {
        g_ptr_array_add(lines, line);
    }
    g_ptr_array_add(lines, g_strconcat(FIRMWARE, m->firmware ?: "", NULL));
    for (unsigned i = 0; i < ARRAY_SIZE(folders); i++) {
        Object *folder = object_resolve_path(folders[i], NULL);

        if (folder) {
            object_child_foreach(folder, add_part, parts);
        }
    }
    g_ptr_array_sort(parts, compare);
    g_ptr_array_extend_and_steal(lines, parts);
    return lines;
}

/* ---- Snapshots ---- */

static int pre_save(void *opaque)
{
    Configuration *c = opaque;
    g_autoptr(GPtrArray) lines = describe(c->machine);
    g_autofree char *all = NULL;

    g_ptr_array_add(lines, NULL);
    all = g_strjoinv("\n", (char **)lines->pdata);
    pstrcpy((char *)c->text, sizeof(c->text), all);
    c->format = FORMAT;
    return 0;
}

static bool is_in(char **lines, const char *line)
{
    return g_strv_contains((const char *const *)lines, line);
}

/* The value that @lines have for what @line says, or NULL. */
static const char *value_of(char **lines, const char *line)
{
    size_t name = strcspn(line, "=") + 1;

    for (; *lines; lines++) {
        if (!strncmp(*lines, line, name)) {
            return *lines + name;
        }
    }
    return NULL;
}

/* The snapshot says @line, and we do not. */
static void report(const char *line, char **ours)
{
    g_autofree char *shown = user_text(line), *shown_ours = user_text(value_of(ours, line) ?: "");

    if (g_str_has_prefix(line, FIRMWARE)) {
        error_report("the snapshot is of another firmware: give the -kernel it was made with, "
                     "or none");
    } else if (g_str_has_prefix(line, PART)) {
        error_report("the snapshot is of a machine with %s", shown + strlen(PART));
    } else {
        error_report("the snapshot is of a machine with %s, not %s", shown, shown_ours);
    }
}

static bool format_is_known(const Configuration *c, int version_id)
{
    uint32_t format = version_id < 2 ? 1 : c->format;

    if (format < OLDEST || format > FORMAT) {
        error_report("the snapshot has format %u, and this machine reads format %u: load it with the %s version that "
                     "made it, or make it anew", format, FORMAT, format < OLDEST ? "older" : "newer");
        return false;
    }
    return true;
}

static int post_load(void *opaque, int version_id)
{
    Configuration *c = opaque;
    g_autoptr(GPtrArray) ours = describe(c->machine);
    g_auto(GStrv) theirs = NULL;

    if (!format_is_known(c, version_id)) {
        return -EINVAL;
    }
    c->text[sizeof(c->text) - 1] = 0;
    theirs = g_strsplit((char *)c->text, "\n", 0);
    g_ptr_array_add(ours, NULL);
    for (char **line = theirs; *line; line++) {
        bool ours_to_say = g_str_has_prefix(*line, FIRMWARE) && !c->machine->firmware;

        if (!ours_to_say && !is_in((char **)ours->pdata, *line)) {
            report(*line, (char **)ours->pdata);
            return -EINVAL;
        }
    }
    for (char **line = (char **)ours->pdata; *line; line++) {
        if (g_str_has_prefix(*line, PART) && !is_in(theirs, *line)) {
            error_report("the snapshot is of a machine without %s", *line + strlen(PART));
            return -EINVAL;
        }
    }
    return 0;
}

static const VMStateDescription configuration_vmstate = {
    .name = "stm32f407g-disc-configuration", .version_id = 2, .minimum_version_id = 1,
    .priority = MIG_PRI_MAX - 1,        /* before all devices */
    .pre_save = pre_save, .post_load = post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_BUFFER(text, Configuration),
        VMSTATE_UINT32_V(format, Configuration, 2),
        VMSTATE_END_OF_LIST()
    },
};

/* Whether the crystals run comes with the snapshot. */
static int machine_post_load(void *opaque, int version_id)
{
    Stm32f407gDisc *m = opaque;

    clock_update_hz(m->hse, m->hse_stopped ? 0 : m->hse_frequency);
    clock_update_hz(m->lse, m->lse_fitted && !m->lse_stopped ? 32768 : 0);
    checks_forget();
    return 0;
}

static const VMStateDescription machine_vmstate = {
    .name = "stm32f407g-disc", .version_id = 2, .minimum_version_id = 2,
    .post_load = machine_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_BOOL(hse_stopped, Stm32f407gDisc),
        VMSTATE_BOOL(lse_stopped, Stm32f407gDisc),
        VMSTATE_END_OF_LIST()
    },
};

void configuration_init(Stm32f407gDisc *m)
{
    Configuration *c = g_new0(Configuration, 1);

    c->machine = m;
    vmstate_register_any(NULL, &configuration_vmstate, c);
    vmstate_register_any(NULL, &machine_vmstate, m);
}
