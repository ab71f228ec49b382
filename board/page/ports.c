/*
 * The serial ports as pages have them.
 *
 * Each USART of the board has a chardev of this kind, behind which is the one the user has given it by -serial, if
 * any: both get what it sends, and it hears both.  What it has sent is kept as far as a terminal scrolls back, so a
 * page that is loaded again has it, and one that is slow loses the oldest.
 *
 * Deliberately different: a page that does not read never makes a USART wait.  Nothing of it is in a snapshot.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "chardev/char-fe.h"
#include "stm32/board/page/state.h"

#define KEPT 32768              /* bytes that a port has sent; a power of two */
#define WAITING 65536           /* bytes for a port that it has not taken yet */

#define TYPE_PAGE_PORT "chardev-page-port"
OBJECT_DECLARE_SIMPLE_TYPE(PagePort, PAGE_PORT)

struct PagePort {
    Chardev parent_obj;
    CharBackend other;          /* what the user has given it, if anything */
    bool has_other;
    char *name;
    uint8_t kept[KEPT];
    uint64_t sent;              /* bytes so far */
    GByteArray *waiting;
};

static PagePort *ports[8];
static unsigned n_ports;

/* ---- The port sends ---- */

static int port_write(Chardev *chr, const uint8_t *data, int size)
{
    PagePort *p = PAGE_PORT(chr);
    int taken = p->has_other ? qemu_chr_fe_write(&p->other, data, size) : size;

    for (int n = 0; n < taken; n++) {
        p->kept[p->sent++ % KEPT] = data[n];
    }
    return taken;
}

static GSource *port_add_watch(Chardev *chr, GIOCondition condition)
{
    PagePort *p = PAGE_PORT(chr);
    Chardev *other = p->has_other ? qemu_chr_fe_get_driver(&p->other) : NULL;
    ChardevClass *cc = other ? CHARDEV_GET_CLASS(other) : NULL;

    return cc && cc->chr_add_watch ? cc->chr_add_watch(other, condition) : NULL;
}

static int port_ioctl(Chardev *chr, int command, void *what)
{
    PagePort *p = PAGE_PORT(chr);

    return p->has_other ? qemu_chr_fe_ioctl(&p->other, command, what) : -ENOTSUP;
}

QDict *ports_news(unsigned n, uint64_t *heard)
{
    PagePort *p = ports[n];
    uint64_t from = MAX(*heard, p->sent > KEPT ? p->sent - KEPT : 0);
    uint32_t begin = from % KEPT, size = p->sent - from, first = MIN(size, KEPT - begin);
    g_autofree uint8_t *bytes = g_malloc(size + 1);
    g_autofree char *text = NULL;
    QDict *news;

    if (*heard == p->sent) {
        return NULL;
    }
    memcpy(bytes, p->kept + begin, first);
    memcpy(bytes + first, p->kept, size - first);
    text = g_base64_encode(bytes, size);
    news = qdict_new();
    qdict_put_str(news, "port", p->name);
    qdict_put_str(news, "data", text);
    if (from != *heard) {
        qdict_put_int(news, "lost", from - *heard);
    }
    *heard = p->sent;
    return news;
}

/* ---- Somebody sends to the port ---- */

static int other_can_read(void *opaque)
{
    return qemu_chr_be_can_write(opaque);
}

static void other_read(void *opaque, const uint8_t *data, int size)
{
    qemu_chr_be_write(opaque, data, size);
}

static void other_event(void *opaque, QEMUChrEvent event)
{
    if (event == CHR_EVENT_BREAK) {             /* open it is anyway */
        qemu_chr_be_event(opaque, event);
    }
}

/* What pages have typed, as far as the port takes it. */
static void hand_on(PagePort *p)
{
    while (p->waiting->len) {
        int n = MIN(qemu_chr_be_can_write(CHARDEV(p)), p->waiting->len);
        g_autofree uint8_t *data = n > 0 ? g_memdup2(p->waiting->data, n) : NULL;

        if (!data) {
            return;
        }
        g_byte_array_remove_range(p->waiting, 0, n);    /* before: it may come here again */
        qemu_chr_be_write(CHARDEV(p), data, n);
    }
}

static void port_accept_input(Chardev *chr)
{
    PagePort *p = PAGE_PORT(chr);

    hand_on(p);
    if (p->has_other) {
        qemu_chr_fe_accept_input(&p->other);
    }
}

static void port_update_read_handler(Chardev *chr)
{
    PagePort *p = PAGE_PORT(chr);

    if (p->has_other) {
        qemu_chr_fe_set_handlers_full(&p->other, other_can_read, other_read, other_event, NULL, p, chr->gcontext,
                                      true, false);
    }
}

bool ports_send(const char *name, const char *text, size_t size, Error **errp)
{
    for (unsigned n = 0; n < n_ports; n++) {
        PagePort *p = ports[n];

        if (strcmp(p->name, name)) {
            continue;
        }
        if (p->waiting->len + size > WAITING) {
            error_setg(errp, "%s has not read what it was sent before", name);
            return false;
        }
        g_byte_array_append(p->waiting, (const guint8 *)text, size);
        hand_on(p);
        return true;
    }
    error_setg(errp, "there is no port '%s'", name);
    return false;
}

/* ---- Ports ---- */

unsigned ports_count(void)
{
    return n_ports;
}

const char *ports_name(unsigned n)
{
    return ports[n]->name;
}

Chardev *page_port(const char *port, Chardev *other)
{
    g_autofree char *label = g_strdup_printf("page-%s", port);
    Chardev *chr = qemu_chardev_new(label, TYPE_PAGE_PORT, NULL, NULL, &error_fatal);
    PagePort *p = PAGE_PORT(chr);

    assert(n_ports < ARRAY_SIZE(ports));
    p->name = g_strdup(port);
    p->waiting = g_byte_array_new();
    if (other) {
        p->has_other = qemu_chr_fe_init(&p->other, other, &error_fatal);
    }
    ports[n_ports++] = p;
    return chr;
}

static void port_finalize(Object *obj)
{
    PagePort *p = PAGE_PORT(obj);

    if (p->has_other) {
        qemu_chr_fe_deinit(&p->other, false);
    }
}

static void port_class_init(ObjectClass *klass, void *data)
{
    ChardevClass *cc = CHARDEV_CLASS(klass);

    cc->internal = true;
    cc->chr_write = port_write;
    cc->chr_add_watch = port_add_watch;
    cc->chr_ioctl = port_ioctl;
    cc->chr_accept_input = port_accept_input;
    cc->chr_update_read_handler = port_update_read_handler;
}

static const TypeInfo port_types[] = { {
    .name = TYPE_PAGE_PORT, .parent = TYPE_CHARDEV, .instance_size = sizeof(PagePort),
    .instance_finalize = port_finalize, .class_init = port_class_init,
} };
DEFINE_TYPES(port_types)
