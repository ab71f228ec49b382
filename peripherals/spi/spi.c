/*
 * Serial peripheral interface and I2S (RM0090 chapter 28): registers, flags and outputs.  Frames are
 * frame.c, those that a master made of GPIOs clocks soft.c, I2S is i2s.c.
 *
 * Lines out: `irq`, `dma-rx`, `dma-tx`.  Lines in: `dma-rx-last`, `dma-tx-last`.
 * Clock in: `i2sclk`.
 * Signals: `sck`, `miso`, `mosi`, `nss`; those with I2S `i2s-ck`, `i2s-ws`, `i2s-sd`, `i2s-mck`; an
 *   extension only `sd`.
 * Bus: of its own name, for parts of QEMU (-device); they are behind SCK wherever it is routed to.
 * Properties: `i2s`: has it; `extension`: is the second half of a full-duplex I2S, which has nothing
 *   but a data line; `ext`, link to that of this one.
 *
 * Deliberately different: what goes over SCK, MOSI and MISO is handed on in whole frames; the pins
 * show the picture.  CK, WS and MCK of I2S are square waves while it runs, SD shows no bits.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "hw/qdev-properties.h"
#include "stm32/peripherals/spi/state.h"

/* ---- Outputs ---- */

static bool wants_interrupt(const Spi *s)
{
    uint32_t sr = s->parent_obj.regs[R_SR];
    uint32_t errors = R_SR_OVR_MASK | R_SR_MODF_MASK | R_SR_CRCERR_MASK | R_SR_UDR_MASK |
                      R_SR_FRE_MASK;

    return (reg_get(s, SR, TXE) && reg_get(s, CR2, TXEIE)) ||
           (reg_get(s, SR, RXNE) && reg_get(s, CR2, RXNEIE)) ||
           (sr & errors && reg_get(s, CR2, ERRIE));
}

/* Another master has the bus: back off (RM0090 28.3.10). */
static void check_mode_fault(Spi *s)
{
    bool hard = !reg_get(s, CR1, SSM);

    if (!spi_is_master(s) || spi_is_i2s(s) || !spi_is_selected(s) ||
        (hard && reg_get(s, CR2, SSOE))) {
        return;
    }
    if (!reg_get(s, SR, MODF)) {
        periph_mistake(&s->parent_obj, "mode fault: a master with NSS low (%s)",
                       hard ? "the pin" : "SSM is set and SSI is 0");
    }
    reg_set(s, SR, MODF, 1);
    s->parent_obj.regs[R_CR1] &= ~(R_CR1_SPE_MASK | R_CR1_MSTR_MASK);
}

static void spi_drive(Spi *s)
{
    bool master = reg_get(s, CR1, SPE) && spi_is_master(s) && !spi_is_i2s(s);

    spi_frame_drive(s);
    signal_drive(&s->nss, master && reg_get(s, CR2, SSOE) && !reg_get(s, CR1, SSM)
                          ? DRIVE(LOW) : DRIVE(NONE));
}

static void spi_update(Periph *p)
{
    Spi *s = SPI(p);
    bool silent, unread;

    check_mode_fault(s);
    spi_frame_run(s);
    spi_i2s_run(s);
    /* a master that receives on its only data line never is busy (RM0090 28.3.7) */
    silent = spi_is_master(s) && reg_get(s, CR1, BIDIMODE) && !reg_get(s, CR1, BIDIOE);
    unread = s->holds && reg_get(s, SR, RXNE);
    reg_set(s, SR, BSY, 0);
    if (((s->shift.phase != SPI_IDLE || unread) && !silent) || s->audio.phase != SPI_IDLE) {
        reg_set(s, SR, BSY, 1);
    }
    line_set(&s->irq, wants_interrupt(s));
    line_set(&s->dma_rx, reg_get(s, SR, RXNE) && reg_get(s, CR2, RXDMAEN));
    line_set(&s->dma_tx, reg_get(s, SR, TXE) && reg_get(s, CR2, TXDMAEN));
    spi_drive(s);
    spi_i2s_drive(s);
    shifter_arm(&s->shift, spi_frame_when(s));
    shifter_arm(&s->audio, spi_i2s_when(s));
}

