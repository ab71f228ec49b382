/*
 * Inter-integrated circuit (RM0090 chapter 27): the device with its lines and outputs.
 * state.h says what is in which file.
 *
 * Lines out: `irq-ev`, `irq-er`, `dma-rx`, `dma-tx`.  Lines in: `dma-rx-ack`, `dma-rx-last`,
 *   `dma-tx-last`.
 * Signals: `scl`, `sda`, `smba`.
 * Bus: of its own name, for parts of QEMU (-device); they are behind SCL and SDA wherever those are
 *   routed to.
 *
 * Deliberately different: what goes over SCL and SDA is handed on in bytes, the pins show the
 * picture; a filter of the inputs and the rise time (TRISE) take no time; BTF is cleared by DR
 * alone; the level of a line sets BUSY for good only while PE is 1; DMA's last byte is not taken
 * for the PEC by a slave.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "system/runstate.h"
#include "stm32/peripherals/i2c/state.h"

/* ---- On and off ---- */

/* PE is 0, and what was going on is over. */
static void turn_off(I2c *s)
{
    Periph *p = &s->parent_obj;

    p->regs[R_CR1] &= ~(R_CR1_START_MASK | R_CR1_STOP_MASK | R_CR1_ACK_MASK | R_CR1_POS_MASK |
                        R_CR1_PEC_MASK | R_CR1_ALERT_MASK);
    p->regs[R_SR1] = 0;
    p->regs[R_SR2] &= R_SR2_BUSY_MASK;      /* the lines', see update_busy() */
    s->seen = 0;
    s->full = false;
    i2c_slave_off(s);
}

/* All but the lines, and the registers. */
static void reset_state(I2c *s)
{
    shifter_reset(&s->shift);
    s->seen = s->in = s->second = s->waits = s->slave = s->slave_byte = s->match = 0;
    s->talk = s->stuck = s->ack = s->full = s->nacked = s->second_address = false;
    s->starts = s->sends_pec = s->read_first = s->end_ack = s->awaits_dma = s->dma_last = false;
    s->match_read = s->match_alert = s->chosen_10 = s->loaded = s->let_go = s->held = false;
    s->drawn = MASTER_OFF;
    s->by_bits = false;
    i2c_bits_reset(&s->bits);
    s->byte_begin = s->grace = s->slave_end = s->low_since = s->extended = s->free_at = 0;
    s->patience = 0;
    s->low_from = -1;
}

/* Under reset as long as SWRST is set. */
static void software_reset(I2c *s)
{
    i2c_slave_off(s);
    for (unsigned n = 0; n < s->parent_obj.n_regs; n++) {
        periph_reset_register(&s->parent_obj, n);
    }
    reset_state(s);
    s->parent_obj.regs[R_CR1] = R_CR1_SWRST_MASK;
}

/* ---- Outputs ---- */

static void update_busy(I2c *s)
{
    bool low = !i2c_line(s, &s->scl) || !i2c_line(s, &s->sda), was = reg_get(s, SR2, BUSY);

    if (!runstate_is_running()) {
        return;         /* it is being loaded, and pins are not yet what they will be: BUSY comes with the registers */
    }
    s->stuck |= low && reg_get(s, CR1, PE) && !s->talk;
    reg_set(s, SR2, BUSY, 0);
    if (s->talk || s->stuck || low) {
        reg_set(s, SR2, BUSY, 1);
        s->busy_since = was ? s->busy_since : i2c_now();
    }
}

static void update_lines(I2c *s)
{
    uint32_t events = R_SR1_SB_MASK | R_SR1_ADDR_MASK | R_SR1_ADD10_MASK | R_SR1_STOPF_MASK |
                      R_SR1_BTF_MASK;
    uint32_t errors = R_SR1_BERR_MASK | R_SR1_ARLO_MASK | R_SR1_AF_MASK | R_SR1_OVR_MASK |
                      R_SR1_PECERR_MASK | R_SR1_TIMEOUT_MASK | R_SR1_SMBALERT_MASK;
    bool dma = reg_get(s, CR2, DMAEN);

    if (reg_get(s, CR2, ITBUFEN)) {
        events |= R_SR1_TXE_MASK | R_SR1_RXNE_MASK;
    }
    line_set(&s->irq_ev, reg_get(s, CR2, ITEVTEN) && (s->parent_obj.regs[R_SR1] & events));
    line_set(&s->irq_er, reg_get(s, CR2, ITERREN) && (s->parent_obj.regs[R_SR1] & errors));
    line_set(&s->dma_rx, dma && reg_get(s, SR1, RXNE));
    line_set(&s->dma_tx, dma && reg_get(s, SR1, TXE));
}

