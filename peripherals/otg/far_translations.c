/*
 * What a hub's transaction translator has under way, see far_split.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/otg/far.h"

bool far_is_periodic(unsigned type)
{
    return type == EP_ISOCHRONOUS || type == EP_INTERRUPT;
}

OtgTranslation *far_find_translation(Otg *s, const UsbToken *token, bool in)
{
    for (unsigned i = 0; i < OTG_TRANSLATIONS; i++) {
        OtgTranslation *t = &s->h.translation[i];

        if (t->used && t->address == token->address && t->endpoint == token->endpoint && t->in == in) {
            return t;
        }
    }
    return NULL;
}

OtgTranslation *far_place_translation(Otg *s, bool periodic)
{
    OtgTranslation *free = NULL;
    unsigned buffers = 0;

    for (unsigned i = 0; i < OTG_TRANSLATIONS; i++) {
        OtgTranslation *t = &s->h.translation[i];

        if (!t->used) {
            free = t;
        } else {
            buffers += !far_is_periodic(t->type);
        }
    }
    return periodic || buffers < OTG_TT_BUFFERS ? free : NULL;
}

void far_clear_translation(Otg *s, unsigned value)
{
    for (unsigned i = 0; i < OTG_TRANSLATIONS; i++) {
        OtgTranslation *t = &s->h.translation[i];

        if (t->endpoint == (value & 15) && t->address == (value >> 4 & 127)) {
            t->used = false;
        }
    }
}

void far_reset_translations(Otg *s)
{
    memset(s->h.translation, 0, sizeof(s->h.translation));
}
