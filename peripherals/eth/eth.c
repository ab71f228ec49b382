/*
 * Ethernet: MAC, MMC, PTP and DMA (RM0090 chapter 33): registers, time and lines.
 *
 * Clock inputs `tx`, `rx`, `ptp` (ETHMACTXEN, ETHMACRXEN, ETHMACPTPEN).  Child `mii`: where a PHY goes.  Link
 * `memory-bus`.  Lines in: `rmii`, SYSCFG's choice.  Lines out: `irq`; `wakeup`, to EXTI line 19.
 * Signals: those of MII, RMII and MDIO, and `pps-out`.
 *
 * Frames take the time of their bytes, preamble and gap; the bus takes none: DMABMR's bursts and priorities and
 * the FIFOs' thresholds change nothing.  The data lines are not drawn at pins, but have to be routed.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "hw/qdev-clock.h"
#include "hw/qdev-properties.h"
#include "stm32/peripherals/eth/state.h"

#define RESET_TICKS 16              /* unsure: of the slower clock; some 0.6 us */

#define NORMAL_FLAGS (DMASR(TS) | DMASR(TBUS) | DMASR(RS) | DMASR(ERS))
#define ABNORMAL_FLAGS (DMASR(TPSS) | DMASR(TJTS) | DMASR(ROS) | DMASR(TUS) | DMASR(RBUS) | DMASR(RPSS) | \
                        DMASR(RWTS) | DMASR(ETS) | DMASR(FBES))

/* ---- Time ---- */

static uint64_t wire_due(const Eth *s)
{
    return MIN(MIN(s->reset_due, s->rx_due), MIN(s->look_due, eth_transmit_due(s)));
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

static uint32_t mac_flags(const Eth *s)
{
    const uint32_t *regs = s->parent_obj.regs;
    uint32_t flags = 0;

    flags = FIELD_DP32(flags, MACSR, PMTS, !!(regs[R_MACPMTCSR] & (R_MACPMTCSR_MPR_MASK | R_MACPMTCSR_WFR_MASK)));
    flags = FIELD_DP32(flags, MACSR, MMCRS, eth_mmc_receive_interrupts(s));
    flags = FIELD_DP32(flags, MACSR, MMCTS, eth_mmc_transmit_interrupts(s));
    flags = FIELD_DP32(flags, MACSR, MMCS, eth_mmc_receive_interrupts(s) || eth_mmc_transmit_interrupts(s));
    return FIELD_DP32(flags, MACSR, TSTS, !!regs[R_PTPTSSR]);
}

/* The summaries stay until they are cleared; so they come again while what they sum up is there. */
static void sum_up(Eth *s)
{
    uint32_t enabled = s->parent_obj.regs[R_DMASR] & s->parent_obj.regs[R_DMAIER];

    eth_flag(s, (enabled & NORMAL_FLAGS ? DMASR(NIS) : 0) | (enabled & ABNORMAL_FLAGS ? DMASR(AIS) : 0));
}

static bool interrupts(const Eth *s)
{
    uint32_t enabled = s->parent_obj.regs[R_DMASR] & s->parent_obj.regs[R_DMAIER] & (DMASR(NIS) | DMASR(AIS));
    uint32_t mac = mac_flags(s), masked = s->parent_obj.regs[R_MACIMR];

    return enabled || (mac & R_MACSR_MMCS_MASK) || (mac & ~masked & (R_MACSR_PMTS_MASK | R_MACSR_TSTS_MASK));
}

static void eth_update(Periph *p)
{
    Eth *s = ETH(p);

    eth_ptp_update(s);
    eth_sync(p);
    sum_up(s);
    line_set(&s->irq, interrupts(s));
    line_set(&s->wakeup, mac_flags(s) & R_MACSR_PMTS_MASK);
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

static void maccr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    if (p->regs[n] & ~was & (R_MACCR_RE_MASK | R_MACCR_TE_MASK)) {
        eth_check_enable(ETH(p));
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
    return mac_flags(ETH(p));
}

static void reset_state(Eth *s);

/* Software reset: all else is as after reset at once, and SR stays until the clocks have gone for a while. */
static void dmabmr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Eth *s = ETH(p);

    if (!(data & R_DMABMR_SR_MASK)) {
        return;
    }
    eth_check_reset(s);
    for (unsigned i = 0; i < p->n_regs; i++) {
        periph_reset_register(p, i);
    }
    reset_state(s);
    s->mode_is_late = false;
    s->by_software = true;
    p->regs[n] = R_DMABMR_SR_MASK | (data & p->reg[n].rw);
}

static void poll_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    if (n == R_DMATPDR) {
        eth_transmit_poll(ETH(p));
    } else {
        eth_receive_poll(ETH(p));
    }
}

