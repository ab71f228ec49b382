/*
 * Names for the linker, see demangle.h: those of Rust (but its newer form, _R), and of C++ what consists of names
 * alone.  Parameters are left out.  What has templates, operators or abbreviations of C++ stays as it is: the debug
 * information says it better.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/core/demangle.h"

#define HASH 17         /* Rust's last part: an h, and 16 digits that make it unique */

/* One part, as "4Axis"; *@at moves behind it. */
static bool take_part(const char **at, const char **part, size_t *length)
{
    const char *name = *at;
    unsigned n = 0;

    while (g_ascii_isdigit(*name) && n < 1000) {
        n = 10 * n + *name++ - '0';
    }
    if (!n || strnlen(name, n) < n) {
        return false;
    }
    *part = name;
    *length = n;
    *at = name + n;
    return true;
}

static bool is_hash(const char *part, size_t length)
{
    if (length != HASH || part[0] != 'h') {
        return false;
    }
    for (unsigned i = 1; i < HASH; i++) {
        if (!g_ascii_isxdigit(part[i])) {
            return false;
        }
    }
    return true;
}

/* Rust has a "$..$" for each character that is not for names; ".." is "::". */
static void append_rust(GString *to, const char *part, size_t length)
{
    static const struct {
        const char *code, *text;
    } table[] = {
        { "$LT$", "<" }, { "$GT$", ">" }, { "$RF$", "&" }, { "$BP$", "*" }, { "$LP$", "(" }, { "$RP$", ")" },
        { "$C$", "," }, { "$SP$", "@" }, { "$u20$", " " }, { "$u27$", "'" }, { "$u5b$", "[" }, { "$u5d$", "]" },
        { "$u7b$", "{" }, { "$u7d$", "}" }, { "$u3b$", ";" }, { "$u2b$", "+" }, { "$u22$", "\"" }, { "..", "::" },
    };
    const char *end = part + length;

    part += length > 1 && part[0] == '_' && part[1] == '$';
    while (part < end) {
        unsigned i = 0;

        while (i < ARRAY_SIZE(table) && !g_str_has_prefix(part, table[i].code)) {
            i++;
        }
        if (i < ARRAY_SIZE(table) && part + strlen(table[i].code) <= end) {
            g_string_append(to, table[i].text);
            part += strlen(table[i].code);
        } else {
            g_string_append_c(to, *part++);
        }
    }
}

char *demangle(const char *name)
{
    const char *part = NULL, *at;
    size_t length = 0;
    bool nested, good, more;
    GString *to;

    if (!g_str_has_prefix(name, "_Z")) {
        return NULL;
    }
    to = g_string_new(NULL);
    at = name + 2;
    nested = *at == 'N';
    at += nested + (nested && at[1] == 'K');                /* a member that is const */
    good = more = take_part(&at, &part, &length);
    while (more) {
        bool last = !nested || *at == 'E';

        if (nested && last && to->len && is_hash(part, length)) {
            break;
        }
        g_string_append(to, to->len ? "::" : "");
        append_rust(to, part, length);
        more = !last && (good = take_part(&at, &part, &length));
    }
    good &= nested ? *at == 'E' : *at && *at != 'I';        /* I: a template's arguments */
    return g_string_free(to, !good);
}
