/*
 * What the bytes of an input do to the machine, see fuzz.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include <sys/socket.h>
#include <netinet/in.h>
#include "qemu/main-loop.h"
#include "qemu/timer.h"
#include "chardev/char.h"
#include "exec/memory.h"
#include "hw/core/cpu.h"
#include "system/runstate.h"
#include "stm32/tests/fuzz/fuzz.h"

#define LOOPS 20                /* of the main loop, until all counts as done */

/* ---- The input ---- */

uint8_t input_byte(Input *in)
{
    if (!in->left) {
        return 0;
    }
    in->left--;
    return *in->at++;
}

uint16_t input_half(Input *in)
{
    uint8_t low = input_byte(in);

    return low | input_byte(in) << 8;
}

uint32_t input_word(Input *in)
{
    uint16_t low = input_half(in);

    return low | (uint32_t)input_half(in) << 16;
}

const uint8_t *input_bytes(Input *in, size_t *wanted)
{
    const uint8_t *bytes = in->at;

    *wanted = MIN(*wanted, in->left);
    in->at += *wanted;
    in->left -= *wanted;
    return bytes;
}

/* ---- The core, and time ---- */

void fuzz_write(uint32_t address, uint32_t data, unsigned size)
{
    uint32_t le = cpu_to_le32(data);

    address_space_write(first_cpu->as, address, MEMTXATTRS_UNSPECIFIED, &le, size);
}

uint32_t fuzz_read(uint32_t address, unsigned size)
{
    uint32_t le = 0;

    address_space_read(first_cpu->as, address, MEMTXATTRS_UNSPECIFIED, &le, size);
    return le32_to_cpu(le);
}

void fuzz_main_loop(void)
{
    for (unsigned i = 0; i < LOOPS; i++) {
        main_loop_wait(true);
    }
}

void fuzz_reset_machine(void)
{
    qemu_system_reset(SHUTDOWN_CAUSE_GUEST_RESET);
    main_loop_wait(true);
}

void fuzz_step(int64_t ns)
{
    qemu_clock_advance_virtual_time(qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) + ns);
    main_loop_wait(true);
}

/* ---- Others ---- */

void fuzz_say(const char *id, const uint8_t *data, size_t size)
{
    Chardev *chr = qemu_chr_find(id);

    while (size) {
        int taken = MIN(size, MAX(qemu_chr_be_can_write(chr), 0));
        g_autofree uint8_t *copy = NULL;

        if (!taken) {
            return;
        }
        copy = g_memdup2(data, taken);          /* of just that size: a sanitizer sees who reads on */
        qemu_chr_be_write(chr, copy, taken);
        data += taken;
        size -= taken;
    }
}

void fuzz_open(const char *id, bool open)
{
    qemu_chr_be_event(qemu_chr_find(id), open ? CHR_EVENT_OPENED : CHR_EVENT_CLOSED);
}

/* The port of the socket of this process that listens. */
static uint16_t listening_port(void)
{
    for (int fd = 3; fd < 256; fd++) {
        struct sockaddr_in name;
        socklen_t length = sizeof(name), size = sizeof(int);
        int listens = 0;

        if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0 && listens &&
            getsockname(fd, (struct sockaddr *)&name, &length) == 0 && name.sin_family == AF_INET) {
            return name.sin_port;
        }
    }
    return 0;
}

int fuzz_connect(void)
{
    struct sockaddr_in name = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    name.sin_port = listening_port();
    if (fd >= 0 && connect(fd, (struct sockaddr *)&name, sizeof(name)) < 0) {
        close(fd);
        return -1;
    }
    fuzz_main_loop();
    return fd;
}

void fuzz_send(int fd, const void *data, size_t size)
{
    char heard[4096];

    while (size) {
        ssize_t sent = send(fd, data, MIN(size, 4096), MSG_NOSIGNAL | MSG_DONTWAIT);

        if (sent <= 0) {
            break;
        }
        data = (const char *)data + sent;
        size -= sent;
        fuzz_main_loop();
        while (recv(fd, heard, sizeof(heard), MSG_DONTWAIT) > 0) {
        }
    }
    fuzz_main_loop();
}
