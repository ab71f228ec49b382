/*
 * SDIO, the host of SD cards and MMCs (RM0090 chapter 31): registers, time and lines.
 *
 * Clock input `sdioclk` (PLL48CLK).  Bus `sdio`: QEMU's card.  Signals `ck cmd d0 ... d7`.
 * Lines out: `irq`; `dma`, `dma-end`; `card`: there is one; `card-pull`: and it pulls its data line 3 up; `card-busy`:
 * it holds its data line 0 low.
 * Properties, while it runs: `spoil-response`, `spoil-data`: the next response or block has a wrong CRC;
 * `program-time`, `block-time`: us for which the card is busy at the end of a write or an erase, and between blocks.
 *
 * Deliberately different: only CK is to be seen at its pin, CMD and data go to the card as a whole.  NEGEDGE and
 * PWRSAV change the picture of CK at most.  CTIMEOUT, waits and data have the time that SDIO_CK gives them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "hw/qdev-clock.h"
#include "stm32/peripherals/sdio/state.h"

#define PROGRAM_TIME_US 50      /* of a quick card, unless somebody says */

/* ---- Time ---- */

static uint64_t next_due(const Sdio *s)
{
    return MIN(sdio_command_due(s), sdio_data_due(s));
}

/* Do what is due by now.  It ends: the FIFO fills, or gets empty, and nobody changes it but the lane, which ends, too. */
static void sdio_sync(Periph *p)
{
    Sdio *s = SDIO(p);
    uint64_t now = sdio_now(s);

    if (next_due(s) > now) {
        return;
    }
    sdio_lane_begin(s);
    while (next_due(s) <= now) {
        if (sdio_command_due(s) <= sdio_data_due(s)) {
            sdio_command_step(s);
        } else {
            sdio_data_step(s, MIN(now + 1, sdio_command_due(s)));
        }
    }
    sdio_lane_end(s);
}

static int64_t sdio_holds(Periph *p)
{
    Sdio *s = SDIO(p);
    uint64_t due = next_due(s);
    int64_t busy = sdio_card_is_busy(s) ? timer_expire_time_ns(s->programmed) : INT64_MAX;

    return MIN(busy, due == SDIO_NEVER ? INT64_MAX : counter_when(&s->ck, due));
}

static bool ck_runs(const Sdio *s)
{
    return reg_get(s, POWER, PWRCTRL) == 3 && reg_get(s, CLKCR, CLKEN) && clock_is_enabled(s->sdioclk) &&
           clock_is_enabled(s->parent_obj.clk);
}

static void set_clock(Sdio *s)
{
    unsigned divide = reg_get(s, CLKCR, BYPASS) ? 1 : reg_get(s, CLKCR, CLKDIV) + 2;

    if (divide != s->ck.divide) {
        counter_divide(&s->ck, divide);
    }
    if (ck_runs(s)) {
        counter_go(&s->ck);
    } else {
        counter_stop(&s->ck);
    }
}

/* ---- Outputs ---- */

static uint32_t flags(const Sdio *s)
{
    uint32_t sta = s->parent_obj.regs[R_STA] & SDIO_LATCHED;

    if (s->command != CMD_IDLE) {
        sta |= STA(CMDACT);
    }
    if (sdio_data_is_active(s)) {
        sta |= sdio_receives(s) ? STA(RXACT) : STA(TXACT);
    }
    return sta | sdio_fifo_flags(s);
}

/* An SDIO card's interrupt is its second data line, low. */
static void look_for_interrupt(Sdio *s)
{
    if (reg_get(s, DCTRL, SDIOEN) && signal_state(&s->sig_d[1]).kind == DRIVE_LOW) {
        sdio_flag(s, STA(SDIOIT));
    }
}

static void draw_clock(Sdio *s)
{
    uint64_t period = clock_get(s->sdioclk) * s->ck.divide;
    bool saved = reg_get(s, CLKCR, PWRSAV) && s->command == CMD_IDLE && !sdio_data_is_active(s);

    if (reg_get(s, POWER, PWRCTRL) != 3) {
        signal_drive(&s->sig_ck, DRIVE(NONE));
    } else if (!ck_runs(s) || saved) {
        signal_drive(&s->sig_ck, DRIVE(LOW));
    } else {
        signal_drive(&s->sig_ck, (Drive) { .kind = DRIVE_WAVE, .period = period, .high = period / 2 });
    }
}

