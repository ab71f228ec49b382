#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The logic analyser's file as its users read it, by TAP: sigrok's decoders have to say what the firmware (tests/firmware/
logic.c) has sent.
"""
import json
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap

QEMU = os.environ["QTEST_QEMU_BINARY"]
FIRMWARE = os.environ["STM32_FIRMWARE"]
FOLDER = tempfile.TemporaryDirectory()
END = 16_000_000        # ns: all has been sent


class Board:
    """The firmware with an analyser, up to the first time at which it pauses."""

    def __init__(self, path, options, stop_at=END, args=(), firmware="logic"):
        self.machine = subprocess.Popen(
            [QEMU, "-machine", f"stm32f407g_disc,stop-at={stop_at},canbus1=can,canbus2=can",
             "-object", "can-bus,id=can", "-display", "none", "-serial", "none",
             "-monitor", "none", "-icount", "shift=3,sleep=off", "-kernel", os.path.join(FIRMWARE, firmware + ".elf"),
             "-qmp", "stdio", "-S", "-device", f"stm32-logic,file={path},{options}", *args],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.say("qmp_capabilities")
        self.say("cont")
        self.until("event", "STOP")

    def say(self, name, **arguments):
        self.machine.stdin.write(json.dumps({"execute": name, "arguments": arguments}) + "\n")
        self.machine.stdin.flush()

    def until(self, key, value=None):
        for line in self.machine.stdout:
            message = json.loads(line)
            if key in message and value in (None, message[key]):
                return message[key]
        raise EOFError(key)

    def monitor(self, command):
        """What the monitor answers, nothing if all is well."""
        self.say("human-monitor-command", **{"command-line": command})
        while not isinstance(answer := self.until("return"), str):
            pass                        # of commands before
        return answer

    def quit(self):
        """What has been said on stderr."""
        self.say("quit")
        return self.machine.communicate(timeout=60)[1]


def record(name, options):
    """Let the firmware run up to END with an analyser; the file."""
    path = os.path.join(FOLDER.name, name)
    Board(path, options).quit()
    return path


def decode(path, decoder, annotations):
    """What the decoder says, a line each."""
    answer = subprocess.run(["sigrok-cli", "-i", path, "-I", "vcd:downsample=10", "-P", decoder, "-A", annotations],
                            capture_output=True, text=True, timeout=120)
    return [line.split(": ", 1)[-1].strip() for line in answer.stdout.splitlines()]


PATH = record("all.vcd", "pins=pa2:pa5:pa7:pe3:pb6:pb9:pb0:pd12:pb4")


def expect(decoder, annotations, *expected, of=PATH):
    lines = decode(of, decoder, annotations)
    if lines != list(expected):
        print(f"# {decoder}: {lines[:80]}")
    return lines == list(expected)


def hexes(data):
    return [f"{byte:02X}" for byte in data]


def uart():
    return expect("uart:rx=pa2:baudrate=115200", "uart=rx-data", *hexes(b"Logic!\r\n"))


def spi():
    return expect("spi:clk=pa5:mosi=pa7:cs=pe3", "spi=mosi-data", *hexes(b"F407\xa5"))


def i2c():
    lines = decode(PATH, "i2c:scl=pb6:sda=pb9", "i2c=start:repeat-start:address-write:address-read:data-write:data-read:"
                   "ack:nack:stop")
    good = (lines[:5] == ["Start", "Write", "Address write: 4A", "ACK", "Data write: 01"] and
            "Address read: 4A" in lines and
            [line for line in lines if line.startswith("Data read")] == ["Data read: E3"] and
            lines[-2:] == ["NACK", "Stop"])
    if not good:
        print(f"# {lines}")
    return good


def one_wire():
    return expect("onewire_link:owr=pb0", "onewire_link=bit:reset", "Reset",
                  *[f"Bit: {0x44cc >> i & 1}" for i in range(16)])


def pwm():
    duties = decode(PATH, "pwm:data=pd12", "pwm=duty-cycle")
    periods = decode(PATH, "pwm:data=pd12", "pwm=period")
    good = duties[1:3] == ["25.000000%"] * 2 and periods[1:3] == ["1000.0 μs"] * 2     # the first is rounded
    if not good:
        print(f"# {duties} {periods}")
    return good


def colours():
    return expect("rgb_led_ws281x:din=pb4", "rgb_led_ws281x=rgb", "#ab1234", "#00ff81")


def from_zero(path):
    """The file with times that begin at 0: before its first time sigrok takes lines for low, which a CAN is not."""
    with open(path) as file:
        text = file.read()
    first = int(re.search(r"^#(\d+)$", text, re.M).group(1))
    with open(path, "w") as file:
        file.write(re.sub(r"^#(\d+)$", lambda match: f"#{int(match.group(1)) - first}", text, flags=re.M))
    return path


def can():
    """As the bus is (RX, acknowledged), and as the sender drives it (TX: recessive in its own ACK slot)."""
    path = from_zero(record("can.vcd", "pins=pd0:pd1,trigger=pd1:falling,pre=20000"))
    said = {}
    for pin, ack in ("pd0", "ACK"), ("pd1", "NACK"):
        said[pin] = decode(path, f"can:can_rx={pin}:nominal_bitrate=1000000",
                           "can=data:sof:eof:id:full-id:dlc:ack-slot:warnings")
        wanted = ["Start of frame", "Identifier: 291 (0x123)", "Data length code: 8",
                  *[f"Data byte {n}: 0x{0xff if n > 4 else 0:02x}" for n in range(8)], f"ACK slot: {ack}", "End of frame",
                  "Start of frame", "Identifier: 1165 (0x48d)", "Full Identifier: 305419896 (0x12345678)",
                  "Data length code: 3", "Data byte 0: 0xee", "Data byte 1: 0xff", "Data byte 2: 0xc0",
                  f"ACK slot: {ack}", "End of frame"]
        if said[pin] != wanted:
            print(f"# {pin}: {said[pin][:60]}")
            return False
    return True


def interrupts():
    """One that is more urgent comes while another is served, then one that has to wait (tests/firmware/interrupts.c)."""
    path = os.path.join(FOLDER.name, "irq.vcd")
    Board(path, "irqs=exti-0:7", 1_000_000, firmware="interrupts").quit()
    with open(path) as file:
        text = file.read()
    names = dict(re.findall(r"^\$var wire 1 (\S) irq\.(\S+) ", text, re.M))
    changes = [(names[name], int(level)) for level, name in re.findall(r"^([01])(\S)$", text.split("$end\n")[-1], re.M)]
    wanted = [("exti-0", 1), ("7", 1), ("7", 0), ("exti-0", 0), ("exti-0", 1), ("exti-0", 0), ("7", 1), ("7", 0)]
    if changes != wanted:
        print(f"# {changes}")
    return changes == wanted


def functions():
    """Handlers by their names, at the instants at which their exceptions are entered and left, and what they interrupt; the same
    behind a trigger; and nothing of a time when it was off.
    """
    path = os.path.join(FOLDER.name, "functions.vcd")
    board = Board(path, "functions=on:exti0_handler:exti1_handler,irqs=exti-0:7", 100_000, firmware="interrupts")
    for on, until in ((False, 150_000), (True, 1_000_000)):
        board.say("qom-set", path="/machine/peripheral-anon/device[0]", property="on", value=on)
        board.say("qom-set", path="/machine", property="stop-at", value=until)
        board.say("cont")
        board.until("event", "STOP")
    board.quit()
    with open(path) as file:
        text = file.read()
    names = dict(re.findall(r"^\$var \S+ 1 (\S) (\S+) ", text, re.M))
    seen, now = {name: [] for name in names.values()}, 0
    for line in text.split("$enddefinitions $end\n")[1].splitlines():
        if line[0] == "#":
            now = int(line[1:])
        elif line[0] == "s":
            value, name = line[1:].split()
            seen[names[name]].append((now, value))
        elif line[0] in "01x":
            seen[names[line[1]]].append((now, line[0]))
    first, second = "exti0_handler", "exti1_handler"
    order = ["reset_handler", "?", "reset_handler", "main", first, second, first, "main", first, second, "main"]
    good = [name for _, name in seen["function"]] == order
    # the string, the levels and the exceptions are three accounts of the same
    runs = {name: [(at, "1" if now == name else "0") for (at, now), (_, was) in zip(seen["function"][1:], seen["function"])
                   if name in (now, was) and at > 150_000] for name in (first, second)}
    good &= all(runs[name] == [change for change in seen["fn." + name] if change[0] > 150_000] for name in runs)
    good &= [seen["function"][1][0], seen["function"][2][0]] == [100_000, 150_000]
    good &= [change for change in seen["irq.7"] if change[0] > 150_000] == runs[second]
    good &= {at for at, _ in seen["irq.exti-0"] if at > 150_000} <= {at for at, _ in seen["function"]}
    Board(path, "functions=exti1_handler,trigger=fn.exti1_handler:rising", 1_000_000, firmware="interrupts").quit()
    with open(path) as file:
        good &= f"#{runs[second][0][0]}\n" in file.read().split("$enddefinitions $end\n")[1][:30]
    wrong = subprocess.run([QEMU, "-machine", "stm32f407g_disc", "-display", "none", "-kernel",
                            os.path.join(FIRMWARE, "interrupts.elf"), "-device", "stm32-logic,functions=mian,file=/dev/null"],
                           capture_output=True, text=True, timeout=60, check=False)
    good &= wrong.returncode == 1 and "the firmware has no function 'mian'" in wrong.stderr
    if not good:
        print(f"# {seen}")
    return good


def triggered():
    """A file that begins with the SPI's select, 2 us of history before it."""
    path = record("spi.vcd", "pins=pa5:pa7,trigger=pe3:falling,pre=2000,post=20000")
    with open(path) as file:
        times = [int(time) for time in re.findall(r"^#(\d+)$", file.read(), re.M)]
    return times[-1] - times[0] == 22000 and \
        expect("spi:clk=pa5:mosi=pa7:cs=pe3", "spi=mosi-data", *hexes(b"F407\xa5"), of=path)


