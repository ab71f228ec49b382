/*
 * Mistakes of the guest, see mistake.h: what has happened, kept by kind and place, and told.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/log.h"
#include "qemu/main-loop.h"
#include "qemu/queue.h"
#include "exec/guest-error.h"
#include "stm32/core/mistake/ignore.h"
#include "stm32/core/mistake/later.h"
#include "stm32/core/mistake/mistake.h"
#include "stm32/core/mistake/place.h"
#include "stm32/core/mistake/stack.h"
#include "stm32/core/symbols.h"

/* Firmware gone wild makes new mistakes at new places for ever: past this it is not news. */
#define MAX_PLACES 2000
/* A clock that is missing, or a pointer that is NULL, is met at every line of a function. */
#define LINES_A_FUNCTION 10
#define FUNCTION_SIZE 128       /* of whom no name is known */

typedef struct Place {
    const char *device;             /* interned */
    const void *cause;
    MistakeKind kind;
    uint32_t pc;
} Place;

static GHashTable *by_place;        /* Place -> GuestMistake */
static GPtrArray *all;              /* of GuestMistake, the oldest first */
static uint64_t lost;
static bool same_run;           /* the reset that comes is the firmware's own */

typedef struct Watcher {
    void (*told)(const GuestMistake *m, void *opaque);
    void *opaque;
    QSIMPLEQ_ENTRY(Watcher) next;
} Watcher;

static QSIMPLEQ_HEAD(, Watcher) watchers = QSIMPLEQ_HEAD_INITIALIZER(watchers);

void guest_mistakes_watch(void (*told)(const GuestMistake *m, void *opaque), void *opaque)
{
    Watcher *w = g_new(Watcher, 1);

    *w = (Watcher) { .told = told, .opaque = opaque };
    QSIMPLEQ_INSERT_TAIL(&watchers, w, next);
}

void guest_mistakes_each(void (*fn)(const GuestMistake *m, void *opaque), void *opaque)
{
    for (unsigned i = 0; all && i < all->len; i++) {
        fn(all->pdata[i], opaque);
    }
}

uint64_t guest_mistakes_lost(void)
{
    return lost;
}

void guest_mistakes_go_on(void)
{
    same_run = true;
}

void guest_mistakes_forget(void)
{
    mistake_later_forget();
    if (same_run) {
        same_run = false;
        return;
    }
    for (unsigned i = 0; all && i < all->len; i++) {
        ((GuestMistake *)all->pdata[i])->told = false;
    }
}

/* ---- Which place is it? ---- */

static unsigned place_hash(gconstpointer key)
{
    const Place *p = key;

    return p->pc * 31 + p->kind * 7919 + GPOINTER_TO_UINT(p->cause) + g_direct_hash(p->device);
}

static gboolean place_equal(gconstpointer a, gconstpointer b)
{
    const Place *x = a, *y = b;

    return x->pc == y->pc && x->kind == y->kind && x->cause == y->cause && x->device == y->device;
}

static GuestMistake *find_or_make(const Place *place, bool *is_new)
{
    GuestMistake *m;

    if (!by_place) {
        by_place = g_hash_table_new(place_hash, place_equal);
        all = g_ptr_array_new();
    }
    m = g_hash_table_lookup(by_place, place);
    *is_new = !m;
    if (!m && all->len < MAX_PLACES) {
        m = g_new0(GuestMistake, 1);
        g_hash_table_insert(by_place, g_memdup2(place, sizeof(*place)), m);
        g_ptr_array_add(all, m);
    }
    return m;
}

/* ---- The line ---- */

const char *guest_mistake_mend(const GuestMistake *m)
{
    return strchr(m->text, ';') ? NULL : m->kind->mend;
}

char *guest_mistake_line(const GuestMistake *m)
{
    GString *line = g_string_new(NULL);
    const char *mend = guest_mistake_mend(m);

    g_string_printf(line, "[%s %s] %s: %s%s%s [%s]", mistake_severity_name(m->kind->severity), m->kind->code,
                    m->device, m->text, mend ? "; " : "", mend ?: "", m->chapter);
    if (m->where) {
        g_string_append_printf(line, " at %s", m->where);
        stack_describe(line, m->frame, m->n_frames);
    }
    return g_string_free(line, false);
}

static bool same_function(uint32_t a, uint32_t b)
{
    const char *of_a = symbols_name(a), *of_b = symbols_name(b);

    return of_a && of_b ? !strcmp(of_a, of_b) : !of_a && !of_b && (a > b ? a - b : b - a) < FUNCTION_SIZE;
}

