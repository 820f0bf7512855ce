"""The protocol over gRPC, by `tritonclient.grpc`."""

import ml_dtypes
import numpy as np
import tritonclient.grpc as triton
from tritonclient.utils import InferenceServerException, triton_to_np_dtype

from .http import VALID, arrays, same


def tensors(metadata, columns):
    inputs = []
    for name, datatype, values in arrays(metadata, columns):
        inputs.append(triton.InferInput(name, list(values.shape), datatype).set_data_from_numpy(values))
    return inputs


def refused(report, what, call, code, *words):
    try:
        call()
    except InferenceServerException as error:
        message = error.message() or ""
        report.that(f"{what}: the message `{message}` names {words}", all(word in message for word in words))
        report.that(f"{what}: the code", error.status(), f"StatusCode.{code}")
    else:
        report.that(f"{what} is refused", False)


def judge(report, base, functions):
    client = triton.InferenceServerClient(base.removeprefix("http://"))
    report.that("the server is live", client.is_server_live())
    report.that("the server is ready", client.is_server_ready())
    server = client.get_server_metadata()
    report.that("the server has a name and a version", bool(server.name and server.version))
    for function in functions.values():
        judge_model(report, client, function)
    nobody = lambda: client.get_model_metadata("nobody")
    refused(report, "an unknown model", nobody, "NOT_FOUND", "no model")
    refused(report, "a method that is not there", client.get_inference_statistics, "UNIMPLEMENTED", "no such method")
    client.close()


def judge_model(report, client, function):
    name, columns = function.name, function.columns()
    metadata = client.get_model_metadata(name, as_json=True)
    [version] = metadata["versions"]
    report.that(f"{name} has its name", metadata["name"], name)
    report.that(f"{name} is ready", client.is_model_ready(name))
    report.that(f"{name} is ready in its version", client.is_model_ready(name, version))
    in_another = lambda: client.get_model_metadata(name, "7")
    refused(report, f"{name} in another version", in_another, "NOT_FOUND", "version")
    if columns is None:
        print(f"{name}: takes no frame alone, and is not called")
        return
    rows = [dict(zip(columns, row)) for row in zip(*columns.values())]
    typed = function.call(rows)
    outputs = [tensor["name"] for tensor in metadata["outputs"]]
    wanted = [triton.InferRequestedOutput(output) for output in reversed(outputs)]
    result = client.infer(name, tensors(metadata, columns), request_id="seven", outputs=wanted)
    response = result.get_response()
    report.that(f"{name}: the id is given back", response.id, "seven")
    report.that(f"{name}: the version", response.model_version, version)
    report.that(f"{name}: the outputs that were wanted, in order", [o.name for o in response.outputs], outputs[::-1])
    same(report, name, result, typed)
    same(report, f"{name}, all outputs", client.infer(name, tensors(metadata, columns), client_timeout=30), typed)

    valid = next((t["name"] for t in metadata["inputs"] if t["name"].endswith(VALID)), None)
    if valid:
        lacking = valid.removesuffix(VALID)
        typed = function.call([row | {lacking: None} for row in rows])
        without = columns | {lacking: [None] * len(rows)}
        same(report, f"{name} with null in {lacking}", client.infer(name, tensors(metadata, without)), typed)
    judge_faults(report, client, name, metadata, columns)


def judge_faults(report, client, name, metadata, columns):
    first = metadata["inputs"][0]["name"]

    def call(change, **options):
        return lambda: client.infer(name, change(tensors(metadata, columns)), **options)

    def other_type(inputs):
        values = np.zeros(len(columns[first]), dtype=ml_dtypes.bfloat16)
        return [triton.InferInput(first, list(values.shape), "BF16").set_data_from_numpy(values), *inputs[1:]]

    def longer(inputs):
        kind = triton_to_np_dtype(inputs[0].datatype())
        values = np.array([b""] * 9 if kind == np.object_ else [0] * 9, dtype=kind)
        return [triton.InferInput(first, [9], inputs[0].datatype()).set_data_from_numpy(values), *inputs[1:]]

    def in_shared_memory(inputs):
        inputs[0].set_shared_memory("region", 8)
        return inputs

    fault = "INVALID_ARGUMENT"
    refused(report, f"{name}: another datatype", call(other_type), fault, first, "BF16")
    refused(report, f"{name}: columns of two lengths", call(longer), fault, "9")
    refused(report, f"{name}: a missing input", call(lambda inputs: inputs[1:]), fault, first, "required")
    refused(report, f"{name}: shared memory", call(in_shared_memory), fault, first, "shared_memory_region")
    unknown = [triton.InferRequestedOutput("nobody")]
    refused(report, f"{name}: an unknown output", call(lambda inputs: inputs, outputs=unknown), fault, "nobody")
    classes = [triton.InferRequestedOutput(metadata["outputs"][0]["name"], class_count=2)]
    refused(report, f"{name}: classification", call(lambda inputs: inputs, outputs=classes), fault, "classification")
    large = np.array([b"x" * (17 << 20)], dtype=np.object_)
    large = triton.InferInput(first, [1], "BYTES").set_data_from_numpy(large)
    refused(report, f"{name}: a large message", call(lambda _: [large]), "RESOURCE_EXHAUSTED", "bytes")
    compressed = call(lambda inputs: inputs, compression_algorithm="gzip")
    refused(report, f"{name}: a compressed message", compressed, "UNIMPLEMENTED", "gzip")
