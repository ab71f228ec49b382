/*
 * Reset and clock control (RM0090 chapter 7): the switch of SYSCLK, a gated clock and a reset line for
 * every peripheral, the causes of reset.  Oscillators and PLLs are in oscillators.c, what becomes of
 * them in tree.c.
 *
 * Clock inputs `hse`, `lse`: the crystals; a period of 0 means not fitted, or broken.
 * Clock outputs `hclk systick pclk1 pclk2 pll48 i2s lsi lse-running hse-rtc rtc`, and one named after every enable bit.
 * Lines in: `dbp` (PWR), `sleeping` (the core), `stop` (PWR: all fast clocks off), `clocked` (PWR: but
 *   HSI, for a debugger), `lsi-on` (IWDG), and `cause[0..4]`, what resets the chip: software, IWDG, WWDG, low power, leaving Standby.
 * Lines out: `irq`, `nmi` (CSS), `break` (CSS, to the timers), `backup-reset`, and `x-reset` for every
 *   bit xRST of the RSTR registers.
 * Signals: `mco1`, `mco2`, `i2s-ckin` (a square wave there clocks I2S).
 *
 * Deliberately different: spread spectrum is not modelled.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "system/runstate.h"
#define REGS "stm32/regs/rcc.h"
#include "stm32/core/periph.h"
#include "stm32/peripherals/rcc/oscillators.h"
#include "stm32/peripherals/rcc/tree.h"

/* Inputs cause[n]: what resets the chip, and the flags it leaves in CSR.  All drive NRST too. */
enum { RESET_SOFTWARE, RESET_IWDG, RESET_WWDG, RESET_LOW_POWER, RESET_STANDBY, N_RESETS };
static const uint32_t reset_flags[N_RESETS] = {
    [RESET_SOFTWARE]  = R_CSR_SFTRSTF_MASK | R_CSR_PINRSTF_MASK,
    [RESET_IWDG]      = R_CSR_IWDGRSTF_MASK | R_CSR_PINRSTF_MASK,
    [RESET_WWDG]      = R_CSR_WWDGRSTF_MASK | R_CSR_PINRSTF_MASK,
    [RESET_LOW_POWER] = R_CSR_LPWRRSTF_MASK | R_CSR_PINRSTF_MASK,
    [RESET_STANDBY]   = 0,  /* unsure: waking from Standby leaves RCC_CSR as it is; PWR_CSR.SBF tells */
};
#define RESET_FLAGS 0xfe000000u /* CSR 31:25 */

/* One bit of an enable register: a clock. */
typedef struct Gate {
    Clock *out;
    uint8_t reg;                /* R_xxxENR */
    uint32_t bit;
    enum { FROM_HCLK, FROM_PCLK1, FROM_PCLK2, FROM_TIM1, FROM_TIM2 } from;
} Gate;

/* One bit of a reset register: a line. */
typedef struct ResetLine {
    Line line;
    uint8_t reg;
    uint32_t bit;
} ResetLine;

#define MAX_GATES 96

typedef struct Rcc {
    Periph parent_obj;
    Oscillators osc;
    Clock *hclk, *systick, *pclk1, *pclk2, *pll48, *i2s, *lsi, *lse, *hse_rtc, *rtc;
    Gate gate[MAX_GATES];
    ResetLine reset_line[MAX_GATES];
    unsigned n_gates, n_reset_lines;
    Line irq, nmi, brk, backup_reset;
    Signal mco1, mco2, i2s_ckin;
    bool dbp, sleeping, stop, clocked;
    uint32_t cause;                     /* flags of the reset that is under way */
} Rcc;

#define RCC(obj) ((Rcc *)(obj))

static bool is_ready(const Rcc *s, OscillatorId id)
{
    return oscillator_is_ready(s->parent_obj.regs, id);
}

static RccSources sources(const Rcc *s)
{
    RccSources from = oscillators_running(&s->osc);

    from.i2s_ckin = signal_wave_period(&s->i2s_ckin);
    return from;
}

