/*
 * A station on Ethernet: it answers ARP, ICMP echo and UDP echo (port 7), and is a web server as small as can be:
 * GET /N gives N bytes, byte i of which is i modulo 251; whatever comes on port 9 is counted and thrown away.
 * One TCP connection at a time, bytes in order alone; what is lost is sent again from there.
 *
 * Mailbox: 1 frames that came, 2 bytes on port 9, 3 their sum, 4 TCP segments that were sent again
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "ethernet.h"
#include "mailbox.h"

enum { FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16, MSS = 1460, WINDOW = 6 * MSS, TCP_DATA = 54, AGAIN_MS = 200 };

static struct {
    bool open, discard, closing;
    uint8_t last[IP_PAYLOAD + 4];       /* Ethernet, IP and ports of the other side */
    uint32_t acked, sent, end;          /* sequence numbers: by the other side; by us; behind our last byte */
    uint32_t first;                     /* of the answer's first byte */
    uint32_t expected;                  /* from the other side */
    unsigned window, header;
    uint32_t at;                        /* ms: something has gone forward */
    bool answering;
} tcp;

static char header[96];

static void send_segment(uint32_t sequence, unsigned flags, unsigned length)
{
    unsigned option = flags & SYN ? 4 : 0;
    uint8_t *p = ip_answer_header(tcp.last, 6, 20 + option + length) + IP_PAYLOAD;

    put16(p, get16(tcp.last + IP_PAYLOAD + 2));
    put16(p + 2, get16(tcp.last + IP_PAYLOAD));
    put32(p + 4, sequence);
    put32(p + 8, tcp.expected);
    put16(p + 12, (5 + option / 4) << 12 | flags);
    put16(p + 14, WINDOW);
    put32(p + 16, 0);
    if (option) {
        put32(p + 20, 2 << 24 | 4 << 16 | MSS);
    }
    ethernet_send(TCP_DATA + option + length);
}

/* The answer from @sequence on: its header, then bytes that count. */
static void send_data(uint32_t sequence, unsigned length)
{
    uint8_t *data = ethernet_buffer() + TCP_DATA;
    uint32_t from = sequence - tcp.first;

    for (unsigned i = 0; i < length; i++, from++) {
        data[i] = from < tcp.header ? header[from] : (from - tcp.header) % 251;
    }
    send_segment(sequence, ACK, length);
}

static void put_text(const char *s)
{
    while (*s) {
        header[tcp.header++] = *s++;
    }
}

/* "GET /1000 HTTP/1.1" */
static void begin_answer(const uint8_t *data, unsigned length)
{
    char digits[10];
    unsigned bytes = 0, n = 0;

    for (unsigned i = 5; i < length && data[i] >= '0' && data[i] <= '9'; i++) {
        bytes = bytes * 10 + data[i] - '0';
    }
    tcp.header = 0;
    put_text("HTTP/1.0 200 OK\r\nContent-Length: ");
    for (unsigned left = bytes; left || !n; left /= 10) {
        digits[n++] = '0' + left % 10;
    }
    while (n) {
        header[tcp.header++] = digits[--n];
    }
    put_text("\r\n\r\n");
    tcp.at = ticks_ms;
    tcp.first = tcp.sent;
    tcp.end = tcp.sent + tcp.header + bytes;
    tcp.answering = true;
}

static void send_more(void)
{
    while (tcp.answering && ethernet_may_send() && tcp.sent != tcp.end && tcp.sent - tcp.acked + MSS <= tcp.window) {
        unsigned length = tcp.end - tcp.sent < MSS ? tcp.end - tcp.sent : MSS;

        send_data(tcp.sent, length);
        tcp.sent += length;
    }
    if (tcp.answering && tcp.sent == tcp.end && tcp.acked == tcp.end) {
        tcp.answering = false;
        tcp.closing = true;
        send_segment(tcp.sent, FIN | ACK, 0);
        tcp.sent++;
    }
}

static void look_at_time(void)
{
    if (tcp.open && (tcp.answering || tcp.closing) && tcp.sent != tcp.acked && ticks_ms - tcp.at > AGAIN_MS) {
        mailbox[4]++;
        tcp.at = ticks_ms;
        if (tcp.closing) {
            send_segment(tcp.acked, FIN | ACK, 0);
        } else {
            tcp.sent = tcp.acked;
        }
    }
}

