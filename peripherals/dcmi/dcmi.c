/*
 * Digital camera interface (RM0090 chapter 15): registers, lines and pins.
 *
 * Signals `pixclk hsync vsync d0 ... d13`.  Lines out: `irq`, `dma`.  The camera is plugged into its socket
 * (core/camera/camera.h), wherever its pins are.
 *
 * Deliberately different: a camera's frames come as lines, not from levels at the pins, which only show them; with one
 * PCKPOL changes nothing, but is checked.  Without one the pins count (sample.c).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "hw/qdev-clock.h"
#include "stm32/peripherals/dcmi/state.h"

static void dcmi_sync(Periph *p)
{
    dcmi_catch_up(DCMI(p));
}

static int64_t when(const Dcmi *s, uint64_t tick)
{
    return tick == DCMI_NEVER ? COUNTER_NEVER : counter_when(&s->socket.camera->ticks, tick);
}

static int64_t dcmi_holds(Periph *p)
{
    return when(DCMI(p), dcmi_changes(DCMI(p)));
}

/* It goes with each line, and FNE with each word. */
static int64_t sr_holds(Periph *p, unsigned n)
{
    return 0;
}

static void dcmi_update(Periph *p)
{
    Dcmi *s = DCMI(p);

    dcmi_draw(s);
    dcmi_sample(s);
    line_set(&s->irq, p->regs[R_RIS] & p->regs[R_IER]);
    line_set(&s->dma, s->fifo_count);
    lane_holder_set(&s->holder, s->phase == DCMI_FRAME);
    counter_arm(s->timer, when(s, dcmi_told(s)));
}

static void expired(void *opaque)
{
    dcmi_catch_up(opaque);
    periph_update(opaque);
}

static void clock_changes(void *opaque, ClockEvent event)
{
    Dcmi *s = opaque;
    bool on = clock_is_enabled(s->parent_obj.clk);

    if (event == ClockPreUpdate) {
        dcmi_catch_up(s);
        s->clocked = on;
    } else {
        if (on != s->clocked) {
            dcmi_restart(s);
        }
        periph_update(opaque);
    }
}

/* ---- The camera ---- */

static void camera_changes(void *opaque)
{
    dcmi_catch_up(opaque);
    dcmi_undraw(opaque);
}

static void camera_has_changed(void *opaque, bool anew)
{
    Dcmi *s = opaque;

    if (anew) {
        dcmi_restart(s);
    }
    dcmi_sample_no_more(s);
    s->line_known = false;
    dcmi_undraw(s);                     /* a snapshot has been loaded: nothing was said before */
    periph_update(opaque);
}

static const CameraSocketOps socket_ops = { camera_changes, camera_has_changed };

static CameraSocket *dcmi_socket(Object *owner)
{
    return &DCMI(owner)->socket;
}

/* ---- Registers ---- */

static void cr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    const uint32_t capture = R_CR_CAPTURE_MASK, enable = R_CR_ENABLE_MASK;
    Dcmi *s = DCMI(p);
    uint32_t cr = p->regs[R_CR];

    if (was & capture && cr & capture && (was ^ cr) & ~(capture | enable | R_CR_CROP_MASK)) {
        periph_mistake(p, DCMI022, "CR written 0x%04x while CAPTURE is 1: stop first, and wait until it "
                       "reads 0", cr);
    }
    if ((was ^ cr) & R_CR_EDM_MASK) {
        s->word = s->items = 0;
    }
    if (!(cr & enable)) {
        if (cr & capture && !(was & capture)) {
            periph_mistake(p, DCMI023, "CR.CAPTURE set without ENABLE: nothing is captured before that is "
                           "set too");
        }
        s->phase = DCMI_IDLE;
        s->stops = false;
        dcmi_fifo_clear(s);
        return;
    }
    if (!(was & enable)) {
        dcmi_restart(s);
    }
    if (cr & capture && (s->phase == DCMI_IDLE || !(was & enable))) {
        dcmi_begin(s);
        dcmi_sample_begins(s);
        dcmi_check(s);
    } else if (cr & capture) {
        s->stops = false;
    } else if (was & capture) {
        dcmi_end(s);
    }
}

static uint32_t sr_read(Periph *p, unsigned n)
{
    Dcmi *s = DCMI(p);

    return dcmi_levels(s) | (s->fifo_count ? R_SR_FNE_MASK : 0);
}

static uint32_t mis_read(Periph *p, unsigned n)
{
    return p->regs[R_RIS] & p->regs[R_IER];
}

static void icr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    p->regs[R_RIS] &= ~data;
}

static uint32_t dr_read(Periph *p, unsigned n)
{
    Dcmi *s = DCMI(p);

    return s->fifo_count ? s->fifo[s->fifo_first] : s->fifo_last;
}

static void dr_was_read(Periph *p, unsigned n, uint32_t value)
{
    Dcmi *s = DCMI(p);

    if (!s->fifo_count) {
        periph_mistake(p, DCMI024, "DR read while the FIFO is empty");
        return;
    }
    s->fifo_last = dcmi_fifo_pop(s);
    periph_update(p);
}

