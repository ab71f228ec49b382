/*
 * The firmware's source by libdw, see source.h.  A file is opened when something of it is asked for: nobody
 * who makes no mistake waits for that.  What the file says may be anything; libdw checks it, and what it hands
 * on is checked here.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include <dwarf.h>
#include <elfutils/libdw.h>
#include "qemu/units.h"
#include "stm32/core/mistake/source.h"
#include "stm32/core/mistake/source_value.h"
#include "stm32/core/user_file.h"

#define MAX_FILES 8                 /* a bootloader, an application ... */
#define MAX_SIZE (256 * MiB)
#define MAX_SCOPES 64
#define MAX_DEPTH 8                 /* of structures in structures, and of names for a type */

typedef struct Source {
    char *data;
    size_t size;
    bool opened;
    Dwarf *dwarf;                   /* NULL: it has none */
    Dwarf_CFI *frames, *eh_frames;
} Source;

static Source sources[MAX_FILES];
static unsigned n_sources;

void source_add(const void *elf, size_t size)
{
    if (n_sources < MAX_FILES && size <= MAX_SIZE) {
        sources[n_sources++] = (Source) { .data = g_memdup2(elf, size), .size = size };
    }
}

static void open_source(Source *s)
{
    Elf *elf;

    if (s->opened) {
        return;
    }
    s->opened = true;
    elf_version(EV_CURRENT);
    elf = elf_memory(s->data, s->size);
    if (elf) {
        s->dwarf = dwarf_begin_elf(elf, DWARF_C_READ, NULL);
        s->frames = s->dwarf ? dwarf_getcfi(s->dwarf) : NULL;
        s->eh_frames = dwarf_getcfi_elf(elf);
    }
}

/* ---- Files and lines ---- */

/* The unit that @address belongs to; not all compilers make an index. */
static bool find_unit(Source *s, uint32_t address, Dwarf_Die *unit)
{
    Dwarf_Off offset = 0, next;
    size_t header;

    if (!s->dwarf) {
        return false;
    }
    if (dwarf_addrdie(s->dwarf, address, unit)) {
        return true;
    }
    while (!dwarf_nextcu(s->dwarf, offset, &next, &header, NULL, NULL, NULL)) {
        if (dwarf_offdie(s->dwarf, offset + header, unit) && dwarf_haspc(unit, address) > 0) {
            return true;
        }
        if (next <= offset) {
            break;
        }
        offset = next;
    }
    return false;
}

bool source_unit(uint32_t address, const char **file, const char **compiler)
{
    Dwarf_Die unit;
    Dwarf_Attribute attribute;

    for (unsigned i = 0; i < n_sources; i++) {
        open_source(&sources[i]);
        if (find_unit(&sources[i], address, &unit)) {
            *file = dwarf_diename(&unit);
            *compiler = dwarf_attr(&unit, DW_AT_producer, &attribute) ? dwarf_formstring(&attribute) : NULL;
            return *file && *compiler;
        }
    }
    return false;
}

/* Absolute, from the folder in which the compiler ran, and fit for a terminal. */
static char *full_name(Dwarf_Die *unit, const char *file)
{
    Dwarf_Attribute attribute;
    const char *folder = NULL;
    g_autofree char *valid = NULL;
    char *name;

    if (!file) {
        return NULL;
    }
    if (dwarf_attr(unit, DW_AT_comp_dir, &attribute)) {
        folder = dwarf_formstring(&attribute);
    }
    if (folder && !g_path_is_absolute(folder)) {
        folder = NULL;
    }
    valid = g_utf8_make_valid(file, -1);
    if (!g_path_is_absolute(valid) && !folder) {
        name = g_steal_pointer(&valid);
    } else {
        g_autofree char *from = g_utf8_make_valid(folder ?: "/", -1);

        name = g_canonicalize_filename(valid, from);
    }
    for (char *c = name; *c; c++) {
        *c = g_ascii_iscntrl(*c) ? '?' : *c;
    }
    return name;
}

static void place_of(Dwarf_Die *unit, uint32_t address, GuestFrame *to)
{
    Dwarf_Line *line = dwarf_getsrc_die(unit, address);
    int number = 0;

    if (line) {
        to->file = full_name(unit, dwarf_linesrc(line, NULL, NULL));
        dwarf_lineno(line, &number);
        to->line = MAX(number, 0);
    }
}

static unsigned number_of(Dwarf_Die *die, unsigned name)
{
    Dwarf_Attribute attribute;
    Dwarf_Word value;

    return dwarf_attr(die, name, &attribute) && !dwarf_formudata(&attribute, &value) ? value : 0;
}

/* Where the function that @inlined has been put into calls it. */
static void place_of_call(Dwarf_Die *unit, Dwarf_Die *inlined, GuestFrame *to)
{
    unsigned file = number_of(inlined, DW_AT_call_file);
    Dwarf_Files *files;
    size_t n;

    to->line = number_of(inlined, DW_AT_call_line);
    if (!dwarf_getsrcfiles(unit, &files, &n) && file < n) {
        to->file = full_name(unit, dwarf_filesrc(files, file, NULL, NULL));
    }
}