/* ---- SYSCLK ---- */

/* What CFGR.SW chooses from. */
static const OscillatorId sysclk_source[] = { HSI, HSE, PLL };

/* SWS follows SW as soon as that source is ready. */
static void switch_sysclk(Rcc *s)
{
    uint32_t *regs = s->parent_obj.regs;
    unsigned sw = FIELD_EX32(regs[R_CFGR], CFGR, SW);

    if (sw < ARRAY_SIZE(sysclk_source) && is_ready(s, sysclk_source[sw])) {
        regs[R_CFGR] = FIELD_DP32(regs[R_CFGR], CFGR, SWS, sw);
    }
}

static void back_to_hsi(Rcc *s)
{
    uint32_t *regs = s->parent_obj.regs;

    regs[R_CR] |= R_CR_HSION_MASK | R_CR_HSIRDY_MASK;
    regs[R_CFGR] &= ~(R_CFGR_SW_MASK | R_CFGR_SWS_MASK);
}

static bool hse_feeds_sysclk(const uint32_t *regs)
{
    unsigned sws = FIELD_EX32(regs[R_CFGR], CFGR, SWS);

    return sws == 1 || (sws == 2 && (rcc_pll_source(regs) == HSE));
}

/* The crystal has stopped, or comes back (RM0090 7.2.7, clock security system). */
static void hse_changed(void *opaque, ClockEvent event)
{
    Rcc *s = opaque;
    Periph *p = opaque;

    if (!clock_is_enabled(s->osc.hse) && is_ready(s, HSE)) {
        bool in_use = hse_feeds_sysclk(p->regs);

        if (p->regs[R_CR] & R_CR_CSSON_MASK) {
            p->regs[R_CR] &= ~R_CR_HSEON_MASK;
            p->regs[R_CIR] |= R_CIR_CSSF_MASK;
            if (in_use && (rcc_pll_source(p->regs) == HSE)) {
                p->regs[R_CR] &= ~R_CR_PLLON_MASK;
            }
            if (in_use) {
                back_to_hsi(s);
            }
        } else if (in_use) {
            periph_mistake(p, "HSE has stopped and feeds SYSCLK, and CSS is off: the chip stands");
        }
    }
    periph_update(p);
}

/* ---- Outputs ---- */

static uint64_t gate_source(const Gate *gate, const RccClocks *c)
{
    switch (gate->from) {
    case FROM_PCLK1: return c->pclk1;
    case FROM_PCLK2: return c->pclk2;
    case FROM_TIM1:  return c->tim1;
    case FROM_TIM2:  return c->tim2;
    default:         return c->hclk;
    }
}

static Drive clock_wave(uint64_t period)
{
    return period ? (Drive) { DRIVE_WAVE, .period = period, .high = period / 2 } : DRIVE(NONE);
}

static void rcc_update(Periph *p)
{
    Rcc *s = RCC(p);
    uint32_t *regs = p->regs;
    RccSources from;
    RccClocks c;

    oscillators_run(&s->osc);
    switch_sysclk(s);
    from = sources(s);
    c = rcc_tree(regs, &from);

    clock_update(s->lsi, from.lsi);
    clock_update(s->lse, from.lse);
    clock_update(s->hse_rtc, c.hse_rtc);
    clock_update(s->rtc, c.rtc);
    clock_update(s->pll48, c.pll48);
    clock_update(s->i2s, c.i2s);
    clock_update(s->hclk, c.hclk);
    clock_update(s->systick, c.systick);
    clock_update(s->pclk1, c.pclk1);
    clock_update(s->pclk2, c.pclk2);
    for (unsigned i = 0; i < s->n_gates; i++) {
        const Gate *gate = &s->gate[i];
        uint32_t enabled = regs[gate->reg];

        if (s->sleeping) {
            enabled &= regs[gate->reg + R_AHB1LPENR - R_AHB1ENR] |
                       ~p->reg[gate->reg + R_AHB1LPENR - R_AHB1ENR].rw;
        }
        clock_update(gate->out, enabled & gate->bit ? gate_source(gate, &c) : 0);
    }
    for (unsigned i = 0; i < s->n_reset_lines; i++) {
        line_set(&s->reset_line[i].line, regs[s->reset_line[i].reg] & s->reset_line[i].bit);
    }
    line_set(&s->backup_reset, regs[R_BDCR] & R_BDCR_BDRST_MASK);
    line_set(&s->irq, regs[R_CIR] & 0x3f);
    line_set(&s->nmi, regs[R_CIR] & R_CIR_CSSF_MASK);
    line_set(&s->brk, regs[R_CIR] & R_CIR_CSSF_MASK);
    signal_drive(&s->mco1, clock_wave(c.mco1));
    signal_drive(&s->mco2, clock_wave(c.mco2));
}

