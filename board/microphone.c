/*
 * An MP45DT02: sound as pulse density, by a delta-sigma modulator of second order, a bit for a
 * period of the clock.  Its time is that of the bits, so it hears the same in every run, and
 * nothing while nobody clocks it.  A WAV file is heard over and over.
 *
 * Lines: CLK hears the frames of an I2S or SPI there, DOUT answers.
 *
 * Deliberately different: a clock that is not an I2S's or SPI's (a timer, a port's bit) gets no
 * bits; the sound holds still for the 16 bits of a frame, which is far above what can be heard.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include <math.h>
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "hw/qdev-core.h"
#include "migration/vmstate.h"
#include "stm32/board/microphone.h"
#include "stm32/board/wav_file.h"
#include "stm32/core/pins/frames.h"
#include "stm32/core/mistake/mistake.h"

OBJECT_DECLARE_SIMPLE_TYPE(Microphone, MICROPHONE)

#define ONE (1 << 24)           /* all bits are 1 */
#define LOUDEST (ONE / 10 * 9)  /* beyond this the loop would not follow */
#define MAX_HZ 100000

/* It works with 1 to 3.25 MHz: times of a bit, units of 2^-32 ns, and a per mille for rounding. */
#define LONGEST_BIT (1001ull << 32)
#define SHORTEST_BIT (307ull << 32)

struct Microphone {
    DeviceState parent_obj;
    Signal clk, dout;
    WavFile *wav;
    uint32_t frequency, amplitude;
    uint64_t phase;             /* of the tone, 2^-64 of its period */
    uint64_t at;                /* in the file, 2^-32 of a sample */
    int32_t error[2];           /* the modulator's integrators */
    bool second;                /* the half of a channel that was last */
    bool reported;              /* a clock that it does not work with */
};

/* ---- Sound ---- */

static uint64_t per_second(uint64_t hz, uint64_t time)
{
    return (unsigned __int128)hz * time / NANOSECONDS_PER_SECOND;
}

static int32_t tone(Microphone *m, uint64_t time)
{
    m->phase += ((unsigned __int128)m->frequency * time << 32) / NANOSECONDS_PER_SECOND;
    return m->amplitude && m->frequency
           ? lrint(sin(m->phase * 0x1p-63 * M_PI) * m->amplitude * (ONE / 100)) : 0;
}

static int32_t recorded(Microphone *m, uint64_t time)
{
    const WavFile *wav = m->wav;
    uint32_t first = m->at >> 32, second = (first + 1) % wav->samples;
    int64_t step = wav->sample[second] - wav->sample[first];
    int64_t sound = (step * (uint32_t)m->at >> 32) + wav->sample[first];

    m->at = (m->at + per_second(wav->rate, time)) % ((uint64_t)wav->samples << 32);
    return sound * (ONE / 32768);
}

/* What is heard for @time, units of 2^-32 ns. */
static int32_t sound(Microphone *m, uint64_t time)
{
    int32_t is = m->wav ? recorded(m, time) : tone(m, time);

    return CLAMP(is, -LOUDEST, LOUDEST);
}

/* The next @bits bits, each @bit long; the first of them uppermost. */
static uint32_t modulate(Microphone *m, unsigned bits, uint64_t bit)
{
    int32_t in = sound(m, bits * bit);
    uint32_t out = 0;

    for (unsigned i = 0; i < bits; i++) {
        int32_t back = m->error[1] >= 0 ? ONE : -ONE;

        out = out << 1 | (back > 0);
        m->error[0] += (in - back) / 2;
        m->error[1] += (m->error[0] - back) / 2;
    }
    return out;
}

/* ---- Lines ---- */

static void check_clock(Microphone *m, uint64_t bit)
{
    bool works = bit <= LONGEST_BIT && bit >= SHORTEST_BIT;

    if (!works && !m->reported) {
        guest_mistake(DEVICE(m)->canonical_path, MIC001, "clock of %u kHz: it works with 1 to 3.25 MHz",
                      (unsigned)((1000000ull << 32) / MAX(bit, 1)));
    }
    m->reported = !works;
}

