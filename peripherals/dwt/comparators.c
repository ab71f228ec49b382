/*
 * The comparators of the DWT (ARMv7-M C1.8.1): addresses of data, with or without a value, addresses of
 * instructions, and cycles.  Who matches sets MATCHED; a watchpoint is DebugMonitor's, if that may be taken.
 *
 * Nothing is compared here while a program runs: the core is told what to watch, and tells us.  A page in
 * which data is watched is slow, so are all of them if a value is watched at any address.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "exec/address-spaces.h"
#include "hw/core/cpu.h"
#include "hw/intc/armv7m_nvic.h"
#include "qemu/timer.h"
#include "stm32/peripherals/dwt/state.h"

#define DFSR_DWTTRAP (1 << 2)

typedef enum Kind { OFF, LINKED, CYCLES, EXECUTED, ACCESSED, VALUE } Kind;

static uint32_t get(Dwt *s, unsigned reg0, unsigned n)
{
    return s->parent_obj.regs[of_comparator(reg0, n)];
}

static unsigned function(Dwt *s, unsigned n)
{
    return FIELD_EX32(get(s, R_FUNCTION0, n), FUNCTION0, FUNCTION);
}

/* C1.8.17: which FUNCTIONs are of accesses to data, a bit each. */
#define READS  (1 << 1 | 1 << 2 | 1 << 3 | 1 << 5 | 1 << 7 | 1 << 9 | 1 << 11 | 1 << 12 | 1 << 14)
#define WRITES (1 << 1 | 1 << 2 | 1 << 3 | 1 << 6 | 1 << 7 | 1 << 10 | 1 << 11 | 1 << 13 | 1 << 15)

static bool wants_reads(unsigned function)
{
    return READS >> function & 1;
}

static bool wants_writes(unsigned function)
{
    return WRITES >> function & 1;
}

static bool is_watchpoint(unsigned function)
{
    return function >= 4 && function <= 7;
}

/*
 * Comparator 1 compares values, at the addresses of those it names.
 * unsure: that one that names itself restricts nothing
 */
static bool compares_values(Dwt *s)
{
    return reg_get(s, FUNCTION1, DATAVMATCH);
}

static bool gives_address(Dwt *s, unsigned n)
{
    return n != 1 && compares_values(s) && function(s, 1) &&
           (reg_get(s, FUNCTION1, DATAVADDR0) == n || reg_get(s, FUNCTION1, DATAVADDR1) == n);
}

static bool any_address(Dwt *s)
{
    return reg_get(s, FUNCTION1, DATAVADDR0) == 1 && reg_get(s, FUNCTION1, DATAVADDR1) == 1;
}

static Kind kind(Dwt *s, unsigned n)
{
    if (!s->trcena) {
        return OFF;
    }
    if (gives_address(s, n)) {
        return LINKED;
    }
    if (n == 1 && compares_values(s)) {
        return (function(s, n) & 3) && function(s, n) > 4 && function(s, n) < 12 ? VALUE : OFF;
    }
    if (n == 0 && reg_get(s, FUNCTION0, CYCMATCH)) {
        return function(s, n) == 1 || function(s, n) == 4 || function(s, n) == 8 ? CYCLES : OFF;
    }
    return !function(s, n) ? OFF : function(s, n) % 4 == 0 && function(s, n) < 12 ? EXECUTED : ACCESSED;
}

static Span range(Dwt *s, unsigned n)
{
    uint64_t length = 1ull << FIELD_EX32(get(s, R_MASK0, n), MASK0, MASK);

    return (Span) { get(s, R_COMP0, n) & -length, length };
}

static bool overlaps(Span r, const ARMv7MAccess *access)
{
    return access->addr < r.from + r.length && r.from < (uint64_t)access->addr + access->size;
}

/* ---- Matches ---- */

/* Who polls MATCHED needs no exception; who reads it never has forgotten something. */
static void matched(Dwt *s, unsigned n)
{
    uint32_t *reg = &s->parent_obj.regs[of_comparator(R_FUNCTION0, n)];
    bool is_polled = !(*reg & R_FUNCTION0_MATCHED_MASK);

    *reg |= R_FUNCTION0_MATCHED_MASK;
    if (is_watchpoint(function(s, n)) && !armv7m_nvic_debug_event(&s->core->nvic, DFSR_DWTTRAP) &&
        !is_polled) {
        guest_mistake(DEVICE(s)->canonical_path, DWT001, "comparator %u matches again, and DebugMonitor "
                      "can't be taken (DEMCR.MON_EN, its priority): only MATCHED is set", n);
    }
}

/* What memory holds now, after the access; a device is not read for that. */
static bool peek_memory(Dwt *s, uint32_t addr, uint8_t *data, unsigned size)
{
    AddressSpace *as = cpu_get_address_space(CPU(s->core->cpu), 0);
    hwaddr xlat, length = size;
    MemoryRegion *mr;

    RCU_READ_LOCK_GUARD();
    mr = address_space_translate(as, addr, &xlat, &length, false, MEMTXATTRS_UNSPECIFIED);
    if (!memory_region_is_ram(mr) && !memory_region_is_romd(mr)) {
        guest_mistake(DEVICE(s)->canonical_path, DWT002, "the value of an access to 0x%08x, a register, is "
                      "not compared", addr);
        return false;
    }
    return length == size &&
           address_space_read(as, addr, MEMTXATTRS_UNSPECIFIED, data, size) == MEMTX_OK;
}

