"""Random uses of the operators of ai.onnx.ml, beyond what exporters write and the ONNX project tests.

The standard says little of them, and what ONNX Runtime does is what models were made for. Numbers are multiples of 1/8,
so that sums are exact, and a tie is a tie everywhere.
"""

import multiprocessing
import os

import numpy
import onnx
import onnxruntime
from onnx import helper

ROWS = 9
TOLERANCE = (1e-4, 1e-5)
TRANSFORMS = ["NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT"]
TYPES = {
    "float32": onnx.TensorProto.FLOAT, "float64": onnx.TensorProto.DOUBLE, "int64": onnx.TensorProto.INT64,
    "int32": onnx.TensorProto.INT32, "object": onnx.TensorProto.STRING,
}  # fmt: skip
WORDS = ["", "a", "b", "ä", "no", "yes", "日本", "a b"]


def write(writer, operators, models, seed):
    """Writes so many cases of these operators; an operator's name has its set before it."""
    makers = [maker for name, maker in MAKERS.items() if f"ai.onnx.ml.{name}" in operators]
    for number in range(seed, seed + models * bool(makers)):
        rng = numpy.random.default_rng(number)
        maker = makers[number % len(makers)]
        name, values, attributes, outputs = maker(rng)
        model = one_node(rng, name, values, attributes, outputs)
        answers = answered(model, values)
        if answers is not None:
            named = [(value.name, answer) for value, answer in zip(model.graph.output, answers)]
            by_rows = all(answer.ndim > 0 and len(answer) == ROWS for answer in answers)
            empty = answered(model, values[:0]) is not None
            writer.write(f"{number:06}_{name}", model, [([("X", values)], named)], TOLERANCE,
                         rows=ROWS if by_rows else None, empty=empty, note=noted(attributes))  # fmt: skip


def noted(attributes):
    return {name: str(value)[:300] for name, value in attributes.items()}


def one_node(rng, name, values, attributes, outputs):
    node = helper.make_node(name, ["X"], [f"Y{index}" for index in range(len(outputs))], domain="ai.onnx.ml", **attributes)
    taken = helper.make_tensor_value_info("X", TYPES[values.dtype.name], [None, *values.shape[1:]])
    given = [helper.make_tensor_value_info(f"Y{index}", TYPES[kind], None) for index, kind in enumerate(outputs)]
    graph = helper.make_graph([node], "one", [taken], given)
    version = max(1, int(rng.integers(1, 4)), 2 if name == "LabelEncoder" else 1)
    sets = [helper.make_opsetid("", 15), helper.make_opsetid("ai.onnx.ml", version)]
    return helper.make_model(graph, opset_imports=sets, ir_version=8)