static void i2c_update(Periph *p)
{
    I2c *s = I2C(p);

    if (reg_get(s, CR1, SWRST)) {
        software_reset(s);
    } else if (!reg_get(s, CR1, PE) && i2c_is_idle(s)) {
        turn_off(s);
    }
    i2c_slave_run(s);
    i2c_master_run(s);
    i2c_smbus_run(s);
    update_busy(s);
    update_lines(s);
    i2c_draw_update(s);
    shifter_arm(&s->shift, i2c_master_when(s));
}

/* ---- Inputs ---- */

static void dma_rx_last_input(void *opaque, int n, int level)
{
    I2c *s = opaque;

    if (level && reg_get(s, CR2, DMAEN)) {
        s->dma_last = true;
    }
}

static void dma_rx_ack_input(void *opaque, int n, int level)
{
    if (level) {
        i2c_master_dma_done(opaque);
    }
}

/* With DMA the PEC follows the last byte by itself (RM0090 27.3.7). */
static void dma_tx_last_input(void *opaque, int n, int level)
{
    I2c *s = opaque;

    if (level && reg_get(s, CR2, DMAEN) && reg_get(s, CR1, ENPEC)) {
        reg_set(s, CR1, PEC, 1);
    }
}

static void clock_changed(void *opaque, ClockEvent event)
{
    I2c *s = opaque;

    if (event == ClockPreUpdate) {
        shifter_sync(&s->shift);
    } else {
        periph_update(&s->parent_obj);
    }
}

/* ---- The device ---- */

static void i2c_init(Periph *p)
{
    I2c *s = I2C(p);

    periph_add_line(p, &s->irq_ev, "irq-ev");
    periph_add_line(p, &s->irq_er, "irq-er");
    periph_add_line(p, &s->dma_rx, "dma-rx");
    periph_add_line(p, &s->dma_tx, "dma-tx");
    qdev_init_gpio_in_named(DEVICE(p), dma_rx_ack_input, "dma-rx-ack", 1);
    qdev_init_gpio_in_named(DEVICE(p), dma_rx_last_input, "dma-rx-last", 1);
    qdev_init_gpio_in_named(DEVICE(p), dma_tx_last_input, "dma-tx-last", 1);
    clock_set_callback(p->clk, clock_changed, p, ClockPreUpdate | ClockUpdate);
    shifter_init(&s->shift, p->clk, i2c_master_expired, s);
    s->slave_timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, i2c_slave_expired, s);
    i2c_lines_init(s);
    i2c_smbus_init(s);
}

/* The bus has the I2C's own name: -device at24c-eeprom,bus=i2c1 */
static void i2c_realize(Periph *p, Error **errp)
{
    I2C(p)->parts.bus = i2c_init_bus(DEVICE(p), object_get_canonical_path_component(OBJECT(p)));
}

static void i2c_reset(Periph *p, bool power_on)
{
    I2c *s = I2C(p);

    i2c_slave_off(s);
    reset_state(s);
    if (s->parts.bus) {
        i2c_parts_reset(&s->parts);
    }
}

static bool is_sane(void *opaque, int version_id)
{
    I2c *s = opaque;

    return s->shift.phase <= MASTER_STOP && s->slave <= SLAVE_ADDRESSED &&
           s->slave_byte <= BYTE_OUT && s->held_event <= I2C_EVENT_ANSWER && s->low_from >= -1;
}

