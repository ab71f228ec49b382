/*
 * OV7670 (OmniVision, data sheet 1.4): 640 x 480.
 *
 * Modelled: identification, reset, sleep (COM2), size (COM7, the window HSTART ... VREF, SCALING_DCWCTR), format
 * (COM7, COM15), byte order (TSLB, COM13, COM3), mirror and flip (MVFP), colour bars (SCALING_XSC and YSC, COM17),
 * clocks (CLKRC, DBLV, COM14), polarities (COM10), CCIR 656 (COM1).  The picture is always all of what the source
 * has, scaled: window and zoom do not cut it.  All others are kept.
 *
 * Bit 7 of CLKRC, reserved, is as sensors are measured: without it the clock is halved before it is divided.
 * Bit 3 of TSLB exchanges bytes with RGB, too, as programs that work need it.  unsure: with its value after reset
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bitops.h"
#include "stm32/board/camera/model.h"

enum {
    VREF = 0x03, COM1 = 0x04, COM2 = 0x09, PID = 0x0a, VER = 0x0b, COM3 = 0x0c, CLKRC = 0x11, COM7 = 0x12,
    COM10 = 0x15, HSTART = 0x17, HSTOP = 0x18, VSTART = 0x19, VSTOP = 0x1a, MIDH = 0x1c, MIDL = 0x1d, MVFP = 0x1e,
    HREF = 0x32, TSLB = 0x3a, COM13 = 0x3d, COM14 = 0x3e, COM15 = 0x40, COM17 = 0x42, DBLV = 0x6b, XSC = 0x70,
    YSC = 0x71, DCWCTR = 0x72,
};

#define LINE 784                /* pixels, with those that are blank */
#define LINES 510

static void reset(SensorRegs regs)
{
    static const uint8_t values[][2] = {
        { PID, 0x76 }, { VER, 0x73 }, { MIDH, 0x7f }, { MIDL, 0xa2 }, { COM2, 0x01 }, { CLKRC, 0x80 },
        { HSTART, 0x11 }, { HSTOP, 0x61 }, { HREF, 0x80 }, { VSTART, 0x03 }, { VSTOP, 0x7b }, { TSLB, 0x0d },
        { COM13, 0x88 }, { COM15, 0xc0 }, { DBLV, 0x0a }, { XSC, 0x3a }, { YSC, 0x35 }, { DCWCTR, 0x11 },
    };

    memset(regs, 0, sizeof(SensorRegs));
    for (unsigned i = 0; i < ARRAY_SIZE(values); i++) {
        regs[0][values[i][0]] = values[i][1];
    }
}

static bool may_write(unsigned bank, uint8_t n, uint8_t value, bool *reset)
{
    *reset = n == COM7 && value & 0x80;
    return n != PID && n != VER && n != MIDH && n != MIDL;
}

static unsigned window(unsigned start, unsigned stop, unsigned all, unsigned largest)
{
    unsigned size = (stop + all - start % all) % all;

    return size >= 16 && size <= largest ? size : largest;
}

static void set_size(const uint8_t *r, SensorMode *m)
{
    m->width = window(r[HSTART] << 3 | (r[HREF] & 7), r[HSTOP] << 3 | (r[HREF] >> 3 & 7), LINE, 640);
    m->height = window(r[VSTART] << 2 | (r[VREF] & 3), r[VSTOP] << 2 | (r[VREF] >> 2 & 3), LINES, 480);
    if (r[COM7] & 0x10) {
        m->width = 320;
        m->height = 240;
    } else if (r[COM7] & 0x08) {
        m->width = 176;
        m->height = 144;
    } else if (r[COM7] & 0x20) {
        m->width = 352;
        m->height = 288;
    } else if (r[COM3] & 0x04) {
        m->width >>= r[DCWCTR] & 3;
        m->height >>= r[DCWCTR] >> 4 & 3;
    }
}

static void set_pixels(const uint8_t *r, SensorMode *m)
{
    bool rgb = (r[COM7] & 5) == 4;

    m->pixels = r[COM7] & 1 ? PIXELS_BAYER
              : !rgb ? PIXELS_YUV422 : (r[COM15] & 0x30) == 0x30 ? PIXELS_RGB555 : PIXELS_RGB565;
    m->low_first = !(r[TSLB] & 0x08) != !(rgb && r[COM3] & 0x40);
    m->v_first = r[COM13] & 1;
}

static void mode(const SensorRegs regs, SensorMode *m)
{
    static const uint8_t pll[] = { 1, 4, 6, 8 };
    const uint8_t *r = regs[0];
    unsigned slower = r[COM14] & 0x10 ? 1 << MIN(r[COM14] & 7, 4) : 1;
    unsigned halved = r[CLKRC] & 0x80 ? 1 : 2;

    set_size(r, m);
    set_pixels(r, m);
    slower *= m->pixels == PIXELS_BAYER ? 2 : 1;
    m->multiply = pll[r[DBLV] >> 6];
    m->divide = (r[CLKRC] & 0x40 ? 1 : ((r[CLKRC] & 0x3f) + 1) * halved) * slower;
    m->frame_clocks = LINE * 2 * LINES / slower;
    m->all_lines = LINES;
    m->sensor_lines = 480;
    m->mirror = r[MVFP] & 0x20;
    m->flip = r[MVFP] & 0x10;
    m->bars = r[XSC] & 0x80 || r[YSC] & 0x80 || r[COM17] & 0x08 || r[COM7] & 0x02;
    m->falling = r[COM10] & 0x10;
    m->href_low = r[COM10] & 0x08;
    m->vsync_low = r[COM10] & 0x02;
    m->embedded = r[COM1] & 0x40;
    m->silent = r[COM2] & 0x10 ? "it sleeps (COM2, bit 4)" : NULL;
}

const SensorModel sensor_ov7670 = {
    .name = "ov7670", .address = 0x21, .reset = reset, .may_write = may_write, .mode = mode,
};
