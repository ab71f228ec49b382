#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Counts the subtests in meson's log: "N passed, N failed", and fails if one did or none ran.  What was skipped, for a
tool that is not there, is named before."""
import json
import os
import sys


def count(test):
    lines = [line.strip() for line in test["stdout"].splitlines()]
    passed = sum(line.startswith("ok ") for line in lines)
    failed = sum(line.startswith("not ok ") for line in lines)
    if test["result"] == "SKIP":
        print(f"skipped: {test['name'].split(' / ')[-1]}:{lines[0].partition('# SKIP')[2] if lines else ''}")
    elif test["result"] != "OK" and not failed:
        failed = 1              # it crashed, or hung
    return passed, failed


def main(log):
    tests = [json.loads(line) for line in open(log)] if os.path.exists(log) else []
    counts = [count(test) for test in tests] or [(0, 1)]
    passed, failed = (sum(column) for column in zip(*counts))
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed > 0)


main(sys.argv[1])
