"""Packs each exported model that ships with the tests, in a runtime, and holds its answers against Python's.

The command line does it as a user would: `toolkit envelope pack MODEL --example ROWS --expected RESULTS` refuses a model
whose answers are others.
"""

import json
import pathlib
import shutil
import subprocess
import sys

# Convolutions and text are left to ONNX Runtime.
NOT_NATIVE = {"nn_cnn", "x_tfidf_lr"}


def judge(toolkit, folder, engine, scratch):
    """Every model of the folder in this runtime; gives the names of those that failed."""
    failed = []
    models = sorted(path.parent for path in folder.glob("*/case.json"))
    if not models:
        raise SystemExit(f"there is no model in {folder}")
    for model in models:
        fault = pack(toolkit, model, engine, scratch / f"{model.name}.{engine}")
        claimed = engine != "native" or model.name not in NOT_NATIVE
        if fault and not claimed and "is not known" in fault:
            print(f"{model.name} in {engine}: not claimed")
        elif fault or not claimed:
            failed.append(model.name)
            print(f"{model.name} in {engine}: {fault or 'answered, and not claimed; take it off the list'}")
        else:
            print(f"{model.name} in {engine}: as in Python")
    return failed


def pack(toolkit, model, engine, scratch):
    """What stands against the model; nothing if its answers are Python's."""
    case = json.loads((model / "case.json").read_text())
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    (scratch / "rows.json").write_text(json.dumps(rows(case["inputs"])))
    envelope = scratch / "model.envelope"
    command = [toolkit, "envelope", "pack", model / "model.onnx", "--engine", engine, "--example", scratch / "rows.json"]
    fault = run([*command, "--output", envelope])
    if fault:
        return fault
    manifest = json.loads(run([toolkit, "--json", "envelope", "inspect", envelope], answer=True))
    # Where the library says nothing of an output, what ONNX Runtime said at the export.
    expected = {**case["expected_onnxruntime"], **case.get("expected_python", {})}
    results = {binding["function"]: result(binding["outputs"], expected) for binding in manifest["runtime"]["bindings"]}
    (scratch / "expected.json").write_text(json.dumps(results))
    envelope.unlink()
    return run([*command, "--output", envelope, "--expected", scratch / "expected.json"])


def run(command, answer=False):
    done = subprocess.run(command, capture_output=True, text=True)
    if answer:
        return done.stdout
    return None if done.returncode == 0 else done.stderr


def rows(inputs):
    """Objects if there are several inputs, or if a value is missing; else the rows of the one tensor."""
    cells = {name: nested(value["shape"], value["data"]) for name, value in inputs.items()}
    if len(cells) > 1 or all(len(value["shape"]) == 1 for value in inputs.values()):
        columns = {name: [row[0] if isinstance(row, list) else row for row in column] for name, column in cells.items()}
        return [dict(zip(columns, row)) for row in zip(*columns.values())]
    (only,) = cells.values()
    if any(cell is None for row in only for cell in row):
        return [{f"column_{at}": cell for at, cell in enumerate(row)} for row in only]
    return only


def nested(shape, data):
    if len(shape) <= 1:
        return data
    width = len(data) // shape[0]
    return [nested(shape[1:], data[at * width:(at + 1) * width]) for at in range(shape[0])]


def result(outputs, expected):
    """What a function has to answer, out of what the model's outputs have to be."""
    if "field" not in outputs[0]:
        output = expected[outputs[0]["tensor"]]
        shape = output["shape"]
        one_each = all(length == 1 for length in shape[1:])
        return output["data"] if one_each else nested(shape, output["data"])
    columns = {}
    for output in outputs:
        tensor = expected[output["tensor"]]
        flat = tensor["data"] if not isinstance(tensor["data"][0], list) else sum(tensor["data"], [])
        width = len(flat) // len(tensor["data"]) if isinstance(tensor["data"][0], list) else len(flat) // tensor["shape"][0]
        columns[output["field"]] = flat[output.get("index", 0)::width]
    return [dict(zip(columns, row)) for row in zip(*columns.values())]


def main(toolkit, folder, scratch):
    """Both runtimes; the native one may leave models to the other."""
    failed = [judge(toolkit, pathlib.Path(folder), engine, pathlib.Path(scratch)) for engine in ("native", "onnxruntime")]
    if any(failed):
        raise SystemExit(f"these differ: {', '.join(sum(failed, []))}")


main(*sys.argv[1:])
