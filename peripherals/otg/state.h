/*
 * USB on-the-go (RM0090 34, 35): what its files share.
 *
 *   fifo.c       the RAM, divided into FIFOs; windows.c, how the bus reaches them
 *   line.c       VBUS, ID, pins, the 48 MHz: who the core is and whether it is on the bus
 *   negotiate.c  session request and host negotiation
 *   frames.c     what comes of time: SOF, end of periodic frames, suspend
 *   in.c out.c   endpoints: what they answer, and what their registers cause
 *   device.c     the end of a cable that is a device's
 *   test.c       test modes, of a device and of a host's port; test_fields.c, what choosing one causes
 *   host.c       ... or a host's: its port, and in host_frames.c its frames; channel.c, transaction.c, what channels
 *                do and say; schedule.c, who is next on the bus; far.c, QEMU's USB bus, at which devices are
 *                (far_packets.c, far_device.c, far_burst.c below it); far_split.c, hubs that translate
 *   dma.c        the master on the bus that OTG_HS has
 *   otg.c        registers, reset, interrupts; otg_fs.c and otg_hs.c: what the two are
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_PERIPHERALS_OTG_STATE_H
#define STM32_PERIPHERALS_OTG_STATE_H

#ifndef REGS
#define REGS "stm32/regs/otg_hs.h"
#endif
#include "stm32/core/periph.h"
#include "stm32/core/counter.h"
#include "stm32/core/usb/cable.h"

#define OTG_ENDPOINTS 6         /* that OTG_HS has in each direction; OTG_FS has fewer of all */
#define OTG_CHANNELS 12
#define OTG_RAM_WORDS 1024
#define OTG_ULPI_SIGNALS 12
#include "stm32/peripherals/otg/host_state.h"

/* A FIFO in the RAM. */
typedef struct OtgFifo {
    uint32_t head, used;        /* words, from its start */
} OtgFifo;

/* What an IN endpoint has besides registers. */
typedef struct OtgIn {
    uint32_t total, sent;       /* bytes of the transfer, and of those the host has got */
    uint32_t partial;           /* bytes of a packet that is being written into the FIFO */
    uint64_t frame;             /* isochronous: in which it has sent, ... */
    uint8_t in_frame;           /* ... how many packets */
    bool data1;                 /* the toggle of endpoint 0 */
    bool nak;                   /* the host was told NAK and does not ask again until it is told */
    bool stale;                 /* EPENA is of a transfer that a reset of the bus has ended */
    int64_t seen_by;            /* not in a snapshot: virtual ns until which a late host has to see XFRC */
} OtgIn;

/* A packet IN that is on its way, until the host has answered it. */
typedef struct OtgFlight {
    int64_t end;                /* virtual ns, or COUNTER_NEVER */
    bool lost;                  /* the answer will not come */
    uint8_t endpoint;
    uint16_t size;
} OtgFlight;

typedef struct OtgOut {
    bool data1, nak;
    bool setup;                 /* a SETUP has come, and the next token will say that it was the last */
    bool resized;               /* not in a snapshot: DOEPTSIZ was written while it was enabled */
} OtgOut;

/* SRP and HNP: virtual ns, or COUNTER_NEVER. */
typedef struct OtgNegotiation {
    int64_t pulsed_at;          /* SRP: its pulses have been given */
    int64_t unanswered_at;      /* ... and no session has come of them */
    int64_t unconnected_at;     /* HNP: the host has not become a device in time; until then there is no pull-up */
    int64_t debounced_at;       /* a host: what was connected is for good */
    int64_t late_at;            /* ... or has not been in time, or has not answered an HNP */
    bool connected, powered, resting;   /* a host: as it was when it was looked at last */
} OtgNegotiation;

