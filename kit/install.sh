#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Puts what has been built to $DESTDIR$PREFIX (/usr/local).  The binary has a folder of its own, so it stands beside
# a qemu-system-arm of the system, and nothing in it knows the prefix: the front end looks beside itself.
set -eu
cd "$(dirname "$0")"
. ../qemu/say.sh
name=stm32f407g-disc
prefix=${PREFIX:-/usr/local}
case $prefix in
    /*) ;;
    *) die "PREFIX=$prefix: it has to begin with /" ;;
esac
to=${DESTDIR:-}$prefix
built=${QEMU_BINARY:-../build/qemu/qemu-system-arm}         # tests have others
[ -x "$built" ] && [ -e ../build/firmware/demo.elf ] || die "nothing is built yet: make build demo"

# put MODE FOLDER FILE...
put() {
    mode=$1
    folder=$to/$2
    shift 2
    mkdir -p "$folder" && install -m "$mode" "$@" "$folder" || die "cannot write to $folder: choose another PREFIX= or DESTDIR="
}

put 755 "lib/$name" "$built"
strip --strip-all --remove-section=.comment "$to/lib/$name/qemu-system-arm"
plugin=$(dirname "$built")/stm32/libstm32-watch.so
if [ -e "$plugin" ]; then           # it is built if there is elfutils
    put 644 "lib/$name" "$plugin"
    strip --strip-unneeded --remove-section=.comment "$to/lib/$name/libstm32-watch.so"
fi
put 755 bin $name
python=lib/python3/dist-packages
put 644 "$python/stm32f407g_disc" python/stm32f407g_disc/*.py python/stm32f407g_disc/py.typed
info=$to/$python/stm32f407g_disc-$(cat version).dist-info          # tells pytest that there is a plugin
mkdir -p "$info"
printf 'Metadata-Version: 2.1\nName: stm32f407g-disc\nVersion: %s\n' "$(cat version)" >"$info/METADATA"
printf '[pytest11]\nstm32f407g_disc = stm32f407g_disc.pytest_plugin\n' >"$info/entry_points.txt"
chmod 644 "$info"/*
put 644 "share/$name/keymaps" ../build/qemu-src/pc-bios/keymaps/en-us
if [ -e ../build/page/index.html ]; then
    put 644 "share/$name/page" ../build/page/index.html ../build/page/page.js ../build/page/page.css \
        ../build/page/licenses.txt
elif [ -z "${DESTDIR:-}" ]; then
    say "the page in the browser is not built, and left out (make page)"
fi
put 644 share/man/man1 $name.1
gzip -9nf "$to/share/man/man1/$name.1"
put 644 share/bash-completion/completions completion.bash
mv "$to/share/bash-completion/completions/completion.bash" "$to/share/bash-completion/completions/$name"
for file in ../docs/*.md; do
    [ "${file##*/}" != architecture.md ] || continue        # who only uses it has no source
    put 644 "share/doc/$name" "$file"
done
put 644 "share/doc/$name" ../docs/*.png
sed -i 's|](\.\./examples)|](examples)|' "$to/share/doc/$name/guide.md"
put 644 "share/doc/$name/examples/demo" examples/demo/*
(cd ../examples && find . -type f) | while read -r file; do
    case $file in
        *.sh) mode=755 ;;
        *) mode=644 ;;
    esac
    put $mode "share/doc/$name/examples/$(dirname "$file")" "../examples/$file"
done
arm-none-eabi-objcopy -O ihex ../build/firmware/demo.elf "$to/share/doc/$name/examples/demo/demo.hex"
chmod 644 "$to/share/doc/$name/examples/demo/demo.hex"
[ -n "${DESTDIR:-}" ] || say "installed; now: $prefix/bin/$name run $prefix/share/doc/$name/examples/demo"
