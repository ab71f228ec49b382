#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# make fuzz TARGET=registers SECONDS=600: libFuzzer goes on from corpus/TARGET.txt, a line of base64 an input; what is new is
# in build/fuzz/TARGET, what fails beside it, as TARGET-crash-... and the like.  Without TARGET: all of them, one after another.
# MERGE=1 takes over to corpus/TARGET.txt what shows something that is not reached from there: what is there stays, as it
# may have failed once.
set -eu
cd "$(dirname "$0")/../.."
. qemu/say.sh
fuzzer=$PWD/build/qemu-fuzz/qemu-fuzz-arm
export ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1:suppressions=$PWD/tests/ubsan.supp

limit() { # of an input's length, by target
    case $1 in
    registers) echo 1200 ;;
    *) echo 4096 ;;
    esac
}

unpack() { # FILE FOLDER
    rm -rf "$2"
    mkdir -p "$2"
    n=0
    while read -r line; do
        n=$((n + 1))
        echo "$line" | base64 -d >"$2/$n"
    done <"$1"
}

pack() { # FOLDER FILE
    for input in "$1"/*; do
        base64 -w 0 "$input"
        echo
    done | LC_ALL=C sort >"$2"
}

for target in ${TARGET:-$(cd tests/fuzz/corpus && ls | sed 's/\.txt$//')}; do
    new=build/fuzz/$target
    say "$target"
    mkdir -p "$new"
    unpack "tests/fuzz/corpus/$target.txt" "$new.kept"
    if [ -n "${MERGE:-}" ]; then
        "$fuzzer" --fuzz-target="$target" -merge=1 -use_counters=0 -max_len="$(limit "$target")" "$new.kept" "$new" \
            2>"$new.merge.log" || die "it has failed: see $new.merge.log"
        pack "$new.kept" "tests/fuzz/corpus/$target.txt"
        say "$(wc -l <"tests/fuzz/corpus/$target.txt") inputs"
        continue
    fi
    "$fuzzer" --fuzz-target="$target" -max_total_time="${DURATION:-600}" -max_len="$(limit "$target")" -timeout=120 \
        -rss_limit_mb=4096 -artifact_prefix="$new-" -print_final_stats=1 "$new" "$new.kept" 2>"$new.log" ||
        die "it has failed: see $new.log"
    grep -a -E 'DONE|number_of_executed' "$new.log" | tail -n 2
done
