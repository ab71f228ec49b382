#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Measures this machine beside QEMU's own STM32F405 board, in turn in one run: `make bench`, or only some
rows, by their names below: `make bench ROWS="storm usart-dma"`.

"upstream" is netduinoplus2 in the same build, "distribution" the same machine in the system's
qemu-system-arm.  Each figure is the median over the rounds of a whole process; compare the ratios,
the absolute figures are this host's.
"""
import functools
import os
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "kit", "python"))
from stm32f407g_disc.qmp import Qemu, QmpError

ROUNDS = 5
ECHOED = 1 << 20                # bytes, beside which a start is little
OURS = "build/qemu/qemu-system-arm"


def machines(distribution):
    found = {"ours": [OURS, "-M", "stm32f407g_disc"], "upstream": [OURS, "-M", "netduinoplus2"]}
    if distribution:
        found["distribution"] = [distribution, "-M", "netduinoplus2"]
    return found


def run(command, elf):
    """CPU and wall seconds, peak KiB of one run."""
    start = time.monotonic()
    process = subprocess.Popen(command + ["-display", "none", "-serial", "none", "-monitor", "none",
                                          "-semihosting", "-kernel", elf],
                               stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - start
    if status:
        sys.exit(f"{' '.join(command)} {elf} failed: {status}")
    return usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss


def cpu_of(pid):
    """CPU seconds that a process has had."""
    with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(name, commands):
    elf = f"build/firmware/bench-{name}.elf"
    subprocess.run(["firmware/build.sh", elf, f"tests/bench/{name}.c"], check=True)
    results = {machine: [] for machine in commands}
    for _ in range(ROUNDS + 1):
        for machine, command in commands.items():
            results[machine].append(run(command, elf))
    return {machine: [statistics.median(column) for column in zip(*rows[1:])]
            for machine, rows in results.items()}


def show(title, figures, column, unit, scale=1.0):
    ours = figures["ours"][column]
    cells = [f"{machine} {row[column] * scale:9.2f} {unit}" for machine, row in figures.items()]
    ratios = [f"{ours / row[column]:.2f} x {machine}" for machine, row in figures.items()
              if machine != "ours"]
    print(f"{title:34} {'   '.join(cells)}{'   ours = ' if ratios else ''}{', '.join(ratios)}",
          flush=True)


def show_pair(title, figures):
    (before, old), (after, new) = figures.items()
    print(f"{title:34} {before} {old[0]:9.2f} s CPU   {after} {new[0]:9.2f} s CPU   "
          f"{old[0] / new[0]:.1f} times", flush=True)


def print_copies(command, start):
    """CPU time, without that of starting, of copies; most of DMA's is the guest that sleeps
    and wakes for every 64 KiB.  In virtual time it is 384 Mbyte/s."""
    icount = command + ["-icount", "shift=3,sleep=off"]
    for title, name, size, how in [("instructions", "memcpy", 512, command), ("DMA, asleep", "dma_copy", 512, command),
                                   ("DMA, polled, -icount", "dma_copy_busy", 64, icount)]:
        cpu = measure(name, {"ours": how})["ours"][0] - start
        print(f"{f'{size} MiB copied by ' + title:34} ours {cpu / size * 1e6:9.0f} us CPU/MiB, "
              f"{size * 1.048576 / cpu:.0f} Mbyte/s", flush=True)


def echo(command, elf):
    """A MiB to a guest that sends it back by DMA at 10.5 Mbaud: seconds, CPU seconds, bytes lost."""
    size, block = ECHOED, 8192
    data = size.to_bytes(4, "big") + bytes((i * 7 + i // 256) % 256 for i in range(4, size))
    host, guest = socket.socketpair()
    host.settimeout(20)
    process = subprocess.Popen(command + ["-display", "none", "-monitor", "none", "-kernel", elf,
                                          "-chardev", f"socket,id=line,fd={guest.fileno()}",
                                          "-serial", "null", "-serial", "chardev:line"],
                               stdin=subprocess.DEVNULL, pass_fds=[guest.fileno()])
    guest.close()
    back, start = b"", time.monotonic()
    try:
        for at in range(0, size, block):
            host.sendall(data[at:at + block])
            while len(back) < at + block:
                back += host.recv(block)
    except TimeoutError:
        pass
    wall = time.monotonic() - start
    process.kill()
    usage = os.wait4(process.pid, 0)[2]
    return wall, usage.ru_utime + usage.ru_stime, sum(a != b for a, b in zip(data, back.ljust(size)))


def print_echo(command, start):
    elf = "build/firmware/dma.elf"
    subprocess.run(["firmware/build.sh", elf, "tests/firmware/dma.c"], check=True)
    for how, args in [("in real time", []), ("-icount", ["-icount", "shift=3,sleep=off"])]:
        results = [echo(command + args, elf) for _ in range(ROUNDS)]
        wall, cpu, lost = (statistics.median(column) for column in zip(*results))
        print(f"{f'USART echo at 10.5 Mbaud, {how}':34} ours {ECHOED / wall / 1000:9.0f} kbyte/s, "
              f"{(cpu - start) / ECHOED * 1e6:.2f} us CPU a byte, {lost} bytes lost", flush=True)


def bulk(command, elf):
    """2 Mbyte each way over a USB serial line, through the built-in host: seconds to the host, and from it."""
    size = 2 << 20
    host, guest = socket.socketpair()
    host.settimeout(60)
    process = subprocess.Popen(command + ["-display", "none", "-monitor", "none", "-serial", "null", "-kernel", elf,
                                          "-chardev", f"socket,id=far,fd={guest.fileno()}"],
                               stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, pass_fds=[guest.fileno()])
    guest.close()

    def receive(length):
        while length:
            length -= len(host.recv(min(length, 65536)))

    try:
        times = []
        for ask, first, rest in [(b"i", 4096, size - 4096), (b"o", 0, 1)]:  # without what enumeration takes
            host.sendall(ask)
            receive(first)
            begun = time.monotonic()
            if ask == b"o":
                time.sleep(0.1)                     # until it is known what is asked for
                begun = time.monotonic()
                host.sendall(bytes(size))
            receive(rest)
            times.append(time.monotonic() - begun)
    finally:
        process.kill()
        process.wait()
    return times


def print_bulk(command):
    high = ["-global", "stm32f4-otg-hs.ulpi=on", "-device", "stm32-usb-host,port=otg-hs,cdc=far"]
    for title, name, args in [("full speed", "usb_bulk", ["-device", "stm32-usb-host,cdc=far"]),
                              ("high speed", "usb_bulk_high", high)]:
        elf = f"build/firmware/{name}.elf"
        subprocess.run(["firmware/build.sh", elf, f"tests/bench/{name}.c"], check=True)
        to_host, from_host = (statistics.median(column)
                              for column in zip(*[bulk(command + args, elf) for _ in range(ROUNDS)]))
        print(f"{f'USB bulk, {title}':34} ours {2.097152 / to_host:9.2f} Mbyte/s to the host, "
              f"{2.097152 / from_host:.2f} from it", flush=True)


def start_quietly(command, elf):
    return Qemu(command + ["-display", "none", "-monitor", "none", "-serial", "none", "-kernel", elf])


def read_disk(command, elf):
    """All of a USB disk, by QEMU's block layer to nowhere: bytes a second."""
    qemu = start_quietly(command + ["-device", "stm32-usb-host,msc=stick",
                                    "-blockdev", "driver=null-co,node-name=nowhere,size=2097152"], elf)
    for _ in range(200):
        time.sleep(0.05)
        try:
            qemu.command("blockdev-backup", job_id="j", device="stick", target="nowhere", sync="full",
                         auto_dismiss=False)
            break
        except QmpError:
            pass                                    # it has not been found yet
    begun = time.monotonic()
    while qemu.wait_event("JOB_STATUS_CHANGE")["data"]["status"] != "concluded":
        pass
    rate = (2 << 20) / (time.monotonic() - begun)
    qemu.close()
    return rate