typedef struct Otg {
    Periph parent_obj;
    /* what it is */
    bool is_hs;
    unsigned n_endpoints, n_channels, ram_words;
    bool ulpi_fitted;           /* property: a high-speed PHY is at the ULPI */
    MemoryRegion *memory_bus;   /* what the DMA of OTG_HS reaches */
    AddressSpace memory;
    /* around it */
    Clock *clk48;
    Signal dm, dp, id, sof, ulpi[OTG_ULPI_SIGNALS];
    Pin *vbus_pin;
    bool vbus_is_high;          /* as the pin has told: in a snapshot it may be there before the pin */
    PinListener vbus;
    UsbSocket socket;
    Notifier machine_done;
    MemoryRegion windows;
    Line irq, wakeup, irq_ep1_in, irq_ep1_out;
    /* FIFOs */
    uint32_t ram[OTG_RAM_WORDS];
    OtgFifo rx, tx[OTG_ENDPOINTS];      /* a host's: tx[0] not periodic, tx[1] periodic */
    uint32_t rx_packet;         /* words of the packet whose status was popped, and that is not read */
    /* line */
    bool host;                  /* role */
    QEMUTimer *role_timer;
    int64_t role_at;            /* virtual ns at which a forced role comes */
    bool id_told, session_told;
    OtgNegotiation n;
    QEMUTimer *negotiation_timer;
    /* device */
    OtgIn in[OTG_ENDPOINTS];
    OtgOut out[OTG_ENDPOINTS];
    OtgFlight flight;
    QEMUTimer *flight_timer;
    bool turned_round;          /* TRDT has been checked since the last reset */
    bool connected_in_test;     /* not in a snapshot: TCTL was set before there was power */
    bool in_control;            /* endpoint 0: since a SETUP, until something has been sent */
    uint8_t address;            /* that it answers to as well, until the status of SET_ADDRESS is sent */
    uint64_t sof_told, eopf_told;       /* frames, from frame 0, of which that is over */
    QEMUTimer *frame_timer;
    QEMUTimer *idle_timer;      /* to a suspended bus */
    int64_t suspend_at;         /* virtual ns, or COUNTER_NEVER */
    bool suspended, waking;
    OtgHost h;
    bool vbus_by_ppwr;          /* property: HPRT.PPWR alone makes VBUS, no pin is looked at */
} Otg;

#define OTG(obj) ((Otg *)(obj))

/* Registers of endpoint or channel @n */
#define DIEPCTL(s, n)   ((s)->parent_obj.regs[R_DIEPCTL0 + 8 * (n)])
#define DIEPINT(s, n)   ((s)->parent_obj.regs[R_DIEPINT0 + 8 * (n)])
#define DIEPTSIZ(s, n)  ((s)->parent_obj.regs[R_DIEPTSIZ0 + 8 * (n)])
#define DIEPDMA(s, n)   ((s)->parent_obj.regs[R_DIEPDMA0 + 8 * (n)])
#define DOEPCTL(s, n)   ((s)->parent_obj.regs[R_DOEPCTL0 + 8 * (n)])
#define DOEPINT(s, n)   ((s)->parent_obj.regs[R_DOEPINT0 + 8 * (n)])
#define DOEPTSIZ(s, n)  ((s)->parent_obj.regs[R_DOEPTSIZ0 + 8 * (n)])
#define DOEPDMA(s, n)   ((s)->parent_obj.regs[R_DOEPDMA0 + 8 * (n)])
#define HCCHAR(s, n)    ((s)->parent_obj.regs[R_HCCHAR0 + 8 * (n)])
#define HCINT(s, n)     ((s)->parent_obj.regs[R_HCINT0 + 8 * (n)])
#define HCINTMSK(s, n)  ((s)->parent_obj.regs[R_HCINTMSK0 + 8 * (n)])
#define HCTSIZ(s, n)    ((s)->parent_obj.regs[R_HCTSIZ0 + 8 * (n)])
#define HCDMA(s, n)     ((s)->parent_obj.regs[R_HCDMA0 + 8 * (n)])
#define HCSPLT(s, n)    ((s)->parent_obj.regs[R_HCSPLT0 + 8 * (n)])

/* Flags of GINTSTS are there from now on. */
static inline void otg_set_gintsts(Otg *s, uint32_t flags)
{
    s->parent_obj.regs[R_GINTSTS] |= flags;
}

/* What a word of status in the receive FIFO tells a device (RM0090 34.16.2, GRXSTSP.PKTSTS). */
typedef enum OtgPacketStatus {
    PKT_GLOBAL_NAK = 1, PKT_OUT = 2, PKT_OUT_DONE = 3, PKT_SETUP_DONE = 4, PKT_SETUP = 6,
    /* ... a host */
    PKT_IN = 2, PKT_IN_DONE = 3, PKT_TOGGLE_ERROR = 5, PKT_HALTED = 7,
} OtgPacketStatus;

/* HCTSIZ.DPID, GRXSTSP.DPID */
typedef enum OtgDataPid { DPID_DATA0, DPID_DATA2, DPID_DATA1, DPID_SETUP } OtgDataPid;

