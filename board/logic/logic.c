/*
 * A logic analyser's inside, see logic.h.
 *
 * Nothing of it is in a snapshot.  After one has been loaded it goes on with what is there; if that is earlier, the
 * file's time goes on behind what has been written, and a line on stderr says by how much.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "system/runstate.h"
#include "stm32/core/counter.h"
#include "stm32/core/mistake/mistake.h"
#include "stm32/core/user_file.h"
#include "stm32/board/logic/logic.h"
#include "stm32/board/user_pin.h"

/* There is something to be written: see to it soon, and to all that comes until then. */
static void arm(Logic *l)
{
    if (l->follows && !timer_pending(l->work)) {
        counter_arm(l->work, drive_now() + CAPTURE_LATE_NS);
    }
}

static void trace_changed(void *opaque)
{
    arm(opaque);
}

static void follow(Logic *l)
{
    bool follows = l->on && l->capture.state != CAPTURE_DONE;

    for (unsigned i = 0; i < l->n && follows; i++) {
        trace_on(&l->trace[i]);
    }
    for (unsigned i = 0; i < l->wires && follows != l->follows; i++) {
        wire_on(&l->wire[i], follows, drive_now());
    }
    for (unsigned i = 0; i < l->irqs && follows != l->follows; i++) {
        logic_irq_on(&l->irq[i], follows, drive_now());
    }
    for (unsigned i = 0; i < l->functions && follows != l->follows; i++) {
        logic_function_on(&l->function[i], follows, drive_now());
    }
    for (unsigned i = 0; i < l->n && !follows && l->follows; i++) {
        trace_off(&l->trace[i]);
    }
    l->follows = follows;
    if (follows) {
        arm(l);
    } else {
        timer_del(l->work);
    }
}

static void take_all(Logic *l, int64_t ns)
{
    for (unsigned i = 0; i < l->n; i++) {
        trace_take(&l->trace[i], ns);
    }
    l->last = MAX(l->last, ns);
}

static void work(void *opaque)
{
    Logic *l = opaque;
    int64_t now = drive_now();
    bool again;

    take_all(l, now);
    capture_process(&l->capture, now - CAPTURE_LATE_NS);
    if (l->capture.state == CAPTURE_DONE) {
        follow(l);
        return;
    }
    again = l->capture.changes->len > l->capture.seen || l->capture.stop != INT64_MAX;
    for (unsigned i = 0; i < l->n && !again; i++) {
        again = trace_goes_on(&l->trace[i]) || l->trace[i].drive.kind == DRIVE_PICTURE;
    }
    if (again) {
        arm(l);
    }
}

static void mistake_told(const GuestMistake *m, void *opaque)
{
    Logic *l = opaque;

    if (l->follows && m->kind->severity != MISTAKE_NOTE) {
        capture_add(&l->capture, l->mistake_trace, ++l->mistake_count & 0xffff, drive_now());
        arm(l);
    }
}

/* ---- On, off, pause ---- */

static void go_on(Logic *l)
{
    int64_t now = drive_now();

    if (now < l->last) {
        capture_time_is_back(&l->capture, now);
        for (unsigned i = 0; i < l->n; i++) {
            l->trace[i].until = now;
            l->trace[i].known = false;
        }
    }
    for (unsigned i = 0; i < l->wires && l->follows; i++) {
        wire_on(&l->wire[i], true, now);            /* it may be another since the pause */
    }
    for (unsigned i = 0; i < l->irqs && l->follows; i++) {
        logic_irq_on(&l->irq[i], true, now);
    }
    for (unsigned i = 0; i < l->functions && l->follows; i++) {
        logic_function_on(&l->function[i], true, now);
    }
    l->last = now;
    follow(l);
}

/* The file is whole whenever the machine stands. */
static void stand(Logic *l)
{
    if (l->follows) {
        take_all(l, drive_now());
        capture_flush(&l->capture, drive_now());
    }
}

static void vm_state_changed(void *opaque, bool running, RunState state)
{
    if (running) {
        go_on(opaque);
    } else {
        stand(opaque);
    }
}

void logic_set_on(Logic *l, bool on)
{
    bool was = l->on;

    l->on = on;
    if (on == was || !l->work) {
        return;
    }
    if (on) {
        capture_again(&l->capture);
        if (runstate_is_running()) {
            go_on(l);
        }
    } else {
        stand(l);
        capture_off(&l->capture, drive_now());
        follow(l);
    }
}

/* ---- What it is made of ---- */