def print_disk(command):
    elf = "build/firmware/bench-usb_disk.elf"
    subprocess.run(["firmware/build.sh", elf, "tests/bench/usb_disk.c"], check=True)
    rate = statistics.median(read_disk(command, elf) for _ in range(ROUNDS))
    print(f"{'USB disk, full speed':34} ours {rate / 1e6:9.2f} Mbyte/s read", flush=True)


def idle_usb(command, elf):
    """CPU seconds of five that a device has nothing to do, configured."""
    qemu = start_quietly(command, elf)
    time.sleep(2)
    before = cpu_of(qemu.process.pid)
    time.sleep(5)
    used = cpu_of(qemu.process.pid) - before
    qemu.close()
    return used


def print_idle_usb(command):
    """The same firmware with a cable and without: what the cable costs while nobody wants anything."""
    elf = "build/firmware/usb_bulk.elf"
    subprocess.run(["firmware/build.sh", elf, "tests/bench/usb_bulk.c"], check=True)
    host = ["-chardev", "null,id=far", "-device", "stm32-usb-host,cdc=far"]
    with_cable, without = (statistics.median(idle_usb(command + args, elf) for _ in range(ROUNDS))
                           for args in [host, []])
    print(f"{'idle, a USB device configured':34} ours {with_cable / 5 * 100:9.2f} % of a core, "
          f"{(with_cable - without) / 5 * 100:.2f} above without a cable", flush=True)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def dial(port, wanted):
    line = socket.create_connection(("127.0.0.1", port))
    line.settimeout(20)
    line.sendall(wanted)
    return line


