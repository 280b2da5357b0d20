"""Runs checks one after the other and prints totals that `npm run verify` reads."""

import sys
import traceback

_checks = []


def check(function):
    """Registers a function as a check. Its docstring is its name."""
    _checks.append(function)
    return function


def run():
    failed = 0
    for function in _checks:
        name = function.__doc__.strip()
        try:
            function()
            print(f"ok      {name}")
        except Exception:
            failed += 1
            print(f"FAILED  {name}\n{traceback.format_exc()}")
    passed = len(_checks) - failed
    print(f"      Tests  {failed} failed | {passed} passed ({len(_checks)})")
    sys.exit(1 if failed else 0)
