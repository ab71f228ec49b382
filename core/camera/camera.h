/*
 * A camera's parallel bus: what a sensor and the interface that takes its pictures know of each other.
 *
 * A sensor sends frames without end, one item of its data lines with each period of PIXCLK.  It says how a frame
 * looks (CameraFormat), and gives a line of one when it is asked for it: nothing is an event.  Where the sensor
 * is follows from the counter of its PIXCLK.  A frame begins with the pulse of VSYNC, all its lines take equally
 * long; with embedded codes each line has four items FF 00 00 XY before its data, and four behind it.
 *
 * The interface has a CameraSocket, the sensor is plugged into that.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CORE_CAMERA_CAMERA_H
#define STM32_CORE_CAMERA_CAMERA_H

#include "stm32/core/counter.h"

#define CAMERA_MAX_LINE 8192    /* items */
#define CAMERA_CODE 4           /* items of an embedded code */

/* XY of the codes at the beginning and at the end of lines. */
typedef struct CameraCodes {
    uint8_t first_start, start, end, last_end;  /* of lines with data; of the first of a frame, of the last */
    uint8_t blank_start, blank_end;             /* of those without */
} CameraCodes;

typedef struct CameraFormat {
    uint32_t line_clocks;       /* periods of PIXCLK that a line takes */
    uint32_t active;            /* of them, the first, with data; with JPEG at most so many */
    uint32_t frame_lines;       /* all lines of a frame, */
    uint32_t vsync_lines;       /* ... first so many with the pulse of VSYNC; */
    uint32_t first_line, lines; /* ... these have data */
    uint8_t width;              /* data lines */
    bool vsync_low;             /* VSYNC's pulse is low */
    bool href_low;              /* HREF is low while there is data */
    bool falling;               /* data is to be taken at the falling edge of PIXCLK */
    bool jpeg;
    bool embedded;              /* no VSYNC and HREF but codes */
    CameraCodes codes;
} CameraFormat;

typedef struct Camera Camera;

typedef struct CameraOps {
    /* The data of line @line of those with data, of frame @frame: how many items, up to `active`. */
    unsigned (*line)(void *opaque, uint64_t frame, unsigned line, uint16_t *items);
} CameraOps;

typedef struct CameraSocketOps {
    /* It is going to change: by now it is as it was. */
    void (*before)(void *opaque);
    /* It has changed; @anew: its frames are others, and the one that was under way has ended. */
    void (*after)(void *opaque, bool anew);
} CameraSocketOps;

typedef struct CameraSocket {
    const CameraSocketOps *ops;
    void *opaque;
    Camera *camera;             /* NULL: nothing is plugged in */
} CameraSocket;

struct Camera {
    const CameraOps *ops;
    void *opaque;
    CameraSocket *socket;
    Clock *pixclk;
    Counter ticks;              /* of PIXCLK, since the first frame of this format began */
    uint64_t frames;            /* that began with formats before */
    CameraFormat format;
    const char *silent;         /* why it sends nothing; NULL: it sends */
};

/* ---- The sensor's side ---- */

/* @owner has the sensor's clock. */
void camera_init(Camera *c, Object *owner, const CameraOps *ops, void *opaque);
/* False: there is another one. */
bool camera_plug(Camera *c, CameraSocket *socket);

/* What it sends is about to be another: what has been sent up to now is still asked for as it was.  Then camera_send(). */
void camera_before_change(Camera *c);
/*
 * From now on it sends frames of @format, the first begins now, with a PIXCLK of @period (2^-32 ns); or it is
 * silent, and @silent says why.
 */
void camera_send(Camera *c, const CameraFormat *format, uint64_t period, const char *silent);
/* A snapshot has been loaded: the format is this. */
void camera_loaded(Camera *c, const CameraFormat *format, const char *silent);

extern const VMStateDescription vmstate_camera;
#define VMSTATE_CAMERA(field, State) \
    VMSTATE_STRUCT(field, State, 1, vmstate_camera, Camera)

/* ---- The interface's side ---- */

static inline bool camera_sends(const Camera *c)
{
    return c && !c->silent && clock_is_enabled(c->pixclk);
}

/* Periods of PIXCLK of a frame. */
static inline uint64_t camera_frame_clocks(const Camera *c)
{
    return (uint64_t)c->format.frame_lines * c->format.line_clocks;
}

/* The data of line @line of the frame with number @frame of this format. */
unsigned camera_line(Camera *c, uint64_t frame, unsigned line, uint16_t *items);

/* ---- How a board finds it ---- */

#define TYPE_CAMERA_SOCKET_OWNER "stm32-camera-socket-owner"
typedef struct CameraSocketOwnerClass CameraSocketOwnerClass;
DECLARE_CLASS_CHECKERS(CameraSocketOwnerClass, CAMERA_SOCKET_OWNER, TYPE_CAMERA_SOCKET_OWNER)

struct CameraSocketOwnerClass {
    InterfaceClass parent_class;
    CameraSocket *(*socket)(Object *owner);
};

/* The socket of @obj, or NULL if it has none. */
CameraSocket *camera_socket_of(Object *obj);

#endif
