/*
 * USB on-the-go as a device (RM0090 chapters 34 and 35), with a host that is driven by hand.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/tests/qtest/board.h"
#define REGS "stm32/regs/otg_hs.h"
#include "stm32/core/regs.h"

#define RCC 0x40023800
#define EXTI 0x40013c00
#define SRAM 0x20000000
#define CCM 0x10000000
#define FS 0x50000000
#define HS_CORE 0x40040000
#define FS_IRQ 67
#define HS_IRQ 77
#define HOST "/machine/peripheral/usb"

static uint32_t core;           /* that is tested: FS or HS_CORE */

#define CTL_IN(n)   (A_DIEPCTL0 + 0x20 * (n))
#define INT_IN(n)   (A_DIEPINT0 + 0x20 * (n))
#define SIZ_IN(n)   (A_DIEPTSIZ0 + 0x20 * (n))
#define DMA_IN(n)   (A_DIEPDMA0 + 0x20 * (n))
#define FREE_IN(n)  (A_DTXFSTS0 + 0x20 * (n))
#define CTL_OUT(n)  (A_DOEPCTL0 + 0x20 * (n))
#define INT_OUT(n)  (A_DOEPINT0 + 0x20 * (n))
#define SIZ_OUT(n)  (A_DOEPTSIZ0 + 0x20 * (n))
#define DMA_OUT(n)  (A_DOEPDMA0 + 0x20 * (n))
#define FIFO(n)     (0x1000 * ((n) + 1))

#define EPENA R_DIEPCTL1_EPENA_MASK
#define EPDIS R_DIEPCTL1_EPDIS_MASK
#define CNAK R_DIEPCTL1_CNAK_MASK
#define SNAK R_DIEPCTL1_SNAK_MASK
#define STALL R_DIEPCTL1_STALL_MASK
#define ACTIVE R_DIEPCTL1_USBAEP_MASK
#define XFRC R_DIEPINT0_XFRC_MASK

enum { CONTROL, ISOCHRONOUS, BULK, INTERRUPT };

/* ---- Registers and the host ---- */

static uint32_t reg(uint32_t offset)
{
    return peek(core + offset);
}

static void put(uint32_t offset, uint32_t data)
{
    poke(core + offset, data);
}

static bool flag(uint32_t mask)
{
    return reg(A_GINTSTS) & mask;
}

static void clear_flags(void)
{
    put(A_GINTSTS, 0xffffffff);
}

/* What the device answers to @text; it lasts till the next. */
static const char *token(const char *text)
{
    static char *answer;

    g_free(answer);
    board_set_string(HOST, "token", text);
    answer = board_get_string(HOST, "token");
    return answer;
}

#define expect(text, answer) g_assert_cmpstr(token(text), ==, answer)

static void expect_events(const char *events)
{
    g_autofree char *got = board_get_string(HOST, "events");

    g_assert_cmpstr(got, ==, events);
}

static void host(const char *property, bool on)
{
    board_set_bool(HOST, property, on);
}

/* ---- Set-up ---- */

/* HSE 8 MHz, / 8 * 336: the 48 MHz clock is right with @q = 7.  HCLK stays HSI's 16 MHz. */
static void start_clock(unsigned q)
{
    poke(RCC, 1 << 16 | 1);
    board_wait_ns(1000000);
    poke(RCC + 4, q << 24 | 1 << 22 | 336 << 6 | 8);
    poke(RCC, 1 << 24 | 1 << 16 | 1);
    board_wait_ns(1000000);
}

static void start_core(uint32_t which, const char *args)
{
    g_autofree char *all = g_strdup_printf("-device stm32-usb-tester,id=usb,port=%s %s",
                                           which == FS ? "otg-fs" : "otg-hs", args);

    core = which;
    board_start(all);
    board_watch_irqs();
    start_clock(7);
    board_enable(which == FS ? "otgfs" : "otghs");
    if (which == FS) {
        board_route("pa11", 10);
        board_route("pa12", 10);
    } else if (!*args) {
        board_route("pb14", 12);
        board_route("pb15", 12);
        put(A_GUSBCFG, reg(A_GUSBCFG) | R_GUSBCFG_PHYSEL_MASK);
    }
    put(A_GUSBCFG, (reg(A_GUSBCFG) & ~R_GUSBCFG_TRDT_MASK) | 13 << R_GUSBCFG_TRDT_SHIFT);
}

/* VBUS, a reset, frames. */
static void host_begins(void)
{
    host("vbus", true);
    host("reset", true);
    board_wait_ns(10000000);
    host("reset", false);
    host("frames", true);
    clear_flags();
}

/* On the bus, after a reset, with frames; the FIFOs are divided: 64 to receive, 16, 32, 32, 32 to send. */
static void connect_device(uint32_t which, const char *args)
{
    start_core(which, args);
    put(A_GRXFSIZ, 64);
    put(A_DIEPTXF0, 16 << 16 | 64);
    put(A_DIEPTXF1, 32 << 16 | 80);
    put(A_DIEPTXF2, 32 << 16 | 112);
    put(A_DIEPTXF3, 32 << 16 | 144);
    put(A_GCCFG, R_GCCFG_PWRDWN_MASK | R_GCCFG_NOVBUSSENS_MASK);
    g_assert_true(board_get_bool(HOST, "connected"));
    host_begins();
    put(A_DIEPMSK, R_DIEPMSK_XFRCM_MASK | R_DIEPMSK_EPDM_MASK);
    put(A_DOEPMSK, R_DOEPMSK_XFRCM_MASK | R_DOEPMSK_STUPM_MASK);
    put(A_DAINTMSK, 0xffffffff);
    put(A_GAHBCFG, R_GAHBCFG_GINT_MASK);
    g_free(board_get_string(HOST, "events"));
}

static void activate_in(unsigned n, unsigned type, unsigned size)
{
    put(CTL_IN(n), n << R_DIEPCTL1_TXFNUM_SHIFT | type << R_DIEPCTL1_EPTYP_SHIFT | ACTIVE |
        R_DIEPCTL1_SD0PID_MASK | size);
}

static void activate_out(unsigned n, unsigned type, unsigned size)
{
    put(CTL_OUT(n), type << R_DOEPCTL1_EPTYP_SHIFT | ACTIVE | R_DOEPCTL1_SD0PID_MASK | size);
}

static void set_bits(uint32_t offset, uint32_t mask)
{
    put(offset, reg(offset) | mask);
}

static void send_in(unsigned n, unsigned packets, unsigned bytes)
{
    put(SIZ_IN(n), packets << R_DIEPTSIZ1_PKTCNT_SHIFT | bytes);
    set_bits(CTL_IN(n), EPENA | CNAK);
}

static void receive_out(unsigned n, unsigned packets, unsigned bytes)
{
    put(SIZ_OUT(n), packets << R_DOEPTSIZ1_PKTCNT_SHIFT | bytes);
    set_bits(CTL_OUT(n), EPENA | CNAK);
}

static uint32_t left_bytes(uint32_t siz)
{
    return FIELD_EX32(siz, DIEPTSIZ1, XFRSIZ);
}

static uint32_t left_packets(uint32_t siz)
{
    return FIELD_EX32(siz, DIEPTSIZ1, PKTCNT);
}

/* Pop a word of status: its kind, checked for endpoint and bytes. */
static unsigned status(unsigned n, unsigned bytes)
{
    uint32_t word = reg(A_GRXSTSP);

    g_assert_cmpuint(FIELD_EX32(word, GRXSTSP, EPNUM), ==, n);
    g_assert_cmpuint(FIELD_EX32(word, GRXSTSP, BCNT), ==, bytes);
    return FIELD_EX32(word, GRXSTSP, PKTSTS);
}

static const char *bytes_hex(unsigned bytes)
{
    static char text[2 * 1024 + 1];

    for (unsigned i = 0; i < bytes; i++) {
        sprintf(text + 2 * i, "%02x", i & 255);
    }
    return text;
}

static const char *out_text(unsigned n, unsigned toggle, unsigned bytes)
{
    static char text[4096];

    sprintf(text, "out 0 %u %u %s", n, toggle, bytes ? bytes_hex(bytes) : "");
    return text;
}

static void no_mistakes(void)
{
    g_autofree char *log = board_log();

    g_assert_cmpstr(log, ==, "");
}

/* ---- On the bus ---- */

static const char *const get_descriptor = "setup 0 0 8006000100001200";

static void test_connect(void)
{
    start_core(FS, "");
    g_assert_false(board_get_bool(HOST, "connected"));
    put(A_GCCFG, R_GCCFG_PWRDWN_MASK);
    g_assert_false(board_get_bool(HOST, "connected"));
    put(A_GCCFG, R_GCCFG_PWRDWN_MASK | R_GCCFG_NOVBUSSENS_MASK);
    g_assert_true(board_get_bool(HOST, "connected"));
    g_assert_true(pin_level("pa12"));
    put(A_DCTL, R_DCTL_SDIS_MASK);
    g_assert_false(board_get_bool(HOST, "connected"));
    put(A_DCTL, 0);
    board_hold_in_reset("otgfs", true);
    g_assert_false(board_get_bool(HOST, "connected"));
    expect_events("connected, gone, connected, gone");
    no_mistakes();
}

