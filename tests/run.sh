#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds and runs all tests; the last line counts them: "N passed, N failed".
set -eu
cd "$(dirname "$0")/.."
. qemu/say.sh

qemu/build.sh qemu-system-arm stm32-tests
for guest in clock faults interrupts; do
    firmware/build.sh build/firmware/$guest.elf tests/firmware/$guest.c
done
say "running the tests"
cache=${XDG_CACHE_HOME:-$HOME/.cache}/stm32f407g-disc
export PYTHONPATH="$cache/meson/usr/lib/python3/dist-packages${PYTHONPATH:+:$PYTHONPATH}"
(cd build/qemu && pyvenv/bin/meson test --no-rebuild --suite stm32 --print-errorlogs "$@") || true
# subtests, as the programs reported them
python3 - <<'PY'
import json, sys
passed = failed = 0
for line in open('build/qemu/meson-logs/testlog.json'):
    test = json.loads(line)
    taps = [l for l in test['stdout'].splitlines() if l.startswith(('ok ', 'not ok '))]
    good = sum(l.startswith('ok ') for l in taps)
    bad = len(taps) - good
    if test['result'] not in ('OK', 'EXPECTEDFAIL') and not bad:
        bad = 1             # it crashed, or hung
    passed += good
    failed += bad
if not passed:
    failed = failed or 1
print(f'{passed} passed, {failed} failed')
sys.exit(failed > 0)
PY
