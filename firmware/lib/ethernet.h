/*
 * Ethernet at RMII with a LAN8720 as on the base board, and a little of IPv4: ARP, ICMP echo, UDP; checksums are the
 * MAC's.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef FIRMWARE_ETHERNET_H
#define FIRMWARE_ETHERNET_H

#include "stm32.h"

#define ETHERNET_FRAME 1536

/* Clocks, pins, MAC and DMA; HCLK is 168 MHz.  Then wait for the link. */
void ethernet_init(const uint8_t address[6], uint32_t ip);
uint32_t ethernet_ip(void);

/* Where the next frame goes, and off it goes; its time stamp is in ethernet_sent_ns(). */
uint8_t *ethernet_buffer(void);
void ethernet_send(unsigned length);
/* The next frame that has come, in the DMA's own buffer, until it is released; 0: there is none. */
uint8_t *ethernet_receive(unsigned *length);
void ethernet_release(void);
/* Is there room for another frame?  An interrupt says when there is again. */
bool ethernet_may_send(void);
/* Nothing to do until an interrupt. */
void ethernet_wait(void);

/* PTP time in ns: now; when the frame was sent that was sent last; when that came that is looked at. */
void ethernet_clock_init(uint32_t seconds);
uint64_t ethernet_now_ns(void);
uint64_t ethernet_sent_ns(void);
uint64_t ethernet_came_ns(void);

/* ---- IPv4 ---- */

typedef struct Udp {
    uint32_t from;              /* IP */
    uint16_t from_port, to_port;
    uint8_t *data;
    unsigned length;
} Udp;

enum { IP_HEADER = 14, IP_PAYLOAD = 34, UDP_DATA = 42 };

static inline unsigned get16(const uint8_t *p) { return p[0] << 8 | p[1]; }
static inline uint32_t get32(const uint8_t *p) { return (uint32_t)get16(p) << 16 | get16(p + 2); }
static inline void put16(uint8_t *p, unsigned v) { p[0] = v >> 8; p[1] = v; }
static inline void put32(uint8_t *p, uint32_t v) { put16(p, v >> 16); put16(p + 2, v); }

/* Answer ARP and ICMP echo; true: it was one of these. */
bool ip_answer(const uint8_t *frame, unsigned length);
/* Is it UDP for us? */
bool ip_is_udp(uint8_t *frame, unsigned length, Udp *udp);
/* A frame of @payload bytes of @protocol back to where @frame came from, in ethernet_buffer(). */
uint8_t *ip_answer_header(const uint8_t *frame, unsigned protocol, unsigned payload);
/* UDP to all, without ARP: data go to the address returned, then ethernet_send(UDP_DATA + length). */
uint8_t *ip_udp_broadcast(uint32_t to, unsigned port, unsigned length);

#endif
