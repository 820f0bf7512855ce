"""The protocol over HTTP, by `tritonclient.http`."""

import numpy as np
import tritonclient.http as triton
from tritonclient.utils import InferenceServerException, triton_to_np_dtype

VALID = "__valid"


def arrays(metadata, columns):
    """What is in the inputs of a call: a tensor for each column, and one for which of its values are there."""
    for tensor in metadata["inputs"]:
        name, datatype = tensor["name"], tensor["datatype"]
        if name.endswith(VALID) and name not in columns:
            values = [value is not None for value in columns[name.removesuffix(VALID)]]
        else:
            filler = {"BYTES": "", "BOOL": False}.get(datatype, 0)
            values = [filler if value is None else value for value in columns[name]]
        kind = triton_to_np_dtype(datatype)
        values = [str(value).encode() for value in values] if datatype == "BYTES" else values
        yield name, datatype, np.array(values, dtype=kind)


def tensors(metadata, columns, binary):
    inputs = []
    for name, datatype, values in arrays(metadata, columns):
        one = triton.InferInput(name, list(values.shape), datatype)
        one.set_data_from_numpy(values, binary_data=binary)
        inputs.append(one)
    return inputs


def read(result, name):
    """An output's values as JSON has them."""
    values = result.as_numpy(name)
    if values.dtype == np.object_:
        return [value.decode() if isinstance(value, bytes) else value for value in values.tolist()]
    return values.tolist()


def refused(report, what, call, *words):
    try:
        call()
    except InferenceServerException as error:
        message = error.message() or ""
        report.that(f"{what}: the message `{message}` names {words}", all(word in message for word in words))
        report.that(f"{what}: is the client's fault", (error.status() or "").startswith("4"))
    else:
        report.that(f"{what} is refused", False)


def judge(report, base, functions):
    client = triton.InferenceServerClient(base.removeprefix("http://"))
    report.that("the server is live", client.is_server_live())
    report.that("the server is ready", client.is_server_ready())
    server = client.get_server_metadata()
    report.that("the server has a name and a version", bool(server["name"] and server["version"]))
    report.that("the server tells of binary tensors", "binary_tensor_data" in server["extensions"])

    index = client.get_model_repository_index()
    names = {model["name"]: model["version"] for model in index}
    report.that("the index has every function", set(functions) <= set(names))
    report.that("every model of the index is ready", {model["state"] for model in index}, {"READY"})
    for name, version in names.items():
        report.that(f"{name} is ready", client.is_model_ready(name))
        report.that(f"{name} is ready in its version", client.is_model_ready(name, version))
        report.that(f"{name} is not ready in another", client.is_model_ready(name, "7"), False)
        metadata = client.get_model_metadata(name, version)
        report.that(f"{name} has its name and version", (metadata["name"], metadata["versions"]), (name, [version]))
        if name in functions:
            judge_model(report, client, functions[name], metadata)
    report.that("a model that is not there is not ready", client.is_model_ready("nobody"), False)
    refused(report, "an unknown model", lambda: client.get_model_metadata("nobody"), "no model")
    refused(report, "loading a model", lambda: client.load_model(next(iter(names))), "not loaded")
    refused(report, "a route that is not there", lambda: client.get_model_config(next(iter(names))))
    client.close()