static bool has_names(Dwarf_Die *die)
{
    switch (dwarf_tag(die)) {
    case DW_TAG_namespace:
    case DW_TAG_class_type:
    case DW_TAG_structure_type:
    case DW_TAG_union_type:
    case DW_TAG_enumeration_type:
        return true;
    default:
        return false;
    }
}

/* The function at @address, in namespaces too: Rust has all of them there, and dwarf_getscopes() does not look. */
static bool function_at(Dwarf_Die *parent, uint32_t address, unsigned depth, Dwarf_Die *found)
{
    Dwarf_Die die;

    if (!depth || dwarf_child(parent, &die)) {
        return false;
    }
    do {
        if (dwarf_tag(&die) == DW_TAG_subprogram && dwarf_haspc(&die, address) > 0) {
            *found = die;
            return true;
        }
        if (has_names(&die) && function_at(&die, address, depth - 1, found)) {
            return true;
        }
    } while (!dwarf_siblingof(&die, &die));
    return false;
}

/* What lies in @die around @address, down to the innermost, which is the first in @scopes.  Returns how many. */
static int scopes_in(Dwarf_Die *die, uint32_t address, Dwarf_Die *scopes)
{
    Dwarf_Die path[MAX_SCOPES] = { *die }, inner;
    int n = 1;

    while (n < MAX_SCOPES && !dwarf_child(&path[n - 1], &inner)) {
        bool found = false;

        do {
            int tag = dwarf_tag(&inner);

            found = (tag == DW_TAG_lexical_block || tag == DW_TAG_inlined_subroutine) && dwarf_haspc(&inner, address) > 0;
        } while (!found && !dwarf_siblingof(&inner, &inner));
        if (!found) {
            break;
        }
        path[n++] = inner;
    }
    for (int i = 0; i < n; i++) {
        scopes[i] = path[n - 1 - i];
    }
    return n;
}

/* The scopes around @address as they lie in each other, the innermost first; the caller frees them. */
static int scopes_at(Dwarf_Die *unit, uint32_t address, Dwarf_Die **scopes)
{
    Dwarf_Die *around = NULL, function;
    int n = dwarf_getscopes(unit, address, scopes);

    if (n <= 1 && function_at(unit, address, MAX_SCOPES, &function)) {
        free(n > 0 ? *scopes : NULL);
        *scopes = malloc(MAX_SCOPES * sizeof(**scopes));
        return *scopes ? scopes_in(&function, address, *scopes) : 0;
    }
    if (n > 0 && (*scopes)[0].addr) {
        /* ... those of an inlined one lie where it was written, not where it was put */
        int m = dwarf_getscopes_die(&(*scopes)[0], &around);

        if (m > 0) {
            free(*scopes);
            *scopes = around;
            return m;
        }
    }
    return n;
}

/* The name of a function, with the namespaces and classes that it is declared in. */
static char *function_name(Dwarf_Die *function)
{
    Dwarf_Die declared = *function, *around = NULL;
    Dwarf_Attribute attribute;
    const char *name = dwarf_diename(function);
    g_autoptr(GString) full = g_string_new(NULL);
    int n;

    if (!name) {
        return NULL;
    }
    for (unsigned i = 0; i < MAX_DEPTH && (dwarf_attr(&declared, DW_AT_abstract_origin, &attribute) ||
                                           dwarf_attr(&declared, DW_AT_specification, &attribute)); i++) {
        if (!dwarf_formref_die(&attribute, &declared)) {
            break;
        }
    }
    n = dwarf_getscopes_die(&declared, &around);
    for (int i = MIN(n, MAX_SCOPES) - 1; i > 0; i--) {
        const char *its = has_names(&around[i]) ? dwarf_diename(&around[i]) : NULL;

        if (its) {
            g_string_append_printf(full, "%s::", its);
        }
    }
    free(around);
    g_string_append(full, name);
    return user_text(full->str);
}

static unsigned find_in(Source *s, uint32_t address, GuestFrame *to, unsigned max)
{
    Dwarf_Die unit, *scopes = NULL;
    unsigned count = 0;
    int n;

    open_source(s);
    if (!find_unit(s, address, &unit)) {
        return 0;
    }
    place_of(&unit, address, &to[0]);
    n = scopes_at(&unit, address, &scopes);
    for (int i = 0; i < MIN(n, MAX_SCOPES) && count < max; i++) {
        int tag = dwarf_tag(&scopes[i]);

        if (tag != DW_TAG_inlined_subroutine && tag != DW_TAG_subprogram) {
            continue;
        }
        to[count].function = function_name(&scopes[i]);
        if (tag == DW_TAG_subprogram) {
            count++;
            break;
        }
        if (count + 1 < max) {
            place_of_call(&unit, &scopes[i], &to[count + 1]);
        }
        to[count++].inlined = true;
    }
    free(scopes);
    if (count && to[count - 1].inlined) {       /* cut short: what it is in is not known */
        to[count - 1].inlined = false;
    }
    return count ?: to[0].file != NULL;
}