/* ---- Registers ---- */

static void check_pll(Periph *p, const char *name, unsigned n)
{
    RccSources from = sources(RCC(p));
    uint64_t input, vco;

    rcc_pll_frequencies(p->regs, &from, n, &input, &vco);
    if (!input) {
        periph_note(p, "%s on before its source %s is ready: it locks when that is", name,
                    oscillator_name(rcc_pll_source(p->regs)));
    } else if (input < 950000 || input > 2100000) {
        periph_mistake(p, "%s input is %" PRIu64 " Hz, allowed are 0.95 to 2.1 MHz", name, input);
    } else if (vco < 100000000 || vco > 432000000) {
        periph_mistake(p, "%s VCO is %" PRIu64 " Hz, allowed are 100 to 432 MHz", name, vco);
    }
}

/* What feeds SYSCLK, or what it stands on, can't be switched off. */
static void keep_sysclk_on(Periph *p, uint32_t was)
{
    unsigned sws = FIELD_EX32(p->regs[R_CFGR], CFGR, SWS);
    uint32_t needed = sws == 0 ? R_CR_HSION_MASK : sws == 1 ? R_CR_HSEON_MASK
                    : R_CR_PLLON_MASK |
                      ((rcc_pll_source(p->regs) == HSE) ? R_CR_HSEON_MASK : R_CR_HSION_MASK);

    if (was & ~p->regs[R_CR] & needed) {
        periph_mistake(p, "CR switches off what SYSCLK runs from: ignored");
        p->regs[R_CR] |= was & needed;
    }
}

static void cr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    uint32_t set;

    keep_sysclk_on(p, was);
    if ((was & R_CR_HSEON_MASK) && ((p->regs[R_CR] ^ was) & R_CR_HSEBYP_MASK)) {
        periph_mistake(p, "HSEBYP can be written only with HSE off: ignored");
        p->regs[R_CR] = (p->regs[R_CR] & ~R_CR_HSEBYP_MASK) | (was & R_CR_HSEBYP_MASK);
    }
    set = p->regs[R_CR] & ~was;
    if (set & R_CR_PLLON_MASK) {
        check_pll(p, "PLL", FIELD_EX32(p->regs[R_PLLCFGR], PLLCFGR, PLLN));
    }
    if (set & R_CR_PLLI2SON_MASK) {
        check_pll(p, "PLLI2S", FIELD_EX32(p->regs[R_PLLI2SCFGR], PLLI2SCFGR, PLLI2SN));
    }
}

static void pllcfgr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    uint32_t locked = 0;

    if (p->regs[R_CR] & R_CR_PLLON_MASK) {
        locked = UINT32_MAX;
    } else if (p->regs[R_CR] & R_CR_PLLI2SON_MASK) {
        locked = R_PLLCFGR_PLLM_MASK | R_PLLCFGR_PLLSRC_MASK;
    }
    if ((p->regs[n] ^ was) & locked) {
        periph_mistake(p, "PLLCFGR written while a PLL that uses it is on: ignored");
        p->regs[n] = (p->regs[n] & ~locked) | (was & locked);
    }
}

