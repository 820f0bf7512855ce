"""The time from the start of a process to its first 200 answer, and the size of its binary."""

from statistics import median

from .service import BINARIES, SERVER_CPU, TOOLKIT, Service

STARTS = 21


def measure(table):
    minimal = str(BINARIES / "service-minimal")
    for name, command, path in (("without resources", [minimal], "/greeting?name=you"), ("with one", TOOLKIT, None)):
        table.single(f"start to first answer, {name}", median(starts(command, path)), "ms", 1e3, "< 50 ms",
                     f"release profile, median of {STARTS} starts, 1 core")
    table.single("binary with Swagger UI", (BINARIES / "service-minimal").stat().st_size, "MiB", 2**-20, "< 12 MiB",
                 "service-minimal, release profile of this workspace, stripped")


def starts(command, path):
    for _ in range(STARTS):
        with Service(["taskset", "-c", SERVER_CPU, *command], **({"path": path} if path else {})) as service:
            yield service.startup
