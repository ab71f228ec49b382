#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Installs the package of build/package in a fresh Debian by apt, so from what it says it depends on and no more; there
# is no compiler.  The demo runs there from the package and from the tarball, and a firmware's exit code comes
# through.  At last it is removed, without a rest.  The image of kit/Dockerfile is built on that Debian, where there is
# buildah, and runs the demo.
set -eu
cd "$(dirname "$0")/../.."
. qemu/say.sh
[ "$(id -u)" = 0 ] || die "a Debian in a folder takes root: sudo make test-package"
name=stm32f407g-disc
package=$(ls build/package/*.deb)
tarball=$(ls build/package/*.tar.xz)
suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
uri=$(apt-get indextargets --format '$(ORIGIN) $(COMPONENT) $(CODENAME) $(REPO_URI)' |
      awk -v suite="$suite" '$1 == "Debian" && $2 == "main" && $3 == suite { print $4; exit }')
[ -n "$uri" ] || die "apt knows no Debian mirror of $suite"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0 passed=0

# check NAME COMMAND...
check() {
    what=$1
    shift
    if "$@" >"$work/log" 2>&1 </dev/null; then
        passed=$((passed + 1))
        echo "ok $what"
    else
        failed=$((failed + 1))
        echo "not ok $what"
        sed 's/^/# /' "$work/log"
    fi
}

inside() { chroot "$work/debian" timeout 300 "$@"; }

# demo FRONT_END EXAMPLE: it has to show its first lines, and to be ended by --timeout
demo() {
    code=0
    inside "$1" run "$2" --timeout 10 >"$work/out" 2>"$work/err" </dev/null || code=$?
    cat "$work/out" "$work/err"
    [ $code = 124 ] && grep -q "168 MHz from the 8 MHz crystal" "$work/out"
}

exits_with() {
    code=0
    echo "$1" | inside "$name" run /tmp/exit.elf -q || code=$?
    [ $code = "$1" ]
}

no_compiler() {
    for program in cc gcc as ld ninja arm-none-eabi-gcc make; do
        ! inside which $program || return 1
    done
}

tests_in_python() {
    inside python3 -c "
from stm32f407g_disc import Board
with Board('/tmp/exit.elf') as board:
    board.serial.expect('which code?')
    snapshot = board.snapshot()
    board.call('put_char', 65)
    board.restore(snapshot)
    board.call('put_char', 66)
    assert board.serial.text.endswith('B')
"
    printf 'name: exit\nversion: 1\nsteps:\n- wait-serial: code\n- delay: 1ms\n' >"$work/debian/tmp/exit.yaml"
    inside "$name" test /tmp/exit.yaml --elf /tmp/exit.elf
}

unpack() { tar -C "$work/debian/opt" -xf "$1"; }

gone() {
    inside dpkg --purge $name && [ -z "$(find "$work/debian/usr" -path "*$name*" -print)" ]
}

store() { buildah --root "$work/store" --runroot "$work/store-run" --storage-driver vfs "$@"; }

# The Debian that is there already has the name of the one that kit/Dockerfile asks for
image() {
    tar -C "$work/debian" -cf "$work/debian.tar" . &&
        base=$(store from scratch) && store add -q "$base" "$work/debian.tar" / &&
        store commit -q "$base" "docker.io/library/debian:$suite-slim" &&
        store bud --isolation chroot --pull-never --build-arg "RELEASE=$suite" -f kit/Dockerfile -t disc build/package &&
        [ "$(store inspect --format '{{.OCIv1.Config.Entrypoint}}' disc)" = "[$name]" ]
}

demo_in_image() {
    container=$(store from disc)
    code=0
    store run --isolation chroot "$container" "$name" run "/usr/share/doc/$name/examples/demo" --timeout 10 \
        >"$work/out" 2>"$work/err" </dev/null || code=$?
    cat "$work/out" "$work/err"
    [ $code = 124 ] && grep -q "168 MHz from the 8 MHz crystal" "$work/out"
}

check "lintian has no error and no warning" lintian --fail-on error,warning "$package"
say "making a Debian $suite (a minute or two)"
quietly build/package/debian.log mmdebstrap --variant=apt "$suite" "$work/debian" "$uri"
cp build/firmware/exit.elf "$package" "$work/debian/tmp/"
cp /etc/resolv.conf "$work/debian/etc/resolv.conf"
quietly build/package/update.log inside apt-get update
began=$(date +%s)
check "apt installs it" inside env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y --no-install-recommends "/tmp/${package##*/}"
check "the demo runs" demo "$name" "/usr/share/doc/$name/examples/demo"
say "from the package to the running board: $(($(date +%s) - began)) s"
check "there is no compiler" no_compiler
check "a firmware ends with 0" exits_with 0
check "a firmware ends with 7" exits_with 7
check "tests in Python, and a scenario" tests_in_python
check "it tells what is modelled" inside "$name" info
check "it is removed without a rest" gone
if command -v buildah >/dev/null; then
    check "an image is built by kit/Dockerfile" image
    check "the demo runs in it" demo_in_image
else
    say "kit/Dockerfile is not tried: there is no buildah"
fi
check "the tarball unpacks" unpack "$tarball"
folder=$(basename "$(ls -d "$work/debian/opt/$name"*)")
check "the demo runs from the tarball" demo "/opt/$folder/bin/$name" "/opt/$folder/share/doc/$name/examples/demo"
echo "$passed passed, $failed failed"
[ $failed = 0 ]
