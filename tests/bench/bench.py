#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Measures this machine beside QEMU's own STM32F405 board, in turn in one run: `make bench`.

"upstream" is netduinoplus2 in the same build, "distribution" the same machine in the system's
qemu-system-arm.  Each figure is the median over the rounds of a whole process; compare the ratios,
the absolute figures are this host's.
"""
import os
import resource
import statistics
import subprocess
import sys
import time

ROUNDS = 5
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
    print(f"{title:34} {'   '.join(cells)}   ours = {', '.join(ratios)}", flush=True)


def print_floor():
    """What sleeping costs on this host whoever does it: a process that wakes every ms."""
    before = time.process_time()
    for _ in range(1000):
        time.sleep(0.00095)
    cost = (time.process_time() - before) * 100
    print(f"{'a bare process woken at 1 kHz':34} host {cost:14.2f} % of a core")


def main():
    distribution = next((path for path in ["/usr/bin/qemu-system-arm"] if os.path.exists(path)), None)
    commands = machines(distribution)
    if not distribution:
        print("no qemu-system-arm of the distribution here: install it to compare with it too")
    start = measure("start", commands)
    show("start to guest exit", start, 1, "ms", 1000)
    show("peak memory", start, 2, "MiB", 1 / 1024)
    show("compute loop, 1000 M rounds", measure("compute", commands), 0, "s CPU")
    show("register read, each", measure("poll_read", commands), 0, "ns CPU", 100)
    show("register write, each", measure("poll_write", commands), 0, "ns CPU", 100)
    show("pin toggled, each", measure("toggle_pin", commands), 0, "ns CPU", 100)
    show("software interrupt, each", measure("interrupts", commands), 0, "us CPU")
    ours = {"ours": commands["ours"]}
    show("512 MiB copied by instructions", measure("memcpy", ours), 0, "us CPU/MiB", 1e6 / 512)
    show("512 MiB copied by DMA", measure("dma_copy", ours), 0, "us CPU/MiB", 1e6 / 512)
    show("1 MiB in by USART DMA, 1 Mbyte/s", measure_usart(ours["ours"]), 0, "us CPU/KiB", 1e6 / 1024)
    print_floor()
    show("1 s asleep, SysTick at 1 kHz", measure("idle", commands), 0, "% of a core", 100 / 5)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()
