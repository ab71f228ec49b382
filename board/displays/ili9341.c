/*
 * ILI9341: its commands (its datasheet, chapter 8), whatever the bus is.
 *
 * Modelled is what programs see: the window, orientations, scrolling, partial and idle mode, inversion, sleep,
 * what can be read, the tearing line.  Powers, gamma and timing of the glass (B0h and up) are taken and do nothing.
 *
 * unsure: that RDDID has zeros, as modules have that nobody programmed
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "hw/qdev-clock.h"
#include "stm32/core/mistake/mistake.h"
#include "stm32/board/displays/ili9341.h"
#include "stm32/board/user_pin.h"

enum {
    NOP = 0x00, SWRESET = 0x01, RDDID = 0x04, RDDST = 0x09, RDDPM, RDDMADCTL, RDDCOLMOD, RDDIM, RDDSM, RDDSDR,
    SLPIN = 0x10, SLPOUT, PTLON, NORON, INVOFF = 0x20, INVON, GAMSET = 0x26, DISPOFF = 0x28, DISPON, CASET, PASET,
    RAMWR, RGBSET, RAMRD, PTLAR = 0x30, VSCRDEF = 0x33, TEOFF, TEON, MADCTL, VSCRSADD, IDMOFF, IDMON, COLMOD,
    RAMWRC = 0x3c, RAMRDC = 0x3e, STE = 0x44, GSCAN, WRDISBV = 0x51, RDDISBV, WRCTRLD, RDCTRLD, WRCABC, RDCABC,
    WRCABCMB = 0x5e, RDCABCMB, FIRST_EXTENDED = 0xb0, FRMCTR1, RDID1 = 0xda, RDID2, RDID3, RDID4 = 0xd3, DFUNCTR = 0xb6,
    READ_INDEX = 0xd9, IFCTL = 0xf6,
};

#define SETTLE_NS 5000000       /* SWRESET and SLPOUT take 5 ms */
#define OSC_HZ 615000
#define FRAME_LINES 324         /* with the 2 before and the 2 behind */

static unsigned clocks_of_line(const Ili9341 *d)
{
    return MAX(d->frame_rate & 0x1f, 16);
}

/* TE is high while no line is refreshed. */
static void drive_te(Ili9341 *d)
{
    uint64_t line = clock_get(d->osc) * clocks_of_line(d);

    if (!d->te.pin) {
        return;
    }
    pin_drive(&d->te, d->te_on && d->awake
              ? (Drive) { .kind = DRIVE_WAVE, .period = FRAME_LINES * line,
                          .high = (FRAME_LINES - ILI9341_ROWS) * line }
              : DRIVE(LOW));
}

static void settle(Ili9341 *d)
{
    d->busy_until = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) + SETTLE_NS;
}

/* What both resets do: the memory stays. */
static void reset(Ili9341 *d)
{
    d->command = NOP;
    d->n = 0;
    d->madctl = d->brightness = d->control = d->cabc = d->te_mode = d->index = 0;
    d->colmod = 0x66;
    d->gamma = 1;
    d->frame_rate = 0x1b;
    d->scan = 0x82;
    d->interface[0] = 1;
    d->interface[1] = d->interface[2] = 0;
    d->te_line = 0;
    d->awake = d->on = d->inverted = d->idle = d->partial = d->scrolls = d->te_on = d->full = false;
    d->first_column = d->first_page = d->column = d->page = d->partial_first = 0;
    d->last_column = ILI9341_COLUMNS - 1;
    d->last_page = d->partial_last = ILI9341_ROWS - 1;
    d->scroll_top = d->scroll_start = 0;
    d->scroll_height = ILI9341_ROWS;
    d->phase = d->rest = 0;
    ili9341_set_order(d);
    ili9341_picture_changed(d);
    drive_te(d);
}

/* ---- Commands ---- */

/* Those that need no parameter. */
static void begin(Ili9341 *d)
{
    switch (d->command) {
    case SWRESET:
        reset(d);
        settle(d);
        break;
    case SLPIN:
    case SLPOUT:
        d->awake = d->command == SLPOUT;
        settle(d);
        break;
    case PTLON:   d->partial = true; break;
    case NORON:   d->partial = d->scrolls = false; break;
    case INVOFF:
    case INVON:   d->inverted = d->command == INVON; break;
    case DISPOFF:
    case DISPON:  d->on = d->command == DISPON; break;
    case IDMOFF:
    case IDMON:   d->idle = d->command == IDMON; break;
    case TEOFF:   d->te_on = false; break;
    case TEON:    d->te_on = true; break;
    case RAMWR:
    case RAMRD:   ili9341_begin_pixels(d, true); return;
    case RAMWRC:
    case RAMRDC:  ili9341_begin_pixels(d, false); return;
    default:      return;
    }
    ili9341_picture_changed(d);
    drive_te(d);
}

