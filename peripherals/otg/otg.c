/*
 * USB on-the-go, full speed (RM0090 chapter 34) and high speed (35): its registers, reset and interrupts.
 *
 * Clock input `clk48`, that of the PHY.  Signals `dm dp id sof`, of OTG_HS also those of the ULPI.  Link `vbus`:
 * the pin that senses it.  Lines out: `irq`; `wakeup`, while a bus calls that whose clock is stopped (STPPCLK);
 * OTG_HS's `irq-ep1-in`, `irq-ep1-out`.
 * Property of OTG_HS `ulpi`: a high-speed PHY is there; link `memory-bus`.
 *
 * A core is idle at once: resets and flushes are over when they have begun, AHBIDL is 1.  A write of DIEPCTL and
 * DOEPCTL, HPRT and HCCHAR in the other role sets MMIS; of other registers of that role it goes unnoticed.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "hw/qdev-properties.h"
#include "system/system.h"
#include "stm32/peripherals/otg/state.h"

#define FLUSH_ALL 16

/* ---- Interrupts ---- */

static uint32_t device_flags(Otg *s)
{
    Periph *p = &s->parent_obj;
    uint32_t flags = 0, daint = otg_daint_read(p, R_DAINT) & p->regs[R_DAINTMSK];

    flags = FIELD_DP32(flags, GINTSTS, IEPINT, !!(daint & 0xffff));
    flags = FIELD_DP32(flags, GINTSTS, OEPINT, !!(daint >> 16));
    flags = FIELD_DP32(flags, GINTSTS, NPTXFE, otg_in_fifo_is_low(s, 0));
    return FIELD_DP32(flags, GINTSTS, PTXFE, 1);
}

static uint32_t gintsts_read(Periph *p, unsigned n)
{
    Otg *s = OTG(p);
    uint32_t kept = p->regs[R_GINTSTS] & ~(R_GINTSTS_NPTXFE_MASK | R_GINTSTS_PTXFE_MASK);
    uint32_t flags = kept | (s->host ? otg_host_flags(s) : device_flags(s));

    flags = FIELD_DP32(flags, GINTSTS, CMOD, s->host);
    flags = FIELD_DP32(flags, GINTSTS, OTGINT, !!p->regs[R_GOTGINT]);
    return FIELD_DP32(flags, GINTSTS, RXFLVL, s->rx.used > s->rx_packet);
}

static uint32_t deachint_read(Periph *p, unsigned n)
{
    uint32_t in = p->regs[R_DIEPINT1] & p->regs[R_DIEPEACHMSK1];
    uint32_t out = p->regs[R_DOEPINT1] & p->regs[R_DOEPEACHMSK1];

    return (in ? R_DEACHINT_IEP1INT_MASK : 0) | (out ? R_DEACHINT_OEP1INT_MASK : 0);
}

void otg_update(Periph *p)
{
    Otg *s = OTG(p);
    bool on = reg_get(s, GAHBCFG, GINT);

    otg_host_show_plug(s);
    if (otg_role_update(s)) {
        otg_host_enter(s, s->host);
    }
    otg_negotiate_update(s);
    otg_line_update(s);
    if (s->host) {
        otg_host_update(s);
    } else {
        otg_device_update(s);
    }
    otg_negotiate_arm(s);
    otg_frames_update(s);
    s->waking &= reg_get(s, PCGCCTL, STPPCLK);
    line_set(&s->wakeup, s->waking);
    line_set(&s->irq, on && (gintsts_read(p, R_GINTSTS) & p->regs[R_GINTMSK]));
    if (s->is_hs) {
        uint32_t each = deachint_read(p, R_DEACHINT) & p->regs[R_DEACHINTMSK];

        line_set(&s->irq_ep1_in, on && FIELD_EX32(each, DEACHINT, IEP1INT));
        line_set(&s->irq_ep1_out, on && FIELD_EX32(each, DEACHINT, OEP1INT));
    }
}

void otg_sync(Periph *p)
{
    Otg *s = OTG(p);

    if (s->host) {
        otg_host_sync(s);
    } else {
        otg_frames_sync(s);
    }
}

static int64_t gintsts_holds(Periph *p, unsigned n)
{
    return OTG(p)->host ? otg_host_next_flag(OTG(p)) : otg_next_flag(OTG(p));
}