static const RegOps dcmi_ops[] = {
    [R_CR] = { .written = cr_written },
    [R_SR] = { .read = sr_read, .holds = sr_holds },
    [R_MIS] = { .read = mis_read },
    [R_ICR] = { .written = icr_written },
    [R_DR] = { .read = dr_read, .was_read = dr_was_read },
};

/* ---- The device ---- */

static void move(void *opaque)
{
    dcmi_catch_up(opaque);
    periph_update(opaque);
}

static void dcmi_init(Periph *p)
{
    static const char *const names[DCMI_LINES] = {
        "d0", "d1", "d2", "d3", "d4", "d5", "d6", "d7", "d8", "d9", "d10", "d11", "d12", "d13"
    };
    Dcmi *s = DCMI(p);

    s->socket = (CameraSocket) { .ops = &socket_ops, .opaque = s };
    s->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, expired, s);
    s->holder = (LaneHolder) { .move = move, .opaque = s };
    clock_set_callback(p->clk, clock_changes, s, ClockPreUpdate | ClockUpdate);
    lane_holder_add(&s->holder);
    periph_add_line(p, &s->irq, "irq");
    periph_add_line(p, &s->dma, "dma");
    periph_add_signal(p, &s->pixclk, "pixclk");
    periph_add_signal(p, &s->hsync, "hsync");
    periph_add_signal(p, &s->vsync, "vsync");
    for (unsigned i = 0; i < DCMI_LINES; i++) {
        periph_add_signal(p, &s->d[i], names[i]);
    }
    dcmi_draw_init(s);
    dcmi_sample_init(s);
}

static void dcmi_reset(Periph *p, bool power_on)
{
    Dcmi *s = DCMI(p);

    s->phase = DCMI_IDLE;
    s->stops = s->line_known = false;
    s->frames = s->fifo_last = 0;
    s->sampled = (DcmiSampled) { };
    dcmi_fifo_clear(s);
    dcmi_restart(s);
}

static bool dcmi_is_sane(void *opaque, int version_id)
{
    Dcmi *s = opaque;

    return s->phase <= DCMI_FRAME && s->items < 4 && s->fifo_first < DCMI_FIFO && s->fifo_count <= DCMI_FIFO;
}

static const VMStateDescription dcmi_vmstate = {
    .name = "stm32f4-dcmi", .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32(phase, Dcmi),
        VMSTATE_UINT64(done, Dcmi),
        VMSTATE_UINT32(frames, Dcmi),
        VMSTATE_BOOL(stops, Dcmi),
        VMSTATE_UINT32(word, Dcmi),
        VMSTATE_UINT32(items, Dcmi),
        VMSTATE_UINT32_ARRAY(fifo, Dcmi, DCMI_FIFO),
        VMSTATE_UINT32(fifo_first, Dcmi),
        VMSTATE_UINT32(fifo_count, Dcmi),
        VMSTATE_UINT32(fifo_last, Dcmi),
        VMSTATE_VALIDATE("the FIFO", dcmi_is_sane),
        VMSTATE_PERIPH(Dcmi),
        VMSTATE_END_OF_LIST()
    },
    .subsections = (const VMStateDescription * const []) { &dcmi_sampled_vmstate, NULL },
};

/* What a loop waits for that will never end. */
static const char *dcmi_never(Periph *p, unsigned n)
{
    return (n == R_SR || n == R_RIS || n == R_MIS) && !reg_get(DCMI(p), CR, ENABLE) ? "CR.ENABLE is 0, it is off" : NULL;
}

static const char *dcmi_idle(Periph *p, unsigned n)
{
    return (n == R_RIS || n == R_MIS) && !reg_get(DCMI(p), CR, CAPTURE) ? "CR.CAPTURE is 0: no picture is to be taken" : NULL;
}

static const PeriphInfo dcmi = {
    .chapter = "RM0090 15", .bus = BUS_AHB,
    REGS_AND_OPS(dcmi_ops),
    .vmsd = &dcmi_vmstate,
    .init = dcmi_init, .reset = dcmi_reset, .sync = dcmi_sync, .holds = dcmi_holds, .update = dcmi_update,
    .never = dcmi_never, .idle = dcmi_idle,
};

static void dcmi_class_init(ObjectClass *klass, void *data)
{
    CAMERA_SOCKET_OWNER_CLASS(klass)->socket = dcmi_socket;
}

static const TypeInfo dcmi_types[] = { {
    .name = "stm32f4-dcmi", .parent = TYPE_PERIPH, .instance_size = sizeof(Dcmi),
    .class_init = dcmi_class_init, .class_data = (void *)&dcmi,
    .interfaces = (InterfaceInfo[]) { { TYPE_CAMERA_SOCKET_OWNER }, { } },
} };
DEFINE_TYPES(dcmi_types)
