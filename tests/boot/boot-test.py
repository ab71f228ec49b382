#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The bootloader in system memory, by TAP: Debian's stm32flash by a serial line, a host of CAN, one of DFU.

(dfu-util needs a kernel that has the device: it is in make test-linux.)
"""
import os
import pty
import select
import socket
import subprocess
import sys
import tempfile
import threading
import time
import tty

ROOT = os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "..")
sys.path[:0] = [os.path.join(ROOT, "tests"), os.path.join(ROOT, "kit", "python")]
import tap
import usbip
from stm32f407g_disc.qmp import Qemu

QEMU = os.environ["QTEST_QEMU_BINARY"]
FIRMWARE = os.environ["STM32_FIRMWARE"]
DEMO = os.path.join(FIRMWARE, "demo.elf")
FLASH = 0x08000000
ACK, NACK = 0x79, 0x1f


def demo_image():
    with tempfile.NamedTemporaryFile() as file:
        subprocess.run(["arm-none-eabi-objcopy", "-O", "binary", DEMO, file.name], check=True)
        return file.read()


class Board:
    """Our machine with BOOT0 high, or as the arguments say; its QMP, and whatever else is asked for."""

    def __init__(self, *args, machine="boot0=on,vcp=usart1", speed=("-icount", "shift=3,sleep=off")):
        self.folder = tempfile.TemporaryDirectory()
        self.log = self.path("log")
        self.qemu = Qemu([QEMU, "-machine", f"stm32f407g_disc,{machine}", "-display", "none", "-monitor", "none",
                          "-d", "guest_errors", "-D", self.log,
                          *speed, *[arg.replace("DIR", self.folder.name) for arg in args]])

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.qemu.close()
        self.folder.cleanup()

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def dial(self, name):
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(100)
        for _ in range(2000):
            try:
                connection.connect(self.path(name))
                return connection
            except OSError:
                time.sleep(0.01)
        raise TimeoutError(name)

    def word(self, address):
        return int(self.qemu.monitor(f"xp /1wx {address:#x}").split()[1], 16)

    def wait_for(self, address, wanted):
        """Until the word at @address is @wanted, a number or a function."""
        for _ in range(2000):
            if (wanted(self.word(address)) if callable(wanted) else self.word(address) == wanted):
                return True
            time.sleep(0.01)
        return False

    def mistakes(self):
        with open(self.log, encoding="utf-8") as file:
            return file.read()


def runs_demo(board):
    return board.wait_for(0xe000ed08, FLASH) and board.wait_for(0x40020c00, lambda moder: moder >> 24 == 0x55)


def opened_terminal():
    """Who opens a pseudo-terminal and waits half a second for the answer, as stm32flash does, gets it."""
    for _ in range(4):
        with Board("-serial", "pty", speed=()) as board:
            path = next(c["filename"] for c in board.qemu.command("query-chardev") if c["label"] == "serial0")[4:]
            time.sleep(0.3)
            terminal = os.open(path, os.O_RDWR | os.O_NOCTTY)
            os.write(terminal, b"\x7f")
            answers = select.select([terminal], [], [], 0.5)[0] and os.read(terminal, 9)
            os.close(terminal)
            if answers != b"\x79":
                return print("#", path, answers)
    return True


# ---- AN3155

SERIAL = ("-serial", "unix:DIR/tty,server=on,wait=off")


class Terminal:
    """A serial line of this host, whose other end is the board's."""

    def __init__(self, board):
        self.line = board.dial("tty")
        self.master, slave = pty.openpty()
        tty.setraw(slave)
        self.slave = slave
        self.name = os.ttyname(slave)
        threading.Thread(target=self.pump, daemon=True).start()

    def pump(self):
        try:
            while True:
                ready = select.select([self.line, self.master], [], [])[0]
                if self.line in ready:
                    data = self.line.recv(4096)
                    if not data:
                        return
                    os.write(self.master, data)
                if self.master in ready:
                    self.line.sendall(os.read(self.master, 4096))
        except OSError:
            pass

    def flash(self, *args):
        """stm32flash: its text; None if it fails."""
        done = subprocess.run(["stm32flash", "-m", "8n1", "-b", "115200", *args, self.name], timeout=300,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        return done.stdout if done.returncode == 0 else None


def serial_program(jump=False):
    """It is written, verified, read again, and started."""
    image = demo_image()
    args = SERIAL + (("-kernel", os.path.join(FIRMWARE, "to_bootloader.elf")) if jump else ())
    with Board(*args, machine="vcp=usart1" + ("" if jump else ",boot0=on")) as board:
        with open(board.path("in"), "wb") as file:
            file.write(image)
        host = Terminal(board)
        says = host.flash() or ""
        wrote = host.flash("-w", board.path("in"), "-v") or ""
        host.flash("-r", board.path("out"), "-S", f"{FLASH:#x}:{len(image)}")
        with open(board.path("out"), "rb") as file:
            same = file.read() == image
        started = host.flash("-g", f"{FLASH:#x}") or ""
        seen = ("0x0413" in says and "Version      : 0x31" in says, "100.00%" in wrote, same, "done" in started,
                board.mistakes(), runs_demo(board))
        if seen != (True, True, True, True, "", True):
            print("#", seen, repr(says[-200:]), repr(wrote[-200:]), repr(started[-200:]))
            return False
        return True


def serial_protection():
    """Read protection closes all but little, and its end erases."""
    with Board(*SERIAL, "-kernel", DEMO) as board:
        before = board.word(FLASH)
        host = Terminal(board)
        protected = host.flash("-j") is not None
        optcr = board.wait_for(0x40023c14, lambda value: value >> 8 & 0xff == 0x55)
        time.sleep(0.2)
        read = host.flash("-r", board.path("out"), "-S", f"{FLASH:#x}:256")
        opened = host.flash("-k") is not None
        erased = board.wait_for(FLASH, 0xffffffff)
        return before != 0xffffffff and protected and optcr and read is None and opened and erased


def talk(board):
    line = board.dial("tty")

    def ask(*data, answer=1):
        line.sendall(bytes(data))
        got = b""
        while len(got) < answer:
            got += line.recv(answer - len(got))
        return list(got)
    return ask


def check_of(*data):
    total = 0
    for byte in data:
        total ^= byte
    return total


def serial_misuse():
    """Wrong checksums, addresses that are not a host's, sectors that are none: NACK, and it goes on."""
    with Board(*SERIAL) as board:
        ask = talk(board)
        nowhere = (0x40, 0x02, 0x00, 0x00)
        own_ram = (0x20, 0x00, 0x10, 0x00)
        flash_at = (0x08, 0x00, 0x00, 0x00)
        return (ask(0x7f) == [ACK]
                and ask(0x11, 0x11) == [NACK]                                   # no complement
                and ask(0x05, 0xfa) == [NACK]                                   # no command
                and ask(0x43, 0xbc) == [NACK]                                   # nor is this one: 0x44 is
                and ask(0x11, 0xee) == [ACK] and ask(*nowhere, check_of(*nowhere)) == [NACK]
                and ask(0x31, 0xce) == [ACK] and ask(*own_ram, check_of(*own_ram)) == [NACK]
                and ask(0x31, 0xce) == [ACK] and ask(*flash_at, check_of(*flash_at)) == [ACK]
                and ask(3, 1, 2, 3, 4, 0) == [NACK]                             # wrong sum
                and ask(0x44, 0xbb) == [ACK] and ask(0, 0, 0, 12, 12) == [NACK]  # there are 0 to 11
                and ask(0x44, 0xbb) == [ACK] and ask(0xff, 0xfe, 0x01) == [NACK]  # there is no bank 1
                and ask(0x21, 0xde) == [ACK] and ask(*nowhere, check_of(*nowhere)) == [NACK]
                and ask(0x02, 0xfd, answer=5) == [ACK, 1, 0x04, 0x13, ACK])


def serial_identity():
    """The unique identifier and the size of the flash, as hosts get them of this family: by a read that begins in the OTP area."""
    with Board(*SERIAL, machine="boot0=on,vcp=usart1") as board:
        ask = talk(board)
        good = ask(0x7f) == [ACK] and ask(0x11, 0xee) == [ACK]
        good = good and ask(0x1f, 0xff, 0x7a, 0x10, check_of(0x1f, 0xff, 0x7a, 0x10)) == [NACK]
        good = good and ask(0x11, 0xee) == [ACK] and ask(0x1f, 0xff, 0x7a, 0, check_of(0x1f, 0xff, 0x7a, 0)) == [ACK]
        block = good and bytes(ask(0xff, 0, answer=257)[1:])
        uid = b"".join(board.word(0x1fff7a10 + i).to_bytes(4, "little") for i in (0, 4, 8))
        return good and block[0x10:0x1c] == uid != bytes(12) and block[0x22:0x24] == b"\0\4"


def rate_is_measured(pin, brr, clock):
    """A 0x7f's ones have seven bits, so has this wave; the USART gets its rate."""
    def test():
        with tempfile.NamedTemporaryFile("w") as wave:
            wave.write("0 0\n52083 3300\n416667 3300\n416668 0\n")
            wave.flush()
            board = Board("-device", f"stm32-signal,pin={pin},file={wave.name}")
        with board:
            return board.wait_for(brr, lambda value: abs(value - clock / 19200) < clock / 19200 / 100)
    return test


# ---- AN3154

class Can:
    def __init__(self, board):
        self.line = board.dial("can").makefile("rw")

    def say(self, number, *data):
        text = "".join(f"{byte:02x}" for byte in data)
        self.line.write(f"- can {number:x} 0 {len(data):x} {text}\n")
        self.line.flush()

    def hear(self, number):
        """The data of the next frame, which has to be of this number."""
        while True:
            word = self.line.readline().split()
            if not word:
                raise EOFError
            if word[1] == "can":
                return list(bytes.fromhex("".join(word[5:]))) if int(word[2], 16) == number else None

    def ask(self, number, *data):
        self.say(number, *data)
        return self.hear(number)


CAN = ("-object", "can-bus,id=b", "-chardev", "socket,id=c,path=DIR/can,server=on,wait=off",
       "-device", "stm32-can-link,chardev=c,canbus=b")


def on_can(test):
    def run():
        with Board(*CAN, machine="boot0=on,canbus2=b") as board:
            can = Can(board)
            time.sleep(0.5)
            return can.ask(0x79) == [ACK] and test(board, can)
    return run


def can_tells(board, can):
    if can.ask(0x00) != [ACK]:
        return False
    count = can.hear(0)[0]
    listed = [can.hear(0)[0] for _ in range(count + 1)]
    version = can.hear(0) == [ACK] and can.ask(0x01) == [ACK] and [can.hear(1) for _ in range(3)]
    number = can.ask(0x02) == [ACK] and [can.hear(2) for _ in range(2)]
    return (listed[0] == 0x20 and set(listed[1:]) >= {0, 1, 2, 3, 0x11, 0x21, 0x31, 0x43, 0x63, 0x73, 0x82, 0x92}
            and version == [[0x20], [0, 0], [ACK]] and number == [[0x04, 0x13], [ACK]])


def can_write(can, address, data):
    good = can.ask(0x31, *address.to_bytes(4, "big"), len(data) - 1) == [ACK]
    for at in range(0, len(data), 8):
        can.say(0x04, *data[at:at + 8])
        good = good and can.hear(0x31) == [ACK]
    return good and can.hear(0x31) == [ACK]


def can_erase(can, *sectors):
    """An answer to the number, one to each frame of codes, and one when each sector is empty."""
    return (can.ask(0x43, len(sectors) - 1) == [ACK] and can.ask(0x43, *sectors) == [ACK] and
            all(can.hear(0x43) == [ACK] for _ in sectors))


def can_program(board, can):
    image = demo_image()
    good = can_erase(can, 0, 11, 5) and can.ask(0x43, 0) == [ACK] and can.ask(0x43, 12) == [NACK]
    good = good and can.ask(0x03, 4) == [ACK] and can.hear(3) == [ACK]         # 1 Mbit/s
    for at in range(0, len(image), 256):
        good = good and can_write(can, FLASH + at, image[at:at + 256])
    good = good and can.ask(0x11, *FLASH.to_bytes(4, "big"), 19) == [ACK]
    back = can.hear(0x11) + can.hear(0x11) + can.hear(0x11)
    return (good and bytes(back) == image[:20] and can.hear(0x11) == [ACK]
            and can.ask(0x11, 0x40, 2, 0, 0, 3) == [NACK] and can.ask(0x21, *FLASH.to_bytes(4, "big")) == [ACK]
            and runs_demo(board))


# ---- AN3156

def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def on_usb(test):
    def run():
        port = free_port()
        with Board("-device", f"stm32-usbip,address=127.0.0.1:{port}") as board:
            device = usbip.Dfu(port)
            return (device.vendor, device.product) == (0x0483, 0xdf11) and test(board, device)
    return run


def dfu_program(board, dfu):
    image = demo_image()
    good = dfu.upload(0, 64) == bytes([0, 0x21, 0x41, 0x92])
    good = good and dfu.command(0x41, FLASH) == usbip.DOWNLOAD_IDLE
    good = good and dfu.command(0x21, FLASH) == usbip.DOWNLOAD_IDLE
    for number, at in enumerate(range(0, len(image), 2048)):
        good = good and dfu.download(2 + number, image[at:at + 2048]) == usbip.DOWNLOAD_IDLE
    dfu.to_idle()
    good = good and b"".join(dfu.upload(2 + n, 2048) for n in range((len(image) + 2047) // 2048))[:len(image)] == image
    dfu.to_idle()
    good = good and dfu.command(0x21, FLASH) == usbip.DOWNLOAD_IDLE
    return good and dfu.download(0, b"") == usbip.MANIFEST and board.mistakes() == "" and runs_demo(board)


def dfu_misuse(board, dfu):
    good = dfu.command(0x21, 0x40020000) == usbip.ERROR and dfu.status()[0] == 8
    dfu.to_idle()
    good = good and dfu.command(0x77) == usbip.ERROR
    dfu.to_idle()
    try:
        dfu.control(0x21, 1, value=2, data=bytes(4096))
        return False
    except usbip.Stall:
        pass
    dfu.to_idle()
    return good and dfu.status() == (0, usbip.IDLE)


class Bus:
    """A host that sends token by token, on a @board with a stm32-usb-tester."""

    def __init__(self, board):
        self.qemu = board.qemu
        self.set("vbus", True)
        for _ in range(500):
            if self.qemu.get("/machine/peripheral/usb", "connected"):
                break
            time.sleep(0.01)
        self.set("reset", True)
        time.sleep(0.1)
        self.set("reset", False)
        self.set("frames", True)

    def set(self, name, value):
        self.qemu.set("/machine/peripheral/usb", name, value)

    def token(self, text):
        self.set("token", text)
        return self.qemu.get("/machine/peripheral/usb", "token")

    def tokens(self, *texts):
        """Their answers, after NAKs."""
        answers = []
        for text in texts:
            answers.append(self.token(text))
            while answers[-1] == "nak":
                time.sleep(0.01)
                answers[-1] = self.token(text)
        return answers


def by_tokens(test):
    def run():
        with Board("-device", "stm32-usb-tester,id=usb") as board:
            answers, wanted = test(Bus(board))
            return (answers, board.mistakes()) == (wanted, "") or print("#", answers, wanted, board.mistakes())
    return run


DEVICE, CONFIGURATION = "setup 0 0 8006000100001200", "setup 0 0 8006000200000900"
LANGUAGES, FLASH_NAME = "setup 0 0 8006000300000400", "setup 0 0 800604030904ff00"
HAS_CONFIGURATION, HAS_LANGUAGES = "data 1 09022d00010100c032", "data 1 04030904"


def dfu_tired_host(bus):
    """Its time is over, and it asks for something else: the answer is not the rest of the last one."""
    answers = bus.tokens(DEVICE)
    bus.token("in 0 0")                         # NAK
    time.sleep(0.2)                             # ... and when the device is ready nobody takes it
    answers += bus.tokens(CONFIGURATION, "in 0 0", "out 0 0 1", LANGUAGES, "in 0 0", "out 0 0 1")
    return answers, ["ack", "ack", HAS_CONFIGURATION, "ack", "ack", HAS_LANGUAGES, "ack"]


def dfu_late_device(bus):
    """It sees that its answer has gone, and the next request, at once: what goes then is that one's first packet, once."""
    answers = bus.tokens(LANGUAGES)
    bus.token("in 0 0")
    time.sleep(0.2)
    bus.qemu.command("stop")
    answers += [bus.token(text) for text in ("in 0 0", "out 0 0 1", FLASH_NAME, "in 0 0")]
    bus.qemu.command("cont")
    text = "@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128Kg"
    name = (bytes([2 + 2 * len(text), 3]) + text.encode("utf-16le")).hex()
    answers += bus.tokens("in 0 0", "in 0 0", "out 0 0 1")
    return answers, ["ack", HAS_LANGUAGES, "ack", "ack", "nak", "data 1 " + name[:128], "data 0 " + name[128:], "ack"]


tap.run("arm/boot", [
    ("serial/program", serial_program),
    ("serial/after-a-jump", lambda: serial_program(jump=True)),
    ("serial/protection", serial_protection),
    ("serial/misuse", serial_misuse),
    ("serial/identity", serial_identity),
    ("serial/opened-terminal", opened_terminal),
    ("serial/rate/usart1", rate_is_measured("pa10", 0x40011008, 60e6)),
    ("serial/rate/usart3-b", rate_is_measured("pb11", 0x40004808, 30e6)),
    ("serial/rate/usart3-c", rate_is_measured("pc11", 0x40004808, 30e6)),
    ("can/tells", on_can(can_tells)),
    ("can/program", on_can(can_program)),
    ("dfu/program", on_usb(dfu_program)),
    ("dfu/misuse", on_usb(dfu_misuse)),
    ("dfu/tired-host", by_tokens(dfu_tired_host)),
    ("dfu/late-device", by_tokens(dfu_late_device)),
])
