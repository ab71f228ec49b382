/*
 * The Ethernet driver, see ethernet.h.  Descriptors are enhanced ones, in rings; frames that come are looked at where
 * the DMA has put them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "ethernet.h"

enum { TX = 4, RX = 8 };
#define OWN (1u << 31)
#define TDES0_FLAGS (1u << 30 | 1 << 29 | 1 << 28 | 1 << 25 | 3 << 22)   /* IC, LS, FS, TTSE, all checksums */
#define TER (1u << 21)
#define RER (1u << 15)
#define RDES0_BAD (1u << 15)
#define RDES0_WHOLE (3u << 8)                                   /* FS and LS */

typedef struct Descriptor {
    volatile uint32_t status, control;
    void *buffer, *next;
    volatile uint32_t extended, reserved, stamp_ns, stamp_s;
} Descriptor;

static Descriptor tx[TX], rx[RX];
static uint8_t tx_buffer[TX][ETHERNET_FRAME] __attribute__((aligned(4)));
static uint8_t rx_buffer[RX][ETHERNET_FRAME] __attribute__((aligned(4)));
static unsigned tx_next, rx_next, tx_last;
static uint8_t own[6];
static uint32_t own_ip;

static void pins_init(void)
{
    REG(RCC, RCC_AHB1ENR) |= RCC_AHB1ENR_GPIOAEN | RCC_AHB1ENR_GPIOBEN | RCC_AHB1ENR_GPIOCEN;
    REG(RCC, RCC_APB2ENR) |= RCC_APB2ENR_SYSCFGEN;
    REG(SYSCFG, SYSCFG_PMC) = SYSCFG_PMC_MII_RMII_SEL;
    set_field(&REG(GPIOA, GPIO_AFRL), 0xf0000ff0, 0xb0000bb);           /* PA1, PA2, PA7 */
    set_field(&REG(GPIOA, GPIO_MODER), 0x0000c03c, 0x200a);
    set_field(&REG(GPIOB, GPIO_AFRH), 0x00fff000, 0xbbb);               /* PB11 to PB13 */
    set_field(&REG(GPIOB, GPIO_MODER), 0x0fc00000, 0x2a);
    set_field(&REG(GPIOC, GPIO_AFRL), 0x00ff00f0, 0xbb00b);             /* PC1, PC4, PC5 */
    set_field(&REG(GPIOC, GPIO_MODER), 0x00000f0c, 0x282);
}

static unsigned phy_read(unsigned reg)
{
    REG(ETH, ETH_MACMIIAR) = reg << 6 | 4 << 2 | ETH_MACMIIAR_MB;
    while (REG(ETH, ETH_MACMIIAR) & ETH_MACMIIAR_MB) {
    }
    return REG(ETH, ETH_MACMIIDR);
}

static void rings_init(void)
{
    for (unsigned n = 0; n < TX; n++) {
        tx[n].buffer = tx_buffer[n];
    }
    for (unsigned n = 0; n < RX; n++) {
        rx[n].buffer = rx_buffer[n];
        rx[n].control = ETHERNET_FRAME | (n == RX - 1 ? RER : 0);
        rx[n].status = OWN;
    }
    REG(ETH, ETH_DMATDLAR) = (uint32_t)tx;
    REG(ETH, ETH_DMARDLAR) = (uint32_t)rx;
}