static void test_vbus(void)
{
    start_core(FS, "");
    put(A_GINTMSK, R_GINTMSK_SRQIM_MASK | R_GINTMSK_OTGINT_MASK);
    put(A_GAHBCFG, R_GAHBCFG_GINT_MASK);
    put(A_GCCFG, R_GCCFG_PWRDWN_MASK | R_GCCFG_VBUSBSEN_MASK);
    g_assert_false(reg(A_GOTGCTL) & R_GOTGCTL_BSVLD_MASK);
    pin_drive("pa9", "1");
    g_assert_true(reg(A_GOTGCTL) & R_GOTGCTL_BSVLD_MASK);
    g_assert_true(flag(R_GINTSTS_SRQINT_MASK) && irq(FS_IRQ));
    g_assert_true(board_get_bool(HOST, "connected"));
    clear_flags();
    g_assert_false(irq(FS_IRQ));
    pin_drive("pa9", "0");
    g_assert_false(board_get_bool(HOST, "connected"));
    g_assert_cmphex(reg(A_GOTGINT), ==, R_GOTGINT_SEDET_MASK);
    g_assert_true(flag(R_GINTSTS_OTGINT_MASK) && irq(FS_IRQ));
    put(A_GOTGINT, R_GOTGINT_SEDET_MASK);
    g_assert_false(irq(FS_IRQ));
    no_mistakes();
}

static void test_why_not(void)
{
    board_start("-device stm32-usb-tester,id=usb");
    core = FS;
    start_clock(8);
    board_enable("otgfs");
    put(A_GCCFG, R_GCCFG_PWRDWN_MASK | R_GCCFG_NOVBUSSENS_MASK);
    no_mistakes();                              /* the firmware may have more to set up */
    put(A_GAHBCFG, R_GAHBCFG_GINT_MASK);
    g_assert_cmpint(board_mistakes("its clock is 42.000 MHz, not 48"), ==, 1);
    start_clock(7);
    put(A_DCTL, 0);
    g_assert_cmpint(board_mistakes("not all of its signals (dm and dp) are at a pin"), ==, 1);
    g_assert_false(board_get_bool(HOST, "connected"));
    board_route("pa11", 10);
    board_route("pa12", 10);
    g_assert_true(board_get_bool(HOST, "connected"));
}

static void test_turnaround(void)
{
    connect_device(FS, "");
    no_mistakes();
    put(A_GUSBCFG, 5 << R_GUSBCFG_TRDT_SHIFT);
    host("reset", true);
    host("reset", false);
    host("frames", true);
    token(get_descriptor);
    g_assert_cmpint(board_mistakes("GUSBCFG.TRDT is 5: with an HCLK of 16000 kHz it has to be 13"), ==, 1);
}

static void test_reset(void)
{
    connect_device(FS, "");
    put(A_GINTMSK, R_GINTMSK_USBRST_MASK | R_GINTMSK_ENUMDNEM_MASK);
    activate_in(1, BULK, 64);
    send_in(1, 1, 64);
    put(A_DCFG, 5 << R_DCFG_DAD_SHIFT);
    host("reset", true);
    g_assert_true(flag(R_GINTSTS_USBRST_MASK) && irq(FS_IRQ));
    g_assert_false(flag(R_GINTSTS_ENUMDNE_MASK));
    g_assert_cmphex(reg(CTL_IN(1)) & (EPENA | ACTIVE), ==, EPENA);
    g_assert_cmphex(reg(A_DCFG) & R_DCFG_DAD_MASK, ==, 5 << R_DCFG_DAD_SHIFT);  /* the firmware's to clear */
    clear_flags();
    g_assert_false(irq(FS_IRQ));
    board_wait_ns(10000000);
    host("reset", false);
    g_assert_true(flag(R_GINTSTS_ENUMDNE_MASK) && irq(FS_IRQ));
    g_assert_cmpuint(FIELD_EX32(reg(A_DSTS), DSTS, ENUMSPD), ==, 3);
    clear_flags();
    put(A_GAHBCFG, 0);
    host("reset", true);
    g_assert_false(irq(FS_IRQ));        /* GINT */
}

/* The rest of an answer is left in the FIFO by a host that resets the bus: a driver sees that EPENA is set, and flushes it. */
static void test_reset_leaves_rest(void)
{
    connect_device(FS, "");
    no_mistakes();
    send_in(0, 1, 4);
    put(FIFO(0), 0x44332211);
    host("reset", true);
    host("reset", false);
    host("frames", true);
    g_assert_true(reg(CTL_IN(0)) & EPENA);
    expect("in 0 0", "nak");                    /* nothing that was meant for before */
    set_bits(CTL_IN(0), SNAK | EPDIS);
    g_assert_false(reg(CTL_IN(0)) & EPENA);
    g_assert_true(reg(INT_IN(0)) & R_DIEPINT0_EPDISD_MASK);
    put(A_GRSTCTL, R_GRSTCTL_TXFFLSH_MASK);
    send_in(0, 1, 4);
    put(FIFO(0), 0x88776655);
    expect("in 0 0", "data 0 55667788");
    no_mistakes();
}

/* ... and a transfer that is told to an endpoint whose EPENA has stayed goes as any. */
static void test_reset_keeps_enabled(void)
{
    connect_device(FS, "");
    no_mistakes();
    activate_in(1, BULK, 64);
    send_in(1, 1, 4);
    host("reset", true);
    host("reset", false);
    host("frames", true);
    put(A_GRSTCTL, 1 << R_GRSTCTL_TXFNUM_SHIFT | R_GRSTCTL_TXFFLSH_MASK);
    activate_in(1, BULK, 64);
    g_assert_true(reg(CTL_IN(1)) & EPENA);
    expect("in 0 1", "nak");
    send_in(1, 1, 4);
    put(FIFO(1), 0x44332211);
    expect("in 0 1", "data 0 11223344");
    no_mistakes();
}

static void test_suspend(void)
{
    connect_device(FS, "");
    put(A_GINTMSK, R_GINTMSK_USBSUSPM_MASK | R_GINTMSK_WUIM_MASK);
    host("frames", false);
    board_wait_ns(2999999);
    g_assert_false(flag(R_GINTSTS_USBSUSP_MASK));
    g_assert_false(reg(A_DSTS) & R_DSTS_SUSPSTS_MASK);
    board_wait_ns(1);
    g_assert_true(flag(R_GINTSTS_USBSUSP_MASK) && flag(R_GINTSTS_ESUSP_MASK) && irq(FS_IRQ));
    g_assert_true(reg(A_DSTS) & R_DSTS_SUSPSTS_MASK);
    clear_flags();
    host("frames", true);
    g_assert_true(flag(R_GINTSTS_WKUINT_MASK) && irq(FS_IRQ));
    g_assert_false(reg(A_DSTS) & R_DSTS_SUSPSTS_MASK);
    no_mistakes();
}

static void test_remote_wakeup(void)
{
    connect_device(FS, "");
    set_bits(A_DCTL, R_DCTL_RWUSIG_MASK);
    g_assert_cmpint(board_mistakes("RWUSIG set while the bus is not suspended"), ==, 1);
    put(A_DCTL, 0);
    host("frames", false);
    board_wait_ns(3000000);
    expect_events("");
    set_bits(A_DCTL, R_DCTL_RWUSIG_MASK);
    expect_events("woken");
    put(A_DCTL, 0);
    expect_events("woken no more");
}

static void test_wakeup_line(void)
{
    connect_device(FS, "");
    poke(EXTI + 0x00, 1 << 18);
    poke(EXTI + 0x08, 1 << 18);
    host("frames", false);
    board_wait_ns(3000000);
    put(A_PCGCCTL, R_PCGCCTL_STPPCLK_MASK | R_PCGCCTL_GATEHCLK_MASK);
    g_assert_true(reg(A_PCGCCTL) & R_PCGCCTL_PHYSUSP_MASK);
    g_assert_false(irq(42));
    host("frames", true);
    g_assert_true(irq(42));
    expect(get_descriptor, "ack");              /* though the firmware has not cleared it yet */
    put(A_PCGCCTL, 0);
    poke(EXTI + 0x14, 1 << 18);
    g_assert_false(irq(42));
    put(A_PCGCCTL, R_PCGCCTL_STPPCLK_MASK);     /* and never does: the next time it is called again */
    for (unsigned i = 0; i < 2; i++) {
        host("frames", false);
        board_wait_ns(3000000);
        host("frames", true);
        g_assert_true(irq(42));
        poke(EXTI + 0x14, 1 << 18);
    }
}

/* ---- Control transfers ---- */

