#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Record and replay, by TAP: what came from outside comes again by itself, at the same instruction, and what the
firmware made of it is the same: its pins, to the ns, what it said, and what is in its memory.
"""
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time

ROOT = os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "..")
sys.path[:0] = [os.path.join(ROOT, "tests"), os.path.join(ROOT, "kit", "python")]
import tap
from stm32f407g_disc.qmp import Qemu, QmpError

QEMU = os.environ["QTEST_QEMU_BINARY"]
FIRMWARE = os.environ["STM32_FIRMWARE"]
HOSTILE_SEED = 0x1000ff00       # tests/firmware/hostile.h


class Take:
    """A board that records or replays into a folder, with its serial line on a socket."""

    def __init__(self, mode, folder, elf, *args, serial=("-chardev", "SOCKET", "-serial", "chardev:line")):
        self.mode, self.folder = mode, folder
        self.socket = os.path.join(folder, f"{mode}.socket")
        chardev = f"socket,id=line,path={self.socket},server=on,wait=off"
        self.qemu = Qemu([QEMU, "-machine", "stm32f407g_disc", "-kernel", os.path.join(FIRMWARE, elf), "-display", "none",
                          "-monitor", "none", "-no-shutdown",
                          "-icount", f"shift=3,rr={mode},rrfile={folder}/run", *[a.replace("SOCKET", chardev) for a in serial],
                          "-device", f"stm32-logic,pins=pd12:pd13:pd14:pd15:pa2,file={folder}/{mode}.vcd",
                          *[a.replace("SOCKET", chardev) for a in args]])

    def line(self):
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(60)
        connection.connect(self.socket)
        return connection

    def now(self):
        return self.qemu.command("qom-get", path="/machine", property="virtual-time")

    def wait(self, ns):
        """Until virtual time is @ns later."""
        end = self.now() + ns
        while self.now() < end:
            time.sleep(0.01)

    def end(self):
        """Memory as it is now; a replay ends by itself where the recording did."""
        if self.mode == "record":
            self.qemu.command("stop")
            self.qemu.command("human-monitor-command", **{"command-line": f'pmemsave 0x20000000 0x20000 "{self.folder}/record.ram"'})
            self.qemu.command("quit")
        else:
            for _ in range(6000):
                if self.qemu.command("query-status")["status"] not in ("running", "debug"):
                    break
                time.sleep(0.01)
            self.qemu.command("human-monitor-command", **{"command-line": f'pmemsave 0x20000000 0x20000 "{self.folder}/replay.ram"'})
            self.qemu.command("quit")
        try:
            self.qemu.process.wait(timeout=60)
        finally:
            self.qemu.close()


def hear(line):
    """All that is said on @line until it is closed."""
    said = bytearray()

    def read():
        for piece in iter(lambda: line.recv(4096), b""):
            said.extend(piece)
    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    return said, thread


def content(*parts):
    with open(os.path.join(*parts), "rb") as file:
        return file.read()


def same(folder, *names):
    """Not an empty thing, and the same in both; a VCD's last line is when the machine was ended."""
    both = [[content(folder, f"{mode}.{name}") for mode in ("record", "replay")] for name in names]
    return all(one and one.rpartition(b"#")[0] == other.rpartition(b"#")[0] if name == "vcd" else one and one == other
               for name, (one, other) in zip(names, both))


def in_folder(test):
    def run():
        with tempfile.TemporaryDirectory() as folder:
            return test(folder)
    return run


def buttons(folder, *args):
    """Keys typed and a button pressed, at whatever time the host has it; in the replay nobody does."""
    take = Take("record", folder, "demo.elf", *args)
    with take.line() as line:
        said, listener = hear(line)
        for n in range(3):
            line.sendall(b"fsr"[n:n + 1])
            take.wait(60 * 10**6)
            take.qemu.command("qom-set", path="/machine/button-user", property="pressed", value=True)
            take.wait(60 * 10**6)
            take.qemu.command("qom-set", path="/machine/button-user", property="pressed", value=False)
        take.wait(300 * 10**6)
        take.end()
        listener.join(60)
    take = Take("replay", folder, "demo.elf", *args)
    refused = False
    with take.line() as line:
        try:
            take.qemu.command("qom-set", path="/machine/button-user", property="pressed", value=True)
        except QmpError as error:
            refused = "comes from the recording" in str(error)
        line.sendall(b"x" * 100)
        take.end()
    return refused and b"button pressed 3 times" in said and same(folder, "ram", "vcd")


