/*
 * Whether an OTG core is on the bus, and as what (RM0090 34.4 to 34.6).
 *
 * Its role follows from the ID pin, or from FHMOD and FDMOD, 25 ms after they were written.  A device has a
 * session while VBUS is there (VBUSBSEN) or nobody looks (NOVBUSSENS), and is on the bus while it has one,
 * the transceiver has power (PWRDWN) and its pins, and SDIS is 0; to get there and to answer it needs 48 MHz.
 *
 * Deliberately different: VBUS is there or is not, its four thresholds are one, that of a digital input.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/otg/state.h"

#define ROLE_NS (25 * SCALE_MS)         /* RM0090 34.16.2, GUSBCFG.FHMOD */
#define CLK48_HZ 48000000
#define TOLERANCE 400                   /* USB 2.0 7.1.11: 0.25 % of 12 MHz */

/* ---- Clock and PHY ---- */

bool otg_uses_ulpi(const Otg *s)
{
    return s->is_hs && !reg_get(s, GUSBCFG, PHYSEL);
}

bool otg_phy_is_clocked(const Otg *s)
{
    return otg_uses_ulpi(s) ? s->ulpi_fitted : clock_is_enabled(s->clk48);
}

bool otg_clock_is_right(const Otg *s)
{
    int64_t off = (int64_t)clock_get_hz(s->clk48) - CLK48_HZ;

    return otg_uses_ulpi(s) ? s->ulpi_fitted : llabs(off) <= CLK48_HZ / TOLERANCE;
}

static bool pins_are_routed(const Otg *s)
{
    if (otg_uses_ulpi(s)) {
        for (unsigned i = 0; i < OTG_ULPI_SIGNALS; i++) {
            if (!signal_is_routed(&s->ulpi[i])) {
                return false;
            }
        }
        return true;
    }
    return signal_is_routed(&s->dm) && signal_is_routed(&s->dp);
}

static bool has_power(const Otg *s)
{
    return !s->parent_obj.held && (otg_uses_ulpi(s) || reg_get(s, GCCFG, PWRDWN));
}

/* A pull-up stays what it is without clocks. */
bool otg_is_on(const Otg *s)
{
    return has_power(s) && pins_are_routed(s) &&
           (s->socket.pulled_up || (otg_clock_is_right(s) && clock_is_enabled(s->parent_obj.clk)));
}

/* Why is it not, or does not answer, if it was meant to? */
void otg_explain(Otg *s)
{
    if (!has_power(s)) {
        return;
    }
    if (!otg_clock_is_right(s)) {
        if (otg_uses_ulpi(s)) {
            periph_mistake(&s->parent_obj, OTG036, "GUSBCFG.PHYSEL is 0: the PHY is to be one at the ULPI, "
                           "and there is none");
        } else {
            periph_mistake(&s->parent_obj, OTG037, "its clock is %u.%03u MHz, not 48: no host will "
                           "understand it; it is that of the PLL's VCO divided by RCC_PLLCFGR.PLLQ",
                           clock_get_hz(s->clk48) / 1000000, clock_get_hz(s->clk48) / 1000 % 1000);
        }
    } else if (!pins_are_routed(s)) {
        periph_mistake(&s->parent_obj, OTG038, "it is switched on, but not all of its signals (%s) are at a "
                       "pin", otg_uses_ulpi(s) ? "of the ULPI" : "dm and dp");
    }
}

/* ---- Session ---- */

bool otg_session_is_valid(const Otg *s)
{
    if (!has_power(s)) {
        return false;
    }
    if (otg_uses_ulpi(s)) {
        return s->socket.powered;       /* the PHY senses it */
    }
    return reg_get(s, GCCFG, NOVBUSSENS) ||
           (reg_get(s, GCCFG, VBUSBSEN) && s->vbus_is_high);
}

bool otg_vbus_is_valid(const Otg *s)
{
    return has_power(s) && (reg_get(s, GCCFG, NOVBUSSENS) || !s->vbus_pin ||
                            (reg_get(s, GCCFG, VBUSASEN) && s->vbus_is_high));
}

static void update_session(Otg *s)
{
    bool valid = s->host ? otg_vbus_is_valid(s) && reg_get(s, HPRT, PPWR) : otg_session_is_valid(s);

    if (valid == s->session_told) {
        return;
    }
    s->session_told = valid;
    if (s->host) {
        if (!valid && reg_get(s, HPRT, PPWR)) {         /* RM0090 34.6.1: it fails, and was not switched off */
            s->parent_obj.regs[R_GOTGINT] |= R_GOTGINT_SEDET_MASK;
        }
        return;
    }
    if (valid) {
        otg_set_gintsts(s, R_GINTSTS_SRQINT_MASK);
        s->waking |= reg_get(s, PCGCCTL, STPPCLK);
    } else {
        s->parent_obj.regs[R_GOTGINT] |= R_GOTGINT_SEDET_MASK;
    }
}

