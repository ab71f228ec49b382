/*
 * The bench as it is, as a diagram: parts with their attributes, and what their legs are joined to.
 *
 * What came from a file keeps its places, colours and paths; a net that no connection of it makes gets one more,
 * from one pin to the next.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qobject/qjson.h"
#include "qapi/error.h"
#include "stm32/board/diagram/state.h"
#include "stm32/board/parts/part.h"
#include "stm32/board/user_pin.h"

/* ---- Parts ---- */

/* The part of @d that has the id, or NULL. */
static QDict *find_json(const Diagram *d, const char *id)
{
    const QListEntry *entry;

    for (entry = d ? qlist_first(qdict_get_qlist(d->json, "parts")) : NULL; entry; entry = qlist_next(entry)) {
        QDict *json = qobject_to(QDict, qlist_entry_obj(entry));

        if (!strcmp(qdict_get_str(json, "id"), id)) {
            return json;
        }
    }
    return NULL;
}

static void put_place(QDict *to, const QDict *from, const char *name)
{
    QObject *value = from ? qdict_get(from, name) : NULL;

    if (value) {
        qdict_put_obj(to, name, qobject_ref(value));
    } else if (strcmp(name, "rotate")) {
        qdict_put_int(to, name, 0);
    }
}

static bool is_leg(Part *part, const char *name)
{
    return part_find_leg(part, name);
}

/* Those of its properties that are attributes, as text. */
static QDict *attributes(Part *part)
{
    QDict *attrs = qdict_new();
    ObjectPropertyIterator iter;
    ObjectProperty *property;

    object_property_iter_init(&iter, OBJECT(part));
    while ((property = object_property_iter_next(&iter))) {
        bool own = !object_class_property_find(object_class_by_name(TYPE_PART), property->name) &&
                   !strchr(property->name, '[');

        if (own && property->set && property->get && !is_leg(part, property->name)) {
            g_autofree char *text = object_property_print(OBJECT(part), property->name, false, NULL);
            size_t length = text ? strlen(text) : 0;

            if (length >= 2 && text[0] == '"') {        /* a string is printed with its quotes */
                text[length - 1] = 0;
                memmove(text, text + 1, length - 1);
            }
            if (text && *text) {
                qdict_put_str(attrs, property->name, text);
            }
        }
    }
    return attrs;
}

static void put_part(QList *parts, const Diagram *d, const char *type, const char *id, Part *part)
{
    QDict *json = qdict_new(), *from = find_json(d, id);

    qdict_put_str(json, "type", type);
    qdict_put_str(json, "id", id);
    put_place(json, from, "top");
    put_place(json, from, "left");
    put_place(json, from, "rotate");
    qdict_put(json, "attrs", part ? attributes(part) : qdict_new());
    qlist_append(parts, json);
}

/* ---- Connections ---- */

typedef struct Writer {
    const Diagram *d;
    const char *board;
    QList *parts, *connections;
    GHashTable *made;           /* of nets: a pin of theirs that the connections so far reach, as text */
} Writer;

static char *name_of(const Writer *w, const Pin *pin)
{
    Object *parent = OBJECT(pin)->parent;
    Part *part = (Part *)object_dynamic_cast(parent, TYPE_PART);

    if (part) {
        const char *leg = PART_GET_CLASS(part)->legs[pin - part->legs];

        return g_strdup_printf("%s:%.*s", part_id(part), (int)strcspn(leg, " "), leg);
    }
    return g_strdup_printf("%s:%s", w->board, pin->name);
}

static void put_connection(Writer *w, const char *a, const char *b)
{
    QList *connection = qlist_new();

    qlist_append_str(connection, a);
    qlist_append_str(connection, b);
    qlist_append_str(connection, "");
    qlist_append(connection, qlist_new());
    qlist_append(w->connections, connection);
}

/* The net of @pin: each of its pins is connected to the one before; those that are so already are left out. */
static void put_net(Writer *w, Pin *pin)
{
    Pin *one;
    g_autofree char *before = NULL;

    if (!g_hash_table_add(w->made, pin->net)) {
        return;
    }
    for (unsigned n = 0; (one = pin_of_net(pin, n)); n++) {
        char *name = name_of(w, one);

        if (before) {
            put_connection(w, before, name);
        }
        g_free(before);
        before = name;
    }
}

/* As they were in the file. */
static void put_file_connections(Writer *w)
{
    QObject *value = w->d ? qdict_get(w->d->json, "connections") : NULL;
    const QListEntry *entry;

    for (entry = value ? qlist_first(qobject_to(QList, value)) : NULL; entry; entry = qlist_next(entry)) {
        qlist_append_obj(w->connections, qobject_ref(qlist_entry_obj(entry)));
    }
}

/* Was the part made by the file, so that its connections are there? */
static bool is_of_file(const Writer *w, Part *part)
{
    return find_json(w->d, part_id(part));
}

static int put_child(Object *child, void *opaque)
{
    Part *part = (Part *)object_dynamic_cast(child, TYPE_PART);
    Writer *w = opaque;

    if (part) {
        put_part(w->parts, w->d, object_get_typename(child), part_id(part), part);
        for (unsigned n = 0; !is_of_file(w, part) && n < part->n_legs; n++) {
            put_net(w, part_leg(part, n));
        }
    }
    return 0;
}

char *diagram_write(const Diagram *d)
{
    g_autoptr(GHashTable) made = g_hash_table_new(NULL, NULL);
    g_autoptr(QDict) json = qdict_new();
    Writer w = { .d = d, .board = d ? d->board : "board", .parts = qlist_new(), .connections = qlist_new(), .made = made };
    g_autoptr(GString) text = NULL;

    put_part(w.parts, d, DIAGRAM_BOARD, w.board, NULL);
    put_file_connections(&w);
    object_child_foreach(object_resolve_path("/machine/peripheral", NULL), put_child, &w);
    qdict_put_int(json, "version", 1);
    qdict_put_str(json, "author", "");
    qdict_put_str(json, "editor", "");
    qdict_put(json, "parts", w.parts);
    qdict_put(json, "connections", w.connections);
    text = qobject_to_json_pretty(QOBJECT(json), true);
    return g_strdup(text->str);
}
