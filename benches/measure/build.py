"""Build times of a service with one endpoint: from nothing, and after an edit until the edited answer is served."""

import os
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from .service import BENCHES, Service

SOURCE = BENCHES / "service-minimal" / "src" / "main.rs"
GREETING = 'format!("Hello, {name}")'
EDITS = 5


def measure(table):
    cores = len(os.sched_getaffinity(0))
    subprocess.run(["cargo", "fetch", "--quiet", "--locked"], cwd=BENCHES, check=True)
    with tempfile.TemporaryDirectory(prefix="build-", dir=BENCHES / "target") as target:
        table.single("clean build, dev profile", build(target), "s", 1, "< 180 s",
                     f"service-minimal, packages downloaded before, {cores} cores")
        table.single("edit to served", median(edits(target)), "s", 1, "< 6 s",
                     f"dev profile: one function edited, cargo build, start, new answer; median of {EDITS}, {cores} cores")
    with tempfile.TemporaryDirectory(prefix="build-", dir=BENCHES / "target") as target:
        table.single("clean build, cargo's release profile", build(target, "--profile", "shipped"), "s", 1, "",
                     f"service-minimal, stripped, {cores} cores")
        table.single("binary, cargo's release profile", Path(target, "shipped", "service-minimal").stat().st_size,
                     "MiB", 2**-20, "< 12 MiB", "service-minimal with Swagger UI, stripped")


def build(target, *options):
    """Builds the service, and tells how many seconds that took."""
    environment = dict(os.environ, CARGO_TARGET_DIR=str(target))
    begun = time.perf_counter()
    subprocess.run(["cargo", "build", "--quiet", "--locked", "-p", "service-minimal", *options],
                   cwd=BENCHES, env=environment, check=True)
    return time.perf_counter() - begun


def edits(target):
    with edited() as edit:
        for number in range(EDITS):
            begun = time.perf_counter()
            edit(f'format!("Hello {number}, {{name}}")')
            build(target)
            with Service([str(Path(target, "debug", "service-minimal"))], path="/greeting?name=you") as service:
                taken = time.perf_counter() - begun
                if f"Hello {number}, you".encode() not in service.first_answer:
                    raise SystemExit(f"the edit is not served: {service.first_answer!r}")
            yield taken


@contextmanager
def edited():
    """A function that edits the greeting; the source is put back at the end."""
    original = SOURCE.read_text()
    if GREETING not in original:
        raise SystemExit(f"{SOURCE} does not contain `{GREETING}`")
    try:
        yield lambda greeting: SOURCE.write_text(original.replace(GREETING, greeting))
    finally:
        SOURCE.write_text(original)
