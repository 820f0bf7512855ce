"""One case: a folder with a model and what it gives for what it takes.

    NAME/model.onnx
    NAME/case.json    the tensors' types and shapes, the nodes' operators, the tolerance
    NAME/data.bin     the elements, little-endian, row by row; strings stand in `case.json`
"""

import json

import numpy
import onnx
from onnx import numpy_helper

SPELLED = {"object": "string", "str": "string"}


class Writer:
    """Writes cases into a folder that is empty before."""

    def __init__(self, folder):
        self.folder, self.written = folder, 0

    def write(self, name, model, sets, tolerance, **more):
        """Writes one; `sets` are pairs of inputs and outputs, each a list of names with values."""
        folder = self.folder / name
        folder.mkdir(parents=True)
        data = bytearray()
        case = {
            "name": name,
            "relative": tolerance[0],
            "absolute": tolerance[1],
            "nodes": nodes(model),
            "sets": [
                {side: [described(label, value, data) for label, value in values] for side, values in zip(("inputs", "outputs"), both)}
                for both in sets
            ],
            **more,
        }  # fmt: skip
        (folder / "model.onnx").write_bytes(model.SerializeToString(deterministic=True))
        (folder / "data.bin").write_bytes(data)
        (folder / "case.json").write_text(json.dumps(case, ensure_ascii=False))
        self.written += 1


def described(name, value, data):
    """What a value is; its elements are added to `data`."""
    if isinstance(value, onnx.TensorProto):
        value = numpy_helper.to_array(value)
    if value is None or isinstance(value, (list, tuple, dict)):
        # Nothing but tensors can be claimed, so that the elements are not asked for.
        return {"name": name, "type": "nothing" if value is None else "sequence"}
    value = numpy.asarray(value)
    if value.dtype.kind in "OUS":
        strings = [text.decode() if isinstance(text, bytes) else str(text) for text in value.ravel()]
        return {"name": name, "type": "string", "shape": value.shape, "strings": strings}
    begin = len(data)
    data += numpy.ascontiguousarray(value).tobytes()
    return {"name": name, "type": value.dtype.name, "shape": value.shape, "data": [begin, len(data)]}


def nodes(model):
    """The operators of a graph, each with its set's version and the types that it is used with.

    A graph inside of a node belongs to the node, and is told of by the node's operator.
    """
    model = inferred(model)
    opsets = {opset.domain: opset.version for opset in model.opset_import}
    types = {}
    for value in [*model.graph.input, *model.graph.output, *model.graph.value_info]:
        types[value.name] = type_name(value.type)
    for constant in model.graph.initializer:
        types[constant.name] = element_name(constant.data_type)
    found = []
    for node in model.graph.node:
        found.append({
            "domain": node.domain or "ai.onnx",
            "operator": node.op_type,
            "opset": opsets.get(node.domain, 0),
            # What inference does not find has no name here, and hinders no claim.
            "inputs": [types.get(name) for name in node.input if name],
            "outputs": [types.get(name) for name in node.output if name],
        })  # fmt: skip
    return found


def inferred(model):
    try:
        return onnx.shape_inference.infer_shapes(model)
    except Exception:  # Some of the project's own cases cannot be inferred; they are run nevertheless.
        return model


def type_name(kind):
    if kind.HasField("tensor_type"):
        return element_name(kind.tensor_type.elem_type)
    return kind.WhichOneof("value").removesuffix("_type") if kind.WhichOneof("value") else None


def element_name(element):
    if not element:
        return None
    name = onnx.helper.tensor_dtype_to_np_dtype(element).name
    return SPELLED.get(name, name)
