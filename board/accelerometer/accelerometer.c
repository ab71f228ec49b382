/*
 * What the accelerometers share, see accelerometer.h: SPI, time, the world's acceleration.
 *
 * On SPI the first byte says what is to be done, bit 7: read; the others are data.  CS ends an access.
 * The master is a controller, or made of GPIOs: modes 0 and 3.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "migration/vmstate.h"
#include "stm32/board/accelerometer/accelerometer.h"
#include "stm32/board/accelerometer/model.h"
#include "stm32/core/counter.h"

#define TAP_MG 4000
#define MAX_SPC_HZ 10000000      /* both datasheets, 2.3.1 */
#define MAX_BEHIND 1024         /* samples: of a longer time nobody has looked only the last matter */

static const AccModel *const models[] = { &lis3dsh, &lis302dl };

static int64_t now_ns(void)
{
    return qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
}

/* ---- Time ---- */

/* Take the samples that are due. */
static void catch_up(Accelerometer *a)
{
    int64_t period = a->model->period(a), now = now_ns();

    if (!period) {
        a->sample_at = 0;
        return;
    }
    if (!a->sample_at) {
        a->sample_at = now + period;
    }
    if ((now - a->sample_at) / period > MAX_BEHIND) {
        a->sample_at += ((now - a->sample_at) / period - MAX_BEHIND) * period;
    }
    for (; a->sample_at <= now; a->sample_at += period) {
        int mg[N_AXES];

        motion_at(a, a->sample_at, mg);
        a->model->sample(a, mg);
    }
}

/* After a change: outputs, and when to look again. */
static void update(Accelerometer *a)
{
    a->model->update(a);
    counter_arm(a->timer, a->sample_at && a->model->interrupts(a) ? a->sample_at : COUNTER_NEVER);
}

static void expired(void *opaque)
{
    catch_up(opaque);
    update(opaque);
}

/* ---- SPI ---- */

/* A byte goes in, a byte comes out. */
static uint8_t transfer(Accelerometer *a, uint8_t in)
{
    uint8_t out = 0;

    if (!a->bytes++) {
        a->first = in;
        a->reading = in & 0x80;
        a->address = in & a->model->address_mask;
        return 0;
    }
    catch_up(a);
    if (a->reading) {
        out = a->model->read(a, a->address);
    } else {
        int64_t was = a->model->period(a);

        a->model->write(a, a->address, in);
        if (a->model->period(a) != was) {
            a->sample_at = 0;               /* a new rate begins now */
            catch_up(a);
        }
    }
    a->address = a->model->next(a, a->first, a->address) % ACC_REGS;
    update(a);
    return out;
}

/* SDO is driven while registers are read. */
static void drive_sdo(Accelerometer *a)
{
    bool reads = a->selected && a->bytes > 1 && a->reading;

    pin_drive(&a->sdo_driver, reads ? DRIVE_OF(&a->picture) : DRIVE(NONE));
}

static void heard(void *opaque, Signal *from, Frame *frame)
{
    Accelerometer *a = opaque;
    SpiFrame *f = (SpiFrame *)frame;
    uint32_t in = 0, out = 0;

    if (frame->bus != FRAME_SPI || !a->selected) {
        frame_pass_run(frame, a->selected ? FRAME_SPI : FRAME_RUN);
        return;
    }
    a->bits.count = 0;
    spi_care_mode(a->path, f->cpol, f->cpha);
    spi_care_speed(a->path, f->bit, MAX_SPC_HZ);
    a->sampled = spi_sampled_at(f->start, f->bit, f->bits);
    if (f->out && signal_meets(f->out, &a->sdi)) {
        in = f->data;
    }
    for (int shift = f->bits - 8; shift >= 0; shift -= 8) {
        out = out << 8 | transfer(a, in >> shift);
    }
    if (f->in && signal_meets(f->in, &a->sdo)) {
        f->answer = out;
        f->known = f->drawn = true;
    }
    pin_show(&a->sdo_driver, &a->picture,
             picture_bits(f->start, f->bit, revbit32(out) >> (32 - f->bits), f->bits, out & 1));
    drive_sdo(a);
}

/* ---- SPI, bit by bit ---- */

/* A byte that is read has to be there before the master says by its first edge that it wants it. */
static void fetch(Accelerometer *a)
{
    a->bits.out = 0;
    if (a->bytes && a->reading) {
        catch_up(a);                        /* samples stay */
        *a->before = *a;
        a->bits.out = transfer(a, 0);
        a->fetched = true;
    }
}

