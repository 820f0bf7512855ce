"""The ONNX project's own tests of backends: each of an operator, or of a graph that PyTorch exported."""

import pathlib
import warnings

import onnx
from onnx import numpy_helper
from onnx.backend.test.case.node import collect_testcases
from onnx.backend.test.loader import load_model_tests

# Those of `real` and `light` have no outputs in the package, but are downloaded or computed with random inputs.
KINDS = ("simple", "pytorch-operator", "pytorch-converted")


def write(writer):
    with warnings.catch_warnings():
        # The cases overflow and divide by zero on purpose.
        warnings.simplefilter("ignore", RuntimeWarning)
        cases = collect_testcases(None)
    for case in cases:
        sets = [
            (named(case.model.graph.input, inputs), named(case.model.graph.output, outputs))
            for inputs, outputs in case.data_sets
        ]
        writer.write(case.name, case.model, sets, (case.rtol, case.atol))
    for kind in KINDS:
        for case in load_model_tests(kind=kind):
            folder = pathlib.Path(case.model_dir)
            model = onnx.load(folder / "model.onnx")
            sets = [
                tuple(named(values, loaded(values, data, side))
                      for side, values in (("input", model.graph.input), ("output", model.graph.output)))
                for data in sorted(folder.glob("test_data_set_*"))
            ]  # fmt: skip
            writer.write(f"{kind}_{case.name}", model, sets, (case.rtol, case.atol))


def named(values, data):
    # Models before IR 4 tell of their constants among the inputs, after the real ones.
    return [(value.name, item) for value, item in zip(values, data)]


def loaded(values, folder, side):
    """The values in a folder, or an empty list for one that is no tensor."""
    return [
        numpy_helper.to_array(onnx.load_tensor(folder / f"{side}_{index}.pb"))
        if value.type.HasField("tensor_type") else []
        for index, value in enumerate(values) if (folder / f"{side}_{index}.pb").exists()
    ]  # fmt: skip