/* Do at once what is due: a guest that polls need not wait until QEMU's main loop has time. */
static void catch_up(Spi *s)
{
    if (shifter_is_late(&s->shift)) {
        spi_frame_expired(s);
    }
    spi_i2s_catch_up(s);
}

/*
 * DR is read or written, which serves @flag.  A frame that waits for that has not waited in vain, even
 * if its grace is over: then the host had stopped the whole machine.  It may wait for the other flag.
 */
static void served(Spi *s, uint32_t flag)
{
    if (s->grace && s->parent_obj.regs[R_SR] & flag) {
        s->grace = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) + SPI_GRACE_NS;
    } else {
        catch_up(s);
    }
}

void spi_check_routed(Spi *s, const Signal *signal, const char *name)
{
    if (!signal_is_routed(signal)) {
        periph_mistake(&s->parent_obj, "%s is not routed to a pin: nobody is reached; set MODER and "
                       "AFR of its port", name);
    }
}

/* ---- Data ---- */

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

static uint32_t dr_read(Periph *p, unsigned n)
{
    Spi *s = SPI(p);
    uint32_t value;

    served(s, R_SR_RXNE_MASK);
    value = p->regs[R_DR];
    reg_set(s, SR, RXNE, 0);
    s->ovr_half = reg_get(s, SR, OVR);
    periph_update(p);
    return value;
}

static void dr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Spi *s = SPI(p);

    s->tdr = p->regs[R_DR];
    p->regs[R_DR] = was;
    served(s, R_SR_TXE_MASK);
    if (!reg_get(s, SR, TXE)) {
        periph_mistake(p, "DR written while TXE is 0: what was there before is lost");
    }
    reg_set(s, SR, TXE, 0);
    s->has_sent = true;
}

/* ---- Flags ---- */

/*
 * OVR is cleared by reading DR, then SR; UDR and FRE by reading SR; MODF by SR, then writing CR1.  The
 * read that clears a flag still shows it.
 */
static uint32_t sr_read(Periph *p, unsigned n)
{
    Spi *s = SPI(p);
    uint32_t value;

    catch_up(s);
    value = p->regs[R_SR];
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
    return value;
}

static void sr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    SPI(p)->modf_half = p->regs[R_SR] & R_SR_MODF_MASK;
}

/* ---- Settings ---- */

static void cr1_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Spi *s = SPI(p);
    uint32_t changed = p->regs[R_CR1] ^ was;
    uint32_t fixed = R_CR1_CPHA_MASK | R_CR1_CPOL_MASK | R_CR1_BR_MASK | R_CR1_LSBFIRST_MASK |
                     R_CR1_DFF_MASK | R_CR1_CRCEN_MASK;

    if (s->modf_half) {
        reg_set(s, SR, MODF, 0);
        s->modf_half = false;
    } else if (reg_get(s, SR, MODF)) {
        /* SPE and MSTR can't be set while MODF is (RM0090 28.3.10) */
        p->regs[R_CR1] &= ~(R_CR1_SPE_MASK | R_CR1_MSTR_MASK);
    }
    if (was & p->regs[R_CR1] & R_CR1_SPE_MASK && changed & fixed) {
        periph_mistake(p, "CR1 bits 0x%04x changed while SPE is set", changed & fixed);
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
            periph_mistake(p, "CRCNEXT set without CRCEN");
        }
    }
}

static void cr2_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    if ((p->regs[n] ^ was) & R_CR2_FRF_MASK && reg_get(SPI(p), CR1, SPE)) {
        periph_mistake(p, "FRF changed while SPE is set");
    }
}

static void crcpr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    if (p->regs[n] != was && reg_get(SPI(p), CR1, SPE)) {
        periph_mistake(p, "CRCPR changed while SPE is set");
    }
}

