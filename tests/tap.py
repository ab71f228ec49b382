# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests in Python share: results by TAP."""
import sys


def skip(why):
    """None of them can be run here."""
    print(f"1..0 # SKIP {why}")
    sys.exit(0)


def run(group, tests):
    """Run the functions of @tests, (name, function that says whether it is good, or in a text why not here), and leave."""
    print(f"1..{len(tests)}")
    failed = 0
    for number, (name, test) in enumerate(tests, 1):
        result = test()
        failed += not result
        skipped = f" # SKIP {result}" if isinstance(result, str) else ""
        print(f"{'ok' if result else 'not ok'} {number} {group}/{name}{skipped}", flush=True)
    sys.exit(failed > 0)
