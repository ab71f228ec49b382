/*
 * Frames of SPI (RM0090 28.3): master and slave, one data line or two, CRC.
 *
 * A frame's bits go and come when it begins, and the pins show a picture of it; the registers show it
 * when it ends.  Without -icount
 * virtual time goes on while the host does something else: then a master waits up to SPI_GRACE_NS for a
 * slave to serve the frame before.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/spi/state.h"

/* ---- What CR1 says ---- */

bool spi_is_master(const Spi *s)
{
    return reg_get(s, CR1, MSTR);
}

bool spi_is_selected(const Spi *s)
{
    return reg_get(s, CR1, SSM) ? !reg_get(s, CR1, SSI) : s->nss_low;
}

static bool is_on(const Spi *s)
{
    return reg_get(s, CR1, SPE) && !spi_is_i2s(s) && !s->extension &&
           clock_is_enabled(s->parent_obj.clk);
}

unsigned spi_frame_bits(const Spi *s)
{
    return reg_get(s, CR1, DFF) ? 16 : 8;
}

bool spi_is_slave(const Spi *s)
{
    return is_on(s) && !spi_is_master(s) && spi_is_selected(s);
}

static unsigned bit_ticks(const Spi *s)
{
    return 2u << reg_get(s, CR1, BR);
}

/* The line data goes out on, or NULL. */
static Signal *line_out(Spi *s)
{
    if (reg_get(s, CR1, BIDIMODE)) {
        return !reg_get(s, CR1, BIDIOE) ? NULL : spi_is_master(s) ? &s->mosi : &s->miso;
    }
    if (reg_get(s, CR1, RXONLY)) {
        return NULL;
    }
    return spi_is_master(s) ? &s->mosi : &s->miso;
}

/* The line data comes in on, or NULL. */
Signal *spi_line_in(Spi *s)
{
    if (reg_get(s, CR1, BIDIMODE)) {
        return reg_get(s, CR1, BIDIOE) ? NULL : spi_is_master(s) ? &s->mosi : &s->miso;
    }
    return spi_is_master(s) ? &s->miso : &s->mosi;
}

/* Between a register and the line, where the first bit is the uppermost. */
uint32_t spi_line_order(const Spi *s, uint32_t word)
{
    unsigned bits = spi_frame_bits(s);

    word &= MAKE_64BIT_MASK(0, bits);
    return reg_get(s, CR1, LSBFIRST) ? revbit32(word) >> (32 - bits) : word;
}

/* What a line reads that nobody clocks anything into. */
static uint32_t idle_line(const Spi *s, const Signal *line)
{
    return line && signal_level(line, false) ? MAKE_64BIT_MASK(0, spi_frame_bits(s)) : 0;
}

/* ---- CRC ---- */

static void crc_add(Spi *s, unsigned n, uint32_t word)
{
    unsigned bits = spi_frame_bits(s);
    uint32_t crc = s->parent_obj.regs[n], top = 1u << (bits - 1);
    uint32_t poly = s->parent_obj.regs[R_CRCPR];

    if (!reg_get(s, CR1, CRCEN)) {
        return;
    }
    crc ^= spi_line_order(s, word);
    for (unsigned i = 0; i < bits; i++) {
        crc = crc & top ? crc << 1 ^ poly : crc << 1;
    }
    s->parent_obj.regs[n] = crc & MAKE_64BIT_MASK(0, bits);
}

static bool crc_is_next(const Spi *s)
{
    return reg_get(s, CR1, CRCEN) && reg_get(s, CR1, CRCNEXT);
}

/* ---- The picture ---- */

/*
 * @word as the pins show it.  The picture of a frame that is through stays: its end is the level at
 * which the lines rest.
 */
static Picture draw_data(const Spi *s, uint32_t word)
{
    unsigned bits = spi_frame_bits(s);
    uint32_t line = spi_line_order(s, word);

    return !s->drawn_bit ? picture_rest(line & 1)
           : picture_bits(s->drawn_at, s->drawn_bit, revbit32(line) >> (32 - bits), bits, line & 1);
}