static void plli2scfgr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    if ((p->regs[R_CR] & R_CR_PLLI2SON_MASK) && p->regs[n] != was) {
        periph_mistake(p, "PLLI2SCFGR written while PLLI2S is on: ignored");
        p->regs[n] = was;
    }
}

static uint64_t clock_hz(uint64_t period)
{
    return period ? CLOCK_PERIOD_TO_HZ(period) : 0;
}

/* The limits of the buses, with the new dividers and the source that is to come. */
static void check_buses(Periph *p)
{
    unsigned sw = FIELD_EX32(p->regs[R_CFGR], CFGR, SW);
    uint32_t regs[R_PLLI2SCFGR + 1];
    RccSources from = sources(RCC(p));
    RccClocks c;

    if (!is_ready(RCC(p), sysclk_source[sw])) {
        periph_mistake(p, "CFGR.SW selects %s, which is not ready: the switch waits for it",
                       oscillator_name(sysclk_source[sw]));
        return;
    }
    memcpy(regs, p->regs, sizeof(regs));
    regs[R_CFGR] = FIELD_DP32(regs[R_CFGR], CFGR, SWS, sw);
    c = rcc_tree(regs, &from);
    if (clock_hz(c.hclk) > 168000000) {
        periph_mistake(p, "HCLK is %" PRIu64 " Hz, the limit is 168 MHz",
                       clock_hz(c.hclk));
    }
    if (clock_hz(c.pclk1) > 42000000) {
        periph_mistake(p, "PCLK1 is %" PRIu64 " Hz, the limit is 42 MHz: see CFGR.PPRE1",
                       clock_hz(c.pclk1));
    }
    if (clock_hz(c.pclk2) > 84000000) {
        periph_mistake(p, "PCLK2 is %" PRIu64 " Hz, the limit is 84 MHz: see CFGR.PPRE2",
                       clock_hz(c.pclk2));
    }
}

static void cfgr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    if (FIELD_EX32(p->regs[n], CFGR, SW) == 3) {
        periph_mistake(p, "CFGR.SW = 3 is not allowed: ignored");
        p->regs[n] = FIELD_DP32(p->regs[n], CFGR, SW, FIELD_EX32(was, CFGR, SW));
    }
    check_buses(p);
}

static void cir_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    p->regs[R_CIR] &= ~(data >> 16 & 0xbf);
}

static void bdcr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    uint32_t *bdcr = &p->regs[R_BDCR];

    if (!RCC(p)->dbp) {
        periph_mistake(p, "BDCR written while the backup domain is protected: set PWR_CR.DBP first");
        *bdcr = was;
        return;
    }
    if (FIELD_EX32(was, BDCR, RTCSEL) && ((*bdcr ^ was) & R_BDCR_RTCSEL_MASK)) {
        periph_mistake(p, "BDCR.RTCSEL can be changed only after BDRST: ignored");
        *bdcr = (*bdcr & ~R_BDCR_RTCSEL_MASK) | (was & R_BDCR_RTCSEL_MASK);
    }
    if ((was & R_BDCR_LSEON_MASK) && ((*bdcr ^ was) & R_BDCR_LSEBYP_MASK)) {
        periph_mistake(p, "BDCR.LSEBYP can be written only with LSE off: ignored");
        *bdcr = (*bdcr & ~R_BDCR_LSEBYP_MASK) | (was & R_BDCR_LSEBYP_MASK);
    }
    if (*bdcr & R_BDCR_BDRST_MASK) {
        *bdcr = R_BDCR_BDRST_MASK;      /* the whole domain but this bit */
    }
}

static void csr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    if (data & R_CSR_RMVF_MASK) {
        p->regs[R_CSR] &= ~RESET_FLAGS;
    }
}

