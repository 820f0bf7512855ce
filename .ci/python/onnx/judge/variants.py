"""The ONNX project's tests of one operator, as files of earlier years have it, and with elements of other types.

The project tests an operator's newest version alone, and most of them with float32, but models are exported in all
versions and types. Each of its tests is written again for every earlier version that takes it, with an input made an
attribute where it was one, and for every other type of elements. What is right then is what ONNX Runtime answers, and of
the newest version the project's own evaluator in Python too. Neither is asked that fails the project's test; where one
does not take a model, the other's word is enough; where they differ, nobody knows.
"""

import functools
import warnings

import numpy
import onnx
import onnxruntime
from onnx import numpy_helper
from onnx.backend.test.case.node import collect_testcases
from onnx.reference import ReferenceEvaluator

from .cases import SPELLED, type_name

TYPES = ("float32", "float64", "int64", "int32", "bool", "object")


def write(writer, operators):
    """Writes the variants of these operators' tests; an operator's name has its set before it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        cases = collect_testcases(None)
        for case in cases:
            nodes = case.model.graph.node
            if len(nodes) == 1 and f"{nodes[0].domain or 'ai.onnx'}.{nodes[0].op_type}" in operators:
                write_case(writer, case, nodes[0])


def write_case(writer, case, node):
    names = [value.name for value in case.model.graph.input]
    given = dict(zip(names, map(array, case.data_sets[0][0])))
    if any(value is None for value in given.values()):
        return
    wanted, tolerance = list(map(array, case.data_sets[0][1])), (case.rtol, case.atol)
    runs = [run for run in (by_onnxruntime, by_reference) if passes(run(case.model, given), wanted, tolerance)]
    # The newest first: the evaluator knows that alone, and takes every other one for it.
    every = sorted(schemas(node.op_type, node.domain), key=lambda schema: -schema.since_version)
    doubtful = set()
    for schema in every:
        model = as_of(case.model, schema, given)
        if model is None:
            continue
        asked = [run for run in runs if schema is every[0] or run is by_onnxruntime]
        for element in TYPES:
            changed = with_elements(model, given, element)
            if not changed or element in doubtful:
                continue
            answers = [answer for run in asked if (answer := run(*changed)) is not None]
            if not answers or any(map(overflows, answers[0])):
                continue
            if not same(answers[-1], answers[0], tolerance):
                doubtful.add(element)
                continue
            write_variant(writer, f"{case.name}@{schema.since_version}_{element}", *changed, answers[0], tolerance)


def write_variant(writer, name, model, given, answers, tolerance):
    inputs = [(value.name, given[value.name]) for value in model.graph.input]
    outputs = [(value.name, answer) for value, answer in zip(model.graph.output, answers)]
    writer.write(name, model, [(inputs, outputs)], tolerance)


def passes(answers, wanted, tolerance):
    """Whether the answers are right, as far as there are some."""
    return answers is None or same(answers, wanted, tolerance)


def overflows(answer):
    """Whether a number was too large for an integer, of which the standard says nothing."""
    if answer.dtype.kind != "i":
        return False
    ends = numpy.iinfo(answer.dtype)
    return ((answer == ends.min) | (answer == ends.max)).any()


def with_elements(model, given, element):
    """The model and its inputs with elements of this type where they are of its usual one."""
    used = {value.dtype.name for value in given.values()}
    usual = next((name for name in ("float32", "float64", "int32", "int64") if name in used), None)
    if element == usual or (usual is None and element == "float32"):
        return model, given
    # How many digits a number has as text, the standard does not say.
    if usual is None or (element == "object" and model.graph.node[0].op_type in ("Cast", "CastLike")):
        return None
    model = onnx.ModelProto.FromString(model.SerializeToString())
    for value in [*model.graph.input, *model.graph.output]:
        if value.type.tensor_type.elem_type == number(usual):
            value.type.tensor_type.elem_type = number(element)
    moved = {name: cast(value, element) if value.dtype.name == usual else value for name, value in given.items()}
    return model, moved


def number(element):
    return onnx.helper.np_dtype_to_tensor_dtype(numpy.dtype(element))


def cast(values, element):
    if element == "object":
        return values.astype(str).astype(object)
    if element == "bool":
        return values > 0
    if "int" in element and values.dtype.kind == "f":
        # Numbers around zero would all be the same, and what is divided by zero or infinite is of nobody's knowledge.
        values = numpy.nan_to_num(values, nan=1, posinf=2, neginf=-2) * 5
        values = numpy.where(values.astype(element) == 0, 1, values)
    return values.astype(element)


@functools.cache
def schemas(name, domain):
    every = onnx.defs.get_all_schemas_with_history()
    return [schema for schema in every if (schema.name, schema.domain) == (name, domain)]


def as_of(model, schema, given):
    """The model with the operator in an earlier version, or nothing if that has no place for an input."""
    model = onnx.ModelProto.FromString(model.SerializeToString())
    node, graph = model.graph.node[0], model.graph
    names = [formal.name for formal in schema.inputs]
    newest = onnx.defs.get_schema(node.op_type, opset(model, node.domain), node.domain)
    # Some changed to a capital letter.
    attributes = {attribute.lower(): attribute for attribute in schema.attributes}
    moved = [
        (attributes[formal.name.lower()], name) for formal, name in zip(newest.inputs, node.input)
        if name and formal.name not in names and formal.name.lower() in attributes
    ]  # fmt: skip
    for attribute, name in moved:
        # A list of nothing has no type, and a constant is no input of the graph.
        value = given[name].tolist() if name in given else []
        if value == []:
            return None
        if schema.attributes[attribute].type == onnx.defs.OpSchema.AttrType.INT and isinstance(value, list):
            value = value[0]
        node.attribute.append(onnx.helper.make_attribute(attribute, value))
        kept = [value for value in graph.input if value.name != name]
        del graph.input[:]
        graph.input.extend(kept)
    if moved:
        gone = {name for _, name in moved}
        kept = [name for name in node.input if name not in gone]
        del node.input[:]
        node.input.extend(kept)
    if any(attribute.name not in schema.attributes for attribute in node.attribute):
        return None
    for known in model.opset_import:
        if known.domain == node.domain:
            known.version = schema.since_version
    # The version of the format is one that had no more than what is used here.
    model.ir_version = min(model.ir_version, 8)
    return model


def opset(model, domain):
    return next(known.version for known in model.opset_import if known.domain == domain)


def by_reference(model, given):
    """What the project's own evaluator answers, or nothing if it does not take the model."""
    try:
        onnx.checker.check_model(model, full_check=True)
        answers = ReferenceEvaluator(model).run(None, {value.name: given[value.name] for value in model.graph.input})
    except Exception:
        return None
    types = [type_name(value.type) for value in model.graph.output]
    # It computes with the types of NumPy, which are not always those of the standard.
    known = all(isinstance(answer, numpy.ndarray) and SPELLED.get(answer.dtype.name, answer.dtype.name) == name
                for answer, name in zip(answers, types))  # fmt: skip
    return answers if known else None


def by_onnxruntime(model, given):
    """What ONNX Runtime answers, or nothing if it does not take the model."""
    settings = onnxruntime.SessionOptions()
    settings.log_severity_level = 4
    settings.intra_op_num_threads = 1
    try:
        onnx.checker.check_model(model)
        session = onnxruntime.InferenceSession(model.SerializeToString(), settings, providers=["CPUExecutionProvider"])
        return session.run(None, {value.name: given[value.name] for value in model.graph.input})
    except Exception:
        return None


def same(answers, wanted, tolerance):
    if len(answers) != len(wanted):
        return False
    for answer, right in zip(answers, wanted):
        if right is None or not isinstance(answer, numpy.ndarray) or answer.shape != right.shape:
            return False
        if right.dtype.kind == "f":
            if not numpy.allclose(answer, right, *tolerance, equal_nan=True):
                return False
        elif not numpy.array_equal(answer, right):
            return False
    return True


def array(value):
    """The value as an array, if it is a tensor."""
    if isinstance(value, onnx.TensorProto):
        return numpy_helper.to_array(value)
    if value is None or isinstance(value, (list, tuple, dict)):
        return None
    return numpy.asarray(value)
