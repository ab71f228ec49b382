#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What a firmware does wrong (tests/firmware/mistakes.c) as users get it: by source line and stack, in files, by
QMP, as an exit code; what is ignored; and ELF files whose debug information is spoilt.  By TAP.
"""
import contextlib
import json
import os
import random
import re
import struct
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, ".."))
import tap

QEMU = os.environ["QTEST_QEMU_BINARY"]
ELF = os.path.join(os.path.abspath(os.environ["STM32_FIRMWARE"]), "mistakes.elf")
SOURCE = os.path.realpath(os.path.join(HERE, "..", "firmware", "mistakes.c"))
DONE = 0x600dd00e
PLACES = 17
FOLDER = tempfile.TemporaryDirectory()


def path(name):
    return os.path.join(FOLDER.name, name)


def line_of(text):
    """Where @text is in the source."""
    with open(SOURCE, encoding="utf-8") as file:
        return next(n for n, line in enumerate(file, 1) if text in line)


class Machine:
    """Runs the firmware to its end; talks QMP."""

    def __init__(self, options="", elf=ELF, more=()):
        self.process = subprocess.Popen(
            [QEMU, "-machine", "stm32f407g_disc" + options, "-kernel", elf, "-icount", "shift=3,sleep=off", "-display",
             "none", "-serial", "none", "-monitor", "none", "-S", "-qmp", "stdio", *more],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.events = []
        self.process.stdout.readline()
        self.command("qmp_capabilities")
        self.command("cont")

    def command(self, name, **arguments):
        with contextlib.suppress(BrokenPipeError):
            print(json.dumps({"execute": name, "arguments": arguments}), file=self.process.stdin, flush=True)
        for text in self.process.stdout:
            answer = json.loads(text)
            if "event" in answer:
                self.events.append(answer)
            else:
                return answer.get("return")
        return None

    def run(self):
        """Until the firmware says that it is through."""
        while "0x%08x" % DONE not in (self.command("human-monitor-command",
                                                   **{"command-line": "xp /1xw 0x2001f800"}) or "0x%08x" % DONE):
            pass
        return self

    def mistakes(self):
        return self.command("qom-get", path="/machine", property="mistakes")

    def end(self):
        """(exit code, what it has written to stderr)."""
        self.command("quit")
        _, err = self.process.communicate(timeout=120)
        return self.process.returncode, err


def good(condition, *seen):
    if not condition:
        print("#", *[repr(item) for item in seen])
    return condition


def whole_run(options="", **more):
    """(list of mistakes, events, exit code, stderr)."""
    machine = Machine(options, **more).run()
    found = machine.mistakes()
    code, err = machine.end()
    return found, [e["data"] for e in machine.events if e["event"] == "STM32_MISTAKE"], code, err


def in_device(found, name):
    return next(m for m in found if m["device"].endswith(name))


def names(mistake):
    return [frame.get("function") for frame in mistake["stack"]]


def has_debug_information():
    """Without elfutils in the build there are addresses and symbols alone."""
    return "file" in in_device(whole_run()[0], "crc")


# ---- Where ----

def source_and_stack():
    crc = in_device(whole_run()[0], "crc")
    lines = [(frame["function"], frame["line"]) for frame in crc["stack"][:3]]
    return good(crc["code"] == "PER001" and crc["severity"] == "error" and crc["file"] == SOURCE and
                lines == [("innermost", line_of("MISTAKE(CRC_CR)")), ("in_between", line_of("innermost(words);")),
                          ("main", line_of("= in_between(5)"))] and names(crc)[3:] == ["reset_handler"], crc)


def inlined_function():
    usart = in_device(whole_run()[0], "usart3")
    first, second, third = usart["stack"][:3]
    return good(first["inlined"] and (first["function"], first["line"]) == ("inlined", line_of("REG(USART3")) and
                (second["function"], second["line"]) == ("has_inlined", line_of("    inlined();")) and
                third["function"] == "main", usart)


def handler_over_thread():
    """From the handler by the thread's stack, with the FPU's registers in its frame, to where it was."""
    usart = in_device(whole_run()[0], "usart1")
    first, second = usart["stack"][:2]
    return good(names(usart)[:4] == ["svc_handler", "interrupted", "interrupted_there", "with_threads_stack"] and
                first["interrupts"] and abs(second["line"] - line_of('volatile("svc 0"')) <= 1, usart)


def hard_fault():
    found = whole_run()[0]
    fault = next(m for m in found if m["code"].startswith("CPU"))
    return good(fault["code"] == "CPU009" and "BFAR 0x30000000" in fault["text"] and fault["line"] ==
                line_of("mailbox[5] = *nowhere") and names(fault)[0].startswith("falls") and "main" in names(fault),
                fault)


def counts_and_times():
    found = whole_run()[0]
    spi, crc = in_device(found, "spi1"), in_device(found, "crc")
    return good(spi["count"] == 100 and spi["first-ns"] < spi["last-ns"] and crc["count"] == 1 and
                crc["first-ns"] == crc["last-ns"] < spi["first-ns"], spi, crc)


# ---- How it is told ----

def the_log():
    _, _, _, err = whole_run(more=["-d", "guest_errors"])
    line = next(text for text in err.splitlines() if "crc" in text)
    return good(re.fullmatch(r"\[error PER001\] /machine/soc/crc: write of CR \(\+0x08\) without clock; set its enable .*"
                             r" \[RM0090 7\.3\] at 0x0800.... <innermost\+\d+>, \S*mistakes\.c:\d+, called from "
                             r"in_between \S+, main \S+, reset_handler \S+", line), line)


def ten_lines_a_function():
    """A cause that is met at many places: the log has ten of them and says so, the list has all."""
    found, told, _, err = whole_run(more=["-d", "guest_errors"])
    lines = [text for text in err.splitlines() if "/spi2: " in text]
    return good(len(lines) == 11 and all("<at_many_places+" in text for text in lines[:10]) and
                "there is more PER001 in at_many_places," in lines[10] and
                sum(m["device"].endswith("spi2") for m in found) == 12 and
                sum(e["device"].endswith("spi2") for e in told) == 12, lines)


def silent_without_log():
    found, _, _, err = whole_run()
    return good(found and not err, err)


def events():
    found, told, _, _ = whole_run()
    first = told[0]
    return good(len(told) == len(found) and first["code"] == "PER001" and first["function"] == "innermost" and
                first["file"] == SOURCE and first["time"] == found[0]["first-ns"], told)


def reset_tells_again():
    machine = Machine(more=["-d", "guest_errors"]).run()
    machine.command("stop")
    machine.command("human-monitor-command", **{"command-line": "system_reset"})
    while not any(e["event"] == "RESET" for e in machine.events):
        machine.command("query-status")
    machine.command("cont")
    for _ in range(1000):
        if in_device(machine.mistakes(), "spi1")["count"] == 200:
            break
    found = machine.mistakes()
    _, err = machine.end()
    return good(in_device(found, "crc")["count"] == 2 and err.count("soc/crc") == 2, found, err)


def own_reset_tells_nothing_again():
    """A firmware that makes a mistake and resets the chip, for ever."""
    with open(path("resets.bin"), "wb") as file:
        file.write(struct.pack("<2I8H3I", 0x20001000, 0x08000009, 0x4803, 0x2101, 0x6001, 0x4803, 0x4903, 0x6001, 0xe7fe,
                               0xbf00, 0x40023008, 0xe000ed0c, 0x05fa0004))
    machine = Machine(elf=path("resets.bin"), more=["-d", "guest_errors"])
    while sum(e["event"] == "RESET" for e in machine.events) < 4:
        machine.command("query-status")
    found = machine.mistakes()
    _, err = machine.end()
    return good(in_device(found, "crc")["count"] >= 4 and err.count("soc/crc") == 1, found, err)


# ---- Files ----

def json_file():
    found, _, _, _ = whole_run(f",mistakes={path('a.json')}")
    with open(path("a.json"), encoding="utf-8") as file:
        content = json.load(file)
    return good(content["version"] == 1 and content["mistakes"] == found and content["lost"] == 0, content)


def check(condition, what, value):
    if not condition:
        raise ValueError(f"{what}: {value!r}")


def check_location(location):
    check(set(location) <= {"physicalLocation", "logicalLocations", "id", "message"}, "location", location)
    physical = location.get("physicalLocation")
    if physical:
        artifact = physical.get("artifactLocation")
        check(artifact or "address" in physical, "physicalLocation", physical)
        if artifact:
            check(isinstance(artifact["uri"], str) and " " not in artifact["uri"], "uri", artifact)
            check(artifact.get("uriBaseId", "SRCROOT") == "SRCROOT", "uriBaseId", artifact)
            check(artifact["uri"].startswith("file:///") != ("uriBaseId" in artifact), "uri", artifact)
        check(physical.get("region", {"startLine": 1})["startLine"] >= 1, "region", physical)


def check_sarif(log):
    """What the standard (SARIF 2.1.0) has as required, and the constraints of what is used."""
    check(log["version"] == "2.1.0" and log["$schema"].endswith("sarif-2.1.0.json"), "version", log["version"])
    (run,) = log["runs"]
    driver = run["tool"]["driver"]
    check(driver["name"], "driver", driver)
    check(run["originalUriBaseIds"]["SRCROOT"]["uri"].endswith("/"), "SRCROOT", run["originalUriBaseIds"])
    for rule in driver["rules"]:
        check(all(rule[key]["text"] for key in ("shortDescription", "fullDescription", "help")), "rule", rule)
        check(rule["defaultConfiguration"]["level"] in ("none", "note", "warning", "error"), "level", rule)
    check(len({rule["id"] for rule in driver["rules"]}) == len(driver["rules"]), "rules", driver["rules"])
    for result in run["results"]:
        check(driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"], "ruleIndex", result)
        check(result["message"]["text"] and result["level"] in ("note", "warning", "error"), "result", result)
        check(result["occurrenceCount"] >= 1, "occurrenceCount", result)
        for location in result["locations"]:
            check_location(location)
            check("artifactLocation" in location["physicalLocation"], "GitHub takes no other", location)
        for stack in result.get("stacks", []):
            check(stack["frames"], "stack", stack)
            for frame in stack["frames"]:
                check_location(frame["location"])
        for suppression in result.get("suppressions", []):
            check(suppression["kind"] in ("inSource", "external"), "suppression", suppression)
    return run["results"]


def sarif_file():
    """Also by the standard's schema, if SARIF_SCHEMA names it and there is jsonschema."""
    whole_run(f",mistakes={path('a.sarif')},ignore=CPU009")
    with open(path("a.sarif"), encoding="utf-8") as file:
        log = json.load(file)
    results = check_sarif(log)
    schema = os.environ.get("SARIF_SCHEMA")
    if schema:
        import jsonschema
        with open(schema, encoding="utf-8") as file:
            jsonschema.validate(log, json.load(file))
    return good(len(results) == PLACES and results[0]["locations"][0]["physicalLocation"]["region"]["startLine"] ==
                line_of("MISTAKE(CRC_CR)") and "suppressions" in results[-1], results)