static int64_t dsts_holds(Periph *p, unsigned n)
{
    return otg_next_frame(OTG(p));
}

static int64_t never_changes(Periph *p, unsigned n)
{
    return COUNTER_NEVER;
}

/* ---- The receive FIFO ---- */

static uint32_t grxstsr_read(Periph *p, unsigned n)
{
    return otg_rx_peek(OTG(p));
}

static void grxstsp_was_read(Periph *p, unsigned n, uint32_t status)
{
    Otg *s = OTG(p);

    if (!s->rx.used) {
        periph_mistake(p, OTG039, "GRXSTSP read while the receive FIFO is empty");
        return;
    }
    if (s->rx_packet) {
        periph_mistake(p, OTG040, "GRXSTSP read while %u words of the packet before are still in the "
                       "receive FIFO: they are taken for a status; read them from there first", s->rx_packet);
    }
    otg_rx_pop(s);
    s->rx_packet = MIN(DIV_ROUND_UP(FIELD_EX32(status, GRXSTSP, BCNT), 4), s->rx.used);
    if (!s->host) {
        otg_status_popped(s, status);
    } else {
        otg_host_status_popped(s, status);
    }
    periph_update(p);
}

/* ---- Resets ---- */

static void flush_tx(Otg *s, unsigned fifo)
{
    if (fifo == FLUSH_ALL) {
        for (unsigned f = 0; f < OTG_ENDPOINTS; f++) {
            otg_tx_flush(s, f);
            otg_requests_flush(s, f);
        }
    } else if (fifo < OTG_ENDPOINTS) {
        otg_tx_flush(s, fifo);
        otg_requests_flush(s, fifo);
    }
    for (unsigned n = 0; n < OTG_ENDPOINTS; n++) {
        s->in[n].partial = 0;
    }
}

/* RM0090 34.16.2, GRSTCTL.CSRST: registers but those that choose a PHY, its clock and the speed. */
static void core_reset(Otg *s)
{
    static const struct {
        unsigned reg;
        uint32_t mask;
    } kept[] = {
        { R_GUSBCFG, UINT32_MAX }, { R_GCCFG, UINT32_MAX }, { R_CID, UINT32_MAX },
        { R_PCGCCTL, R_PCGCCTL_STPPCLK_MASK | R_PCGCCTL_GATEHCLK_MASK },
        { R_HCFG, R_HCFG_FSLSPCS_MASK }, { R_DCFG, R_DCFG_DSPD_MASK },
    };
    Periph *p = &s->parent_obj;
    uint32_t was[ARRAY_SIZE(kept)];
    bool tested = otg_device_test(s);

    for (unsigned i = 0; i < ARRAY_SIZE(kept); i++) {
        was[i] = p->regs[kept[i].reg];
    }
    for (unsigned n = 0; n < p->n_regs; n++) {
        periph_reset_register(p, n);
    }
    for (unsigned i = 0; i < ARRAY_SIZE(kept); i++) {
        uint32_t *reg = &p->regs[kept[i].reg];

        *reg = (*reg & ~kept[i].mask) | (was[i] & kept[i].mask);
    }
    otg_rx_flush(s);
    flush_tx(s, FLUSH_ALL);
    memset(s->in, 0, sizeof(s->in));
    memset(s->out, 0, sizeof(s->out));
    s->flight.end = COUNTER_NEVER;
    otg_negotiate_reset(s);
    otg_host_core_reset(s);
    if (tested) {
        otg_bus_rests(s, !s->socket.frames);    /* which it has not seen while it drove a test signal */
    }
}

static void grstctl_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Otg *s = OTG(p);

    if (data & R_GRSTCTL_RXFFLSH_MASK) {
        otg_rx_flush(s);
        otg_channels_rx_flushed(s);
    }
    if (data & R_GRSTCTL_TXFFLSH_MASK) {
        flush_tx(s, reg_get(s, GRSTCTL, TXFNUM));
    }
    if (data & R_GRSTCTL_FCRST_MASK) {
        otg_host_restart_frames(s);
    }
    p->regs[n] &= ~(R_GRSTCTL_RXFFLSH_MASK | R_GRSTCTL_TXFFLSH_MASK | R_GRSTCTL_HSRST_MASK |
                    R_GRSTCTL_FCRST_MASK);
    if (!(p->regs[n] & R_GRSTCTL_CSRST_MASK)) {
        return;
    }
    if (!otg_phy_is_clocked(s)) {
        periph_mistake(p, OTG041, "CSRST without the clock of the PHY: it will never be 0 again; %s",
                       otg_uses_ulpi(s) ? "GUSBCFG.PHYSEL is 0, which chooses a PHY at the ULPI, and there is none"
                                        : "the 48 MHz come from the PLL, which is off");
        return;
    }
    core_reset(s);
}

