"""From a trained model to a case: exported, and run by ONNX Runtime."""

import dataclasses
import re

import numpy
import onnxruntime
from lightgbm import LGBMClassifier, LGBMRegressor
from onnxmltools.convert.lightgbm.operator_converters.LightGbm import convert_lightgbm
from onnxmltools.convert.xgboost.operator_converters.XGBoost import convert_xgboost
from skl2onnx import to_onnx, update_registered_converter
from skl2onnx.common.data_types import (
    BooleanTensorType, DoubleTensorType, FloatTensorType, Int64TensorType, StringTensorType,
)  # fmt: skip
from skl2onnx.common.shape_calculator import (
    calculate_linear_classifier_output_shapes, calculate_linear_regressor_output_shapes,
)  # fmt: skip
from sklearn.base import is_classifier
from xgboost import XGBClassifier, XGBRegressor

TYPES = {
    "float32": FloatTensorType, "float64": DoubleTensorType, "int64": Int64TensorType, "bool": BooleanTensorType,
    "object": StringTensorType,
}  # fmt: skip
ZIPMAP = {"zipmap": [True, False, "columns"], "nocl": [True, False]}
for library, classifier, regressor, convert in [
    ("LightGbm", LGBMClassifier, LGBMRegressor, convert_lightgbm),
    ("XGBoost", XGBClassifier, XGBRegressor, convert_xgboost),
]:  # fmt: skip
    update_registered_converter(classifier, library + classifier.__name__, calculate_linear_classifier_output_shapes,
                                convert, options=ZIPMAP)  # fmt: skip
    update_registered_converter(regressor, library + regressor.__name__, calculate_linear_regressor_output_shapes,
                                convert, options={"split": None})  # fmt: skip

# Of the least and the newest that exporters of the last years have written, and the one of the example.
OPSETS = [13, 15, 17, 19, 21, 22]


class Lost(Exception):
    """Why a model is no case: the exporter or ONNX Runtime does not take it."""


@dataclasses.dataclass
class Made:
    """A trained model, and rows for it: one array for each input, by name, of as many columns as it has."""

    model: object
    inputs: dict
    options: dict = dataclasses.field(default_factory=dict)
    # Whether the very numbers count, as they do for an encoder.
    exact: bool = False


def matrix(model, table, **more):
    """A model with one input, `X`."""
    return Made(model, {"X": table.judged}, **more)


def write(writer, name, made, seed, tolerance):
    rng = numpy.random.default_rng([seed, 1])
    exported, options = convert(made, rng)
    outputs = run(exported, made.inputs)
    unstable = unstable_rows(exported, made, outputs, tolerance, rng)
    rows = len(next(iter(made.inputs.values())))
    if len(unstable) > rows // 2:
        raise Lost("its answers depend on the last bit of the inputs")
    # Some exporters make several outputs of a model one long column, which belongs to no row.
    by_rows = all(len(value) == rows for value in outputs.values())
    writer.write(name, exported, [(list(made.inputs.items()), list(outputs.items()))], tolerance,
                 rows=rows if by_rows else None, unstable=unstable, empty=takes_none(exported, made.inputs), note=note(made, options, outputs))  # fmt: skip


def convert(made, rng):
    inputs = [(name, TYPES[values.dtype.name]([None, values.shape[1]])) for name, values in made.inputs.items()]
    options = dict(made.options)
    if is_classifier(made.model) and "zipmap" not in options:
        options["zipmap"] = [False, False, True, "columns"][rng.integers(4)]
    opset = {"": int(rng.choice(OPSETS)), "ai.onnx.ml": int(rng.choice([3, 3, 3, 3, 1]))}
    for attempt in ({id(made.model): options}, None):
        try:
            exported = to_onnx(made.model, initial_types=inputs, options=attempt, target_opset=opset)
            return exported, {**options, "opset": opset[""]}
        except NameError as fault:
            # Some have no such option, as those that give one table for each output.
            if "ption" not in str(fault):
                raise Lost(f"not exported: {summary(fault)}") from fault
        except Exception as fault:
            raise Lost(f"not exported: {summary(fault)}") from fault
    raise Lost("not exported: it takes no options")