def html_and_text():
    whole_run(f",mistakes={path('a.html')}:{path('a.txt')}")
    with open(path("a.html"), encoding="utf-8") as file:
        page = file.read()
    with open(path("a.txt"), encoding="utf-8") as file:
        text = file.read()
    return good(page.startswith("<!DOCTYPE html>") and page.endswith("</html>\n") and page.count("<article") == PLACES and
                "innermost" in page and not re.search(r"(src|href)=", page) and text.count("\n") == PLACES and
                "(100 times, from 0.0" in text, page, text)


# ---- The end, and what is ignored ----

def ends_with(options, code, text):
    machine = Machine(options)
    with contextlib.suppress(Exception):
        machine.run()
    status, err = machine.end()
    return good(status == code and text in err and err.count("\n") == 1, status, err)


def strict():
    return (ends_with(",strict=error", 3, "the run ends here, with exit code 3: [error PER001] /machine/soc/crc") and
            ends_with(",strict=CPU009:DMA001", 3, "[error CPU009]") and
            whole_run(",strict=DMA001:SPI005")[2:] == (0, ""))


def strict_writes_files():
    ends_with(f",strict=PER001,mistakes={path('s.json')}", 3, "")
    with open(path("s.json"), encoding="utf-8") as file:
        content = json.load(file)["mistakes"]
    return good(len(content) == 1 and content[0]["device"] == "/machine/soc/crc", content)


