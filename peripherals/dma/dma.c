/*
 * DMA controller (RM0090 chapter 10): registers, flags and lines.  The rest is
 * listed in state.h.
 *
 * Lines in: `request[stream * 8 + channel]`, a level: one burst more; `flow-end[...]`, a level with
 *   it: and that is the last one (PFCTRL).
 * Lines out: `irq[0..7]`; `ack[stream * 8 + channel]`, a pulse when a request has been served;
 *   `last[...]`, a pulse just before it if nothing is left of the transfer.
 * Links: `memory-bus`, `peripheral-bus`, what its two ports reach.
 * Property: `memory-to-memory`, which DMA1 can't.
 *
 * A port takes 3 cycles of HCLK for an access and one for each beat of it; from memory to memory
 * both ports work at the same time, so single words take 4 cycles each.  In direct mode a peripheral has its item 4 cycles
 * after its request, memory 8.
 *
 * Deliberately different: buses are never busy with others and APB does not slow the port down, so
 * there is no overrun, no underrun and no direct mode error.  From memory to a peripheral in
 * circular mode the FIFO takes nothing of the next round in advance.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "exec/wait-loop.h"
#include "qapi/error.h"
#include "hw/qdev-properties.h"
#include "stm32/peripherals/dma/settings.h"

/* Of CR and FCR: what can be written while the stream is enabled. */
#define CR_FREE (R_S0CR_EN_MASK | R_S0CR_DMEIE_MASK | R_S0CR_TEIE_MASK | R_S0CR_HTIE_MASK | \
                 R_S0CR_TCIE_MASK)
#define FCR_FREE R_S0FCR_FEIE_MASK

/* ---- Flags ---- */

/* Flags of a stream that lead to an interrupt. */
static uint32_t enabled_flags(Dma *s, unsigned n)
{
    uint32_t cr = *dma_reg(s, R_S0CR, n);

    return (cr & R_S0CR_DMEIE_MASK ? DMA_DMEIF : 0) | (cr & R_S0CR_TEIE_MASK ? DMA_TEIF : 0) |
           (cr & R_S0CR_HTIE_MASK ? DMA_HTIF : 0) | (cr & R_S0CR_TCIE_MASK ? DMA_TCIF : 0) |
           (*dma_reg(s, R_S0FCR, n) & R_S0FCR_FEIE_MASK ? DMA_FEIF : 0);
}

static void dma_update(Periph *p)
{
    Dma *s = DMA(p);

    dma_engine_schedule(s);
    for (unsigned n = 0; n < DMA_STREAMS; n++) {
        uint32_t flags = dma_flags(s, n);

        line_set(&s->irq[n], flags && flags & enabled_flags(s, n));
    }
}

/* ---- Registers ---- */

static unsigned stream_of(unsigned reg)
{
    return (reg - R_S0CR) / (R_S1CR - R_S0CR);
}

/* Is it the CR of a stream?  The first of its registers. */
static bool is_cr(unsigned reg)
{
    return reg >= R_S0CR && (reg - R_S0CR) % (R_S1CR - R_S0CR) == 0;
}

/* Nothing of it changes by itself. */
static bool stream_rests(Dma *s, unsigned n)
{
    return !dma_is_enabled(s, n) && s->active != n;
}

/* Streams whose flags are at the bits @data of LISR (0) or HISR (1). */
static bool flags_rest(Dma *s, unsigned half, uint32_t data)
{
    for (unsigned n = 4 * half; n < 4 * half + 4; n++) {
        if (extract32(data, dma_flags_at(n), 6) && !stream_rests(s, n)) {
            return false;
        }
    }
    return true;
}

/*
 * In exact time: CR of a stream that interrupts as it ends, or never does, is as it is until a timer says so, and none is
 * late with that; or it is of a copy that can't be through by now, whatever else has to be done.
 */
static bool cr_stands(Dma *s, unsigned n)
{
    if (s->stream[n].stopping || *dma_reg(s, R_S0CR, n) & R_S0CR_DBM_MASK) {
        return false;
    }
    if (!dma_stream_is_free_running(s, n)) {
        return dma_is_circular(s, n) || dma_tells(s, n);
    }
    return dma_copy_is_plain(s, n) && dma_stream_copy_end(s, n) > counter_now(&s->ticks);
}

