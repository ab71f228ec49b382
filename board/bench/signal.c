/*
 * A signal generator at a pin: a recording or a shape that is repeated.
 *
 *   -device stm32-signal,pin=pa1,file=voltages.txt,rate=48000
 *   -device stm32-signal,pin=pa1,file=speech.wav,low=500,high=2500
 *   -device stm32-signal,pin=pa1,shape=sine,frequency=1000,low=0,high=3000
 *
 * A text file has a voltage in mV in every line, the next one 1/`rate` s later; or two numbers, the
 * virtual time in ns and the voltage from then on, which is what stm32-recorder writes.  A WAV file of
 * 8 or 16 bits (the first channel) goes from `low` to `high` mV.  Lines that begin with # are comments.
 * `loop=off`: the last value stays.  `start`: the virtual time in ns at which it begins.
 *
 * It follows from virtual time alone, so it costs nothing until somebody looks, and has no state.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "qemu/units.h"
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "hw/qdev-properties.h"
#include <math.h>
#include "stm32/core/pins/pin.h"
#include "stm32/core/user_file.h"
#include "stm32/board/user_pin.h"

#define TYPE_SIGNAL_GENERATOR "stm32-signal"
OBJECT_DECLARE_SIMPLE_TYPE(SignalGenerator, SIGNAL_GENERATOR)

#define MAX_MV 5000
#define MAX_FILE (256 * MiB)
#define MAX_NS 1e18
#define NS 1000000000ll
#define SHAPE_STEPS 64      /* looks a period, for who wants edges */

typedef enum Shape { SHAPE_FILE, SHAPE_SINE, SHAPE_TRIANGLE, SHAPE_SQUARE } Shape;

struct SignalGenerator {
    DeviceState parent_obj;
    char *pin, *file, *shape_name;
    uint32_t rate, low, high;
    uint64_t start;
    double frequency;       /* of a shape, in Hz */
    bool loop;
    Shape shape;
    int32_t *uv;            /* of a file */
    int64_t *ns;            /* ... from these times on; NULL: at `rate` */
    size_t samples;
    int64_t length;         /* ns */
    AnalogSource source;
    PinDriver driver;
};

/* ---- What it is at a time ---- */

static size_t sample_at(const SignalGenerator *s, int64_t ns)
{
    size_t from = 0, to = s->samples;

    if (!s->ns) {
        return MIN((unsigned __int128)ns * s->rate / NS, s->samples - 1);
    }
    while (to - from > 1) {
        size_t middle = from + (to - from) / 2;

        if (s->ns[middle] <= ns) {
            from = middle;
        } else {
            to = middle;
        }
    }
    return from;
}

static int shape_uv(const SignalGenerator *s, int64_t ns)
{
    double phase = ns * s->frequency / NS, part;

    phase -= floor(phase);
    part = s->shape == SHAPE_SINE ? 0.5 + 0.5 * sin(2 * M_PI * phase)
         : s->shape == SHAPE_SQUARE ? phase < 0.5
         : phase < 0.5 ? 2 * phase : 2 - 2 * phase;
    return lrint((s->low + part * ((double)s->high - s->low)) * 1000);
}

static int uv_at(AnalogSource *source, int64_t now)
{
    SignalGenerator *s = container_of(source, SignalGenerator, source);
    int64_t ns = MAX(now - (int64_t)s->start, 0);

    if (s->shape != SHAPE_FILE) {
        return shape_uv(s, ns);
    }
    return s->uv[sample_at(s, s->loop ? ns % s->length : ns)];
}

/* ---- Files ---- */

/* A voltage, or a time and a voltage, and nothing else: how many numbers, 0 if it is anything else. */
static int parse_line(const char *line, double *ns, double *mv)
{
    int end = 0, n = 2;

    if (sscanf(line, "%lf%*[ ,;\t]%lf %n", ns, mv, &end) != 2) {
        n = sscanf(line, "%lf %n", mv, &end) == 1;
        *ns = 0;
    }
    return line[end] || !(*mv >= 0 && *mv <= MAX_MV) || !(*ns >= 0 && *ns <= MAX_NS) ? 0 : n;
}

static bool read_text(SignalGenerator *s, char *text, Error **errp)
{
    g_auto(GStrv) line = g_strsplit(text, "\n", 0);
    size_t lines = g_strv_length(line);

    s->uv = g_new(int32_t, lines);
    for (size_t i = 0; i < lines; i++) {
        const char *entry = g_strstrip(line[i]);
        double ns, mv;
        int n;

        if (!*entry || *entry == '#') {
            continue;
        }
        n = parse_line(entry, &ns, &mv);
        if (!n || (s->samples && ((n == 2) != (s->ns != NULL) ||
                                  (n == 2 && ns <= s->ns[s->samples - 1])))) {
            g_autofree char *shown = user_text(entry);

            error_setg(errp, "%s:%zu: '%s': every line has a voltage of 0 to %d mV, or a time in ns, "
                       "which grows, before it", s->file, i + 1, shown, MAX_MV);
            return false;
        }
        if (n == 2 && !s->ns) {
            s->ns = g_new(int64_t, lines);
        }
        if (n == 2) {
            s->ns[s->samples] = ns;
        }
        s->uv[s->samples++] = lrint(mv * 1000);
    }
    return true;
}

/* The part of a WAV file that begins with @name, its size in @size; NULL: there is none. */
static const uint8_t *wav_chunk(const uint8_t *data, size_t length, const char *name, size_t *size)
{
    for (size_t at = 12; at + 8 <= length; at += 8 + *size + *size % 2) {
        *size = MIN(ldl_le_p(data + at + 4), length - at - 8);
        if (!memcmp(data + at, name, 4)) {
            return data + at + 8;
        }
    }
    return NULL;
}