static const RegOps rcc_ops[] = {
    [R_CR]         = { .written = cr_written },
    [R_PLLCFGR]    = { .written = pllcfgr_written },
    [R_CFGR]       = { .written = cfgr_written },
    [R_CIR]        = { .written = cir_written },
    [R_BDCR]       = { .written = bdcr_written },
    [R_CSR]        = { .written = csr_written },
    [R_PLLI2SCFGR] = { .written = plli2scfgr_written },
};

/* ---- Inputs and reset ---- */

static void dbp_input(void *opaque, int n, int level)
{
    RCC(opaque)->dbp = level;
}

/* Does sleep take a clock from somebody who has it (xxxLPENR)? */
static bool sleep_matters(const Periph *p)
{
    for (unsigned n = R_AHB1ENR; n <= R_APB2ENR; n++) {
        unsigned in_sleep = n + R_AHB1LPENR - R_AHB1ENR;

        if (p->regs[n] & p->reg[in_sleep].rw & ~p->regs[in_sleep]) {
            return true;
        }
    }
    return false;
}

static void sleeping_input(void *opaque, int n, int level)
{
    RCC(opaque)->sleeping = level;
    if (sleep_matters(opaque)) {
        periph_update(opaque);
    }
}

/*
 * Stop mode (RM0090 5.3.5): all fast clocks end, and HSI it is afterwards; with DBG_STOP already in Stop
 * (38.16.1).  unsure: then all that hangs on HCLK has its clock, as in Sleep
 */
static void stop_input(void *opaque, int n, int level)
{
    Rcc *s = opaque;
    Periph *p = opaque;

    if (level != s->stop) {
        p->regs[R_CR] &= ~(R_CR_HSEON_MASK | R_CR_PLLON_MASK | R_CR_PLLI2SON_MASK);
        if (!level || s->clocked) {
            back_to_hsi(s);
        }
    }
    s->stop = level;
    s->osc.stop = level && !s->clocked;
    periph_update(p);
}

static void clocked_input(void *opaque, int n, int level)
{
    RCC(opaque)->clocked = level;
}

static void lsi_on_input(void *opaque, int n, int level)
{
    RCC(opaque)->osc.lsi_on = level;
    periph_update(opaque);
}

static void reset_input(void *opaque, int cause, int level)
{
    if (level) {
        RCC(opaque)->cause = reset_flags[cause];
        qemu_system_reset_request(SHUTDOWN_CAUSE_GUEST_RESET);
    }
}

static void rcc_reset(Periph *p, bool power_on)
{
    Rcc *s = RCC(p);

    oscillators_reset(&s->osc);
    if (!power_on) {
        p->regs[R_CSR] = (p->regs[R_CSR] & RESET_FLAGS) | s->cause;
    }
    s->cause = R_CSR_PINRSTF_MASK;  /* of a reset that nothing inside asks for */
    s->sleeping = s->stop = s->osc.stop = false;
}

/* ---- The device ---- */

/* "USART2EN" -> "usart2" with @suffix instead of the last @drop letters */
static char *line_name(const char *bit, unsigned drop, const char *suffix)
{
    g_autofree char *stem = g_ascii_strdown(bit, strlen(bit) - drop);

    return g_strconcat(stem, suffix, NULL);
}

static void add_gate(Rcc *s, const RegRow *row)
{
    Gate *gate = &s->gate[s->n_gates++];
    g_autofree char *name = line_name(row->name, strlen("EN"), "");
    bool timer = g_str_has_prefix(name, "tim");

    g_assert(s->n_gates <= MAX_GATES);
    gate->reg = row->offset / 4;
    gate->bit = 1u << row->shift;
    gate->from = gate->reg == R_APB1ENR ? (timer ? FROM_TIM1 : FROM_PCLK1)
               : gate->reg == R_APB2ENR ? (timer ? FROM_TIM2 : FROM_PCLK2) : FROM_HCLK;
    gate->out = qdev_init_clock_out(DEVICE(s), name);
}