/* EPTYP */
typedef enum OtgEndpointType {
    EP_CONTROL, EP_ISOCHRONOUS, EP_BULK, EP_INTERRUPT,
} OtgEndpointType;

/* ---- fifo.c ---- */

/* Words that FIFO @fifo of the transmitter has, and that are free in it. */
unsigned otg_tx_depth(const Otg *s, unsigned fifo);
unsigned otg_tx_free(const Otg *s, unsigned fifo);
/* A word into it; false: there was no room. */
bool otg_tx_push(Otg *s, unsigned fifo, uint32_t word);
/* Look at @bytes from its start on; take them out. */
void otg_tx_peek(const Otg *s, unsigned fifo, uint8_t *data, unsigned bytes);
void otg_tx_drop(Otg *s, unsigned fifo, unsigned bytes);
/* The same behind @skip words: look; take @words out there. */
void otg_tx_peek_at(const Otg *s, unsigned fifo, unsigned skip, uint8_t *data, unsigned bytes);
void otg_tx_cut(Otg *s, unsigned fifo, unsigned skip, unsigned words);
void otg_tx_flush(Otg *s, unsigned fifo);

unsigned otg_rx_free(const Otg *s);
/* A word of status, and @bytes of data with it; there has to be room. */
void otg_rx_push(Otg *s, uint32_t status, const uint8_t *data, unsigned bytes);
/* The next word; 0 if there is none. */
uint32_t otg_rx_peek(const Otg *s);
uint32_t otg_rx_pop(Otg *s);
void otg_rx_flush(Otg *s);

/* Say so if transmit FIFO @fifo is outside the RAM, or shares words with another that is in use. */
void otg_check_fifos(Otg *s, unsigned fifo, unsigned packet);

/* ---- windows.c ---- */

extern const MemoryRegionOps otg_windows;
/* The firmware has taken the next word of status from the receive FIFO: what it tells happens now. */
void otg_status_popped(Otg *s, uint32_t status);

/* ---- line.c ---- */

void otg_line_init(Otg *s);
void otg_line_reset(Otg *s);
/* The role is made true: has it changed? */
bool otg_role_update(Otg *s);
/* Session and pull-up are. */
void otg_line_update(Otg *s);
/* Is there a session, as a device sees it? */
bool otg_session_is_valid(const Otg *s);
/* Is the transceiver on the bus?  Its power, its pins; and to begin with its clock. */
bool otg_is_on(const Otg *s);
bool otg_clock_is_right(const Otg *s);
/* Say why it is not, or does not answer. */
void otg_explain(Otg *s);
/* By the ULPI, and does that run? */
bool otg_uses_ulpi(const Otg *s);
bool otg_phy_is_clocked(const Otg *s);
uint32_t otg_gotgctl_read(Periph *p, unsigned n);
/* Is VBUS there for a host? */
bool otg_vbus_is_valid(const Otg *s);

/* ---- negotiate.c ---- */

void otg_negotiate_init(Otg *s);
void otg_negotiate_reset(Otg *s);
/* What is due to a device, before its pull-up is looked at; to a host, when its port has been, and what is next. */
void otg_negotiate_update(Otg *s);
void otg_negotiate_arm(Otg *s);
/* Has it let go of its pull-up, for the host to become a device? */
static inline bool otg_gives_way(const Otg *s)
{
    return s->n.unconnected_at != COUNTER_NEVER;
}
void otg_gotgctl_written(Periph *p, unsigned n, uint32_t was, uint32_t data);
void otg_gotgint_written(Periph *p, unsigned n, uint32_t was, uint32_t data);

/* ---- frames.c ---- */

void otg_frames_init(Otg *s);
void otg_frames_reset(Otg *s);
/* Flags of what time alone has done. */
void otg_frames_sync(Otg *s);
/* Arm what is to be told. */
void otg_frames_update(Otg *s);
/* The bus rests from now on, or does not. */
void otg_bus_rests(Otg *s, bool rests);
/* Until when GINTSTS, DSTS hold if nothing happens but time. */
int64_t otg_next_frame(const Otg *s);
int64_t otg_next_flag(const Otg *s);

/* ---- in.c ---- */

