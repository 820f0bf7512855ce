"""Counts what holds and what does not."""


class Report:
    def __init__(self):
        self.checks = self.faults = 0

    def that(self, what, found, expected=True):
        self.checks += 1
        if found != expected:
            self.faults += 1
            print(f"FAULT {what}: found {found!r}, expected {expected!r}")
