#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Has the format of snapshots changed?  By TAP.

QEMU says what its devices write (-dump-vmstate); what ours, and those that our patches changed, wrote in the last format
is in format.json.  A device that is new, or can do more, changes nothing for who has none of it; one that is another
than it was has to have another version, and FORMAT in board/configuration.c is raised, once between two releases.
After that: tests/trust/format.py --write
"""
import json
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.realpath(__file__))
ROOT = os.path.join(HERE, "..", "..")
QEMU = os.environ.get("QTEST_QEMU_BINARY", os.path.join(ROOT, "build", "qemu", "qemu-system-arm"))
KNOWN = os.path.join(HERE, "format.json")
OURS = re.compile(r"stm32f4-|stm32f407|stm32-|armv7m-(dwt|fpb|itm|coredebug|tpiu)$|at24c-eeprom$|w25q80bl$")


def number():
    with open(os.path.join(ROOT, "board", "configuration.c"), encoding="utf-8") as file:
        return int(re.search(r"#define FORMAT (\d+)", file.read())[1])


def described(description):
    """A description without what does not matter, as lines."""
    lines = [f"version {description['version_id']}, reads from {description['minimum_version_id']}"]
    for field in description.get("Fields", []):
        size = "" if "Description" in field else f" {field['size']}"        # what a struct takes in memory is not written
        lines.append(f"{field['field']}{size} from {field['version_id']}")
        if "Description" in field:
            lines += ["  " + line for line in described(field["Description"])]
    for section in description.get("Subsections", []):
        lines += [f"subsection {section['name']}"] + ["  " + line for line in described(section)]
    return lines


def written():
    """What each device writes."""
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "vmstate.json")
        subprocess.run([QEMU, "-machine", "stm32f407g_disc", "-dump-vmstate", file], check=True, timeout=60)
        with open(file, encoding="utf-8") as text:
            devices = json.load(text)
    return {name: described(devices[name]["Description"]) for name in sorted(devices) if OURS.match(name)}


def check():
    with open(KNOWN, encoding="utf-8") as file:
        known = json.load(file)
    now, changed = written(), []
    for name, lines in known["devices"].items():
        if now.get(name) != lines:
            changed.append(name)
    if known["format"] != number():
        print(f"# format.json has format {known['format']}, board/configuration.c {number()}: tests/trust/format.py --write")
    for name in changed:
        for line in sorted(set(known["devices"][name]) ^ set(now.get(name, []))):
            print(f"# {name}: {line}")
    if changed:
        print("# these write something else than they did: raise their version_id, and FORMAT in board/configuration.c if "
              "it is not yet another than the last release's; then tests/trust/format.py --write")
    return not changed and known["format"] == number()


if "--write" in sys.argv:
    with open(KNOWN, "w", encoding="utf-8") as out:
        json.dump({"format": number(), "devices": written()}, out, indent=0)
        out.write("\n")
else:
    print("1..1")
    good = check()
    print(f"{'ok' if good else 'not ok'} 1 arm/trust/format")
    sys.exit(not good)
