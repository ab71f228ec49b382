#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# build/linux: Debian's own kernel, vmlinuz, and a small initramfs with its modules for USB and programs that
# talk to USB devices.  The packages are fetched by apt, and taken apart.
set -eu
cd "$(dirname "$0")"
. ../../qemu/say.sh
root=$(cd ../.. && pwd)
out=$root/build/linux
stamp=$(cat image.sh init packages | cksum)
[ "$(cat "$out/stamp" 2>/dev/null)" != "$stamp" ] || exit 0

say "fetching a Linux (80 Mbyte, once)"
rm -rf "$out/files" "$out/initramfs"
mkdir -p "$out/debs" "$out/files" "$out/initramfs"
names=$(sed 's/#.*//' packages)
kernel=$(apt-cache depends linux-image-amd64 | sed -n 's/.*Depends: \(linux-image-[0-9].*\)/\1/p' | head -1)
names=$(echo $names | sed "s/linux-image-amd64/$kernel/")
(cd "$out/debs" && quietly "$root/build/linux/apt.log" apt-get download -o APT::Sandbox::User=root $names)
for deb in "$out"/debs/*.deb; do
    dpkg-deb -x "$deb" "$out/files"
done

say "making its initramfs"
fs=$out/initramfs
modules=$(cd "$out/files/lib/modules" && echo *)
mkdir -p "$fs/bin" "$fs/sbin" "$fs/dev" "$fs/proc" "$fs/sys" "$fs/run" "$fs/var/run" "$fs/tmp" "$fs/mnt" \
    "$fs/usr/share" "$fs/lib/modules/$modules/kernel/drivers"
for part in drivers/usb drivers/scsi/scsi_mod.ko drivers/scsi/scsi_common.ko drivers/scsi/sd_mod.ko drivers/hid \
            drivers/net/ethernet/intel/e1000 drivers/input block lib crypto arch/x86/crypto fs/fat fs/nls; do
    mkdir -p "$fs/lib/modules/$modules/kernel/$(dirname $part)"
    cp -r "$out/files/lib/modules/$modules/kernel/$part" "$fs/lib/modules/$modules/kernel/$(dirname $part)/" || true
done
cp "$out/files/lib/modules/$modules"/modules.builtin "$out/files/lib/modules/$modules"/modules.order \
    "$fs/lib/modules/$modules/"
cp "$out/files/bin/busybox" "$fs/bin/"
cp "$out/files/usr/sbin/usbip" "$out/files/usr/bin/lsusb" "$out/files/usr/bin/dfu-util" "$fs/bin/"
cp -r "$out/files/usr/share/misc" "$fs/usr/share/"
mkdir -p "$fs/usr/share/hwdata" "$fs/lib64" "$fs/lib/x86_64-linux-gnu"
cp "$out/files/usr/share/misc/usb.ids" "$fs/usr/share/hwdata/" 2>/dev/null || true
cp -L "$out/files/lib64/ld-linux-x86-64.so.2" "$fs/lib64/"
find "$out/files/lib/x86_64-linux-gnu" "$out/files/usr/lib/x86_64-linux-gnu" -maxdepth 1 -name '*.so*' \
    -exec cp -L {} "$fs/lib/x86_64-linux-gnu/" \;
"$fs/bin/busybox" depmod -b "$fs" "$modules"
cp init "$fs/init"
chmod +x "$fs/init"
(cd "$fs" && find . | LC_ALL=C sort | "$fs/bin/busybox" cpio -o -H newc 2>/dev/null) | gzip -1 >"$out/initramfs.gz"
cp "$out/files/boot"/vmlinuz-* "$out/vmlinuz"
rm -rf "$fs" "$out/files"
echo "$stamp" >"$out/stamp"
