#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# build/package: a Debian package of what kit/install.sh installs, and the same as a tarball that runs where it is
# unpacked.  By Debian's own tools: what the binary needs is found by dpkg-shlibdeps.  DEBFULLNAME and DEBEMAIL name
# the maintainer, else it is who made the last commit.  The same commit makes the same package.
set -eu
cd "$(dirname "$0")"
. ../qemu/say.sh
name=stm32f407g-disc
version=$(cat version)
arch=$(dpkg --print-architecture)
out=$(cd .. && pwd)/build/package
root=$out/root
last=$(git log -1 --format='%an|%ae|%ct' 2>/dev/null || true)
maintainer="${DEBFULLNAME:-${last%%|*}} <${DEBEMAIL:-$(echo "$last" | cut -d'|' -f2)}>"
export SOURCE_DATE_EPOCH="${SOURCE_DATE_EPOCH:-${last##*|}}"
[ -n "$SOURCE_DATE_EPOCH" ] && [ "${maintainer#*@}" != "$maintainer" ] ||
    die "this is no git repository: give DEBFULLNAME, DEBEMAIL and SOURCE_DATE_EPOCH"

rm -rf "$out"
mkdir -p "$out/debian"
umask 022
DESTDIR=$root PREFIX=/usr ./install.sh

# ---- What a Debian package has besides ----

doc=$root/usr/share/doc/$name
cat >"$doc/copyright" <<END
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: $name
Comment: QEMU, built with the models of the STM32F407G-DISC1 board. QEMU's source is Debian's package of
 version $(sed -n 1p ../build/qemu-src/VERSION), the patches and all else are this project's.

Files: *
Copyright: 2003-2025 Fabrice Bellard and the QEMU Project developers
           $(date -u -d "@$SOURCE_DATE_EPOCH" +%Y) the authors of $name
License: GPL-2.0+

Files: usr/share/$name/page/*
Copyright: the authors of $name, and those named in usr/share/$name/page/licenses.txt
License: GPL-2.0+
Comment: page.js has parts of others, under the MIT and the BSD license, as licenses.txt says.

License: GPL-2.0+
 This program is free software; you can redistribute it and/or modify it under the terms of the GNU General Public
 License as published by the Free Software Foundation; either version 2 of the License, or (at your option) any
 later version.
 .
 Parts of QEMU have other licenses, which are compatible: version 2 alone, LGPL, BSD, MIT. QEMU as a whole is under
 version 2 of the License.
 .
 On Debian systems it is in /usr/share/common-licenses/GPL-2.
END
cat >"$out/changelog" <<END
$name ($version) unstable; urgency=medium

  * Made of commit $(git rev-parse --short=12 HEAD 2>/dev/null || echo unknown).

 -- $maintainer  $(LC_ALL=C date -u -R -d "@$SOURCE_DATE_EPOCH")
END
gzip -9nc "$out/changelog" >"$doc/changelog.gz"

# ---- The package ----

printf 'Source: %s\n\nPackage: %s\nArchitecture: any\n' $name $name >"$out/debian/control"
depends=$(cd "$out" && dpkg-shlibdeps -O -e"root/usr/lib/$name/qemu-system-arm" -e"root/usr/lib/$name/libstm32-watch.so" 2>"$out/shlibdeps.log" |
          sed -n 's/^shlibs:Depends=//p')
[ -n "$depends" ] || die "dpkg-shlibdeps found no libraries: $out/shlibdeps.log"
mkdir -p "$root/DEBIAN"
cat >"$root/DEBIAN/control" <<END
Package: $name
Version: $version
Architecture: $arch
Maintainer: $maintainer
Installed-Size: $(du -sk --apparent-size --exclude=DEBIAN "$root" | cut -f1)
Depends: $depends, python3 (>= 3.11), python3-yaml
Recommends: gdb-multiarch, python3-pytest
Suggests: python3-pytest-xdist
Section: electronics
Priority: optional
Description: STM32F407G-DISC1 board in QEMU: run its firmware without the board
 The whole chip (STM32F407VG, Cortex-M4F) with its true clock tree, and the
 parts soldered around it on ST's Discovery board. It runs the binary you
 have, shows what it prints and what its pins do, lets gdb in, works in CI,
 and tells you what the firmware did wrong.
 .
 The command is stm32f407g-disc; its QEMU is beside that of other packages.
END
cat >"$root/DEBIAN/prerm" <<'END'
#!/bin/sh
# What Python has compiled beside the package goes with it.
set -e
rm -rf /usr/lib/python3/dist-packages/stm32f407g_disc/__pycache__
END
chmod 755 "$root/DEBIAN/prerm"
(cd "$root" && find usr -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum >DEBIAN/md5sums)
chmod -R go-w "$root"
find "$root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
quietly "$out/dpkg-deb.log" dpkg-deb --root-owner-group -Zxz --build "$root" "$out/${name}_${version}_$arch.deb"

# ---- The tarball: the package's /usr, and what has to be there ----

folder=$name-$version
mv "$root/usr" "$out/$folder"
cat >"$out/$folder/README" <<END
The STM32F407G-DISC1 board in QEMU. It runs where it is:

    bin/$name run share/doc/$name/examples/demo

It needs libraries; on Debian and its kin:

    apt-get install python3 python3-yaml $(echo "$depends" | sed 's/ *([^)]*)//g; s/ *|[^,]*//g; s/,//g')
END
touch -d "@$SOURCE_DATE_EPOCH" "$out/$folder/README" "$out/$folder"
tar -C "$out" --sort=name --owner=0 --group=0 --numeric-owner -cJf "$out/$folder-$arch.tar.xz" "$folder"
rm -rf "$root" "${out:?}/$folder" "$out/debian" "$out/changelog"
say "build/package/${name}_${version}_$arch.deb, $folder-$arch.tar.xz"
