/*
 * What happens to the accelerometer: what its properties say, or a file, a line "ms x y z" for each
 * moment; see model.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/units.h"
#include "qapi/error.h"
#include "stm32/board/accelerometer/model.h"
#include "stm32/core/user_file.h"

#define MAX_FILE (64 * MiB)
#define MAX_MS 1e12
#define MAX_MG 100000

typedef struct Moment {
    int64_t ns;
    int mg[N_AXES];
} Moment;

void motion_at(Accelerometer *a, int64_t ns, int *mg)
{
    memcpy(mg, a->mg, sizeof(a->mg));
    for (unsigned i = 0; a->script && i < a->script->len; i++) {
        const Moment *m = &g_array_index(a->script, Moment, i);

        if (m->ns > ns) {
            break;
        }
        memcpy(mg, m->mg, sizeof(m->mg));
    }
    for (unsigned axis = 0; axis < N_AXES; axis++) {
        mg[axis] += a->tap[axis];
        a->tap[axis] = 0;
    }
}

/* One moment, and nothing else in the line; times grow. */
static bool parse(const char *line, Moment *m)
{
    double ms;
    int end = 0;

    if (sscanf(line, "%lf %d %d %d %n", &ms, &m->mg[0], &m->mg[1], &m->mg[2], &end) != 4 ||
        line[end] || !(ms >= 0 && ms <= MAX_MS)) {
        return false;
    }
    m->ns = ms * 1e6;
    for (unsigned axis = 0; axis < N_AXES; axis++) {
        m->mg[axis] = CLAMP(m->mg[axis], -MAX_MG, MAX_MG);
    }
    return true;
}

bool motion_read(Accelerometer *a, const char *file, Error **errp)
{
    g_autofree char *text = user_file_read("motion", file, MAX_FILE, NULL, errp);
    g_auto(GStrv) line = NULL;
    int64_t last = -1;

    if (!text) {
        return false;
    }
    a->script = g_array_new(false, false, sizeof(Moment));
    line = g_strsplit(text, "\n", 0);
    for (unsigned n = 0; line[n]; n++) {
        const char *s = g_strstrip(line[n]);
        Moment m;

        if (*s == '#' || !*s) {
            continue;
        }
        if (!parse(s, &m) || m.ns <= last) {
            g_autofree char *shown = user_text(s);

            error_setg(errp, "motion=%s: line %u is not \"ms x y z\" with times that grow: %s", file,
                       n + 1, shown);
            return false;
        }
        last = m.ns;
        g_array_append_val(a->script, m);
    }
    return true;
}
