/*
 * The registers of an SPI: what reading and writing them does (RM0090 28.5).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "system/cpus.h"
#include "stm32/core/mistake/place.h"
#include "stm32/peripherals/spi/state.h"

/*
 * Do at once what is due: a guest that polls need not wait until QEMU's main loop has time.  But
 * the end of a slave's shorter frame comes before that of the master's.  And a DMA that is late has its beat
 * first: there may be a run of what is due then.
 */
static void catch_up(Spi *s)
{
    if (!qemu_in_vcpu_thread() && spi_is_unobserved(s)) {
        return;
    }
    if (shifter_is_late(&s->shift) && !s->in_pieces) {
        spi_frame_expired(s);
    }
    spi_i2s_catch_up(s);
}

/*
 * DR is about to be read or written, which serves @flag.  A frame that waits for that has not waited
 * in vain, even if its grace is over: then the host had stopped the whole machine.  It may wait for
 * the other flag.
 */
static bool waits_for(const Spi *s, uint32_t flag)
{
    return s->grace && s->parent_obj.regs[R_SR] & flag;
}

static void catch_up_for(Spi *s, uint32_t flag)
{
    if (!waits_for(s, flag)) {
        catch_up(s);
    }
}

static void serve(Spi *s, uint32_t flag)
{
    if (waits_for(s, flag)) {
        s->grace = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) + SPI_GRACE_NS;
    }
}

/* ---- Data ---- */

static uint32_t dr_read(Periph *p, unsigned n)
{
    catch_up_for(SPI(p), R_SR_RXNE_MASK);
    return p->regs[R_DR];
}

static void dr_was_read(Periph *p, unsigned n, uint32_t value)
{
    Spi *s = SPI(p);

    serve(s, R_SR_RXNE_MASK);
    reg_set(s, SR, RXNE, 0);
    s->ovr_half = reg_get(s, SR, OVR);
    spi_was_read(s);
}

/*
 * A bus of 16 bits shows a byte on both halves.  Instructions may write more bits than a frame has, "DR = address >> 8";
 * a stream whose items are too wide loses half of them.
 */
static void check_width(Spi *s, uint32_t data)
{
    uint32_t pc;

    if (reg_get(s, CR1, DFF) && s->parent_obj.access_size == 1) {
        periph_mistake(&s->parent_obj, SPI016, "DR is written 0x%02x as a byte, and frames have 16 bits (DFF): both halves get it",
                       data & 0xff);
    } else if (!reg_get(s, CR1, DFF) && data & 0xff00 && s->parent_obj.access_size > 1 && !guest_pc(&pc)) {
        periph_mistake(&s->parent_obj, SPI016, "DR is written 0x%04x, and frames have 8 bits (DFF): the upper half is lost",
                       data & 0xffff);
    }
}

static void dr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Spi *s = SPI(p);

    if (spi_is_on(s)) {
        check_width(s, data);
    }
    s->tdr = p->regs[R_DR];
    p->regs[R_DR] = was;
    catch_up_for(s, R_SR_TXE_MASK);
    serve(s, R_SR_TXE_MASK);
    if (!reg_get(s, SR, TXE)) {
        periph_mistake(p, SPI005, "DR written while TXE is 0: what was there before is lost");
    }
    reg_set(s, SR, TXE, 0);
    s->has_sent = true;
}

/* ---- Flags ---- */

/*
 * OVR is cleared by reading DR, then SR; UDR and FRE by reading SR; MODF by SR, then writing CR1.
 * The read that clears a flag still shows it.
 */
static uint32_t sr_read(Periph *p, unsigned n)
{
    catch_up(SPI(p));
    return p->regs[R_SR];
}

static void sr_was_read(Periph *p, unsigned n, uint32_t value)
{
    Spi *s = SPI(p);

    s->looks++;
    s->modf_half = value & R_SR_MODF_MASK;
    if (s->holds && (s->looks == SPI_LOOKS_UNREAD || s->looks == SPI_LOOKS_UNWRITTEN)) {
        periph_update(p);
    }
    if (value & (R_SR_UDR_MASK | R_SR_FRE_MASK) || s->ovr_half) {
        p->regs[R_SR] &= ~(R_SR_UDR_MASK | R_SR_FRE_MASK | (s->ovr_half ? R_SR_OVR_MASK : 0));
        s->ovr_half = false;
        periph_update(p);
    }
}

static int64_t sr_holds(Periph *p, unsigned n)
{
    Spi *s = SPI(p);

    return MIN(shifter_when(&s->shift), spi_i2s_when(s));
}

