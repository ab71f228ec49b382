/*
 * What the parts of the Ethernet block share.  From the bottom:
 *
 *   bus.c        what its DMA reaches; fatal bus errors
 *   wire.c       clocks, pins, speed: the time that frames take
 *   descriptor.c rings and chains, both formats
 *   mmc.c        counters of frames
 *   filter.c     which frames are taken
 *   checksum.c   IPv4, IPv6, TCP, UDP, ICMP
 *   ptp.c, stamp.c   the clock of time stamps; which frames get one
 *   pmt.c        magic packets and wake-up frames
 *   mdio.c       the way to the PHY's registers
 *   check.c      mistakes of the guest
 *   store.c      the receive DMA
 *   receive.c    the MAC's receiver
 *   fetch.c      the transmit DMA
 *   transmit.c   the MAC's transmitter, PAUSE frames
 *   reset.c      all of it as after reset
 *   interrupts.c, control.c   flags and summaries; registers of the DMAs
 *   migrate.c    snapshots
 *   eth.c        registers, time and lines
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_PERIPHERALS_ETH_STATE_H
#define STM32_PERIPHERALS_ETH_STATE_H

#include "qemu/timer.h"
#include "exec/memory.h"
#define REGS "stm32/regs/eth.h"
#include "stm32/core/periph.h"
#include "stm32/core/counter.h"
#include "stm32/core/ethernet/mii.h"

#define ETH_FIFO 2048               /* bytes, of each direction */
#define ETH_FCS 4
#define ETH_ROOM (MII_MAX_FRAME + ETH_FCS)
#define ETH_WAITING 32              /* frames of 64 bytes in a FIFO */
#define ETH_PREAMBLE 8              /* bytes, with SFD */
#define ETH_MAX_DESCRIPTORS 512     /* at once */
#define ETH_WAKE_FILTERS 4
#define ETH_WAKE_WORDS 8
#define ETH_NEVER UINT64_MAX

typedef struct EthDescriptor {
    uint32_t address;
    uint32_t word[8];               /* 4 to 7 of enhanced ones */
} EthDescriptor;

/* Descriptors: RM0090 33.6.7 and 33.6.8. */
#define DES0_OWN    (1u << 31)
#define TDES0_IC    (1u << 30)
#define TDES0_LS    (1u << 29)
#define TDES0_FS    (1u << 28)
#define TDES0_DC    (1u << 27)
#define TDES0_DP    (1u << 26)
#define TDES0_TTSE  (1u << 25)
#define TDES0_CIC_SHIFT 22
#define TDES0_TER   (1u << 21)
#define TDES0_TCH   (1u << 20)
#define TDES0_TTSS  (1u << 17)
#define TDES0_IHE   (1u << 16)
#define TDES0_ES    (1u << 15)
#define TDES0_JT    (1u << 14)
#define TDES0_FF    (1u << 13)
#define TDES0_IPE   (1u << 12)
#define TDES0_LCA   (1u << 11)
#define TDES0_NC    (1u << 10)
#define TDES0_LCO   (1u << 9)
#define TDES0_EC    (1u << 8)
#define TDES0_VF    (1u << 7)
#define TDES0_CC_SHIFT 3
#define TDES0_ED    (1u << 2)
#define TDES0_UF    (1u << 1)
#define TDES0_DB    (1u << 0)
#define TDES0_CONTROL 0x7ffc0000    /* what the DMA leaves as it is, besides OWN */
#define RDES0_AFM   (1u << 30)
#define RDES0_FL_SHIFT 16
#define RDES0_ES    (1u << 15)
#define RDES0_DE    (1u << 14)
#define RDES0_SAF   (1u << 13)
#define RDES0_LE    (1u << 12)
#define RDES0_OE    (1u << 11)
#define RDES0_VLAN  (1u << 10)
#define RDES0_FS    (1u << 9)
#define RDES0_LS    (1u << 8)
#define RDES0_IPHCE (1u << 7)       /* enhanced: TSV */
#define RDES0_LCO   (1u << 6)
#define RDES0_FT    (1u << 5)
#define RDES0_RWT   (1u << 4)
#define RDES0_RE    (1u << 3)
#define RDES0_DRE   (1u << 2)
#define RDES0_CE    (1u << 1)
#define RDES0_PCE   (1u << 0)       /* enhanced: ESA */
#define RDES1_DIC   (1u << 31)
#define RDES1_RER   (1u << 15)
#define RDES1_RCH   (1u << 14)

typedef struct EthStamp {
    bool taken;
    uint32_t seconds, subseconds;
} EthStamp;

/* What is known of a frame that has been received. */
typedef struct EthReceived {
    uint32_t length;                /* bytes that go to memory */
    uint32_t status;                /* RDES0 without FS, LS, FL */
    uint32_t extended;              /* RDES4 */
    EthStamp stamp;
} EthReceived;

