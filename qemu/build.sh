#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# build/qemu: qemu-system-arm with our devices, and our test programs.  Arguments are ninja targets.
# With SANITIZE set build/qemu-sanitized, with the address and undefined behaviour sanitizers; with FUZZ set build/qemu-fuzz,
# by clang and with these, whose target qemu-fuzz-arm is libFuzzer (tests/fuzz); with QEMU_DISPLAY=sdl
# build/qemu-sdl, which can show displays in a window (-display sdl).  Not so by default: it is 45 libraries more to
# load, which takes as long as all else of a start.
set -eu
cd "$(dirname "$0")"
. ./say.sh
root=$(cd .. && pwd)
[ -z "${QEMU_DISPLAY:-}" ] || [ "$QEMU_DISPLAY" = sdl ] || die "QEMU_DISPLAY=$QEMU_DISPLAY: it can be sdl"
out=$root/build/qemu${SANITIZE:+-sanitized}${FUZZ:+-fuzz}${QEMU_DISPLAY:+-$QEMU_DISPLAY}
default_cc=cc
[ -z "${FUZZ:-}" ] || default_cc=clang
cache=${XDG_CACHE_HOME:-$HOME/.cache}/stm32f407g-disc

if [ -d "$cache/meson/usr" ]; then
    export PYTHONPATH="$cache/meson/usr/lib/python3/dist-packages${PYTHONPATH:+:$PYTHONPATH}"
fi
stamp=$(cat build.sh "$root/build/qemu-src/.stm32-stamp" | cksum)
if [ "$(cat "$out/.stm32-stamp" 2>/dev/null)" != "$stamp" ]; then
    say "configuring QEMU (half a minute)"
    rm -rf "$out"
    mkdir -p "$out"
    (cd "$out" && quietly "$root/build/configure.log" ../qemu-src/configure \
        --target-list=arm-softmmu --with-devices-arm=../../../stm32/qemu/devices \
        --cc="${CC:-$default_cc}" --without-default-features --without-default-devices --enable-vnc --enable-png \
        --enable-tcg --enable-system --enable-pixman --enable-plugins --enable-trace-backends=log \
        --enable-usb-redir --enable-libusb --enable-slirp \
        --disable-docs --disable-install-blobs --disable-tools --disable-debug-info \
        --disable-download ${SANITIZE:+--enable-asan --enable-ubsan} \
        ${FUZZ:+--enable-fuzzing --enable-asan --enable-ubsan -Doptimization=1} ${QEMU_DISPLAY:+--enable-$QEMU_DISPLAY})
    echo "$stamp" >"$out/.stm32-stamp"
fi
[ -x "$out/qemu-system-arm" ] || say "building QEMU (some 5 minutes on two cores, once)"
ninja -C "$out" "$@" | "$root/qemu/progress.sh" "$root/build/ninja.log"
