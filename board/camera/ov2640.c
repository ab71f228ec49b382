/*
 * OV2640 (OmniVision, data sheet 1.6): 1600 x 1200, with a scaler and JPEG.  Two banks of registers: 0 the DSP, 1 the
 * sensor.
 *
 * Modelled: identification, reset, standby, resolution (COM7) and output size (OUTW, OUTH), format and byte order
 * (IMAGE_MODE), quality (QS), mirror and flip (REG04), colour bars (COM7), clocks (CLKRC, R_DVP_SP), polarities
 * (COM10).  The picture is always all of what the source has, scaled: window and zoom do not cut it.  All others are
 * kept.  unsure: the time of a frame, within some 10 %.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bitops.h"
#include "stm32/board/camera/model.h"

enum { DSP, SENSOR };
enum {                          /* of the DSP */
    R_BYPASS = 0x05, QS = 0x44, ZMOW = 0x5a, ZMOH = 0x5b, ZMHH = 0x5c, R_DVP_SP = 0xd3, IMAGE_MODE = 0xda,
    RESET = 0xe0,
};
enum {                          /* of the sensor */
    REG04 = 0x04, COM2 = 0x09, PIDH = 0x0a, PIDL = 0x0b, CLKRC = 0x11, COM7 = 0x12, COM10 = 0x15, MIDH = 0x1c,
    MIDL = 0x1d,
};

static void reset(SensorRegs regs)
{
    memset(regs, 0, sizeof(SensorRegs));
    regs[DSP][R_BYPASS] = 1;
    regs[DSP][QS] = 0x0c;
    regs[SENSOR][PIDH] = 0x26;
    regs[SENSOR][PIDL] = 0x42;
    regs[SENSOR][MIDH] = 0x7f;
    regs[SENSOR][MIDL] = 0xa2;
    regs[SENSOR][COM2] = 0x01;
}

static bool may_write(unsigned bank, uint8_t n, uint8_t value, bool *reset)
{
    *reset = bank == SENSOR && n == COM7 && value & 0x80;
    return !(bank == SENSOR && (n == PIDH || n == PIDL || n == MIDH || n == MIDL));
}

static void set_pixels(const uint8_t *dsp, SensorMode *m)
{
    uint8_t mode = dsp[IMAGE_MODE];

    m->low_first = mode & 1;
    m->pixels = mode & 0x10 ? PIXELS_JPEG
              : extract32(mode, 2, 2) == 0 ? PIXELS_YUV422
              : extract32(mode, 2, 2) == 2 ? PIXELS_RGB565 : PIXELS_BAYER;
    m->quality = MAX(5, 95 - (dsp[QS] & 63) * 3 / 2);
}

static void mode(const SensorRegs regs, SensorMode *m)
{
    static const struct {
        unsigned width, height, line, lines;    /* with those that are blank */
    } sizes[] = {
        [0] = { 1600, 1200, 1922, 1248 }, [2] = { 400, 296, 595, 336 }, [4] = { 800, 600, 1190, 672 },
    };
    const uint8_t *dsp = regs[DSP], *s = regs[SENSOR];
    unsigned size = s[COM7] >> 4 & 7, w, h, divide = MAX(1, dsp[R_DVP_SP] & 0x7f);
    bool raw;

    size = size == 2 || size == 4 ? size : 0;
    w = (dsp[ZMOW] | (dsp[ZMHH] & 3) << 8) * 4;
    h = (dsp[ZMOH] | (dsp[ZMHH] & 4) << 6) * 4;
    set_pixels(dsp, m);
    raw = dsp[R_BYPASS] & 1;
    m->pixels = raw ? PIXELS_BAYER : m->pixels;
    m->width = raw || !w ? sizes[size].width : MIN(w, 1600);
    m->height = raw || !h ? sizes[size].height : MIN(h, 1200);
    m->multiply = s[CLKRC] & 0x80 ? 4 : 2;
    m->divide = divide * ((s[CLKRC] & 0x3f) + 1) * (m->pixels == PIXELS_BAYER ? 2 : 1);
    m->frame_clocks = (uint64_t)sizes[size].line * sizes[size].lines * 2 / divide;
    m->all_lines = sizes[size].lines;
    m->sensor_lines = sizes[size].height;
    m->mirror = s[REG04] & 0x80;
    m->flip = s[REG04] & 0x40;
    m->bars = s[COM7] & 0x02;
    m->falling = s[COM10] & 0x10;
    m->href_low = s[COM10] & 0x08;
    m->vsync_low = !(s[COM10] & 0x02);  /* VSYNC is high while there is a frame */
    m->silent = s[COM2] & 0x10 ? "it is in standby (COM2, bit 4)"
              : dsp[RESET] & 0x04 ? "its output is held in reset (RESET 0xe0, bit 2)" : NULL;
}

const SensorModel sensor_ov2640 = {
    .name = "ov2640", .address = 0x30, .banks = true, .reset = reset, .may_write = may_write, .mode = mode,
};