def run(exported, inputs):
    """What ONNX Runtime answers, a table of probabilities by class as a matrix."""
    settings = onnxruntime.SessionOptions()
    settings.log_severity_level = 4
    settings.intra_op_num_threads = 1
    try:
        session = onnxruntime.InferenceSession(exported.SerializeToString(), settings, providers=["CPUExecutionProvider"])
        values = session.run(None, inputs)
    except Exception as fault:
        raise Lost(f"ONNX Runtime: {summary(fault)}") from fault
    named = {}
    for output, value in zip(session.get_outputs(), values):
        if isinstance(value, list) and value and isinstance(value[0], dict):
            value = numpy.array([list(row.values()) for row in value], dtype="float32")
        if isinstance(value, list):
            raise Lost("it gives a sequence of tensors")
        named[output.name] = value
    return named


def takes_none(exported, inputs):
    """Whether ONNX Runtime takes no rows at all."""
    try:
        run(exported, {name: values[:0] for name, values in inputs.items()})
    except Lost:
        return False
    return True


def unstable_rows(exported, made, outputs, tolerance, rng):
    """The rows that say nothing: a class is as likely as another, or the last bit of an input decides.

    Those are found by running the model again with inputs that are moved by a few of the last bits of a float32.
    """
    rows = len(next(iter(made.inputs.values())))
    found = numpy.zeros(rows, dtype=bool)
    if any(value.dtype.kind in "iOb" for value in outputs.values()):
        scores = numpy.concatenate([
            value.reshape(rows, -1) for value in outputs.values()
            if value.dtype.kind == "f" and value.ndim > 0 and len(value) == rows
        ] or [numpy.zeros((rows, 0))], axis=1)  # fmt: skip
        if scores.shape[1] > 1:
            best = numpy.sort(scores, axis=1)
            found |= best[:, -1] - best[:, -2] <= tolerance[1]
        elif scores.shape[1] == 1:
            found |= numpy.abs(scores[:, 0]) <= tolerance[1]
    if not made.exact:
        for _ in range(4):
            moved = {name: nudged(values, rng) for name, values in made.inputs.items()}
            for name, again in run(exported, moved).items():
                if len(again) == rows:
                    found |= differs(outputs[name], again, tolerance).reshape(rows, -1).any(axis=1)
    return numpy.flatnonzero(found).tolist()


def nudged(values, rng):
    if values.dtype.kind != "f":
        return values
    return (values * (1 + rng.choice([-2e-7, 0, 2e-7], size=values.shape))).astype(values.dtype)


def differs(wanted, given, tolerance):
    if wanted.dtype.kind != "f":
        return numpy.asarray(wanted != given)
    return ~numpy.isclose(given, wanted, *tolerance, equal_nan=True)


def note(made, options, outputs):
    """What a reader of a difference wants to know first."""
    return {
        "model": " ".join(str(made.model).split())[:1500],
        "options": {name: str(value) for name, value in options.items()},
        "outputs": list(outputs),
        "python": beside_python(made, outputs),
    }  # fmt: skip


def beside_python(made, outputs):
    """How far ONNX Runtime itself is from the library, to know whose fault a difference is."""
    if set(made.inputs) != {"X"} or hasattr(made.model, "transform"):
        return None
    try:
        predicted = numpy.asarray(made.model.predict(made.inputs["X"]))
    except Exception as fault:
        return summary(fault)
    given = next(iter(outputs.values())).reshape(predicted.shape)
    if predicted.dtype.kind == "f":
        return f"differs by up to {numpy.abs(predicted - given).max():.1e}"
    return f"{int((predicted != given).sum())} labels differ"


def summary(fault):
    """The first line, without what is another each time."""
    text = str(fault).strip().splitlines()[0] if str(fault).strip() else ""
    return re.sub(r" *(with name|node|array|\[).*", "", f"{type(fault).__name__}: {text.rpartition('FAIL : ')[2]}")[:120]
