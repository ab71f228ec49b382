#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# firmware/bootloader/build.sh OUT.c: what is in system memory, as an array in C.  OUT.elf has its symbols.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1%.c}
arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb -Os -g -Wall -Werror -ffreestanding -nostdlib -ffunction-sections \
    -fdata-sections -Wl,--gc-sections -I"$here/../lib" -T "$here/bootloader.ld" -o "$out.elf" \
    "$here"/*.c "$here/../lib/usb_device.c" -lgcc
arm-none-eabi-objcopy -O binary --gap-fill 0xff "$out.elf" "$out.bin"
{
    echo '#include "qemu/osdep.h"'
    echo '#include "stm32/soc/memories.h"'
    echo 'const uint8_t system_memory_contents[] = {'
    od -An -v -tu1 "$out.bin" | sed 's/\([0-9]\)\( \|$\)/\1,/g'
    echo '};'
    echo 'const size_t system_memory_length = sizeof(system_memory_contents);'
} >"$out.c"
