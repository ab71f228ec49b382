#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Turns ninja's lines into few: every tenth of the way, and what the compiler says.  What meson says
# while it configures again is left out; everything is kept in the file named.
exec awk -v log_file="$1" '
    { print >log_file }
    /^FAILED: |^ninja: (error|fatal|build stopped)/ { failed = compiling = 1 }
    match($0, /^\[[0-9]+\/[0-9]+\] /) {
        split(substr($0, 2, RLENGTH - 3), at, "/")
        compiling = at[2] > 1
        tenth = int(at[1] * 10 / at[2])
        if (tenth > said && at[2] > 20) {
            said = tenth
            printf "    %d %% (%d of %d steps)\n", tenth * 10, at[1], at[2]
            fflush()
        }
        next
    }
    compiling && !/^ninja: (Entering|no work)/ { print; fflush() }
    END { exit failed }
'