def answered(model, values):
    """What ONNX Runtime answers, in a process of its own: it ends the process over some of what is made here."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=answer, args=(there, model.SerializeToString(), values))
    process.start()
    there.close()
    try:
        return here.recv()
    except EOFError:
        return None
    finally:
        process.join()
        here.close()


def answer(pipe, model, values):
    # What it says as it ends is of no use.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    settings = onnxruntime.SessionOptions()
    settings.log_severity_level = 4
    settings.intra_op_num_threads = 1
    try:
        session = onnxruntime.InferenceSession(model, settings, providers=["CPUExecutionProvider"])
        pipe.send(session.run(None, {"X": values}))
    except Exception:  # It does not take everything that is made here.
        pipe.send(None)


def numbers(rng, columns, kinds=("float32", "float32", "float64", "int64", "int32"), missing=0.1):
    kind = rng.choice(kinds)
    values = rng.integers(-16, 17, (ROWS, columns)) / (1 if "int" in kind else 4)
    if "float" in kind:
        values[rng.random(values.shape) < missing] = numpy.nan
    return values.astype(kind)


def eighths(rng, count, spread=16):
    return (rng.integers(-spread, spread + 1, count) / 8).tolist()


def class_labels(rng, count):
    """The attribute, and the type of the label."""
    if rng.random() < 0.5:
        return {"classlabels_strings": WORDS[:count]}, "object"
    # Of two numbered classes, ONNX Runtime's trees answer 0 and 1, whatever their labels are.
    labels = [list(range(count)), [5, -1, 7, 0, 1 << 40][:count]][int(rng.random() < 0.5 and count != 2)]
    return {"classlabels_int64s": labels}, "int64"


def trees(rng, columns, prefix, targets):
    """An ensemble as parallel lists, its leaves giving weights to some of the targets."""
    lists = {f"nodes_{name}": [] for name in (
        "treeids", "nodeids", "featureids", "modes", "values", "truenodeids", "falsenodeids", "missing_value_tracks_true"
    )}  # fmt: skip
    leaves = {f"{prefix}_{name}": [] for name in ("treeids", "nodeids", "ids", "weights")}
    modes = ["BRANCH_LEQ", "BRANCH_LT", "BRANCH_GT", "BRANCH_GTE", "BRANCH_EQ", "BRANCH_NEQ"]
    only = modes[rng.integers(len(modes))] if rng.random() < 0.7 else None
    tracks = rng.random() < 0.5

    def node(tree, depth):
        number = sum(1 for each in lists["nodes_treeids"] if each == tree)
        leaf = depth == 0 or rng.random() < 0.2
        for name, value in {
            "treeids": tree, "nodeids": number, "featureids": 0 if leaf else int(rng.integers(columns)),
            "modes": "LEAF" if leaf else only or modes[rng.integers(len(modes))],
            "values": 0.0 if leaf else float(rng.integers(-12, 13) / 4), "truenodeids": 0, "falsenodeids": 0,
            "missing_value_tracks_true": int(tracks and not leaf and rng.random() < 0.5),
        }.items():  # fmt: skip
            lists[f"nodes_{name}"].append(value)
        place = len(lists["nodes_treeids"]) - 1
        if leaf:
            # What a leaf means that gives a weight to one of two classes alone, ONNX Runtime has its own view of.
            some = [targets[rng.integers(len(targets))]] if rng.random() < 0.5 and len(targets) != 2 else targets
            for target in some:
                for name, value in zip(("treeids", "nodeids", "ids", "weights"), (tree, number, target, eighths(rng, 1)[0])):
                    leaves[f"{prefix}_{name}"].append(value)
            return number
        lists["nodes_truenodeids"][place] = node(tree, depth - 1)
        lists["nodes_falsenodeids"][place] = node(tree, depth - 1)
        return number

    for tree in range(rng.choice([1, 2, 5, 40])):
        node(tree, int(rng.choice([0, 1, 3, 5])))
    if not tracks and rng.random() < 0.5:
        del lists["nodes_missing_value_tracks_true"]
    return {**lists, **leaves}


def tree_regressor(rng):
    columns, targets = int(rng.integers(1, 6)), int(rng.choice([1, 1, 2, 3]))
    attributes = trees(rng, columns, "target", list(range(targets))) | {"n_targets": targets}
    attributes["aggregate_function"] = str(rng.choice(["SUM", "SUM", "AVERAGE", "MIN", "MAX"]))
    attributes["post_transform"] = str(rng.choice(["NONE", "NONE", *TRANSFORMS]))
    if rng.random() < 0.5:
        attributes["base_values"] = eighths(rng, targets)
    return "TreeEnsembleRegressor", numbers(rng, columns), attributes, ["float32"]


def tree_classifier(rng):
    columns, classes = int(rng.integers(1, 6)), int(rng.choice([1, 2, 2, 2, 3, 4]))
    labels, kind = class_labels(rng, classes)
    # Two classes are often written with the weights of one alone.
    targets = [int(rng.integers(2))] if classes == 2 and rng.random() < 0.6 else list(range(classes))
    attributes = trees(rng, columns, "class", targets) | labels
    attributes["post_transform"] = str(rng.choice(TRANSFORMS))
    if rng.random() < 0.5:
        attributes["base_values"] = eighths(rng, int(rng.choice([classes, len(targets)])))
    if rng.random() < 0.3:
        attributes["class_weights"] = [abs(weight) for weight in attributes["class_weights"]]
    return "TreeEnsembleClassifier", numbers(rng, columns), attributes, [kind, "float32"]


def linear_regressor(rng):
    columns, targets = int(rng.integers(1, 6)), int(rng.choice([1, 1, 3]))
    attributes = {"coefficients": eighths(rng, columns * targets), "targets": targets}
    if rng.random() < 0.7:
        attributes["intercepts"] = eighths(rng, targets)
    if rng.random() < 0.5:
        attributes["post_transform"] = str(rng.choice(TRANSFORMS))
    return "LinearRegressor", numbers(rng, columns, missing=0.02), attributes, ["float32"]


def linear_classifier(rng):
    columns, classes = int(rng.integers(1, 6)), int(rng.choice([1, 2, 2, 3, 4]))
    labels, kind = class_labels(rng, classes)
    scores = 1 if classes == 2 and rng.random() < 0.5 else classes
    attributes = {
        "coefficients": eighths(rng, columns * scores), "intercepts": eighths(rng, scores), **labels,
        "post_transform": str(rng.choice(TRANSFORMS)), "multi_class": int(rng.integers(2)),
    }  # fmt: skip
    return "LinearClassifier", numbers(rng, columns, missing=0), attributes, [kind, "float32"]


def kernel(rng):
    kind = str(rng.choice(["LINEAR", "POLY", "RBF", "SIGMOID"]))
    return {"kernel_type": kind, "kernel_params": [float(rng.choice([0.125, 0.25])), float(rng.choice([0, 0.5])), 2.0]}


def svm_regressor(rng):
    columns, vectors = int(rng.integers(1, 5)), int(rng.integers(1, 6))
    attributes = kernel(rng) | {
        "support_vectors": eighths(rng, columns * vectors), "coefficients": eighths(rng, vectors), "n_supports": vectors,
        "rho": eighths(rng, 1), "one_class": int(rng.random() < 0.3), "post_transform": str(rng.choice(["NONE", *TRANSFORMS])),
    }  # fmt: skip
    if rng.random() < 0.2:
        attributes |= {"support_vectors": [], "coefficients": eighths(rng, columns), "n_supports": 0}
        del attributes["support_vectors"], attributes["n_supports"]
    return "SVMRegressor", numbers(rng, columns, ("float32",), 0), attributes, ["float32"]


def svm_classifier(rng):
    columns, classes = int(rng.integers(1, 5)), int(rng.choice([2, 2, 3, 4]))
    labels, kind = class_labels(rng, classes)
    counts = rng.integers(1, 4, classes).tolist()
    pairs = classes * (classes - 1) // 2
    attributes = kernel(rng) | labels | {
        "support_vectors": eighths(rng, columns * sum(counts)), "vectors_per_class": counts,
        "coefficients": eighths(rng, (classes - 1) * sum(counts)), "rho": eighths(rng, pairs),
        "post_transform": str(rng.choice(["NONE", "NONE", *TRANSFORMS])),
    }  # fmt: skip
    if rng.random() < 0.5:
        attributes |= {"prob_a": eighths(rng, pairs), "prob_b": eighths(rng, pairs)}
    elif rng.random() < 0.4:
        # Without vectors it is a linear one.
        del attributes["support_vectors"], attributes["vectors_per_class"]
        attributes |= {"coefficients": eighths(rng, columns * classes), "rho": eighths(rng, 1), "kernel_type": "LINEAR"}
    return "SVMClassifier", numbers(rng, columns, ("float32", "float64", "int64"), 0), attributes, [kind, "float32"]


def scaler(rng):
    columns = int(rng.integers(1, 6))
    counts = [1, columns][rng.integers(2)], [1, columns][rng.integers(2)]
    attributes = {"offset": eighths(rng, counts[0]), "scale": eighths(rng, counts[1])}
    return "Scaler", numbers(rng, columns), attributes, ["float32"]


def normalizer(rng):
    values = numbers(rng, int(rng.integers(1, 6)), missing=0.02)
    values[0] = 0
    return "Normalizer", values, {"norm": str(rng.choice(["MAX", "L1", "L2"]))}, ["float32"]


def binarizer(rng):
    values = numbers(rng, 3)
    return "Binarizer", values.astype("float32"), {"threshold": eighths(rng, 1)[0]}, ["float32"]


def imputer(rng):
    columns = int(rng.integers(1, 5))
    values = numbers(rng, columns, ("float32", "float64", "int64"), 0.3)
    count = [1, columns][rng.integers(2)]
    if values.dtype.name == "int64":
        attributes = {"imputed_value_int64s": rng.integers(-5, 5, count).tolist(), "replaced_value_int64": int(values[0, 0])}
    else:
        replaced = [float("nan"), float(numpy.nan_to_num(values[0, 0]))][rng.integers(2)]
        attributes = {"imputed_value_floats": eighths(rng, count), "replaced_value_float": replaced}
    return "Imputer", values, attributes, [values.dtype.name]


def one_hot(rng):
    zeros = {"zeros": int(rng.choice([1, 1, 0]))} if rng.random() < 0.8 else {}
    shape = (ROWS, int(rng.integers(1, 4))) if rng.random() < 0.8 else (ROWS,)
    if rng.random() < 0.5:
        values = numpy.array(WORDS, dtype=object)[rng.integers(0, len(WORDS), shape)]
        categories = {"cats_strings": [str(word) for word in rng.permutation(WORDS)[: rng.integers(2, len(WORDS))]]}
    else:
        kind = rng.choice(["int64", "int32", "float32", "float64"])
        values = rng.integers(-3, 5, shape).astype(kind)
        categories = {"cats_int64s": rng.permutation(numpy.arange(-3, 5))[: rng.integers(2, 8)].tolist()}
    return "OneHotEncoder", values, categories | zeros, ["float32"]


def label_encoder(rng):
    keys = {
        "strings": [str(word) for word in rng.permutation(WORDS)[:5]], "int64s": rng.permutation(numpy.arange(-4, 5))[:5].tolist(),
        "floats": [*eighths(rng, 4), float("nan")],
    }  # fmt: skip
    of, to = [["strings", "int64s", "floats"][index] for index in rng.integers(3, size=2)]
    values = {
        "strings": lambda: numpy.array(WORDS, dtype=object)[rng.integers(0, len(WORDS), (ROWS, 2))],
        "int64s": lambda: rng.integers(-4, 5, (ROWS, 2)),
        "floats": lambda: rng.choice(numpy.array([*keys["floats"], 99], dtype="float32"), (ROWS, 2)),
    }[of]()  # fmt: skip
    targets = {"strings": WORDS[:5], "int64s": [1, 2, 3, 2, -9], "floats": eighths(rng, 5)}[to]
    attributes = {f"keys_{of}": keys[of], f"values_{to}": targets}
    if rng.random() < 0.5:
        default = {"strings": ("default_string", "?"), "int64s": ("default_int64", 77), "floats": ("default_float", 0.5)}[to]
        attributes[default[0]] = default[1]
    return "LabelEncoder", values, attributes, [{"strings": "object", "int64s": "int64", "floats": "float32"}[to]]


MAKERS = {
    "TreeEnsembleRegressor": tree_regressor,
    "TreeEnsembleClassifier": tree_classifier,
    "LinearRegressor": linear_regressor,
    "LinearClassifier": linear_classifier,
    "SVMRegressor": svm_regressor,
    "SVMClassifier": svm_classifier,
    "Scaler": scaler,
    "Normalizer": normalizer,
    "Binarizer": binarizer,
    "Imputer": imputer,
    "OneHotEncoder": one_hot,
    "LabelEncoder": label_encoder,
}