static bool is_known(uint8_t command)
{
    static const uint8_t known[] = {
        NOP, SWRESET, RDDID, RDDST, RDDPM, RDDMADCTL, RDDCOLMOD, RDDIM, RDDSM, RDDSDR, SLPIN, SLPOUT, PTLON, NORON,
        INVOFF, INVON, GAMSET, DISPOFF, DISPON, CASET, PASET, RAMWR, RGBSET, RAMRD, PTLAR, VSCRDEF, TEOFF, TEON, MADCTL,
        VSCRSADD, IDMOFF, IDMON, COLMOD, RAMWRC, RAMRDC, STE, GSCAN, WRDISBV, RDDISBV, WRCTRLD, RDCTRLD, WRCABC, RDCABC,
        WRCABCMB, RDCABCMB,
    };

    return command >= FIRST_EXTENDED || memchr(known, command, sizeof(known));
}

void ili9341_command(Ili9341 *d, uint8_t command)
{
    const char *path = d->dev->canonical_path;

    if (!is_known(command)) {
        guest_mistake(path, ILI001, "command 0x%02x is none of an ILI9341", command);
    }
    if (qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) < d->busy_until) {
        guest_mistake(path, ILI002, "command 0x%02x less than 5 ms after SWRESET, SLPOUT or a reset: the "
                      "controller may not be ready", command);
    }
    d->command = command;
    d->n = 0;
    begin(d);
}

/* ---- Parameters ---- */

static uint16_t pair(const Ili9341 *d, unsigned first)
{
    return d->parameter[first] << 8 | d->parameter[first + 1];
}

static void set_scroll_area(Ili9341 *d)
{
    unsigned top = pair(d, 0), height = pair(d, 2), bottom = pair(d, 4);

    if (top + height + bottom != ILI9341_ROWS) {
        guest_mistake(d->dev->canonical_path, ILI003, "VSCRDEF %u + %u + %u: the areas have to be 320 lines "
                      "together", top, height, bottom);
    }
    d->scroll_top = MIN(top, ILI9341_ROWS);
    d->scroll_height = MIN(height, ILI9341_ROWS - d->scroll_top);
}

static void set_colmod(Ili9341 *d, uint8_t value)
{
    if ((value & 7) != 5 && (value & 7) != 6) {
        guest_mistake(d->dev->canonical_path, ILI004, "COLMOD 0x%02x: pixels have 16 (0x55) or 18 (0x66) "
                      "bits", value);
    }
    d->colmod = value;
}

/* As the @n-th parameter comes. */
static void take(Ili9341 *d, unsigned n, uint8_t value)
{
    switch (d->command << 8 | n) {
    case CASET << 8 | 2:    d->first_column = pair(d, 0); break;
    case CASET << 8 | 4:    d->last_column = pair(d, 2); break;
    case PASET << 8 | 2:    d->first_page = pair(d, 0); break;
    case PASET << 8 | 4:    d->last_page = pair(d, 2); break;
    case PTLAR << 8 | 2:    d->partial_first = pair(d, 0); break;
    case PTLAR << 8 | 4:    d->partial_last = pair(d, 2); break;
    case VSCRDEF << 8 | 6:  set_scroll_area(d); break;
    case VSCRSADD << 8 | 2:
        d->scroll_start = pair(d, 0) & 0x1ff;
        d->scrolls = true;
        break;
    case MADCTL << 8 | 1:   d->madctl = value; break;
    case COLMOD << 8 | 1:   set_colmod(d, value); break;
    case GAMSET << 8 | 1:   d->gamma = value; break;
    case TEON << 8 | 1:     d->te_mode = value & 1; break;
    case STE << 8 | 2:      d->te_line = pair(d, 0) & 0x1ff; break;
    case WRDISBV << 8 | 1:  d->brightness = value; break;
    case WRCTRLD << 8 | 1:  d->control = value & 0x2c; break;
    case WRCABC << 8 | 1:   d->cabc = value & 3; break;
    case FRMCTR1 << 8 | 2:  d->frame_rate = value; break;
    case DFUNCTR << 8 | 2:  d->scan = value; break;
    case READ_INDEX << 8 | 1: d->index = value & 0x10 ? value & 0xf : 0; break;
    case IFCTL << 8 | 1:
    case IFCTL << 8 | 2:
    case IFCTL << 8 | 3:    d->interface[n - 1] = value; break;
    default:                return;
    }
    ili9341_set_order(d);
    ili9341_picture_changed(d);
    drive_te(d);
}

