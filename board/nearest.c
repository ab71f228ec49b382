/*
 * What a user may have meant, see nearest.h: the name to which the fewest letters have to be changed.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/nearest.h"

#define LONGEST 64

/* Letters put in, taken out or changed on the way from @a to @b; case does not matter. */
static unsigned distance(const char *a, const char *b)
{
    unsigned row[LONGEST + 1], length = strlen(b);

    for (unsigned i = 0; i <= length; i++) {
        row[i] = i;
    }
    for (; *a; a++) {
        unsigned above = row[0]++;

        for (unsigned i = 0; i < length; i++) {
            unsigned changed = above + (g_ascii_tolower(*a) != g_ascii_tolower(b[i]));

            above = row[i + 1];
            row[i + 1] = MIN(changed, MIN(row[i], row[i + 1]) + 1);
        }
    }
    return row[length];
}

/* What all names begin with says nothing: wokwi-motor is not nearly wokwi-dht22. */
static unsigned same_beginning(const char *a, const char *b)
{
    unsigned n = 0;

    while (a[n] && g_ascii_tolower(a[n]) == g_ascii_tolower(b[n])) {
        n++;
    }
    return n;
}

void nearest_offer(Nearest *n, const char *name)
{
    size_t length = strlen(n->wanted);
    unsigned d, rest;

    if (length > LONGEST || strlen(name) > LONGEST) {
        return;
    }
    d = distance(n->wanted, name);
    rest = length - same_beginning(n->wanted, name);
    if (d <= MIN(length / 2, MAX(2, rest / 2)) && (!n->best || d < n->distance)) {
        g_free(n->best);
        n->best = g_strdup(name);
        n->distance = d;
    }
}

char *nearest_property(Object *obj, const char *name)
{
    Nearest n = { .wanted = name };
    ObjectPropertyIterator iter;
    ObjectProperty *property;

    object_property_iter_init(&iter, obj);
    while ((property = object_property_iter_next(&iter))) {
        if (property->set) {
            nearest_offer(&n, property->name);
        }
    }
    return n.best;
}