def web(command, elf):
    """TCP over the user network: Mbit/s to the board, and from it."""
    size, down, up = 8000000, free_port(), free_port()
    process = subprocess.Popen(command + ["-display", "none", "-monitor", "none", "-serial", "none", "-kernel", elf,
                                          "-nic", f"user,hostfwd=tcp:127.0.0.1:{down}-:80,"
                                                  f"hostfwd=tcp:127.0.0.1:{up}-:9"], stdin=subprocess.DEVNULL)
    try:
        time.sleep(2)                               # the link comes up
        with dial(up, b"?") as line:
            line.shutdown(socket.SHUT_WR)
            line.recv(1)
        begun = time.monotonic()
        with dial(up, bytes(size)) as line:
            line.shutdown(socket.SHUT_WR)
            line.recv(1)
        to = time.monotonic() - begun
        begun = time.monotonic()
        with dial(down, f"GET /{size} HTTP/1.0\r\n\r\n".encode()) as line:
            while line.recv(65536):
                pass
        back = time.monotonic() - begun
    finally:
        process.kill()
        process.wait()
    return size * 8e-6 / to, size * 8e-6 / back


def print_web(command):
    elf = "build/firmware/web.elf"
    subprocess.run(["firmware/build.sh", elf, "tests/firmware/web.c"], check=True)
    to, back = (statistics.median(column) for column in zip(*[web(command, elf) for _ in range(ROUNDS)]))
    print(f"{'TCP over the user network':34} ours {to:9.1f} Mbit/s to the board, {back:.1f} from it", flush=True)


def print_idle_link(command):
    """A link that nobody talks over, SysTick at 1 kHz: compare with the last row, which has none."""
    cpu = measure("link", {"ours": command + ["-nic", "user"]})["ours"][0]
    print(f"{'1 s asleep, Ethernet link idle':34} ours {cpu / 6.4 * 100:9.2f} % of a core", flush=True)


def print_spi(command, start):
    """What 8 MiB by DMA, both ways, cost the host, without starting: with -icount and in real time."""
    part = ["-machine", "chip-select=spi1-pa4", "-device", "w25q80bl,bus=spi1"]
    wires = ["-machine", "wire=pb3-pb13:pb4-pb14:pb5-pb15"]
    for title, name, args in [("to nobody", "spi_dma", []), ("to a flash part", "spi_dma", part),
                              ("to another SPI", "spi_dma_pair", wires), ("awake", "spi_dma_busy", [])]:
        cpu = measure(name, {"icount": command + ["-icount", "shift=3,sleep=off"] + args,
                             "real time": command + args})
        print(f"{'SPI by DMA, ' + title:34} ours "
              + ", ".join(f"{8.388608 / (row[0] - start):.1f} Mbyte/s ({how})" for how, row in cpu.items()),
              flush=True)