/* An event that comes early does no harm, and costs less than to put it off with every word. */
static void arm(Sdio *s)
{
    uint64_t told = MIN(sdio_command_due(s), sdio_data_told(s));
    int64_t when = told == SDIO_NEVER ? COUNTER_NEVER : counter_when(&s->ck, told);

    if (when == COUNTER_NEVER || !timer_pending(s->timer) || timer_expire_time_ns(s->timer) > when) {
        counter_arm(s->timer, when);
    }
}

static void sdio_update(Periph *p)
{
    Sdio *s = SDIO(p);

    sdio_command_look(s);
    look_for_interrupt(s);
    draw_clock(s);
    line_set(&s->card, s->inserted);
    line_set(&s->pull, s->inserted && s->pulls_d3);
    line_set(&s->busy, s->inserted && sdio_card_is_busy(s));
    line_set(&s->irq, flags(s) & p->regs[R_MASK]);
    line_set(&s->dma_end, s->dctrl & R_DCTRL_DMAEN_MASK && !p->regs[R_FIFOCNT]);
    line_set(&s->dma, sdio_fifo_requests(s));
    lane_holder_set(&s->holder, sdio_data_is_active(s) && s->dctrl & R_DCTRL_DMAEN_MASK);
    arm(s);
}

static void catch_up(void *opaque)
{
    sdio_sync(opaque);
    periph_update(opaque);
}

static void card_has_programmed(void *opaque)
{
    sdio_sync(opaque);
    sdio_data_look(opaque);
    periph_update(opaque);
}

static void clock_changes(void *opaque, ClockEvent event)
{
    Sdio *s = opaque;

    if (event == ClockPreUpdate) {
        sdio_sync(opaque);
        counter_sync(&s->ck);
    } else {
        set_clock(s);
        periph_update(opaque);
    }
}

static void line_changed(void *opaque, bool level)
{
    periph_update(opaque);
}

/* ---- Registers ---- */

static void clock_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    if (n == R_CLKCR && p->regs[n] & ~was & R_CLKCR_HWFC_EN_MASK) {
        periph_mistake(p, SDIO021, "CLKCR.HWFC_EN: on silicon the clock has glitches with it that spoil "
                       "data (ES0182, SDIO)");
    }
    if (n == R_CLKCR && p->regs[n] & ~was & R_CLKCR_BYPASS_MASK) {
        periph_mistake(p, ES003, "CLKCR.BYPASS is set: on silicon data may be wrong with it");
    }
    if (n == R_CLKCR && p->regs[n] & ~was & R_CLKCR_NEGEDGE_MASK) {
        periph_mistake(p, ES004, "CLKCR.NEGEDGE is set: on silicon data may be wrong with it");
    }
    set_clock(SDIO(p));
}

static void cmd_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Sdio *s = SDIO(p);

    if (s->command != CMD_IDLE) {
        periph_mistake(p, SDIO022, "CMD written while a command is under way");
    }
    if (reg_get(s, CMD, CPSMEN)) {
        sdio_check_command(s);
        sdio_command_begin(s);
    } else {
        s->command = CMD_IDLE;
    }
}

static void dctrl_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    const uint32_t live = R_DCTRL_RWSTART_MASK | R_DCTRL_RWSTOP_MASK | R_DCTRL_RWMOD_MASK | R_DCTRL_SDIOEN_MASK |
                          R_DCTRL_DMAEN_MASK;
    Sdio *s = SDIO(p);
    bool active = sdio_data_is_active(s);

    if (active && !((p->regs[n] ^ s->dctrl) & ~live)) {
        s->dctrl = (s->dctrl & ~R_DCTRL_DMAEN_MASK) | (p->regs[n] & R_DCTRL_DMAEN_MASK);
        sdio_data_look(s);
        return;
    }
    if (active && reg_get(s, DCTRL, DTEN)) {
        periph_mistake(p, SDIO023, "DCTRL written while data is under way: it ends there");
    }
    if (active) {
        sdio_data_stop(s);
    }
    if (reg_get(s, DCTRL, DTEN)) {
        sdio_check_data(s);
        sdio_data_begin(s);
    }
}

static void resp1_was_read(Periph *p, unsigned n, uint32_t value)
{
    Sdio *s = SDIO(p);

    if (s->unseen) {
        s->unseen = false;
        sdio_data_look(s);
        periph_update(p);
    }
}

