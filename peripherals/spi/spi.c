/*
 * Serial peripheral interface and I2S (RM0090 chapter 28): the device with its lines and outputs.
 * state.h says what is in which file.
 *
 * Lines out: `irq`, `dma-rx`, `dma-tx`.  Lines in: `dma-rx-last`, `dma-tx-last`.
 * Clock in: `i2sclk`.
 * Signals: `sck`, `miso`, `mosi`, `nss`; those with I2S `i2s-ck`, `i2s-ws`, `i2s-sd`, `i2s-mck`; an
 *   extension only `sd`.
 * Bus: of its own name, for parts of QEMU (-device); they are behind SCK wherever it is routed to.
 * Properties: `i2s`: has it; `extension`: is the second half of a full-duplex I2S, which has
 *   nothing but a data line; `ext`, link to that of this one.
 *
 * Deliberately different: what goes over SCK, MOSI and MISO is handed on in whole frames where it
 * can be; the pins show the picture.  CK, WS and MCK of I2S are square waves while it runs, SD
 * shows no bits.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "hw/qdev-properties.h"
#include "stm32/peripherals/spi/spi.h"
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

/*
 * Another master has the bus: back off (RM0090 28.3.10).
 * unsure: that it needs SPE; drivers that set MSTR, then SSOE, then SPE rely on it
 */
static void check_mode_fault(Spi *s)
{
    bool hard = !reg_get(s, CR1, SSM);

    if (spi_is_master(s) && reg_get(s, CR1, SPE) && !spi_is_i2s(s) && hard && !reg_get(s, CR2, SSOE) && !reg_get(s, CR2, FRF) &&
        !signal_is_routed(&s->nss)) {
        periph_mistake(&s->parent_obj, SPI017, "a master looks at NSS (SSM and SSOE are 0), and that is at no pin");
    }
    if (!spi_is_master(s) || !reg_get(s, CR1, SPE) || spi_is_i2s(s) || !spi_is_selected(s) ||
        (hard && reg_get(s, CR2, SSOE))) {
        return;
    }
    if (!reg_get(s, SR, MODF)) {
        periph_mistake(&s->parent_obj, SPI013, "mode fault: a master with NSS low (%s)",
                       hard ? "the pin" : "SSM is set and SSI is 0");
    }
    reg_set(s, SR, MODF, 1);
    s->parent_obj.regs[R_CR1] &= ~(R_CR1_SPE_MASK | R_CR1_MSTR_MASK);
}

static void spi_drive(Spi *s)
{
    bool selects = reg_get(s, CR2, SSOE) && !reg_get(s, CR1, SSM);

    spi_draw_update(s);
    signal_drive(&s->nss, selects && spi_drives_clock(s) ? DRIVE(LOW) : DRIVE(NONE));
}

static void update_lines(Spi *s)
{
    line_set(&s->irq, wants_interrupt(s));
    line_set(&s->dma_rx, reg_get(s, SR, RXNE) && reg_get(s, CR2, RXDMAEN));
    line_set(&s->dma_tx, reg_get(s, SR, TXE) && reg_get(s, CR2, TXDMAEN));
}

void spi_was_read(Spi *s)
{
    if (s->grace || s->holds) {
        periph_update(&s->parent_obj);      /* somebody has waited for that */
    } else {
        update_lines(s);
    }
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
    update_lines(s);
    spi_drive(s);
    spi_i2s_drive(s);
    spi_settle_late(s);
    shifter_arm_late(&s->shift, spi_frame_when(s), spi_lateness, s);
    shifter_arm(&s->audio, spi_i2s_when(s));
}

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

static void look_at_runs(Spi *s)
{
    run_look_at(&s->runner);
    run_look_at(&s->i2s_runner);
}