typedef enum EthTx {
    TX_STOPPED,
    TX_FETCHING,
    TX_READY,                       /* a frame is in the FIFO */
    TX_SENDING,
    TX_SUSPENDED,
    TX_DEAD,                        /* a fatal bus error */
} EthTx;

typedef enum EthRx { RX_STOPPED, RX_RUNNING, RX_SUSPENDED, RX_DEAD } EthRx;

/* The clock of time stamps, as it was at count 0 of `ticks`. */
typedef struct EthPtp {
    Counter ticks;                  /* of HCLK */
    uint32_t seconds, subseconds, accumulator;
    uint32_t addend;                /* in use */
    bool armed;                     /* for the target time */
} EthPtp;

typedef struct Eth {
    Periph parent_obj;
    MiiPort mii;
    MemoryRegion *memory_bus;
    AddressSpace memory;
    Clock *tx_clk, *rx_clk, *ptp_clk;
    Clock *nibble;                  /* four bits of the wire: a tick of `wire` */
    Counter wire, hclk;
    QEMUTimer *timer;
    Line irq, wakeup, ptp_trigger;
    /* signals */
    Signal mdc, mdio, ref_clk, rx_clk_pin, tx_clk_pin, crs, col, crs_dv, rx_dv, rx_er, tx_en, pps;
    Signal rxd[4], txd[4];
    bool rmii;                      /* SYSCFG's choice */
    bool mode_is_late;              /* ... and it has changed since the last software reset */
    uint64_t reset_due;             /* tick of wire: SR ends; ETH_NEVER: none */
    bool by_software;               /* SR has been written, it is not that of power-on */
    unsigned last_written;          /* 1 + the register of these that take their time, and when; for a report only */
    uint64_t written_at;
    unsigned too_soon, too_soon_after;  /* 1 + that which was written again at once, and periods; */
    uint32_t too_soon_pc;               /* ... by whom, or 0 */
    /* MDIO */
    uint64_t mdio_due;              /* tick of hclk; ETH_NEVER: idle */
    /* the transmit side */
    uint32_t tx;                    /* EthTx */
    uint64_t tx_due, tx_from;       /* ticks of wire: the frame ends (or is looked at); the next may start */
    uint64_t tx_start;
    EthDescriptor tx_first;         /* of the frame, and the last one */
    EthDescriptor tx_last;
    uint32_t tx_address;            /* of the next descriptor */
    uint32_t tx_status;             /* TDES0 */
    uint32_t tx_length;
    bool tx_fcs_is_bad;             /* of a frame that brings its own */
    bool tx_open;                   /* in the middle of a frame's descriptors */
    uint8_t tx_data[ETH_ROOM];
    uint64_t pause_until;           /* tick: a PAUSE frame that came */
    bool pause_pending;             /* one is to be sent, */
    bool pause_zero;                /* ... with time 0 */
    uint64_t pause_due;             /* tick: one has been sent */
    /* the receive side */
    uint32_t rx;                    /* EthRx */
    uint64_t rx_due, rx_from, rx_start;
    uint64_t rx_early;              /* tick: its first buffer is full */
    uint32_t rx_address;
    uint32_t rx_length, rx_fault;   /* of the frame that comes in, without FCS; MiiFault */
    uint8_t rx_data[ETH_ROOM];
    uint8_t fifo[ETH_FIFO];
    uint32_t fifo_used, fifo_frames;
    EthReceived waiting[ETH_WAITING];
    uint64_t look_due, patience;    /* the host's time: ticks to look for a descriptor; to cease to wait, or 0 */
    uint64_t rx_watchdog;           /* tick of hclk: RS is late by then */
    bool rx_wrapped, rx_told;       /* the ring has been closed once; told that it is not */
    uint32_t dropped;               /* frames in a row that the filter did not take */
    bool busy;                      /* stepping: who is told meanwhile may call back */
    uint32_t unpolled;              /* for a report: a descriptor that waits for a poll demand, */
    int64_t unpolled_at;            /* ... seen then, virtual ns */
    /* PMT */
    uint32_t wake_filter[ETH_WAKE_WORDS];
    uint32_t wake_next;
    EthPtp ptp;
} Eth;

#define ETH(obj) ((Eth *)(obj))
#define DMASR(flag) R_DMASR_##flag##_MASK

static inline void eth_flag(Eth *s, uint32_t flags)
{
    s->parent_obj.regs[R_DMASR] |= flags;
}

static inline uint64_t eth_now(const Eth *s)
{
    return counter_now(&s->wire);
}

static inline bool eth_is_enhanced(const Eth *s)
{
    return reg_get(s, DMABMR, EDFE);
}

