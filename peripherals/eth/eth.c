/*
 * Ethernet: MAC, MMC, PTP and DMA (RM0090 chapter 33): registers, time and lines.
 *
 * Clock inputs `tx`, `rx`, `ptp` (ETHMACTXEN, ETHMACRXEN, ETHMACPTPEN).  Child `mii`: where a PHY goes.  Link
 * `memory-bus`.  Lines in: `rmii`, SYSCFG's choice.  Lines out: `irq`; `wakeup`, to EXTI line 19; `ptp-trigger`, to
 * TIM2, which rises at the target time (unsure: until PTPTSSR is read).
 * Signals: those of MII, RMII and MDIO, and `pps-out`.
 *
 * Frames take the time of their bytes, preamble and gap; the bus takes none: DMABMR's bursts and priorities change
 * nothing, and the FIFOs' thresholds what is begun before it has all come, or cannot be taken back.  The data lines
 * are not drawn at pins, but have to be routed.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "hw/qdev-clock.h"
#include "hw/qdev-properties.h"
#include "stm32/core/mistake/later.h"
#include "stm32/core/mistake/place.h"
#include "stm32/peripherals/eth/state.h"

#define REPEATED_NS (20 * SCALE_MS)     /* a value that may be lost is written again by then */

/* ---- Time ---- */

static uint64_t wire_due(const Eth *s)
{
    return MIN(MIN(MIN(s->reset_due, s->rx_due), MIN(s->look_due, eth_transmit_due(s))), s->rx_early);
}

static int64_t when(const Counter *c, uint64_t tick)
{
    return tick == ETH_NEVER ? COUNTER_NEVER : counter_when(c, tick);
}

static int64_t next_event(const Eth *s)
{
    int64_t core = when(&s->hclk, MIN(s->mdio_due, s->rx_watchdog));

    return MIN(MIN(when(&s->wire, wire_due(s)), core), eth_ptp_due(s));
}

/* What is due by now.  Each ends in a state whose time is to come. */
static void step(Eth *s)
{
    uint64_t core = counter_now(&s->hclk);

    if (s->reset_due <= eth_now(s)) {
        s->reset_due = ETH_NEVER;
        if (s->by_software) {
            periph_reset_register(&s->parent_obj, R_DMABMR);
        }
        reg_set(s, DMABMR, SR, 0);
    }
    if (s->mdio_due <= core) {
        eth_mdio_step(s);
    }
    if (s->rx_early <= eth_now(s)) {
        eth_receive_early(s);
    }
    if (s->rx_due <= eth_now(s)) {
        eth_receive_step(s);
    }
    if (s->look_due <= eth_now(s)) {
        eth_receive_look(s);
    }
    eth_transmit_step(s);
    if (s->rx_watchdog <= core) {
        eth_receive_watchdog(s);
    }
    eth_ptp_step(s);
}

static void eth_sync(Periph *p)
{
    Eth *s = ETH(p);

    if (!s->busy) {
        s->busy = true;
        eth_wire_update(s);
        step(s);
        s->busy = false;
    }
}

static int64_t eth_holds(Periph *p)
{
    return next_event(ETH(p));
}

static void expired(void *opaque)
{
    eth_sync(opaque);
    periph_update(opaque);
}

static void clock_changes(void *opaque, ClockEvent event)
{
    Eth *s = opaque;

    if (event == ClockPreUpdate) {
        eth_sync(opaque);
        counter_sync(&s->hclk);
        counter_sync(&s->ptp.ticks);
    } else {
        periph_update(opaque);
    }
}

/* ---- Outputs ---- */

static void eth_update(Periph *p)
{
    Eth *s = ETH(p);

    eth_ptp_update(s);
    eth_sync(p);
    eth_sum_up(s);
    line_set(&s->irq, eth_interrupts(s));
    line_set(&s->ptp_trigger, p->regs[R_PTPTSSR] & R_PTPTSSR_TSTTR_MASK);
    line_set(&s->wakeup, eth_mac_flags(s) & R_MACSR_PMTS_MASK);
    counter_arm(s->timer, next_event(s));
}

/* ---- From the PHY ---- */

static void phy_changed(void *opaque)
{
    eth_sync(opaque);
    periph_update(opaque);
}

static bool may_begin(void *opaque)
{
    Eth *s = opaque;
    bool may = eth_may_begin(s);

    counter_arm(s->timer, next_event(s));
    return may;
}

static void frame_begins(void *opaque, const uint8_t *data, size_t length, MiiFault fault)
{
    Eth *s = opaque;

    eth_receive_begin(s, data, length, fault);
    counter_arm(s->timer, next_event(s));
}

static const MiiMacOps mac_ops = { .changed = phy_changed, .may_begin = may_begin, .frame = frame_begins };

/* ---- Registers ---- */

