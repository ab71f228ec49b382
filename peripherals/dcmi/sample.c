/*
 * Without a camera: what others drive the pins to (RM0090 15.5.3, 15.5.4, 15.5.7), sampled with the edge of PIXCLK that
 * PCKPOL says.
 *
 * So an end of a line or frame is seen with the PIXCLK behind it.  An edge is an event, and each word goes by itself.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/dcmi/state.h"

#define CODE 0xff0000           /* and one byte more */

static bool level(const Signal *signal)
{
    Pin *pin = signal_pin(signal);

    return pin && pin_level(pin);
}

static uint16_t item(const Dcmi *s)
{
    uint16_t data = 0;

    for (unsigned i = 0; i < dcmi_bits(s); i++) {
        data |= level(&s->d[i]) << i;
    }
    return data;
}

/* ---- Frames and lines ---- */

static bool crops(const Dcmi *s)
{
    return reg_get(s, CR, CROP) && !reg_get(s, CR, JPEG);
}

static void start_frame(Dcmi *s)
{
    s->sampled.line = s->sampled.column = 0;
    if (s->phase == DCMI_WAITS) {
        dcmi_frame_begins(s);
    }
}

static void end_frame(Dcmi *s)
{
    dcmi_flag(s, RIS(VSYNC));
    if (s->phase == DCMI_FRAME) {
        dcmi_frame_ends(s);
    }
}

/* The last one of a window ends the frame. */
static void end_line(Dcmi *s)
{
    bool last = crops(s) && s->sampled.line == reg_get(s, CWSTRT, VST) + reg_get(s, CWSIZE, VLINE);

    dcmi_flag(s, RIS(LINE));
    if (!s->sampled.column) {
        return;
    }
    s->sampled.column = 0;
    s->sampled.line++;
    if (last && s->phase == DCMI_FRAME) {
        dcmi_frame_ends(s);
    }
}

static bool is_in_window(const Dcmi *s)
{
    uint32_t down = s->sampled.line - reg_get(s, CWSTRT, VST), right = s->sampled.column - reg_get(s, CWSTRT, HOFFCNT);

    return !crops(s) || (down <= reg_get(s, CWSIZE, VLINE) && right <= reg_get(s, CWSIZE, CAPCNT));
}

static void take(Dcmi *s)
{
    if (s->phase == DCMI_FRAME && is_in_window(s) && !dcmi_take(s, item(s))) {
        dcmi_overrun(s);
    }
    s->sampled.column++;
}

/* ---- HSYNC and VSYNC: they are active where there is no data ---- */

static void look_at_lines(Dcmi *s)
{
    DcmiSampled *was = &s->sampled;
    bool vsync = level(&s->vsync) == reg_get(s, CR, VSPOL), hsync = level(&s->hsync) == reg_get(s, CR, HSPOL);

    if (was->known && hsync && !was->hsync) {
        end_line(s);
    }
    if (was->known && vsync && !was->vsync) {
        end_frame(s);
    } else if (was->known && !vsync && was->vsync) {
        start_frame(s);
    }
    was->known = true;
    was->hsync = hsync;
    was->vsync = vsync;
    if (!hsync && !vsync) {
        take(s);
    }
}

/* ---- Embedded codes: FF 00 00 XY ---- */

/*
 * Between frames `vsync` is set, between lines `hsync`; `known`: a frame has ended.  Where frames begin as lines do, it is
 * the first line behind that.
 */
static void obey_code(Dcmi *s, uint8_t code)
{
    DcmiSampled *now = &s->sampled;

    if (dcmi_is_frame_end(s, code)) {
        if (!now->vsync) {
            end_line(s);
            end_frame(s);
        }
        now->known = now->vsync = now->hsync = true;
    } else if (now->vsync && dcmi_is_frame_start(s, code) && (now->known || reg_get(s, ESCR, FSC) != 0xff)) {
        now->vsync = now->hsync = false;
        start_frame(s);
    } else if (dcmi_is_line_start(s, code) || dcmi_is_line_end(s, code)) {
        bool ends = dcmi_is_line_end(s, code);

        if (!now->vsync && ends == now->hsync) {
            dcmi_flag(s, RIS(ERR));
        } else if (ends) {
            end_line(s);
        }
        now->hsync = ends;
    }
}

/* Neither FF nor 00 is data. */
static void look_at_code(Dcmi *s)
{
    DcmiSampled *now = &s->sampled;
    uint8_t byte = item(s);

    if (s->phase == DCMI_IDLE) {
        return;
    }
    now->code = now->code << 8 | byte;
    if (now->code >> 8 == CODE) {
        obey_code(s, byte);
    } else if (!now->vsync && !now->hsync && byte != 0xff && (now->code & 0xffff) != 0xff00 &&
               (now->code & 0xffffff) != CODE) {
        take(s);
    }
}

/* ---- PIXCLK ---- */

static void pixclk_changed(void *opaque, bool high)
{
    Dcmi *s = opaque;

    if (!dcmi_samples(s) || high != reg_get(s, CR, PCKPOL)) {
        return;
    }
    if (reg_get(s, CR, ESS)) {
        look_at_code(s);
    } else {
        look_at_lines(s);
    }
    periph_update(&s->parent_obj);
}

void dcmi_sample_begins(Dcmi *s)
{
    if (reg_get(s, CR, ESS)) {
        s->sampled = (DcmiSampled) { .vsync = true, .hsync = true };
    }
}

/* A clock that is a square wave is an event an edge: not while nobody wants to know. */
void dcmi_sample(Dcmi *s)
{
    signal_listen_to_waves(&s->pixclk, !s->socket.camera && dcmi_is_on(s) &&
                           (s->phase != DCMI_IDLE || s->parent_obj.regs[R_IER]));
    if (!dcmi_is_on(s)) {
        s->sampled.known = false;
    }
}

void dcmi_sample_init(Dcmi *s)
{
    s->pixclk.changed = pixclk_changed;
    s->pixclk.opaque = s;
}

void dcmi_sample_no_more(Dcmi *s)
{
    s->pixclk.changed = NULL;
}

static bool sampled_needed(void *opaque)
{
    return DCMI(opaque)->sampled.known || DCMI(opaque)->sampled.code;
}

const VMStateDescription dcmi_sampled_vmstate = {
    .name = "stm32f4-dcmi/sampled", .version_id = 1, .minimum_version_id = 1, .needed = sampled_needed,
    .fields = (const VMStateField[]) {
        VMSTATE_BOOL(sampled.known, Dcmi),
        VMSTATE_BOOL(sampled.vsync, Dcmi),
        VMSTATE_BOOL(sampled.hsync, Dcmi),
        VMSTATE_UINT32(sampled.line, Dcmi),
        VMSTATE_UINT32(sampled.column, Dcmi),
        VMSTATE_UINT32(sampled.code, Dcmi),
        VMSTATE_END_OF_LIST()
    },
};
