/*
 * Files that the user names, see user_file.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "stm32/core/user_file.h"

#define MAX_TEXT 160

typedef struct Claim {
    char *path, *option;
    bool writes;
} Claim;

static GArray *claims;

bool user_file_claim(const char *option, const char *name, bool writes, Error **errp)
{
    g_autofree char *path = realpath(name, NULL);
    Claim claim = { .writes = writes };

    if (!path) {
        error_setg_errno(errp, errno, "%s=%s", option, name);
        return false;
    }
    if (!claims) {
        claims = g_array_new(false, false, sizeof(Claim));
    }
    for (unsigned i = 0; i < claims->len; i++) {
        const Claim *other = &g_array_index(claims, Claim, i);

        if (strcmp(other->path, path)) {
            continue;
        }
        if (!writes && !other->writes && !strcmp(other->option, option)) {
            return true;                        /* it is read again, by each page that is loaded say */
        }
        if (writes || other->writes) {
            error_setg(errp, "%s=%s: %s= %s this file already; take another one", option, name,
                       other->option, other->writes ? "writes" : "reads");
            return false;
        }
    }
    claim.path = g_steal_pointer(&path);
    claim.option = g_strdup(option);
    g_array_append_val(claims, claim);
    return true;
}

/* All that the file has; one that is longer than it said is cut. */
static char *read_all(int fd, size_t size, size_t *got)
{
    char *data = g_malloc(size + 1);
    ssize_t n = 1;

    for (*got = 0; *got < size && n > 0; *got += MAX(n, 0)) {
        n = RETRY_ON_EINTR(read(fd, data + *got, size - *got));
    }
    data[*got] = 0;
    if (n < 0) {
        g_free(data);
        return NULL;
    }
    return data;
}

char *user_file_read(const char *option, const char *name, size_t max, size_t *size, Error **errp)
{
    int fd = open(name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);     /* a FIFO: does not wait */
    char *data = NULL;
    struct stat st;
    size_t got;

    if (fd < 0 || fstat(fd, &st) < 0) {
        error_setg_errno(errp, errno, "%s=%s: cannot read it", option, name);
    } else if (!S_ISREG(st.st_mode)) {
        error_setg(errp, "%s=%s: is no regular file", option, name);
    } else if (st.st_size > max) {
        error_setg(errp, "%s=%s: is too large; up to %zu MiB are read", option, name, max >> 20);
    } else if (user_file_claim(option, name, false, errp)) {
        data = read_all(fd, st.st_size, &got);
        if (!data) {
            error_setg_errno(errp, errno, "%s=%s: cannot read it", option, name);
        } else if (size) {
            *size = got;
        }
    }
    if (fd >= 0) {
        close(fd);
    }
    return data;
}

FILE *user_file_create(const char *option, const char *name, Error **errp)
{
    struct stat st;
    FILE *file;

    if (stat(name, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISCHR(st.st_mode)) {
        error_setg(errp, "%s=%s: is no regular file", option, name);
        return NULL;
    }
    file = fopen(name, "ae");
    if (!file) {
        error_setg_errno(errp, errno, "%s=%s: cannot write it", option, name);
        return NULL;
    }
    if (fstat(fileno(file), &st) < 0 || !S_ISREG(st.st_mode)) {
        return file;
    }
    if (!user_file_claim(option, name, true, errp)) {
        fclose(file);
        return NULL;
    }
    if (ftruncate(fileno(file), 0) < 0) {
        error_setg_errno(errp, errno, "%s=%s: cannot write it", option, name);
        fclose(file);
        return NULL;
    }
    return file;
}

char *user_text(const char *text)
{
    size_t length = strnlen(text, MAX_TEXT + 1);
    char *shown = g_strndup(text, MIN(length, MAX_TEXT));

    for (char *c = shown; *c; c++) {
        if (!g_ascii_isprint(*c)) {
            *c = '?';
        }
    }
    if (length > MAX_TEXT) {
        memcpy(shown + MAX_TEXT - 3, "...", 3);
    }
    return shown;
}