/* ST's HAL goes from one register's bit to the next at once, and writes the value again a millisecond later. */
static void check_too_soon(void *opaque)
{
    Eth *s = opaque;
    Periph *p = &s->parent_obj;
    g_autofree char *text = NULL;

    if (!s->too_soon) {
        return;
    }
    text = g_strdup_printf("%s is written again after %u periods of the MII's clock: on silicon one of both values may be lost",
                           p->reg[s->too_soon - 1].name, s->too_soon_after);
    s->too_soon = 0;
    if (s->too_soon_pc) {
        guest_mistake_at(DEVICE(s)->canonical_path, ES005, s->too_soon_pc, "%s", text);
    } else {
        guest_mistake(DEVICE(s)->canonical_path, ES005, "%s", text);
    }
}

/* ES0182: a register that is handed over to the MII's clocks takes 4 of their periods; without them nothing goes on. */
static void slow_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Eth *s = ETH(p);
    uint64_t now = eth_now(s);

    if (time_is_exact() && s->last_written == n + 1 && now - s->written_at < 4 && !eth_unclocked(s)) {
        s->too_soon = n + 1;
        s->too_soon_after = now - s->written_at;
        if (!guest_pc(&s->too_soon_pc)) {
            s->too_soon_pc = 0;
        }
        mistake_later(check_too_soon, s, REPEATED_NS);
    } else if (s->too_soon == n + 1) {
        s->too_soon = 0;
    }
    s->last_written = n + 1;
    s->written_at = now;
}

static void maccr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    slow_written(p, n, was, data);
    if (p->regs[n] & ~was & (R_MACCR_RE_MASK | R_MACCR_TE_MASK)) {
        eth_check_enable(ETH(p));
    }
    if ((p->regs[n] ^ was) & (R_MACCR_DM_MASK | R_MACCR_TE_MASK)) {
        eth_receive_look(ETH(p));       /* back pressure may have ended */
    }
}

static uint32_t macdbgr_read(Periph *p, unsigned n)
{
    Eth *s = ETH(p);
    bool sending = s->tx == TX_SENDING, ready = s->tx == TX_READY;
    uint32_t value = 0;

    value = FIELD_DP32(value, MACDBGR, MMRPEA, s->rx_due != ETH_NEVER);
    value = FIELD_DP32(value, MACDBGR, RFFL, !s->fifo_frames ? 0 : s->fifo_used >= ETH_FIFO - 64 ? 3 : 1);
    value = FIELD_DP32(value, MACDBGR, MMTEA, sending || s->pause_due != ETH_NEVER);
    value = FIELD_DP32(value, MACDBGR, MTFCS, s->pause_due != ETH_NEVER ? 2 : sending ? 3 : ready ? 1 : 0);
    value = FIELD_DP32(value, MACDBGR, MTP, s->pause_until > eth_now(s));
    value = FIELD_DP32(value, MACDBGR, TFRS, sending ? 1 : 0);
    value = FIELD_DP32(value, MACDBGR, TFNE, sending || ready);
    return FIELD_DP32(value, MACDBGR, TFF, ready && s->tx_length >= ETH_FIFO);
}

static uint32_t macsr_read(Periph *p, unsigned n)
{
    return eth_mac_flags(ETH(p));
}

static void missed_was_read(Periph *p, unsigned n, uint32_t value)
{
    p->regs[n] = 0;
}

static const RegOps eth_ops[] = {
    [R_MACCR] = { .written = maccr_written },
    [R_MACFFR] = { .written = slow_written },
    [R_MACHTHR] = { .written = slow_written },
    [R_MACHTLR] = { .written = slow_written },
    [R_MACVLANTR] = { .written = slow_written },
    [R_MACMIIAR] = { .written = eth_miiar_written },
    [R_MACFCR] = { .written = eth_fcr_written },
    [R_MACRWUFFR] = { .read = eth_rwuffr_read, .was_read = eth_rwuffr_was_read, .written = eth_rwuffr_written },
    [R_MACPMTCSR] = { .written = eth_pmtcsr_written, .was_read = eth_pmtcsr_was_read },
    [R_MACDBGR] = { .read = macdbgr_read },
    [R_MACSR] = { .read = macsr_read },
    [R_MMCCR] = { .written = eth_mmccr_written },
    [R_MMCTGFSCCR] = { .was_read = eth_counter_was_read },
    [R_MMCTGFMSCCR] = { .was_read = eth_counter_was_read },
    [R_MMCTGFCR] = { .was_read = eth_counter_was_read },
    [R_MMCRFCECR] = { .was_read = eth_counter_was_read },
    [R_MMCRFAECR] = { .was_read = eth_counter_was_read },
    [R_MMCRGUFCR] = { .was_read = eth_counter_was_read },
    [R_PTPTSCR] = { .written = eth_ptptscr_written },
    [R_PTPSSIR] = { .written = eth_ptp_written },
    [R_PTPPPSCR] = { .written = eth_ptp_written },
    [R_PTPTSHR] = { .read = eth_ptp_time_read, .holds = eth_ptp_time_holds },
    [R_PTPTSLR] = { .read = eth_ptp_time_read, .holds = eth_ptp_time_holds },
    [R_PTPTTHR] = { .written = eth_ptp_target_written },
    [R_PTPTTLR] = { .written = eth_ptp_target_written },
    [R_PTPTSSR] = { .was_read = eth_ptptssr_was_read },
    [R_DMABMR] = { .written = eth_dmabmr_written },
    [R_DMATPDR] = { .written = eth_poll_written },
    [R_DMARPDR] = { .written = eth_poll_written },
    [R_DMARDLAR] = { .written = eth_list_written },
    [R_DMATDLAR] = { .written = eth_list_written },
    [R_DMASR] = { .read = eth_dmasr_read },
    [R_DMAOMR] = { .written = eth_dmaomr_written },
    [R_DMAMFBOCR] = { .was_read = missed_was_read },
};

