"""Instructions per request, as callgrind counts them in user space: the same on every run, whatever else runs."""

import re
import subprocess
import tempfile

from .service import AXUM, AXUM_LIMITED, BINARIES, RECOMMENDATIONS, TOOLKIT, Connection, Service

FEW, MANY = 500, 10500


def measure(table):
    ours, theirs = (per_request(lambda count: called(name, count)) for name in ("toolkit", "axum"))
    row(table, "instructions, router alone / axum", ours, theirs, "in process, without sockets")
    ours, *peers = (per_request(lambda count: asked(command, count)) for command in (TOOLKIT, AXUM, AXUM_LIMITED))
    for name, theirs in zip(("axum", "axum limited"), peers):
        row(table, f"instructions, whole server / {name}", ours, theirs, "one connection, one request at a time")


def row(table, figure, ours, theirs, how):
    table.compare(figure, theirs, ours, "", 1, f"per request in user space, by callgrind; {how}", theirs / ours)


def per_request(run):
    """What one request adds: start and stop are in both counts."""
    return (run(MANY) - run(FEW)) / (MANY - FEW)


def called(service, count):
    command = callgrind() + [str(BINARIES / "in-process"), service, str(count)]
    return collected(subprocess.run(command, check=True, capture_output=True, text=True).stderr)


def asked(service, count):
    with tempfile.NamedTemporaryFile() as log:
        with Service(callgrind(f"--log-file={log.name}") + service, within=120) as running:
            with Connection(running.port) as connection:
                for _ in range(count):
                    connection.get(RECOMMENDATIONS)
        return collected(log.read().decode())


def callgrind(*options):
    return ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *options]


def collected(log):
    return int(re.search(r"Collected : (\d+)", log).group(1))