static void add_reset_line(Rcc *s, const RegRow *row)
{
    ResetLine *reset = &s->reset_line[s->n_reset_lines++];
    g_autofree char *name = line_name(row->name, strlen("RST"), "-reset");

    g_assert(s->n_reset_lines <= MAX_GATES);
    reset->reg = row->offset / 4;
    reset->bit = 1u << row->shift;
    periph_add_line(&s->parent_obj, &reset->line, name);
}

static void rcc_init(Periph *p)
{
    Rcc *s = RCC(p);
    DeviceState *dev = DEVICE(p);

    s->osc.hse = qdev_init_clock_in(dev, "hse", hse_changed, s, ClockUpdate);
    s->osc.lse = qdev_init_clock_in(dev, "lse", hse_changed, s, ClockUpdate);
    s->hclk = qdev_init_clock_out(dev, "hclk");
    s->systick = qdev_init_clock_out(dev, "systick");
    s->pclk1 = qdev_init_clock_out(dev, "pclk1");
    s->pclk2 = qdev_init_clock_out(dev, "pclk2");
    s->pll48 = qdev_init_clock_out(dev, "pll48");
    s->i2s = qdev_init_clock_out(dev, "i2s");
    s->lsi = qdev_init_clock_out(dev, "lsi");
    s->lse = qdev_init_clock_out(dev, "lse-running");
    s->hse_rtc = qdev_init_clock_out(dev, "hse-rtc");
    s->rtc = qdev_init_clock_out(dev, "rtc");
    for (const RegRow *row = p->info->regs; row->name; row++) {
        if (row->length && row->offset >= A_AHB1ENR && row->offset <= A_APB2ENR) {
            add_gate(s, row);
        } else if (row->length && row->offset >= A_AHB1RSTR && row->offset <= A_APB2RSTR) {
            add_reset_line(s, row);
        }
    }
    periph_add_line(p, &s->irq, "irq");
    periph_add_line(p, &s->nmi, "nmi");
    periph_add_line(p, &s->brk, "break");
    periph_add_line(p, &s->backup_reset, "backup-reset");
    periph_add_signal(p, &s->mco1, "mco1");
    periph_add_signal(p, &s->mco2, "mco2");
    periph_add_signal(p, &s->i2s_ckin, "i2s-ckin");
    qdev_init_gpio_in_named(dev, dbp_input, "dbp", 1);
    qdev_init_gpio_in_named(dev, sleeping_input, "sleeping", 1);
    qdev_init_gpio_in_named(dev, stop_input, "stop", 1);
    qdev_init_gpio_in_named(dev, clocked_input, "clocked", 1);
    qdev_init_gpio_in_named(dev, lsi_on_input, "lsi-on", 1);
    qdev_init_gpio_in_named(dev, reset_input, "cause", N_RESETS);
    oscillators_init(&s->osc, p);
}

static const VMStateDescription rcc_vmstate = {
    .name = "stm32f4-rcc", .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_STRUCT(osc, Rcc, 1, vmstate_oscillators, Oscillators),
        VMSTATE_BOOL(dbp, Rcc),
        VMSTATE_BOOL(sleeping, Rcc),
        VMSTATE_BOOL(stop, Rcc),
        VMSTATE_BOOL(clocked, Rcc),
        VMSTATE_UINT32(cause, Rcc),
        VMSTATE_PERIPH(Rcc),
        VMSTATE_END_OF_LIST()
    },
};

static const PeriphInfo rcc = {
    .chapter = "RM0090 7", .bus = BUS_AHB,
    REGS_AND_OPS(rcc_ops),
    .vmsd = &rcc_vmstate,
    .init = rcc_init, .reset = rcc_reset, .update = rcc_update,
};
DEFINE_PERIPH("stm32f4-rcc", Rcc, rcc)
