/*
 * Timeline, see timeline.h: a track for the core, with who runs, and one for each stack, with its functions.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <errno.h>
#include <stdio.h>
#include "calls.h"
#include "output.h"
#include "timeline.h"

enum { CORE_TRACK = 1000000 };

static FILE *out;
static const char *file_name;
static uint64_t events, most;
static const Stack *on_core;

static bool has_room(void)
{
    return out && events++ < most;
}

static G_GNUC_PRINTF(4, 5)
void write_event(char kind, unsigned track, uint64_t ns, const char *format, ...)
{
    g_autofree char *name = NULL, *escaped = NULL;
    va_list args;

    va_start(args, format);
    name = g_strdup_vprintf(format, args);
    va_end(args);
    escaped = g_strescape(name, NULL);
    fprintf(out, ",\n{\"ph\":\"%c\",\"pid\":1,\"tid\":%u,\"ts\":%" PRIu64 ".%03u,\"name\":\"%s\"}", kind, track,
            ns / 1000, (unsigned)(ns % 1000), escaped);
}

static void name_track(unsigned track, const char *name)
{
    g_autofree char *escaped = g_strescape(name, NULL);

    if (out) {
        fprintf(out, ",\n{\"ph\":\"M\",\"pid\":1,\"tid\":%u,\"name\":\"thread_name\",\"args\":{\"name\":\"%s\"}}", track,
                escaped);
    }
}

static void stack_made(const Stack *stack)
{
    name_track(stack->number, stack->name);
}

static void entered(const Stack *stack, const Frame *frame, uint64_t ns)
{
    if (!has_room()) {
        return;
    }
    if (frame->exception >= 16) {
        write_event('B', stack->number, ns, "%s (interrupt %u)", frame->function->name, frame->exception - 16);
    } else if (frame->exception) {
        write_event('B', stack->number, ns, "%s (exception %u)", frame->function->name, frame->exception);
    } else {
        write_event('B', stack->number, ns, "%s", frame->function->name);
    }
}

static void left(const Stack *stack, const Frame *frame, const Function *caller, uint64_t ns)
{
    if (has_room()) {
        write_event('E', stack->number, ns, "%s", frame->function->name);
    }
}

static void switched(const Stack *to, uint64_t ns)
{
    if (on_core && has_room()) {
        write_event('E', CORE_TRACK, ns, "%s", on_core->name);
    }
    if (has_room()) {
        write_event('B', CORE_TRACK, ns, "%s", to->name);
        on_core = to;
    }
}

bool timeline_begin(const char *path, uint64_t limit, char **error)
{
    static const CallListener listener = {
        .entered = entered, .left = left, .switched = switched, .stack_made = stack_made,
    };

    most = limit;
    file_name = path;
    out = fopen(path, "w");
    if (!out) {
        *error = g_strdup_printf("%s cannot be written: %s", path, g_strerror(errno));
        return false;
    }
    fputs("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n"
          "{\"ph\":\"M\",\"pid\":1,\"name\":\"process_name\",\"args\":{\"name\":\"STM32F407\"}}", out);
    name_track(CORE_TRACK, "core");
    calls_listen(&listener);
    return true;
}

bool timeline_end(char **error)
{
    bool whole;

    fputs("\n]}\n", out);
    whole = output_close(out, file_name, error);
    out = NULL;
    if (events > most) {
        fprintf(stderr, "timeline: its first %" PRIu64 " events are there; limit=N asks for more\n", most);
    }
    return whole;
}
