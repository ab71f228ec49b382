# SPDX-License-Identifier: GPL-2.0-or-later
# What the set-up scripts share: say what happens and for how long, stop with one clear line.

say() { printf '==> %s\n' "$*"; }

die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# as_root COMMAND...: run it as root, by sudo where we are not
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        die "'$*' needs root: run it yourself, or install sudo"
    fi
}

# quietly LOG COMMAND...: keep its output in LOG, show the end of it only when it fails
quietly() {
    log=$1
    shift
    "$@" >"$log" 2>&1 </dev/null || { tail -n 30 "$log" >&2; die "'$1' failed, all of it in $log"; }
}
