/*
 * Devices and nets are made of a diagram.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/error-report.h"
#include "monitor/qdev.h"
#include "stm32/board/diagram/state.h"
#include "stm32/board/nearest.h"
#include "stm32/board/parts/part.h"
#include "stm32/board/supply.h"
#include "stm32/board/user_pin.h"

/* ---- Parts ---- */

static void offer_type(gpointer class, gpointer nearest)
{
    nearest_offer(nearest, object_class_get_name(class));
}

static bool is_board(const char *type)
{
    static const char *const words[] = { "esp32", "stm32", "nucleo", "pico", "arduino", "franzininho", "attiny", "rp2040" };

    for (unsigned n = 0; n < ARRAY_SIZE(words); n++) {
        if (strstr(type, words[n])) {
            return true;
        }
    }
    return false;
}

static void report_type(const char *type, const char *id, Error **errp)
{
    GSList *types = object_class_get_list(TYPE_PART, false);
    Nearest n = { .wanted = type };

    nearest_offer(&n, DIAGRAM_BOARD);
    g_slist_foreach(types, offer_type, &n);
    g_slist_free(types);
    if (is_board(type)) {
        error_setg(errp, "'%s' is a %s; the board of this machine is a " DIAGRAM_BOARD, id, type);
    } else if (g_str_has_prefix(type, "chip-")) {
        error_setg(errp, "'%s': '%s' is a chip of the project's own, a program for Wokwi, which this machine cannot run; take a "
                   "part instead, or leave it out", id, type);
    } else {
        error_setg(errp, "'%s': there is no part '%s'%s%s%s", id, type, n.best ? "; is it '" : "", n.best ?: "",
                   n.best ? "'?" : "");
    }
    g_free(n.best);
}

/* Wokwi leaves out what it does not know, and many a diagram has such. */
static void leave_out(Part *part, const char *name, const char *nearest)
{
    warn_report("diagram: '%s': a %s has no attribute '%s'%s%s%s: left out", part_id(part),
                object_get_typename(OBJECT(part)), name, nearest ? "; is it '" : "", nearest ?: "",
                nearest ? "'?" : "");
}

static bool set_attributes(Part *part, const QDict *attrs, Error **errp)
{
    const QDictEntry *e;

    for (e = attrs ? qdict_first(attrs) : NULL; e; e = qdict_next(attrs, e)) {
        g_autofree char *value = attribute_text(qdict_entry_value(e)), *nearest = NULL;

        if (!part_has_attribute(part, qdict_entry_key(e), &nearest)) {
            leave_out(part, qdict_entry_key(e), nearest);
            continue;
        }
        if (!part_set_attribute(part, qdict_entry_key(e), value, errp)) {
            return false;
        }
    }
    return true;
}

static bool build_part(const QDict *json, Error **errp)
{
    const char *type = qdict_get_str(json, "type"), *id = qdict_get_str(json, "id");
    ObjectClass *class = object_class_by_name(type);
    QObject *attrs = qdict_get(json, "attrs");
    DeviceState *dev;

    if (!strcmp(type, DIAGRAM_BOARD)) {
        return true;
    }
    if (!class || !object_class_dynamic_cast(class, TYPE_PART) || object_class_is_abstract(class)) {
        report_type(type, id, errp);
        return false;
    }
    dev = qdev_new(type);
    if (!qdev_set_id(dev, g_strdup(id), errp) ||
        !set_attributes(PART(dev), attrs ? qobject_to(QDict, attrs) : NULL, errp) ||
        !qdev_realize_and_unref(dev, NULL, errp)) {
        error_prepend(errp, "'%s': ", id);
        return false;
    }
    return true;
}

/* ---- Connections ---- */

static Pin *board_pin(const char *name, Error **errp)
{
    Pin *pin = user_pin("board", name, NULL);

    if (!pin) {
        error_setg(errp, "the board has no pin '%s' that can be wired; it has PA0 to PI15, GND, 3V3, 5V", name);
    }
    return pin;
}

static void report_leg(Part *part, const char *name, Error **errp)
{
    Nearest n = { .wanted = name };
    g_autofree char *all = g_strjoinv(", ", (char **)PART_GET_CLASS(part)->legs);

    for (const char *const *legs = PART_GET_CLASS(part)->legs; *legs; legs++) {
        g_auto(GStrv) one = g_strsplit(*legs, " ", 0);

        for (char **leg = one; *leg; leg++) {
            nearest_offer(&n, *leg);
        }
    }
    error_setg(errp, "'%s' has no pin '%s'%s%s%s; it has %s", part_id(part), name, n.best ? ", is it '" : "",
               n.best ?: "", n.best ? "'?" : "", all);
    g_free(n.best);
}

static Pin *find_pin(const Diagram *d, const Place *place, Error **errp)
{
    Part *part;
    Pin *pin;

    if (!strcmp(place->part, d->board)) {
        return board_pin(place->pin, errp);
    }
    part = part_find(place->part);
    if (!part) {
        error_setg(errp, "there is no part '%s'", place->part);
        return NULL;
    }
    pin = part_find_leg(part, place->pin);
    if (!pin) {
        report_leg(part, place->pin, errp);
    }
    return pin;
}

static bool build_connection(const Diagram *d, const QObject *connection, Error **errp)
{
    Pin *pin[2];

    for (unsigned n = 0; n < 2; n++) {
        g_auto(Place) place = place_of(connection_end(connection, n));

        if (!strcmp(place.part, SERIAL_MONITOR)) {
            return true;                /* what it is joined to has been chosen by diagram_serial_pin() */
        }
        pin[n] = find_pin(d, &place, errp);
        if (!pin[n]) {
            error_prepend(errp, "[\"%s\", \"%s\"]: ", connection_end(connection, 0), connection_end(connection, 1));
            return false;
        }
    }
    pin_join(pin[0], pin[1]);
    return true;
}

/* ---- All of it ---- */

static bool build(Diagram *d, Error **errp)
{
    QList *parts = qobject_to(QList, qdict_get(d->json, "parts"));
    QList *connections = qobject_to(QList, qdict_get(d->json, "connections"));
    const QListEntry *entry;

    for (entry = qlist_first(parts); entry; entry = qlist_next(entry)) {
        if (!build_part(qobject_to(QDict, qlist_entry_obj(entry)), errp)) {
            return false;
        }
    }
    for (entry = connections ? qlist_first(connections) : NULL; entry; entry = qlist_next(entry)) {
        if (!build_connection(d, qlist_entry_obj(entry), errp)) {
            return false;
        }
    }
    return true;
}

bool diagram_build(Diagram *d, Error **errp)
{
    Error *err = NULL;

    if (!build(d, &err)) {
        error_propagate_prepend(errp, err, "diagram=%s: ", d->file);
        return false;
    }
    return true;
}
