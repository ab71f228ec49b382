/*
 * Between a MAC and a PHY: MII or RMII, and MDIO.
 *
 * A MAC has a MiiPort, its child `mii`; a PHY is put there while the board is built.  Frames cross as a
 * whole, without preamble and FCS: who sends hands them over at their end, who receives gives them the
 * time that they take on the wire.  What the PHY shows all the time (its clock, the link) is in the port.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CORE_ETHERNET_MII_H
#define STM32_CORE_ETHERNET_MII_H

#include "qom/object.h"

#define TYPE_MII_PORT "stm32-mii-port"
OBJECT_DECLARE_SIMPLE_TYPE(MiiPort, MII_PORT)

#define MII_MAX_FRAME 16384     /* bytes, without FCS: what jabber and watchdog timers let through at most */

/* What is wrong with a frame that the PHY has received. */
typedef enum MiiFault {
    MII_GOOD, MII_BAD_CRC, MII_BAD_SYMBOL, MII_DRIBBLE,
} MiiFault;

/* What others do on a line in half duplex. */
typedef struct MiiTrouble {
    unsigned busy_us;               /* they send for so long, */
    unsigned collisions;            /* ... then there are so many of these; 16 and more: too many, */
    bool late;                      /* ... and one after that behind a frame's first 64 bytes */
} MiiTrouble;

typedef struct MiiMacOps {
    /* The PHY shows something else. */
    void (*changed)(void *opaque);
    /* Could a frame begin now?  If not, mii_ready() follows. */
    bool (*may_begin)(void *opaque);
    /* A frame begins. */
    void (*frame)(void *opaque, const uint8_t *data, size_t length, MiiFault fault);
} MiiMacOps;

typedef struct MiiPhyOps {
    /* MDIO; false: it is none of its address, or cannot answer now. */
    bool (*read)(void *opaque, unsigned address, unsigned reg, uint16_t *value);
    bool (*write)(void *opaque, unsigned address, unsigned reg, uint16_t value);
    /* A frame has been sent. */
    void (*send)(void *opaque, const uint8_t *data, size_t length);
    /* The MAC can take a frame again. */
    void (*ready)(void *opaque);
    /* Half duplex, to test: what the frame that begins meets on the line. */
    MiiTrouble (*meets)(void *opaque);
} MiiPhyOps;

struct MiiPort {
    Object parent_obj;
    const MiiMacOps *mac;
    const MiiPhyOps *phy;               /* NULL: there is none */
    void *mac_opaque, *phy_opaque;
    /* of the PHY */
    const char *name;                   /* "LAN8720" */
    bool speaks_mii, speaks_rmii;       /* what its pins can be */
    bool clocked;                       /* its clock runs: RX_CLK and TX_CLK, or REF_CLK */
    const char *unclocked;              /* why it does not */
    bool link, fast, full;              /* 100 Mbit/s, full duplex */
    bool loops;                         /* it sends back what it gets, and not to the cable */
};

void mii_port_set_mac(MiiPort *port, const MiiMacOps *ops, void *opaque);
void mii_port_set_phy(MiiPort *port, const MiiPhyOps *ops, void *opaque);

/* ---- The MAC's side ---- */

uint16_t mii_read(MiiPort *port, unsigned address, unsigned reg);
/* Is there a PHY that has taken it? */
bool mii_write(MiiPort *port, unsigned address, unsigned reg, uint16_t value);
/* Does one answer there? */
bool mii_answers(MiiPort *port, unsigned address);
void mii_send(MiiPort *port, const uint8_t *data, size_t length);
void mii_ready(MiiPort *port);
MiiTrouble mii_meets(MiiPort *port);

/* ---- The PHY's side ---- */

void mii_changed(MiiPort *port);
bool mii_may_begin(MiiPort *port);
void mii_frame(MiiPort *port, const uint8_t *data, size_t length, MiiFault fault);

#endif
