/*
 * Two stations on Ethernet, told apart by the chip's unique ID (1 and 2).  Station 1 sends datagrams of all sizes,
 * station 2 sends each back; then station 2 asks for the time as PTP does (sync, delay request and response, over
 * UDP), sets its clock by it, and asks again.
 *
 * Mailbox: 1 datagrams that came back right (station 1) or came (2); of station 2: 2 and 3 how far its clock was
 * off, ns, 4 and 5 how far it is then; 6 and 7 the same of the way there and back
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "ethernet.h"
#include "mailbox.h"

enum { PORT = 5000, TIME_PORT = 319, DATAGRAMS = 200, AGAIN_MS = 100 };

static unsigned station, other_ip;
static Udp udp;

static void put64(uint8_t *p, uint64_t v)
{
    put32(p, v >> 32);
    put32(p + 4, v);
}

static uint64_t get64(const uint8_t *p)
{
    return (uint64_t)get32(p) << 32 | get32(p + 4);
}

/* A datagram for @port within a while; it stays until it is released. */
static bool wait_for(unsigned port)
{
    uint32_t begun = ticks_ms;
    unsigned length;
    uint8_t *frame;

    while (ticks_ms - begun < AGAIN_MS) {
        while ((frame = ethernet_receive(&length))) {
            if (ip_is_udp(frame, length, &udp) && udp.to_port == port) {
                return true;
            }
            ethernet_release();
        }
        ethernet_wait();
    }
    return false;
}

/* Of @number, byte by byte. */
static uint8_t content(unsigned number, unsigned i)
{
    return number * 31 + i;
}

static bool send_datagram(unsigned number)
{
    unsigned length = 4 + number * 7;
    uint8_t *data = ip_udp_broadcast(other_ip, PORT, length);
    bool right;

    put32(data, number);
    for (unsigned i = 4; i < length; i++) {
        data[i] = content(number, i);
    }
    ethernet_send(UDP_DATA + length);
    if (!wait_for(PORT)) {
        return false;
    }
    right = udp.length == length && get32(udp.data) == number;
    for (unsigned i = 4; right && i < length; i++) {
        right = udp.data[i] == content(number, i);
    }
    ethernet_release();
    return right;
}

static void send_back(void)
{
    uint8_t *data = ip_udp_broadcast(other_ip, udp.to_port, udp.length);

    for (unsigned i = 0; i < udp.length; i++) {
        data[i] = udp.data[i];
    }
    ethernet_send(UDP_DATA + udp.length);
}

/* Station 1: when a request came, and when the answer went, which the next answer tells. */
static void tell_time(void)
{
    static uint64_t sent;
    uint64_t came = ethernet_came_ns();
    uint8_t *data;

    ethernet_release();
    data = ip_udp_broadcast(other_ip, TIME_PORT, 16);
    put64(data, came);
    put64(data + 8, sent);
    ethernet_send(UDP_DATA + 16);
    sent = ethernet_sent_ns();
}

/* Station 2: a request, and its answer: its four times but that of the answer's leaving. */
static bool ask(uint64_t *left, uint64_t *came, uint64_t *back, uint64_t *before)
{
    ip_udp_broadcast(other_ip, TIME_PORT, 16);
    ethernet_send(UDP_DATA + 16);
    *left = ethernet_sent_ns();
    if (!wait_for(TIME_PORT)) {
        return false;
    }
    *came = get64(udp.data);
    *before = get64(udp.data + 8);
    *back = ethernet_came_ns();
    ethernet_release();
    return true;
}

/* How far the other clock is ahead of ours. */
static int64_t offset(int64_t *way)
{
    uint64_t left, came, back, answered, again, x, y;

    while (!ask(&left, &came, &back, &x) || !ask(&again, &x, &y, &answered)) {
    }
    *way = (int64_t)(back - left) - (int64_t)(answered - came);
    return ((int64_t)(came - left) + (int64_t)(answered - back)) / 2;
}

static void report(unsigned word, int64_t value)
{
    mailbox[word] = value;
    mailbox[word + 1] = value >> 32;
}

static void set_clock(int64_t by)
{
    uint64_t size = by < 0 ? -by : by;

    REG(ETH, ETH_PTPTSHUR) = size / 1000000000;
    REG(ETH, ETH_PTPTSLUR) = size % 1000000000 | (by < 0 ? ETH_PTPTSLUR_TSUPNS : 0);
    REG(ETH, ETH_PTPTSCR) |= ETH_PTPTSCR_TSSTU;
}

static void station_1(void)
{
    for (unsigned n = 0; n < DATAGRAMS;) {
        n += send_datagram(n);
        mailbox[1] = n;
    }
    for (;;) {
        if (wait_for(TIME_PORT)) {
            tell_time();
        }
    }
}

static void station_2(void)
{
    int64_t off, way;

    for (uint32_t number = 0; number != DATAGRAMS - 1;) {
        if (wait_for(PORT)) {
            number = get32(udp.data);
            mailbox[1]++;
            send_back();
            ethernet_release();
        }
    }
    off = offset(&way);
    report(2, off);
    set_clock(off);
    report(4, offset(&way));
    report(6, way);
    mailbox_finish();
}

int main(void)
{
    uint8_t address[6] = { 0x02, 0x80, 0xe1, 0x00, 0x01, 0x00 };

    station = REG(0x1fff7a10, 0) & 0xff;
    other_ip = 0x0a000000 | (3 - station);
    address[5] = station;
    clock_168mhz();
    ticks_init(168000000);
    ethernet_init(address, 0x0a000000 | station);
    ethernet_clock_init(station * 1000);
    if (station == 1) {
        station_1();
    } else {
        station_2();
    }
    return 0;
}
