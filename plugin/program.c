/*
 * The firmware's functions and lines, see program.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <elfutils/libdwfl.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include "program.h"

#define MAX_CODE (4u << 20)     /* bytes in all; the chip has less */

static int by_address(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return x < y ? -1 : x > y;
}

/* The last element of @array, which begins with its address, that does not lie behind @address; NULL: none. */
static void *last_before(const GArray *array, size_t size, uint32_t address)
{
    unsigned low = 0, high = array->len;

    while (low < high) {
        unsigned middle = low + (high - low) / 2;

        if (*(uint32_t *)(array->data + middle * size) <= address) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low ? array->data + (low - 1) * size : NULL;
}

/* ---- What there is ---- */

int program_halfword(const Program *p, uint32_t address)
{
    const Code *c = last_before(p->code, sizeof(Code), address);

    return c && address - c->base < c->size ? (int)(c->first + (address - c->base) / 2) : -1;
}

const Function *program_function(const Program *p, uint32_t address)
{
    const Function *f = last_before(p->functions, sizeof(Function), address);

    return f && address - f->base < MAX(f->size, 2) ? f : NULL;
}

const Line *program_line(const Program *p, uint32_t address)
{
    const Line *l = last_before(p->lines, sizeof(Line), address);

    return l && l->file ? l : NULL;
}

uint32_t program_variable(const Program *p, const char *name)
{
    return GPOINTER_TO_UINT(g_hash_table_lookup(p->variables, name));
}

/* ---- The file ---- */

static bool add_code(Program *p, Elf *elf)
{
    GElf_Shdr header;
    Elf_Scn *section = NULL;

    while ((section = elf_nextscn(elf, section))) {
        if (gelf_getshdr(section, &header) && header.sh_flags & SHF_EXECINSTR && header.sh_flags & SHF_ALLOC
            && header.sh_size) {
            Code c = { header.sh_addr & ~1u, (header.sh_size + 1) & ~1u };

            if (header.sh_size > MAX_CODE || p->halfwords * 2 + c.size > MAX_CODE) {
                return false;
            }
            p->halfwords += c.size / 2;
            g_array_append_val(p->code, c);
        }
    }
    /* In the order of addresses, and so the numbers are too */
    g_array_sort(p->code, by_address);
    for (unsigned i = 0, first = 0; i < p->code->len; i++) {
        Code *c = &g_array_index(p->code, Code, i);

        c->first = first;
        first += c->size / 2;
    }
    return p->code->len;
}

static void add_line(Program *p, Dwfl_Line *line)
{
    Dwarf_Addr address, bias;
    Dwarf_Line *raw = dwfl_dwarf_line(line, &bias);
    bool statement = false, end = false;
    const char *file;
    int number;

    file = dwfl_lineinfo(line, &address, &number, NULL, NULL, NULL);
    if (!file || number < 0 || program_halfword(p, address) < 0) {
        return;
    }
    if (raw) {
        dwarf_linebeginstatement(raw, &statement);
        dwarf_lineendsequence(raw, &end);
    }
    if (number || end) {
        const char *folder = dwfl_line_comp_dir(line);
        g_autofree char *path = g_canonicalize_filename(file, folder && g_path_is_absolute(folder) ? folder : NULL);
        Line l = { address, end ? NULL : g_intern_string(path), number, statement };

        g_array_append_val(p->lines, l);
    }
}

static void add_lines(Program *p, Dwfl *dwfl)
{
    Dwarf_Addr bias;
    Dwarf_Die *unit = NULL;

    while ((unit = dwfl_nextcu(dwfl, unit, &bias))) {
        size_t count;

        if (!dwfl_getsrclines(unit, &count)) {
            for (size_t i = 0; i < count; i++) {
                Dwfl_Line *line = dwfl_onesrcline(unit, i);

                if (line) {
                    add_line(p, line);
                }
            }
        }
    }
    g_array_sort(p->lines, by_address);
}

static void add_symbols(Program *p, Dwfl_Module *module)
{
    int count = dwfl_module_getsymtab(module);

    for (int i = 1; i < count; i++) {
        GElf_Sym symbol;
        GElf_Addr value;
        const char *name = dwfl_module_getsym_info(module, i, &symbol, &value, NULL, NULL, NULL);

        if (!name || !*name || symbol.st_shndx == SHN_UNDEF) {
            continue;
        }
        if (GELF_ST_TYPE(symbol.st_info) == STT_FUNC) {
            Function f = { value & ~1u, symbol.st_size, g_intern_string(name), "", 0 };
            const Line *l = program_line(p, f.base);

            if (l) {
                f.file = l->file;
                f.line = l->line;
            }
            if (program_halfword(p, f.base) >= 0) {
                g_array_append_val(p->functions, f);
            }
        } else if (GELF_ST_TYPE(symbol.st_info) == STT_OBJECT) {
            g_hash_table_insert(p->variables, g_strdup(name), GUINT_TO_POINTER((uint32_t)value));
        }
    }
    g_array_sort(p->functions, by_address);
    for (unsigned i = 0; i + 1 < p->functions->len;) {         /* one name for each address */
        if (g_array_index(p->functions, Function, i).base == g_array_index(p->functions, Function, i + 1).base) {
            g_array_remove_index(p->functions, i + 1);
        } else {
            i++;
        }
    }
}

static bool read_program(Program *p, Dwfl *dwfl, const char *path)
{
    Dwfl_Module *module;
    GElf_Addr bias;
    Elf *elf;

    dwfl_report_begin(dwfl);
    module = dwfl_report_offline(dwfl, "firmware", path, -1);
    dwfl_report_end(dwfl, NULL, NULL);
    elf = module ? dwfl_module_getelf(module, &bias) : NULL;
    if (!elf || !add_code(p, elf)) {
        return false;
    }
    add_lines(p, dwfl);
    add_symbols(p, module);
    return true;
}

Program *program_load(const char *path, char **error)
{
    static const Dwfl_Callbacks callbacks = {
        .find_elf = dwfl_build_id_find_elf, .find_debuginfo = dwfl_standard_find_debuginfo,
        .section_address = dwfl_offline_section_address,
    };
    Dwfl *dwfl = dwfl_begin(&callbacks);
    Program *p = g_new0(Program, 1);

    p->code = g_array_new(false, false, sizeof(Code));
    p->functions = g_array_new(false, false, sizeof(Function));
    p->lines = g_array_new(false, false, sizeof(Line));
    p->variables = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    if (!dwfl || !read_program(p, dwfl, path)) {
        *error = g_strdup_printf("%s: no ELF file with code: give the one that the compiler made, by elf=FILE", path);
        g_clear_pointer(&p, g_free);            /* QEMU ends now */
    }
    if (dwfl) {
        dwfl_end(dwfl);
    }
    return p;
}