/* ---- The device ---- */

static void rmii_input(void *opaque, int n, int level)
{
    Eth *s = opaque;

    if (s->rmii != !!level) {
        s->mode_is_late = clock_is_enabled(s->parent_obj.clk) && !reg_get(s, DMABMR, SR);
    }
    s->rmii = level;
    periph_update(&s->parent_obj);
}

static void eth_reset(Periph *p, bool power_on)
{
    eth_reset_state(ETH(p));
}

static void eth_realize(Periph *p, Error **errp)
{
    Eth *s = ETH(p);

    if (!s->memory_bus) {
        error_setg(errp, "Ethernet needs its link memory-bus");
        return;
    }
    address_space_init(&s->memory, s->memory_bus, "eth-dma");
}

static void add_signals(Eth *s)
{
    static const char *const rxd[] = { "rxd0", "rxd1", "rxd2", "rxd3" };
    static const char *const txd[] = { "txd0", "txd1", "txd2", "txd3" };
    const struct {
        const char *name;
        Signal *signal;
    } table[] = {
        { "mdc", &s->mdc }, { "mdio", &s->mdio }, { "ref-clk", &s->ref_clk }, { "rx-clk", &s->rx_clk_pin },
        { "tx-clk", &s->tx_clk_pin }, { "crs", &s->crs }, { "col", &s->col }, { "crs-dv", &s->crs_dv },
        { "rx-dv", &s->rx_dv }, { "rx-er", &s->rx_er }, { "tx-en", &s->tx_en }, { "pps-out", &s->pps },
    };

    for (unsigned i = 0; i < ARRAY_SIZE(table); i++) {
        periph_add_signal(&s->parent_obj, table[i].signal, table[i].name);
    }
    for (unsigned i = 0; i < 4; i++) {
        periph_add_signal(&s->parent_obj, &s->rxd[i], rxd[i]);
        periph_add_signal(&s->parent_obj, &s->txd[i], txd[i]);
    }
}

static void eth_init(Periph *p)
{
    const ClockEvent events = ClockPreUpdate | ClockUpdate;
    Eth *s = ETH(p);

    object_initialize_child(OBJECT(p), "mii", &s->mii, TYPE_MII_PORT);
    mii_port_set_mac(&s->mii, &mac_ops, s);
    s->tx_clk = qdev_init_clock_in(DEVICE(p), "tx", clock_changes, s, events);
    s->rx_clk = qdev_init_clock_in(DEVICE(p), "rx", clock_changes, s, events);
    s->ptp_clk = qdev_init_clock_in(DEVICE(p), "ptp", clock_changes, s, events);
    clock_set_callback(p->clk, clock_changes, s, events);
    s->nibble = clock_new(OBJECT(p), "nibble");
    counter_init(&s->wire, s->nibble);
    counter_init(&s->hclk, p->clk);
    eth_ptp_init(s);
    s->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, expired, s);
    periph_add_line(p, &s->irq, "irq");
    periph_add_line(p, &s->wakeup, "wakeup");
    periph_add_line(p, &s->ptp_trigger, "ptp-trigger");
    qdev_init_gpio_in_named(DEVICE(p), rmii_input, "rmii", 1);
    add_signals(s);
    eth_reset_state(s);                     /* the PHY calls before the first reset */
}

static const Property eth_properties[] = {
    DEFINE_PROP_LINK("memory-bus", Eth, memory_bus, TYPE_MEMORY_REGION, MemoryRegion *),
};

static const PeriphInfo eth = {
    .chapter = "RM0090 33", .bus = BUS_AHB, .size = 0x1400,
    REGS_AND_OPS(eth_ops), PROPERTIES(eth_properties),
    .vmsd = &eth_vmstate,
    .init = eth_init, .realize = eth_realize, .reset = eth_reset, .sync = eth_sync, .holds = eth_holds,
    .update = eth_update,
};
DEFINE_PERIPH("stm32f4-eth", Eth, eth)
