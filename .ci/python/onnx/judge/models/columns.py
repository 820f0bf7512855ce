"""Pipelines: preparing steps before an estimator, on one matrix or on a table of columns of several types."""

import numpy
import pandas
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from .data import WORDS
from .estimators import CLASSIFIERS, REGRESSORS, chosen
from .export import Made, matrix
from .transformers import IMPUTERS, SCALERS, one_hot, ordinal, refuses

# Left out: what cannot be exported, and what takes no targets below zero.
DULL = {"HistGradientBoostingClassifier", "HistGradientBoostingRegressor", "LGBMRegressor_poisson"}


def any_of(rng, choices):
    names = sorted(set(choices) - DULL)
    return choices[names[rng.integers(len(names))]](rng)


def estimator(rng, table):
    """A model and its target."""
    if rng.random() < 0.6:
        return any_of(rng, CLASSIFIERS), table.classes()
    return any_of(rng, REGRESSORS), table.numbers()


def of_a_matrix(rng, table):
    missing = bool(rng.random() < 0.3)
    table = table(rng, columns=int(rng.integers(3, 9)), missing=missing)
    model, target = estimator(rng, table)
    steps = [any_of(rng, {name: IMPUTERS[name] for name in ("SimpleImputer", "SimpleImputer_constant")})] if missing else []
    steps += [any_of(rng, SCALERS) for _ in range(rng.integers(1, 3))]
    return matrix(make_pipeline(*steps, model).fit(table.train, target), table)


def of_columns(rng, table):
    """One input for each column: float32, int64 and strings, some with missing values."""
    numbers = table(rng, columns=int(rng.integers(2, 5)), element="float32", missing=bool(rng.random() < 0.5))
    rows = len(numbers.train), len(numbers.judged)
    train, judged, parts = {}, {}, []
    for index in range(numbers.train.shape[1]):
        train[f"amount_{index}"] = numbers.train[:, index]
        judged[f"amount_{index}"] = numbers.judged[:, index]
    scale = [StandardScaler(), SCALERS["MinMaxScaler"](rng), SCALERS["RobustScaler"](rng), FunctionTransformer()][rng.integers(4)]
    strategy = chosen(rng, strategy=["mean", "median", "constant"])
    parts.append(("amounts", Pipeline([("impute", SimpleImputer(**strategy)), ("scale", scale)]), list(train)))
    if rng.random() < 0.7:
        names = [f"count_{index}" for index in range(rng.integers(1, 3))]
        for name in names:
            train[name] = rng.integers(-2, 7, rows[0])
            judged[name] = rng.integers(-2, 7, rows[1])
        encode = [StandardScaler(), "passthrough", OneHotEncoder(handle_unknown="ignore")][rng.integers(3)]
        parts.append(("counts", encode, names))
    if rng.random() < 0.85:
        names = [f"word_{index}" for index in range(rng.integers(1, 4))]
        encode = one_hot(rng) if rng.random() < 0.7 else ordinal(rng)
        for name in names:
            known = numpy.array(WORDS[: rng.integers(2, len(WORDS) + 1)], dtype=object)
            train[name] = known[numpy.arange(rows[0]) % len(known)]
            judged[name] = known[rng.integers(len(known), size=rows[1])]
            if not refuses(encode):
                judged[name][rng.integers(rows[1])] = "never seen"
        parts.append(("words", encode, names))
    model, target = estimator(rng, numbers)
    columns = ColumnTransformer(parts, sparse_threshold=0, remainder="drop")
    train, judged = pandas.DataFrame(train), pandas.DataFrame(judged)
    fitted = Pipeline([("columns", columns), ("model", model)]).fit(train, target)
    inputs = {name: values.to_numpy().reshape(-1, 1) for name, values in judged.items()}
    for name, values in inputs.items():
        if name.startswith("word"):
            inputs[name] = values.astype(object)
    return Made(fitted, inputs)


KINDS = {"Pipeline": of_a_matrix, "ColumnTransformer": of_columns}
