/*
 * Function names of the loaded firmware, see symbols.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/core/demangle.h"
#include "stm32/core/symbols.h"
#include "stm32/core/user_file.h"

/* A flash of 1 MiB has no more: past this the file is no firmware of ours. */
#define MAX_SYMBOLS 100000
#define MAX_LABELS 32           /* in a variable, before a place in it */

typedef struct Symbol {
    uint32_t address, size;
    char *name;
} Symbol;

static GArray *symbols, *objects;   /* of Symbol; functions, and variables */
static bool sorted;                 /* both */
static GArray *code, *kept;         /* of Symbol, without names */
static GHashTable *by_name;         /* name -> Symbol, that of the first of this name */
static unsigned version;

static void remember(const Symbol *symbol, char *name)
{
    if (!by_name) {
        by_name = g_hash_table_new(g_str_hash, g_str_equal);
    }
    if (!g_hash_table_contains(by_name, name)) {
        g_hash_table_insert(by_name, name, g_memdup2(symbol, sizeof(*symbol)));
    }
    version++;
}

/* It is shown as the program has it, and found by what the linker has too. */
static void take_name(Symbol *symbol, const char *name)
{
    g_autofree char *readable = demangle(name);

    symbol->name = user_text(readable ?: name);
    remember(symbol, symbol->name);
    if (readable) {
        remember(symbol, user_text(name));
    }
}

void symbols_add(uint32_t address, uint32_t size, const char *name)
{
    Symbol symbol = { address & ~1u /* Thumb */, size };

    if (!symbols) {
        symbols = g_array_new(FALSE, FALSE, sizeof(Symbol));
    }
    if (symbols->len < MAX_SYMBOLS) {
        take_name(&symbol, name);
        g_array_append_val(symbols, symbol);
        sorted = false;
    }
}

void symbols_add_object(uint32_t address, uint32_t size, const char *name)
{
    Symbol symbol = { address, size };

    if (!objects) {
        objects = g_array_new(FALSE, FALSE, sizeof(Symbol));
    }
    if (objects->len < MAX_SYMBOLS) {
        take_name(&symbol, name);
        g_array_append_val(objects, symbol);
        sorted = false;
    }
}

static void add_range(GArray **ranges, uint32_t address, uint32_t size)
{
    Symbol symbol = { address, size };

    if (!*ranges) {
        *ranges = g_array_new(FALSE, FALSE, sizeof(Symbol));
    }
    if ((*ranges)->len < MAX_SYMBOLS) {
        g_array_append_val(*ranges, symbol);
        version++;
    }
}

static bool is_in(const GArray *ranges, uint32_t address)
{
    for (unsigned i = 0; ranges && i < ranges->len; i++) {
        const Symbol *s = &g_array_index(ranges, Symbol, i);

        if (address - s->address < s->size) {
            return true;
        }
    }
    return false;
}

void symbols_add_code(uint32_t address, uint32_t size)
{
    add_range(&code, address, size);
}

bool symbols_is_code(uint32_t address)
{
    return is_in(code, address);
}

void symbols_add_kept(uint32_t address, uint32_t size)
{
    add_range(&kept, address, size);
}

bool symbols_is_kept(uint32_t address)
{
    return is_in(kept, address);
}

bool symbols_find(const char *name, uint32_t *address, uint32_t *size)
{
    const Symbol *s = by_name ? g_hash_table_lookup(by_name, name) : NULL;

    if (s) {
        *address = s->address;
        if (size) {
            *size = s->size;
        }
    }
    return s;
}

uint32_t symbols_last_object(uint32_t low, uint32_t high)
{
    uint32_t last = low;

    for (unsigned i = 0; objects && i < objects->len; i++) {
        const Symbol *s = &g_array_index(objects, Symbol, i);

        if (s->size && s->address >= low && s->address + s->size <= high) {
            last = MAX(last, s->address + s->size);
        }
    }
    return last;
}

unsigned symbols_version(void)
{
    return version;
}

static int compare(const void *a, const void *b)
{
    const Symbol *x = a, *y = b;

    return x->address < y->address ? -1 : x->address > y->address;
}

/* How many of @all begin at or before @address: these are the first. */
static unsigned count_begun(GArray *all, uint32_t address)
{
    unsigned low = 0, high = all ? all->len : 0;

    if (!sorted) {
        if (symbols) {
            g_array_sort(symbols, compare);
        }
        if (objects) {
            g_array_sort(objects, compare);
        }
        sorted = true;
    }
    while (low < high) {
        unsigned middle = (low + high) / 2;

        if (g_array_index(all, Symbol, middle).address <= address) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* The last function that begins at or before @address, if that lies in it. */
static const Symbol *find(uint32_t address)
{
    unsigned begun = count_begun(symbols, address);
    const Symbol *found = begun ? &g_array_index(symbols, Symbol, begun - 1) : NULL;

    return found && (!found->size || address - found->address < found->size) ? found : NULL;
}

/* The variable that @address lies in; of several names the first. */
static const Symbol *find_object(uint32_t address)
{
    const Symbol *found = NULL;

    for (unsigned i = count_begun(objects, address), n = 0; i && n < MAX_LABELS; i--, n++) {
        const Symbol *s = &g_array_index(objects, Symbol, i - 1);

        if (found && s->address != found->address) {
            break;
        }
        if (address - s->address < s->size) {
            found = s;
        }
    }
    return found;
}

const char *symbols_object(uint32_t address, uint32_t *base)
{
    const Symbol *found = find_object(address);

    if (found) {
        *base = found->address;
    }
    return found ? found->name : NULL;
}

uint32_t symbols_object_end(uint32_t address)
{
    const Symbol *found = find_object(address);

    return found ? found->address + found->size : address;
}

char *symbols_describe(uint32_t address)
{
    const Symbol *symbol = find(address);

    return symbol ? g_strdup_printf("0x%08x <%s+%u>", address, symbol->name,
                                    address - symbol->address)
                  : g_strdup_printf("0x%08x", address);
}

const char *symbols_name(uint32_t address)
{
    const Symbol *symbol = find(address);

    return symbol ? symbol->name : NULL;
}

/* The end of the code that @address is in, or @address. */
static uint32_t code_end(uint32_t address)
{
    for (unsigned i = 0; code && i < code->len; i++) {
        const Symbol *s = &g_array_index(code, Symbol, i);

        if (address - s->address < s->size) {
            return s->address + s->size;
        }
    }
    return address;
}

bool symbols_function(uint32_t address, uint32_t *begin, uint32_t *end)
{
    unsigned next = count_begun(symbols, address);
    const Symbol *symbol = find(address);

    if (symbol) {
        *begin = symbol->address;
        *end = symbol->size ? symbol->address + symbol->size
               : next < symbols->len ? g_array_index(symbols, Symbol, next).address : code_end(symbol->address);
    }
    return symbol && *end > *begin;
}
