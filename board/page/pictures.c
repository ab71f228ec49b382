/*
 * What the displays of the board show, as rows of RGB that have changed.
 *
 * QEMU's consoles draw while somebody listens to them, at most 20 times a second; nobody does while no page is open.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/main-loop.h"
#include "ui/console.h"
#include "ui/surface.h"
#include "stm32/board/page/state.h"
#include "stm32/board/parts/part.h"

#define MAX_PICTURES 16
#define MAX_ROWS 2048
#define INTERVAL_MS 50

typedef struct Shown {
    DisplayChangeListener listener;
    char *name;                 /* the id of the part, or the path of the device */
    uint64_t changed[MAX_ROWS]; /* the tick whose pages get the row */
    uint64_t newest;
} Shown;

static Shown *shown[MAX_PICTURES];
static unsigned n_shown;
static bool listening;
static uint64_t tick = 1;       /* the next, which will find what changes now */

/* ---- QEMU's display code tells ---- */

static void rows_changed(Shown *s, int y, int height)
{
    for (int row = MAX(y, 0); row < MIN(y + height, MAX_ROWS); row++) {
        s->changed[row] = tick;
    }
    s->newest = tick;
}

static void refresh(DisplayChangeListener *listener)
{
    graphic_hw_update(listener->con);
}

static void update(DisplayChangeListener *listener, int x, int y, int width, int height)
{
    rows_changed(container_of(listener, Shown, listener), y, height);
}

static void switched(DisplayChangeListener *listener, DisplaySurface *surface)
{
    rows_changed(container_of(listener, Shown, listener), 0, MAX_ROWS);
}

static bool has_format(DisplayChangeListener *listener, pixman_format_code_t format)
{
    return format == PIXMAN_x8r8g8b8;
}

static const DisplayChangeListenerOps ops = {
    .dpy_name = "page", .dpy_refresh = refresh, .dpy_gfx_update = update, .dpy_gfx_switch = switched,
    .dpy_gfx_check_format = has_format,
};

/* The part of the bench that the display is in, or what it is by itself. */
static char *name_of(Object *device)
{
    DeviceState *dev = DEVICE(device);

    while (dev && !object_dynamic_cast(OBJECT(dev), TYPE_PART)) {
        dev = dev->parent_bus ? dev->parent_bus->parent : NULL;
    }
    return dev ? g_strdup(part_id(PART(dev))) : object_get_canonical_path(device);
}

static void find_all(void)
{
    QemuConsole *con;

    for (unsigned i = 0; (con = qemu_console_lookup_by_index(i)) && n_shown < MAX_PICTURES; i++) {
        Object *device = qemu_console_is_graphic(con) ? object_property_get_link(OBJECT(con), "device", NULL) : NULL;

        if (device) {
            Shown *s = shown[n_shown++] = g_new0(Shown, 1);

            s->name = name_of(device);
            s->listener.ops = &ops;
            s->listener.con = con;
        }
    }
}

void pictures_start(void)
{
    if (!n_shown) {
        find_all();
    }
    for (unsigned n = 0; n < n_shown && !listening; n++) {
        register_displaychangelistener(&shown[n]->listener);
        update_displaychangelistener(&shown[n]->listener, INTERVAL_MS);
    }
    listening = true;
}

void pictures_stop(void)
{
    for (unsigned n = 0; n < n_shown && listening; n++) {
        unregister_displaychangelistener(&shown[n]->listener);
    }
    listening = false;
}

/* ---- Pages ask ---- */

QList *pictures_list(void)
{
    QList *list = qlist_new();

    for (unsigned n = 0; n < n_shown; n++) {
        DisplaySurface *surface = qemu_console_surface(shown[n]->listener.con);
        QDict *one = qdict_new();

        qdict_put_str(one, "name", shown[n]->name);
        qdict_put_int(one, "width", surface ? surface_width(surface) : 0);
        qdict_put_int(one, "height", surface ? surface_height(surface) : 0);
        qlist_append(list, one);
    }
    return list;
}

/* Rows @first to @end as RGB, base 64. */
static char *rows_text(DisplaySurface *surface, int first, int end)
{
    int width = surface_width(surface);
    g_autofree uint8_t *rgb = g_malloc((size_t)width * (end - first) * 3);
    uint8_t *to = rgb;

    for (int y = first; y < end; y++) {
        const uint32_t *row = (uint32_t *)((char *)surface_data(surface) + (size_t)y * surface_stride(surface));

        for (int x = 0; x < width; x++) {
            *to++ = row[x] >> 16;
            *to++ = row[x] >> 8;
            *to++ = row[x];
        }
    }
    return g_base64_encode(rgb, to - rgb);
}

static QDict *changes_of(Shown *s, uint64_t seen)
{
    DisplaySurface *surface = qemu_console_surface(s->listener.con);
    int first = 0, end;
    g_autofree char *text = NULL;
    QDict *one;

    if (!surface || surface_format(surface) != PIXMAN_x8r8g8b8) {
        return NULL;
    }
    end = MIN(surface_height(surface), MAX_ROWS);
    while (first < end && s->changed[first] <= seen) {
        first++;
    }
    while (end > first && s->changed[end - 1] <= seen) {
        end--;
    }
    if (first == end) {
        return NULL;
    }
    text = rows_text(surface, first, end);
    one = qdict_new();
    qdict_put_str(one, "name", s->name);
    qdict_put_int(one, "width", surface_width(surface));
    qdict_put_int(one, "height", surface_height(surface));
    qdict_put_int(one, "row", first);
    qdict_put_str(one, "rgb", text);
    return one;
}

QList *pictures_changes(uint64_t seen, uint64_t now)
{
    QList *list = NULL;

    tick = now + 1;
    for (unsigned n = 0; n < n_shown; n++) {
        QDict *one = shown[n]->newest > seen ? changes_of(shown[n], seen) : NULL;

        if (one) {
            list = list ?: qlist_new();
            qlist_append(list, one);
        }
    }
    return list;
}