static void open(const uint8_t *p)
{
    tcp.open = true;
    tcp.discard = get16(p + 2) == 9;
    tcp.answering = tcp.closing = false;
    tcp.expected = get32(p + 4) + 1;
    tcp.acked = ticks_ms << 12;
    tcp.sent = tcp.acked + 1;
    send_segment(tcp.acked, SYN | ACK, 0);
}

static void take_data(const uint8_t *data, unsigned length)
{
    uint32_t sum = mailbox[3];

    tcp.expected += length;
    if (tcp.discard) {
        mailbox[2] += length;
        for (unsigned i = 0; i < length; i++) {
            sum += data[i];
        }
        mailbox[3] = sum;
    } else if (!tcp.answering && length > 5) {
        begin_answer(data, length);
    }
}

static void tcp_frame(uint8_t *frame)
{
    uint8_t *p = frame + IP_PAYLOAD;
    unsigned flags = p[13], offset = (p[12] >> 4) * 4, length = get16(frame + 16) - 20 - offset;

    for (unsigned i = 0; i < sizeof(tcp.last); i++) {
        tcp.last[i] = frame[i];
    }
    if (flags & SYN) {
        open(p);
        return;
    }
    if (!tcp.open || flags & RST) {
        tcp.open = tcp.answering = false;
        return;
    }
    if (get32(p + 8) - tcp.acked <= tcp.sent - tcp.acked) {
        tcp.at = get32(p + 8) != tcp.acked ? ticks_ms : tcp.at;
        tcp.acked = get32(p + 8);
    }
    tcp.window = get16(p + 14);
    if (length && get32(p + 4) == tcp.expected) {
        take_data(p + offset, length);
    }
    if (flags & FIN && get32(p + 4) + length == tcp.expected) {
        tcp.expected++;
        if (!tcp.closing) {
            send_segment(tcp.sent++, FIN | ACK, 0);
            tcp.closing = true;
            tcp.at = ticks_ms;
            return;
        }
    }
    if (length || flags & FIN) {
        send_segment(tcp.sent, ACK, 0);
    }
}

static void udp_echo(const uint8_t *frame, const Udp *udp)
{
    uint8_t *answer = ip_answer_header(frame, 17, 8 + udp->length);

    put16(answer + IP_PAYLOAD, udp->to_port);
    put16(answer + IP_PAYLOAD + 2, udp->from_port);
    put16(answer + IP_PAYLOAD + 4, 8 + udp->length);
    put16(answer + IP_PAYLOAD + 6, 0);
    for (unsigned i = 0; i < udp->length; i++) {
        answer[UDP_DATA + i] = udp->data[i];
    }
    ethernet_send(UDP_DATA + udp->length);
}

static bool is_tcp(const uint8_t *frame, unsigned length)
{
    return length >= TCP_DATA && get16(frame + 12) == 0x0800 && frame[14] == 0x45 && frame[23] == 6 &&
           get32(frame + 30) == ethernet_ip() && get16(frame + 16) + IP_HEADER <= length &&
           get16(frame + 16) >= 20 + (frame[IP_PAYLOAD + 12] >> 4) * 4;
}

int main(void)
{
    static const uint8_t address[6] = { 0x02, 0x80, 0xe1, 0x00, 0x00, 0x01 };
    unsigned length;
    uint8_t *frame;
    Udp udp;

    clock_168mhz();
    ticks_init(168000000);
    ethernet_init(address, 0x0a00020f);                 /* 10.0.2.15 */
    mailbox[0] = MAILBOX_DONE;
    for (;;) {
        while ((frame = ethernet_receive(&length))) {
            mailbox[1]++;
            if (is_tcp(frame, length)) {
                tcp_frame(frame);
            } else if (ip_is_udp(frame, length, &udp) && udp.to_port == 7) {
                udp_echo(frame, &udp);
            } else {
                ip_answer(frame, length);
            }
            ethernet_release();
        }
        look_at_time();
        send_more();
        ethernet_wait();
    }
}