static void sr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    SPI(p)->modf_half = p->regs[R_SR] & R_SR_MODF_MASK;
}

/* ---- Settings ---- */

/* CPOL, CPHA, DFF and CRCEN wait for SPE to be 0, BR and LSBFIRST for the end of what is sent (RM0090 28.5.1). */
static uint32_t bits_that_stay(Spi *s)
{
    uint32_t stay = R_CR1_CPHA_MASK | R_CR1_CPOL_MASK | R_CR1_DFF_MASK | R_CR1_CRCEN_MASK;

    if (s->shift.phase != SPI_IDLE || !reg_get(s, SR, TXE)) {
        stay |= R_CR1_BR_MASK | R_CR1_LSBFIRST_MASK;
    }
    return stay;
}

static void cr1_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Spi *s = SPI(p);
    uint32_t changed = p->regs[R_CR1] ^ was, wrong = changed & bits_that_stay(s);
    uint32_t fixed = R_CR1_CPHA_MASK | R_CR1_CPOL_MASK | R_CR1_BR_MASK | R_CR1_LSBFIRST_MASK |
                     R_CR1_DFF_MASK | R_CR1_CRCEN_MASK;

    if (s->modf_half) {
        reg_set(s, SR, MODF, 0);
        s->modf_half = false;
    } else if (reg_get(s, SR, MODF)) {
        /* SPE and MSTR can't be set while MODF is (RM0090 28.3.10) */
        p->regs[R_CR1] &= ~(R_CR1_SPE_MASK | R_CR1_MSTR_MASK);
    }
    if (was & p->regs[R_CR1] & R_CR1_SPE_MASK && wrong) {
        periph_mistake(p, SPI006, "CR1 bits 0x%04x changed while SPE is set%s", wrong,
                       wrong & (R_CR1_BR_MASK | R_CR1_LSBFIRST_MASK) ? " and data is sent" : "");
    }
    if (changed & ~was & R_CR1_CRCEN_MASK) {
        p->regs[R_RXCRCR] = p->regs[R_TXCRCR] = 0;
    }
    if (was & ~p->regs[R_CR1] & R_CR1_SPE_MASK) {
        s->has_sent = false;
    }
    if (changed & (fixed | R_CR1_BIDIMODE_MASK | R_CR1_BIDIOE_MASK | R_CR1_RXONLY_MASK) &&
        s->shift.phase == SPI_IDLE) {
        s->drawn_bit = 0;
    }
    if (changed & p->regs[R_CR1] & R_CR1_CRCNEXT_MASK) {
        s->crc_asked = true;
        if (!(p->regs[R_CR1] & R_CR1_CRCEN_MASK)) {
            periph_mistake(p, SPI007, "CRCNEXT set without CRCEN");
        }
    }
}

static void cr2_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Spi *s = SPI(p);

    s->keeps_late = !((p->regs[n] ^ was) & ~(R_CR2_RXDMAEN_MASK | R_CR2_TXDMAEN_MASK));
    if (time_is_exact()) {
        shifter_arm(&s->shift, COUNTER_NEVER);      /* update() has it say anew how late it may be */
    }
    if ((p->regs[n] ^ was) & R_CR2_FRF_MASK && reg_get(SPI(p), CR1, SPE)) {
        periph_mistake(p, SPI008, "FRF changed while SPE is set");
    }
}

static void crcpr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    if (p->regs[n] != was && reg_get(SPI(p), CR1, SPE)) {
        periph_mistake(p, SPI009, "CRCPR changed while SPE is set");
    }
}

static void i2scfgr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    if (!SPI(p)->i2s && p->regs[n] & R_I2SCFGR_I2SMOD_MASK) {
        periph_mistake(p, SPI010, "I2SMOD set, but this SPI has no I2S: it stays an SPI");
    }
    spi_i2s_switched(SPI(p), was);
}

static void i2spr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    if (p->regs[n] != was && spi_is_i2s(SPI(p)) && reg_get(SPI(p), I2SCFGR, I2SE)) {
        periph_mistake(p, SPI011, "I2SPR changed while I2SE is set");
    }
}

const RegOps spi_ops[] = {
    [R_CR1]     = { .written = cr1_written },
    [R_CR2]     = { .written = cr2_written },
    [R_SR]      = { .read = sr_read, .was_read = sr_was_read, .written = sr_written, .holds = sr_holds },
    [R_DR]      = { .read = dr_read, .was_read = dr_was_read, .written = dr_written },
    [R_CRCPR]   = { .written = crcpr_written },
    [R_I2SCFGR] = { .written = i2scfgr_written },
    [R_I2SPR]   = { .written = i2spr_written },
};
