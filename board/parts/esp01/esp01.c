/*
 * An ESP-01: an ESP8266 with the AT firmware 1.7 on a UART, 115200 baud.  Its network is the host's (link.c): `ssid` and
 * `password` are what it has to be told to join it (any password, without one), `network=off` forbids all connections,
 * `forward` is the port of 127.0.0.1 at which CIPSERVER is.
 *
 *   AT ATE0 ATE1 +GMR +RST +RESTORE +UART          +CWMODE +CWJAP +CWQAP +CWLAP +CIFSR +CIPSTA?
 *   +CIPMUX +CIPSTART (TCP, UDP) +CIPSEND +CIPCLOSE +CIPSTATUS +CIPSERVER +CIPDINFO     and what comes: +IPD
 *
 * Not able to: be an access point that somebody joins, SSL, transparent mode (CIPMODE=1), passive receiving, PING, DNS by
 * itself, UDP to changing peers, keep settings without power.  All that is answered by ERROR.
 *
 * With -icount sleep=off the program's time runs far ahead of the network's: its time-outs come early.  A snapshot has no
 * connections: they are closed when it is loaded.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "stm32/board/parts/esp01/state.h"
#include "stm32/core/counter.h"

enum { LEG_GND, LEG_GPIO2, LEG_GPIO0, LEG_RX, LEG_TX, LEG_EN, LEG_RST, LEG_VCC };

/* ---- Lines ---- */

static void execute(Esp01 *e)
{
    const char *line = e->line;

    if (!*line) {
        return;
    }
    if (e->later != LATER_NOTHING || e->connecting || e->wanted) {
        esp_say(e, "busy p...\r\n");
    } else if (e->length >= ESP_LINE || strncmp(line, "AT", 2)) {
        esp_error(e);
    } else if (!line[2]) {
        esp_ok(e);
    } else if (!strcmp(line, "ATE0") || !strcmp(line, "ATE1")) {
        e->no_echo = line[3] == '0';
        esp_ok(e);
    } else if (line[2] != '+' || (!esp_wifi_command(e, line + 3) && !esp_tcp_command(e, line + 3))) {
        esp_error(e);
    }
}

static void take_data(Esp01 *e, uint8_t byte)
{
    e->packet[e->got++] = byte;
    if (e->got == e->wanted) {
        esp_say(e, "\r\nRecv %u bytes\r\n", e->got);
        esp_link_send(e);
    }
}

static void take(Part *part, uint8_t byte)
{
    Esp01 *e = ESP01(part);

    if (e->off || e->later == LATER_READY) {
        return;
    }
    if (e->got < e->wanted) {
        take_data(e, byte);
        return;
    }
    if (!e->no_echo) {
        uart_module_send(&e->uart, &byte, 1);
    }
    if (byte == '\n') {
        e->line[MIN(e->length, ESP_LINE - 1)] = 0;
        execute(e);
        e->length = 0;
    } else if (byte != '\r') {
        if (e->length < ESP_LINE) {
            e->line[e->length++] = byte;
        }
    }
}

static void sent(Part *part)
{
    Esp01 *e = ESP01(part);

    if (e->next_baud && !e->uart.busy) {
        uart_module_set_baud(&e->uart, e->next_baud);
        e->next_baud = 0;
    }
    esp_links_go_on(e);
}

/* ---- Time ---- */

static void forget(Esp01 *e)
{
    esp_close_all(e);
    esp_server_close(e);
    uart_module_clear(&e->uart);
    uart_module_set_baud(&e->uart, ESP_BAUD);
    e->no_echo = e->mux = e->info = e->joined = false;
    e->mode = 1;
    e->length = e->next_baud = 0;
}

static void expired(void *opaque)
{
    Esp01 *e = opaque;
    EspLater what = e->later;

    esp_later(e, LATER_NOTHING, 0);
    switch (what) {
    case LATER_READY:
        forget(e);
        esp_say(e, "\r\nready\r\n");
        break;
    case LATER_JOINED:
        e->joined = true;
        esp_say(e, "WIFI CONNECTED\r\nWIFI GOT IP\r\n");
        esp_ok(e);
        break;
    case LATER_REFUSED:
        esp_say(e, "+CWJAP:%u\r\n\r\nFAIL\r\n", strcmp(e->joined_to, e->ssid) ? 3 : 2);
        break;
    default:
        break;
    }
}

static void power_changed(void *opaque, bool level)
{
    Esp01 *e = opaque;
    bool off = !pin_plain_level(part_leg(PART(e), LEG_RST)) || !pin_plain_level(part_leg(PART(e), LEG_EN));

    if (off != e->off) {
        e->off = off;
        forget(e);
        esp_later(e, off ? LATER_NOTHING : LATER_READY, drive_now() + 300000000);
    }
}

/* ---- The part ---- */

static bool get_network(Object *obj, Error **errp)
{
    return !ESP01(obj)->offline;
}

static void set_network(Object *obj, bool on, Error **errp)
{
    ESP01(obj)->offline = !on;
}