static void test_setup(void)
{
    connect_device(FS, "");
    put(A_GINTMSK, R_GINTMSK_RXFLVLM_MASK | R_GINTMSK_OEPINT_MASK);
    put(SIZ_OUT(0), 3 << R_DOEPTSIZ0_STUPCNT_SHIFT | 1 << R_DOEPTSIZ0_PKTCNT_SHIFT | 24);
    expect(get_descriptor, "ack");
    g_assert_true(flag(R_GINTSTS_RXFLVL_MASK) && irq(FS_IRQ));
    g_assert_cmpuint(FIELD_EX32(reg(SIZ_OUT(0)), DOEPTSIZ0, STUPCNT), ==, 2);
    g_assert_cmphex(reg(A_GRXSTSR), ==, reg(A_GRXSTSR));
    g_assert_cmpuint(status(0, 8), ==, 6);
    g_assert_cmphex(reg(FIFO(0)), ==, 0x01000680);
    g_assert_cmphex(reg(FIFO(0)), ==, 0x00120000);
    g_assert_false(flag(R_GINTSTS_RXFLVL_MASK));
    expect("in 0 0", "nak");                    /* and it is known that no other SETUP follows */
    g_assert_true(flag(R_GINTSTS_RXFLVL_MASK));
    g_assert_false(reg(INT_OUT(0)) & R_DOEPINT0_STUP_MASK);
    g_assert_cmpuint(status(0, 0), ==, 4);
    g_assert_true(reg(INT_OUT(0)) & R_DOEPINT0_STUP_MASK);
    g_assert_true(flag(R_GINTSTS_OEPINT_MASK) && irq(FS_IRQ));
    put(INT_OUT(0), R_DOEPINT0_STUP_MASK);
    g_assert_false(irq(FS_IRQ));
    no_mistakes();
}

static void pop_setup(void)
{
    g_assert_cmpuint(status(0, 8), ==, 6);
    reg(FIFO(0));
    reg(FIFO(0));
    g_assert_cmpuint(status(0, 0), ==, 4);
}

static void test_control_in(void)
{
    connect_device(FS, "");
    expect(get_descriptor, "ack");
    expect("in 0 0", "nak");
    pop_setup();
    send_in(0, 1, 18);
    expect_events("");                          /* not all of it is in the FIFO */
    for (unsigned i = 0; i < 5; i++) {
        put(FIFO(0), 0x01010101 * i);
    }
    expect_events("ready in 0");
    expect("in 0 0", "data 1 000000000101010102020202030303030404");
    receive_out(0, 1, 64);
    g_assert_false(reg(INT_IN(0)) & XFRC);      /* on its way */
    board_wait_ns(25000);
    g_assert_true(reg(INT_IN(0)) & XFRC);
    g_assert_false(reg(CTL_IN(0)) & EPENA);
    expect("out 0 0 1", "ack");
    g_assert_cmpuint(status(0, 0), ==, 2);
    g_assert_false(reg(INT_OUT(0)) & XFRC);
    g_assert_cmpuint(status(0, 0), ==, 3);
    g_assert_true(reg(INT_OUT(0)) & XFRC);
    no_mistakes();
}

/* It is in force after the status of SET_ADDRESS, whenever it was written. */
static void test_address(void)
{
    connect_device(FS, "");
    expect("setup 0 0 0005070000000000", "ack");
    expect("in 0 0", "nak");
    pop_setup();
    put(A_DCFG, 7 << R_DCFG_DAD_SHIFT);
    send_in(0, 1, 0);
    expect("in 0 0", "data 1 ");
    board_wait_ns(10000);
    expect("in 0 0", "nothing");
    expect("in 7 0", "nak");
    expect("in 8 0", "nothing");
}

static void test_control_stall(void)
{
    connect_device(FS, "");
    expect(get_descriptor, "ack");
    expect("in 0 0", "nak");
    pop_setup();
    set_bits(CTL_IN(0), STALL);
    set_bits(CTL_OUT(0), STALL);
    expect_events("ready in 0");
    expect("in 0 0", "stall");
    expect("out 0 0 1", "stall");
    put(CTL_IN(0), 0);                          /* can't be taken back */
    expect("in 0 0", "stall");
    expect(get_descriptor, "ack");              /* but by a SETUP */
    expect("in 0 0", "nak");
    expect("out 0 0 1", "nak");
    g_assert_true(reg(INT_OUT(0)) & R_DOEPINT0_OTEPDIS_MASK);
}

static void test_back_to_back(void)
{
    connect_device(FS, "");
    put(SIZ_OUT(0), 2 << R_DOEPTSIZ0_STUPCNT_SHIFT);
    expect(get_descriptor, "ack");
    expect(get_descriptor, "ack");
    g_assert_false(reg(INT_OUT(0)) & R_DOEPINT0_B2BSTUP_MASK);
    expect(get_descriptor, "ack");
    g_assert_true(reg(INT_OUT(0)) & R_DOEPINT0_B2BSTUP_MASK);
    for (unsigned i = 0; i < 3; i++) {
        g_assert_cmpuint(status(0, 8), ==, 6);
        reg(FIFO(0));
        reg(FIFO(0));
    }
    g_assert_cmpuint(reg(A_GRXSTSR), ==, 0);
}

static void test_setup_is_lost(void)
{
    connect_device(FS, "");
    put(A_GRXFSIZ, 3);
    expect(get_descriptor, "nothing");
    g_assert_cmpint(board_mistakes("a SETUP comes and the receive FIFO (3 words) has no room"), ==, 1);
}

/* ---- IN ---- */

static void test_in(void)
{
    connect_device(FS, "");
    put(A_GINTMSK, R_GINTMSK_IEPINT_MASK);
    activate_in(1, BULK, 64);
    expect("in 0 1", "nak");
    g_assert_true(reg(INT_IN(1)) & R_DIEPINT0_ITTXFE_MASK);
    send_in(1, 3, 130);
    g_assert_cmpuint(reg(FREE_IN(1)), ==, 32);
    put(A_DIEPEMPMSK, 1 << 1);
    g_assert_true(irq(FS_IRQ));                 /* TXFE */
    g_assert_cmphex(reg(A_DAINT), ==, 1 << 1);
    for (unsigned i = 0; i < 32; i++) {
        put(FIFO(1), i);
    }
    put(A_DIEPEMPMSK, 0);
    g_assert_cmpuint(reg(FREE_IN(1)), ==, 0);
    g_assert_cmpuint(left_bytes(reg(SIZ_IN(1))), ==, 2);        /* still to be written */
    g_assert_cmpuint(left_packets(reg(SIZ_IN(1))), ==, 3);      /* still to be sent */
    expect_events("ready in 1");
    g_assert_cmpint(strlen(token("in 0 1")), ==, strlen("data 0 ") + 128);
    g_assert_cmpuint(reg(FREE_IN(1)), ==, 0);   /* until the host has answered */
    board_wait_ns(60000);
    g_assert_cmpuint(reg(FREE_IN(1)), ==, 16);
    g_assert_cmpuint(left_packets(reg(SIZ_IN(1))), ==, 2);
    put(FIFO(1), 0xbbaa);
    g_assert_cmpint(strlen(token("in 0 1")), ==, strlen("data 1 ") + 128);
    board_wait_ns(60000);
    g_assert_false(reg(INT_IN(1)) & XFRC);
    expect("in 0 1", "data 0 aabb");
    board_wait_ns(60000);
    g_assert_true(reg(INT_IN(1)) & XFRC && irq(FS_IRQ));
    g_assert_cmphex(reg(SIZ_IN(1)), ==, 0);
    g_assert_false(reg(CTL_IN(1)) & EPENA);
    expect("in 0 1", "nak");
    no_mistakes();
}

static void test_in_lost(void)
{
    connect_device(FS, "");
    activate_in(1, BULK, 64);
    send_in(1, 1, 4);
    put(FIFO(1), 0x44332211);
    expect("in 0 1 lost", "data 0 11223344");
    board_wait_ns(60000);
    g_assert_false(reg(INT_IN(1)) & XFRC);
    expect("in 0 1", "data 0 11223344");        /* again, with the same toggle */
    board_wait_ns(60000);
    g_assert_true(reg(INT_IN(1)) & XFRC);
    send_in(1, 1, 0);
    expect("in 0 1", "data 1 ");
}

static void test_in_stall(void)
{
    connect_device(FS, "");
    activate_in(1, INTERRUPT, 8);
    expect("in 0 1", "nak");
    set_bits(CTL_IN(1), STALL);
    expect_events("ready in 1");
    expect("in 0 1", "stall");
    put(CTL_IN(1), (reg(CTL_IN(1)) & ~STALL) | R_DIEPCTL1_SD0PID_MASK);
    expect("in 0 1", "nak");
    put(CTL_IN(1), reg(CTL_IN(1)) & ~ACTIVE);
    expect("in 0 1", "nothing");
    expect("in 0 9", "nothing");
}

static void test_in_disable(void)
{
    connect_device(FS, "");
    activate_in(1, BULK, 64);
    send_in(1, 1, 4);
    put(FIFO(1), 1);
    set_bits(CTL_IN(1), SNAK);
    g_assert_true(reg(INT_IN(1)) & R_DIEPINT0_INEPNE_MASK);
    g_assert_true(reg(CTL_IN(1)) & R_DIEPCTL1_NAKSTS_MASK);
    expect("in 0 1", "nak");
    set_bits(CTL_IN(1), EPDIS);
    g_assert_true(reg(INT_IN(1)) & R_DIEPINT0_EPDISD_MASK);
    g_assert_cmphex(reg(CTL_IN(1)) & (EPENA | EPDIS), ==, 0);
    put(A_GRSTCTL, 1 << R_GRSTCTL_TXFNUM_SHIFT | R_GRSTCTL_TXFFLSH_MASK);
    g_assert_cmpuint(reg(FREE_IN(1)), ==, 32);
    g_assert_false(reg(A_GRSTCTL) & R_GRSTCTL_TXFFLSH_MASK);
    no_mistakes();
    send_in(1, 1, 4);
    set_bits(CTL_IN(1), EPDIS);
    g_assert_cmpint(board_mistakes("IN endpoint 1 is disabled while it may send"), ==, 1);
}

