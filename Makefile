# SPDX-License-Identifier: GPL-2.0-or-later
#
# make run [SECONDS=n]   the demo, on a board in this terminal
# make build             build/qemu/qemu-system-arm
# make bench             this machine beside QEMU's own STM32 board, in one run
# make docs              the lists of what is modelled, out of the machine
# make test              all tests; the last line is "N passed, N failed"
#
# Each first sets up what is missing: packages, QEMU's source, the build.

QEMU = build/qemu/qemu-system-arm
DEMO = build/firmware/demo.elf
SOUND = -audiodev wav,id=sound,path=build/demo.wav -machine audiodev=sound

build: ; @qemu/install.sh && qemu/unpack.sh && qemu/build.sh qemu-system-arm
demo:  ; @qemu/install.sh && firmware/build.sh $(DEMO) firmware/demo/*.c
run: build demo ; @firmware/run.py $(QEMU) $(DEMO) "$(SECONDS)" $(SOUND)
docs: build ; @docs/generate.py
bench: build ; @tests/bench/bench.py
test:  ; @qemu/install.sh && qemu/unpack.sh && tests/run.sh

.PHONY: build demo run docs bench test
