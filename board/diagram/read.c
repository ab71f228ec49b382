/*
 * A diagram is read, and what does not depend on the parts that there are is checked.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/units.h"
#include "qapi/error.h"
#include "qobject/qbool.h"
#include "qobject/qjson.h"
#include "qobject/qnum.h"
#include "stm32/board/diagram/state.h"
#include "stm32/core/user_file.h"

#define MAX_FILE (4 * MiB)
#define LONGEST_ID 64

const char *connection_end(const QObject *connection, unsigned n)
{
    const QListEntry *entry = qlist_first(qobject_to(QList, connection));
    QString *text;

    while (entry && n--) {
        entry = qlist_next(entry);
    }
    text = entry ? qobject_to(QString, qlist_entry_obj(entry)) : NULL;
    return text ? qstring_get_str(text) : NULL;
}

char *attribute_text(const QObject *value)
{
    switch (qobject_type(value)) {
    case QTYPE_QSTRING:
        return g_strdup(qstring_get_str(qobject_to(QString, value)));
    case QTYPE_QNUM:
        return qnum_to_string(qobject_to(QNum, value));
    case QTYPE_QBOOL:
        return g_strdup(qbool_get_bool(qobject_to(QBool, value)) ? "true" : "false");
    case QTYPE_QLIST:
        return g_string_free(qobject_to_json(value), false);        /* of a keypad, its keys */
    default:
        return NULL;
    }
}

/* ---- Parts ---- */

static bool check_attributes(const QDict *part, Error **errp)
{
    QObject *attrs = qdict_get(part, "attrs");
    const QDict *all = attrs ? qobject_to(QDict, attrs) : NULL;
    const QDictEntry *e;

    if (attrs && !all) {
        error_setg(errp, "\"attrs\" of '%s' is not { ... }", qdict_get_str(part, "id"));
        return false;
    }
    for (e = all ? qdict_first(all) : NULL; e; e = qdict_next(all, e)) {
        g_autofree char *text = attribute_text(qdict_entry_value(e));

        if (!text) {
            error_setg(errp, "attribute '%s' of '%s' is neither text, number nor list", qdict_entry_key(e),
                       qdict_get_str(part, "id"));
            return false;
        }
    }
    return true;
}

static bool check_part(Diagram *d, const QObject *object, Error **errp)
{
    const QDict *part = qobject_to(QDict, object);
    const char *type = part ? qdict_get_try_str(part, "type") : NULL;
    const char *id = part ? qdict_get_try_str(part, "id") : NULL;

    if (!type || !id) {
        error_setg(errp, "every one of \"parts\" needs a \"type\" and an \"id\"");
        return false;
    }
    if (!*id || strlen(id) > LONGEST_ID || id[strcspn(id, "/:[]")]) {
        error_setg(errp, "\"id\": \"%s\" can't be one: it has a letter or more, and none of / : [ ]", id);
        return false;
    }
    if (!strcmp(type, DIAGRAM_BOARD)) {
        if (d->board) {
            error_setg(errp, "there are two boards, '%s' and '%s'; this machine is one", d->board, id);
            return false;
        }
        d->board = id;
    }
    return check_attributes(part, errp);
}

static bool check_parts(Diagram *d, Error **errp)
{
    QList *parts = qobject_to(QList, qdict_get(d->json, "parts"));
    const QListEntry *entry;

    if (!parts) {
        error_setg(errp, "there is no \"parts\": [ ... ]");
        return false;
    }
    for (entry = qlist_first(parts); entry; entry = qlist_next(entry)) {
        if (!check_part(d, qlist_entry_obj(entry), errp)) {
            return false;
        }
    }
    if (!d->board) {
        error_setg(errp, "there is no board in \"parts\": this machine is a \"" DIAGRAM_BOARD "\"");
    }
    return d->board;
}

/* ---- Connections ---- */

static bool check_connections(Diagram *d, Error **errp)
{
    QObject *value = qdict_get(d->json, "connections");
    QList *connections = value ? qobject_to(QList, value) : NULL;
    const QListEntry *entry;

    if (value && !connections) {
        error_setg(errp, "\"connections\" is not [ ... ]");
        return false;
    }
    for (entry = connections ? qlist_first(connections) : NULL; entry; entry = qlist_next(entry)) {
        QObject *c = qlist_entry_obj(entry);

        for (unsigned n = 0; n < 2; n++) {
            const char *end = qobject_to(QList, c) ? connection_end(c, n) : NULL;

            if (!end || !strchr(end, ':')) {
                error_setg(errp, "a connection is [ \"part:pin\", \"part:pin\", \"colour\", [ ... ] ]; one is not%s%s",
                           end ? ": " : "", end ?: "");
                return false;
            }
        }
    }
    return true;
}

const char *diagram_serial_pin(const Diagram *d)
{
    QList *connections = qobject_to(QList, qdict_get(d->json, "connections"));
    const QListEntry *entry;

    for (entry = connections ? qlist_first(connections) : NULL; entry; entry = qlist_next(entry)) {
        for (unsigned n = 0; n < 2; n++) {
            const char *end = connection_end(qlist_entry_obj(entry), n);
            const char *other = connection_end(qlist_entry_obj(entry), !n);

            if (!strcmp(end, SERIAL_MONITOR ":RX") && g_str_has_prefix(other, d->board) &&
                other[strlen(d->board)] == ':') {
                return other + strlen(d->board) + 1;
            }
        }
    }
    return NULL;
}

/* ---- The file ---- */

static bool read_json(Diagram *d, Error **errp)
{
    g_autofree char *text = user_file_read("diagram", d->file, MAX_FILE, NULL, errp);
    Error *err = NULL;
    QObject *json = text ? qobject_from_json(text, &err) : NULL;

    if (err) {
        g_autofree char *what = user_text(error_get_pretty(err));   /* it shows what follows, lines and all */

        error_setg(errp, "%s", what);
        error_free(err);
    }
    d->json = json ? qobject_to(QDict, json) : NULL;
    if (json && !d->json) {
        qobject_unref(json);
    }
    if (text && !d->json && errp && !*errp) {
        error_setg(errp, "it is not { ... }");
    }
    return d->json;
}

static bool check(Diagram *d, Error **errp)
{
    int64_t version = qdict_get_try_int(d->json, "version", 1);

    if (version != 1) {
        error_setg(errp, "it is of version %" PRId64 "; only version 1 can be read", version);
        return false;
    }
    return check_parts(d, errp) && check_connections(d, errp);
}

void diagram_free(Diagram *d)
{
    qobject_unref(d->json);
    g_free(d->file);
    g_free(d);
}

Diagram *diagram_read(const char *file, Error **errp)
{
    Diagram *d = g_new0(Diagram, 1);
    Error *err = NULL;

    d->file = g_strdup(file);
    if (read_json(d, &err) && check(d, &err)) {
        return d;
    }
    error_propagate_prepend(errp, err, "diagram=%s: ", file);
    diagram_free(d);
    return NULL;
}
