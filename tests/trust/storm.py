#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Random accesses all over the map by a hostile guest (tests/firmware/storm.c), seed by seed, until there have been
enough: peripherals are set up at random before, and do what they have been told meanwhile.

  storm.py -n 1000000000 -s 1               by the guest
  storm.py -n 1000000000 -s 1 --outside     at half of the cost, without a CPU (tests/fuzz/registers.c)

A seed is over when it has had its share, or when the guest does not go on: it has shut itself off, as a guest may.  What
counts as a failure is a QEMU that ends, does not answer, or whose time stands.
"""
import argparse
import os
import struct
import subprocess
import sys
import tempfile
import time

ROOT = os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "..")
sys.path.insert(0, os.path.join(ROOT, "kit", "python"))
from stm32f407g_disc.qmp import Gone, Qemu

QEMU = os.environ.get("QTEST_QEMU_BINARY", os.path.join(ROOT, "build", "qemu", "qemu-system-arm"))
FIRMWARE = os.environ.get("STM32_FIRMWARE", os.path.join(ROOT, "build", "firmware"))
SEED, STORM, ACCESSES = 0x1000ff00, 0x1000ff08, 0x1000ff0c
IN_A_ROUND, SHARE = 100000, 4000000
REPLAY = os.path.join(os.path.dirname(QEMU), "stm32", "tests", "fuzz", "stm32-replay")
SHARE_OUTSIDE, PATIENCE = 10000000, 3600        # accesses; s
SLICE = 50 * 10**6              # ns
WIRES = ("pa2-pa3:pa6-pa7:pb6-pb10:pb9-pb11", "pb14-pb15:pa6-pb0:pd12-pc6:pa9-pa10", "pc6-pc7:pb12-pa4:pb13-pa5:pa0-pa8",
         "pd0-pd1:pc10-pc11:pb3-pa5:pe9-pe11:pa4-pa1")
PARTS = ("-device", "stm32-ili9341,bank=ne1,rs=a16", "-device", "stm32-sram,bank=ne3", "-device", "stm32-nor,bank=ne2",
         "-device", "stm32-nand,bank=nce2,width=8,ready=pd6", "-device", "stm32-camera,model=ov9655,bus=i2c1",
         "-nic", "user", "-object", "can-bus,id=b", "-machine", "canbus1=b,canbus2=b")


def loader(address, word):
    return ["-device", f"loader,addr={address},data={word},data-len=4"]


class Storm:
    def __init__(self, seed, folder):
        self.file = os.path.join(folder, "word")
        self.qemu = Qemu([QEMU, "-machine", f"stm32f407g_disc,wire={WIRES[seed % len(WIRES)]}", "-icount",
                          "shift=3,sleep=off", "-S", "-seed", str(seed), "-display", "none", "-monitor", "none", "-serial",
                          "null", *PARTS, "-kernel", os.path.join(FIRMWARE, "storm.elf"), *loader(SEED, 2 * seed + 1),
                          *loader(STORM, IN_A_ROUND)])
        self.now = 0

    def accesses(self):
        self.qemu.command("pmemsave", val=ACCESSES, size=4, filename=self.file)
        with open(self.file, "rb") as file:
            return struct.unpack("<I", file.read())[0]

    def go_on(self):
        self.now += SLICE
        self.qemu.events.clear()
        self.qemu.set("/machine", "stop-at", self.now)
        self.qemu.command("cont")
        self.qemu.wait_event("STOP", patience=1800)


def play(seed, wanted, folder):
    """How many accesses this seed was good for; None: QEMU has failed."""
    storm, done = Storm(seed, folder), 0
    try:
        while done < wanted:
            storm.go_on()
            before, done = done, storm.accesses()
            if done == before:
                break
        storm.qemu.command("system_reset")
        storm.qemu.command("query-status")
    except Gone:
        print(f"# seed {seed}: QEMU has ended with {storm.qemu.process.wait()}: {storm.qemu.said()}", flush=True)
        return None
    except (TimeoutError, Exception) as error:      # what it was matters less than with which seed
        print(f"# seed {seed}: {type(error).__name__} {error}", flush=True)
        return None
    finally:
        storm.qemu.close()
    return done


def play_outside(seed, wanted, _folder):
    """The same, without a guest."""
    command = [REPLAY, "registers", "storm", str(seed), str(min(wanted, SHARE_OUTSIDE))]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE, check=False, text=True,
                              errors="replace")
    except subprocess.TimeoutExpired:
        print(f"# seed {seed}: hangs", flush=True)
        return None
    if done.returncode or not done.stdout.endswith("done\n"):
        print(f"# seed {seed}: ended with {done.returncode}: {done.stderr[-1000:]}", flush=True)
        return None
    return int(command[-1])


def main():
    words = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    words.add_argument("-n", "--accesses", type=int, default=10**9)
    words.add_argument("-s", "--seed", type=int, default=1)
    words.add_argument("--outside", action="store_true")
    options = words.parse_args()
    share, kind = (SHARE_OUTSIDE, play_outside) if options.outside else (SHARE, play)
    total, failed, seed, begun, none = 0, 0, options.seed, time.time(), 0
    with tempfile.TemporaryDirectory() as folder:
        while total < options.accesses and none < 20:
            done = kind(seed, min(share, options.accesses - total), folder)
            failed += done is None
            none = 0 if done else none + 1
            total += done or 0
            seed += 1
            print(f"# {total} accesses by {seed - options.seed} seeds in {time.time() - begun:.0f} s, {failed} failed", flush=True)
    good = not failed and total >= options.accesses
    print(f"1..1\n{'ok' if good else 'not ok'} 1 arm/trust/storm")
    sys.exit(not good)


main()
