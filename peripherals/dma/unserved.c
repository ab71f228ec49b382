/*
 * What will never happen: a request of a peripheral that no stream serves, and a stream that nobody requests.
 *
 * Both are told after a while only, as firmware may set up one before the other.  That a transmitter has room, or that a
 * timer's period is over, says nothing as long as nobody wants to send: these count if a stream that waits in vain has
 * its peripheral address there.  Who has been served once is left alone, as many let requests on when the data is over.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/timer.h"
#include "stm32/core/mistake/place.h"
#include "stm32/peripherals/dma/settings.h"

#define LONG_NS (100 * SCALE_MS)

void dma_add_requester(Periph *p, unsigned request, const char *names)
{
    DMA(p)->requester[request] = g_strsplit(names, " ", 0);
}

/* Does it request whenever it has room for data? */
static bool asks_for_data(const char *name)
{
    return g_str_has_suffix(name, ".dma-tx") && !g_str_has_prefix(name, "i2c");
}

static bool only_paces(const char *name)
{
    return asks_for_data(name) || g_str_has_prefix(name, "tim");
}

static bool may_be(Dma *s, unsigned request, const char *name)
{
    return s->requester[request] && g_strv_contains((const char *const *)s->requester[request], name);
}

/* All requests that are @name's, a bit each. */
static uint64_t requests_of(Dma *s, const char *name)
{
    uint64_t mask = 0;

    for (unsigned i = 0; i < DMA_REQUESTS; i++) {
        mask |= may_be(s, i, name) ? 1ull << i : 0;
    }
    return mask;
}

/* "channel 4 of stream 2, or channel 4 of stream 7". */
static char *describe(uint64_t requests)
{
    GString *text = g_string_new(NULL);

    for (unsigned i = 0; i < DMA_REQUESTS; i++) {
        if (extract64(requests, i, 1)) {
            g_string_append_printf(text, "%schannel %u of stream %u", text->len ? ", or " : "", i % DMA_CHANNELS,
                                   i / DMA_CHANNELS);
        }
    }
    return g_string_free(text, FALSE);
}

/* Is stream @n enabled, for a peripheral, and has moved nothing? */
static bool waits(Dma *s, unsigned n)
{
    return dma_is_enabled(s, n) && dma_direction(s, n) < DMA_M2M && s->stream[n].items && !extract32(s->moved, n, 1) &&
           !lanes_are_held();
}

static bool waits_long(Dma *s, unsigned n)
{
    return waits(s, n) && guest_now_ns() - s->enabled_ns[n] >= LONG_NS;
}

/* Both are "usart2.dma-rx", of a peripheral and its line. */
static bool same_peripheral(const char *a, const char *b)
{
    size_t length = strcspn(a, ".");

    return length == strcspn(b, ".") && !strncmp(a, b, length);
}

/* Is the peripheral address of stream @n one of @name's peripheral, and is its channel no request of that? */
static bool is_at_by_another(Dma *s, unsigned n, const char *name)
{
    char **by = s->requester[dma_request_of(s, n)];
    hwaddr offset, length = 1;
    const Periph *p;

    for (; by && *by; by++) {
        if (same_peripheral(*by, name)) {
            return false;
        }
    }
    RCU_READ_LOCK_GUARD();
    p = periph_at(address_space_translate(&s->peripheral.as, *dma_reg(s, R_S0PAR, n), &offset, &length, true,
                                          MEMTXATTRS_UNSPECIFIED));
    return p && same_peripheral(object_get_canonical_path_component(OBJECT(p)), name);
}

static void check_request(Dma *s, const char *name)
{
    uint64_t mine = requests_of(s, name);
    g_autofree char *where = describe(mine);

    if ((s->request & mine) != mine || s->served & mine) {
        return;
    }
    for (unsigned n = 0; n < DMA_STREAMS; n++) {
        if (waits_long(s, n) && is_at_by_another(s, n, name)) {
            periph_mistake(&s->parent_obj, DMA018, "%s requests, which is %s; stream %u is for its data, but waits for "
                           "channel %u", name, where, n, dma_request_of(s, n) % DMA_CHANNELS);
            return;
        }
    }
    if (!only_paces(name)) {
        periph_mistake(&s->parent_obj, DMA018, "%s requests, which is %s, and none of these has ever been enabled", name,
                       where);
    }
}

static void check_stream(Dma *s, unsigned n)
{
    unsigned request = dma_request_of(s, n);
    char **name = s->requester[request];

    if (waits_long(s, n) && dma_direction(s, n) == DMA_M2P && name && !name[1] && asks_for_data(*name) &&
        !extract64(s->request, request, 1)) {
        periph_mistake(&s->parent_obj, DMA019, "stream %u waits for %s, which does not request", n, *name);
    }
}

static void check(void *opaque)
{
    Dma *s = opaque;

    for (unsigned i = 0; i < DMA_REQUESTS; i++) {
        if (extract64(s->unserved, i, 1)) {
            for (char **name = s->requester[i]; name && *name; name++) {
                check_request(s, *name);
            }
        }
    }
    for (unsigned n = 0; n < DMA_STREAMS; n++) {
        check_stream(s, n);
        if (waits(s, n) && !waits_long(s, n)) {
            mistake_later(check, s, LONG_NS);
        }
    }
}

/* Once for each request: looks that wait make others slow. */
void dma_note_stream(Dma *s, unsigned n)
{
    uint64_t bit = 1ull << dma_request_of(s, n);

    s->enabled_ns[n] = guest_now_ns();
    s->moved &= ~(1u << n);
    missed_forget(&s->missed[n / 4], (DMA_HTIF | DMA_TCIF) << dma_flags_at(n));
    if (~s->served & bit) {
        s->served |= bit;
        s->unserved = s->request & ~s->served;
        mistake_later(check, s, LONG_NS);
    }
}

void dma_note_unserved(Dma *s, unsigned request)
{
    uint64_t bit = 1ull << request;

    if (s->request & ~s->served & ~s->unserved & bit) {
        s->unserved |= bit;
        mistake_later(check, s, LONG_NS);
    }
}