unsigned source_find(uint32_t address, GuestFrame *to, unsigned max)
{
    for (unsigned i = 0; i < n_sources; i++) {
        unsigned n = find_in(&sources[i], address, to, max);

        if (n) {
            return n;
        }
    }
    return 0;
}

/* ---- Callers ---- */

static bool step_by(Dwarf_CFI *cfi, uint32_t address, uint32_t r[16], ReadWord *read)
{
    uint32_t next[16];
    Dwarf_Frame *frame = NULL;
    bool ok;

    if (!cfi || dwarf_cfi_addrframe(cfi, address, &frame)) {
        return false;
    }
    ok = source_caller(frame, r, next, read);
    free(frame);
    if (ok) {
        memcpy(r, next, sizeof(next));
    }
    return ok;
}

bool source_step_out(uint32_t address, uint32_t r[16], ReadWord *read)
{
    for (unsigned i = 0; i < n_sources; i++) {
        open_source(&sources[i]);
        if (step_by(sources[i].frames, address, r, read) || step_by(sources[i].eh_frames, address, r, read)) {
            return true;
        }
    }
    return false;
}

/* ---- Structures ---- */

/* The type of @die, behind typedef, const and volatile. */
static bool type_of(Dwarf_Die *die, Dwarf_Die *type)
{
    Dwarf_Attribute attribute;

    for (unsigned i = 0; i < MAX_DEPTH; i++) {
        int tag;

        if (!dwarf_attr_integrate(die, DW_AT_type, &attribute) || !dwarf_formref_die(&attribute, type)) {
            return false;
        }
        tag = dwarf_tag(type);
        if (tag != DW_TAG_typedef && tag != DW_TAG_const_type && tag != DW_TAG_volatile_type) {
            return true;
        }
        die = type;
    }
    return false;
}

/* Where @member is in its structure: a number, none at the beginning; in DWARF 2, as Keil and IAR write, an expression. */
static bool offset_of(Dwarf_Die *member, uint32_t *at)
{
    Dwarf_Attribute attribute;
    Dwarf_Word value = 0;
    Dwarf_Op *ops;
    size_t n;

    if (dwarf_attr(member, DW_AT_data_member_location, &attribute) && dwarf_formudata(&attribute, &value)) {
        if (dwarf_getlocation(&attribute, &ops, &n) || n != 1 || ops->atom != DW_OP_plus_uconst) {
            return false;
        }
        value = ops->number;
    }
    *at = value;
    return true;
}

/* The member @name of @structure, or of what has no name in it; adds to @offset. */
static bool member_of(Dwarf_Die *structure, const char *name, size_t length, unsigned depth, uint32_t *offset, Dwarf_Die *type)
{
    Dwarf_Die member, inner;

    if (!depth || dwarf_child(structure, &member)) {
        return false;
    }
    do {
        const char *its = dwarf_diename(&member);
        uint32_t at;

        if (dwarf_tag(&member) != DW_TAG_member || !offset_of(&member, &at) || !type_of(&member, type)) {
            continue;
        }
        if (its && strlen(its) == length && !memcmp(its, name, length)) {
            *offset += at;
            return true;
        }
        inner = *type;
        if (!its && member_of(&inner, name, length, depth - 1, offset, type)) {
            *offset += at;
            return true;
        }
    } while (!dwarf_siblingof(&member, &member));
    return false;
}

static bool find_member(Dwarf_Die structure, const char *path, uint32_t *offset, bool *pointer)
{
    *offset = 0;
    for (;;) {
        size_t length = strcspn(path, ".");
        Dwarf_Die type;

        if (!member_of(&structure, path, length, MAX_DEPTH, offset, &type)) {
            return false;
        }
        if (!path[length]) {
            *pointer = dwarf_tag(&type) == DW_TAG_pointer_type;
            return true;
        }
        structure = type;
        path += length + 1;
    }
}

static bool member_in(Source *s, const char *structure, const char *member, uint32_t *offset, bool *pointer)
{
    Dwarf_Off at = 0, next;
    size_t header;

    open_source(s);
    while (s->dwarf && !dwarf_nextcu(s->dwarf, at, &next, &header, NULL, NULL, NULL)) {
        Dwarf_Die unit, die;

        if (dwarf_offdie(s->dwarf, at + header, &unit) && !dwarf_child(&unit, &die)) {
            do {
                const char *name = dwarf_tag(&die) == DW_TAG_structure_type ? dwarf_diename(&die) : NULL;

                if (name && !strcmp(name, structure) && find_member(die, member, offset, pointer)) {
                    return true;
                }
            } while (!dwarf_siblingof(&die, &die));
        }
        if (next <= at) {
            break;
        }
        at = next;
    }
    return false;
}

bool source_member(const char *structure, const char *member, uint32_t *offset, bool *pointer)
{
    for (unsigned i = 0; i < n_sources; i++) {
        if (member_in(&sources[i], structure, member, offset, pointer)) {
            return true;
        }
    }
    return false;
}