void ili9341_write(Ili9341 *d, uint16_t data, unsigned width)
{
    if (d->command == RAMWR || d->command == RAMWRC) {
        ili9341_write_pixels(d, data, width);
    } else if (d->n < ILI9341_PARAMETERS) {
        d->parameter[d->n++] = data;
        take(d, d->n, data);
    }
}

/* ---- What is read ---- */

static uint8_t power_mode(const Ili9341 *d)
{
    return d->awake << 7 | d->idle << 6 | d->partial << 5 | d->awake << 4 | !d->partial << 3 | d->on << 2;
}

static uint32_t status(const Ili9341 *d)
{
    return (uint32_t)d->awake << 31 | (d->madctl >> 2 & 0x3f) << 25 | (d->colmod & 7) << 20 | d->idle << 19 |
           d->partial << 18 | d->awake << 17 | !d->partial << 16 | d->scrolls << 15 | d->inverted << 13 | d->on << 10 |
           d->te_on << 9 | ctz32(d->gamma | 8) << 6 | d->te_mode << 5;
}

static unsigned scan_line(const Ili9341 *d)
{
    return d->awake ? counter_now(&d->lines) / clocks_of_line(d) % FRAME_LINES : 0;
}

/* Byte @n of what the command reads, from 1 on: the first of all is a dummy. */
static uint8_t answer(const Ili9341 *d, unsigned n)
{
    switch (d->command) {
    case RDDST:      return n <= 4 ? status(d) >> (32 - 8 * n) : 0;
    case RDDPM:      return power_mode(d);
    case RDDMADCTL:  return d->madctl;
    case RDDCOLMOD:  return d->colmod;
    case RDDIM:      return d->scrolls << 7 | d->inverted << 5 | ctz32(d->gamma | 8);
    case RDDSM:      return d->te_on << 7 | d->te_mode << 6;
    case RDDSDR:     return d->awake ? 0xc0 : 0;
    case GSCAN:      return n == 1 ? scan_line(d) >> 8 : scan_line(d);
    case RDDISBV:    return d->brightness;
    case RDCTRLD:    return d->control;
    case RDCABC:     return d->cabc;
    case RDID4:      return n == 2 ? 0x93 : n == 3 ? 0x41 : 0;
    default:         return 0;
    }
}

uint16_t ili9341_read(Ili9341 *d, unsigned width)
{
    bool dummy = !d->n;

    d->n = MIN(d->n + 1, ILI9341_PARAMETERS);
    if (dummy && !d->index) {
        return 0;
    }
    if (d->command == RAMRD || d->command == RAMRDC) {
        return ili9341_read_pixels(d, width);
    }
    return answer(d, d->index ?: d->n - 1);
}

/* ---- By SPI ---- */

static bool is_read(const Ili9341 *d)
{
    return (d->command >= RDDID && d->command <= RDDSDR) || d->command == RAMRD || d->command == RAMRDC ||
           d->command == GSCAN || d->command == RDDISBV || d->command == RDCTRLD || d->command == RDCABC ||
           d->command == RDCABCMB || (d->command >= RDID1 && d->command <= RDID3) || d->command == RDID4;
}

/* Here the dummy is eight clocks before pixels, one clock before three or four bytes, and none before a single one. */
static uint8_t read_serial(Ili9341 *d)
{
    unsigned n = d->n;

    d->n = MIN(n + 1, ILI9341_PARAMETERS);
    if (d->command == RAMRD || d->command == RAMRDC) {
        return n ? ili9341_read_pixels(d, 8) : 0;
    }
    if (d->index) {
        return answer(d, d->index);
    }
    if (d->command == RDDID || d->command == RDDST) {
        return (n ? answer(d, n) << 7 : 0) | answer(d, n + 1) >> 1;
    }
    return answer(d, n + 1);
}

uint8_t ili9341_transfer(Ili9341 *d, uint8_t data)
{
    if (is_read(d)) {
        return read_serial(d);
    }
    ili9341_write(d, data, 8);
    return 0xff;
}