static void i2scfgr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    if (!SPI(p)->i2s && p->regs[n] & R_I2SCFGR_I2SMOD_MASK) {
        periph_mistake(p, "I2SMOD set, but this SPI has no I2S: it stays an SPI");
    }
    spi_i2s_switched(SPI(p), was);
}

static void i2spr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    if (p->regs[n] != was && spi_is_i2s(SPI(p)) && reg_get(SPI(p), I2SCFGR, I2SE)) {
        periph_mistake(p, "I2SPR changed while I2SE is set");
    }
}

static const RegOps spi_ops[] = {
    [R_CR1]     = { .written = cr1_written },
    [R_CR2]     = { .written = cr2_written },
    [R_SR]      = { .read = sr_read, .written = sr_written },
    [R_DR]      = { .read = dr_read, .written = dr_written },
    [R_CRCPR]   = { .written = crcpr_written },
    [R_I2SCFGR] = { .written = i2scfgr_written },
    [R_I2SPR]   = { .written = i2spr_written },
};

/* ---- Inputs ---- */

static void nss_changed(void *opaque, bool level)
{
    Spi *s = opaque;
    bool rises = s->nss_low && level;

    s->nss_low = !level;
    if (rises && reg_get(s, CR2, FRF) && !spi_is_master(s) && s->shift.phase != SPI_IDLE) {
        reg_set(s, SR, FRE, 1);      /* TI: the pulse that begins a frame, in the middle of one */
    }
    periph_update(&s->parent_obj);
}

/* With DMA the CRC follows the last word by itself (RM0090 28.3.9). */
static void dma_last_input(void *opaque, int n, int level)
{
    Spi *s = opaque;

    if (level && reg_get(s, CR1, CRCEN) && !spi_is_i2s(s)) {
        reg_set(s, CR1, CRCNEXT, 1);
    }
}

/* Who receives only: the frame that has begun when the last word was taken is the CRC. */
static void dma_rx_last_input(void *opaque, int n, int level)
{
    Spi *s = opaque;

    if (reg_get(s, CR2, TXDMAEN)) {
        return;
    }
    if (level && reg_get(s, CR1, CRCEN) && s->shift.phase == SPI_DATA) {
        s->shift.phase = SPI_CRC;
    } else {
        dma_last_input(opaque, n, level);
    }
}

static void clock_changed(void *opaque, ClockEvent event)
{
    Spi *s = opaque;

    if (event == ClockPreUpdate) {
        shifter_sync(&s->shift);
        shifter_sync(&s->audio);
    } else {
        periph_update(&s->parent_obj);
    }
}

/* ---- The device ---- */

static void add_signals(Spi *s)
{
    Periph *p = &s->parent_obj;

    periph_add_signal(p, &s->sck, "sck");
    periph_add_signal(p, &s->miso, "miso");
    periph_add_signal(p, &s->mosi, "mosi");
    periph_add_signal(p, &s->nss, "nss");
    periph_add_signal(p, &s->ck, "i2s-ck");
    periph_add_signal(p, &s->ws, "i2s-ws");
    periph_add_signal(p, &s->sd, "i2s-sd");
    periph_add_signal(p, &s->mck, "i2s-mck");
    s->nss.changed = nss_changed;
    s->sck.heard = spi_heard;
    s->sck.changed = spi_soft_sck;
    s->ck.heard = s->sd.heard = spi_i2s_heard;
    s->sck.opaque = s->ck.opaque = s->sd.opaque = s->nss.opaque = s;
}

