#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The plugin that watches firmware, by TAP: what it writes, and that genhtml and callgrind_annotate can read it."""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap

QEMU = os.environ["QTEST_QEMU_BINARY"]
FIRMWARE = os.environ["STM32_FIRMWARE"]
PLUGIN = os.path.join(os.path.dirname(QEMU), "stm32", "libstm32-watch.so")
ROOT = os.path.realpath(os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", ".."))
SOURCE = os.path.join(ROOT, "tests", "firmware", "watched.c")


def watch(*options, elf="watched.elf", icount=True):
    """QEMU, to the end of the firmware: what it says, and its exit code."""
    done = subprocess.run(
        [QEMU, "-machine", "stm32f407g_disc", "-display", "none", "-monitor", "none", "-serial", "null",
         "-semihosting-config", "enable=on,target=native", "-plugin", ",".join([PLUGIN, *options]),
         *(["-icount", "shift=3,sleep=off"] if icount else []), *(["-kernel", os.path.join(FIRMWARE, elf)] if elf else [])],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=100, check=False)
    return done.stdout.decode(errors="replace"), done.returncode


def marked(text):
    """The number of the line that ends in this comment."""
    with open(SOURCE, encoding="utf-8") as file:
        return next(n for n, line in enumerate(file, 1) if line.rstrip().endswith(f"/* {text} */"))


def lcov(path):
    """{file: ({line: count}, {function: count})}"""
    files = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            word, _, rest = line.rstrip("\n").partition(":")
            if word == "SF":
                lines, functions = files.setdefault(rest, ({}, {}))
            elif word == "DA":
                number, count = rest.split(",")
                lines[int(number)] = int(count)
            elif word == "FNDA":
                count, name = rest.split(",", 1)
                functions[name] = int(count)
    return files


def in_folder(test):
    def run():
        with tempfile.TemporaryDirectory() as folder:
            return test(folder)
    return run


def coverage(icount):
    def test(folder):
        says, code = watch(f"coverage={folder}/c.info", f"coverage={folder}/c.xml", f"root={ROOT}", icount=icount)
        lines, functions = lcov(f"{folder}/c.info")[SOURCE]
        tree = xml.etree.ElementTree.parse(f"{folder}/c.xml").getroot()
        names = {c.get("filename"): c for c in tree.iter("class")}
        hits = {int(line.get("number")): int(line.get("hits"))
                for line in names["tests/firmware/watched.c"].find("lines")}
        ticks = lines[marked("ticks")]
        return ((says, code) == ("", 0) and (ticks == 5 or not icount and ticks >= 5)
                and lines[marked("leaf")] == 20 + ticks and lines[marked("never")] == 0
                and lines[marked("rounds")] == 10 and functions["early"] == 10 and functions["never"] == 0
                and functions["main"] == 1 and hits == lines and 0 < float(tree.get("line-rate")) < 1)
    return in_folder(test)


def merged(folder):
    """Three runs are three times one; what is not lcov's in the file does no harm."""
    for _ in range(3):
        watch(f"coverage={folder}/c.info", "merge=on")
    lines, functions = lcov(f"{folder}/c.info")[SOURCE]
    with open(f"{folder}/d.info", "w", encoding="utf-8") as file:
        file.write(f"DA:1\nSF:{SOURCE}\nDA:x,3\nDA:{marked('never')},7\nFNDA:9,nobody\nDA:99999999999999999999,1\nFN:,\n\0\xff")
    watch(f"coverage={folder}/d.info", "merge=on")
    return (lines[marked("leaf")] == 75 and functions["early"] == 30
            and lcov(f"{folder}/d.info")[SOURCE][0][marked("never")] == 7)


def genhtml(folder):
    watch(f"coverage={folder}/c.info")
    done = subprocess.run(["genhtml", "-q", "-o", f"{folder}/html", f"{folder}/c.info"], check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    pages = [name for _, _, names in os.walk(f"{folder}/html") for name in names]
    return done.returncode == 0 and "watched.c.gcov.html" in pages


def profile(folder):
    """callgrind_annotate finds who calls whom, how often, and where the time went."""
    says, code = watch(f"profile={folder}/callgrind.out")
    done = subprocess.run(["callgrind_annotate", "--inclusive=yes", "--tree=both", "--auto=no", "--threshold=100",
                           "callgrind.out"], cwd=folder, stdout=subprocess.PIPE, text=True, check=False)
    text = done.stdout.replace(",", "")
    calls = dict(re.findall(r"> .*watched\.c:(\w+) \((\d+)x\)", text))
    inside = re.search(r"([\d]+) \([ \d.]+%\)\s+\d+ \([ \d.]+%\)\s+\* .*board\.c:sleep_ms", text)
    return ((says, code, done.returncode) == ("", 0, 0) and calls.get("early") == "10"
            and inside is not None and 70000 <= int(inside.group(1)) <= 81000)       # 5 ms at 16 MHz


def timeline(folder):
    says, code = watch(f"timeline={folder}/trace.json")
    with open(f"{folder}/trace.json", encoding="utf-8") as file:
        events = json.load(file)["traceEvents"]
    names = {e["tid"]: e["args"]["name"] for e in events if e["name"] == "thread_name"}
    stacks, last, good = {}, 0, True
    for e in events:
        if e["ph"] == "B":
            stacks.setdefault(e["tid"], []).append(e["name"])
        elif e["ph"] == "E":
            good = good and stacks[e["tid"]].pop().split(" (")[0] == e["name"]
        else:
            continue
        good = good and e["ts"] >= last
        last = e["ts"]
    ticks = [e for e in events if e["name"] == "systick_handler (exception 15)"]
    turns = {tid: len([e for e in events if e.get("tid") == 1000000 and e["ph"] == "B" and e["name"] == name])
             for tid, name in names.items()}
    ping, pong = (next(tid for tid, name in names.items() if name == wanted) for wanted in ("ping", "pong"))
    return ((says, code) == ("", 0) and good and len(ticks) == 5 and all(900 < b["ts"] - a["ts"] < 1100
                                                                        for a, b in zip(ticks, ticks[1:]))
            and set(names.values()) == {"core", "interrupts", "before the kernel", "ping", "pong"}
            and turns[ping] >= 9 and turns[pong] == 10)


def limited(folder):
    says, code = watch(f"timeline={folder}/trace.json", "limit=20")
    with open(f"{folder}/trace.json", encoding="utf-8") as file:
        events = [e for e in json.load(file)["traceEvents"] if e["ph"] in "BE"]
    return code == 0 and len(events) == 20 and "its first 20 events" in says and says.count("\n") == 1


def same_trace(folder):
    """With -icount the firmware does the same, to the ns, whether it is watched or not."""
    one, two = f"{folder}/1.json", f"{folder}/2.json"
    watch(f"timeline={one}")
    watch(f"timeline={two}", f"profile={folder}/p", f"coverage={folder}/c")
    with open(one, "rb") as a, open(two, "rb") as b:
        return a.read() == b.read()


def stripped(folder):
    """Without lines there is no coverage, and the profile has functions all the same; without symbols, nothing but the sum."""
    for how, name in (("--strip-debug", "lines.elf"), ("--strip-all", "all.elf")):
        subprocess.run(["arm-none-eabi-strip", how, "-o", f"{folder}/{name}", os.path.join(FIRMWARE, "watched.elf")],
                       check=True)
        watch(f"coverage={folder}/{name}.info", f"profile={folder}/{name}.out", elf=f"{folder}/{name}")
    with open(f"{folder}/lines.elf.out", encoding="utf-8") as lines, open(f"{folder}/all.elf.out", encoding="utf-8") as none:
        return (lcov(f"{folder}/lines.elf.info") == {} and "fn=sleep_ms" in lines.read()
                and none.read().count("fn=") <= 1)


def refused(options, text, elf="watched.elf"):
    def test():
        says, code = watch(*options, elf=elf)
        return code != 0 and text in says and "Aborted" not in says
    return test


def damaged(folder):
    """An ELF file whose bytes are wrong here and there: one line, or results, but no crash."""
    with open(os.path.join(FIRMWARE, "watched.elf"), "rb") as file:
        whole = file.read()
    good = True
    for n in range(24):
        data = bytearray(whole)
        for i in range(200):
            at = (n * 7919 + i * 104729) % len(data)
            data[at] = (data[at] + 1 + n + i) & 255
        with open(f"{folder}/bad.elf", "wb") as file:
            file.write(bytes(data[:len(data) * (n + 8) // 32]))
        says, code = watch(f"coverage={folder}/c", f"profile={folder}/p", f"elf={folder}/bad.elf")
        good = good and code in (0, 1)
    return good


TESTS = [
    ("coverage", coverage(True)),
    ("coverage/real-time", coverage(False)),
    ("merged", in_folder(merged)),
    ("timeline", in_folder(timeline)),
    ("limited", in_folder(limited)),
    ("same-trace", in_folder(same_trace)),
    ("stripped", in_folder(stripped)),
    ("damaged", in_folder(damaged)),
    ("refused/nothing", refused([], "nothing to do")),
    ("refused/option", refused(["cover=x"], "cover=x: there are coverage=FILE")),
    ("refused/file", refused(["coverage=x", "elf=/nowhere/x.elf"], "no ELF file with code")),
    ("refused/no-firmware", refused(["coverage=x"], "there is no firmware", elf=None)),
    ("genhtml", in_folder(genhtml)),
    ("callgrind_annotate", in_folder(profile)),
]
tap.run("arm/watch", TESTS if os.path.exists(PLUGIN) else [])
