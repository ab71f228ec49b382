/*
 * What a page does to the board: one JSON object a line, of a fixed kind each.
 *
 *   {"do": "press", "button": "user", "on": true}              also "reset"
 *   {"do": "set", "part": "pot", "name": "value", "value": 512}
 *   {"do": "pin", "pin": "pa1", "drive": "1"}                  "0", "1", "z": let go
 *   {"do": "tilt", "x": 0, "y": 0, "z": 1000}                  mg
 *   {"do": "send", "port": "usart2", "text": "AT\r"}
 *   {"do": "watch", "pin": "pd12"}                             "": none
 *   {"do": "trace", "pin": "pd12", "on": true}                 show its edges
 *   {"do": "run"}, {"do": "pause"}, {"do": "reset"}, {"do": "speed", "speed": "0.5"}
 *   {"do": "save", "name": "here"}, {"do": "load", "name": "here"}
 *   {"do": "firmware", ...}, {"do": "piece", ...}              see upload.c
 *
 * What can't be done is answered, and changes nothing; what is none of these ends the connection.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "migration/snapshot.h"
#include "qapi/error.h"
#include "qapi/qapi-commands-misc.h"
#include "qobject/qbool.h"
#include "qobject/qjson.h"
#include "qobject/qnum.h"
#include "qom/qom-qobject.h"
#include "system/runstate.h"
#include "stm32/board/page/state.h"
#include "stm32/board/parts/part.h"
#include "stm32/board/user_pin.h"

#define MAX_ANSWERS 256         /* that a page has not read */
#define MAX_NAME 64

/* ---- The board ---- */

static Object *child(Client *client, const char *name)
{
    return object_resolve_path_component(client->connection->page->board.machine, name);
}

static void press(Client *client, const QDict *args, Error **errp)
{
    const char *button = qdict_get_try_str(args, "button");
    g_autofree char *name = g_strdup_printf("button-%s", button ?: "");

    if (!button || (strcmp(button, "user") && strcmp(button, "reset"))) {
        error_setg(errp, "the board has the buttons 'user' and 'reset'");
        return;
    }
    object_property_set_bool(child(client, name), "pressed", qdict_get_try_bool(args, "on", false), errp);
}

static void tilt(Client *client, const QDict *args, Error **errp)
{
    static const char *const axes[] = { "x", "y", "z" };
    Object *accelerometer = child(client, "accelerometer");

    for (unsigned n = 0; accelerometer && n < ARRAY_SIZE(axes); n++) {
        if (qdict_haskey(args, axes[n])) {
            object_property_set_int(accelerometer, axes[n], CLAMP(qdict_get_try_int(args, axes[n], 0), -16000, 16000),
                                    NULL);
        }
    }
    if (!accelerometer) {
        error_setg(errp, "this board has no accelerometer");
    }
}

static void set(Client *client, const QDict *args, Error **errp)
{
    const char *id = qdict_get_try_str(args, "part"), *name = qdict_get_try_str(args, "name");
    QObject *value = qdict_get(args, "value");
    Part *part = id ? part_find(id) : NULL;

    if (!part || !name || !value) {
        error_setg(errp, "there is no part '%s'", id ?: "");
    } else if (!look_may_set(OBJECT(part), name)) {
        error_setg(errp, "'%s' has nothing that is called '%s' and can be set", id, name);
    } else {
        object_property_set_qobject(OBJECT(part), name, value, errp);
    }
}

static void drive(Client *client, const QDict *args, Error **errp)
{
    const char *level = qdict_get_try_str(args, "drive");
    Pin *pin = user_pin("page", qdict_get_try_str(args, "pin"), errp);

    if (pin && pin->rail) {
        error_setg(errp, "%s is a supply", pin->name);
    } else if (pin) {
        object_property_set_str(OBJECT(pin), "drive", level ?: "", errp);
    }
}

static void watch(Client *client, const QDict *args, Error **errp)
{
    const char *name = qdict_get_try_str(args, "pin");

    g_clear_pointer(&client->pin, g_free);
    g_clear_pointer(&client->pin_told, g_free);
    if (name && *name && user_pin("page", name, errp)) {
        client->pin = g_strdup(name);
    }
}

