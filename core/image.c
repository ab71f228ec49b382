/*
 * Firmware files, see image.h.
 *
 * QEMU's own loader is not used: it clears memory size minus file size behind a segment, which for
 * firmware with .data and .bss in one segment is flash, not RAM; and it puts the image back at every
 * reset, over what the firmware has programmed since.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "elf.h"
#include "stm32/core/image.h"
#include "stm32/core/symbols.h"

typedef struct Image {
    const char *name;
    const uint8_t *data;
    size_t size;
    AddressSpace *as;
} Image;

bool image_is_memory(AddressSpace *as, hwaddr addr, uint64_t size)
{
    while (size) {
        MemoryRegionSection s = memory_region_find(as->root, addr, size);
        uint64_t found = int128_get64(s.size);
        bool ok = s.mr && (memory_region_is_ram(s.mr) || memory_region_is_romd(s.mr)) &&
                  s.offset_within_address_space == addr;

        if (s.mr) {
            memory_region_unref(s.mr);
        }
        if (!ok) {
            return false;
        }
        addr += found;
        size -= found;
    }
    return true;
}

static bool put(const Image *image, hwaddr addr, const void *data, uint64_t size, Error **errp)
{
    if (!image_is_memory(image->as, addr, size)) {
        error_setg(errp, "'%s' does not fit: 0x%" PRIx64 " bytes at 0x%08" HWADDR_PRIx
                   " are not in a memory of this chip", image->name, size, addr);
        return false;
    }
    address_space_write_rom(image->as, addr, MEMTXATTRS_UNSPECIFIED, data, size);
    return true;
}

/* ---- ELF ---- */

/* @size bytes at @offset of the file, or NULL. */
static const void *part(const Image *image, uint64_t offset, uint64_t size)
{
    return offset <= image->size && size <= image->size - offset ? image->data + offset : NULL;
}

static const Elf32_Shdr *section(const Image *image, const Elf32_Ehdr *elf, unsigned n)
{
    return part(image, (uint64_t)elf->e_shoff + n * sizeof(Elf32_Shdr), sizeof(Elf32_Shdr));
}

/* A zero-terminated name in a string table, or NULL. */
static const char *string(const Image *image, const Elf32_Shdr *table, uint32_t offset)
{
    const char *s = table ? part(image, table->sh_offset, table->sh_size) : NULL;

    return s && offset < table->sh_size && memchr(s + offset, 0, table->sh_size - offset)
           ? s + offset : NULL;
}

static void remember_functions(const Image *image, const Elf32_Ehdr *elf)
{
    for (unsigned n = 0; n < elf->e_shnum; n++) {
        const Elf32_Shdr *table = section(image, elf, n);
        const Elf32_Sym *symbols;

        if (!table || table->sh_type != SHT_SYMTAB) {
            continue;
        }
        symbols = part(image, table->sh_offset, table->sh_size);
        for (unsigned i = 0; symbols && i < table->sh_size / sizeof(*symbols); i++) {
            const char *name = string(image, section(image, elf, table->sh_link),
                                      symbols[i].st_name);

            if (ELF32_ST_TYPE(symbols[i].st_info) == STT_FUNC && name) {
                symbols_add(symbols[i].st_value, symbols[i].st_size, name);
            }
        }
    }
}

static bool load_elf_image(const Image *image, Error **errp)
{
    const Elf32_Ehdr *elf = part(image, 0, sizeof(*elf));
    bool loaded = false;

    if (!elf || elf->e_ident[EI_CLASS] != ELFCLASS32 || elf->e_ident[EI_DATA] != ELFDATA2LSB ||
        elf->e_machine != EM_ARM) {
        error_setg(errp, "'%s' is an ELF file for another machine; this board runs 32-bit "
                   "little-endian Arm (Cortex-M4) code", image->name);
        return false;
    }
    for (unsigned n = 0; n < elf->e_phnum; n++) {
        const Elf32_Phdr *ph = part(image, (uint64_t)elf->e_phoff + n * sizeof(*ph), sizeof(*ph));
        const void *data = ph ? part(image, ph->p_offset, ph->p_filesz) : NULL;

        if (!data) {
            error_setg(errp, "'%s' is cut short: program header %u lies outside the file",
                       image->name, n);
            return false;
        }
        if (ph->p_type == PT_LOAD && ph->p_filesz) {
            if (!put(image, ph->p_paddr, data, ph->p_filesz, errp)) {
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
    remember_functions(image, elf);
    return true;
}

/* ---- Intel HEX ---- */

typedef struct HexRecord {
    uint8_t length, address[2], type, data[255 + 1];    /* data and check sum */
} HexRecord;

/* One line, ":LLAAAATT...CC"; false if it is not that. */
static bool parse_hex_record(const char *line, size_t chars, HexRecord *record)
{
    uint8_t *byte = &record->length, sum = 0;
    size_t n = (chars - 1) / 2;

    if (chars < 11 || chars % 2 == 0 || line[0] != ':' || n > sizeof(*record)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        int high = g_ascii_xdigit_value(line[1 + 2 * i]);
        int low = g_ascii_xdigit_value(line[2 + 2 * i]);

        if (high < 0 || low < 0) {
            return false;
        }
        byte[i] = high << 4 | low;
        sum += byte[i];
    }
    return sum == 0 && n == record->length + 5;
}

static bool load_hex_image(const Image *image, Error **errp)
{
    const char *at = (const char *)image->data, *end = at + image->size;
    hwaddr base = 0;

    for (unsigned line = 1; at < end; line++) {
        const char *eol = memchr(at, '\n', end - at) ?: end;
        size_t chars = eol - at;
        HexRecord r;

        while (chars && g_ascii_isspace(at[chars - 1])) {
            chars--;
        }
        if (chars && !parse_hex_record(at, chars, &r)) {
            error_setg(errp, "'%s' line %u is not a sound Intel HEX record", image->name, line);
            return false;
        }
        if (chars) {
            switch (r.type) {
            case 0:
                if (!put(image, base + lduw_be_p(r.address), r.data, r.length, errp)) {
                    return false;
                }
                break;
            case 1:
                return true;
            case 2:
                base = lduw_be_p(r.data) << 4;
                break;
            case 4:
                base = (hwaddr)lduw_be_p(r.data) << 16;
                break;
            }
        }
        at = eol + 1;
    }
    error_setg(errp, "'%s' is cut short: it has no end record", image->name);
    return false;
}

bool image_load(const char *name, AddressSpace *as, hwaddr raw_base, Error **errp)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *data = NULL;
    Image image = { .name = name, .as = as };

    if (!g_file_get_contents(name, &data, &image.size, &error)) {
        error_setg(errp, "cannot read the firmware: %s", error->message);
        return false;
    }
    image.data = (const uint8_t *)data;
    if (image.size >= SELFMAG && !memcmp(data, ELFMAG, SELFMAG)) {
        return load_elf_image(&image, errp);
    }
    if (image.size && data[0] == ':') {
        return load_hex_image(&image, errp);
    }
    if (!image.size) {
        error_setg(errp, "'%s' is empty", name);
        return false;
    }
    return put(&image, raw_base, data, image.size, errp);
}