static unsigned request_by(unsigned n, uint32_t cr)
{
    return n * DMA_CHANNELS + FIELD_EX32(cr, S0CR, CHSEL);
}

/* A stream that is enabled by @cr waits for its request. */
static bool will_wait(Dma *s, unsigned n, uint32_t cr)
{
    return FIELD_EX32(cr, S0CR, DIR) == DMA_P2M && !extract64(s->request, request_by(n, cr), 1);
}

/*
 * What is accessed neither changes by what streams do, nor changes that: a stream that is not enabled, its flags; and CR of
 * one that goes on.  Nobody has to look at what has been done by now.
 */
static bool stands(Periph *p, unsigned reg, bool write, uint32_t data)
{
    Dma *s = DMA(p);

    if (reg < R_S0CR) {
        return write && reg >= R_LIFCR && flags_rest(s, reg - R_LIFCR, data);
    }
    if (stream_rests(s, stream_of(reg)) && !(write && is_cr(reg) && data & R_S0CR_EN_MASK)) {
        return true;
    }
    return time_is_exact() && is_cr(reg) &&
           (write ? stream_rests(s, stream_of(reg)) && will_wait(s, stream_of(reg), data) : cr_stands(s, stream_of(reg)));
}

/* Nor does anything of that depend on who requests, and is late. */
static bool dma_stands(Periph *p, unsigned reg, bool write, uint32_t data)
{
    int64_t now = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
    bool enables = write && is_cr(reg) && data & R_S0CR_EN_MASK;

    return stands(p, reg, write, data) &&
           !(enables && dma_requester_late_until(DMA(p), request_by(stream_of(reg), data)) > now);
}

/* While time is the host's: what requesters have by now. */
static void look(Dma *s)
{
    run_look();
    for (unsigned n = 0; n < DMA_STREAMS && !s->working; n++) {
        dma_stream_look(s, n);
    }
}

static uint32_t live_read(Periph *p, unsigned reg)
{
    Dma *s = DMA(p);

    if (stands(p, reg, false, 0)) {
        return p->regs[reg];
    }
    if (!time_is_exact()) {
        look(s);
    }
    lanes_move();
    if (s->active != DMA_NONE) {
        dma_engine_look(s);
        periph_update(p);
    }
    return p->regs[reg];
}

/* What has come in a bunch has filled its FIFO, too. */
static uint32_t fcr_read(Periph *p, unsigned reg)
{
    uint32_t fcr = live_read(p, reg);

    return FIELD_DP32(fcr, S0FCR, FS, dma_stream_fifo_status(&DMA(p)->stream[stream_of(reg)]));
}

/* In exact time it changes by events alone, but for a copy that goes on, and runs don't change it. */
static int64_t live_holds(Periph *p, unsigned reg)
{
    Dma *s = DMA(p);

    if (!time_is_exact()) {
        return 0;
    }
    wait_loop_read_holds_in_passes();
    if (stands(p, reg, false, 0)) {
        unsigned n = stream_of(reg);

        wait_loop_read_holds_late();
        return dma_is_enabled(s, n) && dma_stream_is_free_running(s, n) ? counter_when(&s->ticks, dma_stream_copy_end(s, n))
                                                                        : INT64_MAX;
    }
    return s->active != DMA_NONE && dma_stream_is_free_running(s, s->active) ? dma_copy_holds(s) : INT64_MAX;
}

static int64_t ndtr_holds(Periph *p, unsigned reg)
{
    Dma *s = DMA(p);

    return time_is_exact() && !lanes_are_held() && (s->active == DMA_NONE || !dma_stream_is_free_running(s, s->active)) ? INT64_MAX : 0;
}

static void clear_written(Periph *p, unsigned reg, uint32_t was, uint32_t data)
{
    DMA(p)->minds = false;
    if (!stands(p, reg, true, data)) {
        run_look();
        lanes_move();
        dma_engine_look(DMA(p));
    }
    dma_note_cleared(DMA(p), reg - R_LIFCR, data & p->regs[reg - R_LIFCR + R_LISR]);
    p->regs[reg - R_LIFCR + R_LISR] &= ~data;
}

