"""Runs the parts: `python -m telemetry BINARY [PART...]`."""

import shutil
import sys
import tempfile
import time
import traceback
from functools import partial

from . import export, prometheus
from .processes import Collector, Service
from .receiver import Receiver
from .report import Report

PARTS = {
    "http": ("OTLP over HTTP, by a collector", partial(export.judge_protocol, protocol="http/protobuf", viewer="false")),
    "grpc": ("OTLP over gRPC, by a collector, beside the viewer", partial(
        export.judge_protocol, protocol="grpc", viewer="true"
    )),
    "traces-only": ("Traces without metrics and logs", export.judge_traces_only),
    "failures": ("Requests that fail", export.judge_failures),
    "sampling": ("A tenth of the traces", partial(export.judge_sampling, viewer="false")),
    "sampling-viewer": ("A tenth of the traces, beside the viewer", partial(export.judge_sampling, viewer="true")),
    "disabled": ("Telemetry switched off", export.judge_disabled),
    "trouble": ("Collectors that fail", export.judge_trouble),
    "prometheus": ("Metrics, by Prometheus", prometheus.judge),
}  # fmt: skip


class Stage:
    """What the parts have in common: a receiver, a collector before it, and services one after the other."""

    def __init__(self, binary, folder, report):
        self.binary, self.folder, self.report = binary, folder, report
        self.receiver = Receiver()
        self.collector = Collector(folder, self.receiver.port)
        self.services = []

    def service(self, environment, arguments=()):
        service = Service(self.binary, self.folder, f"service-{len(self.services)}", environment, arguments)
        self.services.append(service)
        return service.started()

    def run(self, title, judge):
        self.report.part(f"{title} ({time.monotonic() - BEGIN:.0f} s)")
        faults, first = self.report.faults, len(self.services)
        self.receiver.forget()
        try:
            judge(self)
        except Exception:
            self.report.that("the part comes to its end", False, traceback.format_exc(), "no exception")
        finally:
            for service in self.services[first:]:
                service.__exit__()
        if self.report.faults > faults:
            for program in [*self.services[first:], self.collector]:
                print(f"\n      the log of {program.name} ends with:\n{program.tail()}")


def main():
    binary, *wanted = sys.argv[1:]
    if unknown := set(wanted) - set(PARTS):
        sys.exit(f"there is no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    folder = tempfile.mkdtemp(prefix="telemetry-")
    report = Report()
    try:
        stage = Stage(binary, folder, report)
        with stage.collector:
            for part in wanted or PARTS:
                stage.run(*PARTS[part])
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"\n{time.monotonic() - BEGIN:.0f} s", end="")
    report.end()


BEGIN = time.monotonic()
main()
