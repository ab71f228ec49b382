/*
 * Function names of the loaded firmware, see symbols.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/core/symbols.h"
#include "stm32/core/user_file.h"

/* A flash of 1 MiB has no more: past this the file is no firmware of ours. */
#define MAX_SYMBOLS 100000

typedef struct Symbol {
    uint32_t address, size;
    char *name;
} Symbol;

static GArray *symbols;
static bool sorted;

void symbols_add(uint32_t address, uint32_t size, const char *name)
{
    Symbol symbol = { address & ~1u /* Thumb */, size };

    if (!symbols) {
        symbols = g_array_new(FALSE, FALSE, sizeof(Symbol));
    }
    if (symbols->len < MAX_SYMBOLS) {
        symbol.name = user_text(name);
        g_array_append_val(symbols, symbol);
        sorted = false;
    }
}

static int compare(const void *a, const void *b)
{
    const Symbol *x = a, *y = b;

    return x->address < y->address ? -1 : x->address > y->address;
}

/* The last function that starts at or before @address, if that lies in it. */
static const Symbol *find(uint32_t address)
{
    const Symbol *found = NULL;
    unsigned low = 0, high = symbols ? symbols->len : 0;

    if (symbols && !sorted) {
        g_array_sort(symbols, compare);
        sorted = true;
    }
    while (low < high) {
        unsigned middle = (low + high) / 2;
        const Symbol *symbol = &g_array_index(symbols, Symbol, middle);

        if (symbol->address <= address) {
            found = symbol;
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return found && (!found->size || address - found->address < found->size) ? found : NULL;
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
