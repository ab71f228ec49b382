/*
 * A VCD file, see vcd.h.  A disk that is full, or the limit, is told once, and nothing more is written.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/cutils.h"
#include "qemu/error-report.h"
#include "stm32/board/logic/vcd.h"

static void vcd_end(Vcd *v)
{
    FILE *file = v->file;

    v->file = NULL;
    if (file) {
        fclose(file);
    }
}

static void vcd_failed(Vcd *v)
{
    if (v->file) {
        warn_report("file=%s: cannot write any more (%s); the logic analyser ends there", v->name, strerror(errno));
        vcd_end(v);
    }
}

/* A line of the file; the limit is looked at where a time begins, so that the file ends with a whole one. */
static void G_GNUC_PRINTF(2, 3) vcd_put(Vcd *v, const char *format, ...)
{
    va_list args;
    int n;

    if (!v->file) {
        return;
    }
    va_start(args, format);
    n = vfprintf(v->file, format, args);
    va_end(args);
    if (n < 0) {
        vcd_failed(v);
    } else {
        v->written += n;
    }
}

/* `!`, `"` ... `~`, and then two of them. */
static const char *vcd_id(unsigned i, char id[3])
{
    id[0] = '!' + i % 94;
    id[1] = i < 94 ? 0 : '!' + (i / 94 - 1) % 94;
    id[2] = 0;
    return id;
}

static void vcd_value(Vcd *v, VcdKind kind, unsigned i, int32_t value)
{
    char id[3], bits[17];

    switch (kind) {
    case VCD_LEVEL:
        vcd_put(v, "%c%s\n", "01zx"[value & 3], vcd_id(i, id));
        break;
    case VCD_VOLTAGE:           /* no %f: there are places where it has a comma */
        vcd_put(v, "r%s%u.%06u %s\n", value < 0 ? "-" : "", ABS(value) / 1000000, ABS(value) % 1000000, vcd_id(i, id));
        break;
    case VCD_NAME:
        vcd_put(v, "s%s %s\n", value ? g_quark_to_string(value) : "?", vcd_id(i, id));
        break;
    default:
        for (unsigned bit = 0; bit < 16; bit++) {
            bits[bit] = '0' + (value >> (15 - bit) & 1);
        }
        bits[16] = 0;
        vcd_put(v, "b%s %s\n", bits, vcd_id(i, id));
    }
}

/* From now on it is @ns. */
static void vcd_time(Vcd *v, int64_t ns)
{
    int64_t time = MAX(ns + v->offset, v->last);

    if (v->began && time == v->last) {
        return;
    }
    if (v->limit && v->written >= v->limit) {
        if (v->file) {
            warn_report("file=%s: has reached limit=%" PRIu64 " bytes; the logic analyser ends there", v->name,
                        v->limit);
            vcd_end(v);
        }
        return;
    }
    v->began = true;
    v->last = time;
    vcd_put(v, "#%" PRIu64 "\n", (uint64_t)time * v->per_ns);
}

void vcd_declare(Vcd *v, const VcdVariable *variable, unsigned n)
{
    static const char *const type[] = {
        [VCD_LEVEL] = "wire 1", [VCD_VOLTAGE] = "real 64", [VCD_NUMBER] = "reg 16", [VCD_NAME] = "string 1",
    };
    char id[3];

    vcd_put(v, "$comment virtual time of stm32f407g_disc $end\n$timescale 1 %s $end\n$scope module board $end\n",
            v->per_ns == 1 ? "ns" : "ps");
    for (unsigned i = 0; i < n; i++) {
        vcd_put(v, "$var %s %s %s $end\n", type[variable[i].kind], vcd_id(i, id), variable[i].name);
    }
    vcd_put(v, "$upscope $end\n$enddefinitions $end\n");
}

void vcd_all(Vcd *v, const VcdVariable *variable, const int32_t *value, unsigned n, int64_t ns)
{
    const char *what = v->began ? "dumpon" : "dumpvars";

    vcd_time(v, ns);
    vcd_put(v, "$%s\n", what);
    for (unsigned i = 0; i < n; i++) {
        vcd_value(v, variable[i].kind, i, value[i]);
    }
    vcd_put(v, "$end\n");
}

void vcd_none(Vcd *v, const VcdVariable *variable, unsigned n, int64_t ns)
{
    char id[3];

    vcd_time(v, ns);
    vcd_put(v, "$dumpoff\n");
    for (unsigned i = 0; i < n; i++) {
        if (variable[i].kind == VCD_LEVEL) {
            vcd_put(v, "x%s\n", vcd_id(i, id));
        } else if (variable[i].kind == VCD_NUMBER) {
            vcd_put(v, "bx %s\n", vcd_id(i, id));
        } else if (variable[i].kind == VCD_NAME) {
            vcd_value(v, VCD_NAME, i, 0);
        }
    }
    vcd_put(v, "$end\n");
}

void vcd_change(Vcd *v, VcdKind kind, unsigned i, int32_t value, int64_t ns)
{
    vcd_time(v, ns);
    vcd_value(v, kind, i, value);
}

void vcd_lasts(Vcd *v, int64_t ns)
{
    vcd_time(v, ns);
}

void vcd_time_is_back(Vcd *v, int64_t ns)
{
    v->offset = MAX(v->last - ns, 0) + 1;
    if (v->file) {              /* no $comment: sigrok does not read on behind one */
        info_report("file=%s: a snapshot was loaded: what comes now has times in the file that are %" PRId64
                    " ns later", v->name, v->offset);
    }
}

void vcd_flush(Vcd *v)
{
    if (v->file && (fflush(v->file) || ferror(v->file))) {
        vcd_failed(v);
    }
}
