"""Throughput, latency, processor time and memory under load: the server on one core, wrk on the other, in turns."""

import re
import subprocess
from dataclasses import dataclass

from .service import AXUM, AXUM_LIMITED, LOAD_CPU, RECOMMENDATIONS, SERVER_CPU, TOOLKIT, Service

CONNECTIONS = 48
UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0}


@dataclass
class Run:
    """One measured run."""

    per_second: float
    p50: float
    p99: float
    cpu_per_request: float


def measure(table, pairs, seconds):
    for name, peer in (("axum", AXUM), ("axum limited", AXUM_LIMITED)):
        ours, theirs, idle, loaded = in_turns(TOOLKIT, peer, pairs, seconds)
        for run, other in zip(ours, theirs):
            print(f"  toolkit {run.per_second:8.0f}/s   {name} {other.per_second:8.0f}/s   "
                  f"ratio {run.per_second / other.per_second:.3f}", flush=True)
        how = f"server on 1 core, load on another, {CONNECTIONS} connections; {pairs} pairs of {seconds} s, median ratio"
        same = "the same runs, 1 core"
        table.pairs(f"requests per second / {name}", theirs, ours, lambda run: run.per_second, "", 1, True, how)
        table.pairs(f"processor time per request / {name}", theirs, ours, lambda run: run.cpu_per_request, "µs", 1e6,
                    False, f"{same}, user and kernel")
        table.pairs(f"p50 latency / {name}", theirs, ours, lambda run: run.p50, "ms", 1e3, False, same)
        table.pairs(f"p99 latency / {name}", theirs, ours, lambda run: run.p99, "ms", 1e3, False, same)
        table.compare(f"resident, idle / {name}", idle[1], idle[0], "MiB", 2**-20, "after the first answer, 1 core")
        table.compare(f"resident, loaded / {name}", loaded[1], loaded[0], "MiB", 2**-20, "after the last run, 1 core")


def in_turns(ours, theirs, pairs, seconds):
    """Both services stay up; only one is under load at a time."""
    pinned = ["taskset", "-c", SERVER_CPU]
    with Service(pinned + ours, port=18081) as a, Service(pinned + theirs, port=18082) as b:
        if a.first_answer != b.first_answer:
            raise SystemExit(f"the services differ: {a.first_answer!r} and {b.first_answer!r}")
        idle = a.resident(), b.resident()
        for service in (a, b):
            load(service, 2)
        runs = [(load(a, seconds), load(b, seconds)) for _ in range(pairs)]
        return [run for run, _ in runs], [run for _, run in runs], idle, (a.resident(), b.resident())


def load(service, seconds):
    return wrk(service, RECOMMENDATIONS, seconds, CONNECTIONS)


def wrk(service, path, seconds, connections, *options):
    """A run of wrk on the load's core; any answer but a success ends the measurement."""
    url = f"http://127.0.0.1:{service.port}{path}"
    command = ["taskset", "-c", LOAD_CPU, "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", *options, url]
    before = service.cpu_seconds()
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    taken = service.cpu_seconds() - before
    if re.search(r"Non-2xx|Socket errors", told):
        raise SystemExit(f"not every request was answered:\n{told}")
    requests = int(re.search(r"(\d+) requests in", told).group(1))
    per_second = float(re.search(r"Requests/sec:\s+([\d.]+)", told).group(1))
    return Run(per_second, percentile(told, 50), percentile(told, 99), taken / requests)


def percentile(told, percent):
    value, unit = re.search(rf"{percent}%\s+([\d.]+)(us|ms|s)", told).groups()
    return float(value) * UNITS[unit]