def print_storm(command, start):
    """200 ms in which three SPIs, an ADC and copies go by DMA, and the core works: with runs, without, and in real time."""
    icount = command + ["-icount", "shift=3,sleep=off"]
    figures = measure("dma_storm", {"on": icount, "off": icount + ["-M", "runs=off"]})
    on, off = (0.2 / (figures[how][0] - start[0]) for how in ("on", "off"))
    real = 0.2 / (measure("dma_storm", {"real": command})["real"][1] - start[1])
    print(f"{'SPIs, ADC, copies at once, -icount':34} ours {on:9.3f} x real time, {off:.3f} with runs=off", flush=True)
    print(f"{'the same without -icount':34} ours {real:9.3f} x real time", flush=True)


def print_card(command):
    """32 MiB from and to a card at 48 MHz and four lines, which is 24 Mbyte/s, as fast as the host can."""
    with tempfile.NamedTemporaryFile() as image:
        image.truncate(64 << 20)
        card = command + ["-drive", f"if=sd,format=raw,file={image.name}"]
        for title, name in [("read", "card_read"), ("written", "card_write")]:
            _, wall, _ = measure(name, {"ours": card})["ours"]
            print(f"{f'SD card {title} by DMA':34} ours {33.554432 / wall:9.1f} Mbyte/s", flush=True)


def print_memory_controller(command, start):
    """External SRAM beside the chip's own; a TFT that gets 30 pictures a second for five seconds."""
    sram = command + ["-device", "stm32-sram,bank=ne3"]
    near, far = (measure(name, {"ours": sram})["ours"][0] - start[0] for name in ["memcpy", "memcpy_far"])
    print(f"{'512 MiB copied in external SRAM':34} {far / near:14.2f} x the time of internal SRAM", flush=True)
    tft = ["-device", "stm32-ili9341,bank=ne4,rs=a18"]
    print_five_seconds("TFT, 30 pictures a second by DMA", "tft_fill", command + tft, start)
    print_five_seconds("the same with -icount", "tft_fill", command + tft + ["-icount", "shift=3,sleep=off"], start)


def print_five_seconds(title, name, command, start):
    """Five seconds of virtual time, without the start: without -icount 1 x real time is the best there is."""
    cpu, wall = (figure - of_start for figure, of_start in zip(measure(name, {"ours": command})["ours"], start[:2]))
    print(f"{title:34} ours {cpu / 5 * 100:9.2f} % of a core, {5 / wall:.2f} x real time", flush=True)


def print_logic(command):
    """Ten pins that change 30 times a ms, without and with a logic analyser that writes all of it."""
    command = command + ["-icount", "shift=3,sleep=off"]
    pins = ":".join(f"pd{n}" for n in range(6, 16))
    with tempfile.NamedTemporaryFile(suffix=".vcd") as file:
        figures = measure("logic", {"off": command,
                                    "on": command + ["-device", f"stm32-logic,pins={pins},file={file.name}"]})
    print(f"{'ten pins, a logic analyser':34} {figures['on'][0] / figures['off'][0]:14.2f} x without", flush=True)


def print_watch(command):
    """A program of short functions, watched by the plugin."""
    plugin = os.path.join(os.path.dirname(OURS), "stm32", "libstm32-watch.so")
    with tempfile.TemporaryDirectory() as folder:
        ways = {"unwatched": command, **{
            what: command + ["-plugin", f"{plugin},{what}={folder}/out"] for what in ("coverage", "profile", "timeline")}}
        figures = measure("calls", ways)
    for what in ("coverage", "profile", "timeline"):
        print(f"{f'the plugin: {what}':34} {figures[what][0] / figures['unwatched'][0]:14.2f} x without", flush=True)


