/*
 * What the files of a PHY share.  From the bottom:
 *
 *   link.c     the link, auto-negotiation, reset
 *   lan87xx.c dp83848.c ksz8081.c   a family of types each: their own registers
 *   mdio.c     registers
 *   nic.c      frames, QEMU's NIC
 *   phy.c      properties, and how it is soldered on
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_ETHERNET_STATE_H
#define STM32_BOARD_ETHERNET_STATE_H

#include "hw/qdev-core.h"
#include "hw/net/mii.h"
#include "net/net.h"
#include "qemu/timer.h"
#include "stm32/core/ethernet/mii.h"
#include "stm32/core/pins/pin.h"

#define PHY_REGS 32

typedef struct Phy Phy;

/* What has happened, for interrupts. */
typedef enum PhyEvent {
    PHY_LINK_UP = 1, PHY_LINK_DOWN = 2, PHY_NEGOTIATED = 4, PHY_SPEED = 8, PHY_DUPLEX = 16,
} PhyEvent;

typedef struct PhyType {
    const char *name, *label;           /* "lan8720", and "LAN8720" in reports */
    uint16_t id[2];                     /* registers 2 and 3 */
    uint8_t address;                    /* as most boards strap it */
    bool mii, rmii;
    /* Registers 16 to 31 after reset, into p->regs. */
    void (*reset)(Phy *p);
    /* One of these as it is read; whether it is one. */
    bool (*read)(Phy *p, unsigned reg, uint16_t *value);
    void (*write)(Phy *p, unsigned reg, uint16_t value);
    void (*event)(Phy *p, unsigned events);     /* of PhyEvent */
    /* Does it pull its interrupt pin low? */
    bool (*interrupts)(const Phy *p);
} PhyType;

struct Phy {
    DeviceState parent_obj;
    const PhyType *type;
    MiiPort *port;
    NICState *nic;
    NICConf conf;
    uint8_t address;
    QEMUTimer *timer;
    PinListener reset_pin;
    PinDriver interrupt_pin;
    bool has_interrupt_pin;
    uint16_t regs[PHY_REGS];
    bool in_reset;                      /* its pin is low */
    bool cable;                         /* plugged */
    bool medium;                        /* it has heard the other end when it looked last */
    bool link, fast, full, negotiated;
    bool lost;                          /* the link, since BMSR was read */
    bool page;                          /* of negotiation received, since ANER was read */
    int64_t reset_at, link_at;          /* virtual ns: a soft reset ends, the link comes; INT64_MAX: no */
    uint32_t partner;                   /* what the other end can do: bits of ANLPAR */
    uint32_t busy_line, collisions;     /* what the next frame meets: MiiTrouble */
    bool late_collision;
    uint32_t spoil;                     /* MiiFault: what is wrong with the next frame that comes */
};

extern const PhyType phy_lan8720, phy_lan8742, phy_dp83848, phy_ksz8081;

/* What it can do itself. */
#define PHY_ABILITIES (MII_ANAR_TXFD | MII_ANAR_TX | MII_ANAR_10FD | MII_ANAR_10)

/* ---- link.c ---- */

/* The other end, the cable or its registers have changed. */
void phy_update(Phy *p);
/* From now on it looks for the other end anew. */
void phy_begin_link(Phy *p);
/* All registers as after reset, asleep until @until (virtual ns); or for as long as a reset by BMCR takes. */
void phy_begin_reset(Phy *p, int64_t until);
void phy_soft_reset(Phy *p);
/* To the MAC's side. */
void phy_publish(Phy *p);
/* The interrupt pin may have another level. */
void phy_interrupt_update(Phy *p);
void phy_expired(void *opaque);
void phy_reset_pin_changed(void *opaque, bool level);

/* ---- mdio.c: as MiiPhyOps has them ---- */

bool phy_read(void *opaque, unsigned address, unsigned reg, uint16_t *value);
bool phy_write(void *opaque, unsigned address, unsigned reg, uint16_t value);

/* ---- nic.c ---- */

extern const MiiPhyOps phy_ops;
extern NetClientInfo phy_nic_info;

#endif