Trace *logic_add(Logic *l, Pin *pin, const char *name, bool analog, Error **errp)
{
    Trace *t = &l->trace[l->n];

    if (l->n == LOGIC_MAX_TRACES) {
        error_setg(errp, "a logic analyser has at most %d traces", LOGIC_MAX_TRACES);
        return NULL;
    }
    l->n++;
    trace_open(t, &l->capture, pin, name, analog);
    t->changed = trace_changed;
    t->opaque = l;
    return t;
}

bool logic_add_wire(Logic *l, const char *name, Error **errp)
{
    LogicWire *w = &l->wire[l->wires];

    if (l->wires == LOGIC_MAX_TRACES) {
        error_setg(errp, "wires=: a logic analyser has at most %d", LOGIC_MAX_TRACES);
        return false;
    }
    if (!wire_open(w, &l->capture, name, errp)) {
        return false;
    }
    l->wires++;
    w->changed = trace_changed;
    w->opaque = l;
    return true;
}

bool logic_add_irq(Logic *l, const char *name, Error **errp)
{
    LogicIrq *i = &l->irq[l->irqs];

    if (l->irqs == LOGIC_MAX_TRACES) {
        error_setg(errp, "irqs=: a logic analyser has at most %d", LOGIC_MAX_TRACES);
        return false;
    }
    if (!logic_irq_open(i, &l->capture, name, errp)) {
        return false;
    }
    l->irqs++;
    i->changed = trace_changed;
    i->opaque = l;
    return true;
}

bool logic_add_function(Logic *l, const char *name, Error **errp)
{
    LogicFunction *f = &l->function[l->functions];

    if (l->functions == LOGIC_MAX_TRACES) {
        error_setg(errp, "functions=: a logic analyser has at most %d", LOGIC_MAX_TRACES);
        return false;
    }
    if (!logic_function_open(f, &l->capture, name, errp)) {
        return false;
    }
    l->functions++;
    f->changed = trace_changed;
    f->opaque = l;
    return true;
}

/* The number of a variable that is there already; -1: none has the name. */
static int variable_of(const Logic *l, const char *name)
{
    for (unsigned i = 0; i < l->capture.n; i++) {
        if (!g_ascii_strcasecmp(l->capture.variable[i].name, name)) {
            return i;
        }
    }
    return -1;
}

static bool add_term(Logic *l, const char *name, const char *how, Error **errp)
{
    Condition condition = how ? condition_of(how) : CONDITIONS;
    int n = variable_of(l, name);

    if (condition == CONDITIONS) {
        error_setg(errp, "trigger=: '%s' is to be followed by :rising, :falling, :edge, :high or :low, as in "
                   "trigger=pa5:rising or trigger=pa5:falling:pa7:high; or it is trigger=mistake", name);
        return false;
    }
    if (n < 0) {
        Pin *pin = user_pin("trigger", name, errp);
        Trace *t = pin ? logic_add(l, pin, name, false, errp) : NULL;

        n = t ? t->n : -1;
    }
    if (n >= 0 && !trigger_add(&l->capture.trigger, n, condition)) {
        error_setg(errp, "trigger=: at most %d conditions", TRIGGER_MAX);
        return false;
    }
    return n >= 0;
}

bool logic_set_trigger(Logic *l, const char *text, Error **errp)
{
    g_auto(GStrv) word = g_strsplit(text, ":", 0);

    if (!strcmp(text, "mistake")) {
        l->mistakes = true;
        l->mistake_trace = capture_add_trace(&l->capture, "mistakes", VCD_NUMBER);
        trigger_add(&l->capture.trigger, l->mistake_trace, CONDITION_CHANGE);
        return true;
    }
    for (char **w = word; *w; w += 2) {
        if (!add_term(l, w[0], w[1], errp)) {
            return false;
        }
        if (!w[1]) {
            break;
        }
    }
    return true;
}

bool logic_begin(Logic *l, const char *name, Error **errp)
{
    l->capture.vcd.name = name;
    l->capture.vcd.file = user_file_create("file", name, errp);
    if (!l->capture.vcd.file) {
        return false;
    }
    l->capture.stop = INT64_MAX;
    capture_begin(&l->capture);
    l->work = timer_new_ns(QEMU_CLOCK_VIRTUAL, work, l);
    if (l->mistakes) {
        guest_mistakes_watch(mistake_told, l);
    }
    qemu_add_vm_change_state_handler(vm_state_changed, l);
    return true;
}
