#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# firmware/build.sh OUT SOURCE...: one guest program, with what is in lib/.  Only if it is out of date.  CFLAGS are added.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=$1
shift
[ -e "$out" ] && [ -z "$(find "$@" "$here/lib" "$here/../regs" -newer "$out")" ] && exit 0
mkdir -p "$(dirname "$out")"
exec arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb -O2 -g -Wall -ffreestanding -nostdlib ${CFLAGS:-} \
    -I"$here/lib" -T "$here/lib/stm32f407.ld" -o "$out" "$@" "$here"/lib/*.c -lgcc