def print_checks(command):
    """What -machine checks= costs: a program of all sorts, short functions, and copies, which are the worst."""
    for title, name in (("lists, matrices, text, CRC", "mixed"), ("short functions", "calls"), ("copies", "memcpy")):
        figures = measure(name, {what: command + ["-M", f"checks={what}"] for what in ("off", "all")})
        print(f"{f'checks=all: {title}':34} {figures['all'][0] / figures['off'][0]:14.2f} x without", flush=True)


def print_timing(command):
    """What timing=approximate costs: a loop of one line, a program of all sorts, short functions, and copies."""
    for title, name in (("a tight loop", "compute"), ("lists, matrices, text, CRC", "mixed"), ("short functions", "calls"),
                        ("copies", "memcpy")):
        figures = measure(name, {what: command + ["-M", f"timing={what}", "-icount", "shift=3,sleep=off"]
                                 for what in ("instructions", "approximate")})
        print(f"{f'timing=approximate: {title}':34} "
              f"{figures['approximate'][0] / figures['instructions'][0]:14.2f} x instructions", flush=True)


def watch_page(port, ended):
    """A page that is open, in each process that is there, until @ended; it reads all it gets."""
    request = (f"GET / HTTP/1.1\r\nHost: localhost:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
               "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n").encode()
    while not ended.is_set():
        try:
            with socket.create_connection(("127.0.0.1", port), 1) as line:
                line.sendall(request)
                while line.recv(65536):
                    pass
        except OSError:
            time.sleep(0.005)


def print_page(command):
    """Ten pins that change 30 times a ms, with LEDs at all of them, and a page that shows them."""
    command = command + ["-icount", "shift=3,sleep=off"]
    for n in range(6, 16):
        command += ["-device", f"wokwi-led,id=l{n},A=pd{n},C=gnd"]
    port, ended = free_port(), threading.Event()
    reader = threading.Thread(target=watch_page, args=(port, ended))
    reader.start()
    try:
        figures = measure("logic", {"off": command, "on": command + ["-machine", f"page={port}"]})
    finally:
        ended.set()
        reader.join()
    for column, what in [(0, "CPU"), (1, "time")]:
        print(f"{f'ten LEDs, a page open, {what}':34} {figures['on'][column] / figures['off'][column]:14.2f} x without",
              flush=True)


def print_sleep(commands, start):
    """A guest that SysTick wakes every ms, without its start, beside what that costs whoever does it,
    a process that does nothing else."""
    idle = measure("idle", commands)
    for machine, row in idle.items():
        row[0] -= start[machine][0]
    before = time.process_time()
    for _ in range(5000):
        time.sleep(0.00095)
    idle["a bare process"] = [time.process_time() - before]
    show("1 s asleep, SysTick at 1 kHz", idle, 0, "% of a core", 100 / 5)


def with_icount(commands):
    return {machine: command + ["-icount", "shift=3,sleep=off"] for machine, command in commands.items()}


def print_accesses(commands, how):
    show(f"register read, each{how}", measure("poll_read", commands), 0, "ns CPU", 100)
    show(f"register write, each{how}", measure("poll_write", commands), 0, "ns CPU", 100)
    show(f"pin toggled, each{how}", measure("toggle_pin", commands), 0, "ns CPU", 100)
    show(f"in a long block, each{how}", measure("block", commands), 0, "ns CPU", 100)


class Machines:
    """What there is to measure, and what a start of each costs, if a row asks for that."""
    def __init__(self):
        distribution = next((path for path in ["/usr/bin/qemu-system-arm"] if os.path.exists(path)), None)
        if not distribution:
            print("no qemu-system-arm of the distribution here: install it to compare with it too")
        self.all = machines(distribution)
        self.ours = self.all["ours"]
        self.icount = self.ours + ["-icount", "shift=3,sleep=off"]

    @functools.cached_property
    def starts(self):
        return measure("start", self.all)

    @property
    def start(self):
        return self.starts["ours"]


def print_start(m):
    show("start to guest exit", m.starts, 1, "ms", 1000)
    show("peak memory", m.starts, 2, "MiB", 1 / 1024)


