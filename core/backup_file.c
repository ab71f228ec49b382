/*
 * A file that keeps memory, see backup_file.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "qemu/crc32c.h"
#include "qemu/error-report.h"
#include "qemu/notify.h"
#include "qemu/timer.h"
#include "qapi/error.h"
#include "system/runstate.h"
#include "system/system.h"
#include "stm32/core/backup_file.h"
#include "stm32/core/user_file.h"

#define SAVE_EVERY_MS 1000      /* of the host: not a matter of the guest's time */
#define MAGIC "STM32F4 backup 1"

/* What is in the file; all of it bytes or little-endian. */
typedef struct Image {
    char magic[16];
    uint8_t registers[BACKUP_REGISTERS_SIZE];
    uint8_t sram[BACKUP_SRAM_SIZE];
    uint32_t checksum;          /* of the two */
} Image;

struct BackupFile {
    Object parent_obj;
    char *name;                 /* without symbolic links: the file is replaced, not they */
    mode_t mode;
    Image image;                /* as in the file */
    void *memory[BACKUP_PARTS];
    bool failed;
    QEMUTimer *soon;
    Notifier exit;
};

static uint32_t checksum(const Image *image)
{
    return cpu_to_le32(crc32c(0xffffffff, image->registers,
                              sizeof(image->registers) + sizeof(image->sram)));
}

static void collect(const BackupFile *f, Image *image)
{
    const uint32_t *word = f->memory[BACKUP_REGISTERS];

    *image = f->image;
    for (unsigned at = 0; word && at < sizeof(image->registers); at += 4) {
        stl_le_p(&image->registers[at], word[at / 4]);
    }
    if (f->memory[BACKUP_SRAM]) {
        memcpy(image->sram, f->memory[BACKUP_SRAM], sizeof(image->sram));
    }
    image->checksum = checksum(image);
}

static bool write_file(BackupFile *f, const Image *image, Error **errp)
{
    g_autoptr(GError) error = NULL;

    if (!g_file_set_contents_full(f->name, (const char *)image, sizeof(*image),
                                  G_FILE_SET_CONTENTS_CONSISTENT, f->mode, &error)) {
        error_setg(errp, "backup=%s: cannot write it: %s", f->name, error->message);
        return false;
    }
    f->image = *image;
    return true;
}

static void save(BackupFile *f)
{
    Error *err = NULL;
    Image image;

    collect(f, &image);
    if (!memcmp(&image, &f->image, sizeof(image))) {
        return;
    }
    if (write_file(f, &image, &err)) {
        f->failed = false;
    } else if (f->failed) {
        error_free(err);
    } else {
        error_report_err(err);
        f->failed = true;
    }
}

static void soon_expired(void *opaque)
{
    BackupFile *f = opaque;

    save(f);
    timer_mod(f->soon, qemu_clock_get_ms(QEMU_CLOCK_REALTIME) + SAVE_EVERY_MS);
}

static void vm_state_changed(void *opaque, bool running, RunState state)
{
    save(opaque);
}

static void at_exit(Notifier *notifier, void *data)
{
    save(container_of(notifier, BackupFile, exit));
}

/* ---- Opening ---- */

/* What is wrong with @size bytes of @image, or NULL. */
static const char *find_damage(const Image *image, size_t size)
{
    if (size < sizeof(image->magic) || memcmp(image->magic, MAGIC, sizeof(image->magic))) {
        return "it is no backup file of this machine";
    }
    if (size != sizeof(*image)) {
        return size < sizeof(*image) ? "it is cut short" : "it is too long";
    }
    return image->checksum == checksum(image) ? NULL : "its checksum is wrong";
}

/* Only a regular file that may be written is opened; it is made if there is none. */
static bool open_file(BackupFile *f, const char *name, Error **errp)
{
    int fd = open(name, O_CREAT | O_RDONLY | O_NONBLOCK | O_CLOEXEC, 0666);
    struct stat st;

    if (fd < 0) {
        error_setg_errno(errp, errno, "backup=%s: cannot open it", name);
        return false;
    }
    fstat(fd, &st);
    close(fd);
    if (!S_ISREG(st.st_mode)) {
        error_setg(errp, "backup=%s: is no regular file", name);
        return false;
    }
    if (!(st.st_mode & 0222) || access(name, W_OK) < 0) {
        error_setg(errp, "backup=%s: is read-only", name);
        return false;
    }
    f->name = realpath(name, NULL) ?: g_strdup(name);
    f->mode = st.st_mode & 0777;
    return user_file_claim("backup", f->name, true, errp);
}

/* Only one that is empty or whole is ours to write. */
static bool read_file(BackupFile *f, Error **errp)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *bytes = NULL;
    const char *damage;
    gsize size;

    if (!g_file_get_contents(f->name, &bytes, &size, &error)) {
        error_setg(errp, "backup=%s: cannot read it: %s", f->name, error->message);
        return false;
    }
    if (!size) {
        memcpy(f->image.magic, MAGIC, sizeof(f->image.magic));
        f->image.checksum = checksum(&f->image);
        return write_file(f, &f->image, errp);
    }
    memcpy(&f->image, bytes, MIN(size, sizeof(f->image)));
    damage = find_damage(&f->image, size);
    if (damage) {
        error_setg(errp, "backup=%s: %s; it is left as it is, take another name or move it away",
                   f->name, damage);
    }
    return !damage;
}

BackupFile *backup_file_open(Object *parent, const char *name, Error **errp)
{
    BackupFile *f = BACKUP_FILE(object_new(TYPE_BACKUP_FILE));

    QEMU_BUILD_BUG_ON(sizeof(MAGIC) - 1 != sizeof(f->image.magic));
    object_property_add_child(parent, "backup-file", OBJECT(f));
    object_unref(OBJECT(f));
    if (!open_file(f, name, errp) || !read_file(f, errp)) {
        return NULL;
    }
    f->soon = timer_new_ms(QEMU_CLOCK_REALTIME, soon_expired, f);
    f->exit.notify = at_exit;
    qemu_add_exit_notifier(&f->exit);
    qemu_add_vm_change_state_handler(vm_state_changed, f);
    soon_expired(f);
    return f;
}

void backup_file_keep(BackupFile *f, BackupPart part, void *memory)
{
    if (part == BACKUP_REGISTERS) {
        for (unsigned at = 0; at < BACKUP_REGISTERS_SIZE; at += 4) {
            ((uint32_t *)memory)[at / 4] = ldl_le_p(&f->image.registers[at]);
        }
    } else {
        memcpy(memory, f->image.sram, BACKUP_SRAM_SIZE);
    }
    f->memory[part] = memory;
}

static const TypeInfo backup_file_types[] = { {
    .name = TYPE_BACKUP_FILE, .parent = TYPE_OBJECT, .instance_size = sizeof(BackupFile),
} };
DEFINE_TYPES(backup_file_types)
