/*
 * The end of a USB cable that is a device's, in an OTG core (RM0090 34.5, 34.17.5): reset, suspend and resume,
 * tokens to the endpoints, the registers of the device as a whole.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/otg/state.h"

enum { ENUMSPD_HIGH = 0, ENUMSPD_FULL_ULPI = 1, ENUMSPD_FULL = 3 };

/*
 * RM0090 table 211: TRDT by HCLK, for full speed.  One less than that is what older drivers of ST write, and
 * works.
 */
static void check_turnaround(Otg *s)
{
    static const unsigned least_khz[] = {       /* for which TRDT 15, 14 ... 6 is enough */
        14200, 15000, 16000, 17200, 18500, 20000, 21800, 24000, 27500, 32000,
    };
    unsigned khz = clock_get_hz(s->parent_obj.clk) / 1000, i = 0, trdt = reg_get(s, GUSBCFG, TRDT);

    while (i < ARRAY_SIZE(least_khz) && khz >= least_khz[i]) {
        i++;
    }
    if (!i) {
        periph_mistake(&s->parent_obj, OTG010, "HCLK is %u kHz: it has to be more than 14200 for USB", khz);
    } else if (trdt + 1 < 16 - i) {
        periph_mistake(&s->parent_obj, OTG011, "GUSBCFG.TRDT is %u: with an HCLK of %u kHz it has to be %u "
                       "at least, or the core answers too late", trdt, khz, 16 - i);
    }
}

/* ---- The cable ---- */

static void device_power(void *opaque, bool on)
{
    periph_update(opaque);
}

static void device_reset(void *opaque, bool on)
{
    Otg *s = opaque;
    bool high = s->socket.bus_speed == USB_SPEED_HIGH;

    if (s->host || !s->socket.pulled_up) {
        return;
    }
    if (otg_device_test(s)) {
        otg_device_test_reset(s);
        return;
    }
    otg_frames_sync(s);
    otg_bus_rests(s, !on);
    if (on) {
        otg_in_reset(s);
        otg_out_reset(s);
        s->in_control = false;
        reg_set(s, DCTL, RWUSIG, 0);
        otg_set_gintsts(s, R_GINTSTS_USBRST_MASK);
    } else {
        reg_set(s, DSTS, ENUMSPD, high ? ENUMSPD_HIGH : otg_uses_ulpi(s) ? ENUMSPD_FULL_ULPI : ENUMSPD_FULL);
        otg_set_gintsts(s, R_GINTSTS_ENUMDNE_MASK);
        s->turned_round = otg_uses_ulpi(s);
    }
    periph_update(&s->parent_obj);
}

static void device_frames(void *opaque, bool on)
{
    Otg *s = opaque;

    if (!s->host && s->socket.pulled_up && !otg_device_test(s)) {
        otg_bus_rests(s, !on);
        periph_update(&s->parent_obj);
    }
}

/*
 * Firmware writes DAD before the status of SET_ADDRESS: until that has been sent the address is still the
 * one before, and the core knows.
 */
static bool is_for_us(const Otg *s, const UsbToken *token)
{
    return token->address == reg_get(s, DCFG, DAD) || (s->in_control && token->address == s->address);
}

static UsbAnswer to_endpoint(Otg *s, UsbToken *token)
{
    UsbAnswer answer;

    if (token->pid == USB_TOKEN_SETUP) {
        answer = otg_setup_token(s, token);
        if (answer == USB_ACK) {
            otg_in_setup(s, token->endpoint);
        }
        return answer;
    }
    otg_setup_is_over(s, token->endpoint);      /* what comes now is no further SETUP */
    return token->pid == USB_TOKEN_IN ? otg_in_token(s, token) : otg_out_token(s, token);
}

static UsbAnswer device_token(void *opaque, UsbToken *token)
{
    Otg *s = opaque;
    UsbTest test = otg_device_test(s);
    UsbAnswer answer;

    if (test) {
        return test == USB_TEST_SE0_NAK && token->pid == USB_TOKEN_IN ? USB_NAK : USB_NOTHING;
    }
    /*
     * unsure: STPPCLK stops the PHY of a bus that is suspended, no longer: much firmware sets it then and never
     * clears it, and is answered on the chip.
     */
    if (s->host || !is_for_us(s, token)) {
        return USB_NOTHING;
    }
    if (!otg_clock_is_right(s) || !clock_is_enabled(s->parent_obj.clk)) {
        otg_explain(s);
        return USB_NOTHING;
    }
    if (!s->turned_round) {
        s->turned_round = true;
        check_turnaround(s);
    }
    otg_frames_sync(s);
    otg_in_arrive(s);
    if (token->pid == USB_TOKEN_SETUP && !token->endpoint) {
        s->in_control = true;
        s->address = token->address;
    }
    answer = to_endpoint(s, token);
    if (answer == USB_DATA && !token->endpoint) {
        s->in_control = false;
    }
    periph_update(&s->parent_obj);
    return answer;
}

