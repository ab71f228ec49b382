#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A USB device of two functions as its users have it, by TAP: QEMU's own qemu-img reads and writes what it
stores, over NBD, while somebody types into its serial line; with -icount and in real time, at its own core and
with the cable pulled out and put in again.
"""
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap

QEMU = os.environ["QTEST_QEMU_BINARY"]
FIRMWARE = os.environ["STM32_FIRMWARE"]
SIZE = 32768
FRESH = bytes((i * 7 + (i >> 9)) & 255 for i in range(SIZE))


class Board:
    """Our machine with the composite device, its disk on a socket, and its terminal."""

    def __init__(self, args):
        self.folder = tempfile.TemporaryDirectory()
        paths = [os.path.join(self.folder.name, name) for name in ("qmp", "tty", "nbd")]
        self.machine = subprocess.Popen(
            [QEMU, "-machine", "stm32f407g_disc", "-display", "none", "-serial", "none", "-monitor", "none",
             "-kernel", os.path.join(FIRMWARE, "usb_composite.elf"),
             "-qmp", f"unix:{paths[0]},server=on,wait=off",
             "-chardev", f"socket,id=tty,path={paths[1]},server=on,wait=off",
             "-device", "stm32-usb-host,id=far,cdc=tty,msc=stick"] + args,
            stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.qmp = self.dial(paths[0]).makefile("rw")
        self.terminal = self.dial(paths[1])
        self.qmp.readline()
        self.command("qmp_capabilities")
        self.command("nbd-server-start", addr={"type": "unix", "data": {"path": paths[2]}})
        self.url = f"nbd+unix:///stick?socket={paths[2]}"

    def dial(self, path):
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(60)
        for _ in range(1000):
            try:
                connection.connect(path)
                return connection
            except OSError:
                time.sleep(0.01)
        raise TimeoutError(path)

    def command(self, name, **arguments):
        arguments = {key.replace("_", "-"): value for key, value in arguments.items()}
        self.qmp.write(json.dumps({"execute": name, "arguments": arguments}) + "\n")
        self.qmp.flush()
        while True:
            answer = json.loads(self.qmp.readline())
            if "return" in answer or "error" in answer:
                return answer.get("return")

    def attach(self, on):
        self.command("qom-set", path="/machine/peripheral/far", property="attached", value=on)

    def wait_until_found(self):
        """... with its disk, which has no size before its capacity is known."""
        for _ in range(6000):
            node = self.command("query-named-block-nodes")[0]
            if node["image"]["virtual-size"] == SIZE:
                self.command("block-export-add", type="nbd", id="stick", node_name="stick", writable=True)
                return True
            time.sleep(0.01)
        return False

    def image(self, *words):
        return subprocess.run(["qemu-img", *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=100, check=False).returncode == 0

    def read(self):
        file = os.path.join(self.folder.name, "read")
        with open(file, "wb"):
            pass
        return open(file, "rb").read() if self.image("convert", "-O", "raw", self.url, file) else b""

    def write(self, data):
        file = os.path.join(self.folder.name, "write")
        with open(file, "wb") as out:
            out.write(data)
        return self.image("convert", "-n", "-f", "raw", "-O", "raw", file, self.url)

    def echoes(self, text):
        self.terminal.sendall(text)
        back = b""
        while len(back) < len(text):
            back += self.terminal.recv(4096)
        return back == text

    def stop(self):
        self.machine.kill()
        self.machine.wait()
        self.folder.cleanup()


def disk_and_line(args):
    board = Board(args)
    data = random.Random(1).randbytes(SIZE)
    good = (board.wait_until_found() and board.read() == FRESH and board.echoes(b"before\r") and
            board.write(data) and board.echoes(b"x" * 200) and board.read() == data)
    board.stop()
    return good


def pulled_out():
    """What has been written is still there, and both functions work again."""
    board = Board([])
    data = random.Random(2).randbytes(SIZE)
    good = board.wait_until_found() and board.write(data)
    board.attach(False)
    time.sleep(0.2)
    good = good and not board.command("qom-get", path="/machine/peripheral/far", property="tree")
    board.attach(True)
    good = good and board.wait_until_found() and board.read() == data and board.echoes(b"again\r")
    board.stop()
    return good


TESTS = [
    ("disk-and-line", lambda: disk_and_line([])),
    ("disk-and-line/icount", lambda: disk_and_line(["-icount", "shift=3,sleep=off"])),
    ("pulled-out", pulled_out),
]


if __name__ == "__main__":
    tap.run("usb", TESTS)
