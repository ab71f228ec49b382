/*
 * Contacts and resistors between nets, see contact.h.
 *
 * A node is a net that has such ends.  Nodes that they could join are an island, which is computed as a whole when
 * one of its nets or contacts changes; supply rails bound islands, as nothing passes through them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "system/system.h"
#include "stm32/core/pins/contact.h"
#include "stm32/core/pins/net.h"

#define PULL_OHMS 40000         /* of the chip */
#define SETTLE_ROUNDS 8         /* parts that answer each other at once must not hang the machine */
#define DIVIDER_ROUNDS 1000
#define DIVIDER_UV 100          /* as exact as that */

typedef struct ContactNode {
    PinDriver driver;
    PinFollower follower;
    struct Island *island;
    Drive own;                          /* what drives its net without us */
    struct ContactNode *group;          /* joined by closed contacts: one of them stands for all */
    Drive drive;                        /* of a group */
    double uv, ohms;                    /* of a group that resistors feed: voltage; distance to its source */
    bool fed, rail;
    QTAILQ_ENTRY(ContactNode) next;
} ContactNode;

typedef struct Island {
    QTAILQ_HEAD(, ContactNode) nodes;
    GPtrArray *contacts;
    bool settling, again;
} Island;

static QTAILQ_HEAD(, PinContact) contacts = QTAILQ_HEAD_INITIALIZER(contacts);
static Notifier built;

/* ---- Groups ---- */

static ContactNode *group_of(ContactNode *node)
{
    while (node->group != node) {
        node = node->group;
    }
    return node;
}

/* As at a net: of outputs low wins; but a supply against all. */
static bool is_stronger(const ContactNode *a, const ContactNode *b)
{
    return a->rail != b->rail ? a->rail
           : drive_rank(&a->drive) > drive_rank(&b->drive) ||
             (drive_is_strong(&a->drive) && a->drive.kind == DRIVE_LOW);
}

static bool is_pull(const Drive *d)
{
    return d->kind == DRIVE_PULL_UP || d->kind == DRIVE_PULL_DOWN;
}

/* Who are joined, and what they have by themselves. */
static void find_groups(Island *island)
{
    ContactNode *node;

    QTAILQ_FOREACH(node, &island->nodes, next) {
        node->own = pin_state_without(node->driver.pin, &node->driver);
        node->drive = node->own;
        node->group = node;
    }
    for (unsigned i = 0; i < island->contacts->len; i++) {
        PinContact *c = island->contacts->pdata[i];

        if (!c->ohms) {
            ContactNode *a = group_of(c->node[0]), *b = group_of(c->node[1]);

            if (is_stronger(b, a)) {
                a->group = b;
            } else {
                b->group = a;
            }
        }
    }
    QTAILQ_FOREACH(node, &island->nodes, next) {
        node->fed = is_pull(&node->drive);
        node->ohms = PULL_OHMS;
    }
}

/* ---- Resistors ---- */

static bool is_group(const ContactNode *node)
{
    return node->group == node;
}

/* Does it follow from others what it has? */
static bool takes(const ContactNode *group)
{
    return !drive_is_strong(&group->drive);
}

static bool is_steady(const Drive *d)
{
    return d->kind == DRIVE_LOW || d->kind == DRIVE_HIGH || d->kind == DRIVE_ANALOG;
}

static bool is_resistor(const PinContact *c)
{
    return c->ohms && c->ohms != CONTACT_OPEN;
}

/* From @from, which has a drive, to the other end of @c: is that nearer than what it had? */
static bool feed(const PinContact *c, ContactNode *from, ContactNode *to)
{
    double ohms = c->ohms + (takes(from) ? from->ohms : 0);

    if (!takes(to) || (takes(from) && !from->fed) || (to->fed && to->ohms <= ohms)) {
        return false;
    }
    to->fed = true;
    to->ohms = ohms;
    to->drive = from->drive;
    to->drive.weak = true;
    return true;
}

