#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds and runs all tests; the last line counts them: "N passed, N failed".
set -eu
cd "$(dirname "$0")/.."
. qemu/say.sh
out=build/qemu${SANITIZE:+-sanitized}
if [ -n "${SANITIZE:-}" ]; then         # QEMU frees little of what it has to its end
    # in files: it warns of each process with coroutines, which would be a line of QEMU's
    rm -rf $out/reports
    mkdir -p $out/reports
    export ASAN_OPTIONS=detect_leaks=0:log_path=$PWD/$out/reports/asan
    export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1:suppressions=$PWD/tests/ubsan.supp
fi

qemu/build.sh qemu-system-arm stm32-plugins stm32-tests
for guest in analog bench blocks bursts camera can card card_polled checked clock css dma dma_storm exit faults flash \
        hostile i2c interrupts logic melody memories microphone mistakes net_pair net_wake page pages pair parts \
        pulses read_once real_time rtc runs sleep soft spi stick stop storm stray stuck tilt timers timing \
        timing_external to_bootloader usb_composite usb_keyboard usb_serial viewfinder waiting waiting_devices \
        waiting_nobody watchdogs watched web web_client; do
    firmware/build.sh build/firmware/$guest.elf tests/firmware/$guest.c
done
firmware/build.sh build/firmware/demo.elf firmware/demo/*.c
firmware/build.sh build/firmware/usb_bulk_high.elf tests/bench/usb_bulk_high.c
for kernel in chibios rtthread zephyr; do
    firmware/build.sh build/firmware/threads_$kernel.elf tests/firmware/threads.c tests/firmware/threads_$kernel.c
done
CFLAGS=-gdwarf-2 firmware/build.sh build/firmware/threads_dwarf2.elf tests/firmware/threads.c tests/firmware/threads_chibios.c
firmware/build.sh build/firmware/runs_awake.elf tests/firmware/runs.c tests/firmware/runs_awake.c
firmware/build.sh build/firmware/snapshot.elf tests/firmware/snapshot.c \
    tests/firmware/snapshot_buses.c tests/firmware/snapshot_debug.c
if command -v npm >/dev/null && command -v chromium >/dev/null; then
    page/build.sh || say "the page is not built; its tests in a browser are skipped"
fi
say "running the tests"
cache=${XDG_CACHE_HOME:-$HOME/.cache}/stm32f407g-disc
export PYTHONPATH="$cache/meson/usr/lib/python3/dist-packages${PYTHONPATH:+:$PYTHONPATH}"
rm -f $out/meson-logs/testlog.json
(cd $out && pyvenv/bin/meson test --no-rebuild --suite stm32 --print-errorlogs \
    ${SANITIZE:+-t 2} "$@") || true
[ -z "${SANITIZE:-}" ] || grep -rl ERROR $out/reports | xargs -r cat
tests/count.py $out/meson-logs/testlog.json
