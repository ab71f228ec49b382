/*
 * Firmware files, see image.h: which kind a file is of.
 *
 * QEMU's own loader is not used: it clears memory size minus file size behind a segment, which for
 * firmware with .data and .bss in one segment is flash, not RAM; and it puts the image back at every
 * reset, over what the firmware has programmed since.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/units.h"
#include "qapi/error.h"
#include "elf.h"
#include "stm32/core/image/memory.h"
#include "stm32/core/user_file.h"

#define MAX_FILE (256 * MiB)

/* What people give that no programmer takes.  No stack pointer looks like one of these. */
static const struct {
    const char *begins, *is;
} foreign_table[] = {
    { "DfuSe", "a DfuSe file; give the ELF, HEX or binary it was made of" },
    { "UF2\n", "a UF2 file; give the ELF, HEX or binary it was made of" },
    { "PK\3\4", "a zip archive; unpack it first" },
    { "\x1f\x8b\x08", "a gzip file; unpack it first" },
    { "\xfd" "7zXZ", "an xz file; unpack it first" },
    { "!<arch>\n", "a library (.a); link it first" },
    { "MZ\x90", "a program for Windows" },
    { "#!/", "a script" },
};

static const char *find_foreign(const Image *image)
{
    for (unsigned i = 0; i < ARRAY_SIZE(foreign_table); i++) {
        size_t length = strlen(foreign_table[i].begins);

        if (image->size >= length && !memcmp(image->data, foreign_table[i].begins, length)) {
            return foreign_table[i].is;
        }
    }
    return NULL;
}

static bool is_text(const Image *image)
{
    for (size_t i = 0; i < MIN(image->size, 256); i++) {
        if (!g_ascii_isprint(image->data[i]) && !g_ascii_isspace(image->data[i])) {
            return false;
        }
    }
    return true;
}

static bool is_srec(const Image *image)
{
    const uint8_t *c = image->data;

    return image->size >= 4 && c[0] == 'S' && g_ascii_isdigit(c[1]) && g_ascii_isxdigit(c[2]) &&
           g_ascii_isxdigit(c[3]);
}

static bool load(const Image *image, hwaddr raw_base, Error **errp)
{
    const char *foreign = find_foreign(image);

    if (!image->size) {
        error_setg(errp, "'%s' is empty", image->name);
        return false;
    }
    if (image->size >= SELFMAG && !memcmp(image->data, ELFMAG, SELFMAG)) {
        return image_load_elf(image, errp);
    }
    if (image->data[0] == ':') {
        return image_load_hex(image, errp);
    }
    if (is_srec(image)) {
        return image_load_srec(image, errp);
    }
    if (foreign || is_text(image)) {
        error_setg(errp, "'%s' is no firmware: it looks like %s", image->name, foreign ?: "text");
        return false;
    }
    return image_put(image, raw_base, image->data, image->size, errp);
}

char *image_load(const char *name, AddressSpace *as, hwaddr raw_base, Error **errp)
{
    g_autofree char *shown = user_text(name);
    Image image = { .name = shown, .as = as };
    g_autofree char *data = user_file_read("kernel", name, MAX_FILE, &image.size, errp);

    image.data = (const uint8_t *)data;
    return data && load(&image, raw_base, errp)
           ? g_compute_checksum_for_data(G_CHECKSUM_SHA256, image.data, image.size) : NULL;
}
