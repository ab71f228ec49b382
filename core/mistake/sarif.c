/*
 * SARIF 2.1.0, see sarif.h: a rule a kind that has happened, a result a place.  Files below the working
 * directory are relative to SRCROOT, which is that.  A result without source line is in the firmware's file, for
 * GitHub refuses a log with one that is in no file.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qobject/qlist.h"
#include "qobject/qjson.h"
#include "hw/qdev-core.h"
#include "stm32/core/mistake/mistake.h"
#include "stm32/core/mistake/sarif.h"

#define SCHEMA "https://json.schemastore.org/sarif-2.1.0.json"

typedef struct Sarif {
    QList *rules, *results;
    unsigned index[MISTAKE_KINDS];      /* of its rule, from 1 on */
    unsigned n_rules;
    char *here, *firmware;
} Sarif;

static const char *level(const MistakeKindInfo *kind)
{
    return kind->severity == MISTAKE_ERROR ? "error" : kind->severity == MISTAKE_SUSPICIOUS ? "warning" : "note";
}

static unsigned rule_of(Sarif *s, const MistakeKindInfo *kind)
{
    unsigned *index = &s->index[kind - mistake_kinds];

    if (!*index) {
        g_autofree char *help = g_strdup_printf("%s. To mend it: %s. See %s.", kind->what, kind->mend,
                                                kind->chapter);

        qlist_append(s->rules, qdict_from_jsonf_nofail(
            "{'id': %s, 'shortDescription': {'text': %s}, 'fullDescription': {'text': %s}, 'help': {'text': %s},"
            " 'defaultConfiguration': {'level': %s}, 'properties': {'chapter': %s}}",
            kind->code, kind->what, help, help, level(kind), kind->chapter));
        *index = ++s->n_rules;
    }
    return *index - 1;
}

static QDict *artifact(Sarif *s, const char *file)
{
    size_t length = strlen(s->here);
    QDict *d = qdict_new();

    if (g_path_is_absolute(file) && !(g_str_has_prefix(file, s->here) && file[length] == '/')) {
        g_autofree char *uri = g_filename_to_uri(file, NULL, NULL);

        qdict_put_str(d, "uri", uri ?: "file:///");
    } else {
        g_autofree char *uri = g_uri_escape_string(g_path_is_absolute(file) ? file + length + 1 : file, "/", true);

        qdict_put_str(d, "uri", uri);
        qdict_put_str(d, "uriBaseId", "SRCROOT");
    }
    return d;
}

static void in_firmware(Sarif *s, QDict *physical)
{
    qdict_put(physical, "artifactLocation", artifact(s, s->firmware));
    qdict_put(physical, "region", qdict_from_jsonf_nofail("{'startLine': 1}"));
}

/* A frame without source has its address. */
static QDict *location(Sarif *s, const GuestFrame *f)
{
    QDict *d = qdict_new(), *physical = qdict_new();

    if (f->file) {
        qdict_put(physical, "artifactLocation", artifact(s, f->file));
        if (f->line) {
            qdict_put(physical, "region", qdict_from_jsonf_nofail("{'startLine': %u}", f->line));
        }
    } else {
        in_firmware(s, physical);
        qdict_put(physical, "address", qdict_from_jsonf_nofail("{'absoluteAddress': %u}", f->pc));
    }
    qdict_put(d, "physicalLocation", physical);
    if (f->function) {
        QList *logical = qlist_new();

        qlist_append(logical, qdict_from_jsonf_nofail("{'name': %s, 'kind': 'function'}", f->function));
        qdict_put(d, "logicalLocations", logical);
    }
    return d;
}

static QList *locations(Sarif *s, const GuestMistake *m)
{
    QList *list = qlist_new();

    if (m->n_frames) {
        qlist_append(list, location(s, &m->frame[0]));
    } else {
        QDict *d = qdict_new(), *physical = qdict_new();
        QList *logical = qlist_new();

        qlist_append(logical, qdict_from_jsonf_nofail("{'fullyQualifiedName': %s, 'kind': 'resource'}",
                                                      m->device));
        in_firmware(s, physical);
        qdict_put(d, "physicalLocation", physical);
        qdict_put(d, "logicalLocations", logical);
        qlist_append(list, d);
    }
    return list;
}

static QList *stacks(Sarif *s, const GuestMistake *m)
{
    QList *frames = qlist_new(), *list = qlist_new();
    QDict *stack = qdict_new();

    for (unsigned i = 0; i < m->n_frames; i++) {
        QDict *frame = qdict_new();

        qdict_put(frame, "location", location(s, &m->frame[i]));
        qlist_append(frames, frame);
    }
    qdict_put(stack, "frames", frames);
    qlist_append(list, stack);
    return list;
}

static void add(const GuestMistake *m, void *opaque)
{
    Sarif *s = opaque;
    const char *mend = guest_mistake_mend(m);
    g_autofree char *text = g_strdup_printf("%s: %s%s%s", m->device, m->text, mend ? "; " : "", mend ?: "");
    QDict *d = qdict_from_jsonf_nofail(
        "{'ruleId': %s, 'ruleIndex': %u, 'level': %s, 'message': {'text': %s}, 'occurrenceCount': %lld,"
        " 'properties': {'device': %s, 'first-ns': %lld, 'last-ns': %lld}}",
        m->kind->code, rule_of(s, m->kind), level(m->kind), text, (long long)MIN(m->count, INT32_MAX), m->device,
        (long long)m->first_ns, (long long)m->last_ns);

    qdict_put(d, "locations", locations(s, m));
    if (m->n_frames > 1) {
        qdict_put(d, "stacks", stacks(s, m));
    }
    if (m->ignored) {
        QList *list = qlist_new();

        qlist_append(list, qdict_from_jsonf_nofail("{'kind': 'external', 'justification': %s}", m->ignored));
        qdict_put(d, "suppressions", list);
    }
    qlist_append(s->results, d);
}

QDict *mistakes_sarif(void)
{
    Sarif s = { .rules = qlist_new(), .results = qlist_new(), .here = g_get_current_dir(),
                .firmware = object_property_get_str(qdev_get_machine(), "kernel", NULL) };
    g_autofree char *folder = g_strconcat(s.here, "/", NULL);
    g_autofree char *root = g_filename_to_uri(folder, NULL, NULL);
    QDict *log;

    s.firmware = s.firmware ?: g_strdup("firmware");        /* in a flash image */
    guest_mistakes_each(add, &s);
    log = qdict_from_jsonf_nofail(
        "{'$schema': %s, 'version': '2.1.0', 'runs': [{'tool': {'driver': {'name': 'stm32f407g-disc',"
        " 'rules': %p}}, 'originalUriBaseIds': {'SRCROOT': {'uri': %s}}, 'columnKind': 'unicodeCodePoints',"
        " 'results': %p}]}", SCHEMA, s.rules, root ?: "file:///", s.results);
    g_free(s.here);
    g_free(s.firmware);
    return log;
}
