"""Judges the deployment files of a service: `python -m deployment FOLDER PART...`."""

import sys

from . import parts
from .folder import Folder
from .judges import judge


def main():
    path, *wanted = sys.argv[1:]
    if not set(wanted) <= {*parts.PARTS, "none"}:
        sys.exit(f"the parts are {', '.join(parts.PARTS)}, or none")
    report = judge(Folder(path), set(wanted))
    for fault in report.faults:
        print(f"FAULT {fault}")
    print(f"{report.checks} checks, {len(report.faults)} faults")
    sys.exit(1 if report.faults else 0)


main()