/* It did not: as if it had never been read. */
static void give_back(Accelerometer *a)
{
    if (a->fetched) {
        memcpy(a->reg, a->before->reg, sizeof(a->reg));
        memcpy(a->state, a->before->state, sizeof(a->state));
        a->fifo_first = a->before->fifo_first;
        a->fifo_count = a->before->fifo_count;
        a->fetched = false;
    }
}

/* In mode 0 and mode 3 SCK's falling edge shifts, and its rising edge samples. */
static void sck_changed(void *opaque, bool level)
{
    Accelerometer *a = opaque;
    bool read;

    if (!spi_bits_is_edge(a->sck_pin)) {
        return;
    }
    if (!level) {
        if (!a->bits.count) {
            fetch(a);
        }
        pin_show(&a->sdo_driver, &a->picture, picture_rest(spi_bits_out(&a->bits)));
        drive_sdo(a);
        return;
    }
    a->fetched = false;
    read = a->bytes > 1 && a->reading;
    if (spi_bits_sample(&a->bits, pin_plain_level(a->sdi_pin)) && !read) {
        transfer(a, a->bits.in);
    }
}

/* SCK matters only between CS's edges. */
static void cs_changed(void *opaque, bool level)
{
    Accelerometer *a = opaque;

    give_back(a);
    if (level && a->selected) {
        spi_care_deselected(a->path, a->cs.pin, a->sampled);
    }
    a->selected = !level;
    a->sampled = 0;
    a->bytes = 0;
    a->bits = (SpiBits) { .width = 8 };
    pin_listen(&a->sck_level, level ? NULL : a->sck_pin);
    drive_sdo(a);
    update(a);
}

/* ---- QOM ---- */

static void get_axis(Object *obj, Visitor *v, const char *name, void *opaque, Error **errp)
{
    int64_t mg = ACCELEROMETER(obj)->mg[(uintptr_t)opaque];

    visit_type_int(v, name, &mg, errp);
}

static void set_axis(Object *obj, Visitor *v, const char *name, void *opaque, Error **errp)
{
    Accelerometer *a = ACCELEROMETER(obj);
    int64_t mg;

    if (!visit_type_int(v, name, &mg, errp)) {
        return;
    }
    if (mg < -100000 || mg > 100000) {
        error_setg(errp, "%" PRId64 " mg: -100000 to 100000 will do", mg);
        return;
    }
    catch_up(a);                            /* what has been up to now was as before */
    a->mg[(uintptr_t)opaque] = mg;
    update(a);
}

static void get_temperature(Object *obj, Visitor *v, const char *name, void *opaque,
                            Error **errp)
{
    int64_t celsius = ACCELEROMETER(obj)->celsius;

    visit_type_int(v, name, &celsius, errp);
}

static void set_temperature(Object *obj, Visitor *v, const char *name, void *opaque,
                            Error **errp)
{
    int64_t celsius;

    if (!visit_type_int(v, name, &celsius, errp)) {
        return;
    }
    if (celsius < -40 || celsius > 85) {
        error_setg(errp, "%" PRId64 " degrees: it works from -40 to 85", celsius);
        return;
    }
    ACCELEROMETER(obj)->celsius = celsius;
}

static char *get_model(Object *obj, Error **errp)
{
    return g_strdup(ACCELEROMETER(obj)->model->name);
}

static char *get_tap(Object *obj, Error **errp)
{
    return g_strdup("");
}

static void set_tap(Object *obj, const char *value, Error **errp)
{
    Accelerometer *a = ACCELEROMETER(obj);
    int sign = *value == '-' ? -1 : 1;
    const char *axis = value + (sign < 0);

    if (*axis < 'x' || *axis > 'z' || axis[1]) {
        error_setg(errp, "a tap is at 'x', 'y', 'z', '-x', '-y' or '-z', not '%s'", value);
        return;
    }
    catch_up(a);
    a->tap[*axis - 'x'] = sign * TAP_MG;
}

static int post_load(void *opaque, int version_id)
{
    Accelerometer *a = opaque;

    if (a->fifo_first >= ACC_FIFO || a->fifo_count > ACC_FIFO || a->address >= ACC_REGS) {
        return -EINVAL;
    }
    a->fetched = false;
    update(a);
    pin_listen(&a->sck_level, a->selected ? a->sck_pin : NULL);
    drive_sdo(a);
    return 0;
}