/* ---- The device ---- */

static void reset_changed(void *opaque, bool level)
{
    Ili9341 *d = opaque;

    if (!level) {
        reset(d);
    }
    settle(d);
}

void ili9341_machine_reset(Ili9341 *d)
{
    if (!d->reset.pin) {
        reset(d);
        d->busy_until = 0;
    }
}

static bool find_pins(Ili9341 *d, Error **errp)
{
    Pin *pin;

    if (d->reset_name) {
        pin = user_pin("reset", d->reset_name, errp);
        if (!pin) {
            return false;
        }
        d->reset = (PinListener) { .changed = reset_changed, .opaque = d };
        pin_listen(&d->reset, pin);
    }
    if (d->te_name) {
        pin = user_pin("te", d->te_name, errp);
        if (!pin) {
            return false;
        }
        pin_add_driver(pin, &d->te, "TE of the display");
    }
    return true;
}

bool ili9341_init(Ili9341 *d, DeviceState *dev, Error **errp)
{
    d->dev = dev;
    if (!ili9341_picture_init(d, errp) || !find_pins(d, errp)) {
        return false;
    }
    d->osc = clock_new(OBJECT(dev), "osc");
    clock_set_hz(d->osc, OSC_HZ);
    counter_init(&d->lines, d->osc);
    counter_go(&d->lines);
    reset(d);
    return true;
}

static int ili9341_post_load(void *opaque, int version_id)
{
    Ili9341 *d = opaque;

    if (d->n > ILI9341_PARAMETERS || d->phase > 2 || d->scroll_top + d->scroll_height > ILI9341_ROWS) {
        return -EINVAL;
    }
    ili9341_set_order(d);
    ili9341_picture_changed(d);
    drive_te(d);
    return 0;
}

const VMStateDescription vmstate_ili9341 = {
    .name = "ili9341", .version_id = 1, .minimum_version_id = 1, .post_load = ili9341_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_COUNTER(lines, Ili9341),
        VMSTATE_UINT8(command, Ili9341), VMSTATE_UINT32(n, Ili9341),
        VMSTATE_UINT8_ARRAY(parameter, Ili9341, ILI9341_PARAMETERS),
        VMSTATE_UINT8(madctl, Ili9341), VMSTATE_UINT8(colmod, Ili9341), VMSTATE_UINT8(gamma, Ili9341),
        VMSTATE_UINT8(brightness, Ili9341), VMSTATE_UINT8(control, Ili9341), VMSTATE_UINT8(cabc, Ili9341),
        VMSTATE_UINT8(te_mode, Ili9341), VMSTATE_UINT8(frame_rate, Ili9341), VMSTATE_UINT8(index, Ili9341),
        VMSTATE_UINT8_ARRAY(interface, Ili9341, 3), VMSTATE_UINT8(scan, Ili9341), VMSTATE_UINT16(te_line, Ili9341),
        VMSTATE_BOOL(awake, Ili9341), VMSTATE_BOOL(on, Ili9341), VMSTATE_BOOL(inverted, Ili9341),
        VMSTATE_BOOL(idle, Ili9341), VMSTATE_BOOL(partial, Ili9341), VMSTATE_BOOL(scrolls, Ili9341),
        VMSTATE_BOOL(te_on, Ili9341),
        VMSTATE_UINT16(first_column, Ili9341), VMSTATE_UINT16(last_column, Ili9341),
        VMSTATE_UINT16(first_page, Ili9341), VMSTATE_UINT16(last_page, Ili9341),
        VMSTATE_UINT16(partial_first, Ili9341), VMSTATE_UINT16(partial_last, Ili9341),
        VMSTATE_UINT16(scroll_top, Ili9341), VMSTATE_UINT16(scroll_height, Ili9341),
        VMSTATE_UINT16(scroll_start, Ili9341), VMSTATE_INT64(busy_until, Ili9341),
        VMSTATE_UINT16(column, Ili9341), VMSTATE_UINT16(page, Ili9341), VMSTATE_BOOL(full, Ili9341),
        VMSTATE_UINT8(phase, Ili9341), VMSTATE_UINT32(rest, Ili9341),
        VMSTATE_UINT32_ARRAY(memory, Ili9341, ILI9341_ROWS * ILI9341_COLUMNS),
        VMSTATE_END_OF_LIST()
    },
};
