#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# build/page: the static files of the page.  It takes npm, which a user of them does not need.
set -eu
cd "$(dirname "$0")"
. ../qemu/say.sh
out=../build/page
command -v npm >/dev/null || die "building the page takes npm: apt-get install npm"
stamp=$(cat package-lock.json index.html src/* build.sh | cksum)
[ "$(cat $out/.stamp 2>/dev/null)" != "$stamp" ] || exit 0
say "building the page"
mkdir -p $out
rm -f $out/.stamp
quietly ../build/page.log npm ci --ignore-scripts
quietly ../build/page.log npm run --silent build
cp index.html $out
for package in @wokwi/elements @xterm/xterm @xterm/addon-fit lit lit-html lit-element @lit/reactive-element; do
    printf '%s\n\n' "$package"            # what page.js has of others
    cat node_modules/$package/LICENSE
    echo
done >$out/licenses.txt
echo "$stamp" >$out/.stamp