void otg_in_init(Otg *s);
void otg_in_update(Otg *s);
/* The packet on its way has arrived. */
void otg_in_arrive(Otg *s);
UsbAnswer otg_in_token(Otg *s, UsbToken *token);
/* Would endpoint @n, which has answered NAK, do otherwise now? */
bool otg_in_is_ready(Otg *s, unsigned n);
/* A word from the bus, into the FIFO of endpoint @n. */
void otg_in_push(Otg *s, unsigned n, uint32_t word);
void otg_in_reset(Otg *s);              /* of the bus */
bool otg_in_fifo_is_low(const Otg *s, unsigned n);
/* The end of a periodic frame of parity @odd. */
void otg_in_end_of_frame(Otg *s, uint64_t frame);
/* A SETUP has come for @n. */
void otg_in_setup(Otg *s, unsigned n);
bool otg_in_waits_for_frame(const Otg *s);
uint32_t otg_diepint_read(Periph *p, unsigned n);
uint32_t otg_dtxfsts_read(Periph *p, unsigned n);
void otg_diepctl_written(Periph *p, unsigned n, uint32_t was, uint32_t data);
void otg_dieptsiz_written(Periph *p, unsigned n, uint32_t was, uint32_t data);
void otg_diepint_written(Periph *p, unsigned n, uint32_t was, uint32_t data);

/* ---- out.c ---- */

UsbAnswer otg_out_token(Otg *s, UsbToken *token);
UsbAnswer otg_setup_token(Otg *s, UsbToken *token);
/* An IN or OUT has come for @n: the SETUP before it was the last. */
void otg_setup_is_over(Otg *s, unsigned n);
bool otg_out_is_ready(Otg *s, unsigned n);
void otg_out_reset(Otg *s);
void otg_out_end_of_frame(Otg *s, uint64_t frame);
bool otg_out_waits_for_frame(const Otg *s);
void otg_doepctl_written(Periph *p, unsigned n, uint32_t was, uint32_t data);
void otg_doeptsiz_written(Periph *p, unsigned n, uint32_t was, uint32_t data);

/* ---- device.c ---- */

void otg_device_init(Otg *s);
/* Endpoints that answered NAK and would not any more: the host is told. */
void otg_device_update(Otg *s);
void otg_dctl_written(Periph *p, unsigned n, uint32_t was, uint32_t data);
uint32_t otg_dsts_read(Periph *p, unsigned n);
uint32_t otg_daint_read(Periph *p, unsigned n);

/* ---- test.c ---- */

/* The test signal that it drives as a device, as a host at its port. */
UsbTest otg_device_test(const Otg *s);
UsbTest otg_port_test(const Otg *s);
/* It has been connected; a host that has seen that resets it and will get no answer: say so. */
void otg_device_test_connected(Otg *s);
void otg_device_test_reset(Otg *s);
/* DCTL.TCTL, HPRT.PTCTL were @was. */
void otg_device_test_written(Otg *s, unsigned was);
void otg_port_test_written(Otg *s, unsigned was);

/* ---- host.c ---- */

void otg_host_init(Otg *s);
void otg_host_realize(Otg *s);
void otg_host_reset(Otg *s);            /* of the peripheral */
void otg_host_core_reset(Otg *s);       /* by CSRST: registers have been reset */
/* The role of host begins, or ends. */
void otg_host_enter(Otg *s, bool on);
/* The flags of GINTSTS that follow from a host's state: NPTXFE, PTXFE, HPRTINT, HCINT. */
uint32_t otg_host_flags(Otg *s);
/* All that follows from its state: timers, lines, what waits in its queues. */
void otg_host_update(Otg *s);
/* The line that says that something is plugged in, whatever the role. */
void otg_host_show_plug(Otg *s);
uint32_t otg_hprt_read(Periph *p, unsigned n);
void otg_hprt_written(Periph *p, unsigned n, uint32_t was, uint32_t data);
extern const VMStateDescription otg_host_vmstate;       /* host_vmstate.c */

/* ---- host_frames.c ---- */

/* From now on there are frames, or there are none. */
void otg_host_set_frames(Otg *s, bool on);
/* Their numbers begin anew. */
void otg_host_restart_frames(Otg *s);
/* When the next one begins; COUNTER_NEVER if there are none. */
int64_t otg_host_next_sof(const Otg *s);
/* Flags of what time alone has done: SOF. */
void otg_host_sync(Otg *s);
/* Until when GINTSTS holds if nothing happens but time. */
int64_t otg_host_next_flag(const Otg *s);
uint32_t otg_hfnum_read(Periph *p, unsigned n);
/* ns of a frame; the frame, from frame 0, at the virtual time @ns; when frame @frame begins. */
int64_t otg_host_frame_ns(const Otg *s);
uint64_t otg_host_frame_at(const Otg *s, int64_t ns);
int64_t otg_host_frame_start(const Otg *s, uint64_t frame);
/* USB_SPEED_x of the bus. */
unsigned otg_host_speed(const Otg *s);
/* Say so if frames are counted with a wrong clock. */
void otg_host_check_clock(Otg *s);