static void test_global_in_nak(void)
{
    connect_device(FS, "");
    activate_in(1, BULK, 64);
    send_in(1, 1, 0);
    put(A_DCTL, R_DCTL_SGINAK_MASK);
    g_assert_true(reg(A_DCTL) & R_DCTL_GINSTS_MASK);
    g_assert_true(flag(R_GINTSTS_GINAKEFF_MASK));
    expect("in 0 1", "nak");
    put(A_DCTL, R_DCTL_CGINAK_MASK);
    g_assert_false(flag(R_GINTSTS_GINAKEFF_MASK));
    expect_events("ready in 1");
    expect("in 0 1", "data 0 ");
}

static void test_in_mistakes(void)
{
    connect_device(FS, "");
    put(CTL_IN(1), BULK << R_DIEPCTL1_EPTYP_SHIFT | 1 << R_DIEPCTL1_TXFNUM_SHIFT | 64);
    send_in(1, 1, 4);
    g_assert_cmpint(board_mistakes("IN endpoint 1 is enabled, but not active"), ==, 1);
    activate_in(2, BULK, 64);
    send_in(2, 0, 4);
    g_assert_cmpint(board_mistakes("IN endpoint 2 is enabled with DIEPTSIZ2.PKTCNT = 0"), ==, 1);
    activate_in(3, BULK, 64);
    send_in(3, 1, 100);
    g_assert_cmpint(board_mistakes("XFRSIZ = 100, which are more than PKTCNT = 1 packets of 64"), ==, 1);
    put(SIZ_IN(3), 0);
    g_assert_cmpint(board_mistakes("write of DIEPTSIZ3 while IN endpoint 3 is enabled"), ==, 1);
    put(FIFO(3), 0);
    g_assert_cmpint(board_mistakes("beyond what DIEPTSIZ3.XFRSIZ says"), ==, 1);
    put(FIFO(7), 0);
    g_assert_cmpint(board_mistakes("write to the FIFO of endpoint 7, which there is not"), ==, 1);
}

/* ---- OUT ---- */

static void test_out(void)
{
    connect_device(FS, "");
    put(A_GINTMSK, R_GINTMSK_OEPINT_MASK);
    activate_out(1, BULK, 64);
    expect(out_text(1, 0, 64), "nak");
    receive_out(1, 3, 192);
    expect_events("ready out 1");
    expect(out_text(1, 0, 64), "ack");
    expect(out_text(1, 0, 64), "ack");          /* a repetition: thrown away */
    g_assert_cmpuint(left_bytes(reg(SIZ_OUT(1))), ==, 128);
    g_assert_cmpuint(left_packets(reg(SIZ_OUT(1))), ==, 2);
    expect(out_text(1, 1, 5), "ack");           /* short: the transfer is over */
    g_assert_false(reg(CTL_OUT(1)) & EPENA);
    g_assert_true(reg(CTL_OUT(1)) & R_DOEPCTL1_NAKSTS_MASK);
    g_assert_cmpuint(left_bytes(reg(SIZ_OUT(1))), ==, 123);
    expect(out_text(1, 0, 4), "nak");
    g_assert_cmpuint(status(1, 64), ==, 2);
    for (unsigned i = 0; i < 16; i++) {
        g_assert_cmphex(reg(FIFO(1)), ==, 0x03020100 + 0x04040404 * i);
    }
    g_assert_cmpuint(status(1, 5), ==, 2);
    g_assert_cmphex(reg(FIFO(0)), ==, 0x03020100);      /* any window reads it */
    g_assert_cmphex(reg(FIFO(0)), ==, 0x04);
    g_assert_false(irq(FS_IRQ));
    g_assert_cmpuint(status(1, 0), ==, 3);
    g_assert_true(reg(INT_OUT(1)) & XFRC && irq(FS_IRQ));
    no_mistakes();
}

static void test_out_full(void)
{
    connect_device(FS, "");
    activate_out(1, BULK, 64);
    put(A_GRXFSIZ, 20);
    receive_out(1, 4, 256);
    expect(out_text(1, 0, 64), "ack");
    expect(out_text(1, 1, 64), "nak");          /* no room */
    g_assert_cmpuint(status(1, 64), ==, 2);
    for (unsigned i = 0; i < 13; i++) {
        reg(FIFO(1));
    }
    expect_events("");
    reg(FIFO(1));
    expect_events("ready out 1");               /* 16 words, and one of status before and behind */
    reg(FIFO(1));
    reg(FIFO(1));
    expect(out_text(1, 1, 64), "ack");
}

/* ChibiOS 3.0 never writes EPENA. */
static void test_out_by_cnak(void)
{
    connect_device(FS, "");
    activate_out(1, BULK, 64);
    expect("out 0 1 0 11", "nak");
    put(SIZ_OUT(1), 1 << R_DOEPTSIZ1_PKTCNT_SHIFT | 64);
    set_bits(CTL_OUT(1), CNAK);
    expect_events("ready out 1");
    expect("out 0 1 0 112233", "ack");
    expect("out 0 1 1 44", "nak");
    g_assert_cmpuint(status(1, 3), ==, 2);
    g_assert_cmphex(reg(FIFO(1)), ==, 0x332211);
    g_assert_cmpuint(status(1, 0), ==, 3);
    g_assert_true(reg(INT_OUT(1)) & XFRC);
    put(SIZ_OUT(0), 3u << R_DOEPTSIZ0_STUPCNT_SHIFT);   /* a status stage */
    set_bits(CTL_OUT(0), CNAK);
    expect("out 0 0 0", "ack");
    g_assert_cmpuint(status(0, 0), ==, 2);
    no_mistakes();
}

static void test_out_nak_all(void)
{
    connect_device(FS, "");
    activate_out(1, BULK, 64);
    receive_out(1, 1, 64);
    put(A_DCTL, R_DCTL_SGONAK_MASK);
    g_assert_true(reg(A_DCTL) & R_DCTL_GONSTS_MASK);
    g_assert_false(flag(R_GINTSTS_GONAKEFF_MASK));
    g_assert_cmpuint(status(0, 0), ==, 1);
    g_assert_true(flag(R_GINTSTS_GONAKEFF_MASK));
    expect(out_text(1, 0, 4), "nak");
    set_bits(CTL_OUT(1), EPDIS | SNAK);
    g_assert_true(reg(INT_OUT(1)) & R_DOEPINT0_EPDISD_MASK);
    g_assert_cmphex(reg(CTL_OUT(1)) & (EPENA | EPDIS), ==, 0);
    put(A_DCTL, R_DCTL_CGONAK_MASK);
    g_assert_false(flag(R_GINTSTS_GONAKEFF_MASK));
    no_mistakes();
    receive_out(1, 1, 64);
    set_bits(CTL_OUT(1), EPDIS | SNAK);
    g_assert_cmpint(board_mistakes("OUT endpoint 1 is disabled while it may receive"), ==, 1);
}

static void test_out_mistakes(void)
{
    connect_device(FS, "");
    activate_out(1, BULK, 32);
    receive_out(1, 1, 64);
    expect(out_text(1, 0, 64), "nothing");
    g_assert_cmpint(board_mistakes("the host sends 64 bytes to OUT endpoint 1, whose packets have 32"), ==, 1);
    put(SIZ_OUT(1), 1 << R_DOEPTSIZ1_PKTCNT_SHIFT | 16);
    g_assert_cmpint(board_mistakes("write of DOEPTSIZ1 while OUT endpoint 1 is enabled"), ==, 1);
    expect(out_text(1, 0, 32), "ack");
    g_assert_cmpint(board_mistakes("a packet of 32 bytes comes to OUT endpoint 1, whose"), ==, 1);
    put(CTL_OUT(2), BULK << R_DOEPCTL1_EPTYP_SHIFT | 64);
    receive_out(2, 0, 64);
    g_assert_cmpint(board_mistakes("OUT endpoint 2 is enabled, but not active"), ==, 1);
    g_assert_cmpint(board_mistakes("OUT endpoint 2 is enabled with DOEPTSIZ2.PKTCNT = 0"), ==, 1);
    put(A_GRXFSIZ, 10);
    activate_out(3, BULK, 64);
    receive_out(3, 1, 64);
    g_assert_cmpint(board_mistakes("GRXFSIZ is 10 words: no room for a packet of OUT endpoint 3"), ==, 1);
}

/* ---- FIFOs ---- */

