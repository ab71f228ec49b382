/*
 * A browser as small as can be, for the server of web.c on another board: GET /100000, and every byte is looked at.
 *
 * Mailbox: 1 bytes that came behind the header, 2 those that were wrong, 3 segments out of order
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "ethernet.h"
#include "mailbox.h"

enum { FIN = 1, SYN = 2, ACK = 16, TCP_DATA = 54, WINDOW = 5840, AGAIN_MS = 100, PORT = 50000 };

static const uint8_t own[6] = { 0x02, 0x80, 0xe1, 0x00, 0x00, 0x02 }, server[6] = { 0x02, 0x80, 0xe1, 0x00, 0x00, 0x01 };
static const char request[] = "GET /100000 HTTP/1.0\r\n\r\n";

static uint8_t peer[IP_PAYLOAD];        /* as if a frame had come from the server */
static uint32_t sequence = 1000, expected;
static bool open, done;
static unsigned end_of_header;          /* characters of \r\n\r\n that have come */

static void send_segment(unsigned flags, const char *data, unsigned length)
{
    uint8_t *p = ip_answer_header(peer, 6, 20 + length) + IP_PAYLOAD;

    put16(p, PORT);
    put16(p + 2, 80);
    put32(p + 4, sequence);
    put32(p + 8, flags & ACK ? expected : 0);
    put16(p + 12, 5 << 12 | flags);
    put16(p + 14, WINDOW);
    put32(p + 16, 0);
    for (unsigned i = 0; i < length; i++) {
        p[20 + i] = data[i];
    }
    ethernet_send(TCP_DATA + length);
}

static void take(const uint8_t *data, unsigned length)
{
    uint32_t bytes = mailbox[1], wrong = mailbox[2];

    for (unsigned i = 0; i < length; i++) {
        if (end_of_header < 4) {
            end_of_header = data[i] == "\r\n\r\n"[end_of_header] ? end_of_header + 1 : data[i] == '\r';
        } else {
            wrong += data[i] != bytes++ % 251;
        }
    }
    mailbox[1] = bytes;
    mailbox[2] = wrong;
}

static void tcp_frame(const uint8_t *frame)
{
    const uint8_t *p = frame + IP_PAYLOAD;
    unsigned offset = (p[12] >> 4) * 4, length = get16(frame + 16) - 20 - offset;

    if (p[13] & SYN) {
        if (!open) {
            open = true;
            expected = get32(p + 4) + 1;
            sequence++;
            send_segment(ACK, request, sizeof(request) - 1);
            sequence += sizeof(request) - 1;
        }
        return;
    }
    if (!open || get32(p + 4) != expected) {
        mailbox[3]++;
        send_segment(ACK, 0, 0);
        return;
    }
    take(p + offset, length);
    expected += length + (p[13] & FIN);
    done = p[13] & FIN;
    if (length || done) {
        send_segment(ACK | (done ? FIN : 0), 0, 0);
    }
}

int main(void)
{
    uint32_t asked;
    unsigned length;
    uint8_t *frame;

    for (unsigned i = 0; i < 6; i++) {
        peer[i] = own[i];
        peer[6 + i] = server[i];
    }
    put32(peer + 26, 0x0a00020f);
    clock_168mhz();
    ticks_init(168000000);
    ethernet_init(own, 0x0a000210);
    asked = ticks_ms - AGAIN_MS;
    while (!done) {
        if (!open && ticks_ms - asked >= AGAIN_MS) {
            asked = ticks_ms;
            send_segment(SYN, 0, 0);
        }
        while (!done && (frame = ethernet_receive(&length))) {
            if (length >= TCP_DATA && get16(frame + 12) == 0x0800 && frame[23] == 6) {
                tcp_frame(frame);
            } else {
                ip_answer(frame, length);
            }
            ethernet_release();
        }
        ethernet_wait();
    }
    mailbox_finish();
}