static const VMStateDescription vmstate_accelerometer = {
    .name = TYPE_ACCELEROMETER, .version_id = 1, .minimum_version_id = 1,
    .post_load = post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_INT32_ARRAY(mg, Accelerometer, N_AXES),
        VMSTATE_INT32_ARRAY(tap, Accelerometer, N_AXES),
        VMSTATE_INT32(celsius, Accelerometer),
        VMSTATE_UINT8_ARRAY(reg, Accelerometer, ACC_REGS),
        VMSTATE_BOOL(selected, Accelerometer),
        VMSTATE_SPI_BITS(bits, Accelerometer),
        VMSTATE_PICTURE(picture, Accelerometer),
        VMSTATE_BOOL(reading, Accelerometer),
        VMSTATE_UINT8(first, Accelerometer),
        VMSTATE_UINT32(bytes, Accelerometer),
        VMSTATE_UINT32(address, Accelerometer),
        VMSTATE_INT64(sample_at, Accelerometer),
        VMSTATE_INT16_ARRAY(out, Accelerometer, N_AXES),
        VMSTATE_INT16_ARRAY(fifo, Accelerometer, ACC_FIFO * N_AXES),
        VMSTATE_UINT32(fifo_first, Accelerometer),
        VMSTATE_UINT32(fifo_count, Accelerometer),
        VMSTATE_INT64_ARRAY(state, Accelerometer, ACC_STATE),
        VMSTATE_END_OF_LIST()
    },
};

bool accelerometer_is_model(const char *model)
{
    for (unsigned i = 0; i < ARRAY_SIZE(models); i++) {
        if (!strcmp(model, models[i]->name)) {
            return true;
        }
    }
    return false;
}

static void solder(Accelerometer *a, const AccPins *pins)
{
    signal_init(&a->sck, "sck");
    signal_init(&a->sdi, "sdi");
    signal_init(&a->sdo, "sdo");
    a->sck.heard = heard;
    a->sck.opaque = a->cs.opaque = a;
    signal_solder(&a->sck, pins->sck);
    signal_solder(&a->sdi, pins->sdi);
    signal_solder(&a->sdo, pins->sdo);
    a->sck_pin = pins->sck;
    a->sdi_pin = pins->sdi;
    a->sck_level.changed = sck_changed;
    a->sck_level.opaque = a;
    pin_add_driver(pins->sdo, &a->sdo_driver, "accelerometer SDO");
    a->picture = picture_rest(false);
    a->bits.width = 8;
    a->before = g_new0(Accelerometer, 1);
    a->cs.changed = cs_changed;
    pin_listen(&a->cs, pins->cs);
    pin_add_driver(pins->int1, &a->int1, "accelerometer INT1");
    pin_add_driver(pins->int2, &a->int2, "accelerometer INT2");
}

bool accelerometer_new(Object *parent, const char *name, const char *model, const AccPins *pins,
                       const char *file, Error **errp)
{
    Accelerometer *a = ACCELEROMETER(object_new(TYPE_ACCELEROMETER));

    for (unsigned i = 0; i < ARRAY_SIZE(models); i++) {
        if (!strcmp(model, models[i]->name)) {
            a->model = models[i];
        }
    }
    a->mg[AXIS_Z] = 1000;
    a->celsius = 25;
    a->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, expired, a);
    object_property_add_child(parent, name, OBJECT(a));
    a->path = object_get_canonical_path(OBJECT(a));
    object_unref(OBJECT(a));
    if (file && !motion_read(a, file, errp)) {
        return false;
    }
    a->model->reset(a);
    solder(a, pins);
    update(a);
    vmstate_register_any(NULL, &vmstate_accelerometer, a);
    return true;
}

static void accelerometer_class_init(ObjectClass *klass, void *data)
{
    static const char *const axes[] = { "x", "y", "z" };

    for (uintptr_t axis = 0; axis < N_AXES; axis++) {
        object_class_property_add(klass, axes[axis], "int", get_axis, set_axis, NULL,
                                  (void *)axis);
    }
    object_class_property_add(klass, "temperature", "int", get_temperature, set_temperature, NULL,
                              NULL);
    object_class_property_add_str(klass, "tap", get_tap, set_tap);
    object_class_property_add_str(klass, "model", get_model, NULL);
}

static const TypeInfo accelerometer_types[] = { {
    .name = TYPE_ACCELEROMETER, .parent = TYPE_OBJECT, .instance_size = sizeof(Accelerometer),
    .class_init = accelerometer_class_init,
} };
DEFINE_TYPES(accelerometer_types)