/*
 * While virtual time is the host's, who polls for words of the FIFO does not find that the block has ended as long as
 * he takes them: on silicon he is in time.
 */
static uint32_t sta_read(Periph *p, unsigned n)
{
    Sdio *s = SDIO(p);
    bool hidden = !time_is_exact() && s->fifo_moved && s->fifo_count && sdio_receives(s);

    return flags(s) & ~(hidden ? STA(DBCKEND) | STA(DATAEND) : 0);
}

static void sta_was_read(Periph *p, unsigned n, uint32_t value)
{
    Sdio *s = SDIO(p);

    s->fifo_moved = false;
    if (s->data == DATA_WAIT && !sdio_receives(s)) {
        sdio_check_dma(s);
    }
}

/* That changes nothing where loops are passed in a leap. */
static int64_t sta_holds(Periph *p, unsigned n)
{
    return sdio_holds(p);
}

static void icr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    p->regs[R_STA] &= ~(data & SDIO_LATCHED);
}

static const RegOps sdio_ops[] = {
    [R_POWER] = { .written = clock_written },
    [R_CLKCR] = { .written = clock_written },
    [R_CMD] = { .written = cmd_written },
    [R_RESP1] = { .was_read = resp1_was_read },
    [R_DCTRL] = { .written = dctrl_written },
    [R_STA] = { .read = sta_read, .was_read = sta_was_read, .holds = sta_holds },
    [R_ICR] = { .written = icr_written },
    [R_FIFO ... R_FIFO31] = {
        .read = sdio_fifo_read, .was_read = sdio_fifo_was_read, .written = sdio_fifo_written,
    },
};

/* ---- The device ---- */

static bool get_spoil_response(Object *obj, Error **errp) { return SDIO(obj)->spoil_response; }
static void set_spoil_response(Object *obj, bool on, Error **errp) { SDIO(obj)->spoil_response = on; }
static bool get_spoil_data(Object *obj, Error **errp) { return SDIO(obj)->spoil_data; }
static void set_spoil_data(Object *obj, bool on, Error **errp) { SDIO(obj)->spoil_data = on; }

static void sdio_init(Periph *p)
{
    static const char *const names[SDIO_LINES] = { "d0", "d1", "d2", "d3", "d4", "d5", "d6", "d7" };
    Sdio *s = SDIO(p);

    s->sdioclk = qdev_init_clock_in(DEVICE(p), "sdioclk", clock_changes, s, ClockPreUpdate | ClockUpdate);
    clock_set_callback(p->clk, clock_changes, s, ClockPreUpdate | ClockUpdate);
    counter_init(&s->ck, s->sdioclk);
    counter_divide(&s->ck, 2);
    s->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, catch_up, s);
    s->programmed = timer_new_ns(QEMU_CLOCK_VIRTUAL, card_has_programmed, s);
    s->holder = (LaneHolder) { .move = catch_up, .opaque = s };
    lane_holder_add(&s->holder);
    qbus_init(&s->bus, sizeof(s->bus), TYPE_SDIO_BUS, DEVICE(p), "sdio");
    periph_add_line(p, &s->irq, "irq");
    periph_add_line(p, &s->dma, "dma");
    periph_add_line(p, &s->dma_end, "dma-end");
    periph_add_line(p, &s->card, "card");
    periph_add_line(p, &s->pull, "card-pull");
    periph_add_line(p, &s->busy, "card-busy");
    periph_add_signal(p, &s->sig_ck, "ck");
    periph_add_signal(p, &s->sig_cmd, "cmd");
    for (unsigned i = 0; i < SDIO_LINES; i++) {
        periph_add_signal(p, &s->sig_d[i], names[i]);
    }
    s->sig_d[1].changed = s->sig_cmd.changed = line_changed;
    s->sig_d[1].opaque = s->sig_cmd.opaque = s;
    object_property_add_bool(OBJECT(p), "spoil-response", get_spoil_response, set_spoil_response);
    object_property_add_bool(OBJECT(p), "spoil-data", get_spoil_data, set_spoil_data);
    object_property_add_uint32_ptr(OBJECT(p), "program-time", &s->program_time, OBJ_PROP_FLAG_READWRITE);
    object_property_add_uint32_ptr(OBJECT(p), "block-time", &s->block_time, OBJ_PROP_FLAG_READWRITE);
    s->program_time = PROGRAM_TIME_US;
    s->card_width = 1;
}