static inline bool eth_is_full_duplex(const Eth *s)
{
    return reg_get(s, MACCR, DM);
}

/* Until a frame wakes it. */
static inline bool eth_sleeps(const Eth *s)
{
    return reg_get(s, MACPMTCSR, PD);
}

/* ---- bus.c ---- */

/* False: it reaches nothing there, and the DMA is dead until a reset. */
bool eth_read(Eth *s, uint32_t address, void *data, uint32_t bytes, bool descriptor, bool transmits);
bool eth_write(Eth *s, uint32_t address, const void *data, uint32_t bytes, bool descriptor, bool transmits);

/* ---- wire.c ---- */

/* Why the MAC has no clocks; NULL: it has. */
const char *eth_unclocked(const Eth *s);
/* The wire's counter goes, and how fast. */
void eth_wire_update(Eth *s);
/* Ticks that @bytes (without preamble and FCS) take, and that have to be between two frames. */
uint64_t eth_frame_ticks(uint32_t bytes);
uint64_t eth_gap_ticks(const Eth *s);
/* Do frames get through, in this direction?  What is wrong is reported. */
bool eth_can_transmit(Eth *s);
bool eth_can_receive(Eth *s);

/* ---- descriptor.c ---- */

bool eth_descriptor_read(Eth *s, EthDescriptor *d, uint32_t address, bool transmits);
/* Word 0, which gives it back to the CPU. */
bool eth_descriptor_close(Eth *s, const EthDescriptor *d, uint32_t status, bool transmits);
/* The time of the frame, and (receive, enhanced) RDES4. */
bool eth_descriptor_stamp(Eth *s, const EthDescriptor *d, const EthStamp *stamp, bool transmits);
bool eth_descriptor_extend(Eth *s, const EthDescriptor *d, uint32_t rdes4);
uint32_t eth_next_transmit(const Eth *s, const EthDescriptor *d);
uint32_t eth_next_receive(const Eth *s, const EthDescriptor *d);

/* ---- mmc.c ---- */

typedef enum EthCounter {
    MMC_TX_SINGLE = R_MMCTGFSCCR, MMC_TX_MULTIPLE = R_MMCTGFMSCCR, MMC_TX_GOOD = R_MMCTGFCR,
    MMC_RX_CRC = R_MMCRFCECR, MMC_RX_ALIGNMENT = R_MMCRFAECR, MMC_RX_UNICAST = R_MMCRGUFCR,
} EthCounter;

void eth_count(Eth *s, EthCounter counter);
bool eth_mmc_receive_interrupts(const Eth *s);
bool eth_mmc_transmit_interrupts(const Eth *s);
void eth_mmccr_written(Periph *p, unsigned n, uint32_t was, uint32_t data);
void eth_counter_was_read(Periph *p, unsigned n, uint32_t value);

/* ---- filter.c ---- */

typedef struct EthVerdict {
    bool taken;
    bool destination_failed, source_failed;     /* for RDES0 */
    bool unicast;
} EthVerdict;

EthVerdict eth_filter(const Eth *s, const uint8_t *frame);
bool eth_is_pause(const uint8_t *frame, uint32_t length);
/* As our own address, the one that is always compared. */
bool eth_is_address_0(const Eth *s, const uint8_t *address);
void eth_own_address(const Eth *s, uint8_t *address);
/* 0x8100, and the tag that MACVLANTR looks for. */
bool eth_is_vlan(const uint8_t *frame, uint32_t length);
bool eth_vlan_matches(const Eth *s, const uint8_t *frame, uint32_t length);

/* ---- checksum.c ---- */

typedef enum EthIpKind { IP_NONE, IP_BAD_HEADER, IP_V4, IP_V6 } EthIpKind;

typedef struct EthIp {
    EthIpKind kind;
    bool v6;                        /* of a bad header */
    bool header_sum_bad;
    bool cut;                       /* the frame ends before the payload does */
    uint8_t protocol;               /* 6, 17, 1, 58; 0: nothing that has a checksum we know */
    uint32_t header, payload, length;           /* offsets in the frame; bytes of the payload */
} EthIp;

EthIp eth_ip(const uint8_t *frame, uint32_t length);
/* RDES0 and RDES4 of a frame that has been received, as IPCO has them. */
void eth_checksum_check(Eth *s, const uint8_t *frame, uint32_t length, EthReceived *r);
/* Insert them as CIC says: TDES0's error flags. */
uint32_t eth_checksum_insert(uint8_t *frame, uint32_t length, unsigned cic);

/* ---- ptp.c ---- */

