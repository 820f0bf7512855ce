"""Judges a running service: `python -m protocol BASE_URL`."""

import sys

from . import http
from .report import Report
from .service import functions

# What carries the protocol, and who judges it; each is given the report, the base URL and the functions.
PARTS = {"http": http.judge}


def main():
    [base] = sys.argv[1:]
    report, known = Report(), functions(base)
    report.that("the service has functions with examples", bool(known))
    for name, judge in PARTS.items():
        before = report.checks
        judge(report, base, known)
        print(f"{name}: {report.checks - before} checks")
    print(f"{report.checks} checks, {report.faults} faults")
    sys.exit(1 if report.faults else 0)


main()
