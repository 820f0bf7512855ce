"""Models that prepare data, each on its own: numbers or words in, numbers out."""

import numpy
from sklearn.decomposition import PCA, IncrementalPCA, KernelPCA, TruncatedSVD
from sklearn.feature_selection import RFE, SelectFromModel, SelectKBest, SelectPercentile, VarianceThreshold
from sklearn.impute import KNNImputer, MissingIndicator, SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_union
from sklearn.preprocessing import (
    Binarizer, FunctionTransformer, KBinsDiscretizer, LabelBinarizer, LabelEncoder, MaxAbsScaler, MinMaxScaler,
    Normalizer, OneHotEncoder, OrdinalEncoder, PolynomialFeatures, PowerTransformer, QuantileTransformer, RobustScaler,
    SplineTransformer, StandardScaler,
)  # fmt: skip
from sklearn.random_projection import GaussianRandomProjection
from sklearn.tree import DecisionTreeClassifier

from .data import WORDS
from .estimators import chosen, seed
from .export import Made, matrix

# What a transformer of numbers is made with. The same stand before an estimator in a pipeline.
SCALERS = {
    "StandardScaler": lambda rng: StandardScaler(**chosen(rng, with_mean=[True, False], with_std=[True, False])),
    "MinMaxScaler": lambda rng: MinMaxScaler(**chosen(rng, feature_range=[(0, 1), (-2, 3)], clip=[True, False])),
    "MaxAbsScaler": lambda rng: MaxAbsScaler(),
    "RobustScaler": lambda rng: RobustScaler(**chosen(rng, with_centering=[True, False], with_scaling=[True, False])),
    "Normalizer": lambda rng: Normalizer(**chosen(rng, norm=["l1", "l2", "max"])),
    "PolynomialFeatures": lambda rng: PolynomialFeatures(
        **chosen(rng, degree=[2, 3], interaction_only=[True, False], include_bias=[True, False])
    ),
    "PCA": lambda rng: PCA(n_components=2, **chosen(rng, whiten=[True, False])),
    "TruncatedSVD": lambda rng: TruncatedSVD(n_components=1, random_state=seed(rng)),
    "SelectKBest": lambda rng: SelectKBest(k=2),
    "KBinsDiscretizer": lambda rng: KBinsDiscretizer(
        **chosen(rng, n_bins=[2, 4], encode=["ordinal", "onehot-dense"], strategy=["uniform", "quantile"])
    ),
    "PowerTransformer": lambda rng: PowerTransformer(**chosen(rng, standardize=[True, False])),
    "QuantileTransformer": lambda rng: QuantileTransformer(n_quantiles=20),
}  # fmt: skip
OTHERS = {
    "Binarizer": lambda rng: Binarizer(**chosen(rng, threshold=(-1, 1))),
    "PowerTransformer_box-cox": lambda rng: PowerTransformer(method="box-cox"),
    "SplineTransformer": lambda rng: SplineTransformer(n_knots=4),
    "IncrementalPCA": lambda rng: IncrementalPCA(n_components=2),
    "KernelPCA": lambda rng: KernelPCA(n_components=2, **chosen(rng, kernel=["rbf", "linear", "poly"])),
    "SelectPercentile": lambda rng: SelectPercentile(percentile=60),
    "VarianceThreshold": lambda rng: VarianceThreshold(),
    "SelectFromModel": lambda rng: SelectFromModel(DecisionTreeClassifier(random_state=0)),
    "RFE": lambda rng: RFE(LogisticRegression(), n_features_to_select=1),
    "GaussianRandomProjection": lambda rng: GaussianRandomProjection(n_components=2, random_state=seed(rng)),
    "FunctionTransformer": lambda rng: FunctionTransformer(),
    "FeatureUnion": lambda rng: make_union(StandardScaler(), PCA(1), MinMaxScaler()),
}  # fmt: skip
IMPUTERS = {
    "SimpleImputer": lambda rng: SimpleImputer(**chosen(rng, strategy=["mean", "median", "most_frequent"])),
    "SimpleImputer_constant": lambda rng: SimpleImputer(strategy="constant", **chosen(rng, fill_value=[-1.0, 0.0])),
    "SimpleImputer_indicator": lambda rng: SimpleImputer(add_indicator=True),
    "KNNImputer": lambda rng: KNNImputer(n_neighbors=2),
    "MissingIndicator": lambda rng: MissingIndicator(features="all"),
}