/* 16 bits of a channel; of a channel of 32 that has only one word the others go by unheard. */
static void heard_i2s(Microphone *m, const I2sFrame *f)
{
    I2sFrame answer = *f;
    uint64_t bit = f->channel / f->channel_bits;

    check_clock(m, bit);
    if (f->channel_bits == 32 && !f->second && !m->second) {
        modulate(m, 16, bit);
    }
    m->second = f->second;
    answer.stage = I2S_DATA;
    answer.data = modulate(m, 16, bit);
    signal_send(&m->dout, &answer.frame);
}

static void heard(void *opaque, Signal *from, Frame *frame)
{
    Microphone *m = opaque;
    I2sFrame *i2s = (I2sFrame *)frame;
    SpiFrame *spi = (SpiFrame *)frame;

    if (frame->bus == FRAME_I2S && i2s->stage == I2S_SEND) {
        heard_i2s(m, i2s);
    } else if (frame->bus == FRAME_SPI && spi->in && signal_meets(spi->in, &m->dout)) {
        check_clock(m, spi->bit);
        spi->answer = modulate(m, spi->bits, spi->bit);
        spi->known = true;
    }
}

/* ---- The device ---- */

static void get_number(Object *obj, Visitor *v, const char *name, void *opaque, Error **errp)
{
    Microphone *m = MICROPHONE(obj);

    visit_type_uint32(v, name, opaque ? &m->amplitude : &m->frequency, errp);
}

static void set_number(Object *obj, Visitor *v, const char *name, void *opaque, Error **errp)
{
    Microphone *m = MICROPHONE(obj);
    uint32_t value, most = opaque ? 100 : MAX_HZ;

    if (!visit_type_uint32(v, name, &value, errp)) {
        return;
    }
    if (value > most) {
        error_setg(errp, "%s=%u: it is 0 to %u", name, value, most);
        return;
    }
    *(opaque ? &m->amplitude : &m->frequency) = value;
}

void microphone_new(Object *parent, const char *name, Pin *clk, Pin *dout, const char *file,
                    Error **errp)
{
    Microphone *m = MICROPHONE(object_new(TYPE_MICROPHONE));

    object_property_add_child(parent, name, OBJECT(m));
    signal_init(&m->clk, "microphone CLK");
    signal_init(&m->dout, "microphone DOUT");
    m->clk.heard = heard;
    m->clk.opaque = m;
    signal_solder(&m->clk, clk);
    signal_solder(&m->dout, dout);
    if (file) {
        m->wav = wav_file_read("microphone", file, errp);
    }
    qdev_realize_and_unref(DEVICE(m), NULL, &error_fatal);
}

/* A snapshot may come with another file. */
static int microphone_post_load(void *opaque, int version_id)
{
    Microphone *m = opaque;

    if (m->wav && m->at >= (uint64_t)m->wav->samples << 32) {
        m->at = 0;
    }
    m->error[0] = CLAMP(m->error[0], -4 * ONE, 4 * ONE);
    m->error[1] = CLAMP(m->error[1], -4 * ONE, 4 * ONE);
    return m->frequency > MAX_HZ || m->amplitude > 100 ? -EINVAL : 0;
}

static const VMStateDescription microphone_vmstate = {
    .name = TYPE_MICROPHONE, .version_id = 1, .minimum_version_id = 1,
    .post_load = microphone_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32(frequency, Microphone),
        VMSTATE_UINT32(amplitude, Microphone),
        VMSTATE_UINT64(phase, Microphone),
        VMSTATE_UINT64(at, Microphone),
        VMSTATE_INT32_ARRAY(error, Microphone, 2),
        VMSTATE_BOOL(second, Microphone),
        VMSTATE_END_OF_LIST()
    },
};

static void microphone_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);

    dc->vmsd = &microphone_vmstate;
    dc->user_creatable = false;     /* it is soldered on */
    object_class_property_add(klass, "frequency", "uint32", get_number, set_number, NULL, NULL);
    object_class_property_set_description(klass, "frequency", "of the tone that it hears, Hz");
    object_class_property_add(klass, "amplitude", "uint32", get_number, set_number, NULL,
                              (void *)1);
    object_class_property_set_description(klass, "amplitude", "of that tone, percent");
}

static const TypeInfo microphone_types[] = { {
    .name = TYPE_MICROPHONE, .parent = TYPE_DEVICE, .instance_size = sizeof(Microphone),
    .class_init = microphone_class_init,
} };
DEFINE_TYPES(microphone_types)