/* ---- Role ---- */

static bool id_is_high(const Otg *s)
{
    return signal_level(&s->id, true);
}

/* The role that is asked for. */
static bool wants_host(const Otg *s)
{
    return reg_get(s, GUSBCFG, FHMOD) ? true
           : reg_get(s, GUSBCFG, FDMOD) ? false : !id_is_high(s);
}

static void change_role(Otg *s)
{
    s->role_at = COUNTER_NEVER;
    s->host = !s->host;
    s->session_told = false;
    otg_rx_flush(s);
    for (unsigned fifo = 0; fifo < OTG_ENDPOINTS; fifo++) {
        otg_tx_flush(s, fifo);
    }
}

bool otg_role_update(Otg *s)
{
    bool id = id_is_high(s), forced = reg_get(s, GUSBCFG, FHMOD) || reg_get(s, GUSBCFG, FDMOD);
    bool was = s->host;
    int64_t now = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);

    if (id != s->id_told) {
        s->id_told = id;
        otg_set_gintsts(s, R_GINTSTS_CIDSCHG_MASK);
    }
    if (wants_host(s) == s->host) {
        s->role_at = COUNTER_NEVER;
    } else if (!forced || now >= s->role_at) {
        change_role(s);
    } else if (s->role_at == COUNTER_NEVER) {
        s->role_at = now + ROLE_NS;
    }
    counter_arm(s->role_timer, s->role_at);
    return s->host != was;
}

static void role_expired(void *opaque)
{
    periph_update(opaque);
}

/* ---- Both ---- */

static void update_pull_up(Otg *s)
{
    bool meant = !s->host && otg_session_is_valid(s) && !reg_get(s, DCTL, SDIS) && !otg_gives_way(s);
    bool on = meant && otg_is_on(s);
    bool high = otg_uses_ulpi(s) && reg_get(s, DCFG, DSPD) == 0;

    if (meant && !on && reg_get(s, GAHBCFG, GINT)) {    /* its set-up is over */
        otg_explain(s);
    }
    if (on != s->socket.pulled_up) {
        signal_drive(&s->dp, on ? DRIVE(PULL_UP) : DRIVE(NONE));
        otg_bus_rests(s, on);
        usb_pull_up(&s->socket, on, high ? USB_SPEED_HIGH : USB_SPEED_FULL);
        otg_device_test_connected(s);
    }
}

void otg_line_update(Otg *s)
{
    update_session(s);
    update_pull_up(s);
}

uint32_t otg_gotgctl_read(Periph *p, unsigned n)
{
    Otg *s = OTG(p);
    uint32_t value = p->regs[R_GOTGCTL];

    value = FIELD_DP32(value, GOTGCTL, CIDSTS, id_is_high(s));
    value = FIELD_DP32(value, GOTGCTL, ASVLD, s->host && otg_vbus_is_valid(s));
    return FIELD_DP32(value, GOTGCTL, BSVLD, !s->host && otg_session_is_valid(s));
}

void otg_line_reset(Otg *s)
{
    s->host = false;
    s->role_at = COUNTER_NEVER;
    s->id_told = true;
    s->session_told = false;
}

static void vbus_changed(void *opaque, bool level)
{
    OTG(opaque)->vbus_is_high = level;
    periph_update(opaque);
}

static void line_changed(void *opaque, bool level)
{
    periph_update(opaque);
}

static void add_signal(Otg *s, Signal *signal, const char *name)
{
    periph_add_signal(&s->parent_obj, signal, name);
    signal->changed = line_changed;
    signal->opaque = s;
}

void otg_line_init(Otg *s)
{
    static const char *const ulpi[OTG_ULPI_SIGNALS] = {
        "ulpi-ck", "ulpi-stp", "ulpi-dir", "ulpi-nxt", "ulpi-d0", "ulpi-d1", "ulpi-d2", "ulpi-d3",
        "ulpi-d4", "ulpi-d5", "ulpi-d6", "ulpi-d7",
    };

    add_signal(s, &s->dm, "dm");
    add_signal(s, &s->dp, "dp");
    add_signal(s, &s->id, "id");
    signal_drive(&s->id, DRIVE(PULL_UP));       /* it has one of its own */
    add_signal(s, &s->sof, "sof");
    for (unsigned i = 0; s->is_hs && i < OTG_ULPI_SIGNALS; i++) {
        add_signal(s, &s->ulpi[i], ulpi[i]);
    }
    s->vbus = (PinListener) { .changed = vbus_changed, .opaque = s };
    s->role_timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, role_expired, s);
}
