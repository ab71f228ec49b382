#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Twister's board: as --device-serial-pty it is the console on stdin and stdout, of what it is told as --flash-command then.
next=${TMPDIR:-/tmp}/disco-twister-$(id -u)
[ -p "$next" ] || mkfifo -m 600 "$next" 2>/dev/null || [ -p "$next" ]
if [ "${1:-}" = --build-dir ]; then
    echo "$2/zephyr/zephyr.elf" >"$next"
    exit
fi
read -r elf <"$next"
exec stm32f407g-disc run "$elf" --quiet