/* A status stage that comes between the write of DOEPTSIZ0, which is enabled, and that of EPENA is nobody's mistake. */
static void test_out_in_between(void)
{
    connect_device(FS, "");
    expect(get_descriptor, "ack");
    expect("in 0 0", "nak");
    pop_setup();
    receive_out(0, 1, 64);
    put(SIZ_OUT(0), 1 << R_DOEPTSIZ1_PKTCNT_SHIFT | 64);
    expect("out 0 0 1", "ack");
    g_assert_cmpuint(left_packets(reg(SIZ_OUT(0))), ==, 0);
    set_bits(CTL_OUT(0), EPENA | CNAK);
    no_mistakes();
    expect("out 0 0 0", "ack");
    set_bits(CTL_OUT(0), EPENA | CNAK);                 /* PKTCNT was not written: this is one */
    g_assert_cmpint(board_mistakes("OUT endpoint 0 is enabled with DOEPTSIZ0.PKTCNT = 0"), ==, 1);
}

/* Endpoint 0 is made ready for SETUPs, and no packet: with NAK nothing else comes. */
static void test_out_for_setups(void)
{
    connect_device(FS, "");
    set_bits(CTL_OUT(0), SNAK);
    put(SIZ_OUT(0), 3u << R_DOEPTSIZ0_STUPCNT_SHIFT);
    set_bits(CTL_OUT(0), EPENA);
    expect(get_descriptor, "ack");
    no_mistakes();
}

static void test_fifo_mistakes(void)
{
    connect_device(FS, "");
    reg(A_GRXSTSP);
    g_assert_cmpint(board_mistakes("GRXSTSP read while the receive FIFO is empty"), ==, 1);
    reg(FIFO(0));
    g_assert_cmpint(board_mistakes("read of the receive FIFO while it is empty"), ==, 1);
    expect(get_descriptor, "ack");
    expect("in 0 0", "nak");
    g_assert_cmpuint(status(0, 8), ==, 6);
    reg(A_GRXSTSP);
    g_assert_cmpint(board_mistakes("GRXSTSP read while 2 words of the packet before"), ==, 1);
    put(A_GRSTCTL, R_GRSTCTL_RXFFLSH_MASK);
    g_assert_false(flag(R_GINTSTS_RXFLVL_MASK));
    put(A_DIEPTXF1, 32 << 16 | 50);
    activate_in(1, BULK, 64);
    send_in(1, 1, 64);
    g_assert_cmpint(board_mistakes("transmit FIFO 1 (from word 50 on) overlaps the receive FIFO of 64"), ==, 1);
    g_assert_cmpint(board_mistakes("transmit FIFO 1 overlaps transmit FIFO 0"), ==, 1);
    put(A_DIEPTXF2, 8 << 16 | 312);
    activate_in(2, BULK, 64);
    send_in(2, 1, 64);
    g_assert_cmpint(board_mistakes("transmit FIFO 2 has 8 words and is to send packets of 64"), ==, 1);
    for (unsigned i = 0; i < 9; i++) {
        put(FIFO(2), i);
    }
    g_assert_cmpint(board_mistakes("write to transmit FIFO 2, which is full (8 words)"), ==, 1);
    put(A_DIEPTXF3, 32 << 16 | 300);
    activate_in(3, BULK, 64);
    send_in(3, 1, 64);
    g_assert_cmpint(board_mistakes("transmit FIFO 3 ends at word 332 of a RAM of 320"), ==, 1);
}

/* FIFOs that overlap share words, and all can be looked at. */
static void test_fifo_ram(void)
{
    connect_device(FS, "");
    activate_in(1, BULK, 64);
    put(SIZ_IN(1), 1 << R_DIEPTSIZ1_PKTCNT_SHIFT | 8);
    put(FIFO(1), 0x11223344);
    put(FIFO(1) + 0xffc, 0x55667788);           /* anywhere in the window */
    g_assert_cmphex(reg(0x20000 + 4 * 80), ==, 0x11223344);
    g_assert_cmphex(reg(0x20000 + 4 * 81), ==, 0x55667788);
    put(0x20000 + 4 * 81, 0x99);
    set_bits(CTL_IN(1), EPENA | CNAK);
    expect("in 0 1", "data 0 4433221199000000");
}

/* A word moves, whatever the width. */
static void test_fifo_widths(void)
{
    connect_device(FS, "");
    activate_in(1, BULK, 64);
    send_in(1, 1, 10);
    qtest_writew(board, core + FIFO(1), 0x2211);
    qtest_writeb(board, core + FIFO(1), 0x33);
    put(FIFO(1), 0x55);
    expect("in 0 1", "data 0 11220000330000005500");
    expect(get_descriptor, "ack");
    g_assert_cmpuint(status(0, 8), ==, 6);
    g_assert_cmphex(qtest_readw(board, core + FIFO(0)), ==, 0x0680);
    g_assert_cmphex(qtest_readb(board, core + FIFO(0)), ==, 0x00);
    g_assert_false(flag(R_GINTSTS_RXFLVL_MASK));
}

/* ---- Frames, isochronous ---- */

static void test_frames(void)
{
    connect_device(FS, "");
    clear_flags();
    board_wait_ns(1000000);
    g_assert_cmpuint(FIELD_EX32(reg(A_DSTS), DSTS, FNSOF), ==, 1);
    g_assert_true(flag(R_GINTSTS_SOF_MASK));
    clear_flags();
    g_assert_false(flag(R_GINTSTS_SOF_MASK));
    put(A_GINTMSK, R_GINTMSK_SOFM_MASK);
    board_wait_ns(999999);
    g_assert_false(irq(FS_IRQ));
    board_wait_ns(1);
    g_assert_true(irq(FS_IRQ));
    clear_flags();
    put(A_GINTMSK, R_GINTMSK_EOPFM_MASK);
    board_wait_ns(799999);                      /* PFIVL: 80 % */
    g_assert_false(irq(FS_IRQ));
    board_wait_ns(1);
    g_assert_true(irq(FS_IRQ));
    put(A_DCFG, 3 << R_DCFG_PFIVL_SHIFT);
    clear_flags();
    board_wait_ns(1149999);
    g_assert_false(irq(FS_IRQ));
    board_wait_ns(1);
    g_assert_true(irq(FS_IRQ));
    board_wait_ns(0x4000 * 1000000ll);
    g_assert_cmpuint(FIELD_EX32(reg(A_DSTS), DSTS, FNSOF), ==, 3);      /* 14 bits */
}

static void test_iso_in(void)
{
    connect_device(FS, "");
    put(A_GINTMSK, R_GINTMSK_IISOIXFRM_MASK);
    put(CTL_IN(1), 1 << R_DIEPCTL1_TXFNUM_SHIFT | ISOCHRONOUS << R_DIEPCTL1_EPTYP_SHIFT | ACTIVE | 64);
    expect("in 0 1", "data 0 ");                /* nothing */
    set_bits(CTL_IN(1), R_DIEPCTL1_SODDFRM_MASK);
    put(SIZ_IN(1), 1 << R_DIEPTSIZ1_MCNT_SHIFT | 1 << R_DIEPTSIZ1_PKTCNT_SHIFT | 4);
    set_bits(CTL_IN(1), EPENA | CNAK);
    put(FIFO(1), 0x04030201);
    expect("in 0 1", "data 0 ");                /* an even frame */
    board_wait_ns(1000000);
    g_assert_false(irq(FS_IRQ));
    expect("in 0 1", "data 0 01020304");
    board_wait_ns(10000);
    g_assert_true(reg(INT_IN(1)) & XFRC);
    board_wait_ns(990000);
    set_bits(CTL_IN(1), R_DIEPCTL1_SD0PID_MASK);
    put(SIZ_IN(1), 1 << R_DIEPTSIZ1_MCNT_SHIFT | 1 << R_DIEPTSIZ1_PKTCNT_SHIFT | 4);
    set_bits(CTL_IN(1), EPENA | CNAK);
    board_wait_ns(799999);
    g_assert_false(irq(FS_IRQ));
    board_wait_ns(1);                           /* nobody has asked in this even frame */
    g_assert_true(irq(FS_IRQ) && flag(R_GINTSTS_IISOIXFR_MASK));
    no_mistakes();
}

static void test_iso_out(void)
{
    connect_device(FS, "");
    put(CTL_OUT(1), ISOCHRONOUS << R_DOEPCTL1_EPTYP_SHIFT | ACTIVE | 64);
    set_bits(CTL_OUT(1), R_DOEPCTL1_SODDFRM_MASK);
    receive_out(1, 1, 64);
    expect(out_text(1, 0, 8), "nothing");       /* not its frame */
    g_assert_cmpuint(reg(A_GRXSTSR), ==, 0);
    board_wait_ns(1000000);
    expect(out_text(1, 0, 8), "nothing");
    g_assert_cmpuint(status(1, 8), ==, 2);
    reg(FIFO(0));
    reg(FIFO(0));
    g_assert_cmpuint(status(1, 0), ==, 3);
    g_assert_true(reg(INT_OUT(1)) & XFRC);
    clear_flags();
    receive_out(1, 1, 64);
    board_wait_ns(799999);
    g_assert_false(flag(R_GINTSTS_IPXFR_MASK));
    board_wait_ns(1);
    g_assert_true(flag(R_GINTSTS_IPXFR_MASK));
}

/* ---- The core as a whole ---- */