def one_hot(rng):
    unknown = ["ignore", "infrequent_if_exist", "error"][rng.integers(3)]
    return OneHotEncoder(
        handle_unknown=unknown,
        **chosen(rng, drop=[None, "first", "if_binary"], sparse_output=[True, False], max_categories=[None, None, 3]),
    )


def ordinal(rng):
    if rng.random() < 0.5:
        return OrdinalEncoder()
    return OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)


def words(rng, rows, columns, unknown=False):
    values = numpy.array(WORDS[: rng.integers(2, len(WORDS) + 1)] + (["never seen", "Red"] if unknown else []), dtype=object)
    return values[rng.integers(len(values), size=(rows, columns))]


def refuses(encoder):
    return getattr(encoder, "handle_unknown", "ignore") == "error"


def of_words(make):
    def kind(rng, table):
        del table
        encoder = make(rng)
        columns = int(rng.integers(1, 4))
        train = words(rng, 120, columns)
        judged = train[:12] if refuses(encoder) else numpy.concatenate([train[:8], words(rng, 8, columns, True)])
        return Made(encoder.fit(train), {"X": judged})

    return kind


def of_whole_numbers(make, element):
    def kind(rng, table):
        table = table(rng, columns=int(rng.integers(1, 4)), whole=True, element=element)
        encoder = make(rng).fit(table.train)
        if refuses(encoder):
            table.judged = table.train[:12]
        return matrix(encoder, table, exact=True)

    return kind


def of_labels(make):
    def kind(rng, table):
        labels = table(rng).classes()
        model = make().fit(labels)
        judged = labels[:20].reshape(-1, 1)
        return Made(model, {"X": judged if judged.dtype == object else judged.astype("int64")})

    return kind


def of_numbers(make, **of):
    def kind(rng, table):
        table = table(rng, **of)
        return matrix(make(rng).fit(table.train, table.classes()), table)

    return kind


def missing_words(rng, table):
    del table
    train = words(rng, 120, 2)
    strategy = ["most_frequent", "constant"][rng.integers(2)]
    model = SimpleImputer(missing_values="", strategy=strategy, fill_value="none" if strategy == "constant" else None)
    return Made(model.fit(train), {"X": train[:16]})


KINDS = {
    **{name: of_numbers(make) for name, make in {**SCALERS, **OTHERS}.items() if "box-cox" not in name},
    "PowerTransformer_box-cox": lambda rng, table: box_cox(rng, table),
    **{name: of_numbers(make, missing=True) for name, make in IMPUTERS.items()},
    **{f"{name}_int64": of_numbers(SCALERS[name], whole=True, element="int64")
       for name in ("StandardScaler", "MinMaxScaler", "Normalizer", "PolynomialFeatures")},
    "OneHotEncoder_words": of_words(one_hot),
    "OrdinalEncoder_words": of_words(ordinal),
    "SimpleImputer_words": missing_words,
    **{f"OneHotEncoder_{element}": of_whole_numbers(one_hot, element) for element in ("int64", "float32")},
    **{f"OrdinalEncoder_{element}": of_whole_numbers(ordinal, element) for element in ("int64", "float32")},
    "LabelEncoder": of_labels(LabelEncoder),
    "LabelBinarizer": of_labels(LabelBinarizer),
}  # fmt: skip


def box_cox(rng, table):
    table = table(rng, positive=True)
    table.train += 0.5
    table.judged += 0.5
    return matrix(OTHERS["PowerTransformer_box-cox"](rng).fit(table.train), table)
