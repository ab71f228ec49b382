/*
 * OV9655 (OmniVision): 1280 x 1024, the sensor of the base board's camera STM32F4DIS-CAM.
 *
 * Modelled: identification, reset, sleep (COM2), size (COM7, scaling 0x72), format (COM7, COM15), byte order (TSLB),
 * mirror and flip (MVFP), colour bars (COM3), clocks (CLKRC, DBLV, 0x73), polarities (COM10), CCIR 656 (COM1).  The
 * picture is always all of what the source has, scaled.  All others are kept.  There is no public data sheet of all
 * of it: unsure are byte order of RGB, and the time of a frame.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bitops.h"
#include "stm32/board/camera/model.h"

enum {
    COM1 = 0x04, COM2 = 0x09, PID = 0x0a, VER = 0x0b, COM3 = 0x0c, CLKRC = 0x11, COM7 = 0x12, COM10 = 0x15,
    MIDH = 0x1c, MIDL = 0x1d, MVFP = 0x1e, TSLB = 0x3a, COM15 = 0x40, DBLV = 0x6b, SCALE = 0x72, PCLK_DIVIDE = 0x73,
};

static void reset(SensorRegs regs)
{
    memset(regs, 0, sizeof(SensorRegs));
    regs[0][PID] = 0x96;
    regs[0][VER] = 0x57;
    regs[0][MIDH] = 0x7f;
    regs[0][MIDL] = 0xa2;
    regs[0][COM2] = 0x01;
    regs[0][COM15] = 0xc0;
    regs[0][DBLV] = 0x0a;
}

static bool may_write(unsigned bank, uint8_t n, uint8_t value, bool *reset)
{
    *reset = n == COM7 && value & 0x80;
    return n != PID && n != VER && n != MIDH && n != MIDL;
}

static void mode(const SensorRegs regs, SensorMode *m)
{
    static const uint8_t pll[] = { 1, 4, 6, 8 };
    const uint8_t *r = regs[0];
    unsigned format = r[COM7] & 3, order = r[TSLB] >> 2 & 3, slower;
    bool vga = (r[COM7] & 0x70) == 0x60;

    m->pixels = format < 2 ? PIXELS_BAYER
              : format == 2 ? PIXELS_YUV422 : (r[COM15] & 0x30) == 0x30 ? PIXELS_RGB555 : PIXELS_RGB565;
    m->low_first = order & 2;
    m->v_first = order == 1 || order == 2;
    m->width = (vga ? 640 : 1280) >> (r[SCALE] & 3);
    m->height = (vga ? 480 : 1024) >> (r[SCALE] >> 4 & 3);
    slower = (1 << (r[PCLK_DIVIDE] & 3)) * (m->pixels == PIXELS_BAYER ? 2 : 1);
    m->multiply = pll[r[DBLV] >> 6];
    m->divide = 2 * ((r[CLKRC] & 0x3f) + 1) * slower;
    m->all_lines = vga ? 500 : 1050;
    m->sensor_lines = vga ? 480 : 1024;
    m->frame_clocks = (uint64_t)(vga ? 800 : 1520) * 2 * m->all_lines / slower;
    m->mirror = r[MVFP] & 0x20;
    m->flip = r[MVFP] & 0x10;
    m->bars = r[COM3] & 0x80;
    m->falling = r[COM10] & 0x10;
    m->href_low = r[COM10] & 0x08;
    m->vsync_low = r[COM10] & 0x02;
    m->embedded = r[COM1] & 0x40;
    m->silent = r[COM2] & 0x10 ? "it sleeps (COM2, bit 4)" : NULL;
}

const SensorModel sensor_ov9655 = {
    .name = "ov9655", .address = 0x30, .reset = reset, .may_write = may_write, .mode = mode,
};