static const VMStateDescription i2c_vmstate = {
    .name = "stm32f4-i2c", .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32(seen, I2c),
        VMSTATE_BOOL(sda_low, I2c),
        VMSTATE_BOOL(smba_low, I2c),
        VMSTATE_BOOL(talk, I2c),
        VMSTATE_BOOL(stuck, I2c),
        VMSTATE_UINT8(in, I2c),
        VMSTATE_BOOL(ack, I2c),
        VMSTATE_BOOL(full, I2c),
        VMSTATE_UINT8(second, I2c),
        VMSTATE_UINT32(drawn, I2c),
        VMSTATE_INT64(drawn_at, I2c),
        VMSTATE_UINT64(drawn_bit, I2c),
        VMSTATE_UINT8(drawn_byte, I2c),
        VMSTATE_BOOL(drawn_ack, I2c),
        VMSTATE_BOOL(drawn_sda, I2c),
        VMSTATE_BOOL(drawn_scl, I2c),
        VMSTATE_I2C_BITS(bits, I2c),
        VMSTATE_BOOL(by_bits, I2c),
        VMSTATE_INT64(byte_begin, I2c),
        VMSTATE_UINT64(byte_bit, I2c),
        VMSTATE_INT32(low_from, I2c),
        VMSTATE_SHIFTER(shift, I2c),
        VMSTATE_UINT32(waits, I2c),
        VMSTATE_BOOL(nacked, I2c),
        VMSTATE_BOOL(second_address, I2c),
        VMSTATE_BOOL(starts, I2c),
        VMSTATE_BOOL(sends_pec, I2c),
        VMSTATE_BOOL(read_first, I2c),
        VMSTATE_BOOL(end_ack, I2c),
        VMSTATE_BOOL(awaits_dma, I2c),
        VMSTATE_BOOL(dma_last, I2c),
        VMSTATE_INT64(grace, I2c),
        VMSTATE_INT64(free_at, I2c),
        VMSTATE_I2C_PARTS(parts, I2c),
        VMSTATE_UINT32(slave, I2c),
        VMSTATE_UINT32(slave_byte, I2c),
        VMSTATE_INT64(slave_end, I2c),
        VMSTATE_UINT32(match, I2c),
        VMSTATE_BOOL(match_read, I2c),
        VMSTATE_BOOL(match_alert, I2c),
        VMSTATE_BOOL(chosen_10, I2c),
        VMSTATE_BOOL(loaded, I2c),
        VMSTATE_BOOL(let_go, I2c),
        VMSTATE_BOOL(held, I2c),
        VMSTATE_INT64(patience, I2c),
        VMSTATE_UINT32(held_event, I2c),
        VMSTATE_UINT8(held_data, I2c),
        VMSTATE_UINT64(held_bit, I2c),
        VMSTATE_INT64(low_since, I2c),
        VMSTATE_INT64(extended, I2c),
        VMSTATE_VALIDATE("what goes on is possible", is_sane),
        VMSTATE_PERIPH(I2c),
        VMSTATE_END_OF_LIST()
    },
};

/* Who waits for BUSY to go, before a START: what keeps it, unless that is a transfer of somebody else's. */
static const char *keeps_busy(I2c *s)
{
    bool scl = !i2c_line(s, &s->scl), sda = !i2c_line(s, &s->sda);

    if (!reg_get(s, SR2, BUSY) || reg_get(s, SR2, MSL) || s->talk) {
        return NULL;
    }
    return scl && sda ? "BUSY, for SCL and SDA are low, and not by this I2C: no pull-ups, or a part that holds them?"
           : scl ? "BUSY, for SCL is low, and not by this I2C: no pull-up, or a part that holds it?"
           : sda ? "BUSY, for SDA is low, and not by this I2C: no pull-up, or a part that was stopped in the middle of a "
                   "byte? (nine clocks by GPIO free it)"
           : "BUSY, for a line was low while PE was 1, and no STOP came since; set up the pins first, or use CR1.SWRST";
}

/* What a loop waits for that will never end. */
static const char *i2c_never(Periph *p, unsigned n)
{
    I2c *s = I2C(p);

    if ((n == R_SR1 || n == R_SR2) && !reg_get(s, CR1, PE)) {
        return "CR1.PE is 0, it is off";
    }
    if (n == R_SR1 && reg_get(s, SR1, AF) && s->nacked) {
        return "AF is 1: nobody has acknowledged, so it goes no further; look at AF too, clear it and set CR1.STOP";
    }
    if (n == R_SR1 && reg_get(s, SR1, ADDR)) {
        return "ADDR is 1: SR2 has to be read after SR1";
    }
    if (n == R_SR1 && reg_get(s, SR1, SB) && s->shift.phase == MASTER_HOLDS) {
        return "SB is 1: it waits for the address, in DR";
    }
    return n == R_SR2 ? keeps_busy(s) : NULL;
}

static const char *i2c_idle(Periph *p, unsigned n)
{
    I2c *s = I2C(p);

    return n == R_SR1 && !reg_get(s, SR2, BUSY) && !reg_get(s, CR1, START) && !reg_get(s, CR1, ACK)
           ? "the bus is idle, CR1.START is 0, and with ACK 0 it is nobody's slave" : NULL;
}

static const PeriphInfo i2c = {
    .chapter = "RM0090 27", .bus = BUS_APB,
    REGS_AND_OPS(i2c_ops),
    .vmsd = &i2c_vmstate,
    .init = i2c_init, .realize = i2c_realize, .reset = i2c_reset, .update = i2c_update,
    .never = i2c_never, .idle = i2c_idle,
};
DEFINE_PERIPH("stm32f4-i2c", I2c, i2c)