/* Data changes at the beginning of a bit, and with CPHA that is the clock's first edge. */
static Picture draw_clock(const Spi *s)
{
    bool cpol = reg_get(s, CR1, CPOL);
    uint64_t halves = reg_get(s, CR1, CPHA) ? 0x55555555 : 0xaaaaaaaa;

    return !s->drawn_bit ? picture_rest(cpol)
           : picture_bits(s->drawn_at, s->drawn_bit / 2, cpol ? ~halves : halves,
                        2 * spi_frame_bits(s), cpol);
}

/* What a slave will send next, as things stand. */
static uint32_t next_word(const Spi *s)
{
    return !reg_get(s, SR, TXE) ? s->tdr : s->in;
}

/* Without CPHA a slave's first bit is there before the clock. */
static Picture draw_miso(const Spi *s)
{
    bool idle = !s->soft || s->soft_sck == reg_get(s, CR1, CPOL);

    if (s->shift.phase == SPI_IDLE && !reg_get(s, CR1, CPHA) && idle) {
        return picture_rest(spi_line_order(s, next_word(s)) >> (spi_frame_bits(s) - 1) & 1);
    }
    return s->soft ? picture_rest(s->soft_out) : draw_data(s, s->shift.word);
}

void spi_frame_drive(Spi *s)
{
    bool on = reg_get(s, CR1, SPE) && !spi_is_i2s(s) && !s->extension;
    bool master = on && spi_is_master(s), slave = on && !master && spi_is_selected(s);
    const Signal *out = on ? line_out(s) : NULL;

    if (!master && !slave) {
        s->drawn_bit = 0;
    }

    if (master) {
        signal_show(&s->sck, &s->sck_picture, draw_clock(s));
    }
    if (master && s->draws_in) {
        signal_show(&s->miso, &s->in_picture, draw_data(s, s->drawn_in));
    }
    if (out && (master || slave)) {
        signal_show(master ? &s->mosi : &s->miso, &s->out_picture,
                    slave ? draw_miso(s) : draw_data(s, s->shift.word));
    }
    signal_drive(&s->sck, master ? DRIVE_OF(&s->sck_picture) : DRIVE(NONE));
    signal_drive(&s->mosi, master && out == &s->mosi ? DRIVE_OF(&s->out_picture) : DRIVE(NONE));
    signal_drive(&s->miso, slave && out == &s->miso ? DRIVE_OF(&s->out_picture)
                           : master && s->draws_in ? DRIVE_OF(&s->in_picture) : DRIVE(NONE));
}

/* ---- A frame ---- */

/* What goes out in the frame that begins now. */
static void load(Spi *s, SpiPhase phase)
{
    if (phase == SPI_CRC) {
        reg_set(s, CR1, CRCNEXT, 0);
        s->shift.word = spi_line_order(s, s->parent_obj.regs[R_TXCRCR]);
    } else if (!reg_get(s, SR, TXE) && line_out(s)) {
        s->shift.word = spi_take_tdr(s);
        crc_add(s, R_TXCRCR, s->shift.word);
    } else if (!spi_is_master(s) && spi_line_in(s)) {
        /* unsure: by the block diagram there is one shift register, and what came in goes out again */
        s->shift.word = s->in;
    }
}

static void end_frame(Spi *s)
{
    SpiPhase phase = s->shift.phase;

    s->shift.phase = SPI_IDLE;
    s->slave_end = 0;
    s->draws_in = false;
    s->looks = 0;
    if (!spi_line_in(s)) {
        return;
    }
    if (phase == SPI_DATA) {
        crc_add(s, R_RXCRCR, s->in);
    } else if (spi_line_order(s, s->in) != s->parent_obj.regs[R_RXCRCR]) {
        reg_set(s, SR, CRCERR, 1);
    }
    spi_received(s, s->in);
}