/* Where resistors lead: everybody has what is nearest. */
static void feed_all(Island *island)
{
    bool more = true;

    while (more) {
        more = false;
        for (unsigned i = 0; i < island->contacts->len; i++) {
            PinContact *c = island->contacts->pdata[i];

            if (is_resistor(c)) {
                ContactNode *a = group_of(c->node[0]), *b = group_of(c->node[1]);

                more |= feed(c, a, b) || feed(c, b, a);
            }
        }
    }
}

static double source_uv(const Drive *d)
{
    return drive_uv(d, drive_now(), DRIVE_VDD_UV);
}

/* The pull that the nodes of @group have by themselves, if any: its conductance, and that times its voltage. */
static void add_pulls(Island *island, const ContactNode *group, double *siemens, double *current)
{
    ContactNode *node;

    QTAILQ_FOREACH(node, &island->nodes, next) {
        if (group_of(node) == group && is_pull(&node->own)) {
            *siemens += 1.0 / PULL_OHMS;
            *current += source_uv(&node->own) / PULL_OHMS;
        }
    }
}

/* What flows into @group from all around it makes its voltage: true if that is not what it was. */
static bool balance(Island *island, ContactNode *group)
{
    double siemens = 0, current = 0, was = group->uv;

    add_pulls(island, group, &siemens, &current);
    for (unsigned i = 0; i < island->contacts->len; i++) {
        PinContact *c = island->contacts->pdata[i];
        ContactNode *a = group_of(c->node[0]), *b = group_of(c->node[1]);
        ContactNode *other = a == group ? b : b == group ? a : NULL;

        if (is_resistor(c) && other && other != group && (!takes(other) || other->fed)) {
            siemens += 1.0 / c->ohms;
            current += other->uv / c->ohms;
        }
    }
    group->uv = siemens > 0 ? current / siemens : group->uv;
    return group->uv - was > 1 || was - group->uv > 1;
}

static bool all_sources_are_steady(Island *island)
{
    ContactNode *node;

    QTAILQ_FOREACH(node, &island->nodes, next) {
        if (is_group(node) && !takes(node) && !is_steady(&node->drive)) {
            return false;
        }
    }
    return true;
}

/* The voltage of @group as a drive: the supply's ends are levels, which cost less; a pull may be all there is. */
static Drive weak_drive(const ContactNode *group)
{
    double uv = group->uv, pull = source_uv(&group->own);
    Drive d = uv < DIVIDER_UV ? DRIVE(LOW) : uv > DRIVE_VDD_UV - DIVIDER_UV && uv < DRIVE_VDD_UV + DIVIDER_UV
              ? DRIVE(HIGH) : (Drive) { .kind = DRIVE_ANALOG, .uv = uv };

    d.weak = true;
    return is_pull(&group->drive) && uv - pull < DIVIDER_UV && pull - uv < DIVIDER_UV ? group->drive : d;
}

/* Dividers, all nodes at once; each round they come nearer to what they are. */
static void find_voltages(Island *island)
{
    ContactNode *node;
    bool more = true;

    QTAILQ_FOREACH(node, &island->nodes, next) {
        node->uv = source_uv(&node->drive);
    }
    for (unsigned round = 0; more && round < DIVIDER_ROUNDS; round++) {
        more = false;
        QTAILQ_FOREACH(node, &island->nodes, next) {
            if (is_group(node) && takes(node) && node->fed) {
                more |= balance(island, node);
            }
        }
    }
    QTAILQ_FOREACH(node, &island->nodes, next) {
        if (is_group(node) && takes(node) && node->fed) {
            node->drive = weak_drive(node);
        }
    }
}

/* ---- An island ---- */

static void settle(Island *island)
{
    ContactNode *node;

    find_groups(island);
    feed_all(island);
    if (all_sources_are_steady(island)) {
        find_voltages(island);
    }
    QTAILQ_FOREACH(node, &island->nodes, next) {
        ContactNode *group = group_of(node);

        node->drive = group == node ? node->drive : group->drive;
    }
    QTAILQ_FOREACH(node, &island->nodes, next) {
        bool given = !node->rail && !drive_equals(&node->drive, &node->own);

        pin_drive(&node->driver, given ? node->drive : DRIVE(NONE));
    }
}

