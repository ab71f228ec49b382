/*
 * The mistakes there have been as a page, see html.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/core/mistake/html.h"
#include "stm32/core/mistake/mistake.h"

static const char head[] =
    "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>What the firmware did wrong</title>\n"
    "<meta name=\"viewport\" content=\"width=device-width\"><style>\n"
    "body { font: 15px/1.4 system-ui, sans-serif; max-width: 70em; margin: 2em auto; padding: 0 1em; }\n"
    "article { border-left: .4em solid #888; margin: 1em 0; padding: .3em 1em; background: #8881; }\n"
    ".error { border-color: #c22; } .suspicious { border-color: #d80; } .ignored { opacity: .5; }\n"
    "h2 { font-size: 1em; margin: 0; } p { margin: .3em 0; } code, ol { font-family: monospace; }\n"
    ".small { color: #777; font-size: .85em; } :root { color-scheme: light dark; }\n"
    "</style></head><body><h1>What the firmware did wrong</h1>\n";

static void put(GString *page, const char *fmt, ...) G_GNUC_PRINTF(2, 3);

/* As printf(), with what is put in made text of the page. */
static void put(GString *page, const char *fmt, ...)
{
    g_autofree char *text = NULL;
    va_list args;

    va_start(args, fmt);
    text = g_markup_vprintf_escaped(fmt, args);
    va_end(args);
    g_string_append(page, text);
}

static void put_frame(GString *page, const GuestFrame *f)
{
    put(page, "<li>0x%08x %s", f->pc, f->function ?: "?");
    if (f->file) {
        put(page, " %s:%u", f->file, f->line);
    }
    g_string_append(page, f->inlined ? " (inlined in)" : f->interrupted ? " (which interrupts)" : "");
    g_string_append(page, "</li>\n");
}

static void add(const GuestMistake *m, void *opaque)
{
    GString *page = opaque;

    put(page, "<article class=\"%s%s\"><h2><code>%s</code> %s: %s</h2>\n", mistake_severity_name(m->kind->severity),
        m->ignored ? " ignored" : "", m->kind->code, m->device, m->text);
    put(page, "<p>To mend it: %s. <span class=\"small\">%s</span></p>\n", m->kind->mend, m->chapter);
    put(page, "<p class=\"small\">%" PRIu64 " times, from %.6f s to %.6f s", m->count, m->first_ns / 1e9,
        m->last_ns / 1e9);
    if (m->ignored) {
        put(page, ". Ignored: %s", m->ignored);
    }
    g_string_append(page, "</p>\n");
    if (m->n_frames) {
        g_string_append(page, "<ol>\n");
        for (unsigned i = 0; i < m->n_frames; i++) {
            put_frame(page, &m->frame[i]);
        }
        g_string_append(page, "</ol>\n");
    }
    g_string_append(page, "</article>\n");
}

static void count(const GuestMistake *m, void *opaque)
{
    unsigned *n = opaque;

    n[m->ignored ? 3 : m->kind->severity]++;
}

char *mistakes_html(void)
{
    GString *page = g_string_new(head);
    unsigned n[4] = { };

    guest_mistakes_each(count, n);
    put(page, "<p>%u errors, %u suspicious, %u notes; %u are ignored.</p>\n", n[MISTAKE_ERROR],
        n[MISTAKE_SUSPICIOUS], n[MISTAKE_NOTE], n[3]);
    guest_mistakes_each(add, page);
    g_string_append(page, "</body></html>\n");
    return g_string_free(page, false);
}
