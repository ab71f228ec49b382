/*
 * ELF files: their segments, and the names of functions.  Nothing in the file is trusted, and it may be
 * anywhere in memory: headers are copied out of it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "elf.h"
#include "stm32/core/image/memory.h"
#include "stm32/core/mistake/source.h"
#include "stm32/core/symbols.h"

/* @size bytes at @offset of the file, or NULL. */
static const void *part(const Image *image, uint64_t offset, uint64_t size)
{
    return offset <= image->size && size <= image->size - offset ? image->data + offset : NULL;
}

static bool copy(const Image *image, uint64_t offset, void *to, size_t size)
{
    const void *from = part(image, offset, size);

    if (from) {
        memcpy(to, from, size);
    }
    return from;
}

static bool section(const Image *image, const Elf32_Ehdr *elf, unsigned n, Elf32_Shdr *to)
{
    return copy(image, (uint64_t)elf->e_shoff + n * sizeof(*to), to, sizeof(*to));
}

/* A zero-terminated name in a string table, or NULL. */
static const char *string(const Image *image, const Elf32_Shdr *table, uint32_t offset)
{
    const char *s = part(image, table->sh_offset, table->sh_size);

    return s && offset < table->sh_size && memchr(s + offset, 0, table->sh_size - offset)
           ? s + offset : NULL;
}

static void remember_symbols(const Image *image, const Elf32_Shdr *table, const Elf32_Shdr *names)
{
    Elf32_Sym symbol;

    for (uint64_t at = 0; at + sizeof(symbol) <= table->sh_size; at += sizeof(symbol)) {
        const char *name;

        if (!copy(image, table->sh_offset + at, &symbol, sizeof(symbol))) {
            return;
        }
        name = string(image, names, symbol.st_name);
        if (ELF32_ST_TYPE(symbol.st_info) == STT_FUNC && name) {
            symbols_add(symbol.st_value, symbol.st_size, name);
        } else if (name && *name && *name != '$' && symbol.st_shndx != SHN_UNDEF &&
                   ELF32_ST_TYPE(symbol.st_info) <= STT_OBJECT) {
            symbols_add_object(symbol.st_value, symbol.st_size, name);
        }
    }
}

/* A linker's script decides how such a section is called; GCC's name is .noinit. */
static bool is_kept(const char *section)
{
    static const char *const names[] = { "noinit", "no_init", "uninit" };
    g_autofree char *lower = g_ascii_strdown(section, -1);

    for (unsigned i = 0; i < ARRAY_SIZE(names); i++) {
        if (strstr(lower, names[i])) {
            return true;
        }
    }
    return false;
}

static void remember_sections(const Image *image, const Elf32_Ehdr *elf)
{
    Elf32_Shdr header, names;
    bool named = section(image, elf, elf->e_shstrndx, &names);

    for (unsigned n = 0; n < elf->e_shnum && section(image, elf, n, &header); n++) {
        if (header.sh_flags & SHF_EXECINSTR && header.sh_flags & SHF_ALLOC) {
            symbols_add_code(header.sh_addr, header.sh_size);
        } else if (header.sh_flags & SHF_ALLOC && named) {
            const char *name = string(image, &names, header.sh_name);

            if (name && is_kept(name)) {
                symbols_add_kept(header.sh_addr, header.sh_size);
            }
        }
    }
}

/* A file has one table of symbols; what else says it is one is not looked at. */
static void remember_functions(const Image *image, const Elf32_Ehdr *elf)
{
    Elf32_Shdr table, names;

    for (unsigned n = 0; n < elf->e_shnum && section(image, elf, n, &table); n++) {
        if (table.sh_type == SHT_SYMTAB) {
            if (section(image, elf, table.sh_link, &names)) {
                remember_symbols(image, &table, &names);
            }
            return;
        }
    }
}

bool image_load_elf(const Image *image, Error **errp)
{
    bool loaded = false;
    Elf32_Ehdr elf;

    if (!copy(image, 0, &elf, sizeof(elf)) || elf.e_ident[EI_CLASS] != ELFCLASS32 ||
        elf.e_ident[EI_DATA] != ELFDATA2LSB || elf.e_machine != EM_ARM) {
        error_setg(errp, "'%s' is an ELF file for another machine; this board runs 32-bit "
                   "little-endian Arm (Cortex-M4) code", image->name);
        return false;
    }
    for (unsigned n = 0; n < elf.e_phnum; n++) {
        const void *data = NULL;
        Elf32_Phdr ph;

        if (copy(image, (uint64_t)elf.e_phoff + n * sizeof(ph), &ph, sizeof(ph))) {
            data = part(image, ph.p_offset, ph.p_filesz);
        }
        if (!data) {
            error_setg(errp, "'%s' is cut short: program header %u lies outside the file",
                       image->name, n);
            return false;
        }
        if (ph.p_type == PT_LOAD && ph.p_filesz) {
            if (!image_put(image, ph.p_paddr, data, ph.p_filesz, errp)) {
                return false;
            }
            loaded = true;
        }
    }
    if (!loaded) {
        error_setg(errp, "'%s' has nothing to load: is it an object file that was not linked?",
                   image->name);
        return false;
    }
    remember_functions(image, &elf);
    remember_sections(image, &elf);
    source_add(image->data, image->size);
    return true;
}
