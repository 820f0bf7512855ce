"""What was checked, one line each."""

import sys


class Report:
    """Collects faults, so that one run tells all of them."""

    def __init__(self):
        self.checks = 0
        self.faults = 0

    def part(self, title):
        print(f"\n{title}", flush=True)

    def check(self, what, found, expected=True):
        """`what` holds if what was found equals what was expected."""
        return self.that(what, found == expected, found, repr(expected))

    def none(self, what, found):
        """`what` holds if nothing was found that speaks against it."""
        return self.that(what, not found, found, "nothing")

    def within(self, what, found, low, high):
        """`what` holds if the number is not outside of two bounds."""
        return self.that(what, found is not None and low <= found <= high, found, f"from {low} to {high}")

    def that(self, what, holds, found, expected):
        self.checks += 1
        if holds:
            print(f"  ok    {what}", flush=True)
        else:
            self.faults += 1
            print(f"  FAULT {what}\n          expected: {expected}\n          found:    {shorten(found)}", flush=True)
        return holds

    def end(self):
        print(f"\n{self.checks} checks, {self.faults} faults", flush=True)
        sys.exit(1 if self.faults else 0)


def shorten(found, length=1500):
    text = found if isinstance(found, str) else repr(found)
    return text if len(text) <= length else f"{text[:length]}… ({len(text)} characters)"
