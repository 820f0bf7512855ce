"""Judges a running service: `python -m protocol BASE_URL [PART...]`."""

import sys

from . import grpc, http
from .report import Report
from .service import functions

# What carries the protocol, and who judges it; each is given the report, the base URL and the functions.
PARTS = {"http": http.judge, "grpc": grpc.judge}


def main():
    base, *wanted = sys.argv[1:]
    if not set(wanted) <= set(PARTS):
        sys.exit(f"the parts are {', '.join(PARTS)}")
    report, known = Report(), functions(base)
    report.that("the service has functions with examples", bool(known))
    for name in wanted or PARTS:
        before = report.checks
        PARTS[name](report, base, known)
        print(f"{name}: {report.checks - before} checks")
    print(f"{report.checks} checks, {report.faults} faults")
    sys.exit(1 if report.faults else 0)


main()