static void list_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Eth *s = ETH(p);
    bool transmits = n == R_DMATDLAR;

    if (transmits ? s->tx != TX_STOPPED : s->rx != RX_STOPPED) {
        periph_mistake(p, "%s written while that DMA runs: clear DMAOMR.%s first", transmits ? "DMATDLAR" : "DMARDLAR",
                       transmits ? "ST" : "SR");
    }
    eth_check_list(s, p->regs[n], transmits);
    if (transmits) {
        s->tx_address = p->regs[n] & ~3u;
        s->tx_open = false;
    } else {
        s->rx_address = p->regs[n] & ~3u;
        s->rx_wrapped = s->rx_told = false;
    }
}

static void dmaomr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Eth *s = ETH(p);
    uint32_t now = p->regs[n];

    if (now & R_DMAOMR_FTF_MASK) {
        reg_set(s, DMAOMR, FTF, 0);
        eth_transmit_flush(s);
    }
    if (now & ~was & (R_DMAOMR_ST_MASK | R_DMAOMR_SR_MASK)) {
        eth_check_enable(s);
    }
    if (now & ~was & R_DMAOMR_ST_MASK) {
        eth_transmit_start(s);
    } else if (!(now & R_DMAOMR_ST_MASK)) {
        eth_transmit_stop(s);
    }
    if (now & ~was & R_DMAOMR_SR_MASK) {
        eth_receive_start(s);
    } else if (!(now & R_DMAOMR_SR_MASK)) {
        eth_receive_stop(s);
    }
}

static uint32_t dmasr_read(Periph *p, unsigned n)
{
    static const uint8_t tps[] = {
        [TX_STOPPED] = 0, [TX_FETCHING] = 1, [TX_READY] = 2, [TX_SENDING] = 2, [TX_SUSPENDED] = 6, [TX_DEAD] = 0,
    };
    static const uint8_t rps[] = { [RX_STOPPED] = 0, [RX_RUNNING] = 3, [RX_SUSPENDED] = 4, [RX_DEAD] = 0 };
    Eth *s = ETH(p);
    uint32_t value = p->regs[n], mac = mac_flags(s);

    value = FIELD_DP32(value, DMASR, TPS, tps[s->tx]);
    value = FIELD_DP32(value, DMASR, RPS, rps[s->rx]);
    value = FIELD_DP32(value, DMASR, MMCS, FIELD_EX32(mac, MACSR, MMCS));
    value = FIELD_DP32(value, DMASR, PMTS, FIELD_EX32(mac, MACSR, PMTS));
    return FIELD_DP32(value, DMASR, TSTS, FIELD_EX32(mac, MACSR, TSTS));
}

static void missed_was_read(Periph *p, unsigned n, uint32_t value)
{
    p->regs[n] = 0;
}