static bool esp01_fit(Part *part, Error **errp)
{
    static const UartModuleOps ops = { .take = take, .sent = sent };
    Esp01 *e = ESP01(part);

    e->ssid = e->ssid ?: g_strdup("Wokwi-GUEST");
    if (strlen(e->ssid) > 32 || strchr(e->ssid, '"')) {
        error_setg(errp, "%s: ssid has up to 32 letters, and no quotes", part_id(part));
        return false;
    }
    for (unsigned n = 0; n < ESP_LINKS; n++) {
        e->link[n].esp = e;
    }
    e->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, expired, e);
    uart_module_init(&e->uart, part, part_leg(part, LEG_TX), part_leg(part, LEG_RX), ESP_BAUD, &ops);
    for (unsigned n = 0; n < 2; n++) {
        pin_add_driver(part_leg(part, LEG_EN + n), &e->pull[n], part_id(part));
        pin_drive(&e->pull[n], DRIVE(PULL_UP));
    }
    part_listen(part, LEG_RST, &e->reset, power_changed);
    part_listen(part, LEG_EN, &e->enable, power_changed);
    e->mode = 1;
    return true;
}

/* The connections are those of another QEMU. */
static int esp01_post_load(void *opaque, int version_id)
{
    Esp01 *e = opaque;

    e->line[ESP_LINE - 1] = e->joined_to[ESP_NAME - 1] = 0;
    if (e->length > ESP_LINE || e->wanted > ESP_PACKET || e->got > e->wanted || e->later > LATER_REFUSED ||
        e->connecting > ESP_LINKS || (e->next_baud && (e->next_baud < 110 || e->next_baud > 4608000))) {
        return -EINVAL;
    }
    esp_later(e, e->later, e->later_at);
    for (unsigned n = 0; n < ESP_LINKS; n++) {
        bool was = e->was_open[n];

        esp_link_close(e, n);
        if (was) {
            esp_say(e, "%sCLOSED\r\n", esp_link_name(e, n));
        }
    }
    if (e->connecting) {
        esp_error(e);
    }
    if (e->wanted && e->got == e->wanted) {
        esp_say(e, "\r\nSEND FAIL\r\n");
    }
    e->connecting = e->wanted = e->got = e->put = 0;
    if (e->listens) {
        esp_server_open(e, e->server_port);
    }
    return 0;
}

static int esp01_pre_save(void *opaque)
{
    Esp01 *e = opaque;

    for (unsigned n = 0; n < ESP_LINKS; n++) {
        e->was_open[n] = e->link[n].state == LINK_OPEN;
    }
    return 0;
}

static const VMStateDescription esp01_vmstate = {
    .name = TYPE_ESP01, .version_id = 1, .minimum_version_id = 1, .pre_save = esp01_pre_save,
    .post_load = esp01_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_UART_MODULE(uart, Esp01),
        VMSTATE_UINT8(mode, Esp01),
        VMSTATE_BOOL(joined, Esp01),
        VMSTATE_BUFFER_UNSAFE(joined_to, Esp01, 1, ESP_NAME),
        VMSTATE_BOOL(no_echo, Esp01),
        VMSTATE_BOOL(mux, Esp01),
        VMSTATE_BOOL(info, Esp01),
        VMSTATE_UINT8(later, Esp01),
        VMSTATE_INT64(later_at, Esp01),
        VMSTATE_BOOL(off, Esp01),
        VMSTATE_BUFFER_UNSAFE(line, Esp01, 1, ESP_LINE),
        VMSTATE_UINT32(length, Esp01),
        VMSTATE_UINT32(wanted, Esp01),
        VMSTATE_UINT32(got, Esp01),
        VMSTATE_UINT32(next_baud, Esp01),
        VMSTATE_UINT8(connecting, Esp01),
        VMSTATE_BOOL_ARRAY(was_open, Esp01, ESP_LINKS),
        VMSTATE_UINT16(server_port, Esp01),
        VMSTATE_BOOL(listens, Esp01),
        VMSTATE_END_OF_LIST()
    },
};

static const Property esp01_properties[] = {
    DEFINE_PROP_STRING("ssid", Esp01, ssid),
    DEFINE_PROP_STRING("password", Esp01, password),
    DEFINE_PROP_UINT16("forward", Esp01, forward, 0),
};

static void esp01_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = { "GND", "GPIO2", "GPIO0", "RX RXD", "TX TXD", "EN CH_PD", "RST", "VCC 3V3", NULL };

    DEVICE_CLASS(klass)->desc = "ESP8266 with AT commands on a UART: TX, RX, RST, EN; ssid=, network=, forward=";
    DEVICE_CLASS(klass)->vmsd = &esp01_vmstate;
    part_class_set(klass, legs, NULL, NULL, esp01_fit);
    device_class_set_props(DEVICE_CLASS(klass), esp01_properties);
    object_class_property_add_bool(klass, "network", get_network, set_network);
}

static const TypeInfo esp01_types[] = { {
    .name = TYPE_ESP01, .parent = TYPE_PART, .instance_size = sizeof(Esp01), .class_init = esp01_class_init,
} };
DEFINE_TYPES(esp01_types)
