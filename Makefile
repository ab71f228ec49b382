# SPDX-License-Identifier: GPL-2.0-or-later
#
# make run [SECONDS=n]   the demo, on a board in this terminal
# make build             build/qemu/qemu-system-arm
# make page              the files of the page that shows the board in a browser (takes npm)
# make bench [ROWS="a b"] this machine beside QEMU's own STM32 board, in one run; only these rows of tests/bench/bench.py
# make docs              the lists of what is modelled, out of the machine
# make hostile SEEDS=n    the hostile guest of the tests with more seeds, from SEED=n on
# make fuzz TARGET=registers SECONDS=n   libFuzzer, from tests/fuzz/corpus on (a build of its own, by clang); MERGE=1 keeps it
# make test-linux        a real Linux attaches USB devices of this machine (some minutes)
# make install           to PREFIX (/usr/local) under DESTDIR: the front end stm32f407g-disc, and what it needs
# make package           a Debian package and a tarball of it, in build/package
# make test-package      ... installed in a fresh Debian, without a compiler (some minutes, 60 Mbyte)
# make test-trust INSTANTS=n SEED=n   snapshots at a thousand random instants of all test programs (half an hour)
# make test              all tests; the last line is "N passed, N failed"
#
# With SANITIZE=1 all of it is built with the address and undefined behaviour sanitizers, beside the other
# build: make test SANITIZE=1
# With QEMU_DISPLAY=sdl make build makes build/qemu-sdl/qemu-system-arm, which has -display sdl.
#
# Each first sets up what is missing: packages, QEMU's source, the build.

export SANITIZE QEMU_DISPLAY
QEMU = build/qemu$(if $(SANITIZE),-sanitized)$(if $(QEMU_DISPLAY),-$(QEMU_DISPLAY))/qemu-system-arm
DEMO = build/firmware/demo.elf
SOUND = -audiodev wav,id=sound,path=build/demo.wav -machine audiodev=sound

build: ; @qemu/install.sh $(if $(QEMU_DISPLAY),libsdl2-dev) && qemu/unpack.sh && qemu/build.sh qemu-system-arm stm32-plugins
demo:  ; @qemu/install.sh && firmware/build.sh $(DEMO) firmware/demo/*.c
run: build demo ; @firmware/run.py $(QEMU) $(DEMO) "$(SECONDS)" $(SOUND)
page:  ; @page/build.sh
docs: build ; @docs/generate.py
bench: build ; @tests/bench/bench.py $(ROWS)
hostile: ; @qemu/install.sh && qemu/unpack.sh && \
	STM32_SEEDS=$(or $(SEEDS),100) STM32_SEED=$(SEED) tests/run.sh -t 20 stm32/hostile
fuzz: ; @qemu/install.sh clang libclang-rt-dev && qemu/unpack.sh && FUZZ=1 qemu/build.sh qemu-fuzz-arm && \
	TARGET="$(TARGET)" DURATION="$(SECONDS)" MERGE="$(MERGE)" tests/fuzz/fuzz.sh
test-linux: build demo
	@qemu/install.sh qemu-system-x86 && firmware/build.sh build/firmware/usb_serial.elf tests/firmware/usb_serial.c
	@tests/linux/image.sh && tests/linux/linux-test.py
install: build demo ; @PREFIX="$(PREFIX)" DESTDIR="$(DESTDIR)" kit/install.sh
package: build demo ; @kit/package.sh
test-package: package
	@qemu/install.sh mmdebstrap lintian && firmware/build.sh build/firmware/exit.elf tests/firmware/exit.c
	@tests/kit/package.sh
test-trust: ; @qemu/install.sh && qemu/unpack.sh && tests/run.sh stm32/trust-format && \
	tests/trust/snapshots-test.py -n $(or $(INSTANTS),1000) -s $(or $(SEED),1)
test:  ; @qemu/install.sh && qemu/unpack.sh && tests/run.sh

.PHONY: build demo install package page run docs bench hostile fuzz test test-linux test-package test-trust
