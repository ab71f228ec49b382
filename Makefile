# SPDX-License-Identifier: GPL-2.0-or-later
# run | build | test: each sets up what is missing (packages, QEMU's source, the build) first.

build: ; @qemu/install.sh && qemu/unpack.sh && qemu/build.sh qemu-system-arm
test:  ; @qemu/install.sh && qemu/unpack.sh && tests/run.sh

.PHONY: build test