/* ---- Other registers ---- */


/* unsure: what it says before DIEPTXF0 has been written, whose depth is 0 then, is its reset value. */
static uint32_t hnptxsts_read(Periph *p, unsigned n)
{
    Otg *s = OTG(p);

    if (s->host) {
        return otg_hnptxsts_read(p, n);
    }
    return p->regs[R_DIEPTXF0] == p->reg[R_DIEPTXF0].reset ? p->regs[n]
           : FIELD_DP32(p->regs[n], HNPTXSTS, NPTXFSAV, otg_tx_free(s, 0));
}

static void size_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Otg *s = OTG(p);
    unsigned fifo = n == R_DIEPTXF0 ? 0 : n == R_HPTXFSIZ ? 1 : n - R_DIEPTXF1 + 1;

    if (p->regs[n] == was) {
        return;
    }
    if (n == R_GRXFSIZ) {
        if (s->rx.used) {
            periph_mistake(p, OTG042, "GRXFSIZ written while there is something in the receive FIFO: it is "
                           "lost");
        }
        otg_rx_flush(s);
        otg_channels_rx_flushed(s);
    } else if (fifo < OTG_ENDPOINTS) {
        if (s->tx[fifo].used) {
            periph_mistake(p, OTG043, "the place of transmit FIFO %u changed while there is something in "
                           "it: it is lost", fifo);
        }
        otg_tx_flush(s, fifo);
        otg_requests_flush(s, fifo);
    }
}

static uint32_t pcgcctl_read(Periph *p, unsigned n)
{
    return FIELD_DP32(p->regs[n], PCGCCTL, PHYSUSP, reg_get(OTG(p), PCGCCTL, STPPCLK));
}

