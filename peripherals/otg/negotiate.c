/*
 * Session request and host negotiation of an OTG core (RM0090 34.16.2 GOTGCTL, GOTGINT; 34.17.8; On-The-Go Supplement
 * 1.3, whose names the times have).
 *
 * A device without VBUS asks for a session: it pulses the data line, then VBUS.  That one comes is a success; that none
 * does in 6 s a failure.  A device that the host allows to be host lets go of its pull-up as soon as the bus is
 * suspended, and waits for the host to be a device.  No far end becomes one, so it fails (HNGSCS is 0), and the
 * device is a device again.
 *
 * A host by its ID pin that is capable of one of them is told when what was connected does not bounce any more, and when nothing was
 * connected, or a device that it lets be host does not want to be.
 *
 * Deliberately different: HNGSCS is never 1, HNGDET does not come: no device of QEMU's and no cable changes roles.
 *
 * unsure: whether the core itself tells of a session that does not come, as SRSSCHG "on success or failure" reads, and
 * after how much of TB_SRP_FAIL and TA_WAIT_BCON.  That a host whose role is forced is told nothing: HNPCAP is 1 after
 * a reset, and there are drivers that unmask OTGINT, never clear it, and work on the chip.  That SRQ is cleared with SRSSCHG: the manual names HNSSCHG for both.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/otg/state.h"

#define TB_DATA_PLS_NS (7500 * SCALE_US)        /* 5 to 10 ms */
#define TB_SRP_FAIL_NS (6LL * NANOSECONDS_PER_SECOND)   /* 5 to 6 s */
#define TB_ASE0_BRST_NS (3125 * SCALE_US)
#define TA_WAIT_BCON_NS (1100 * SCALE_MS)       /* 1.1 s at least */
#define TA_AIDL_BDIS_NS (200 * SCALE_MS)
#define DEBOUNCE_NS (100 * SCALE_MS + 2500)     /* GOTGCTL.DBCT: the long one */

static int64_t now_ns(void)
{
    return qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
}

/* Has the time @at come?  Then it is over. */
static bool is_due(int64_t *at)
{
    if (*at > now_ns()) {
        return false;
    }
    *at = COUNTER_NEVER;
    return true;
}

static void tell(Otg *s, uint32_t flags)
{
    s->parent_obj.regs[R_GOTGINT] |= flags;
}

/* ---- A device asks for a session ---- */

static void begin_srp(Otg *s)
{
    if (!reg_get(s, GUSBCFG, SRPCAP)) {
        periph_mistake(&s->parent_obj, OTG063, "GOTGCTL.SRQ set without GUSBCFG.SRPCAP: no session is asked for");
        return;
    }
    if (s->host || otg_session_is_valid(s)) {
        periph_mistake(&s->parent_obj, OTG064, "GOTGCTL.SRQ set while %s", s->host ? "the core is a host"
                       : "there is a session (GOTGCTL.BSVLD is 1)");
        return;
    }
    reg_set(s, GOTGCTL, SRQSCS, 0);
    s->n.pulsed_at = now_ns() + TB_DATA_PLS_NS;
    s->n.unanswered_at = now_ns() + TB_SRP_FAIL_NS;
}

static void update_srp(Otg *s)
{
    if (s->n.unanswered_at == COUNTER_NEVER) {
        return;
    }
    if (is_due(&s->n.pulsed_at)) {
        usb_request_session(&s->socket);
    }
    if (otg_session_is_valid(s)) {
        s->n.pulsed_at = s->n.unanswered_at = COUNTER_NEVER;
        reg_set(s, GOTGCTL, SRQSCS, 1);
        tell(s, R_GOTGINT_SRSSCHG_MASK);
    } else if (is_due(&s->n.unanswered_at)) {
        tell(s, R_GOTGINT_SRSSCHG_MASK);
    }
}

/* ---- A device wants to be host ---- */

static bool may_negotiate(const Otg *s)
{
    return reg_get(s, GUSBCFG, HNPCAP) && (s->host || reg_get(s, GOTGCTL, DHNPEN));
}

static void update_hnp(Otg *s)
{
    bool asked = reg_get(s, GOTGCTL, HNPRQ) && may_negotiate(s) && !s->host && !reg_get(s, GOTGINT, HNSSCHG);

    if (asked && s->suspended && s->n.unconnected_at == COUNTER_NEVER) {
        s->n.unconnected_at = now_ns() + TB_ASE0_BRST_NS;
        s->suspended = false;                   /* that there is no bus any more is no wake-up */
    }
    if (s->n.unconnected_at != COUNTER_NEVER && (is_due(&s->n.unconnected_at) || !asked ||
                                                 !otg_session_is_valid(s))) {
        s->n.unconnected_at = COUNTER_NEVER;
        tell(s, R_GOTGINT_HNSSCHG_MASK);
    }
}

