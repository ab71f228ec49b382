#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Twister's --device-serial-pty: runs the zephyr.elf that has been built last, its console on stdin and stdout.
elf=$(find "${TWISTER_OUT:-twister-out}" -name zephyr.elf -printf '%T@ %p\n' | sort -n | tail -n 1 | cut -d' ' -f2-)
exec stm32f407g-disc run "$elf" --quiet