/* Do what was due before this write.  Returns what the register would be without the write. */
static uint32_t before_write(Dma *s, unsigned reg, uint32_t was)
{
    uint32_t *r = &s->parent_obj.regs[reg], now = *r;

    *r = was;
    s->minds = dma_is_enabled(s, stream_of(reg));
    if (stands(&s->parent_obj, reg, true, now)) {
        *r = now;
        return was;
    }
    run_look();
    lanes_move();
    dma_engine_look(s);
    was = *r;
    *r = now;
    return was;
}

/* While the stream is enabled only the bits in @free change; those in @moving are no mistake. */
static void keep_frozen(Periph *p, unsigned reg, uint32_t was, uint32_t free, uint32_t moving)
{
    uint32_t *r = &p->regs[reg];

    if ((*r ^ was) & ~free & ~moving) {
        periph_mistake(p, DMA001, "%s written 0x%08x while EN is 1: bits 0x%08x stay", p->reg[reg].name, *r,
                       (*r ^ was) & ~free & ~moving);
    }
    *r = (was & ~free) | (*r & free);
}

static void cr_written(Periph *p, unsigned reg, uint32_t was, uint32_t data)
{
    Dma *s = DMA(p);
    unsigned n = stream_of(reg);
    uint32_t en = p->regs[reg] & R_S0CR_EN_MASK;

    was = before_write(s, reg, was);
    if (!(was & R_S0CR_EN_MASK)) {
        if (en) {
            dma_stream_enable(s, n);
            s->minds |= dma_late_until(s, n) > qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
        }
        return;
    }
    /* the hardware moves CT, and who disables means no more than that */
    keep_frozen(p, reg, was, CR_FREE, en ? R_S0CR_CT_MASK : ~0u);
    p->regs[reg] |= R_S0CR_EN_MASK;
    dma_stream_look(s, n);          /* with HTIE somebody is told sooner */
    if (s->active == n) {
        s->stream[n].stopping |= !en;
        dma_engine_interrupt(s);    /* with HTIE it is to stop at half */
    } else if (!en) {
        dma_stream_stop(s, n);
    }
}

static void ndtr_written(Periph *p, unsigned reg, uint32_t was, uint32_t data)
{
    Dma *s = DMA(p);
    unsigned n = stream_of(reg);

    was = before_write(s, reg, was);
    if (data >> 16) {
        periph_mistake(p, DMA002, "%s written %u: it has 16 bits, so it is %u", p->reg[reg].name, data,
                       data & 0xffff);
    }
    if (dma_is_enabled(s, n)) {
        keep_frozen(p, reg, was, 0, 0);
    } else {
        s->stream[n].reload = p->regs[reg];
    }
}

static void frozen_written(Periph *p, unsigned reg, uint32_t was, uint32_t data)
{
    Dma *s = DMA(p);
    unsigned n = stream_of(reg);

    was = before_write(s, reg, was);
    if (dma_is_enabled(s, n)) {
        keep_frozen(p, reg, was, &p->regs[reg] == dma_reg(s, R_S0FCR, n) ? FCR_FREE : 0, 0);
    }
}

/* The address of the buffer that is not in use can be written at any time (RM0090 10.3.9). */
static void memory_written(Periph *p, unsigned reg, uint32_t was, uint32_t data)
{
    Dma *s = DMA(p);
    unsigned n = stream_of(reg);
    bool second = &p->regs[reg] == dma_reg(s, R_S0M1AR, n), uses_second;

    was = before_write(s, reg, was);
    uses_second = *dma_reg(s, R_S0CR, n) & R_S0CR_CT_MASK;
    dma_let_go(s, n);
    if (!dma_is_enabled(s, n) || second != uses_second) {
        return;
    }
    keep_frozen(p, reg, was, 0, 0);
    if (*dma_reg(s, R_S0CR, n) & R_S0CR_DBM_MASK) {
        periph_mistake(p, DMA003, "%s written while that buffer is in use: transfer error, the stream is "
                       "disabled", p->reg[reg].name);
        dma_set_flags(s, n, DMA_TEIF);
        *dma_reg(s, R_S0CR, n) &= ~R_S0CR_EN_MASK;
        s->stream[n].level = 0;
        s->stream[n].stopping = false;
    }
}