static void trace(Client *client, const QDict *args, Error **errp)
{
    traces_set(qdict_get_try_str(args, "pin"), qdict_get_try_bool(args, "on", true), errp);
}

static void send_text(Client *client, const QDict *args, Error **errp)
{
    const char *text = qdict_get_try_str(args, "text");

    ports_send(qdict_get_try_str(args, "port") ?: "", text ?: "", text ? strlen(text) : 0, errp);
}

/* ---- The machine ---- */

static void run(Client *client, const QDict *args, Error **errp)
{
    qmp_cont(errp);
}

static void pause_machine(Client *client, const QDict *args, Error **errp)
{
    qmp_stop(errp);
}

static void reset(Client *client, const QDict *args, Error **errp)
{
    qemu_system_reset_request(SHUTDOWN_CAUSE_HOST_QMP_SYSTEM_RESET);
}

static void speed(Client *client, const QDict *args, Error **errp)
{
    object_property_set_str(client->connection->page->board.machine, "speed", qdict_get_try_str(args, "speed") ?: "",
                            errp);
}

/* The name of a snapshot, or NULL. */
static const char *snapshot_name(const QDict *args, Error **errp)
{
    const char *name = qdict_get_try_str(args, "name");

    if (!name || !*name || strlen(name) > MAX_NAME || g_ascii_isdigit(*name)) {
        error_setg(errp, "a snapshot has a name, which begins with a letter");
        return NULL;
    }
    return name;
}

static void save(Client *client, const QDict *args, Error **errp)
{
    const char *name = snapshot_name(args, errp);

    if (name) {
        save_snapshot(name, true, NULL, false, NULL, errp);
    }
}

static void load(Client *client, const QDict *args, Error **errp)
{
    const char *name = snapshot_name(args, errp);
    RunState before = runstate_get();

    if (name) {
        vm_stop(RUN_STATE_RESTORE_VM);
        if (load_snapshot(name, NULL, false, NULL, errp)) {
            load_snapshot_resume(before);
        } else if (before == RUN_STATE_RUNNING) {
            vm_start();
        }
    }
}

/* ---- Lines ---- */

static const struct {
    const char *name;
    void (*function)(Client *client, const QDict *args, Error **errp);
} table[] = {
    { "press", press }, { "tilt", tilt }, { "set", set }, { "pin", drive }, { "watch", watch }, { "send", send_text },
    { "trace", trace },
    { "run", run }, { "pause", pause_machine }, { "reset", reset }, { "speed", speed }, { "save", save }, { "load", load },
    { "firmware", upload_begin }, { "piece", upload_piece },
};

static void answer(Client *client, const QDict *args, Error *err)
{
    QDict *d = qdict_new();
    QObject *id = qdict_get(args, "id");

    if (id && qobject_type(id) == QTYPE_QNUM) {
        qdict_put_obj(d, "id", qobject_ref(id));
    }
    qdict_put_str(d, "do", qdict_get_str(args, "do"));
    if (err) {
        qdict_put_str(d, "error", error_get_pretty(err));
    }
    if (client->n_answers < MAX_ANSWERS) {
        client->n_answers++;
        qlist_append(client->answers, d);
    } else {
        qobject_unref(d);
    }
}

bool commands_do(Client *client, const char *line)
{
    QObject *json = qobject_from_json(line, NULL);
    QDict *args = json ? qobject_to(QDict, json) : NULL;
    const char *name = args ? qdict_get_try_str(args, "do") : NULL;
    unsigned n = 0;

    while (name && n < ARRAY_SIZE(table) && strcmp(table[n].name, name)) {
        n++;
    }
    if (name && n < ARRAY_SIZE(table)) {
        Error *err = NULL;

        table[n].function(client, args, &err);
        if (err || qdict_haskey(args, "id")) {
            answer(client, args, err);
        }
        error_free(err);
    }
    qobject_unref(json);
    return name && n < ARRAY_SIZE(table);
}