static void island_changed(Island *island)
{
    island->again = true;
    if (island->settling) {
        return;
    }
    island->settling = true;
    for (unsigned round = 0; island->again && round < SETTLE_ROUNDS; round++) {
        island->again = false;
        settle(island);
    }
    island->settling = false;
}

static void net_changed(void *opaque)
{
    ContactNode *node = opaque;
    Drive own = pin_state_without(node->driver.pin, &node->driver);

    if (!drive_equals(&own, &node->own)) {
        island_changed(node->island);
    }
}

/* ---- While the machine is built ---- */

static bool is_rail(const PinNet *net)
{
    for (unsigned i = 0; i < net->pins->len; i++) {
        if (((Pin *)net->pins->pdata[i])->rail) {
            return true;
        }
    }
    return false;
}

static Island *island_new(void)
{
    Island *island = g_new0(Island, 1);

    QTAILQ_INIT(&island->nodes);
    island->contacts = g_ptr_array_new();
    return island;
}

/* All of @b's is @a's from now on. */
static void islands_unite(Island *a, Island *b)
{
    ContactNode *node, *next;

    if (a == b) {
        return;
    }
    QTAILQ_FOREACH_SAFE(node, &b->nodes, next, next) {
        QTAILQ_REMOVE(&b->nodes, node, next);
        node->island = a;
        QTAILQ_INSERT_TAIL(&a->nodes, node, next);
    }
    g_ptr_array_extend(a->contacts, b->contacts, NULL, NULL);
    g_ptr_array_unref(b->contacts);
    g_free(b);
}

static ContactNode *node_new(Pin *pin, Island *island)
{
    ContactNode *node = g_new0(ContactNode, 1);

    node->rail = is_rail(pin->net);
    node->island = island;
    node->group = node;
    node->follower.changed = net_changed;
    node->follower.opaque = node;
    QTAILQ_INSERT_TAIL(&island->nodes, node, next);
    pin_add_driver(pin, &node->driver, "contact");
    pin_follow(&node->follower, pin);
    return node;
}

/* The node of @pin's net in @island's sea, or a new one; a rail has one in each island. */
static ContactNode *find_node(GHashTable *by_net, Pin *pin, Island *island)
{
    ContactNode *node = is_rail(pin->net) ? NULL : g_hash_table_lookup(by_net, pin->net);

    if (!node) {
        node = node_new(pin, island);
        if (!node->rail) {
            g_hash_table_insert(by_net, pin->net, node);
        }
    }
    return node;
}

static void find_islands(Notifier *notifier, void *data)
{
    g_autoptr(GHashTable) by_net = g_hash_table_new(NULL, NULL), found = g_hash_table_new(NULL, NULL);
    GHashTableIter i;
    PinContact *c;
    void *island;

    QTAILQ_FOREACH(c, &contacts, next) {
        Island *new = island_new();

        for (unsigned end = 0; end < 2; end++) {
            c->node[end] = find_node(by_net, c->pin[end], new);
            islands_unite(new, c->node[end]->island);
        }
        g_ptr_array_add(new->contacts, c);
    }
    QTAILQ_FOREACH(c, &contacts, next) {
        g_hash_table_add(found, c->node[0]->island);
    }
    g_hash_table_iter_init(&i, found);
    while (g_hash_table_iter_next(&i, &island, NULL)) {
        island_changed(island);
    }
}

void contact_add(PinContact *contact, Pin *a, Pin *b, uint32_t ohms)
{
    contact->pin[0] = a;
    contact->pin[1] = b;
    contact->ohms = ohms;
    QTAILQ_INSERT_TAIL(&contacts, contact, next);
    if (!built.notify) {
        built.notify = find_islands;
        qemu_add_machine_init_done_notifier(&built);
    }
}

void contact_set(PinContact *contact, uint32_t ohms)
{
    if (contact->ohms != ohms) {
        contact->ohms = ohms;
        if (contact->node[0]) {
            island_changed(contact->node[0]->island);
        }
    }
}