/* The card keeps its power, and what it has been told. */
static void sdio_reset(Periph *p, bool power_on)
{
    Sdio *s = SDIO(p);

    s->command = CMD_IDLE;
    s->data = DATA_IDLE;
    s->dctrl = s->fifo_last = 0;
    s->command_due = s->data_due = s->timeout = s->ready_from = 0;
    s->block_left = s->seen_from = s->lane_words = 0;
    s->unseen = false;
    s->inserted = sdbus_get_inserted(&s->bus);
    s->pulls_d3 |= power_on;
    sdio_fifo_clear(s);
    counter_stop(&s->ck);
    counter_set(&s->ck, 0);
    set_clock(s);
}

static int sdio_post_load(void *opaque, int version_id)
{
    Sdio *s = opaque;

    if (s->fifo_first >= SDIO_LATE_FIFO || s->fifo_count > SDIO_LATE_FIFO || s->command > CMD_DISABLING ||
        s->data > DATA_READ_WAIT || s->block_left > 1u << 25 ||
        (s->data == DATA_BLOCK && !s->block_left)) {
        return -EINVAL;
    }
    return 0;
}

static const VMStateDescription sdio_vmstate = {
    .name = "stm32f4-sdio", .version_id = 2, .minimum_version_id = 2, .post_load = sdio_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_CLOCK(sdioclk, Sdio),
        VMSTATE_COUNTER(ck, Sdio),
        VMSTATE_UINT32(command, Sdio),
        VMSTATE_UINT64(command_due, Sdio),
        VMSTATE_UINT8_ARRAY(response, Sdio, 16),
        VMSTATE_UINT32(response_bytes, Sdio),
        VMSTATE_BOOL(response_bad, Sdio),
        VMSTATE_BOOL(no_index, Sdio),
        VMSTATE_UINT32(data, Sdio),
        VMSTATE_UINT32(dctrl, Sdio),
        VMSTATE_UINT64(data_due, Sdio),
        VMSTATE_UINT64(timeout, Sdio),
        VMSTATE_BOOL(unseen, Sdio),
        VMSTATE_UINT64(seen_from, Sdio),
        VMSTATE_UINT32(block_left, Sdio),
        VMSTATE_BOOL(block_bad, Sdio),
        VMSTATE_BOOL(block_lost, Sdio),
        VMSTATE_UINT32_ARRAY(fifo, Sdio, SDIO_LATE_FIFO),
        VMSTATE_UINT32(fifo_first, Sdio),
        VMSTATE_UINT32(fifo_count, Sdio),
        VMSTATE_UINT32(fifo_last, Sdio),
        VMSTATE_UINT32(card_width, Sdio),
        VMSTATE_BOOL(high_speed, Sdio),
        VMSTATE_BOOL(identified, Sdio),
        VMSTATE_BOOL(app_command, Sdio),
        VMSTATE_BOOL(pulls_d3, Sdio),
        VMSTATE_UINT64(ready_from, Sdio),
        VMSTATE_TIMER_PTR(programmed, Sdio),
        VMSTATE_BOOL(illegal, Sdio),
        VMSTATE_UINT32(program_time, Sdio),
        VMSTATE_UINT32(block_time, Sdio),
        VMSTATE_BOOL(spoil_response, Sdio),
        VMSTATE_BOOL(spoil_data, Sdio),
        VMSTATE_PERIPH(Sdio),
        VMSTATE_END_OF_LIST()
    },
};

/* What a loop waits for that nothing ends. */
static const char *sdio_idle(Periph *p, unsigned n)
{
    Sdio *s = SDIO(p);

    return n == R_STA && s->command == CMD_IDLE && s->data == DATA_IDLE
           ? "neither a command (CMD.CPSMEN) nor data (DCTRL.DTEN) is under way" : NULL;
}

static const PeriphInfo sdio = {
    .chapter = "RM0090 31", .bus = BUS_APB,
    REGS_AND_OPS(sdio_ops),
    .vmsd = &sdio_vmstate,
    .init = sdio_init, .reset = sdio_reset, .sync = sdio_sync, .holds = sdio_holds,
    .update = sdio_update,
    .idle = sdio_idle,
};
DEFINE_PERIPH("stm32f4-sdio", Sdio, sdio)

static void register_bus(void)
{
    type_register_static(&sdio_bus_type);
}
type_init(register_bus)