def ignore():
    with open(path("ignore"), "w", encoding="utf-8") as file:
        file.write("# what we know\n\nPER001 in mistakes.c: nobody minds\nCPU009 in hard_fault_handler(): not there\n")
    found, told, code, _ = whole_run(f",strict=PER001,ignore={path('ignore')}")
    reasons = {m.get("ignored") for m in found if m["code"] == "PER001"}
    return good(reasons == {"nobody minds"} and "ignored" not in found[-1] and code == 0 and
                [m["code"] for m in told] == ["CPU009"], found, told)


def ignore_by_function():
    with open(path("ignore"), "w", encoding="utf-8") as file:
        file.write("all in innermost(): a reason\nPER001 in other.c: no such file\n")
    found = whole_run(f",ignore={path('ignore')}")[0]
    return good([m["device"][13:] for m in found if "ignored" in m] == ["crc"], found)


CPP = '''
namespace app {
struct Motor {
    void go();
};

__attribute__((noinline)) void Motor::go()
{
    *(volatile unsigned *)0x40023008 = 1;
    *(volatile unsigned *)0x2001f800 = 0x600dd00e;
}
}

extern "C" void begin()
{
    app::Motor motor;

    motor.go();
    for (;;) {
    }
}

__attribute__((section(".vectors"), used)) void *const vectors[] = { (void *)0x20001000, (void *)begin };
'''


