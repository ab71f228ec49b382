/*
 * Mistakes in using the camera interface: looked for when CAPTURE is set.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/dcmi/state.h"

static void check_pins(Dcmi *s)
{
    Periph *p = &s->parent_obj;
    bool hardware = !reg_get(s, CR, ESS);

    if (!signal_is_routed(&s->pixclk)) {
        periph_mistake(p, DCMI002, "CAPTURE set, but DCMI_PIXCLK is at no pin");
    }
    if (hardware && !signal_is_routed(&s->hsync)) {
        periph_mistake(p, DCMI003, "CAPTURE set, but DCMI_HSYNC is at no pin");
    }
    if (hardware && !signal_is_routed(&s->vsync)) {
        periph_mistake(p, DCMI004, "CAPTURE set, but DCMI_VSYNC is at no pin");
    }
    for (unsigned i = 0; i < dcmi_bits(s); i++) {
        if (!signal_is_routed(&s->d[i])) {
            periph_mistake(p, DCMI005, "CAPTURE set, but DCMI_D%u is at no pin: its bit reads 0", i);
            break;
        }
    }
}

static void check_polarity(Dcmi *s, const CameraFormat *f)
{
    Periph *p = &s->parent_obj;

    if (f->embedded != reg_get(s, CR, ESS)) {
        periph_mistake(p, DCMI006, "CR.ESS is %d, and the camera sends %s: no frame is seen", !f->embedded,
                       f->embedded ? "embedded codes" : "HSYNC and VSYNC");
        return;
    }
    if (!f->embedded && reg_get(s, CR, VSPOL) == f->vsync_low) {
        periph_mistake(p, DCMI007, "CR.VSPOL is %d, but the camera's VSYNC is %s between frames: frames are "
                       "empty; set it to %d", f->vsync_low, f->vsync_low ? "low" : "high", !f->vsync_low);
    }
    if (!f->embedded && reg_get(s, CR, HSPOL) != f->href_low) {
        periph_mistake(p, DCMI008, "CR.HSPOL is %d, but the camera's HSYNC is %s between lines: what is "
                       "taken is no data; set it to %d", !f->href_low, f->href_low ? "high" : "low",
                       f->href_low);
    }
    if (reg_get(s, CR, PCKPOL) == f->falling) {
        periph_mistake(p, DCMI009, "CR.PCKPOL is %d, but the camera's data changes with that edge of "
                       "PIXCLK: set it to %d", f->falling, !f->falling);
    }
}

static void check_codes(Dcmi *s)
{
    DcmiShape shape;

    if (reg_get(s, CR, ESS) && dcmi_shape(s, &shape)) {
        if (shape.start == DCMI_NEVER) {
            periph_mistake(&s->parent_obj, DCMI010, "CAPTURE set with codes in ESCR, by ESUR, of which the "
                           "camera sends none that begins a frame");
        } else if (shape.finish == DCMI_NEVER) {
            periph_mistake(&s->parent_obj, DCMI011, "CAPTURE set with codes in ESCR, by ESUR, of which the "
                           "camera sends none that ends a frame");
        }
        if (reg_get(s, CR, EDM)) {
            periph_mistake(&s->parent_obj, DCMI012, "CR.ESS with more than 8 bits: codes are bytes");
        }
    }
}

static void check_data(Dcmi *s, const Camera *c)
{
    Periph *p = &s->parent_obj;
    uint64_t pixclk = clock_get(c->pixclk), hclk = clock_get(p->clk);

    if (dcmi_bits(s) > c->format.width) {
        periph_mistake(p, DCMI013, "CR.EDM takes %u bits, the camera has %u data lines", dcmi_bits(s),
                       c->format.width);
    }
    if (c->format.jpeg && !reg_get(s, CR, JPEG)) {
        periph_mistake(p, DCMI014, "CR.JPEG is 0, and the camera sends JPEG: the end of a picture that is "
                       "no whole word is lost");
    } else if (!c->format.jpeg && reg_get(s, CR, JPEG)) {
        periph_mistake(p, DCMI015, "CR.JPEG is 1, and the camera does not send JPEG");
    }
    if (reg_get(s, CR, JPEG) && reg_get(s, CR, CROP)) {
        periph_mistake(p, DCMI016, "CR.CROP does nothing with JPEG");
    }
    if (pixclk * 2 < hclk * 5) {
        periph_mistake(p, DCMI017, "PIXCLK is faster than HCLK / 2.5: data is lost on silicon");
    }
}

/* Words of a frame. */
static uint64_t words_of_frame(Dcmi *s)
{
    DcmiShape shape;

    return dcmi_shape(s, &shape) ? (uint64_t)shape.items * shape.lines / dcmi_items_of_word(s) : 0;
}

static void check_dma(Dcmi *s)
{
    const LaneNeed need = { &s->parent_obj, R_DR, false, .bunch = true };
    uint64_t words = words_of_frame(s);
    LaneOffer offer = { };

    lane_offer(&s->dma, &need, &offer);
    if (!offer.lane) {
        periph_mistake(&s->parent_obj, DCMI018, "CAPTURE set, and no stream of the DMA is enabled for it");
    } else if (words && offer.left && !offer.circular && !reg_get(s, CR, JPEG) && reg_get(s, CR, CM) &&
               offer.left != words) {
        periph_mistake(&s->parent_obj, DCMI019, "the DMA is set for %u words, a frame of the camera has %"
                       PRIu64 " of them%s", offer.left, words,
                       words > 65535 ? ": more than NDTR holds, take two buffers (DBM), or CROP" : "");
    }
}

/* Somebody else drives PIXCLK, more than a pull resistor. */
static bool is_driven(const Dcmi *s)
{
    DriveKind kind = signal_state(&s->pixclk).kind;

    return kind != DRIVE_NONE && kind != DRIVE_PULL_UP && kind != DRIVE_PULL_DOWN;
}

void dcmi_check(Dcmi *s)
{
    Camera *c = s->socket.camera;

    check_pins(s);
    if (!c && !is_driven(s)) {
        periph_mistake(&s->parent_obj, DCMI020, "CAPTURE set, but there is no camera");
    } else if (c && !camera_sends(c)) {
        periph_mistake(&s->parent_obj, DCMI021, "CAPTURE set, but the camera sends nothing: %s",
                       c->silent ?: "it has no clock");
    } else if (c) {
        check_polarity(s, &c->format);
        check_codes(s);
        check_data(s, c);
    }
    check_dma(s);
}