/*
 * Any byte, halfword or word of the access that is aligned, and at an address that counts.
 * unsure: that an access smaller than DATAVSIZE never matches
 */
static bool value_matches(Dwt *s, const ARMv7MAccess *access)
{
    unsigned size = 1 << reg_get(s, FUNCTION1, DATAVSIZE);
    uint32_t end = access->addr + access->size;

    for (uint32_t addr = ROUND_UP(access->addr, size); addr + size <= end; addr += size) {
        ARMv7MAccess part = { addr, size };
        uint8_t data[4], want[4];
        bool here = any_address(s);

        for (unsigned n = 0; n < N_COMPARATORS; n++) {
            here |= gives_address(s, n) && overlaps(range(s, n), &part);
        }
        stl_le_p(want, s->parent_obj.regs[R_COMP1]);
        if (here && peek_memory(s, addr, data, size) && !memcmp(data, want + addr % 4, size)) {
            return true;
        }
    }
    return false;
}

static bool access_matches(Dwt *s, unsigned n, const ARMv7MAccess *access)
{
    if (!(access->write ? wants_writes(function(s, n)) : wants_reads(function(s, n)))) {
        return false;
    }
    switch (kind(s, n)) {
    case ACCESSED:
        return overlaps(range(s, n), access);
    case VALUE:
        return value_matches(s, access);
    default:
        return false;
    }
}

static void accessed(ARMv7MWatcher *w, const ARMv7MAccess *access)
{
    Dwt *s = container_of(w, Dwt, watcher);

    for (unsigned n = 0; n < N_COMPARATORS; n++) {
        if (access_matches(s, n, access)) {
            matched(s, n);
        }
    }
}

static bool executes(Dwt *s, unsigned n, uint32_t addr)
{
    return s->executed[n][1] && !((addr ^ s->executed[n][0]) & s->executed[n][1]);
}

static bool is_watched(ARMv7MWatcher *w, uint32_t addr)
{
    for (unsigned n = 0; n < N_COMPARATORS; n++) {
        if (executes(container_of(w, Dwt, watcher), n, addr)) {
            return true;
        }
    }
    return false;
}

static void executed(ARMv7MWatcher *w, uint32_t addr)
{
    Dwt *s = container_of(w, Dwt, watcher);

    for (unsigned n = 0; n < N_COMPARATORS; n++) {
        if (executes(s, n, addr)) {
            matched(s, n);
        }
    }
}

static void cycle_match(void *opaque)
{
    Dwt *s = opaque;

    s->match += 1ull << 32;
    matched(s, 0);
    periph_update(opaque);
}

/* ---- What the core is to watch ---- */

void comparators_plan_match(Dwt *s)
{
    uint64_t now = counter_now(&s->cycles);
    uint32_t ahead = s->parent_obj.regs[R_COMP0] - (uint32_t)now;

    s->match = now + (ahead ?: 1ull << 32);
}

static Span wanted_range(Dwt *s, unsigned n)
{
    Kind k = kind(s, n);
    unsigned f = function(s, k == LINKED ? 1 : n);
    Span r = { };

    if (k == VALUE && any_address(s)) {
        r.length = 1ull << 32;
    } else if (k == LINKED || k == ACCESSED) {
        r = range(s, n);
    }
    r.read = r.length && wants_reads(f);
    r.write = r.length && wants_writes(f);
    return r;
}

static void watch_data(Dwt *s, unsigned n)
{
    Span r = wanted_range(s, n), *was = &s->watched[n];

    if (r.from != was->from || r.length != was->length || r.read != was->read || r.write != was->write) {
        *was = r;
        armv7m_watch_data(s->core->cpu, n, r.from, r.length, r.read, r.write);
    }
}

/* True if there is something new. */
static bool watch_executed(Dwt *s, unsigned n)
{
    Span r = range(s, n);
    bool on = kind(s, n) == EXECUTED;
    uint32_t now[2] = { on ? r.from & ~1u : 0, on ? -r.length & ~1u : 0 };
    bool news = memcmp(now, s->executed[n], sizeof(now));

    memcpy(s->executed[n], now, sizeof(now));
    return news;
}

void comparators_update(Dwt *s)
{
    bool retranslate = false;

    armv7m_set_watcher(s->core->cpu, &s->watcher);
    for (unsigned n = 0; n < N_COMPARATORS; n++) {
        watch_data(s, n);
        retranslate |= watch_executed(s, n);
    }
    if (retranslate) {
        armv7m_retranslate(s->core->cpu);
    }
    counter_arm(s->at_match, kind(s, 0) == CYCLES ? counter_when(&s->cycles, s->match) : COUNTER_NEVER);
}

void comparators_init(Dwt *s)
{
    s->watcher.accessed = accessed;
    s->watcher.is_watched = is_watched;
    s->watcher.executed = executed;
    s->at_match = timer_new_ns(QEMU_CLOCK_VIRTUAL, cycle_match, s);
}
