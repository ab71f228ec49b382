#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# build/qemu-src: QEMU's source of the version we are pinned to, patched so that it builds this
# repository as its folder stm32/.  Always a fresh unpack: running this twice is harmless.
#
# The source is Debian's package, fetched from the mirror this system already uses, its signature
# checked by apt, and kept in the user's cache folder.  QEMU_SRC=DIR takes a tree you have instead.
set -eu
cd "$(dirname "$0")"
. ./say.sh
root=$(cd .. && pwd)
src=$root/build/qemu-src
series=$(cat version)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/stm32f407g-disc
stamp=$(cat version patches/* unpack.sh | cksum)" ${QEMU_SRC:-}"

[ "$(cat "$src/.stm32-stamp" 2>/dev/null)" = "$stamp" ] && exit 0

# apt with a sources list of its own: Debian 13 from the mirror in use, source and binary
private_apt() {
    lists=$cache/apt
    mkdir -p "$lists/partial"
    "$@" -o Dir::Etc::SourceList="$cache/sources.list" -o Dir::Etc::SourceParts=- \
         -o Dir::State::Lists="$lists" -o APT::Sandbox::User=root
}

use_mirror() {
    [ -z "${mirror_ready:-}" ] || return 0
    uri=$(apt-get indextargets --format '$(ORIGIN) $(COMPONENT) $(CODENAME) $(REPO_URI)' |
          awk '$1 == "Debian" && $2 == "main" && $3 !~ /-/ { print $4; exit }')
    [ -n "$uri" ] || die "apt knows no Debian mirror; give QEMU's source with QEMU_SRC=DIR"
    keys=/usr/share/keyrings/debian-archive-keyring.gpg
    mkdir -p "$cache"
    for kind in deb deb-src; do
        echo "$kind [signed-by=$keys] $uri trixie main"
    done >"$cache/sources.list"
    quietly "$cache/update.log" private_apt apt-get update
    mirror_ready=yes
}

fetch_source() {
    ls "$cache"/qemu_"$series".*.dsc >/dev/null 2>&1 && return
    say "fetching QEMU $series (40 MB, once)"
    use_mirror
    version=$(private_apt apt-cache showsrc --only-source qemu |
              sed -n "s/^Version: \(.*:$series\.\)/\1/p" | tail -n 1)
    [ -n "$version" ] || die "the mirror has no QEMU $series.x; give its source with QEMU_SRC=DIR"
    (cd "$cache" && quietly "$cache/source.log" \
        private_apt apt-get source --download-only "qemu=$version")
}

# QEMU wants meson >= 1.5; an older system gets Debian 13's, which is pure Python
fetch_meson() {
    have=$(meson --version 2>/dev/null || echo 0)
    [ "$(printf '%s\n1.5\n' "$have" | sort -V | head -n 1)" = 1.5 ] && return
    [ -d "$cache/meson/usr" ] && return
    say "fetching meson (this system's is older than QEMU wants)"
    use_mirror
    (cd "$cache" && quietly "$cache/meson.log" private_apt apt-get download meson &&
        rm -rf meson && dpkg -x meson_*.deb meson)
}

fetch_meson
rm -rf "$src"
mkdir -p "$root/build"
if [ -n "${QEMU_SRC:-}" ]; then
    [ -f "$QEMU_SRC/VERSION" ] || die "QEMU_SRC=$QEMU_SRC is not a QEMU source tree"
    case $(cat "$QEMU_SRC/VERSION") in
    "$series".*) ;;
    *) die "QEMU_SRC=$QEMU_SRC is QEMU $(cat "$QEMU_SRC/VERSION"), wanted is $series.x" ;;
    esac
    say "copying $QEMU_SRC"
    mkdir "$src"
    (cd "$QEMU_SRC" && tar c --exclude=./build --exclude=./.git --exclude=./stm32 .) | tar x -C "$src"
else
    fetch_source
    say "unpacking QEMU (10 s)"
    quietly "$root/build/unpack.log" dpkg-source -x \
        "$(ls "$cache"/qemu_"$series".*.dsc | tail -n 1)" "$src"
fi
for patch in "$root"/qemu/patches/*.patch; do
    quietly "$root/build/patch.log" patch -d "$src" -p1 -i "$patch"
done
ln -s "$root" "$src/stm32"
echo "$stamp" >"$src/.stm32-stamp"
