"""The table that `benches/run` prints, in Markdown."""

from statistics import median


class Table:
    """Rows of: what was measured, the toolkit, its peer, their ratio, and how."""

    def __init__(self):
        self.rows = []

    def compare(self, figure, peer, ours, unit, factor, how, ratio=None):
        """One figure of both; the ratio is over 1 where the toolkit does better, if `ratio` says what better is."""
        shown = "" if ratio is None else f"{ratio:.3f}"
        self.rows.append([figure, number(ours * factor, unit), number(peer * factor, unit), shown, how])

    def pairs(self, figure, peer, ours, value, unit, factor, more_is_better, how):
        """The medians of both, and the median of the ratios of each pair."""
        theirs, mine = [value(run) for run in peer], [value(run) for run in ours]
        quotients = [a / b if more_is_better else b / a for a, b in zip(mine, theirs)]
        self.compare(figure, median(theirs), median(mine), unit, factor, how, median(quotients))

    def single(self, figure, ours, unit, factor, target, how):
        """A figure of the toolkit alone, with what it should stay under."""
        self.rows.append([figure, number(ours * factor, unit), target, "", how])

    def __str__(self):
        head = ["figure", "toolkit", "peer or target", "ratio", "measured"]
        widths = [max(len(row[column]) for row in [head, *self.rows]) for column in range(len(head))]
        lines = [head, ["-" * width for width in widths], *self.rows]
        return "\n".join("| " + " | ".join(map(str.ljust, line, widths)) + " |" for line in lines)


def number(value, unit):
    digits = 0 if value >= 100 else 1 if value >= 10 else 2
    return f"{value:,.{digits}f} {unit}".strip()