void ethernet_init(const uint8_t address[6], uint32_t ip)
{
    unsigned status;

    for (unsigned i = 0; i < 6; i++) {
        own[i] = address[i];
    }
    own_ip = ip;
    pins_init();
    REG(RCC, RCC_AHB1ENR) |= RCC_AHB1ENR_ETHMACEN | RCC_AHB1ENR_ETHMACTXEN | RCC_AHB1ENR_ETHMACRXEN |
                             RCC_AHB1ENR_ETHMACPTPEN;
    clock_settles();
    REG(ETH, ETH_DMABMR) |= ETH_DMABMR_SR;
    while (REG(ETH, ETH_DMABMR) & ETH_DMABMR_SR) {
    }
    while (!(phy_read(1) & 4)) {                                        /* the link */
        sleep_ms(10);
    }
    status = phy_read(31);
    REG(ETH, ETH_DMABMR) = ETH_DMABMR_EDFE | ETH_DMABMR_AAB | 32 << 8;
    REG(ETH, ETH_MACA0HR) = own[5] << 8 | own[4];
    REG(ETH, ETH_MACA0LR) = own[3] << 24 | own[2] << 16 | own[1] << 8 | own[0];
    rings_init();
    REG(ETH, ETH_DMAIER) = ETH_DMAIER_RIE | ETH_DMAIER_TIE | ETH_DMAIER_NISE;
    irq_enable(61);
    REG(ETH, ETH_MACCR) = ETH_MACCR_RE | ETH_MACCR_TE | ETH_MACCR_IPCO | (status & 8 ? ETH_MACCR_FES : 0) |
                          (status & 16 ? ETH_MACCR_DM : 0);
    REG(ETH, ETH_DMAOMR) = ETH_DMAOMR_TSF | ETH_DMAOMR_RSF | ETH_DMAOMR_ST | ETH_DMAOMR_SR;
}

uint32_t ethernet_ip(void)
{
    return own_ip;
}

void eth_handler(void)
{
    REG(ETH, ETH_DMASR) = ETH_DMASR_RS | ETH_DMASR_TS | ETH_DMASR_NIS;
}

bool ethernet_may_send(void)
{
    return !(tx[tx_next].status & OWN);
}

uint8_t *ethernet_buffer(void)
{
    while (tx[tx_next].status & OWN) {
    }
    return tx_buffer[tx_next];
}

void ethernet_send(unsigned length)
{
    tx[tx_next].control = length;
    tx[tx_next].status = OWN | TDES0_FLAGS | (tx_next == TX - 1 ? TER : 0);
    __asm__ volatile("dsb" ::: "memory");
    REG(ETH, ETH_DMASR) = ETH_DMASR_TBUS;
    REG(ETH, ETH_DMATPDR) = 0;
    tx_last = tx_next;
    tx_next = (tx_next + 1) % TX;
}

uint8_t *ethernet_receive(unsigned *length)
{
    for (;;) {
        uint32_t status = rx[rx_next].status;

        if (status & OWN) {
            return 0;
        }
        *length = (status >> 16 & 0x3fff) - 4;
        if (!(status & RDES0_BAD) && (status & RDES0_WHOLE) == RDES0_WHOLE) {
            return rx_buffer[rx_next];
        }
        ethernet_release();
    }
}

void ethernet_release(void)
{
    rx[rx_next].status = OWN;
    rx_next = (rx_next + 1) % RX;
    if (REG(ETH, ETH_DMASR) & ETH_DMASR_RBUS) {
        REG(ETH, ETH_DMASR) = ETH_DMASR_RBUS;
        REG(ETH, ETH_DMARPDR) = 0;
    }
}

void ethernet_wait(void)
{
    __asm__ volatile("cpsid i" ::: "memory");
    if (rx[rx_next].status & OWN) {
        wait_for_interrupt();
    }
    __asm__ volatile("cpsie i" ::: "memory");
}

/* ---- The clock ---- */

/* Steps of 20 ns: the addend makes 50 MHz of HCLK. */
void ethernet_clock_init(uint32_t seconds)
{
    REG(ETH, ETH_PTPTSCR) = ETH_PTPTSCR_TSE | ETH_PTPTSCR_TSSSR | ETH_PTPTSCR_TSSARFE;
    REG(ETH, ETH_PTPSSIR) = 20;
    REG(ETH, ETH_PTPTSAR) = (50ull << 32) / 168;
    REG(ETH, ETH_PTPTSCR) |= ETH_PTPTSCR_TSARU;
    REG(ETH, ETH_PTPTSCR) |= ETH_PTPTSCR_TSFCU;
    REG(ETH, ETH_PTPTSHUR) = seconds;
    REG(ETH, ETH_PTPTSLUR) = 0;
    REG(ETH, ETH_PTPTSCR) |= ETH_PTPTSCR_TSSTI;
}

static uint64_t in_ns(uint32_t seconds, uint32_t ns)
{
    return seconds * 1000000000ull + ns;
}