/* ---- schedule.c ---- */

/* Go on: end what is over, begin what can begin.  Sets h.next. */
void otg_schedule_run(Otg *s);

/* ---- requests.c ---- */

/* Ask for a transaction of @channel: one that receives, or sends @bytes that are in the FIFO. */
void otg_request(Otg *s, unsigned channel, bool in, unsigned bytes);
/* Does @channel have one? */
bool otg_has_request(const Otg *s, unsigned channel);
/* What @channel wanted to send and was not taken: once more. */
void otg_request_again(Otg *s, unsigned channel);
/* Take back what @channel has asked for, and its data out of the FIFO. */
void otg_requests_drop(Otg *s, unsigned channel);
/* The packet that @channel has sent is out of the FIFO (@sent), or waits there. */
void otg_request_is_sent(Otg *s, unsigned channel, bool sent);
/* FIFO @fifo has been flushed. */
void otg_requests_flush(Otg *s, unsigned fifo);
uint32_t otg_hnptxsts_read(Periph *p, unsigned n);
uint32_t otg_hptxsts_read(Periph *p, unsigned n);

/* ---- channel.c; what the host's files share besides is in channels.h ---- */

/* A word from the bus, into the FIFO that channel @n sends from. */
void otg_host_push(Otg *s, unsigned n, uint32_t word);
void otg_host_status_popped(Otg *s, uint32_t status);
/* What was in the receive FIFO will not be popped. */
void otg_channels_rx_flushed(Otg *s);
uint32_t otg_haint_read(Periph *p, unsigned n);
void otg_hcchar_written(Periph *p, unsigned n, uint32_t was, uint32_t data);
void otg_hctsiz_written(Periph *p, unsigned n, uint32_t was, uint32_t data);

/* ---- far.c ---- */

void otg_far_init(Otg *s);
void otg_far_realize(Otg *s);
/* Is a device plugged in? */
bool otg_far_is_there(const Otg *s);
/* USB_SPEED_x of the device that is plugged in, or of the one with @address if there is such a one. */
unsigned otg_far_speed(Otg *s, unsigned address);
/* The bus is reset: the speed of what is there is agreed on. */
void otg_far_reset(Otg *s);
/*
 * A transaction with a device; a packet has @max_packet bytes at most, a longer one is a babble: it comes with
 * a length that is more.
 */
UsbAnswer otg_far_token(Otg *s, UsbToken *token, unsigned max_packet);
/* Forget answers that are due. */
void otg_far_cancel(Otg *s);
/* A half of one, by the transaction translator that HCSPLT = @hcsplt names, with an endpoint of @type. */
UsbAnswer otg_far_split(Otg *s, UsbToken *token, unsigned max_packet, uint32_t hcsplt, unsigned type);
/* Say so if @address is behind a translator, and so does not hear what is not split. */
bool otg_far_needs_split(Otg *s, unsigned address);

/* ---- dma.c ---- */

bool otg_uses_dma(const Otg *s);
bool otg_dma_read(Otg *s, uint32_t address, uint8_t *data, unsigned bytes);
bool otg_dma_write(Otg *s, uint32_t address, const uint8_t *data, unsigned bytes);

/* ---- otg.c ---- */

#define OTG_N_OPS (R_PCGCCTL + 1)
extern const RegOps otg_ops[OTG_N_OPS];
extern const VMStateDescription otg_vmstate;
/* Parts of the two PeriphInfo. */
void otg_init(Periph *p);
void otg_realize(Periph *p, Error **errp);
void otg_reset(Periph *p, bool power_on);
void otg_sync(Periph *p);
void otg_update(Periph *p);
/* The UsbSocket of a core: TypeInfo.interfaces, .class_init. */
extern const InterfaceInfo otg_interfaces[];
void otg_class_init(ObjectClass *klass, void *info);
#define DEFINE_OTG(type, info)                                              \
    static const TypeInfo info##_types[] = { {                              \
        .name = type, .parent = TYPE_PERIPH, .instance_size = sizeof(Otg),  \
        .class_init = otg_class_init, .class_data = (void *)&info,          \
        .interfaces = (InterfaceInfo *)otg_interfaces,                      \
    } };                                                                    \
    DEFINE_TYPES(info##_types)

#endif