def nobody_reads(folder):
    """Who connects and reads nothing does not hold the machine, nor its replay."""
    take = Take("record", folder, "demo.elf")
    with take.line() as line:
        for _ in range(40):
            line.sendall(b"h")          # some 100 bytes of help each
            take.wait(5 * 10**6)
        take.wait(200 * 10**6)
        take.end()
    Take("replay", folder, "demo.elf").end()
    return same(folder, "ram", "vcd")


def usb(folder):
    """A USB serial line, through the built-in host."""
    serial = ("-serial", "null")
    args = ("-chardev", "SOCKET", "-device", "stm32-usb-host,id=far,cdc=line")
    take = Take("record", folder, "usb_serial.elf", *args, serial=serial)
    got = b""
    with take.line() as line:
        line.settimeout(100)
        line.sendall(b"to and fro\n")      # read when the device has been enumerated
        while len(got) < 11:
            got += line.recv(4096)
        take.end()
    Take("replay", folder, "usb_serial.elf", *args, serial=serial).end()
    return b"TO AND FRO" in got.upper() and same(folder, "ram")


def network(folder):
    """A page is fetched from the board; in the replay there is no network, and it is sent again."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    take = Take("record", folder, "web.elf", "-nic", f"user,hostfwd=tcp:127.0.0.1:{port}-:80", serial=("-serial", "null"))
    take.wait(2 * 10**9)
    page = subprocess.run(["curl", "-s", "-m", "30", "--retry", "5", "--retry-all-errors", f"http://127.0.0.1:{port}/20000"],
                          stdout=subprocess.PIPE, check=False).stdout
    take.end()
    Take("replay", folder, "web.elf", "-nic", "user", serial=("-serial", "null")).end()
    return len(page) == 20000 and same(folder, "ram")


def refused(folder):
    """What is not recorded: USB/IP and the page have servers of their own; nor is time that leaps."""
    good = True
    for more, text in ((["-device", "stm32-usbip,address=127.0.0.1:0"], "stm32-usbredir"),
                       (["-machine", "page=0"], "does not go with page="), (["-icount", "sleep=off"], "without sleep=off")):
        done = subprocess.run([QEMU, "-machine", "stm32f407g_disc", "-kernel", os.path.join(FIRMWARE, "demo.elf"), "-display",
                               "none", "-monitor", "none", "-serial", "null", "-icount",
                               f"shift=3,rr=record,rrfile={folder}/run", *more], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=60, check=False)
        good = good and done.returncode == 1 and text in done.stdout and done.stdout.count("\n") == 1
    return good


def twice(_folder):
    """A program that does anything at all, and is reset by a watchdog again and again, is where it was in every run."""
    seen = set()
    for _ in range(10):
        qemu = Qemu([QEMU, "-machine", "stm32f407g_disc,stop-at=100000000", "-display", "none", "-serial", "null", "-monitor",
                     "none", "-icount", "shift=3,sleep=off", "-seed", "7", "-kernel", os.path.join(FIRMWARE, "hostile.elf"),
                     "-device", f"loader,addr={HOSTILE_SEED},data=1,data-len=4"])
        if qemu.command("query-status")["status"] != "paused":
            qemu.wait_event("STOP")
        seen.add(qemu.monitor("info registers"))
        qemu.close()
    return len(seen) == 1


def alone(mode, file):
    """A demo that nobody talks to."""
    return [QEMU, "-machine", "stm32f407g_disc", "-kernel", os.path.join(FIRMWARE, "demo.elf"), "-display", "none",
            "-monitor", "none", "-serial", "null", "-icount", f"shift=3,rr={mode},rrfile={file}"]


def damaged(folder):
    """A recording that is cut off, or not one, is said to be so."""
    run, bad = os.path.join(folder, "run"), os.path.join(folder, "bad")
    with subprocess.Popen(alone("record", run), stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as machine:
        while not os.path.exists(run) or os.path.getsize(run) < 50000:
            time.sleep(0.02)
        machine.terminate()
    whole, good = content(run), True
    for data, text in ((whole[:100], "error reading the replay data"), (b"", "error reading the replay data"),
                       (whole[:len(whole) // 2], "error reading the replay data"), (b"\xff" * 5000, "invalid input log file")):
        with open(bad, "wb") as file:
            file.write(data)
        done = subprocess.run(alone("replay", bad), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, timeout=60, check=False)
        good = good and done.returncode == 1 and text in done.stdout
    return good


tap.run("arm/replay", [
    ("buttons", in_folder(buttons)),
    ("buttons-approximate", in_folder(lambda folder: buttons(folder, "-machine", "timing=approximate"))),
    ("nobody-reads", in_folder(nobody_reads)),
    ("usb", in_folder(usb)),
    ("network", in_folder(network)),
    ("twice", in_folder(twice)),
    ("refused", in_folder(refused)),
    ("damaged", in_folder(damaged)),
])