#define CHANNEL(n) \
    [R_HCCHAR##n] = { .written = otg_hcchar_written, .holds = never_changes }, \
    [R_HCINT##n] = { .holds = never_changes }, \
    [R_HCTSIZ##n] = { .written = otg_hctsiz_written, .holds = never_changes }
#define IN_ENDPOINT(n) \
    [R_DIEPCTL##n] = { .written = otg_diepctl_written }, \
    [R_DIEPINT##n] = { .read = otg_diepint_read, .written = otg_diepint_written, .holds = never_changes }, \
    [R_DIEPTSIZ##n] = { .written = otg_dieptsiz_written }, \
    [R_DTXFSTS##n] = { .read = otg_dtxfsts_read, .holds = never_changes }
#define OUT_ENDPOINT(n) \
    [R_DOEPCTL##n] = { .written = otg_doepctl_written }, \
    [R_DOEPTSIZ##n] = { .written = otg_doeptsiz_written }

const RegOps otg_ops[OTG_N_OPS] = {
    [R_GOTGCTL] = { .read = otg_gotgctl_read, .written = otg_gotgctl_written },
    [R_GOTGINT] = { .written = otg_gotgint_written },
    [R_GRSTCTL] = { .written = grstctl_written },
    [R_GINTSTS] = { .read = gintsts_read, .holds = gintsts_holds },
    [R_GRXSTSR] = { .read = grxstsr_read, .holds = never_changes },
    [R_GRXSTSP] = { .read = grxstsr_read, .was_read = grxstsp_was_read },
    [R_GRXFSIZ] = { .written = size_written },
    [R_DIEPTXF0] = { .written = size_written },
    [R_HNPTXSTS] = { .read = hnptxsts_read, .holds = never_changes },
    [R_HPTXFSIZ] = { .written = size_written },
    [R_DIEPTXF1] = { .written = size_written },
    [R_DIEPTXF2] = { .written = size_written },
    [R_DIEPTXF3] = { .written = size_written },
    [R_DIEPTXF4] = { .written = size_written },
    [R_DIEPTXF5] = { .written = size_written },
    [R_HFNUM] = { .read = otg_hfnum_read },
    [R_HPTXSTS] = { .read = otg_hptxsts_read, .holds = never_changes },
    [R_HAINT] = { .read = otg_haint_read, .holds = never_changes },
    [R_HPRT] = { .read = otg_hprt_read, .written = otg_hprt_written, .holds = never_changes },
    CHANNEL(0), CHANNEL(1), CHANNEL(2), CHANNEL(3), CHANNEL(4), CHANNEL(5), CHANNEL(6), CHANNEL(7),
    CHANNEL(8), CHANNEL(9), CHANNEL(10), CHANNEL(11),
    [R_DCTL] = { .written = otg_dctl_written },
    [R_DSTS] = { .read = otg_dsts_read, .holds = dsts_holds },
    [R_DAINT] = { .read = otg_daint_read, .holds = never_changes },
    [R_DEACHINT] = { .read = deachint_read, .holds = never_changes },
    IN_ENDPOINT(0), IN_ENDPOINT(1), IN_ENDPOINT(2), IN_ENDPOINT(3), IN_ENDPOINT(4), IN_ENDPOINT(5),
    OUT_ENDPOINT(0), OUT_ENDPOINT(1), OUT_ENDPOINT(2), OUT_ENDPOINT(3), OUT_ENDPOINT(4), OUT_ENDPOINT(5),
    [R_PCGCCTL] = { .read = pcgcctl_read, .holds = never_changes },
};

/* ---- The device ---- */

void otg_reset(Periph *p, bool power_on)
{
    Otg *s = OTG(p);

    otg_rx_flush(s);
    flush_tx(s, FLUSH_ALL);
    memset(s->in, 0, sizeof(s->in));
    memset(s->out, 0, sizeof(s->out));
    s->flight.end = COUNTER_NEVER;
    otg_line_reset(s);
    otg_negotiate_reset(s);
    otg_frames_reset(s);
    otg_host_reset(s);
}

static void clock_changed(void *opaque, ClockEvent event)
{
    periph_update(opaque);
}

void otg_realize(Periph *p, Error **errp)
{
    Otg *s = OTG(p);

    if (s->is_hs && !s->memory_bus) {
        error_setg(errp, "OTG_HS needs its link memory-bus");
        return;
    }
    if (s->is_hs) {
        address_space_init(&s->memory, s->memory_bus, "otg-hs-dma");
    }
    otg_host_realize(s);
}

/* The pin has been linked by now. */
static void machine_done(Notifier *notifier, void *data)
{
    Otg *s = container_of(notifier, Otg, machine_done);

    pin_listen(&s->vbus, s->vbus_pin);
    s->vbus_is_high = s->vbus_pin && pin_level(s->vbus_pin);
}

void otg_init(Periph *p)
{
    Otg *s = OTG(p);

    s->clk48 = qdev_init_clock_in(DEVICE(p), "clk48", clock_changed, s, ClockUpdate);
    clock_set_callback(p->clk, clock_changed, s, ClockUpdate);
    memory_region_init_io(&s->windows, OBJECT(p), &otg_windows, s, "otg-fifos", p->info->size - 0x1000);
    memory_region_add_subregion(&p->mmio, 0x1000, &s->windows);
    object_property_add_link(OBJECT(p), "vbus", TYPE_PIN, (Object **)&s->vbus_pin,
                             object_property_allow_set_link, 0);
    periph_add_line(p, &s->irq, "irq");
    periph_add_line(p, &s->wakeup, "wakeup");
    if (s->is_hs) {
        periph_add_line(p, &s->irq_ep1_in, "irq-ep1-in");
        periph_add_line(p, &s->irq_ep1_out, "irq-ep1-out");
    }
    otg_line_init(s);
    otg_negotiate_init(s);
    otg_frames_init(s);
    otg_device_init(s);
    otg_host_init(s);
    s->machine_done.notify = machine_done;
    qemu_add_machine_init_done_notifier(&s->machine_done);
}

static UsbSocket *otg_socket(Object *owner)
{
    return &OTG(owner)->socket;
}

void otg_class_init(ObjectClass *klass, void *info)
{
    UsbSocketOwnerClass *owner = USB_SOCKET_OWNER_CLASS(klass);

    owner->socket = otg_socket;
}

const InterfaceInfo otg_interfaces[] = { { TYPE_USB_SOCKET_OWNER }, { } };

static const VMStateDescription fifo_vmstate = {
    .name = "otg-fifo", .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32(head, OtgFifo),
        VMSTATE_UINT32(used, OtgFifo),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription in_vmstate = {
    .name = "otg-in", .version_id = 3, .minimum_version_id = 3,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32(total, OtgIn),
        VMSTATE_UINT32(sent, OtgIn),
        VMSTATE_UINT32(partial, OtgIn),
        VMSTATE_UINT64(frame, OtgIn),
        VMSTATE_UINT8(in_frame, OtgIn),
        VMSTATE_BOOL(data1, OtgIn),
        VMSTATE_BOOL(nak, OtgIn),
        VMSTATE_BOOL(stale, OtgIn),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription flight_vmstate = {
    .name = "otg-flight", .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_INT64(end, OtgFlight),
        VMSTATE_BOOL(lost, OtgFlight),
        VMSTATE_UINT8(endpoint, OtgFlight),
        VMSTATE_UINT16(size, OtgFlight),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription out_vmstate = {
    .name = "otg-out", .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_BOOL(data1, OtgOut),
        VMSTATE_BOOL(nak, OtgOut),
        VMSTATE_BOOL(setup, OtgOut),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription negotiation_vmstate = {
    .name = "otg-negotiation", .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_INT64(pulsed_at, OtgNegotiation),
        VMSTATE_INT64(unanswered_at, OtgNegotiation),
        VMSTATE_INT64(unconnected_at, OtgNegotiation),
        VMSTATE_INT64(debounced_at, OtgNegotiation),
        VMSTATE_INT64(late_at, OtgNegotiation),
        VMSTATE_BOOL(connected, OtgNegotiation),
        VMSTATE_BOOL(powered, OtgNegotiation),
        VMSTATE_BOOL(resting, OtgNegotiation),
        VMSTATE_END_OF_LIST()
    },
};

const VMStateDescription otg_vmstate = {
    .name = "stm32f4-otg", .version_id = 3, .minimum_version_id = 3,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32_ARRAY(ram, Otg, OTG_RAM_WORDS),
        VMSTATE_STRUCT(rx, Otg, 1, fifo_vmstate, OtgFifo),
        VMSTATE_STRUCT_ARRAY(tx, Otg, OTG_ENDPOINTS, 1, fifo_vmstate, OtgFifo),
        VMSTATE_UINT32(rx_packet, Otg),
        VMSTATE_BOOL(host, Otg),
        VMSTATE_INT64(role_at, Otg),
        VMSTATE_BOOL(vbus_is_high, Otg),
        VMSTATE_BOOL(id_told, Otg),
        VMSTATE_BOOL(session_told, Otg),
        VMSTATE_STRUCT(n, Otg, 1, negotiation_vmstate, OtgNegotiation),
        VMSTATE_STRUCT_ARRAY(in, Otg, OTG_ENDPOINTS, 1, in_vmstate, OtgIn),
        VMSTATE_STRUCT_ARRAY(out, Otg, OTG_ENDPOINTS, 1, out_vmstate, OtgOut),
        VMSTATE_STRUCT(flight, Otg, 1, flight_vmstate, OtgFlight),
        VMSTATE_BOOL(turned_round, Otg),
        VMSTATE_BOOL(in_control, Otg),
        VMSTATE_UINT8(address, Otg),
        VMSTATE_UINT64(sof_told, Otg),
        VMSTATE_UINT64(eopf_told, Otg),
        VMSTATE_INT64(suspend_at, Otg),
        VMSTATE_BOOL(suspended, Otg),
        VMSTATE_BOOL(waking, Otg),
        VMSTATE_USB_SOCKET(socket, Otg),
        VMSTATE_STRUCT(h, Otg, 1, otg_host_vmstate, OtgHost),
        VMSTATE_CLOCK(clk48, Otg),
        VMSTATE_PERIPH(Otg),
        VMSTATE_END_OF_LIST()
    },
};
