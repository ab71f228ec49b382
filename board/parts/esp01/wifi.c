/*
 * Commands of an ESP-01 that are of the module and of its radio.
 *
 * There is one network, which is called as `ssid` says, with the address 10.0.2.15 as slirp's first guest has; joining it takes
 * a second.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/cutils.h"
#include "stm32/board/parts/esp01/state.h"
#include "stm32/core/counter.h"

#define JOIN_NS 1000000000
#define READY_NS 300000000
#define STATION_MAC "5c:cf:7f:00:00:01"
#define POINT_MAC "5e:cf:7f:00:00:01"
#define ROUTER_MAC "52:55:0a:00:02:02"

void esp_later(Esp01 *e, EspLater what, int64_t ns)
{
    e->later = what;
    e->later_at = ns;
    counter_arm(e->timer, what == LATER_NOTHING ? COUNTER_NEVER : ns);
}

static void leave(Esp01 *e)
{
    if (e->joined) {
        esp_close_all(e);
        e->joined = false;
        esp_say(e, "WIFI DISCONNECT\r\n");
    }
}

/* ---- Commands ---- */

static void join(Esp01 *e, const char *text)
{
    char ssid[ESP_NAME], password[ESP_NAME] = "";
    bool right;

    if (!esp_text(&text, ssid, sizeof(ssid)) || (*text && !esp_text(&text, password, sizeof(password)))) {
        esp_error(e);
        return;
    }
    leave(e);
    right = !strcmp(ssid, e->ssid) && (!e->password || !strcmp(password, e->password));
    pstrcpy(e->joined_to, sizeof(e->joined_to), ssid);
    esp_later(e, right ? LATER_JOINED : LATER_REFUSED, drive_now() + JOIN_NS);
}

static void join_command(Esp01 *e, const char *text)
{
    if (*text != '?') {
        join(e, text);
    } else if (e->joined) {
        esp_say(e, "+CWJAP:\"%s\",\"" ROUTER_MAC "\",6,-50\r\n", e->joined_to);
        esp_ok(e);
    } else {
        esp_say(e, "No AP\r\n");
        esp_ok(e);
    }
}

static void mode_command(Esp01 *e, const char *text)
{
    unsigned mode = 0;

    if (*text == '?') {
        esp_say(e, "+CWMODE:%u\r\n", e->mode);
    } else if (!esp_number(&text, &mode) || mode < 1 || mode > 3) {
        esp_error(e);
        return;
    } else {
        e->mode = mode;
    }
    esp_ok(e);
}

static void addresses(Esp01 *e)
{
    if (e->mode & 2) {
        esp_say(e, "+CIFSR:APIP,\"192.168.4.1\"\r\n+CIFSR:APMAC,\"" POINT_MAC "\"\r\n");
    }
    if (e->mode & 1) {
        esp_say(e, "+CIFSR:STAIP,\"%s\"\r\n+CIFSR:STAMAC,\"" STATION_MAC "\"\r\n", e->joined ? "10.0.2.15" : "0.0.0.0");
    }
    esp_ok(e);
}

static void station(Esp01 *e)
{
    esp_say(e, "+CIPSTA:ip:\"%s\"\r\n+CIPSTA:gateway:\"%s\"\r\n+CIPSTA:netmask:\"255.255.255.0\"\r\n",
            e->joined ? "10.0.2.15" : "0.0.0.0", e->joined ? "10.0.2.2" : "0.0.0.0");
    esp_ok(e);
}

static void uart_command(Esp01 *e, const char *text)
{
    unsigned baud, bits, stop, parity, flow;

    if (*text == '?') {
        esp_say(e, "+UART:%u,8,1,0,0\r\n", e->uart.baud);
        esp_ok(e);
    } else if (esp_number(&text, &baud) && esp_number(&text, &bits) && esp_number(&text, &stop) &&
               esp_number(&text, &parity) && esp_number(&text, &flow) && baud >= 110 && baud <= 4608000 && bits == 8 &&
               stop == 1 && !parity && !flow) {
        esp_ok(e);
        e->next_baud = baud;            /* when this has gone out */
    } else {
        esp_error(e);
    }
}

static void version(Esp01 *e)
{
    esp_say(e, "AT version:1.7.4.0(May 11 2020 19:13:04)\r\nSDK version:3.0.4(9532ceb)\r\ncompile time:May 27 2020 "
            "10:12:17\r\nBin version(Wroom 02):1.7.4\r\n");
    esp_ok(e);
}

static void list(Esp01 *e)
{
    esp_say(e, "+CWLAP:(%u,\"%s\",-50,\"" ROUTER_MAC "\",6)\r\n", e->password ? 3 : 0, e->ssid);
    esp_ok(e);
}

/* What makes no difference here is taken. */
static bool is_taken(const char *command)
{
    static const char *const names[] = {
        "CWDHCP", "CWAUTOCONN", "SLEEP", "SYSSTORE", "CWHOSTNAME", "CIPSTO", "CIPSSLSIZE", "CWLAPOPT", "RFPOWER", "CWSAP",
    };

    for (unsigned n = 0; n < ARRAY_SIZE(names); n++) {
        const char *rest = esp_arguments(command, names[n]);

        if (rest && *rest && *rest != '?') {
            return true;
        }
    }
    return false;
}

bool esp_wifi_command(Esp01 *e, const char *command)
{
    const char *text;

    if (!strcmp(command, "GMR")) {
        version(e);
    } else if (!strcmp(command, "RST") || !strcmp(command, "RESTORE")) {
        esp_ok(e);
        esp_later(e, LATER_READY, drive_now() + READY_NS);
    } else if (!strcmp(command, "CWLAP")) {
        list(e);
    } else if (!strcmp(command, "CWQAP")) {
        esp_ok(e);
        leave(e);
    } else if (!strcmp(command, "CIFSR")) {
        addresses(e);
    } else if ((text = esp_arguments(command, "CIPSTA")) && *text == '?') {
        station(e);
    } else if ((text = esp_arguments(command, "CWMODE")) && *text) {
        mode_command(e, text);
    } else if ((text = esp_arguments(command, "CWJAP")) && *text) {
        join_command(e, text);
    } else if ((text = esp_arguments(command, "UART")) && *text) {
        uart_command(e, text);
    } else if (is_taken(command)) {
        esp_ok(e);
    } else {
        return false;
    }
    return true;
}
