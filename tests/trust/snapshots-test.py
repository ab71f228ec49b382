#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Snapshots anywhere, by TAP: programs are stopped at random instants and saved there; what another process loads goes on
exactly as the one that was never stopped.

What is compared at the instant, at the next one and, of some, at the end: all properties, the core's registers, memory, what the
serial ports have sent; what was traced until the next one, or seen by the logic analyser, from there on.

  snapshots-test.py                     a sample
  snapshots-test.py -n 1000 -s 5        that many instants over all programs, from seed 5 on
  snapshots-test.py -n 40 tilt rtc      of these programs
"""
import argparse
import os
import random
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
from machine import MS, WATCHES, Machine, traced
from programs import PROGRAMS
import look

# What `make test` has time for: programs, each watched in one way.
SAMPLE = (("can", "traced"), ("i2c", "quiet"), ("runs", "quiet"), ("tilt", "analysed"), ("timers", "analysed"))
END_OF = 3                      # of so many snapshots one goes on to the end, the others to where the next one was taken
# Where something was found: an EEPROM whose access has begun, a flash part that has been programmed, a clock that goes to a
# timer which does not listen, an I2C bus that is busy before there is one, an interrupt of who has lost its clock; a CAN frame's
# next bits, which are drawn when the analyser has looked beyond their begin; the end of an SPI slave's frame, which is drawn in
# the midst of the next one.
FOUND = (("soft", "quiet", 1960559), ("spi", "quiet", 37800000), ("hostile", "quiet", 831295), ("hostile", "quiet", 72435655),
         ("hostile", "quiet", 59251875), ("snapshot", "analysed", 21733703), ("snapshot", "analysed", 46282809),
         ("runs_awake", "traced", 9283146), ("runs_awake", "traced", 10104012))


class Reference:
    """A run that is saved at instants and goes on."""

    def __init__(self, program, watch, instants, folder):
        self.instants, self.looks, self.files, self.said = instants, [], [], []
        self.logged = []        # since the one before
        machine = Machine(program, os.path.join(folder, "reference"), watch)
        for n, ns in enumerate(instants):
            machine.run_until(ns)
            self._take(machine)
            self.files.append(os.path.join(folder, f"snapshot{n}"))
            machine.save(self.files[-1])
        machine.run_until(program.ms * MS)
        self._take(machine)
        self.edges = machine.edges()
        machine.close()

    def _take(self, machine):
        self.logged.append(machine.trace())
        self.said.append(machine.said())
        self.looks.append(machine.look())
        machine.trace()


def instants_of(program, generator, count):
    """Anywhere, and as many while it begins, when clocks are set."""
    end = program.ms * MS
    chosen = {generator.randrange(1, end) if generator.randrange(3) else generator.randrange(1, min(end, 3 * MS))
              for _ in range(count)}
    return sorted(chosen)


class Report:
    """What is different, told as comments of TAP."""

    def __init__(self, what):
        self.what, self.good = what, True

    def fail(self, *lines):
        self.good = False
        for line in (self.what, *lines):
            print(f"# {line}"[:400], flush=True)

    def same_look(self, when, one, other):
        lines = look.differences(one, other)
        if lines:
            self.fail(f"differs {when}:", *lines)

    def same_text(self, when, one, other):
        if one != other:
            at = next((n for n, (a, b) in enumerate(zip(one, other)) if a != b), min(len(one), len(other)))
            self.fail(f"{when}: {len(one)} and {len(other)} bytes, differ from {at} on",
                      *(repr(text[max(0, text.rfind(b"\n", 0, at)):][:160]) for text in (one, other)))


def check_snapshot(report, program, watch, reference, n, folder):
    """Load snapshot @n in a new process, go on to the next, and to the end."""
    machine = Machine(program, os.path.join(folder, "loaded"), watch, reference.files[n])
    last = len(reference.looks) - 1
    report.same_look("when it is loaded", reference.looks[n], machine.look())
    machine.trace()
    for k in sorted({n + 1, last}) if n % END_OF == 0 and watch != "traced" else [n + 1]:
        machine.run_until(reference.instants[k] if k < last else program.ms * MS)
        when = f"at {machine.now} ns"
        if watch == "traced":
            logs = reference.logged[k], machine.trace()
            if logs[0] != logs[1]:
                report.same_text(f"trace {when}", *(traced(log) for log in logs))
        for port, (whole, before, mine) in enumerate(zip(reference.said[k], reference.said[n], machine.said())):
            report.same_text(f"serial {port} {when}", whole[len(before):], mine)
        report.same_look(when, reference.looks[k], machine.look())
    edges = [[e for e in of if e[0] > machine.begun and e[0] < machine.now] for of in (reference.edges, machine.edges())]
    if edges[0] != edges[1]:
        at = next((k for k, (a, b) in enumerate(zip(*edges)) if a != b), min(map(len, edges)))
        report.fail(f"edges differ from number {at} on: {edges[0][at:at + 2]} | {edges[1][at:at + 2]}")
    machine.close()


def check(program, watch, seed, count, instants=None):
    """@count snapshots of one run, or at @instants; how many of them can be told, and how many there are."""
    folder = tempfile.mkdtemp(prefix="stm32-trust-")
    generator = random.Random(f"{program.name} {watch} {seed}")
    bad = 0
    try:
        reference = Reference(program, watch, instants or instants_of(program, generator, count), folder)
        plain = Machine(program, os.path.join(folder, "plain"), watch)
        plain.run_until(program.ms * MS)
        report = Report(f"{program.name}, {watch}, seed {seed}: the run that was saved, and one that was not")
        report.same_look("at the end", plain.look(), reference.looks[-1])
        plain.close()
        bad += not report.good
        for n, ns in enumerate(reference.instants):
            report = Report(f"{program.name}, {watch}, seed {seed}: saved at {ns} ns")
            check_snapshot(report, program, watch, reference, n, folder)
            bad += not report.good
        return bad, len(reference.instants)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def named(name):
    return next(program for program in PROGRAMS if program.name == name)


def sample(seed):
    """Every part of it one instant."""
    tests = [(name, named(name), watch, None) for name, watch in SAMPLE]
    tests += [(f"{name}-found", named(name), watch, [ns]) for name, watch, ns in FOUND]
    print(f"1..{len(tests)}")
    failed = 0
    for number, (name, program, watch, instants) in enumerate(tests, 1):
        bad, _ = check(program, watch, seed, 1, instants)
        failed += bool(bad)
        print(f"{'not ok' if bad else 'ok'} {number} arm/trust/snapshots/{name}", flush=True)
    sys.exit(failed > 0)


def all_over(programs, watches, seed, count):
    """@count instants over all @programs."""
    each, total, failed = -(-count // len(programs)), 0, 0
    print(f"1..{len(programs)}")
    for number, program in enumerate(programs, 1):
        bad = 0
        for n, watch in enumerate(watches):
            share = each // len(watches) + (n < each % len(watches))
            if share:
                wrong, done = check(program, watch, seed, share)
                bad, total = bad + wrong, total + done
        failed += bool(bad)
        print(f"{'not ok' if bad else 'ok'} {number} arm/trust/snapshots/{program.name}", flush=True)
    print(f"# {total} instants")
    sys.exit(failed > 0)


def main():
    words = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    words.add_argument("-n", "--instants", type=int, default=0, help="how many, over all programs; without: a sample")
    words.add_argument("-s", "--seed", type=int, default=1)
    words.add_argument("-w", "--watch", choices=WATCHES, help="only so")
    words.add_argument("programs", nargs="*")
    options = words.parse_args()
    if not options.instants:
        sample(options.seed)
    programs = [p for p in PROGRAMS if p.name in options.programs or not options.programs]
    all_over(programs, [options.watch] if options.watch else WATCHES, options.seed, options.instants)


main()