/* ---- Master ---- */

/* Parts of QEMU take bytes. */
static uint32_t ask_ssi(Spi *s, uint32_t data, unsigned bits)
{
    uint32_t answer = 0;

    for (int shift = bits - 8; shift >= 0; shift -= 8) {
        answer = answer << 8 | (ssi_transfer(s->ssi, data >> shift & 0xff) & 0xff);
    }
    return answer;
}

static void answered(void *opaque, uint32_t answer)
{
    Spi *s = opaque;

    if (s->waits) {
        s->waits = false;
        shifter_stretch(&s->shift);
        s->in = spi_line_order(s, answer);
        periph_update(&s->parent_obj);
    }
}

static void master_begin(Spi *s, SpiPhase phase, bool follows)
{
    unsigned bits = spi_frame_bits(s), ticks = bits * bit_ticks(s);
    bool asked = false;
    SpiFrame f = {
        .frame.bus = FRAME_SPI, .out = line_out(s), .in = spi_line_in(s),
        .bits = bits, .bit = clock_get(s->parent_obj.clk) * bit_ticks(s),
        .cpol = reg_get(s, CR1, CPOL), .cpha = reg_get(s, CR1, CPHA),
        .ti = reg_get(s, CR2, FRF), .answered = answered, .master = s,
    };

    load(s, phase);
    shifter_begin(&s->shift, phase, ticks, ticks, follows);
    f.data = f.out && signal_is_routed(f.out) ? spi_line_order(s, s->shift.word)
                                              : idle_line(s, f.out);
    f.answer = idle_line(s, f.in);
    f.start = counter_time(&s->shift.ticks, s->shift.begin);
    spi_check_routed(s, &s->sck, "SCK");
    if (signal_is_routed(&s->sck)) {
        if (!QTAILQ_EMPTY(&BUS(s->ssi)->children)) {
            f.answer = ask_ssi(s, f.data, bits);
            asked = true;
        }
        signal_send(&s->sck, &f.frame);
    }
    s->waits = f.waits;
    s->in = spi_line_order(s, f.answer);
    s->drawn_at = f.start;
    s->drawn_bit = f.bit;
    s->drawn_in = s->in;
    s->draws_in = asked && !f.drawn && f.in == &s->miso;
}

/* What a master does next; a CRC only right @after_frame. */
static SpiPhase master_next(Spi *s, bool after_frame)
{
    if (!is_on(s) || !spi_is_master(s)) {
        return SPI_IDLE;
    }
    if (line_out(s) && !reg_get(s, SR, TXE)) {
        return SPI_DATA;
    }
    if (after_frame && crc_is_next(s)) {
        return SPI_CRC;
    }
    return line_out(s) ? SPI_IDLE : SPI_DATA;   /* who only receives never stops */
}

static void master_go_on(Spi *s, bool after_frame)
{
    SpiPhase next = master_next(s, after_frame);

    if (next != SPI_IDLE) {
        master_begin(s, next, after_frame);
    }
}

/* ---- Slave ---- */

void spi_slave_end(Spi *s)
{
    end_frame(s);
}

void spi_slave_load(Spi *s)
{
    SpiPhase phase = !reg_get(s, SR, TXE) || !crc_is_next(s) ? SPI_DATA : SPI_CRC;

    load(s, phase);
    s->shift.phase = phase;
}

/* A frame that a master clocks begins. */
static void slave_begin(Spi *s, SpiFrame *f)
{
    Signal *in = spi_line_in(s), *out = line_out(s);

    if (s->shift.phase != SPI_IDLE) {
        end_frame(s);                   /* its end is this one's beginning */
    }
    spi_slave_load(s);
    s->in = spi_line_order(s, f->out && in && signal_meets(f->out, in) ? f->data : idle_line(s, in));
    if (f->in && out && signal_meets(f->in, out)) {
        f->answer = spi_line_order(s, s->shift.word);
        f->drawn = true;
    }
    s->drawn_at = f->start;
    s->drawn_bit = f->bit;
    s->slave_end = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) + (f->bits * f->bit >> 32);
}

