"""What telemetry costs: processor time of a request in process, and throughput with sockets, over none at all."""

import os
import re
import subprocess
import tempfile
from statistics import median

from .load import CONNECTIONS, load
from .service import BINARIES, RECOMMENDATIONS, SERVER_CPU, TOOLKIT, Service
from .sink import sink

ROUNDS = 3
SILENT = {"RUST_LOG": "off", "TOOLKIT_TRACE_VIEWER": "false"}
OFF = {**SILENT, "OTEL_SDK_DISABLED": "true"}


def measure(table, pairs, seconds):
    with sink() as collector:
        processor_time(table, collector)
        throughput(table, collector, pairs, seconds)


def exported(collector, share):
    """Exports this share of the traces, with room for what a benchmark makes between two batches."""
    return {**SILENT, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": f"{collector}/v1/traces",
            "OTEL_TRACES_SAMPLER": "parentbased_traceidratio", "OTEL_TRACES_SAMPLER_ARG": str(share),
            "OTEL_BSP_MAX_QUEUE_SIZE": "65536", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "4096"}


def processor_time(table, collector):
    none, all_ = exported(collector, 0), exported(collector, 1)
    taken = best({
        "off": (OFF, RECOMMENDATIONS),
        "metrics": (SILENT, RECOMMENDATIONS),
        "none": (none, RECOMMENDATIONS),
        "few": (exported(collector, 0.01), RECOMMENDATIONS),
        "all": (all_, RECOMMENDATIONS),
        "viewer": ({**SILENT, "TOOLKIT_TRACE_VIEWER": "true"}, RECOMMENDATIONS),
        "viewer and all": ({**all_, "TOOLKIT_TRACE_VIEWER": "true"}, RECOMMENDATIONS),
        "line": ({**SILENT, "RUST_LOG": "info", "TOOLKIT_LOG_FORMAT": "json"}, RECOMMENDATIONS),
        "plain, none": (none, "/plain"),
        "child, none": (none, "/child"),
        "plain, all": (all_, "/plain"),
        "child, all": (all_, "/child"),
    })

    def row(figure, name, than, target, how="the handling thread, in process"):
        table.single(f"processor time, {figure}", taken[name][0] - taken[than][0], "µs", 1, target, f"over {than}; {how}")

    how = f"the handling thread, in process; median of 55 batches of 2,000, best of {ROUNDS} rounds"
    table.single("processor time, telemetry off", taken["off"][0], "µs", 1, "", how)
    row("metrics", "metrics", "off", "< 0.3 µs")
    row("metrics, sampled out", "none", "off", "< 0.5 µs")
    row("metrics, 1 % exported", "few", "off", "")
    row("metrics, all exported", "all", "off", "< 1.5 µs", "two spans: the request's and its function's")
    table.single("processor time, all exported, other threads", taken["all"][1] - taken["off"][1], "µs", 1, "",
                 "over off; encoding and sending, in batches")
    row("metrics, viewer", "viewer", "off", "")
    row("viewer beside export", "viewer and all", "all", "< 0.2 µs")
    row("access line in JSON", "line", "metrics", "< 3 µs", "to a file")
    row("child span, sampled out", "child, none", "plain, none", "< 0.1 µs")
    row("child span, exported", "child, all", "plain, all", "")


def best(configurations):
    """The least of a few rounds, in turns, on the handling thread and on others."""
    rounds = [{name: run(*how) for name, how in configurations.items()} for _ in range(ROUNDS)]
    return {name: tuple(map(min, zip(*(taken[name] for taken in rounds)))) for name in configurations}


def run(variables, path):
    environment = dict(os.environ, **variables, BENCH_PATH=path, TOOLKIT_BIND="127.0.0.1:0")
    with tempfile.TemporaryFile() as log:
        done = subprocess.run([str(BINARIES / "telemetry")], env=environment, stdout=subprocess.PIPE, stderr=log)
        if done.returncode != 0:
            log.seek(0)
            raise SystemExit(f"no time could be taken: {log.read()[-2000:].decode(errors='replace')}")
    on_thread, elsewhere = map(float, done.stdout.split())
    return on_thread, elsewhere


def throughput(table, collector, pairs, seconds):
    how = f"server on 1 core, load on another, {CONNECTIONS} connections; {pairs} pairs of {seconds} s, median ratio"
    for name, share, target in (("1 % exported", 0.01, "> 0.93"), ("all exported", 1, "> 0.80")):
        with_it, without, lost = in_turns(exported(collector, share), pairs, seconds)
        per_second = [a.per_second / b.per_second for a, b in zip(with_it, without)]
        cpu = [b.cpu_per_request / a.cpu_per_request for a, b in zip(with_it, without)]
        told = f"{lost:.0%} of the spans dropped"
        table.single(f"requests per second / off, {name}", median(per_second), "", 1, target, f"{how}; {told}")
        table.single(f"processor time / off, {name}", median(cpu), "", 1, "", "the same runs, all threads")


def in_turns(variables, pairs, seconds):
    """Both services stay up; only one is under load at a time."""
    pinned = ["taskset", "-c", SERVER_CPU, *TOOLKIT]
    with Service(pinned, port=18081, variables=variables) as a, Service(pinned, port=18082, variables=OFF) as b:
        for service in (a, b):
            load(service, 2)
        runs = [(load(a, seconds), load(b, seconds)) for _ in range(pairs)]
        return [run for run, _ in runs], [run for _, run in runs], dropped(a)


def dropped(service):
    """The share of ended spans that the queue had no room for."""
    page = service.get("/metrics").decode()
    counts = re.findall(r"^otel_sdk_processor_span_processed[a-z_]*\{(.*)\} (\d+)$", page, re.MULTILINE)
    lost = sum(int(count) for labels, count in counts if "queue_full" in labels)
    return lost / max(1, sum(int(count) for _, count in counts))
