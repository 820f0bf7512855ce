"""Trains the model that tells which customers leave: `python train.py CUSTOMERS.csv FOLDER`.

Into the folder go `model.onnx` and what an envelope says of it: rows to show it with, what scikit-learn answers for
them, the columns, the metrics and the hyperparameters. The same file gives the same bytes, with the hash seed that
`train` sets.
"""

import json
import pathlib
import sys

import numpy
import onnxruntime
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, Int64TensorType, StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.metrics import accuracy_score, log_loss, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder

import customers

SEED = 20180901
HYPERPARAMETERS = {
    "n_estimators": 150,
    "learning_rate": 0.05,
    "max_depth": 3,
    "min_samples_leaf": 20,
    "subsample": 0.5,
}
# Versions that runtimes of the last two years have.
OPSETS = {"": 21, "ai.onnx.ml": 3}
ONNX_TYPES = {"int64": Int64TensorType, "float32": FloatTensorType, "string": StringTensorType}
# What ONNX Runtime, which computes in float32, may differ by from scikit-learn.
TOLERANCE = 1e-5


def main(source, folder):
    features, target = customers.read(source)
    split = train_test_split(features, target, test_size=0.2, stratify=target, random_state=SEED)
    train_features, test_features, train_target, test_target = split
    model = pipeline().fit(train_features, train_target)
    metrics = {
        **measured(model, test_features, test_target),
        "train_rows": len(train_features),
        "test_rows": len(test_features),
    }
    exported = export(model, features)
    difference = compare(exported, model, features)

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(exported)
    rows = shown(features)
    write(folder / "rows.json", records(rows))
    write(folder / "expected.json", answers(model, rows))
    write(folder / "schema.json", schema(features))
    write(folder / "metrics.json", metrics)
    write(folder / "hyperparameters.json", {"model": "GradientBoostingClassifier", "seed": SEED, **HYPERPARAMETERS})

    print(f"AUC {metrics['auc']:.4f}, accuracy {metrics['accuracy']:.4f} on {metrics['test_rows']} customers not trained on")
    print(f"ONNX Runtime differs from scikit-learn by at most {difference:.1e} over {len(features)} customers")
    print(f"model.onnx has {len(exported)} bytes")


def pipeline():
    """Numbers as they are, a missing amount by the median, a column for each word, and none for an unknown one.

    Nothing is scaled. Trees need no scaling, and it would do harm: a split lies half-way between two amounts of
    dollars and cents, so that other customers have the very amount of the split, and go left or right as the scaling
    is rounded. In float32, as ONNX Runtime has it, that gave other probabilities than in float64, by up to 0.03.
    """
    columns = ColumnTransformer([
        ("numbers", "passthrough", [*customers.FLAGS, *customers.COUNTS]),
        ("amounts", SimpleImputer(strategy="median"), customers.AMOUNTS),
        ("words", OneHotEncoder(handle_unknown="ignore"), customers.WORDS),
    ])  # fmt: skip
    return Pipeline([
        ("columns", columns),
        ("classify", GradientBoostingClassifier(random_state=SEED, **HYPERPARAMETERS)),
    ])  # fmt: skip


def measured(model, features, target):
    leaves = model.predict_proba(features)[:, list(model.classes_).index("Yes")]
    return {
        "auc": roc_auc_score(target == "Yes", leaves),
        "accuracy": accuracy_score(target, model.predict(features)),
        "log_loss": log_loss(target == "Yes", leaves),
    }


def export(model, features):
    """The model as ONNX: one input for each column, the label as a word, the probabilities as a matrix."""
    inputs = [(name, ONNX_TYPES[customers.TYPES[name]]([None, 1])) for name in features]
    exported = to_onnx(model, initial_types=inputs, name="churn", target_opset=OPSETS, options={"zipmap": False})
    return exported.SerializeToString(deterministic=True)


def compare(exported, model, features):
    """The greatest difference of a probability over all customers, if every label is the same."""
    session = onnxruntime.InferenceSession(exported, providers=["CPUExecutionProvider"])
    # A string is an object in NumPy's eyes.
    fed = {name: features[[name]].to_numpy(dtype=object if name in customers.WORDS else None) for name in features}
    labels, probabilities = session.run(None, fed)
    differing = int((labels != model.predict(features)).sum())
    difference = float(numpy.abs(probabilities - model.predict_proba(features)).max())
    if differing or difference > TOLERANCE:
        raise ValueError(f"the exported model differs: {differing} labels, probabilities by {difference}")
    return difference


def shown(features):
    """Eight customers: one of each contract and internet service as far as they go, one without a total."""
    kinds = features.drop_duplicates(["contract", "internet_service"])
    without_total = features[features["total_charges"].isna()]
    chosen = sorted([*kinds.index.difference(without_total.index)[:7], without_total.index[0]])
    return features.loc[chosen]


def answers(model, rows):
    probabilities = [dict(zip(model.classes_, row.tolist())) for row in model.predict_proba(rows)]
    return {"predict": model.predict(rows).tolist(), "predict_proba": probabilities}


def schema(features):
    """The columns with their types and what was observed of them, and the words that training saw.

    Those are no domain: for a word that it has not seen, the encoder sets none of its columns.
    """
    columns = []
    for name, values in features.items():
        present = values.dropna()
        observed = {"distinct": int(present.nunique()), "n": len(values)}
        if name in customers.NULLABLE:
            observed["null_fraction"] = float(values.isna().mean())
        if name not in customers.WORDS:
            observed |= {"min": plain(present.min()), "max": plain(present.max())}
        column = {"type": customers.TYPES[name], "observed": observed}
        if name in customers.NULLABLE:
            column["nullable"] = True
        columns.append({"name": name, "schema": column, "required": True})
    words = {name: sorted(features[name].unique()) for name in customers.WORDS}
    return {"columns": columns, "words": words}


def records(rows):
    return [{name: plain(value) for name, value in row.items()} for row in rows.to_dict(orient="records")]


def plain(value):
    """A cell as JSON has it: nothing for a missing one, and the shortest decimals that give the same float32."""
    if value is None or value != value:
        return None
    if isinstance(value, (float, numpy.floating)):
        return float(str(numpy.float32(value)))
    return value.item() if isinstance(value, numpy.generic) else value


def write(path, value):
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python train.py CUSTOMERS.csv FOLDER")
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
