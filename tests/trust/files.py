#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Files that are read as a part is made, or as the machine is: NMEA of a GPS, voltages and sound of a generator, a backup.  Good ones
with changes at random; each is refused, or the board runs for some seconds.

  files.py -n 1000 -s 1      so many of each kind, from this seed on
"""
import argparse
import os
import random
import struct
import subprocess
import sys
import tempfile

ROOT = os.path.realpath(os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", ".."))
sys.path.insert(0, os.path.join(ROOT, "kit", "python"))
from stm32f407g_disc import Board       # noqa: E402
from stm32f407g_disc.errors import BoardError       # noqa: E402

QEMU = os.path.join(ROOT, "build", "qemu", "qemu-system-arm")
FIRMWARE = os.path.join(ROOT, "build", "firmware", "analog.elf")
NMEA = b"".join(b"$GPRMC,%02d0000.00,A,4807.03800,N,01131.00000,E,0.000,0.00,010124,,,A*6F\r\n$GPGGA,%02d0000.00,,,,,0,00,,,,,,,*60\r\n" % (n, n)
                for n in range(8))
VOLTAGES = b"# mV\n" + b"".join(b"%d %d\n" % (n * 1000, n * 37 % 3300) for n in range(60))
SOUND = b"RIFF" + struct.pack("<I", 236) + b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 16000, 2, 16) + b"data" + \
        struct.pack("<I", 200) + bytes(range(200))


def backup():
    """As the machine itself writes one."""
    with tempfile.TemporaryDirectory() as folder:
        name = os.path.join(folder, "backup")
        with Board(FIRMWARE, machine={"backup": name}) as board:
            board.run("1ms")
        with open(name, "rb") as file:
            return file.read()


KINDS = {
    "nmea": (NMEA, lambda name: {"args": ["-device", f"board-gps,id=g,TX=pa10,PPS=pe11,file={name}"]}),
    "voltages": (VOLTAGES, lambda name: {"args": ["-device", f"stm32-signal,pin=pa1,file={name}"]}),
    "sound": (SOUND, lambda name: {"args": ["-device", f"stm32-signal,pin=pa1,file={name}"]}),
    "backup": (None, lambda name: {"machine": {"backup": name}}),
}
PIECES = (b"", b"\0", b"\n", b"\r\n", b"$", b"-1", b"nan", b"1e308", b"99999999999999999999", b",", b"\xff" * 4, b"0" * 300, b"\0" * 4)


def change(data, rng):
    data = bytearray(data)
    for _ in range(rng.randrange(1, 4)):
        at = rng.randrange(len(data) + 1)
        how = rng.randrange(5)
        if how == 0 and at < len(data):
            data[at] ^= 1 << rng.randrange(8)
        elif how == 1:
            data[at:at + rng.randrange(1, 9)] = rng.choice(PIECES)
        elif how == 2:
            del data[at:at + rng.randrange(1, 200)]
        elif how == 3:
            data[at:at] = data[rng.randrange(len(data) + 1):][:64]
        else:
            data[at:at] = bytes(rng.randrange(256) for _ in range(4))
    return bytes(data)


def play(name, options):
    """Has it been taken?  What ends QEMU otherwise than by its own words is an error."""
    try:
        with Board(FIRMWARE, qemu=QEMU, **options(name)) as board:
            board.run("2500ms")
            board.pin("PA1").voltage            # noqa: B018
            return True
    except BoardError as error:
        if "by signal" in str(error):
            raise
        return False


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-n", type=int, default=20)
    parser.add_argument("-s", type=int, default=1)
    options = parser.parse_args()
    os.environ["STM32F407G_DISC_QEMU"] = QEMU
    failed = 0
    for kind, (good, wanted) in KINDS.items():
        good, taken = good or backup(), 0
        for seed in range(options.s, options.s + options.n):
            with tempfile.NamedTemporaryFile(suffix=f".{kind}", delete=False) as file:
                file.write(change(good, random.Random(f"{kind} {seed}")))
            try:
                taken += play(file.name, wanted)
                os.unlink(file.name)
            except (BoardError, AssertionError, subprocess.SubprocessError) as error:
                failed += 1
                print(f"{kind}, seed {seed}: {error}; the file is {file.name}", flush=True)
        print(f"{kind}: {options.n} files, {taken} taken", flush=True)
    sys.exit(failed > 0)


main()
