"""What was checked, and what is wrong."""


class Report:
    """Collects faults, so that one run tells all of them."""

    def __init__(self):
        self.checks = 0
        self.faults = []

    def that(self, what, found, expected=True):
        """`what` holds if what was found equals what was expected."""
        self.checks += 1
        if found != expected:
            self.faults.append(f"{what}: found {found!r}, expected {expected!r}")

    def more(self, what, found, bound):
        """`what` holds if the number is there and over the bound."""
        self.checks += 1
        if found is None or found <= bound:
            self.faults.append(f"{what}: found {found!r}, expected more than {bound!r}")