def judge_model(report, client, function, metadata):
    name, columns = function.name, function.columns()
    if columns is None:
        print(f"{name}: takes no frame alone, and is not called")
        return
    count = len(next(iter(columns.values())))
    rows = [dict(zip(columns, row)) for row in zip(*columns.values())]
    typed = function.call(rows)
    outputs = [tensor["name"] for tensor in metadata["outputs"]]
    for binary_in in [False, True]:
        for binary_out in [False, True]:
            wanted = [triton.InferRequestedOutput(output, binary_data=binary_out) for output in reversed(outputs)]
            inputs = tensors(metadata, columns, binary_in)
            result = client.infer(name, inputs, request_id="seven", outputs=wanted)
            what = f"{name}, binary in {binary_in}, binary out {binary_out}"
            response = result.get_response()
            report.that(f"{what}: the id is given back", response["id"], "seven")
            report.that(f"{what}: the version", response["model_version"], metadata["versions"][0])
            answered = [output["name"] for output in response["outputs"]]
            report.that(f"{what}: the outputs that were wanted, in order", answered, outputs[::-1])
            same(report, what, result, typed)
    result = client.infer(name, tensors(metadata, columns, True))
    report.that(f"{name}: no id is made up", "id" in result.get_response(), False)
    same(report, f"{name}, all in binary", result, typed)

    if any(tensor["name"].endswith(VALID) for tensor in metadata["inputs"]):
        lacking = next(t["name"].removesuffix(VALID) for t in metadata["inputs"] if t["name"].endswith(VALID))
        without = columns | {lacking: [None] * count}
        typed = function.call([row | {lacking: None} for row in rows])
        for binary in [False, True]:
            result = client.infer(name, tensors(metadata, without, binary))
            same(report, f"{name} with null in {lacking}, binary {binary}", result, typed)
    judge_faults(report, client, name, metadata, columns)


def same(report, what, result, typed):
    for output, values in typed.items():
        if values and isinstance(values[0], float):
            # JSON has the fewest digits that tell a number of its type.
            kind = result.as_numpy(output).dtype.type
            values = [kind(value).item() for value in values]
        report.that(f"{what}: {output} as in typed JSON", read(result, output), values)


def judge_faults(report, client, name, metadata, columns):
    first = metadata["inputs"][0]["name"]

    def call(change, **options):
        inputs = tensors(metadata, columns, True)
        return lambda: client.infer(name, change(inputs), **options)

    def renamed(inputs):
        values = np.zeros(1, dtype=np.float16)
        wrong = triton.InferInput("nobody", [1], "FP16").set_data_from_numpy(values)
        return [*inputs[1:], wrong]

    def longer(inputs):
        kind = triton_to_np_dtype(inputs[0].datatype())
        values = np.array([b""] * 9 if kind == np.object_ else [0] * 9, dtype=kind)
        return [triton.InferInput(first, [9], inputs[0].datatype()).set_data_from_numpy(values), *inputs[1:]]

    def complex_shape(inputs):
        inputs[0].set_shape([3, 3, 3])
        return inputs

    def other_type(inputs):
        values = np.zeros(len(columns[first]), dtype=np.float16)
        return [triton.InferInput(first, list(values.shape), "FP16").set_data_from_numpy(values), *inputs[1:]]

    refused(report, f"{name}: another name", call(renamed), "nobody", first)
    refused(report, f"{name}: columns of two lengths", call(longer), "9")
    refused(report, f"{name}: another shape", call(complex_shape), first, "[3, 3, 3]")
    refused(report, f"{name}: another datatype", call(other_type), first, "FP16")
    refused(report, f"{name}: a missing input", call(lambda inputs: inputs[1:]), first, "required")
    unknown = [triton.InferRequestedOutput("nobody")]
    refused(report, f"{name}: an unknown output", call(lambda inputs: inputs, outputs=unknown), "nobody")
    classes = [triton.InferRequestedOutput(metadata["outputs"][0]["name"], class_count=2)]
    refused(report, f"{name}: classification", call(lambda inputs: inputs, outputs=classes), "classification")
    for algorithm in ["gzip", "deflate"]:
        compressed = call(lambda inputs: inputs, request_compression_algorithm=algorithm)
        refused(report, f"{name}: a body in {algorithm}", compressed, "compressed")
    refused(report, f"{name}: another version", call(lambda inputs: inputs, model_version="7"), "version")
    text = next((tensor["name"] for tensor in metadata["inputs"] if tensor["datatype"] == "BYTES"), None)
    if text:

        def no_text(inputs):
            values = np.array([b"\xff"] * len(columns[text]), dtype=np.object_)
            other = triton.InferInput(text, list(values.shape), "BYTES").set_data_from_numpy(values)
            return [other if one.name() == text else one for one in inputs]

        refused(report, f"{name}: bytes that are no text", call(no_text), text, "index 0", "UTF-8")
