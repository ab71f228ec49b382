/*
 * Answers of an ESP-01, and the arguments of its commands.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/parts/esp01/state.h"

/* All of it or nothing: half a line would be taken for another. */
void esp_say(Esp01 *e, const char *format, ...)
{
    g_autofree char *text = NULL;
    va_list args;

    va_start(args, format);
    text = g_strdup_vprintf(format, args);
    va_end(args);
    if (!e->off && uart_module_room(&e->uart) >= strlen(text)) {
        uart_module_send(&e->uart, text, strlen(text));
    }
}

void esp_ok(Esp01 *e)
{
    esp_say(e, "\r\nOK\r\n");
}

void esp_error(Esp01 *e)
{
    esp_say(e, "\r\nERROR\r\n");
}

const char *esp_link_name(const Esp01 *e, unsigned n)
{
    static const char *const names[ESP_LINKS] = { "0,", "1,", "2,", "3,", "4," };

    return e->mux ? names[n] : "";
}

/* ---- Arguments ---- */

const char *esp_arguments(const char *command, const char *name)
{
    size_t length = strlen(name);

    if (strncmp(command, name, length)) {
        return NULL;
    }
    command += length;
    if (!strncmp(command, "_CUR", 4) || !strncmp(command, "_DEF", 4)) {
        command += 4;
    }
    return *command == '=' ? command + 1 : *command && *command != '?' ? NULL : command;
}

/* Go past what is between arguments. */
static bool next(const char **text)
{
    if (**text == ',') {
        ++*text;
        return **text;
    }
    return !**text;
}

bool esp_number(const char **text, unsigned *number)
{
    char *end;
    unsigned long n = g_ascii_isdigit(**text) ? strtoul(*text, &end, 10) : 0;

    if (!g_ascii_isdigit(**text) || n > 10000000) {
        return false;
    }
    *number = n;
    *text = end;
    return next(text);
}

bool esp_text(const char **text, char *word, size_t size)
{
    size_t n = 0;

    if (*(*text)++ != '"') {
        --*text;
        return false;
    }
    for (; **text && **text != '"'; ++*text) {
        if (**text == '\\' && (*text)[1]) {
            ++*text;
        }
        if (n + 1 < size) {
            word[n++] = **text;
        }
    }
    word[n] = 0;
    if (**text != '"') {
        return false;
    }
    ++*text;
    return next(text);
}
