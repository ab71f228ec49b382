#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Installs those packages of qemu/packages that are missing.
set -eu
cd "$(dirname "$0")"
. ./say.sh

missing=
for package in $(sed 's/#.*//' packages) "$@"; do
    status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$status" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

say "installing$missing (a minute or two)"
mkdir -p ../build
as_root apt-get update -qq >../build/install.log 2>&1 || true
quietly ../build/install.log as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y --no-install-recommends $missing