static void test_core_reset(void)
{
    connect_device(FS, "");
    put(A_DCFG, 3 | 5 << R_DCFG_DAD_SHIFT);
    put(A_GINTMSK, 0x10);
    activate_in(1, BULK, 64);
    put(A_GRSTCTL, R_GRSTCTL_CSRST_MASK);
    g_assert_cmphex(reg(A_GRSTCTL), ==, R_GRSTCTL_AHBIDL_MASK);
    g_assert_cmphex(reg(A_DCFG), ==, 0x02200003);       /* DSPD stays */
    g_assert_cmphex(reg(A_GINTMSK), ==, 0);
    g_assert_cmphex(reg(CTL_IN(1)), ==, 0);
    g_assert_cmphex(reg(A_GUSBCFG) & R_GUSBCFG_TRDT_MASK, ==, 13 << R_GUSBCFG_TRDT_SHIFT);
    no_mistakes();
    poke(RCC, 1 << 16 | 1);                             /* no PLL */
    put(A_GRSTCTL, R_GRSTCTL_CSRST_MASK);
    g_assert_true(reg(A_GRSTCTL) & R_GRSTCTL_CSRST_MASK);
    g_assert_cmpint(board_mistakes("CSRST without the clock of the PHY"), ==, 1);
}

static void test_role(void)
{
    start_core(FS, "");
    g_assert_false(flag(R_GINTSTS_CMOD_MASK));
    put(A_GUSBCFG, R_GUSBCFG_FHMOD_MASK);
    board_wait_ns(24999999);
    g_assert_false(flag(R_GINTSTS_CMOD_MASK));
    board_wait_ns(1);
    g_assert_true(flag(R_GINTSTS_CMOD_MASK));
    g_assert_false(flag(R_GINTSTS_MMIS_MASK));
    activate_in(1, BULK, 64);
    g_assert_true(flag(R_GINTSTS_MMIS_MASK));
    g_assert_cmpint(board_mistakes("write of DIEPCTL1 while the core is a host"), ==, 1);
    put(A_GUSBCFG, R_GUSBCFG_FDMOD_MASK);
    board_wait_ns(25000000);
    g_assert_false(flag(R_GINTSTS_CMOD_MASK));
    put(A_GUSBCFG, 0);
    board_route("pa10", 10);
    pin_drive("pa10", "0");
    g_assert_true(flag(R_GINTSTS_CMOD_MASK) && flag(R_GINTSTS_CIDSCHG_MASK));
    g_assert_false(reg(A_GOTGCTL) & R_GOTGCTL_CIDSTS_MASK);
    pin_drive("pa10", "1");
    g_assert_false(flag(R_GINTSTS_CMOD_MASK));
}

/* ---- OTG_HS ---- */

static void test_hs_full_speed(void)
{
    connect_device(HS_CORE, "");
    put(A_GINTMSK, R_GINTMSK_RXFLVLM_MASK);
    expect(get_descriptor, "ack");
    g_assert_true(irq(HS_IRQ));
    g_assert_cmpuint(FIELD_EX32(reg(A_DSTS), DSTS, ENUMSPD), ==, 3);
    no_mistakes();
}

static void test_hs_no_phy(void)
{
    start_core(HS_CORE, "");
    put(A_GUSBCFG, 0);
    put(A_GRSTCTL, R_GRSTCTL_CSRST_MASK);
    g_assert_cmpint(board_mistakes("GUSBCFG.PHYSEL is 0, which chooses a PHY at the ULPI"), ==, 1);
    g_assert_true(reg(A_GRSTCTL) & R_GRSTCTL_CSRST_MASK);
}

static void test_hs_dma(void)
{
    connect_device(HS_CORE, "");
    put(A_GAHBCFG, R_GAHBCFG_GINT_MASK | R_GAHBCFG_DMAEN_MASK);
    put(DMA_OUT(0), SRAM);
    expect(get_descriptor, "ack");
    g_assert_cmphex(peek(SRAM), ==, 0x01000680);
    g_assert_cmphex(reg(DMA_OUT(0)), ==, SRAM + 8);
    g_assert_false(flag(R_GINTSTS_RXFLVL_MASK));
    expect("in 0 0", "nak");
    g_assert_true(reg(INT_OUT(0)) & R_DOEPINT0_STUP_MASK);
    activate_out(1, BULK, 64);
    put(DMA_OUT(1), SRAM + 0x100);
    receive_out(1, 2, 128);
    expect(out_text(1, 0, 64), "ack");
    expect(out_text(1, 1, 64), "ack");
    g_assert_cmphex(peek(SRAM + 0x100 + 64), ==, 0x03020100);
    g_assert_cmphex(reg(DMA_OUT(1)), ==, SRAM + 0x100 + 128);
    g_assert_true(reg(INT_OUT(1)) & XFRC);
    activate_in(2, BULK, 64);
    poke(SRAM + 0x200, 0xddccbbaa);
    put(DMA_IN(2), SRAM + 0x200);
    send_in(2, 1, 3);
    expect("in 0 2", "data 0 aabbcc");
    board_wait_ns(20000);
    g_assert_true(reg(INT_IN(2)) & XFRC);
    g_assert_cmpuint(left_bytes(reg(SIZ_IN(2))), ==, 0);
    no_mistakes();
    put(DMA_IN(2), CCM);
    send_in(2, 1, 3);
    token("in 0 2");
    g_assert_cmpint(board_mistakes("its DMA reads from 0x10000000, where it reaches nothing"), ==, 1);
}

static void test_hs_endpoint_1(void)
{
    connect_device(HS_CORE, "");
    put(A_DAINTMSK, 0);
    put(A_DEACHINTMSK, R_DEACHINTMSK_IEP1INTM_MASK | R_DEACHINTMSK_OEP1INTM_MASK);
    put(A_DIEPEACHMSK1, XFRC);
    put(A_DOEPEACHMSK1, XFRC);
    activate_in(1, BULK, 64);
    send_in(1, 1, 0);
    expect("in 0 1", "data 0 ");
    board_wait_ns(10000);
    g_assert_true(irq(75));
    g_assert_false(irq(74) || irq(HS_IRQ));
    put(INT_IN(1), XFRC);
    g_assert_false(irq(75));
    activate_out(1, BULK, 64);
    receive_out(1, 1, 64);
    expect(out_text(1, 0, 4), "ack");
    g_assert_cmpuint(status(1, 4), ==, 2);
    reg(FIFO(0));
    g_assert_cmpuint(status(1, 0), ==, 3);
    g_assert_true(irq(74));
    g_assert_cmphex(reg(A_DEACHINT), ==, R_DEACHINT_OEP1INT_MASK);
}

static void route_ulpi(void)
{
    static const char *const pins[] = {
        "pa3", "pa5", "pb0", "pb1", "pb5", "pb10", "pb11", "pb12", "pb13", "pc0", "pc2", "pc3",
    };

    for (unsigned i = 0; i < ARRAY_SIZE(pins); i++) {
        board_route(pins[i], 10);
    }
}

static void test_hs_ulpi(void)
{
    start_core(HS_CORE, "-global stm32f4-otg-hs.ulpi=on");
    host("vbus", true);
    put(A_GAHBCFG, R_GAHBCFG_GINT_MASK);
    g_assert_cmpint(board_mistakes("not all of its signals (of the ULPI) are at a pin"), ==, 1);
    route_ulpi();
    g_assert_true(board_get_bool(HOST, "connected"));
    host("reset", true);
    host("reset", false);
    host("frames", true);
    g_assert_cmpuint(FIELD_EX32(reg(A_DSTS), DSTS, ENUMSPD), ==, 0);
    board_wait_ns(125000 * 9);
    g_assert_cmpuint(FIELD_EX32(reg(A_DSTS), DSTS, FNSOF), ==, 9);      /* microframes */
    put(A_GRXFSIZ, 256);
    activate_out(1, BULK, 512);
    expect("ping 0 1", "nak");
    receive_out(1, 2, 1024);
    expect_events("connected, ready out 1");
    expect("ping 0 1", "ack");
    expect(out_text(1, 0, 512), "nyet");        /* no room for another 512 */
    g_assert_cmpuint(status(1, 512), ==, 2);
}

/* At high speed, its endpoint 0 ready for a request. */
static void connect_high_speed(void)
{
    start_core(HS_CORE, "-global stm32f4-otg-hs.ulpi=on");
    route_ulpi();
    put(A_GRXFSIZ, 256);
    put(A_DIEPTXF0, 64 << 16 | 256);
    put(A_DIEPTXF1, 640 << 16 | 320);
    host_begins();
    put(A_GAHBCFG, R_GAHBCFG_GINT_MASK);
    g_free(board_get_string(HOST, "events"));
}

static void expect_test_mode(const char *name)
{
    g_autofree char *mode = board_get_string(HOST, "test-mode");

    g_assert_cmpstr(mode, ==, name);
}

static void choose_test(unsigned test)
{
    put(A_DCTL, (reg(A_DCTL) & ~R_DCTL_TCTL_MASK) | test << R_DCTL_TCTL_SHIFT);
}