static UsbTest device_test(void *opaque)
{
    return otg_device_test(opaque);
}

static const UsbDeviceOps device_ops = {
    .power = device_power, .reset = device_reset, .frames = device_frames, .token = device_token,
    .test = device_test,
};

void otg_device_update(Otg *s)
{
    otg_in_update(s);
    for (unsigned n = 0; n < s->n_endpoints; n++) {
        if (unlikely(s->in[n].nak) && otg_in_is_ready(s, n)) {
            usb_ready(&s->socket, true, n);
        }
        if (unlikely(s->out[n].nak) && otg_out_is_ready(s, n)) {
            usb_ready(&s->socket, false, n);
        }
    }
}

/* ---- Registers ---- */

/* Endpoints that have an interrupt: bit n IN, bit 16 + n OUT. */
uint32_t otg_daint_read(Periph *p, unsigned reg)
{
    Otg *s = OTG(p);
    uint32_t daint = 0;

    for (unsigned n = 0; n < s->n_endpoints; n++) {
        bool in = (DIEPINT(s, n) & p->regs[R_DIEPMSK]) ||
                  ((p->regs[R_DIEPEMPMSK] >> n & 1) && otg_in_fifo_is_low(s, n));

        daint |= (uint32_t)in << n;
        if (DOEPINT(s, n) & p->regs[R_DOEPMSK]) {
            daint |= 1u << (16 + n);
        }
    }
    return daint;
}

uint32_t otg_dsts_read(Periph *p, unsigned reg)
{
    Otg *s = OTG(p);
    uint64_t frame = usb_frame_at(&s->socket, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL));
    uint32_t dsts = p->regs[R_DSTS];

    dsts = FIELD_DP32(dsts, DSTS, SUSPSTS, s->suspended);
    return FIELD_DP32(dsts, DSTS, FNSOF, s->host ? 0 : frame & 0x3fff);
}

static void set_global_out_nak(Otg *s)
{
    if (reg_get(s, DCTL, GONSTS)) {
        return;
    }
    reg_set(s, DCTL, GONSTS, 1);
    if (otg_uses_dma(s) || !otg_rx_free(s)) {
        otg_set_gintsts(s, R_GINTSTS_GONAKEFF_MASK);
    } else {
        otg_rx_push(s, FIELD_DP32(0, GRXSTSP, PKTSTS, PKT_GLOBAL_NAK), NULL, 0);
    }
}

static void remote_wakeup(Otg *s, bool on)
{
    if (on && !s->suspended) {
        periph_mistake(&s->parent_obj, OTG012, "DCTL.RWUSIG set while the bus is not suspended "
                       "(DSTS.SUSPSTS is 0): the host is not woken");
        return;
    }
    usb_wake(&s->socket, on);
}

void otg_dctl_written(Periph *p, unsigned reg, uint32_t was, uint32_t data)
{
    Otg *s = OTG(p);

    if (data & R_DCTL_SGINAK_MASK) {
        reg_set(s, DCTL, GINSTS, 1);
        otg_set_gintsts(s, R_GINTSTS_GINAKEFF_MASK);
    }
    if (data & R_DCTL_CGINAK_MASK) {
        reg_set(s, DCTL, GINSTS, 0);
        reg_set(s, GINTSTS, GINAKEFF, 0);
    }
    if (data & R_DCTL_SGONAK_MASK) {
        set_global_out_nak(s);
    }
    if (data & R_DCTL_CGONAK_MASK) {
        reg_set(s, DCTL, GONSTS, 0);
        reg_set(s, GINTSTS, GONAKEFF, 0);
    }
    otg_device_test_written(s, FIELD_EX32(was, DCTL, TCTL));
    if ((p->regs[reg] ^ was) & R_DCTL_RWUSIG_MASK) {
        remote_wakeup(s, reg_get(s, DCTL, RWUSIG));
    }
}

void otg_device_init(Otg *s)
{
    otg_in_init(s);
    usb_socket_init(&s->socket, &device_ops, s);
}
