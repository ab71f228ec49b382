#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What the fuzzers have found, played again, by TAP: corpus/TARGET.txt, a line an input, by one process for each target.

  corpus-test.py build/qemu/stm32/tests/fuzz/stm32-replay [TARGET ...]
"""
import os
import subprocess
import sys

CORPUS = os.path.join(os.path.dirname(os.path.realpath(__file__)), "corpus")
SECONDS = 300                   # for a target, on a host that is slow or busy


def play(replay, target):
    """None, or what was wrong."""
    try:
        done = subprocess.run([replay, target, os.path.join(CORPUS, f"{target}.txt")], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              timeout=SECONDS, check=False, text=True, errors="replace")
    except subprocess.TimeoutExpired as late:
        return f"hangs: {(late.stdout or b'').decode()[-200:]}"
    lines = done.stdout.splitlines()
    if done.returncode or lines[-1:] != ["done"]:
        return "\n".join([f"ended with {done.returncode} at {lines[-1:]}", *done.stderr.splitlines()[-30:]])
    return None


def main():
    replay, targets = sys.argv[1], sys.argv[2:] or sorted(name[:-len('.txt')] for name in os.listdir(CORPUS))
    failed = 0
    print(f"1..{len(targets)}")
    for number, target in enumerate(targets, 1):
        wrong = play(replay, target)
        for line in wrong.splitlines() if wrong else []:
            print(f"# {line}"[:400])
        failed += bool(wrong)
        print(f"{'not ok' if wrong else 'ok'} {number} arm/fuzz/{target}", flush=True)
    sys.exit(failed > 0)


main()
