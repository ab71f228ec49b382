/*
 * A part of the bench: a device with legs, which are pins as the chip's are.  What joins legs is a net, whether the
 * chip is at it or not.
 *
 *   -device wokwi-led,id=led1,A=pd12,C=gnd
 *   -device wokwi-pushbutton,id=b,1.l=pb0,2.l=led1.A
 *
 * A part's type, its legs, its attributes and what people do to it have the names of Wokwi's diagrams
 * (board/diagram/).  A leg is joined to a pin of the board (pd12), to a supply (gnd, 3v3, 5v), or to the leg of a
 * part that is there already (led1.A); several of them with : between.
 *
 * A new kind of part derives from TYPE_PART: its class says the legs and what it looks like, its `fit` puts drivers,
 * listeners and contacts at its legs.  board/parts/led.c is a short one.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_PARTS_PART_H
#define STM32_BOARD_PARTS_PART_H

#include "hw/qdev-core.h"
#include "hw/qdev-properties.h"
#include "stm32/core/pins/contact.h"

#define TYPE_PART "stm32-part"
OBJECT_DECLARE_TYPE(Part, PartClass, PART)

/*
 * What people do to a part, or how the world around it is: a number that can be set at any time, also as attribute.
 * It is kept as a whole number, `scale` times what people say; part.c checks its range, and saves it in snapshots.
 */
typedef struct PartControl {
    const char *name, *what;
    size_t offset;                      /* of an int32_t in the part */
    double min, max, initial;
    int32_t scale;                      /* 1: a whole number; 0: a bool */
    void (*changed)(Part *part);        /* it has a new value; also when all is fitted, and loaded.  Or NULL */
} PartControl;

#define PART_CONTROLS 8

struct PartClass {
    DeviceClass parent_class;
    /* In the order of its legs, NULL at the end: the leg's names with blanks between ("1.l 1.r"). */
    const char *const *legs;
    /* Attributes that are for the eye alone, and those of its properties that a picture shows; NULL at the end. */
    const char *const *looks;
    const char *const *shows;
    const PartControl *controls;        /* up to PART_CONTROLS, the last without name; or NULL */
    /* The legs are there, and properties have been set; false: *errp says what is wrong. */
    bool (*fit)(Part *part, Error **errp);
};

struct Part {
    DeviceState parent_obj;
    Pin *legs;                  /* as many as its class says */
    unsigned n_legs;
    char **places;              /* what each is joined to, as the user has put it, or NULL */
    GHashTable *looks;
    bool fitted;
    int32_t saved[PART_CONTROLS];       /* for snapshots alone */
};

/* Set what a class consists of; @legs, @looks and @shows as in PartClass, NULL: none. */
void part_class_set(ObjectClass *klass, const char *const *legs, const char *const *looks,
                    const char *const *shows, bool (*fit)(Part *part, Error **errp));
/* And its controls, the last without name. */
void part_class_set_controls(ObjectClass *klass, const PartControl *controls);
/* The leg that has the name @name, or NULL. */
Pin *part_find_leg(Part *part, const char *name);
static inline Pin *part_leg(Part *part, unsigned n)
{
    return &part->legs[n];
}

/* @changed is told of @part's leg @n, with the part. */
static inline void part_listen(Part *part, unsigned n, PinListener *listener, void (*changed)(void *opaque, bool level))
{
    *listener = (PinListener) { .changed = changed, .opaque = part };
    pin_listen(listener, part_leg(part, n));
}

/*
 * Outputs that follow inputs at once may come back to them, as a ring of gates does: around whatever may, false: it has
 * been going round for so long that it will never settle, and stays as it is.
 */
bool part_enter(void);
void part_leave(void);

/* Has it such an attribute?  No: what it has that is nearest in name, for the caller to free, or NULL, to @nearest. */
bool part_has_attribute(Part *part, const char *name, char **nearest);
/*
 * Set attribute @name of a part that is not realized yet from text, as a diagram has it.  false: there is no such
 * attribute, or not with that value; *errp says so.
 */
bool part_set_attribute(Part *part, const char *name, const char *value, Error **errp);
/* The part that has the id, or NULL. */
Part *part_find(const char *id);

/* `led1`, for messages. */
const char *part_id(const Part *part);

#endif