static void spi_init(Periph *p)
{
    Spi *s = SPI(p);

    s->i2sclk = qdev_init_clock_in(DEVICE(p), "i2sclk", clock_changed, p,
                                   ClockPreUpdate | ClockUpdate);
    periph_add_line(p, &s->irq, "irq");
    periph_add_line(p, &s->dma_rx, "dma-rx");
    periph_add_line(p, &s->dma_tx, "dma-tx");
    qdev_init_gpio_in_named(DEVICE(p), dma_rx_last_input, "dma-rx-last", 1);
    qdev_init_gpio_in_named(DEVICE(p), dma_last_input, "dma-tx-last", 1);
    add_signals(s);
    clock_set_callback(p->clk, clock_changed, p, ClockPreUpdate | ClockUpdate);
    shifter_init(&s->shift, p->clk, spi_frame_expired, s);
    shifter_init(&s->audio, s->i2sclk, spi_i2s_expired, s);
}

/* The bus has the SPI's own name: -device w25q80bl,bus=spi2 */
static void spi_realize(Periph *p, Error **errp)
{
    SPI(p)->ssi = ssi_create_bus(DEVICE(p), object_get_canonical_path_component(OBJECT(p)));
}

static void spi_reset(Periph *p, bool power_on)
{
    Spi *s = SPI(p);

    shifter_reset(&s->shift);
    shifter_reset(&s->audio);
    s->tdr = s->in = 0;
    s->ovr_half = s->modf_half = s->crc_asked = false;
    s->has_sent = s->holds = s->waits = false;
    s->right = s->second = s->sends_first = false;
    s->slave_end = s->running_since = s->grace = s->bunch = 0;
    s->drawn_at = s->drawn_bit = s->drawn_in = 0;
    s->by_bits = s->soft = s->soft_out = false;
    s->draws_in = false;
    s->has_slave = false;
    s->looks = 0;
    s->patient = true;
}

static const VMStateDescription spi_vmstate = {
    .name = "stm32f4-spi", .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32(tdr, Spi),
        VMSTATE_BOOL(ovr_half, Spi),
        VMSTATE_BOOL(modf_half, Spi),
        VMSTATE_BOOL(crc_asked, Spi),
        VMSTATE_BOOL(nss_low, Spi),
        VMSTATE_CLOCK(i2sclk, Spi),
        VMSTATE_SHIFTER(shift, Spi),
        VMSTATE_SHIFTER(audio, Spi),
        VMSTATE_INT64(slave_end, Spi),
        VMSTATE_INT64(drawn_at, Spi),
        VMSTATE_UINT64(drawn_bit, Spi),
        VMSTATE_SPI_BITS(bits, Spi),
        VMSTATE_BOOL(by_bits, Spi),
        VMSTATE_BOOL(soft, Spi),
        VMSTATE_BOOL(soft_out, Spi),
        VMSTATE_BOOL(soft_sck, Spi),
        VMSTATE_UINT32(drawn_in, Spi),
        VMSTATE_BOOL(draws_in, Spi),
        VMSTATE_UINT32(in, Spi),
        VMSTATE_BOOL(has_sent, Spi),
        VMSTATE_UINT32(looks, Spi),
        VMSTATE_BOOL(patient, Spi),
        VMSTATE_INT64(grace, Spi),
        VMSTATE_BOOL(sends_first, Spi),
        VMSTATE_BOOL(right, Spi),
        VMSTATE_BOOL(second, Spi),
        VMSTATE_INT64(running_since, Spi),
        VMSTATE_INT64(bunch, Spi),
        VMSTATE_BOOL(has_slave, Spi),
        VMSTATE_PERIPH(Spi),
        VMSTATE_END_OF_LIST()
    },
};

static const Property spi_properties[] = {
    DEFINE_PROP_BOOL("i2s", Spi, i2s, false),
    DEFINE_PROP_BOOL("extension", Spi, extension, false),
    DEFINE_PROP_LINK("ext", Spi, ext, TYPE_PERIPH, Periph *),
};

static const PeriphInfo spi = {
    .chapter = "RM0090 28", .bus = BUS_APB,
    REGS_AND_OPS(spi_ops), PROPERTIES(spi_properties),
    .vmsd = &spi_vmstate,
    .init = spi_init, .realize = spi_realize, .reset = spi_reset, .update = spi_update,
};
DEFINE_PERIPH("stm32f4-spi", Spi, spi)
