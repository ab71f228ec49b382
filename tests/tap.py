# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests in Python share: results by TAP."""
import sys
import traceback


def skip(why):
    """None of them can be run here."""
    print(f"1..0 # SKIP {why}")
    sys.exit(0)


def attempt(test):
    """What @test says; one that raises something has failed, and the others are run all the same."""
    try:
        return test()
    except Exception:                                   # pylint: disable=broad-exception-caught
        traceback.print_exc()
        return False


def run(group, tests):
    """Run the functions of @tests, (name, function that says whether it is good, or in a text why not here), and leave."""
    print(f"1..{len(tests)}")
    failed = 0
    for number, (name, test) in enumerate(tests, 1):
        result = attempt(test)
        failed += not result
        skipped = f" # SKIP {result}" if isinstance(result, str) else ""
        print(f"{'ok' if result else 'not ok'} {number} {group}/{name}{skipped}", flush=True)
    sys.exit(failed > 0)