def cpp_names():
    """With namespace and class; without debug information too, and ignored by the function's own name."""
    with open(path("names.cc"), "w", encoding="utf-8") as file:
        file.write(CPP)
    compiler = ["arm-none-eabi-g++", "-mcpu=cortex-m4", "-mthumb", "-O1", "-nostdlib", "-Wl,--section-start=.vectors=0x8000000",
                "-Wl,-Ttext=0x8000100", "-Wl,-e,begin", path("names.cc"), "-o", path("names.elf")]
    with open(path("ignore"), "w", encoding="utf-8") as file:
        file.write("all in go(): a reason\n")
    subprocess.run([*compiler, "-g"], check=True)
    debug = in_device(whole_run(elf=path("names.elf"))[0], "crc")
    ignored = in_device(whole_run(f",ignore={path('ignore')}", elf=path("names.elf"))[0], "crc")
    subprocess.run(compiler, check=True)
    bare = in_device(whole_run(elf=path("names.elf"))[0], "crc")
    return good(names(debug)[:2] == ["app::Motor::go", "begin"] and "ignored" in ignored and
                names(bare)[0] == "app::Motor::go", debug, ignored, bare)


def wrong_options():
    """Each ends with one line that says what to do."""
    with open(path("wrong"), "w", encoding="utf-8") as file:
        file.write("PER001: good\nPER001 in main.c\n")
    for option, text in ((f"mistakes={path('a.pdf')}", "has to end in .json, .sarif, .html or .txt"),
                         ("mistakes=/none/a.json", "/none/a.json"), ("strict=DMA999", "strict=DMA999: it takes codes"),
                         ("ignore=PER999", "no kind of mistake (docs/mistakes.md), and no file"),
                         (f"ignore={path('wrong')}", "line 2 is none of")):
        result = subprocess.run([QEMU, "-machine", f"stm32f407g_disc,{option}", "-display", "none"],
                                capture_output=True, text=True, timeout=60, check=False)
        if not good(result.returncode == 1 and text in result.stderr and result.stderr.count("\n") == 1, result):
            return False
    return True


# ---- Files that are not as they should be ----