static bool read_wav(SignalGenerator *s, const uint8_t *data, size_t length, Error **errp)
{
    size_t format_size, size;
    const uint8_t *format = wav_chunk(data, length, "fmt ", &format_size);
    const uint8_t *sample = wav_chunk(data, length, "data", &size);
    unsigned bytes, step;

    if (!format || format_size < 16 || !sample || lduw_le_p(format) != 1 ||
        (lduw_le_p(format + 14) != 8 && lduw_le_p(format + 14) != 16) ||
        !lduw_le_p(format + 2) || !ldl_le_p(format + 4)) {
        error_setg(errp, "%s: only WAV files of 8 or 16 bits PCM can be played", s->file);
        return false;
    }
    bytes = lduw_le_p(format + 14) / 8;
    step = bytes * lduw_le_p(format + 2);
    s->rate = ldl_le_p(format + 4);
    s->samples = size / step;
    s->uv = g_new(int32_t, s->samples);
    for (size_t i = 0; i < s->samples; i++) {
        int value = bytes == 2 ? (int16_t)lduw_le_p(sample + i * step) + 0x8000
                               : sample[i * step] * 0x101;

        s->uv[i] = s->low * 1000 + (int64_t)value * ((int)s->high - (int)s->low) * 1000 / 0xffff;
    }
    return true;
}

static bool read_file(SignalGenerator *s, Error **errp)
{
    size_t length;
    g_autofree char *text = user_file_read("file", s->file, MAX_FILE, &length, errp);
    bool done;

    if (!text) {
        return false;
    }
    done = length > 12 && !memcmp(text, "RIFF", 4) ? read_wav(s, (uint8_t *)text, length, errp)
                                                   : read_text(s, text, errp);
    if (done && !s->samples) {
        error_setg(errp, "%s: there is no voltage in it", s->file);
        return false;
    }
    return done;
}

/* ---- The device ---- */

static bool choose_shape(SignalGenerator *s, Error **errp)
{
    static const char *const names[] = { "file", "sine", "triangle", "square" };

    for (unsigned i = 0; s->shape_name && i < ARRAY_SIZE(names); i++) {
        if (!strcmp(s->shape_name, names[i])) {
            s->shape = i;
        }
    }
    if ((s->shape == SHAPE_FILE) != !!s->file || (!s->file && !(s->frequency > 0)) || !s->rate ||
        s->frequency > 1e8 || s->low > MAX_MV || s->high > MAX_MV ||
        (s->file && s->shape_name) || s->start > INT64_MAX) {
        error_setg(errp, "a signal needs pin=pa1 and file=NAME (rate= in Hz), or shape= sine, "
                   "triangle or square with frequency= in Hz; low= and high= are 0 to %d mV", MAX_MV);
        return false;
    }
    return true;
}

static void set_times(SignalGenerator *s)
{
    if (s->shape != SHAPE_FILE) {
        s->source.step = MAX(NS / s->frequency / SHAPE_STEPS, 1);
    } else if (s->ns) {
        s->length = MAX(s->ns[s->samples - 1], 1);
        s->source.step = MAX(s->length / (int64_t)s->samples, 1);
    } else {
        s->length = MAX((unsigned __int128)s->samples * NS / s->rate, 1);
        s->source.step = MAX(NS / s->rate, 1);
    }
}

static void signal_generator_realize(DeviceState *dev, Error **errp)
{
    SignalGenerator *s = SIGNAL_GENERATOR(dev);
    Pin *pin = user_pin("pin", s->pin, errp);

    if (!pin || !choose_shape(s, errp) || (s->file && !read_file(s, errp))) {
        return;
    }
    set_times(s);
    s->source.uv = uv_at;
    pin_add_driver(pin, &s->driver, "signal");
    pin_drive(&s->driver, (Drive) { .kind = DRIVE_SOURCE, .source = &s->source });
}

static void get_frequency(Object *obj, Visitor *v, const char *name, void *opaque, Error **errp)
{
    visit_type_number(v, name, &SIGNAL_GENERATOR(obj)->frequency, errp);
}

static void set_frequency(Object *obj, Visitor *v, const char *name, void *opaque, Error **errp)
{
    if (DEVICE(obj)->realized) {
        error_setg(errp, "frequency= can't be changed while it runs");
        return;
    }
    visit_type_number(v, name, &SIGNAL_GENERATOR(obj)->frequency, errp);
}

static const Property signal_generator_properties[] = {
    DEFINE_PROP_STRING("pin", SignalGenerator, pin),
    DEFINE_PROP_STRING("file", SignalGenerator, file),
    DEFINE_PROP_STRING("shape", SignalGenerator, shape_name),
    DEFINE_PROP_UINT32("rate", SignalGenerator, rate, 48000),
    DEFINE_PROP_UINT32("low", SignalGenerator, low, 0),
    DEFINE_PROP_UINT32("high", SignalGenerator, high, PIN_VDD_MV),
    DEFINE_PROP_UINT64("start", SignalGenerator, start, 0),
    DEFINE_PROP_BOOL("loop", SignalGenerator, loop, true),
};

static void signal_generator_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);

    dc->desc = "voltages from a file, or a sine, at a pin";
    dc->realize = signal_generator_realize;
    dc->hotpluggable = false;
    device_class_set_props(dc, signal_generator_properties);
    object_class_property_add(klass, "frequency", "number", get_frequency, set_frequency, NULL, NULL);
    set_bit(DEVICE_CATEGORY_MISC, dc->categories);
}

static const TypeInfo signal_generator_types[] = { {
    .name = TYPE_SIGNAL_GENERATOR, .parent = TYPE_DEVICE, .instance_size = sizeof(SignalGenerator),
    .class_init = signal_generator_class_init,
} };
DEFINE_TYPES(signal_generator_types)