static const RegOps eth_ops[] = {
    [R_MACCR] = { .written = maccr_written },
    [R_MACMIIAR] = { .written = eth_miiar_written },
    [R_MACFCR] = { .written = eth_fcr_written },
    [R_MACRWUFFR] = { .read = eth_rwuffr_read, .was_read = eth_rwuffr_was_read, .written = eth_rwuffr_written },
    [R_MACPMTCSR] = { .written = eth_pmtcsr_written, .was_read = eth_pmtcsr_was_read },
    [R_MACDBGR] = { .read = macdbgr_read },
    [R_MACSR] = { .read = macsr_read },
    [R_MMCCR] = { .written = eth_mmccr_written },
    [R_MMCRIR] = { .was_read = eth_mmc_flags_were_read },
    [R_MMCTIR] = { .was_read = eth_mmc_flags_were_read },
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
    [R_DMABMR] = { .written = dmabmr_written },
    [R_DMATPDR] = { .written = poll_written },
    [R_DMARPDR] = { .written = poll_written },
    [R_DMARDLAR] = { .written = list_written },
    [R_DMATDLAR] = { .written = list_written },
    [R_DMASR] = { .read = dmasr_read },
    [R_DMAOMR] = { .written = dmaomr_written },
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

static void reset_state(Eth *s)
{
    counter_set(&s->wire, 0);
    counter_set(&s->hclk, 0);
    counter_go(&s->hclk);
    s->reset_due = RESET_TICKS;
    s->by_software = false;
    s->mdio_due = s->rx_watchdog = ETH_NEVER;
    s->tx = TX_STOPPED;
    s->tx_due = s->tx_from = s->tx_start = s->pause_until = 0;
    s->pause_due = ETH_NEVER;
    s->tx_address = s->tx_status = s->tx_length = 0;
    s->tx_open = s->pause_pending = s->pause_zero = false;
    s->rx = RX_STOPPED;
    s->rx_due = s->look_due = ETH_NEVER;
    s->patience = 0;
    s->rx_from = s->rx_start = 0;
    s->rx_address = s->rx_length = s->fifo_used = s->fifo_frames = s->dropped = 0;
    s->rx_wrapped = s->rx_told = false;
    memset(s->wake_filter, 0, sizeof(s->wake_filter));
    s->wake_next = s->unpolled = 0;
    eth_ptp_reset(s);
}

static void eth_reset(Periph *p, bool power_on)
{
    reset_state(ETH(p));
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
    qdev_init_gpio_in_named(DEVICE(p), rmii_input, "rmii", 1);
    add_signals(s);
    reset_state(s);                     /* the PHY calls before the first reset */
}

static int eth_post_load(void *opaque, int version_id)
{
    Eth *s = opaque;
    uint32_t used = 0;

    if (s->tx > TX_DEAD || s->rx > RX_DEAD || s->tx_length > MII_MAX_FRAME || s->rx_length > MII_MAX_FRAME ||
        s->rx_fault > MII_DRIBBLE || s->fifo_frames > ETH_WAITING || s->wake_next >= ETH_WAKE_WORDS) {
        return -EINVAL;
    }
    for (unsigned i = 0; i < s->fifo_frames; i++) {
        used += MIN(s->waiting[i].length, ETH_FIFO + 1);
    }
    return used == s->fifo_used && used <= ETH_FIFO ? 0 : -EINVAL;
}

static const VMStateDescription descriptor_vmstate = {
    .name = "eth-descriptor", .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32(address, EthDescriptor),
        VMSTATE_UINT32_ARRAY(word, EthDescriptor, 8),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription received_vmstate = {
    .name = "eth-received", .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32(length, EthReceived),
        VMSTATE_UINT32(status, EthReceived),
        VMSTATE_UINT32(extended, EthReceived),
        VMSTATE_BOOL(stamp.taken, EthReceived),
        VMSTATE_UINT32(stamp.seconds, EthReceived),
        VMSTATE_UINT32(stamp.subseconds, EthReceived),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription eth_vmstate = {
    .name = "stm32f4-eth", .version_id = 1, .minimum_version_id = 1, .post_load = eth_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_CLOCK(tx_clk, Eth),
        VMSTATE_CLOCK(rx_clk, Eth),
        VMSTATE_CLOCK(ptp_clk, Eth),
        VMSTATE_CLOCK(nibble, Eth),
        VMSTATE_COUNTER(wire, Eth),
        VMSTATE_COUNTER(hclk, Eth),
        VMSTATE_BOOL(rmii, Eth),
        VMSTATE_BOOL(mode_is_late, Eth),
        VMSTATE_UINT64(reset_due, Eth),
        VMSTATE_BOOL(by_software, Eth),
        VMSTATE_UINT64(mdio_due, Eth),
        VMSTATE_UINT32(tx, Eth),
        VMSTATE_UINT64(tx_due, Eth),
        VMSTATE_UINT64(tx_from, Eth),
        VMSTATE_UINT64(tx_start, Eth),
        VMSTATE_STRUCT(tx_first, Eth, 1, descriptor_vmstate, EthDescriptor),
        VMSTATE_STRUCT(tx_last, Eth, 1, descriptor_vmstate, EthDescriptor),
        VMSTATE_UINT32(tx_address, Eth),
        VMSTATE_UINT32(tx_status, Eth),
        VMSTATE_UINT32(tx_length, Eth),
        VMSTATE_BOOL(tx_open, Eth),
        VMSTATE_UINT8_ARRAY(tx_data, Eth, ETH_ROOM),
        VMSTATE_UINT64(pause_until, Eth),
        VMSTATE_BOOL(pause_pending, Eth),
        VMSTATE_BOOL(pause_zero, Eth),
        VMSTATE_UINT64(pause_due, Eth),
        VMSTATE_UINT32(rx, Eth),
        VMSTATE_UINT64(rx_due, Eth),
        VMSTATE_UINT64(rx_from, Eth),
        VMSTATE_UINT64(rx_start, Eth),
        VMSTATE_UINT32(rx_address, Eth),
        VMSTATE_UINT32(rx_length, Eth),
        VMSTATE_UINT32(rx_fault, Eth),
        VMSTATE_UINT8_ARRAY(rx_data, Eth, ETH_ROOM),
        VMSTATE_UINT8_ARRAY(fifo, Eth, ETH_FIFO),
        VMSTATE_UINT32(fifo_used, Eth),
        VMSTATE_UINT32(fifo_frames, Eth),
        VMSTATE_STRUCT_ARRAY(waiting, Eth, ETH_WAITING, 1, received_vmstate, EthReceived),
        VMSTATE_UINT64(look_due, Eth),
        VMSTATE_UINT64(patience, Eth),
        VMSTATE_UINT64(rx_watchdog, Eth),
        VMSTATE_BOOL(rx_wrapped, Eth),
        VMSTATE_BOOL(rx_told, Eth),
        VMSTATE_UINT32(dropped, Eth),
        VMSTATE_UINT32_ARRAY(wake_filter, Eth, ETH_WAKE_WORDS),
        VMSTATE_UINT32(wake_next, Eth),
        VMSTATE_STRUCT(ptp, Eth, 1, eth_ptp_vmstate, EthPtp),
        VMSTATE_PERIPH(Eth),
        VMSTATE_END_OF_LIST()
    },
};

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