/* ---- A host ---- */

static void update_host(Otg *s)
{
    bool capable = s->host && !reg_get(s, GUSBCFG, FHMOD) &&
                   (reg_get(s, GUSBCFG, SRPCAP) || reg_get(s, GUSBCFG, HNPCAP));
    bool powered = capable && reg_get(s, HPRT, PPWR) && otg_vbus_is_valid(s);
    bool connected = capable && s->h.connected;
    bool resting = connected && reg_get(s, HPRT, PSUSP) && reg_get(s, GOTGCTL, HSHNPEN);
    OtgNegotiation *n = &s->n;

    if (connected != n->connected) {
        n->debounced_at = connected ? now_ns() + DEBOUNCE_NS : COUNTER_NEVER;
    }
    if (powered != n->powered || connected != n->connected || resting != n->resting) {
        n->late_at = resting ? now_ns() + TA_AIDL_BDIS_NS
                     : powered && !connected ? now_ns() + TA_WAIT_BCON_NS : COUNTER_NEVER;
    }
    n->connected = connected;
    n->powered = powered;
    n->resting = resting;
    if (is_due(&n->debounced_at)) {
        tell(s, R_GOTGINT_DBCDNE_MASK);
    }
    if (is_due(&n->late_at)) {
        tell(s, R_GOTGINT_ADTOCHG_MASK);
    }
}

/* Who is plugged in pulses the lines of a port that has no power. */
static void set_session_request(Object *obj, bool on, Error **errp)
{
    Otg *s = OTG(obj);

    if (on && s->host && reg_get(s, GUSBCFG, SRPCAP) && !reg_get(s, HPRT, PPWR)) {
        s->waking |= reg_get(s, PCGCCTL, STPPCLK);
        otg_set_gintsts(s, R_GINTSTS_SRQINT_MASK);
        periph_update(&s->parent_obj);
    }
}

/* ---- Registers ---- */

void otg_gotgctl_written(Periph *p, unsigned reg, uint32_t was, uint32_t data)
{
    Otg *s = OTG(p);
    uint32_t set = p->regs[reg] & ~was;

    if (set & R_GOTGCTL_SRQ_MASK) {
        begin_srp(s);
    } else if (!reg_get(s, GOTGCTL, SRQ)) {
        s->n.pulsed_at = s->n.unanswered_at = COUNTER_NEVER;
    }
    if (set & R_GOTGCTL_HNPRQ_MASK) {
        reg_set(s, GOTGCTL, HNGSCS, 0);
    }
    if ((set & (R_GOTGCTL_HNPRQ_MASK | R_GOTGCTL_HSHNPEN_MASK)) && !may_negotiate(s)) {
        periph_mistake(p, OTG065, "GOTGCTL.%s set %s", set & R_GOTGCTL_HNPRQ_MASK ? "HNPRQ" : "HSHNPEN",
                       reg_get(s, GUSBCFG, HNPCAP) ? "without DHNPEN: the host has not allowed it"
                       : "without GUSBCFG.HNPCAP");
    }
}

void otg_gotgint_written(Periph *p, unsigned reg, uint32_t was, uint32_t data)
{
    Otg *s = OTG(p);
    uint32_t cleared = was & ~p->regs[reg];

    if (cleared & (R_GOTGINT_HNSSCHG_MASK | R_GOTGINT_SRSSCHG_MASK)) {
        reg_set(s, GOTGCTL, SRQ, 0);
    }
    if (cleared & R_GOTGINT_HNSSCHG_MASK) {
        reg_set(s, GOTGCTL, HNPRQ, 0);
    }
}

/* ---- All of it ---- */

void otg_negotiate_update(Otg *s)
{
    update_srp(s);
    update_hnp(s);
}

void otg_negotiate_arm(Otg *s)
{
    OtgNegotiation *n = &s->n;

    update_host(s);
    counter_arm(s->negotiation_timer, MIN(MIN(n->pulsed_at, n->unanswered_at),
                                          MIN(n->unconnected_at, MIN(n->debounced_at, n->late_at))));
}

static void expired(void *opaque)
{
    periph_update(opaque);
}

void otg_negotiate_reset(Otg *s)
{
    s->n = (OtgNegotiation) {
        .pulsed_at = COUNTER_NEVER, .unanswered_at = COUNTER_NEVER, .unconnected_at = COUNTER_NEVER,
        .debounced_at = COUNTER_NEVER, .late_at = COUNTER_NEVER,
    };
}

void otg_negotiate_init(Otg *s)
{
    s->negotiation_timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, expired, s);
    object_property_add_bool(OBJECT(s), "session-request", NULL, set_session_request);
    otg_negotiate_reset(s);
}