/*
 * Is there reason to blame the host that the frame before has not been served yet?  Who has looked at
 * the registers several times since and did nothing has no intention to.
 */
static bool slave_is_late(const Spi *s)
{
    bool unread = reg_get(s, SR, RXNE) && !reg_get(s, SR, OVR);
    bool unwritten = reg_get(s, SR, TXE) && s->has_sent;
    bool read_later = reg_get(s, CR2, RXNEIE) || reg_get(s, CR2, RXDMAEN);
    bool write_later = reg_get(s, CR2, TXEIE) || reg_get(s, CR2, TXDMAEN);

    return !time_is_exact() &&
           ((unread && (read_later || s->looks < SPI_LOOKS_UNREAD)) ||
            (unwritten && (write_later || s->looks < SPI_LOOKS_UNWRITTEN)));
}

static void slave_release(Spi *s)
{
    SpiFrame f = s->held;

    s->holds = false;
    f.start = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
    slave_begin(s, &f);
    f.answered(f.master, f.answer);
}

/* The data lines of a slave with one data line are its MISO and the master's MOSI. */
void spi_heard(void *opaque, Signal *from, Frame *frame)
{
    Spi *s = opaque;
    SpiFrame *f = (SpiFrame *)frame;

    if (frame->bus != FRAME_SPI || !is_on(s) || spi_is_master(s) || !spi_is_selected(s) ||
        !signal_meets(from, &s->sck)) {
        return;
    }
    spi_soft_abort(s);
    s->soft = false;
    if (f->bits != spi_frame_bits(s)) {
        periph_mistake(&s->parent_obj, "the master clocks frames of %u bits, DFF says %u: nothing "
                       "sensible comes of it", f->bits, spi_frame_bits(s));
        return;
    }
    if (f->cpol != reg_get(s, CR1, CPOL) || f->cpha != reg_get(s, CR1, CPHA)) {
        periph_mistake(&s->parent_obj, "the master has CPOL=%d, CPHA=%d: on a board bits get lost",
                       f->cpol, f->cpha);
    }
    if (s->shift.phase != SPI_IDLE) {
        end_frame(s);                   /* before it is asked whether that has been served */
    }
    if (slave_is_late(s) && !s->holds) {
        s->held = *f;
        s->holds = f->waits = true;
        s->slave_end = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) + SPI_GRACE_NS;
    } else {
        slave_begin(s, f);
    }
    periph_update(&s->parent_obj);
}

/* ---- All of it ---- */

int64_t spi_frame_when(const Spi *s)
{
    bool ends = s->holds || (s->shift.phase != SPI_IDLE && !s->waits && !s->by_bits);

    return !ends ? COUNTER_NEVER : s->grace ? s->grace : s->slave_end ?: shifter_when(&s->shift);
}

void spi_frame_expired(void *opaque)
{
    Spi *s = opaque;

    if (s->holds) {
        slave_release(s);
    } else if (!spi_waits_for_service(s, spi_line_in(s) && spi_is_master(s), false)) {
        end_frame(s);
        master_go_on(s, true);
    }
    periph_update(&s->parent_obj);
}

void spi_frame_run(Spi *s)
{
    if (s->grace && s->shift.phase != SPI_IDLE && !spi_waits_for_service(s, true, false)) {
        end_frame(s);
        master_go_on(s, true);
    }
    if (s->shift.phase == SPI_IDLE) {
        master_go_on(s, crc_is_next(s) && s->crc_asked);
    }
    s->crc_asked = false;
    if (!spi_is_slave(s)) {
        spi_soft_abort(s);
        s->soft = false;
    }
    if (s->holds && !slave_is_late(s)) {
        slave_release(s);
    }
}