void eth_ptp_init(Eth *s);
void eth_ptp_reset(Eth *s);
EthStamp eth_ptp_at(Eth *s, int64_t ns);
/* Book the time so far: before anything that it depends on changes. */
void eth_ptp_book(Eth *s);
void eth_ptp_update(Eth *s);
int64_t eth_ptp_due(const Eth *s);
void eth_ptp_step(Eth *s);
void eth_ptptscr_written(Periph *p, unsigned n, uint32_t was, uint32_t data);
void eth_ptp_written(Periph *p, unsigned n, uint32_t was, uint32_t data);
void eth_ptp_target_written(Periph *p, unsigned n, uint32_t was, uint32_t data);
uint32_t eth_ptp_time_read(Periph *p, unsigned n);
int64_t eth_ptp_time_holds(Periph *p, unsigned n);
void eth_ptptssr_was_read(Periph *p, unsigned n, uint32_t value);
extern const VMStateDescription eth_ptp_vmstate;

/* ---- stamp.c ---- */

/* Does a frame that has been received get a time stamp?  Sets the PTP part of RDES4. */
bool eth_stamps_receive(const Eth *s, const uint8_t *frame, uint32_t length, uint32_t *extended);

/* ---- pmt.c ---- */

/* A frame while it sleeps. */
void eth_pmt_frame(Eth *s, const uint8_t *frame, uint32_t length);
void eth_pmtcsr_written(Periph *p, unsigned n, uint32_t was, uint32_t data);
void eth_pmtcsr_was_read(Periph *p, unsigned n, uint32_t value);
uint32_t eth_rwuffr_read(Periph *p, unsigned n);
void eth_rwuffr_was_read(Periph *p, unsigned n, uint32_t value);
void eth_rwuffr_written(Periph *p, unsigned n, uint32_t was, uint32_t data);

/* ---- mdio.c ---- */

void eth_miiar_written(Periph *p, unsigned n, uint32_t was, uint32_t data);
void eth_mdio_step(Eth *s);

/* ---- store.c ---- */

/* To memory, or the FIFO if it can't go there now; or it is lost. */
void eth_store(Eth *s, const uint8_t *data, const EthReceived *r);
/* Without RSF, of a frame that comes in: bytes that go to the next descriptor's first buffer, 0: none; there they go. */
uint32_t eth_first_room(Eth *s);
void eth_store_early(Eth *s, const uint8_t *data, uint32_t length);
/* Does the next frame find a descriptor, or is that no question? */
bool eth_has_room(Eth *s);
/* SR, a poll demand: the receive DMA looks at its descriptor. */
void eth_receive_start(Eth *s);
void eth_receive_stop(Eth *s);
void eth_receive_poll(Eth *s);

/* ---- receive.c ---- */

bool eth_may_begin(Eth *s);
void eth_receive_begin(Eth *s, const uint8_t *data, size_t length, MiiFault fault);
void eth_receive_step(Eth *s);
void eth_receive_early(Eth *s);
void eth_receive_watchdog(Eth *s);
/* A frame that has not begun could now. */
void eth_receive_look(Eth *s);

/* ---- fetch.c ---- */

void eth_fetch(Eth *s);
/* The frame's last descriptor goes back, with its status. */
void eth_transmit_close(Eth *s, uint32_t status, const EthStamp *stamp);

/* ---- transmit.c ---- */

void eth_transmit_start(Eth *s);
void eth_transmit_stop(Eth *s);
void eth_transmit_poll(Eth *s);
void eth_transmit_flush(Eth *s);
void eth_transmit_step(Eth *s);
uint64_t eth_transmit_due(const Eth *s);
void eth_fcr_written(Periph *p, unsigned n, uint32_t was, uint32_t data);

/* ---- check.c ---- */

void eth_check_reset(Eth *s);
void eth_check_enable(Eth *s);
void eth_check_list(Eth *s, uint32_t address, bool transmits);
void eth_check_no_poll(Eth *s);

/* ---- reset.c ---- */

void eth_reset_state(Eth *s);
void eth_dmabmr_written(Periph *p, unsigned n, uint32_t was, uint32_t data);

/* ---- interrupts.c ---- */

/* MACSR. */
uint32_t eth_mac_flags(const Eth *s);
/* NIS and AIS of DMASR. */
void eth_sum_up(Eth *s);
bool eth_interrupts(const Eth *s);

/* ---- control.c ---- */

void eth_poll_written(Periph *p, unsigned n, uint32_t was, uint32_t data);
void eth_list_written(Periph *p, unsigned n, uint32_t was, uint32_t data);
void eth_dmaomr_written(Periph *p, unsigned n, uint32_t was, uint32_t data);
uint32_t eth_dmasr_read(Periph *p, unsigned n);

/* ---- migrate.c ---- */

extern const VMStateDescription eth_vmstate;

#endif
