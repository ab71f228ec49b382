#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A board on a network, by TAP: the program tests/firmware/web.c, which answers ARP, ICMP and UDP echo and serves TCP,
and programs that nobody here wrote at the other end: curl over QEMU's user network, and the kernel's own IP over a
tap in a network namespace of this test's own, where it may make one.
"""
import hashlib
import os
import random
import socket
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap

QEMU = os.environ["QTEST_QEMU_BINARY"]
FIRMWARE = os.environ["STM32_FIRMWARE"]
BOARD = "10.0.2.15"
MANY = 10000
PAGE = 2000000


def start(nic):
    return subprocess.Popen([QEMU, "-machine", "stm32f407g_disc", "-display", "none", "-serial", "none", "-monitor",
                             "none", "-kernel", os.path.join(FIRMWARE, "web.elf"), "-nic", nic],
                            stdin=subprocess.DEVNULL)


def stop(machine):
    machine.kill()
    machine.wait()


def wait_for_echo(echo, address):
    """Until the firmware has its link."""
    echo.settimeout(0.2)
    for _ in range(300):
        echo.sendto(b"?", address)
        try:
            if echo.recv(100) == b"?":
                break
        except OSError:
            pass
    time.sleep(0.3)
    echo.setblocking(False)
    try:
        while echo.recv(100):       # answers to those before
            pass
    except OSError:
        pass
    echo.settimeout(20)


def udp_echoes(address):
    echo = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    wait_for_echo(echo, address)
    data = random.Random(1)
    for size in list(range(0, 64)) + [500, 1000, 1471, 1472]:
        packet = data.randbytes(size)
        echo.sendto(packet, address)
        if echo.recv(2000) != packet:
            return False
    return True


def page_is_right(url):
    """What curl gets is what the program serves."""
    with tempfile.NamedTemporaryFile() as file:
        subprocess.run(["curl", "-s", "--max-time", "60", "-o", file.name, url], check=True)
        got = hashlib.sha256(open(file.name, "rb").read()).hexdigest()
    return got == hashlib.sha256(bytes(i % 251 for i in range(PAGE))).hexdigest()


def free_ports(count, kind):
    sockets = [socket.socket(socket.AF_INET, kind) for _ in range(count)]
    for s in sockets:
        s.bind(("127.0.0.1", 0))
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


def user_network():
    web, sink = free_ports(2, socket.SOCK_STREAM)
    echo, = free_ports(1, socket.SOCK_DGRAM)
    machine = start(f"user,hostfwd=tcp:127.0.0.1:{web}-:80,hostfwd=tcp:127.0.0.1:{sink}-:9,"
                    f"hostfwd=udp:127.0.0.1:{echo}-:7")
    try:
        good = udp_echoes(("127.0.0.1", echo)) and page_is_right(f"http://127.0.0.1:{web}/{PAGE}")
        upload = socket.create_connection(("127.0.0.1", sink))
        upload.settimeout(60)
        upload.sendall(bytes(PAGE))
        upload.shutdown(socket.SHUT_WR)
        return good and upload.recv(1) == b""       # it closes when all has come
    finally:
        stop(machine)


# ---- Over a tap: these run in a network namespace, as its root ----

def checksum(data):
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def pings():
    """ICMP echo with all kinds of sizes."""
    raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
    raw.settimeout(20)
    for number, size in enumerate([0, 1, 18, 56, 999, 1471, 1472]):
        payload = random.Random(size).randbytes(size)
        head = struct.pack(">BBHHH", 8, 0, 0, 99, number)
        even = head + payload + b"\0" * (size % 2)
        packet = head[:2] + struct.pack(">H", checksum(even)) + head[4:] + payload
        raw.sendto(packet, (BOARD, 0))
        answer = raw.recv(2000)[20:]
        if answer[0] != 0 or answer[4:] != packet[4:] or checksum(answer + b"\0" * (size % 2)):
            return False
    return True


def arpings():
    """Who has the board's address?"""
    raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0806))
    raw.bind(("tap0", 0))
    raw.settimeout(20)
    own = raw.getsockname()[4]
    ask = struct.pack(">HHBBH", 1, 0x800, 6, 4, 1) + own + socket.inet_aton("10.0.2.2") + bytes(6) + \
        socket.inet_aton(BOARD)
    raw.send(b"\xff" * 6 + own + b"\x08\x06" + ask)
    while True:
        frame = raw.recv(2000)
        if frame[6:12] == b"\x02\x80\xe1\0\0\x01":
            return frame[20:22] == b"\0\2" and frame[22:32] == b"\x02\x80\xe1\0\0\x01" + socket.inet_aton(BOARD)


def none_lost():
    """Many frames, some of them under way at a time."""
    echo = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    echo.settimeout(20)
    sent = came = 0
    while came < MANY:
        while sent < MANY and sent - came < 6:
            echo.sendto(struct.pack(">I", sent) * 25, (BOARD, 7))
            sent += 1
        if echo.recv(2000) != struct.pack(">I", came) * 25:
            return False
        came += 1
    return True


def inside():
    """In the namespace: make a tap, and try it all."""
    subprocess.run("ip tuntap add tap0 mode tap && ip addr add 10.0.2.2/24 dev tap0 && ip link set tap0 up", shell=True,
                   check=True)
    machine = start("tap,ifname=tap0,script=no,downscript=no")
    try:
        return (udp_echoes((BOARD, 7)) and pings() and arpings() and page_is_right(f"http://{BOARD}/{PAGE}") and
                none_lost())
    finally:
        stop(machine)


def may_make_tap():
    return subprocess.run(["unshare", "-rn", "ip", "tuntap", "add", "tap0", "mode", "tap"], stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL).returncode == 0


def tap_network():
    if not may_make_tap():
        print("# skipped: no network namespace with a tap may be made here", flush=True)
        return True
    return subprocess.run(["unshare", "-rn", sys.executable, __file__, "inside"]).returncode == 0


if __name__ == "__main__":
    if "inside" in sys.argv:
        sys.exit(not inside())
    tap.run("net", [("user-network", user_network), ("tap", tap_network)])