def full():
    """A disk that is full: one line, and the machine goes on."""
    said = Board("/dev/full", "pins=pa2:pd12,analog=pd12").quit()
    if said.count("cannot write any more") != 1:
        print(f"# {said}")
    return said.count("cannot write any more") == 1 and len(said.splitlines()) == 1


def back():
    """A snapshot of this machine is loaded: what happens then is behind what has happened before."""
    path, image = (os.path.join(FOLDER.name, name) for name in ("back.vcd", "back.qcow2"))
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", image, "1M"], check=True)
    board = Board(path, "pins=pa2", 200_000, ["-drive", f"if=none,format=qcow2,file={image}"])
    said = board.monitor("savevm here")
    for _ in range(2):
        board.say("qom-set", path="/machine", property="stop-at", value=1_500_000)
        board.say("cont")
        board.until("event", "STOP")
        said += board.monitor("loadvm here")
    told = board.quit().count("a snapshot was loaded")
    with open(path) as file:
        text = file.read()
    times = [int(time) for time in re.findall(r"^#(\d+)$", text, re.M)]
    lines = decode(path, "uart:rx=pa2:baudrate=115200", "uart=rx-data")
    good = said == "" and times == sorted(set(times)) and told == 1 and \
        lines[-8:] == hexes(b"Logic!\r\n") and len(lines) >= 15
    if not good:
        print(f"# {said!r} {lines} {times == sorted(set(times))} {told}")
    return good


tap.run("logic", [(test.__name__, test) for test in (uart, spi, i2c, one_wire, pwm, colours, can, interrupts, functions, triggered, full, back)])
