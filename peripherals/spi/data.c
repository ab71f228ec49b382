/*
 * What frames of SPI are made of (RM0090 28.3): what CR1 says of them, the words that go out and
 * come in, their CRC.
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

bool spi_is_on(const Spi *s)
{
    return reg_get(s, CR1, SPE) && !spi_is_i2s(s) && !s->extension &&
           clock_is_enabled(s->parent_obj.clk);
}

bool spi_drives_clock(const Spi *s)
{
    return spi_is_master(s) && !spi_is_i2s(s) && !s->extension &&
           (reg_get(s, CR1, SPE) || s->shift.phase != SPI_IDLE);
}

unsigned spi_frame_bits(const Spi *s)
{
    return reg_get(s, CR1, DFF) ? 16 : 8;
}

bool spi_is_slave(const Spi *s)
{
    return spi_is_on(s) && !spi_is_master(s) && spi_is_selected(s);
}

unsigned spi_bit_ticks(const Spi *s)
{
    return 2u << reg_get(s, CR1, BR);
}

/* The line data goes out on, or NULL. */
Signal *spi_line_out(Spi *s)
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

/* The level at which a line rests, as a word. */
uint32_t spi_idle_line(const Spi *s, const Signal *line)
{
    return line && signal_level(line, false) ? MAKE_64BIT_MASK(0, spi_frame_bits(s)) : 0;
}

/* ---- Words ---- */

uint32_t spi_next_word(const Spi *s)
{
    return !reg_get(s, SR, TXE) ? s->tdr : s->in;
}

uint32_t spi_take_tdr(Spi *s)
{
    reg_set(s, SR, TXE, 1);
    return s->tdr;
}

void spi_received(Spi *s, uint32_t word)
{
    if (reg_get(s, SR, RXNE)) {
        reg_set(s, SR, OVR, 1);
        return;
    }
    s->parent_obj.regs[R_DR] = word;
    reg_set(s, SR, RXNE, 1);
}

/*
 * Without -icount virtual time goes on while the host does something else.  Who means to serve by
 * interrupt or DMA would on a board not be late for long.
 */
bool spi_waits_for_service(Spi *s, bool read, bool write)
{
    int64_t now = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
    bool unread = read && reg_get(s, SR, RXNE) && !reg_get(s, SR, OVR) &&
                  (reg_get(s, CR2, RXNEIE) || reg_get(s, CR2, RXDMAEN));
    bool unwritten = write && reg_get(s, SR, TXE) &&
                     (reg_get(s, CR2, TXEIE) || reg_get(s, CR2, TXDMAEN));

    if (!unread && !unwritten) {
        s->patient = true;
        s->grace = 0;
        return false;
    }
    if (time_is_exact() || !s->patient) {
        return false;
    }
    if (!s->grace) {
        s->grace = now + SPI_GRACE_NS;
    }
    s->patient = now < s->grace;
    if (!s->patient) {
        s->grace = 0;
    }
    return s->patient;
}

void spi_check_routed(Spi *s, const Signal *signal, const char *name)
{
    if (!signal_is_routed(signal)) {
        periph_mistake(&s->parent_obj, SPI001, "%s is not routed to a pin: nobody is reached", name);
    }
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

bool spi_crc_is_next(const Spi *s)
{
    return reg_get(s, CR1, CRCEN) && reg_get(s, CR1, CRCNEXT);
}

/* ---- A frame begins, and ends ---- */

/* What goes out in the frame that begins now. */
void spi_load(Spi *s, SpiPhase phase)
{
    if (phase == SPI_CRC) {
        reg_set(s, CR1, CRCNEXT, 0);
        s->shift.word = spi_line_order(s, s->parent_obj.regs[R_TXCRCR]);
    } else if (!reg_get(s, SR, TXE) && spi_line_out(s)) {
        s->shift.word = spi_take_tdr(s);
        crc_add(s, R_TXCRCR, s->shift.word);
    } else if (!spi_is_master(s) && spi_line_in(s)) {
        /*
         * unsure: by the block diagram there is one shift register, and what came in goes out again
         */
        s->shift.word = s->in;
    }
}

void spi_end_frame(Spi *s)
{
    SpiPhase phase = s->shift.phase;

    if (sampler_goes_on(&s->sampler)) {
        s->in = spi_line_order(s, sampler_end(&s->sampler));
    }
    s->shift.phase = SPI_IDLE;
    s->slave_end = 0;
    s->draws_in = s->in_pieces = false;
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
