/*
 * What happens to the accelerometer: what its properties say, or a file, a line "ms x y z" for each
 * moment; see accelerometer.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "stm32/board/accelerometer/accelerometer.h"

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

bool motion_read(Accelerometer *a, const char *file, Error **errp)
{
    g_autofree char *text = NULL;
    g_auto(GStrv) line = NULL;
    GError *error = NULL;

    if (!g_file_get_contents(file, &text, NULL, &error)) {
        error_setg(errp, "accelerometer: %s", error->message);
        g_error_free(error);
        return false;
    }
    a->script = g_array_new(false, false, sizeof(Moment));
    line = g_strsplit(text, "\n", 0);
    for (unsigned n = 0; line[n]; n++) {
        const char *s = g_strstrip(line[n]);
        Moment m;
        double ms;

        if (*s == '#' || !*s) {
            continue;
        }
        if (sscanf(s, "%lf %d %d %d", &ms, &m.mg[0], &m.mg[1], &m.mg[2]) != 4 || !(ms >= 0) ||
            ms > 1e12) {
            error_setg(errp, "accelerometer: line %u of '%s' is not \"ms x y z\": %s", n + 1, file,
                       s);
            return false;
        }
        m.ns = ms * 1e6;
        for (unsigned axis = 0; axis < N_AXES; axis++) {
            m.mg[axis] = CLAMP(m.mg[axis], -100000, 100000);
        }
        g_array_append_val(a->script, m);
    }
    return true;
}