/* SET_FEATURE(TEST_MODE), its status, and then the signal: neither tokens nor resets are noticed. */
static void test_modes(void)
{
    static const char *const names[] = { "none", "j", "k", "se0-nak", "packet", "none", "none", "none" };

    connect_high_speed();
    expect("setup 0 0 0003020000040000", "ack");        /* Test_Packet */
    expect("in 0 0", "nak");
    pop_setup();
    send_in(0, 1, 0);
    expect("in 0 0", "data 1 ");
    board_wait_ns(100000);
    for (unsigned test = 0; test < 8; test++) {
        choose_test(test);
        expect_test_mode(names[test]);
    }
    choose_test(4);
    expect("setup 0 0 8006000100001200", "nothing");
    expect("in 0 0", "nothing");
    choose_test(3);
    expect("in 5 3", "nak");                            /* whoever is asked */
    expect("ping 0 0", "nothing");
    clear_flags();
    host("frames", false);
    board_wait_ns(10000000);
    host("reset", true);
    host("reset", false);
    g_assert_false(flag(R_GINTSTS_USBSUSP_MASK | R_GINTSTS_USBRST_MASK | R_GINTSTS_ENUMDNE_MASK));
    choose_test(0);
    board_wait_ns(3000000);
    g_assert_true(flag(R_GINTSTS_USBSUSP_MASK));        /* now it sees that there are no frames */
    choose_test(1);
    host("vbus", false);
    expect_test_mode("none");
    no_mistakes();
    host("vbus", true);                                 /* without power it should have left that */
    expect_test_mode("j");
    no_mistakes();
    host("reset", true);
    g_assert_cmpint(board_mistakes("it is connected with DCTL.TCTL = 1"), ==, 1);
}

static void test_modes_end_by_reset(void)
{
    connect_high_speed();
    choose_test(2);
    host("frames", false);
    put(A_GRSTCTL, R_GRSTCTL_CSRST_MASK);
    expect_test_mode("none");
    board_wait_ns(3000000);
    g_assert_true(flag(R_GINTSTS_USBSUSP_MASK));
    no_mistakes();
}

/* Too early, and where there is none. */
static void test_modes_mistakes(void)
{
    connect_high_speed();
    expect("setup 0 0 0003020000010000", "ack");
    choose_test(1);
    g_assert_cmpint(board_mistakes("TCTL is set before the status"), ==, 1);
    g_assert_cmpint(board_mistakes("full-speed PHY"), ==, 0);
    connect_device(FS, "");
    choose_test(1);
    g_assert_cmpint(board_mistakes("DCTL.TCTL chooses a test mode with a full-speed PHY"), ==, 1);
    expect_test_mode("j");
    expect(get_descriptor, "nothing");
}

/* For the next microframe three packets. */
static void send_burst(void)
{
    connect_high_speed();
    put(A_DIEPTXF1, 700 << 16 | 320);
    activate_in(1, ISOCHRONOUS, 1024);
    put(SIZ_IN(1), 3u << 29 | 3 << R_DIEPTSIZ1_PKTCNT_SHIFT | 2058);
    set_bits(CTL_IN(1), EPENA | CNAK | R_DIEPCTL1_SODDFRM_MASK);
    for (unsigned i = 0; i < 2060; i += 4) {
        put(FIFO(1), i < 1024 ? 0x11111111 : i < 2048 ? 0x22222222 : 0x33333333);
    }
}

/* Between two packets of a microframe. */
static void test_multi_count_snapshot(void)
{
    g_autofree char *file = NULL;

    send_burst();
    board_wait_ns(125000);
    g_assert_true(g_str_has_prefix(token("in 0 1"), "data 2 1111"));
    board_wait_ns(20000);
    file = board_save();
    board_load(file, "-device stm32-usb-tester,id=usb,port=otg-hs -global stm32f4-otg-hs.ulpi=on");
    unlink(file);
    g_assert_true(g_str_has_prefix(token("in 0 1"), "data 1 2222"));
    board_wait_ns(20000);
    g_assert_cmpstr(token("in 0 1"), ==, "data 0 33333333333333333333");
}

/* Three packets IN in a microframe, and what tells how many follow. */
static void test_multi_count(void)
{
    send_burst();
    g_assert_cmpstr(token("in 0 1"), ==, "data 0 ");    /* microframe 0 is even */
    board_wait_ns(125000);
    g_assert_true(g_str_has_prefix(token("in 0 1"), "data 2 1111"));
    board_wait_ns(20000);
    g_assert_true(g_str_has_prefix(token("in 0 1"), "data 1 2222"));
    board_wait_ns(20000);
    g_assert_cmpstr(token("in 0 1"), ==, "data 0 33333333333333333333");
    board_wait_ns(20000);
    g_assert_true(reg(INT_IN(1)) & XFRC);
    g_assert_cmpstr(token("in 0 1"), ==, "data 0 ");
    no_mistakes();
    send_in(1, 1, 4);                                   /* MCNT is 0 */
    g_assert_cmpint(board_mistakes("is enabled with DIEPTSIZ1.MCNT = 0 and PKTCNT = 1"), ==, 1);
}

/* A snapshot in the middle of it. */
static void test_modes_snapshot(void)
{
    g_autofree char *file = NULL;

    connect_high_speed();
    choose_test(3);
    file = board_save();
    board_load(file, "-device stm32-usb-tester,id=usb,port=otg-hs -global stm32f4-otg-hs.ulpi=on");
    unlink(file);
    expect_test_mode("se0-nak");
    expect("in 0 0", "nak");
}

/* ---- Session request, host negotiation ---- */

/* VBUS is sensed at PA9. */
static void lose_session(void)
{
    connect_device(FS, "");
    put(A_GCCFG, R_GCCFG_PWRDWN_MASK | R_GCCFG_VBUSBSEN_MASK);
    host("vbus", false);
    put(A_GOTGINT, 0xffffffff);
    g_free(board_get_string(HOST, "events"));
    put(A_GUSBCFG, reg(A_GUSBCFG) | R_GUSBCFG_SRPCAP_MASK | R_GUSBCFG_HNPCAP_MASK);
}

static void gotgint(uint32_t flags)
{
    g_assert_cmphex(reg(A_GOTGINT), ==, flags);
    put(A_GOTGINT, flags);
}

static void test_session_request(void)
{
    lose_session();
    put(A_GOTGCTL, R_GOTGCTL_SRQ_MASK);
    board_wait_ns(7000000);
    expect_events("");
    board_wait_ns(1000000);
    expect_events("session requested");
    board_wait_ns(1000000000);
    gotgint(0);
    host("vbus", true);
    pin_drive("pa9", "1");
    g_assert_true(flag(R_GINTSTS_OTGINT_MASK));
    g_assert_true(reg(A_GOTGCTL) & R_GOTGCTL_SRQSCS_MASK);
    gotgint(R_GOTGINT_SRSSCHG_MASK);
    g_assert_false(reg(A_GOTGCTL) & R_GOTGCTL_SRQ_MASK);
    no_mistakes();
}

/* Nobody answers. */
static void test_session_request_fails(void)
{
    lose_session();
    put(A_GOTGCTL, R_GOTGCTL_SRQ_MASK);
    board_wait_ns(5999000000);
    gotgint(0);
    board_wait_ns(1000000);
    g_assert_false(reg(A_GOTGCTL) & R_GOTGCTL_SRQSCS_MASK);
    gotgint(R_GOTGINT_SRSSCHG_MASK);
    put(A_GOTGCTL, R_GOTGCTL_SRQ_MASK);                 /* taken back */
    put(A_GOTGCTL, 0);
    board_wait_ns(7000000000);
    gotgint(0);
    expect_events("session requested");
    no_mistakes();
}

static void test_negotiation_mistakes(void)
{
    connect_device(FS, "");
    put(A_GUSBCFG, reg(A_GUSBCFG) & ~(R_GUSBCFG_SRPCAP_MASK | R_GUSBCFG_HNPCAP_MASK));
    put(A_GOTGCTL, R_GOTGCTL_SRQ_MASK);
    g_assert_cmpint(board_mistakes("GOTGCTL.SRQ set without GUSBCFG.SRPCAP"), ==, 1);
    put(A_GOTGCTL, R_GOTGCTL_HNPRQ_MASK);
    g_assert_cmpint(board_mistakes("GOTGCTL.HNPRQ set without GUSBCFG.HNPCAP"), ==, 1);
    put(A_GUSBCFG, reg(A_GUSBCFG) | R_GUSBCFG_SRPCAP_MASK | R_GUSBCFG_HNPCAP_MASK);
    put(A_GOTGCTL, R_GOTGCTL_SRQ_MASK);
    g_assert_cmpint(board_mistakes("GOTGCTL.SRQ set while there is a session"), ==, 1);
    connect_device(FS, "");
    put(A_GUSBCFG, reg(A_GUSBCFG) | R_GUSBCFG_HNPCAP_MASK);
    put(A_GOTGCTL, R_GOTGCTL_HNPRQ_MASK);
    g_assert_cmpint(board_mistakes("GOTGCTL.HNPRQ set without DHNPEN"), ==, 1);
}

