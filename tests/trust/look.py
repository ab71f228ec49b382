# SPDX-License-Identifier: GPL-2.0-or-later
"""All that can be seen of a machine that stands: properties of all its objects, the core's registers, memory.

Two looks at the same instant of two runs have to be equal, whatever was saved and loaded in between.
"""
import hashlib
import os

# Properties that are no state of the machine, or differ between processes: they are of the host, or of a command line.
NOT_STATE = {"type", "realized", "hotplugged", "hotpluggable", "num-lines", "addr", "size", "priority", "history", "edges",
             "stop-on", "watch", "speed-ratio", "fast-forwarded", "mistake-kinds", "mistakes", "kernel", "page-files",
             "runs", "fast-forward", "frequency", "duty", "chardev", "motion", "file"}
MEMORIES = ((0x20000000, 128 << 10), (0x10000000, 64 << 10), (0x08000000, 128 << 10))
# Of the system control space: what reads as it is without a side effect.
NVIC = ((0xe000e100, 0x10), (0xe000e200, 0x10), (0xe000e300, 0x10), (0xe000e400, 0x60), (0xe000ed04, 0x40))


def properties_of(qemu, path="/machine"):
    """(path, name) of all that is worth a look below @path."""
    found = []
    for item in qemu.command("qom-list", path=path):
        name, kind = item["name"], item["type"]
        if kind.startswith("child<"):
            found += properties_of(qemu, f"{path}/{name}")
        elif not kind.startswith("link<") and not name.startswith("legacy-") and name not in NOT_STATE:
            found.append((path, name))
    return found


def readable(qemu, properties):
    """Those of @properties that can be read."""
    numbers = [qemu.send("qom-get", path=path, property=name) for path, name in properties]
    good = []
    for one, number in zip(properties, numbers):
        try:
            qemu.finish(number)
            good.append(one)
        except Exception:       # not readable, or not now
            pass
    return good


def memory(qemu, file, start, size, command="pmemsave"):
    qemu.command(command, val=start, size=size, filename=file)
    with open(file, "rb") as data:
        return data.read()


def look(qemu, properties, folder):
    """What there is to be seen, by names."""
    seen = {}
    numbers = [qemu.send("qom-get", path=path, property=name) for path, name in properties]
    for (path, name), number in zip(properties, numbers):
        seen[f"{path}.{name}"] = qemu.finish(number)
    seen["core"] = qemu.monitor("info registers")
    file = os.path.join(folder, "memory")
    for start, size in MEMORIES:
        seen[f"memory 0x{start:08x}"] = hashlib.sha256(memory(qemu, file, start, size)).hexdigest()
    for start, size in NVIC:
        seen[f"NVIC 0x{start:08x}"] = memory(qemu, file, start, size, "memsave").hex()
    return seen


def differences(one, other, most=6):
    """Lines that say where two looks differ; none if they are equal."""
    lines = []
    for name in one:
        a, b = one[name], other.get(name)
        if a != b:
            rows = [(x, y) for x, y in zip(str(a).split("\n"), str(b).split("\n")) if x != y][:3] or [(a, b)]
            lines += [f"{name}: {x} | {y}" for x, y in rows]
    return lines[:most]