uint64_t ethernet_now_ns(void)
{
    uint32_t seconds, ns;

    do {
        seconds = REG(ETH, ETH_PTPTSHR);
        ns = REG(ETH, ETH_PTPTSLR);
    } while (REG(ETH, ETH_PTPTSHR) != seconds);
    return in_ns(seconds, ns);
}

uint64_t ethernet_sent_ns(void)
{
    while (tx[tx_last].status & OWN) {
    }
    return in_ns(tx[tx_last].stamp_s, tx[tx_last].stamp_ns);
}

uint64_t ethernet_came_ns(void)
{
    return in_ns(rx[rx_next].stamp_s, rx[rx_next].stamp_ns);
}

/* ---- IPv4 ---- */

static void copy(uint8_t *to, const uint8_t *from, unsigned n)
{
    while (n--) {
        *to++ = *from++;
    }
}

static void answer_arp(const uint8_t *frame)
{
    uint8_t *answer = ethernet_buffer();

    copy(answer, frame + 6, 6);
    copy(answer + 6, own, 6);
    copy(answer + 12, frame + 12, 8);
    put16(answer + 20, 2);
    copy(answer + 22, own, 6);
    put32(answer + 28, own_ip);
    copy(answer + 32, frame + 22, 10);
    ethernet_send(42);
}

uint8_t *ip_answer_header(const uint8_t *frame, unsigned protocol, unsigned payload)
{
    uint8_t *answer = ethernet_buffer();

    copy(answer, frame + 6, 6);
    copy(answer + 6, own, 6);
    put16(answer + 12, 0x0800);
    put16(answer + 14, 0x4500);
    put16(answer + 16, 20 + payload);
    put32(answer + 18, 0);
    put16(answer + 22, 64 << 8 | protocol);
    put16(answer + 24, 0);
    put32(answer + 26, own_ip);
    copy(answer + 30, frame + 26, 4);
    return answer;
}

/* An IPv4 packet for us, without options, not in fragments: bytes of its payload, or -1. */
static int is_ip(const uint8_t *frame, unsigned length)
{
    unsigned total = get16(frame + 16);

    return length >= IP_PAYLOAD && get16(frame + 12) == 0x0800 && frame[14] == 0x45 && !(get16(frame + 20) & 0x3fff) &&
           get32(frame + 30) == own_ip && total >= 20 && IP_HEADER + total <= length ? (int)total - 20 : -1;
}

bool ip_answer(const uint8_t *frame, unsigned length)
{
    int payload = is_ip(frame, length);
    uint8_t *answer;

    if (length >= 42 && get16(frame + 12) == 0x0806 && get16(frame + 20) == 1 && get32(frame + 38) == own_ip) {
        answer_arp(frame);
        return true;
    }
    if (payload < 8 || frame[23] != 1 || frame[IP_PAYLOAD] != 8) {
        return false;
    }
    answer = ip_answer_header(frame, 1, payload);
    copy(answer + IP_PAYLOAD, frame + IP_PAYLOAD, payload);
    put32(answer + IP_PAYLOAD, 0);
    ethernet_send(IP_PAYLOAD + payload);
    return true;
}

bool ip_is_udp(uint8_t *frame, unsigned length, Udp *udp)
{
    int payload = is_ip(frame, length);

    if (payload < 8 || frame[23] != 17 || get16(frame + 38) < 8 || get16(frame + 38) > (unsigned)payload) {
        return false;
    }
    *udp = (Udp) { get32(frame + 26), get16(frame + 34), get16(frame + 36), frame + UDP_DATA, get16(frame + 38) - 8 };
    return true;
}

uint8_t *ip_udp_broadcast(uint32_t to, unsigned port, unsigned length)
{
    uint8_t *frame = ethernet_buffer();

    for (unsigned i = 0; i < 6; i++) {
        frame[i] = 0xff;
    }
    copy(frame + 6, own, 6);
    put16(frame + 12, 0x0800);
    put16(frame + 14, 0x4500);
    put16(frame + 16, 28 + length);
    put32(frame + 18, 0);
    put32(frame + 22, 64u << 24 | 17 << 16);
    put32(frame + 26, own_ip);
    put32(frame + 30, to);
    put16(frame + 34, port);
    put16(frame + 36, port);
    put16(frame + 38, 8 + length);
    put16(frame + 40, 0);
    return frame + UDP_DATA;
}