/* How many of its kind, by the same device, have been told in the function that @m is in. */
static unsigned told_alike(const GuestMistake *m)
{
    unsigned n = 0;

    for (unsigned i = 0; m->where && i < all->len; i++) {
        const GuestMistake *other = all->pdata[i];

        n += other != m && other->told && !other->ignored && other->where && other->kind == m->kind &&
             other->device == m->device && same_function(m->pc, other->pc);
    }
    return n;
}

static void log_line(const GuestMistake *m)
{
    unsigned alike = told_alike(m);

    if (alike < LINES_A_FUNCTION) {
        g_autofree char *line = guest_mistake_line(m);

        qemu_log("%s\n", line);
    } else if (alike == LINES_A_FUNCTION) {
        const char *function = symbols_name(m->pc);

        qemu_log("%s: there is more %s %s%s, which -machine mistakes=FILE has\n", m->device, m->kind->code,
                 function ? "in " : "near ", function ?: m->where);
    }
}

static void tell(GuestMistake *m)
{
    Watcher *w;

    m->told = true;
    if (m->ignored) {
        return;
    }
    if (qemu_loglevel_mask(m->kind->unmodelled ? LOG_UNIMP : LOG_GUEST_ERROR)) {
        log_line(m);
    }
    QSIMPLEQ_FOREACH(w, &watchers, next) {
        w->told(m, w->opaque);
    }
}

/* ---- A report ---- */

typedef enum Where {
    NOWHERE,                    /* no instruction does it */
    IN_GUEST,                   /* in the midst of an instruction */
    STACKED,                    /* in one that ends in an exception, with the registers on the stack already */
} Where;

/* What belongs to it but the time; @text is taken over. */
static void describe(GuestMistake *m, const Place *place, const char *chapter, char *text, Where where)
{
    m->kind = &mistake_kinds[place->kind];
    m->device = place->device;
    m->chapter = chapter ?: m->kind->chapter;
    m->text = text;
    if (where != NOWHERE) {
        m->pc = place->pc;
        m->where = symbols_describe(place->pc);
        m->frame = stack_walk(place->pc, where == STACKED, &m->n_frames);
    }
    m->ignored = ignore_reason(m);
}

static G_GNUC_PRINTF(4, 0)
void report(const Place *place, Where where, const char *chapter, const char *fmt, va_list args)
{
    bool is_new;
    GuestMistake *m;

    if (guest_error_by_debugger) {
        return;
    }
    BQL_LOCK_GUARD();           /* checks look from within translated code, which runs without it */
    m = find_or_make(place, &is_new);
    if (!m) {
        lost++;
        return;
    }
    m->last_ns = guest_now_ns();
    m->count++;
    if (is_new) {
        m->first_ns = m->last_ns;
        describe(m, place, chapter, g_strdup_vprintf(fmt, args), where);
    }
    if (!m->told) {
        if (!is_new) {          /* another run, other values */
            g_free(m->text);
            m->text = g_strdup_vprintf(fmt, args);
        }
        tell(m);
    }
}

static G_GNUC_PRINTF(5, 0)
void find_place(const char *device, MistakeKind kind, const char *chapter, const void *cause, const char *fmt,
                va_list args)
{
    Place place = { .device = g_intern_string(device), .cause = cause, .kind = kind };
    bool in_guest = !mistake_kinds[kind].mishap && guest_pc(&place.pc);

    report(&place, in_guest ? IN_GUEST : NOWHERE, chapter, fmt, args);
}

void guest_mistake(const char *device, MistakeKind kind, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    find_place(device, kind, NULL, fmt, fmt, args);
    va_end(args);
}

void guest_mistake_of(const char *device, MistakeKind kind, const char *chapter, const void *cause,
                      const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    find_place(device, kind, chapter, cause, fmt, args);
    va_end(args);
}

void guest_mistake_at(const char *device, MistakeKind kind, uint32_t pc, const char *fmt, ...)
{
    Place place = { .device = g_intern_string(device), .cause = fmt, .kind = kind, .pc = pc };
    va_list args;

    va_start(args, fmt);
    report(&place, IN_GUEST, NULL, fmt, args);
    va_end(args);
}

G_GNUC_PRINTF(3, 4)
static void report_text(const Place *place, Where where, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    report(place, where, NULL, fmt, args);
    va_end(args);
}

/* From QEMU's own models of the core and its neighbours, which know kinds by their codes. */
static void told_by_qemu(const char *code, const char *device, const uint32_t *pc, const char *text)
{
    Place place = { .device = g_intern_string(device), .kind = mistake_kind_find(code) };
    Where where = NOWHERE;

    g_assert(place.kind);
    if (pc) {
        place.pc = *pc;
        where = STACKED;
    } else if (guest_pc(&place.pc)) {
        where = IN_GUEST;
    }
    report_text(&place, where, "%s", text);
}

void guest_mistakes_begin(void)
{
    guest_error_hook = told_by_qemu;
}
