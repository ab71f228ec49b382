/*
 * Reset and clock control (RM0090 chapter 7): the switch of SYSCLK, a gated clock and a reset line for
 * every peripheral, the causes of reset.  Its files: see state.h.
 *
 * Clock inputs `hse`, `lse`: the crystals; a period of 0 means not fitted, or broken.
 * Clock outputs `hclk systick pclk1 pclk2 pll48 i2s lsi lse-running hse-rtc rtc`, and one named after
 *   every enable bit.
 * Lines in: `dbp` (PWR), `sleeping` (the core), `stop` (PWR: all fast clocks off), `clocked` (PWR: but
 *   HSI, for a debugger), `lsi-on` (IWDG), and `cause[0..4]`, what resets the chip: software, IWDG,
 *   WWDG, low power, leaving Standby.
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
#include "stm32/peripherals/rcc/state.h"

/* Inputs cause[n]: what resets the chip, and the flags it leaves in CSR.  All drive NRST too. */
enum { RESET_SOFTWARE, RESET_IWDG, RESET_WWDG, RESET_LOW_POWER, RESET_STANDBY, N_RESETS };
static const uint32_t reset_flags[N_RESETS] = {
    [RESET_SOFTWARE]  = R_CSR_SFTRSTF_MASK | R_CSR_PINRSTF_MASK,
    [RESET_IWDG]      = R_CSR_IWDGRSTF_MASK | R_CSR_PINRSTF_MASK,
    [RESET_WWDG]      = R_CSR_WWDGRSTF_MASK | R_CSR_PINRSTF_MASK,
    [RESET_LOW_POWER] = R_CSR_LPWRRSTF_MASK | R_CSR_PINRSTF_MASK,
    [RESET_STANDBY]   = 0,  /* unsure: waking from Standby leaves RCC_CSR as it is; PWR_CSR.SBF tells */
};

static const RegOps rcc_ops[] = {
    [R_CR]         = { .written = rcc_cr_written },
    [R_PLLCFGR]    = { .written = rcc_pllcfgr_written },
    [R_CFGR]       = { .written = rcc_cfgr_written },
    [R_CIR]        = { .written = rcc_cir_written },
    [R_BDCR]       = { .written = rcc_bdcr_written },
    [R_CSR]        = { .written = rcc_csr_written },
    [R_PLLI2SCFGR] = { .written = rcc_plli2scfgr_written },
};

/* ---- Inputs and reset ---- */

/* The crystal has stopped, or comes back (RM0090 7.2.7, clock security system). */
static void hse_changed(void *opaque, ClockEvent event)
{
    Rcc *s = opaque;
    Periph *p = opaque;

    if (!clock_is_enabled(s->osc.hse) && rcc_is_ready(s, HSE)) {
        bool in_use = rcc_hse_feeds_sysclk(s);

        if (p->regs[R_CR] & R_CR_CSSON_MASK) {
            p->regs[R_CR] &= ~R_CR_HSEON_MASK;
            p->regs[R_CIR] |= R_CIR_CSSF_MASK;
            if (in_use && (rcc_pll_source(p->regs) == HSE)) {
                p->regs[R_CR] &= ~R_CR_PLLON_MASK;
            }
            if (in_use) {
                periph_mistake(p, RCC018, "HSE has stopped, and CSS has switched SYSCLK to HSI, 16 MHz: baud rates and "
                               "periods are others now");
                rcc_back_to_hsi(s);
            }
        } else if (in_use) {
            periph_mistake(p, RCC001, "HSE has stopped and feeds SYSCLK, and CSS is off: the chip stands");
        }
    }
    periph_update(p);
}

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
 * Stop mode (RM0090 5.3.5): all fast clocks end, and HSI it is afterwards; with DBG_STOP already in
 * Stop (38.16.1).  unsure: then all that hangs on HCLK has its clock, as in Sleep
 */
static void stop_input(void *opaque, int n, int level)
{
    Rcc *s = opaque;
    Periph *p = opaque;

    if (level != s->stop) {
        p->regs[R_CR] &= ~(R_CR_HSEON_MASK | R_CR_PLLON_MASK | R_CR_PLLI2SON_MASK);
        if (!level || s->clocked) {
            rcc_back_to_hsi(s);
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
        guest_mistakes_go_on();
        qemu_system_reset_request(SHUTDOWN_CAUSE_GUEST_RESET);
    }
}

static void rcc_reset(Periph *p, bool power_on)
{
    Rcc *s = RCC(p);

    oscillators_reset(&s->osc);
    if (!power_on) {
        p->regs[R_CSR] = (p->regs[R_CSR] & RCC_RESET_FLAGS) | s->cause;
    }
    s->cause = R_CSR_PINRSTF_MASK;  /* of a reset that nothing inside asks for */
    s->sleeping = s->stop = s->osc.stop = false;
}

/* ---- The device ---- */

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
    rcc_add_outputs(s);
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

/* What a loop waits for that will never end. */
static const char *rcc_never(Periph *p, unsigned n)
{
    Rcc *s = RCC(p);

    static const struct {
        uint32_t on, ready;
    } oscillators[] = {
        { R_CR_HSION_MASK, R_CR_HSIRDY_MASK }, { R_CR_HSEON_MASK, R_CR_HSERDY_MASK },
        { R_CR_PLLON_MASK, R_CR_PLLRDY_MASK }, { R_CR_PLLI2SON_MASK, R_CR_PLLI2SRDY_MASK },
    };
    uint32_t cr = s->parent_obj.regs[R_CR];

    for (unsigned i = 0; i < ARRAY_SIZE(oscillators); i++) {
        if (cr & oscillators[i].on && !(cr & oscillators[i].ready)) {
            return NULL;
        }
    }
    return n == R_CR ? "what is on is ready, and what is not ready is off" : NULL;
}

static const PeriphInfo rcc = {
    .chapter = "RM0090 7", .bus = BUS_AHB,
    REGS_AND_OPS(rcc_ops),
    .vmsd = &rcc_vmstate,
    .init = rcc_init, .reset = rcc_reset, .update = rcc_update,
    .never = rcc_never,
};
DEFINE_PERIPH("stm32f4-rcc", Rcc, rcc)