/* The host suspends; the device lets go, nobody takes over, and it is a device again. */
static void test_host_negotiation(void)
{
    connect_device(FS, "");
    put(A_GUSBCFG, reg(A_GUSBCFG) | R_GUSBCFG_HNPCAP_MASK);
    put(A_GOTGCTL, R_GOTGCTL_DHNPEN_MASK);
    put(A_GOTGCTL, R_GOTGCTL_DHNPEN_MASK | R_GOTGCTL_HNPRQ_MASK);
    board_wait_ns(100000000);
    g_assert_true(board_get_bool(HOST, "connected"));   /* as long as there are frames */
    host("frames", false);
    board_wait_ns(3000000);
    g_assert_true(flag(R_GINTSTS_USBSUSP_MASK));
    g_assert_false(board_get_bool(HOST, "connected"));
    board_wait_ns(3124000);
    gotgint(0);
    board_wait_ns(1000);
    g_assert_true(board_get_bool(HOST, "connected"));
    g_assert_false(reg(A_GOTGCTL) & R_GOTGCTL_HNGSCS_MASK);
    g_assert_false(flag(R_GINTSTS_WKUINT_MASK));
    g_assert_true(reg(A_GOTGCTL) & R_GOTGCTL_HNPRQ_MASK);
    gotgint(R_GOTGINT_HNSSCHG_MASK);
    g_assert_false(reg(A_GOTGCTL) & R_GOTGCTL_HNPRQ_MASK);
    expect_events("gone, connected");
    no_mistakes();
}

/* The built-in host, if it is one that listens. */
static void test_session_of_host(void)
{
    static const char *const listens[] = { "off", "on" };

    for (unsigned i = 0; i < 2; i++) {
        g_autofree char *args = g_strdup_printf("-device stm32-usb-host,id=far,vbus=off,srp=%s", listens[i]);

        core = FS;
        board_start(args);
        start_clock(7);
        board_enable("otgfs");
        board_route("pa11", 10);
        board_route("pa12", 10);
        put(A_GUSBCFG, reg(A_GUSBCFG) | R_GUSBCFG_SRPCAP_MASK);
        put(A_GCCFG, R_GCCFG_PWRDWN_MASK | R_GCCFG_VBUSBSEN_MASK);
        put(A_GOTGCTL, R_GOTGCTL_SRQ_MASK);
        board_wait_ns(107000000);
        g_assert_false(pin_level("pa9"));
        board_wait_ns(1000000);
        g_assert_cmpint(pin_level("pa9"), ==, i);
        g_assert_cmpint(board_get_bool("/machine/peripheral/far", "vbus"), ==, i);
        gotgint(i ? R_GOTGINT_SRSSCHG_MASK : 0);
        board_wait_ns(200000000);
        g_assert_cmpint(flag(R_GINTSTS_USBRST_MASK), ==, i);    /* it begins to enumerate */
    }
}

/* In the middle of both. */
static void test_negotiation_snapshot(void)
{
    g_autofree char *file = NULL;

    lose_session();
    put(A_GOTGCTL, R_GOTGCTL_SRQ_MASK);
    board_wait_ns(1000000);
    file = board_save();
    board_load(file, "-device stm32-usb-tester,id=usb,port=otg-fs");
    unlink(file);
    board_wait_ns(7000000);
    expect_events("session requested");
    board_wait_ns(6000000000);
    gotgint(R_GOTGINT_SRSSCHG_MASK);
}

/* ---- A firmware and a host that are out of their minds ---- */

static void test_fuzz(const void *seed)
{
    static const char *const bools[] = { "vbus", "reset", "frames" };
    GRand *random = g_rand_new_with_seed(GPOINTER_TO_UINT(seed));

    if (GPOINTER_TO_UINT(seed) % 2) {
        connect_high_speed();
    } else {
        connect_device(FS, "");
    }
    for (unsigned i = 0; i < 5000; i++) {
        unsigned n = g_rand_int_range(random, 0, 4), what = g_rand_int_range(random, 0, 16);
        uint32_t any = g_rand_int(random);

        switch (what) {
        case 0: put(A_DCTL, any & (any >> 8 & 1 ? 0xf8f : 0xfff)); break;
        case 1: put(A_GOTGCTL, any & 0xf02); break;
        case 2: put(A_GOTGINT, any); break;
        case 3: put(A_GUSBCFG, (reg(A_GUSBCFG) & ~0x300u) | (any & 0x300)); break;
        case 4: put(SIZ_IN(n), any & 0x6018007f); break;
        case 5: put(SIZ_OUT(n), any & 0x6018007f); break;
        case 6: put(CTL_IN(n), (any & 0xfc2c8000) | n << R_DIEPCTL1_TXFNUM_SHIFT | (n ? 64 : 0)); break;
        case 7: put(CTL_OUT(n), (any & 0xfc2c8000) | (n ? 64 : 0)); break;
        case 8: put(FIFO(n), any); break;
        case 9: reg(any & 1 ? A_GRXSTSP : FIFO(0)); break;
        case 10: board_wait_ns(any % 2000000); break;
        case 11: put(A_GRSTCTL, any & g_rand_int(random) & g_rand_int(random) & 0x7f1); break;
        case 12: put(INT_IN(n), any); put(INT_OUT(n), any >> 16); break;
        case 13: host(bools[any % 3], any >> 8 & 3); break;
        case 14: token(get_descriptor); break;
        default: {
            g_autofree char *text = any & 1 ? g_strdup_printf("in 0 %u", n)
                                    : g_strdup_printf("out 0 %u %u 00112233", n, any >> 8 & 1);

            token(text);
        } }
    }
    board_reset();
    g_assert_cmphex(peek(RCC + 0x30), ==, 0x00100000);
    g_rand_free(random);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("otg/connect", test_connect);
    qtest_add_func("otg/vbus", test_vbus);
    qtest_add_func("otg/why-not", test_why_not);
    qtest_add_func("otg/turnaround", test_turnaround);
    qtest_add_func("otg/reset", test_reset);
    qtest_add_func("otg/reset-leaves-rest", test_reset_leaves_rest);
    qtest_add_func("otg/reset-keeps-enabled", test_reset_keeps_enabled);
    qtest_add_func("otg/suspend", test_suspend);
    qtest_add_func("otg/remote-wakeup", test_remote_wakeup);
    qtest_add_func("otg/wakeup-line", test_wakeup_line);
    qtest_add_func("otg/setup", test_setup);
    qtest_add_func("otg/control-in", test_control_in);
    qtest_add_func("otg/address", test_address);
    qtest_add_func("otg/control-stall", test_control_stall);
    qtest_add_func("otg/back-to-back", test_back_to_back);
    qtest_add_func("otg/setup-is-lost", test_setup_is_lost);
    qtest_add_func("otg/in", test_in);
    qtest_add_func("otg/in-lost", test_in_lost);
    qtest_add_func("otg/in-stall", test_in_stall);
    qtest_add_func("otg/in-disable", test_in_disable);
    qtest_add_func("otg/global-in-nak", test_global_in_nak);
    qtest_add_func("otg/in-mistakes", test_in_mistakes);
    qtest_add_func("otg/out", test_out);
    qtest_add_func("otg/out-full", test_out_full);
    qtest_add_func("otg/out-by-cnak", test_out_by_cnak);
    qtest_add_func("otg/out-nak-all", test_out_nak_all);
    qtest_add_func("otg/out-mistakes", test_out_mistakes);
    qtest_add_func("otg/out-in-between", test_out_in_between);
    qtest_add_func("otg/out-for-setups", test_out_for_setups);
    qtest_add_func("otg/fifo-mistakes", test_fifo_mistakes);
    qtest_add_func("otg/fifo-ram", test_fifo_ram);
    qtest_add_func("otg/fifo-widths", test_fifo_widths);
    qtest_add_func("otg/frames", test_frames);
    qtest_add_func("otg/iso-in", test_iso_in);
    qtest_add_func("otg/iso-out", test_iso_out);
    qtest_add_func("otg/core-reset", test_core_reset);
    qtest_add_func("otg/role", test_role);
    qtest_add_func("otg/hs-full-speed", test_hs_full_speed);
    qtest_add_func("otg/hs-no-phy", test_hs_no_phy);
    qtest_add_func("otg/hs-dma", test_hs_dma);
    qtest_add_func("otg/hs-endpoint-1", test_hs_endpoint_1);
    qtest_add_func("otg/hs-ulpi", test_hs_ulpi);
    qtest_add_func("otg/test-modes", test_modes);
    qtest_add_func("otg/test-modes-end-by-reset", test_modes_end_by_reset);
    qtest_add_func("otg/test-modes-mistakes", test_modes_mistakes);
    qtest_add_func("otg/test-modes-snapshot", test_modes_snapshot);
    qtest_add_func("otg/multi-count", test_multi_count);
    qtest_add_func("otg/multi-count-snapshot", test_multi_count_snapshot);
    qtest_add_func("otg/session-request", test_session_request);
    qtest_add_func("otg/session-request-fails", test_session_request_fails);
    qtest_add_func("otg/negotiation-mistakes", test_negotiation_mistakes);
    qtest_add_func("otg/host-negotiation", test_host_negotiation);
    qtest_add_func("otg/session-of-host", test_session_of_host);
    qtest_add_func("otg/negotiation-snapshot", test_negotiation_snapshot);
    for (unsigned seed = 1; seed <= 4; seed++) {
        g_autofree char *name = g_strdup_printf("otg/fuzz/%u", seed);

        qtest_add_data_func(name, GUINT_TO_POINTER(seed), test_fuzz);
    }
    return board_run_tests();
}
