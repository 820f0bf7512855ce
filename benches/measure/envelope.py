"""Models in the native runtime beside ONNX Runtime, and what an envelope costs to load and to verify."""

import json
import os
import subprocess

from .service import BENCHES, BINARIES

MODELS = BENCHES.parent / "toolkit-envelope" / "tests" / "models"
CHURN = BENCHES.parent / "examples" / "churn" / "churn.envelope"
TARGETS = {"columns": ("one row in columns", 1e6, "µs", "< 5 µs"),
           "json": ("one row from JSON, checked, to JSON", 1e6, "µs", "< 10 µs"),
           "load": ("verified, compiled and replayed", 1e3, "ms", "< 20 ms")}


def measure(table):
    command = ["taskset", "-c", "0", BINARIES / "envelope", MODELS, CHURN]
    lines = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ).stdout.splitlines()
    for line in lines:
        figure = json.loads(line)
        if "model" in figure:
            rows = figure["rows"]
            name = f"{figure['model']}, {rows:,} row{'s' if rows > 1 else ''}"
            table.compare(name, figure["onnxruntime"], figure["native"], "µs", 1e6,
                          "beside ONNX Runtime in the same process; median of 31 rounds by turns",
                          figure["onnxruntime"] / figure["native"])
        elif "churn" in figure:
            what, factor, unit, target = TARGETS[figure["churn"]]
            table.single(f"churn, {what}", figure["seconds"], unit, factor, target, "median of 31 rounds")
        else:
            table.single(f"an envelope of {figure['verify']}, verified", 2**30 / figure["seconds"], "GB/s", 1e-9,
                         "> 1 GB/s", "median of 3; the file in the page cache")