def sections(data):
    """(offset, size) of sections with debug information."""
    start, size, number, names_at = (int.from_bytes(data[a:b], "little")
                                     for a, b in ((32, 36), (46, 48), (48, 50), (50, 52)))

    def word(n, field):
        at = start + n * size + 4 * field
        return int.from_bytes(data[at:at + 4], "little")
    for n in range(number):
        name = data[word(names_at, 4) + word(n, 0):][:7]
        if name == b".debug_":
            yield word(n, 4), word(n, 5)


def spoilt_debug_information():
    """Whatever is in there, the machine goes on."""
    with open(ELF, "rb") as file:
        data = file.read()
    places = list(sections(data))
    for seed in range(12):
        rng = random.Random(seed)
        spoilt = bytearray(data)
        for offset, size in places:
            for _ in range(1 + size // rng.choice((16, 200, 2000))):
                spoilt[offset + rng.randrange(size)] = rng.randrange(256)
        with open(path("spoilt.elf"), "wb") as file:
            file.write(spoilt)
        found, _, code, _ = whole_run(elf=path("spoilt.elf"))
        if not good(code == 0 and len(found) == PLACES, seed, code, found):
            return False
    return True


def folder_that_is_none():
    """Sources with absolute names, compiled in a folder whose name is not."""
    with open(ELF, "rb") as file:
        data = file.read()
    folder = os.path.realpath(os.path.join(HERE, "..", "..")).encode() + b"\0"
    with open(path("folder.elf"), "wb") as file:
        file.write(data.replace(folder, b"x" + folder[1:]))
    found, _, code, _ = whole_run(elf=path("folder.elf"))
    return good(folder in data and code == 0 and len(found) == PLACES, code, found)


def stripped():
    """Without source a result of SARIF is in the firmware's file."""
    subprocess.run(["arm-none-eabi-strip", "-o", path("stripped.elf"), ELF], check=True)
    found, _, _, err = whole_run(f",mistakes={path('stripped.sarif')}", elf=path("stripped.elf"), more=["-d", "guest_errors"])
    lines = [text for text in err.splitlines() if "/spi2: " in text]
    with open(path("stripped.sarif"), encoding="utf-8") as file:
        results = check_sarif(json.load(file))
    return good(len(found) == len(results) == PLACES and "file" not in found[0] and found[0]["pc"] and
                all("stripped.elf" in json.dumps(result["locations"]) for result in results) and len(lines) == 11 and
                "there is more PER001 near 0x" in lines[10], found, results, lines)


# ---- The table of kinds ----

def every_kind_is_used():
    """Each code is there once, and at a place that reports it: in C, or a patch of QEMU."""
    top = os.path.realpath(os.path.join(HERE, "..", ".."))
    machine = Machine()
    kinds = machine.command("qom-get", path="/machine", property="mistake-kinds")
    machine.end()
    codes = [kind["code"] for kind in kinds]
    used = set()
    for folder in ("board", "checks", "core", "peripherals", "soc", "qemu/patches"):
        for where, _, files in os.walk(os.path.join(top, folder)):
            for name in files if "mistake/kinds" not in where else []:
                with open(os.path.join(where, name), encoding="utf-8", errors="replace") as file:
                    used.update(re.findall(r"\b[A-Z0-9]{2,6}\d{3}\b", file.read()))
    empty = [kind for kind in kinds if not all(kind[key] for key in ("what", "mend", "chapter"))]
    return good(len(set(codes)) == len(codes) and set(codes) <= used and not empty, set(codes) - used, empty)


tests = [source_and_stack, inlined_function, handler_over_thread, hard_fault, counts_and_times, the_log,
         ten_lines_a_function, silent_without_log, events, reset_tells_again,
         own_reset_tells_nothing_again, json_file, sarif_file, html_and_text, strict,
         strict_writes_files, ignore, ignore_by_function, cpp_names, wrong_options, spoilt_debug_information, folder_that_is_none,
         stripped, every_kind_is_used]
if not has_debug_information():
    print("# no libdw in this build")
    tests = [silent_without_log, counts_and_times, reset_tells_again, json_file, strict, stripped, wrong_options]
tap.run("mistakes", [(test.__name__.replace("_", "-"), test) for test in tests])