static void clock_changed(void *opaque, ClockEvent event)
{
    Spi *s = opaque;

    if (event == ClockPreUpdate) {
        look_at_runs(s);
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
    spi_run_init(s);
    spi_i2s_init(s);
}

/* The bus has the SPI's own name: -device w25q80bl,bus=spi2 */
static void spi_realize(Periph *p, Error **errp)
{
    SPI(p)->ssi = ssi_create_bus(DEVICE(p), object_get_canonical_path_component(OBJECT(p)));
}

/* Registers are looked at. */
static void spi_sync(Periph *p)
{
    look_at_runs(SPI(p));
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
    s->slave_end = s->running_since = s->grace = 0;
    s->drawn_at = s->drawn_bit = s->drawn_bits = s->drawn_out = s->drawn_in = 0;
    sampler_stop(&s->sampler);
    s->in_pieces = false;
    s->piece_left = 0;
    s->by_bits = s->soft = s->soft_out = false;
    s->draws_in = false;
    s->has_slave = false;
    s->looks = 0;
    s->patient = true;
}

static bool is_sane(void *opaque, int version_id)
{
    Spi *s = opaque;

    return s->shift.phase <= I2S_HALF && s->piece_left <= 32 &&
           ((!s->by_bits && !s->piece_left) || s->bits.width) &&
           (!s->drawn_bit || (s->drawn_bits && s->drawn_bits <= 32));
}

static int spi_post_load(void *opaque, int version_id)
{
    sampler_loaded(&SPI(opaque)->sampler, spi_line_in(opaque));
    return 0;
}

static const VMStateDescription spi_vmstate = {
    .name = "stm32f4-spi", .version_id = 1, .minimum_version_id = 1, .post_load = spi_post_load,
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
        VMSTATE_UINT8(drawn_bits, Spi),
        VMSTATE_UINT32(drawn_out, Spi),
        VMSTATE_SAMPLER(sampler, Spi),
        VMSTATE_BOOL(in_pieces, Spi),
        VMSTATE_UINT32(piece_in, Spi),
        VMSTATE_UINT8(piece_left, Spi),
        VMSTATE_BOOL(piece_known, Spi),
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
        VMSTATE_BOOL(has_slave, Spi),
        VMSTATE_VALIDATE("what goes on is possible", is_sane),
        VMSTATE_PERIPH(Spi),
        VMSTATE_END_OF_LIST()
    },
};

static const Property spi_properties[] = {
    DEFINE_PROP_BOOL("i2s", Spi, i2s, false),
    DEFINE_PROP_BOOL("extension", Spi, extension, false),
    DEFINE_PROP_LINK("ext", Spi, ext, TYPE_PERIPH, Periph *),
};

int64_t spi_frame_sampled_at(DeviceState *spi)
{
    Spi *s = SPI(spi);

    return s->drawn_bit ? spi_sampled_at(s->drawn_at, s->drawn_bit, s->drawn_bits) : 0;
}

/* What a loop waits for that will never end. */
static const char *spi_never(Periph *p, unsigned n)
{
    Spi *s = SPI(p);

    return n == R_SR && !reg_get(s, CR1, SPE) && !reg_get(s, I2SCFGR, I2SE) ? "CR1.SPE and I2SCFGR.I2SE are 0, it is off" : NULL;
}

static const char *spi_idle(Periph *p, unsigned n)
{
    Spi *s = SPI(p);
    uint32_t flags = R_SR_TXE_MASK | R_SR_RXNE_MASK | R_SR_BSY_MASK;

    return n == R_SR && spi_is_on(s) && spi_is_master(s) && (p->regs[R_SR] & flags) == R_SR_TXE_MASK
           ? "a master clocks, and so receives, only when DR is written" : NULL;
}

/* Who asks for the DMA, and what it gets, is nobody else's business. */
static bool spi_keeps_late(Periph *p, unsigned n)
{
    return n == R_DR || (n == R_CR2 && SPI(p)->keeps_late);
}

static const PeriphInfo spi = {
    .chapter = "RM0090 28", .bus = BUS_APB,
    REGS_AND_OPS(spi_ops), PROPERTIES(spi_properties),
    .vmsd = &spi_vmstate,
    .init = spi_init, .realize = spi_realize, .reset = spi_reset, .sync = spi_sync,
    .update = spi_update,
    .never = spi_never, .idle = spi_idle, .keeps_late = spi_keeps_late,
};
DEFINE_PERIPH("stm32f4-spi", Spi, spi)