def print_timers(m):
    off, on, pwm = (measure(f"timers_{what}", {"ours": m.ours})["ours"][0] for what in ["off", "on", "pwm"])
    print(f"{'the same work, 14 timers running':34} {on / off:14.2f} x without")
    print(f"{'the same work, PWM of 1 MHz':34} {pwm / off:14.2f} x without")


def print_timer_interrupts(m):
    print_five_seconds("20 000 timer interrupts a second", "timer_interrupts_20k", m.ours, m.start)
    print_five_seconds("100 000 timer interrupts a second", "timer_interrupts", m.ours, m.start)
    print_five_seconds("the same with -icount", "timer_interrupts", m.icount, m.start)


def print_control_loop(m):
    print_five_seconds("a motor's control loop at 20 kHz", "control_loop", m.ours, m.start)
    print_five_seconds("the same with -icount", "control_loop", m.icount, m.start)


def print_pulses(m):
    for title, name in [("pulses of 1.3 us by DMA, asleep", "pulses"), ("the same, awake", "pulses_awake")]:
        print_five_seconds(title, name, m.ours, m.start)
        print_five_seconds(f"{title}, -icount", name, m.icount, m.start)


def print_polled(m):
    show_pair("10 s of USART at 115200, polled", measure("uart_poll", {
        "without": m.icount + ["-M", "fast-forward=off"], "fast-forward": m.icount}))


def print_can(m):
    bus = ["-object", "can-bus,id=b", "-machine", "canbus1=b,canbus2=b"]
    show("CAN at 1 Mbit/s, never a pause", measure("can", {"ours": m.ours + bus}), 0, "% of a core", 100 / 5)


ROWS = {
    "start": print_start,
    "compute": lambda m: show("compute loop, 1000 M rounds", measure("compute", m.all), 0, "s CPU"),
    "mixed": lambda m: show("lists, matrices, text, CRC", measure("mixed", m.all), 0, "s CPU"),
    "accesses": lambda m: print_accesses(m.all, ""),
    "accesses-icount": lambda m: print_accesses(with_icount(m.all), ", -icount"),
    "interrupts": lambda m: show("software interrupt, each", measure("interrupts", m.all), 0, "us CPU"),
    "copies": lambda m: print_copies(m.ours, m.start[0]),
    "spi": lambda m: print_spi(m.ours, m.start[0]),
    "storm": lambda m: print_storm(m.ours, m.start),
    "fsmc": lambda m: print_memory_controller(m.ours, m.start),
    "usart-dma": lambda m: print_echo(m.ours, m.start[0]),
    "usb-bulk": lambda m: print_bulk(m.ours),
    "usb-disk": lambda m: print_disk(m.ours),
    "usb-idle": lambda m: print_idle_usb(m.ours),
    "card": lambda m: print_card(m.ours),
    "ethernet": lambda m: print_web(m.ours),
    "ethernet-idle": lambda m: print_idle_link(m.ours),
    "watch": lambda m: print_watch(m.ours),
    "checks": lambda m: print_checks(m.ours),
    "timing": lambda m: print_timing(m.ours),
    "timers": print_timers,
    "timer-interrupts": print_timer_interrupts,
    "control-loop": print_control_loop,
    "pulses": print_pulses,
    "usart-polled": print_polled,
    "adc": lambda m: show("A/D conversions by DMA, 2.4 M a s", measure("adc_dma", {"ours": m.ours}), 0,
                          "% of a core", 100 / 5),
    "i2s": lambda m: show("I2S by DMA, 96 kHz stereo", measure("i2s_dma", {"ours": m.ours}), 0, "% of a core", 100 / 5),
    "can": print_can,
    "logic": lambda m: print_logic(m.ours),
    "page": lambda m: print_page(m.ours),
    "sleep": lambda m: print_sleep(m.all, m.starts),
}


def main():
    unknown = [name for name in sys.argv[1:] if name not in ROWS]
    if unknown:
        sys.exit(f"bench: no row {', '.join(unknown)}; there are: {' '.join(ROWS)}")
    m = Machines()
    for name in sys.argv[1:] or ROWS:
        ROWS[name](m)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()
