/*
 * The event STM32_MISTAKE, see event.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/qapi-events-run-state.h"
#include "stm32/core/mistake/event.h"
#include "stm32/core/mistake/mistake.h"

static void told(const GuestMistake *m, void *opaque)
{
    const GuestFrame none = { }, *f = m->n_frames ? &m->frame[0] : &none;

    qapi_event_send_stm32_mistake(m->kind->code, mistake_severity_name(m->kind->severity), m->device, m->text,
                                  m->kind->mend, m->chapter, m->last_ns, m->n_frames, m->pc, f->function, f->file,
                                  f->line, f->line);
}

void mistake_events_begin(void)
{
    guest_mistakes_watch(told, NULL);
}