/*
 * A stream that was not enabled has nothing to do with others that are late, nor has clearing flags; unless it serves one
 * from now on that did not reckon with it.
 */
static bool dma_keeps_late(Periph *p, unsigned reg)
{
    return !DMA(p)->minds;
}

/* Drivers put all of it back to rest as they begin, with or without its clock. */
static bool rests(Periph *p, unsigned reg)
{
    return reg == R_LIFCR || reg == R_HIFCR ? !(p->regs[R_LISR] | p->regs[R_HISR]) : p->regs[reg] == p->reg[reg].reset;
}

#define STREAM_OPS(n)                                                                               \
    [R_S##n##CR]   = { .rests = rests, .read = live_read, .holds = live_holds, .written = cr_written },  \
    [R_S##n##NDTR] = { .rests = rests, .read = live_read, .holds = ndtr_holds, .written = ndtr_written }, \
    [R_S##n##PAR]  = { .rests = rests, .written = frozen_written },                                 \
    [R_S##n##M0AR] = { .rests = rests, .written = memory_written },                                 \
    [R_S##n##M1AR] = { .rests = rests, .written = memory_written },                                 \
    [R_S##n##FCR]  = { .rests = rests, .read = fcr_read, .written = frozen_written }

static const RegOps dma_ops[] = {
    [R_LISR]  = { .read = live_read, .holds = live_holds },
    [R_HISR]  = { .read = live_read, .holds = live_holds },
    [R_LIFCR] = { .rests = rests, .written = clear_written },
    [R_HIFCR] = { .rests = rests, .written = clear_written },
    STREAM_OPS(0), STREAM_OPS(1), STREAM_OPS(2), STREAM_OPS(3),
    STREAM_OPS(4), STREAM_OPS(5), STREAM_OPS(6), STREAM_OPS(7),
};

/* ---- Inputs ---- */

static void request_input(void *opaque, int n, int level)
{
    Dma *s = opaque;

    if (extract64(s->request, n, 1) != !!level) {
        s->request = deposit64(s->request, n, 1, !!level);
        if (!dma_is_enabled(s, n / DMA_CHANNELS)) {
            dma_note_unserved(s, n);
        } else if (!s->working) {
            dma_engine_schedule(s);
        }
    }
}

static void flow_end_input(void *opaque, int n, int level)
{
    DMA(opaque)->flow_end = deposit64(DMA(opaque)->flow_end, n, 1, !!level);
}

static void clock_changed(void *opaque, ClockEvent event)
{
    if (event == ClockPreUpdate) {
        counter_sync(&DMA(opaque)->ticks);
    } else {
        periph_update(opaque);
    }
}

/* ---- The device ---- */

static void dma_reset(Periph *p, bool power_on)
{
    Dma *s = DMA(p);

    dma_engine_reset(s);
    s->served = s->unserved = 0;
    missed_forget(&s->missed[0], UINT32_MAX);
    missed_forget(&s->missed[1], UINT32_MAX);
    for (unsigned n = 0; n < DMA_STREAMS; n++) {
        dma_stream_reset(s, n);
    }
}

static void dma_realize(Periph *p, Error **errp)
{
    Dma *s = DMA(p);

    if (!s->memory_bus || !s->peripheral_bus) {
        error_setg(errp, "a DMA needs its links memory-bus and peripheral-bus");
        return;
    }
    dma_port_init(&s->memory, s->memory_bus, "dma-memory");
    dma_port_init(&s->peripheral, s->peripheral_bus, "dma-peripheral");
}

static void dma_init(Periph *p)
{
    Dma *s = DMA(p);

    for (unsigned n = 0; n < DMA_STREAMS; n++) {
        periph_add_line(p, &s->irq[n], "irq");
    }
    qdev_init_gpio_in_named(DEVICE(p), request_input, "request", DMA_REQUESTS);
    qdev_init_gpio_in_named(DEVICE(p), flow_end_input, "flow-end", DMA_REQUESTS);
    qdev_init_gpio_out_named(DEVICE(p), s->ack, "ack", DMA_REQUESTS);
    qdev_init_gpio_out_named(DEVICE(p), s->last, "last", DMA_REQUESTS);
    clock_set_callback(p->clk, clock_changed, p, ClockPreUpdate | ClockUpdate);
    dma_engine_init(s);
}

static bool dma_is_sane(void *opaque, int version_id)
{
    Dma *s = opaque;

    for (unsigned n = 0; n < DMA_STREAMS; n++) {
        if (s->stream[n].level > DMA_FIFO_SIZE || s->stream[n].items > 0xffff) {
            return false;
        }
        if (s->copied[n] > DMA_MAX_COPY) {
            return false;
        }
    }
    return s->active <= DMA_NONE;
}

static int dma_post_load(void *opaque, int version_id)
{
    for (unsigned n = 0; n < DMA_STREAMS; n++) {
        dma_let_go(opaque, n);
        DMA(opaque)->stream[n].plain_maps = 0;
    }
    memset(DMA(opaque)->late, 0, sizeof(DMA(opaque)->late));
    return 0;
}

static const VMStateDescription stream_vmstate = {
    .name = "stm32f4-dma-stream", .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32(reload, DmaStream),
        VMSTATE_UINT32(paddr, DmaStream),
        VMSTATE_UINT32(maddr, DmaStream),
        VMSTATE_UINT32(items, DmaStream),
        VMSTATE_UINT32(mleft, DmaStream),
        VMSTATE_BOOL(stopping, DmaStream),
        VMSTATE_BOOL(primed, DmaStream),
        VMSTATE_UINT8_ARRAY(fifo, DmaStream, DMA_FIFO_SIZE),
        VMSTATE_UINT32(level, DmaStream),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription dma_vmstate = {
    .name = "stm32f4-dma", .version_id = 2, .minimum_version_id = 1,
    .post_load = dma_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT64(request, Dma),
        VMSTATE_UINT64(flow_end, Dma),
        VMSTATE_STRUCT_ARRAY(stream, Dma, DMA_STREAMS, 1, stream_vmstate, DmaStream),
        VMSTATE_UINT32(active, Dma),
        VMSTATE_UINT64(begun, Dma),
        VMSTATE_UINT32(units, Dma),
        VMSTATE_UINT32(cost, Dma),
        VMSTATE_COUNTER(ticks, Dma),
        VMSTATE_UINT32_ARRAY_V(copied, Dma, DMA_STREAMS, 2),
        VMSTATE_VALIDATE("a stream", dma_is_sane),
        VMSTATE_PERIPH(Dma),
        VMSTATE_END_OF_LIST()
    },
};

static const Property dma_properties[] = {
    DEFINE_PROP_BOOL("memory-to-memory", Dma, memory_to_memory, true),
    DEFINE_PROP_LINK("memory-bus", Dma, memory_bus, TYPE_MEMORY_REGION, MemoryRegion *),
    DEFINE_PROP_LINK("peripheral-bus", Dma, peripheral_bus, TYPE_MEMORY_REGION, MemoryRegion *),
};

/* What a loop waits for that nothing ends: of LISR and HISR four streams each. */
static const char *dma_idle(Periph *p, unsigned n)
{
    uint32_t on = 0;

    if (n != R_LISR && n != R_HISR) {
        return NULL;
    }
    for (unsigned i = 0; i < 4; i++) {
        on |= *dma_reg(DMA(p), R_S0CR, i + (n == R_HISR ? 4 : 0)) & R_S0CR_EN_MASK;
    }
    return on ? NULL : "no stream of those is enabled (CR.EN)";
}

static const PeriphInfo dma = {
    .chapter = "RM0090 10", .bus = BUS_AHB, .widths = 4,
    REGS_AND_OPS(dma_ops), PROPERTIES(dma_properties),
    .vmsd = &dma_vmstate,
    .init = dma_init, .realize = dma_realize, .reset = dma_reset, .update = dma_update,
    .lanes = &dma_lanes, .keeps_late = dma_keeps_late, .stands = dma_stands,
    .idle = dma_idle,
};
DEFINE_PERIPH("stm32f4-dma", Dma, dma)
