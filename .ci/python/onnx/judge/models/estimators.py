"""Models that predict, each on its own with one matrix of numbers."""

from lightgbm import LGBMClassifier, LGBMRegressor
from sklearn.calibration import CalibratedClassifierCV
from sklearn.cluster import KMeans, MiniBatchKMeans
from sklearn.cross_decomposition import PLSRegression
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis
from sklearn.ensemble import (
    AdaBoostClassifier, AdaBoostRegressor, BaggingClassifier, BaggingRegressor, ExtraTreesClassifier,
    ExtraTreesRegressor, GradientBoostingClassifier, GradientBoostingRegressor, HistGradientBoostingClassifier,
    HistGradientBoostingRegressor, IsolationForest, RandomForestClassifier, RandomForestRegressor, StackingClassifier,
    StackingRegressor, VotingClassifier, VotingRegressor,
)  # fmt: skip
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.linear_model import (
    ARDRegression, BayesianRidge, ElasticNet, GammaRegressor, HuberRegressor, Lars, Lasso, LassoLars, LinearRegression,
    LogisticRegression, LogisticRegressionCV, OrthogonalMatchingPursuit, Perceptron, PoissonRegressor,
    QuantileRegressor, RANSACRegressor, Ridge, RidgeClassifier, SGDClassifier, SGDRegressor, TheilSenRegressor,
    TweedieRegressor,
)  # fmt: skip
from sklearn.mixture import BayesianGaussianMixture, GaussianMixture
from sklearn.multiclass import OneVsOneClassifier, OneVsRestClassifier
from sklearn.multioutput import MultiOutputRegressor
from sklearn.naive_bayes import BernoulliNB, CategoricalNB, ComplementNB, GaussianNB, MultinomialNB
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor, LocalOutlierFactor
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.svm import SVC, SVR, LinearSVC, LinearSVR, NuSVC, NuSVR, OneClassSVM
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor, ExtraTreeClassifier
from xgboost import XGBClassifier, XGBRegressor

from .export import matrix


def chosen(rng, **choices):
    """One of each list, and a number between the ends of each pair."""
    return {
        name: values[rng.integers(len(values))] if isinstance(values, list) else float(rng.uniform(*values))
        for name, values in choices.items()
    }  # fmt: skip


def seed(rng):
    return int(rng.integers(1 << 31))


def tree(rng):
    return chosen(rng, max_depth=[1, 3, 6, None], min_samples_leaf=[1, 5]) | {"random_state": seed(rng)}


def forest(rng):
    return tree(rng) | chosen(rng, n_estimators=[1, 3, 7, 20])


def boosting(rng):
    return chosen(rng, n_estimators=[1, 5, 20], max_depth=[1, 3, 5], learning_rate=(0.05, 0.8), subsample=[1.0, 0.6]) | {
        "random_state": seed(rng)
    }  # fmt: skip


def kernel(rng):
    # Without an end, numbers of very different sizes are learnt from for minutes.
    return chosen(rng, kernel=["linear", "poly", "rbf", "sigmoid"], C=(0.1, 5), gamma=["scale", 0.1], degree=[2, 3]) | {
        "max_iter": 5000
    }  # fmt: skip


def svm(rng):
    return {name: value for name, value in kernel(rng).items() if name != "C"}


def network(rng):
    hidden = [(4,), (16,), (8, 5), (40, 20, 10)][rng.integers(4)]
    return chosen(rng, activation=["relu", "tanh", "logistic", "identity"]) | {
        "hidden_layer_sizes": hidden, "max_iter": 60, "random_state": seed(rng)
    }  # fmt: skip


def lightgbm(rng):
    return chosen(rng, n_estimators=[1, 5, 20], num_leaves=[2, 5, 31], learning_rate=(0.05, 0.5), boosting_type=["gbdt", "dart"]) | {
        "min_child_samples": 5, "random_state": seed(rng), "verbose": -1, "n_jobs": 1
    }  # fmt: skip


def xgboost(rng):
    return chosen(rng, n_estimators=[1, 5, 20], max_depth=[1, 3, 6], learning_rate=(0.05, 0.8), subsample=[1.0, 0.7]) | {
        "random_state": seed(rng), "n_jobs": 1
    }  # fmt: skip


def linear(rng):
    return chosen(rng, alpha=(0.01, 2), fit_intercept=[True, False])


def stopped(rng):
    return linear(rng) | chosen(rng, penalty=["l2", "l1", "elasticnet"]) | {"random_state": seed(rng)}


def voters(rng, classify):
    if classify:
        return [("a", LogisticRegression()), ("b", GaussianNB()), ("c", DecisionTreeClassifier(**tree(rng)))]
    return [("a", LinearRegression()), ("b", Ridge()), ("c", DecisionTreeRegressor(**tree(rng)))]


# What a model is made with, by its name. The same are used at the end of a pipeline.
CLASSIFIERS = {
    "LogisticRegression": lambda rng: LogisticRegression(**chosen(rng, C=(0.05, 5), fit_intercept=[True, False])),
    "LogisticRegressionCV": lambda rng: LogisticRegressionCV(cv=3, Cs=3),
    "SGDClassifier": lambda rng: SGDClassifier(
        **stopped(rng) | {"alpha": 0.001},
        **chosen(rng, loss=["hinge", "log_loss", "modified_huber", "squared_hinge", "perceptron"]),
    ),
    "Perceptron": lambda rng: Perceptron(random_state=seed(rng)),
    "RidgeClassifier": lambda rng: RidgeClassifier(**linear(rng)),
    "LinearSVC": lambda rng: LinearSVC(**chosen(rng, C=(0.1, 2))),
    "LinearDiscriminantAnalysis": lambda rng: LinearDiscriminantAnalysis(),
    "QuadraticDiscriminantAnalysis": lambda rng: QuadraticDiscriminantAnalysis(reg_param=0.1),
    "SVC": lambda rng: SVC(**kernel(rng), **chosen(rng, decision_function_shape=["ovr", "ovo"])),
    "SVC_probability": lambda rng: SVC(**kernel(rng), probability=True, random_state=seed(rng)),
    "NuSVC": lambda rng: NuSVC(nu=0.2, **svm(rng)),
    "DecisionTreeClassifier": lambda rng: DecisionTreeClassifier(**tree(rng)),
    "ExtraTreeClassifier": lambda rng: ExtraTreeClassifier(**tree(rng)),
    "RandomForestClassifier": lambda rng: RandomForestClassifier(**forest(rng)),
    "ExtraTreesClassifier": lambda rng: ExtraTreesClassifier(**forest(rng)),
    "GradientBoostingClassifier": lambda rng: GradientBoostingClassifier(**boosting(rng)),
    "HistGradientBoostingClassifier": lambda rng: HistGradientBoostingClassifier(max_iter=10),
    "AdaBoostClassifier": lambda rng: AdaBoostClassifier(
        DecisionTreeClassifier(max_depth=2), n_estimators=5, random_state=seed(rng)
    ),
    "BaggingClassifier": lambda rng: BaggingClassifier(
        n_estimators=4, random_state=seed(rng), **chosen(rng, max_features=[1.0, 0.6])
    ),
    "KNeighborsClassifier": lambda rng: KNeighborsClassifier(
        **chosen(rng, n_neighbors=[1, 3, 5], weights=["uniform", "distance"])
    ),
    "GaussianNB": lambda rng: GaussianNB(),
    "MLPClassifier": lambda rng: MLPClassifier(**network(rng)),
    "CalibratedClassifierCV": lambda rng: CalibratedClassifierCV(
        [LinearSVC(), GaussianNB(), DecisionTreeClassifier(max_depth=3)][rng.integers(3)],
        cv=2, **chosen(rng, method=["sigmoid", "isotonic"]),
    ),  # fmt: skip
    "VotingClassifier": lambda rng: VotingClassifier(voters(rng, True), flatten_transform=False, **chosen(rng, voting=["soft", "hard"])),
    "StackingClassifier": lambda rng: StackingClassifier(voters(rng, True), LogisticRegression(), cv=2),
    "OneVsRestClassifier": lambda rng: OneVsRestClassifier(
        [LogisticRegression(), DecisionTreeClassifier(max_depth=3), LinearSVC()][rng.integers(3)]
    ),
    "OneVsOneClassifier": lambda rng: OneVsOneClassifier(LogisticRegression()),
    "LGBMClassifier": lambda rng: LGBMClassifier(**lightgbm(rng)),
}  # fmt: skip
REGRESSORS = {
    "LinearRegression": lambda rng: LinearRegression(**chosen(rng, fit_intercept=[True, False])),
    "Ridge": lambda rng: Ridge(**linear(rng)),
    "Lasso": lambda rng: Lasso(**linear(rng)),
    "LassoLars": lambda rng: LassoLars(alpha=0.01),
    "Lars": lambda rng: Lars(),
    "OrthogonalMatchingPursuit": lambda rng: OrthogonalMatchingPursuit(),
    "ElasticNet": lambda rng: ElasticNet(**linear(rng)),
    "BayesianRidge": lambda rng: BayesianRidge(),
    "ARDRegression": lambda rng: ARDRegression(),
    "HuberRegressor": lambda rng: HuberRegressor(max_iter=1000),
    "TheilSenRegressor": lambda rng: TheilSenRegressor(max_subpopulation=100, random_state=seed(rng)),
    "RANSACRegressor": lambda rng: RANSACRegressor(random_state=seed(rng)),
    "QuantileRegressor": lambda rng: QuantileRegressor(alpha=0.01),
    "SGDRegressor": lambda rng: SGDRegressor(**stopped(rng) | {"alpha": 0.001, "eta0": 0.0001}),
    "LinearSVR": lambda rng: LinearSVR(random_state=seed(rng)),
    "SVR": lambda rng: SVR(**kernel(rng)),
    "NuSVR": lambda rng: NuSVR(**kernel(rng)),
    "PLSRegression": lambda rng: PLSRegression(n_components=2),
    "GaussianProcessRegressor": lambda rng: GaussianProcessRegressor(alpha=0.1),
    "DecisionTreeRegressor": lambda rng: DecisionTreeRegressor(**tree(rng)),
    "RandomForestRegressor": lambda rng: RandomForestRegressor(**forest(rng)),
    "ExtraTreesRegressor": lambda rng: ExtraTreesRegressor(**forest(rng)),
    "GradientBoostingRegressor": lambda rng: GradientBoostingRegressor(**boosting(rng)),
    "HistGradientBoostingRegressor": lambda rng: HistGradientBoostingRegressor(max_iter=10),
    "AdaBoostRegressor": lambda rng: AdaBoostRegressor(n_estimators=5, random_state=seed(rng)),
    "BaggingRegressor": lambda rng: BaggingRegressor(n_estimators=4, random_state=seed(rng)),
    "KNeighborsRegressor": lambda rng: KNeighborsRegressor(
        **chosen(rng, n_neighbors=[1, 3, 5], weights=["uniform", "distance"])
    ),
    "MLPRegressor": lambda rng: MLPRegressor(**network(rng)),
    "VotingRegressor": lambda rng: VotingRegressor(voters(rng, False)),
    "StackingRegressor": lambda rng: StackingRegressor(voters(rng, False), Ridge(), cv=2),
    "LGBMRegressor": lambda rng: LGBMRegressor(**lightgbm(rng), **chosen(rng, objective=["regression", "l1"])),
    "LGBMRegressor_poisson": lambda rng: LGBMRegressor(**lightgbm(rng), objective="poisson"),
}  # fmt: skip


def classifier(make, **of):
    def kind(rng, table):
        table = table(rng, **of)
        return alone(make(rng).fit(table.train, table.classes()), table)

    return kind


def alone(model, table):
    """A tree on its own takes the numbers as they are: one that is the very number of a split has one answer."""
    return matrix(model, table, exact=any(word in type(model).__name__ for word in TREES))


def regressor(make, outputs=1, **of):
    def kind(rng, table):
        table = table(rng, **of)
        # Some count, and take no target below zero.
        target = abs(table.numbers(outputs)) + 0.01
        return alone(make(rng).fit(table.train, target), table)

    return kind


def unsupervised(make):
    def kind(rng, table):
        table = table(rng)
        return alone(make(rng).fit(table.train), table)

    return kind


def raw(kind):
    """The same, with scores before they are made probabilities."""

    def with_scores(rng, table):
        made = kind(rng, table)
        made.options["raw_scores"] = True
        return made

    return with_scores


def xgboost_classifier(rng, table):
    table = table(rng, missing=bool(rng.random() < 0.4), element="float32")
    # It takes classes from 0 on only.
    return alone(XGBClassifier(**xgboost(rng)).fit(table.train, table.classes(labels="small")), table)


def lightgbm_categories(rng, table):
    table = table(rng, whole=True, positive=True, element="float32")
    model = LGBMClassifier(**lightgbm(rng), min_data_per_group=5, cat_smooth=1)
    return matrix(model.fit(table.train, table.classes(), categorical_feature=[0]), table, exact=True)


TREES = ("Tree", "Forest", "Boosting", "LGBM", "XGB")
POISSON = {"PoissonRegressor": PoissonRegressor, "GammaRegressor": GammaRegressor, "TweedieRegressor": TweedieRegressor}
COUNTED = {"MultinomialNB": MultinomialNB, "ComplementNB": ComplementNB}

KINDS = {
    **{name: classifier(make) for name, make in CLASSIFIERS.items()},
    **{name: regressor(make) for name, make in REGRESSORS.items()},
    **{name: regressor(lambda rng, make=make: make(max_iter=1000)) for name, make in POISSON.items()},
    **{name: classifier(lambda rng, make=make: make(**chosen(rng, alpha=(0.1, 2))), positive=True)
       for name, make in COUNTED.items()},
    **{f"{name}_raw": raw(classifier(CLASSIFIERS[name]))
       for name in ("LogisticRegression", "GradientBoostingClassifier", "SGDClassifier", "MLPClassifier", "SVC",
                    "LinearSVC")},
    **{f"{name}_missing": classifier(CLASSIFIERS[name], missing=True, element="float32")
       for name in ("DecisionTreeClassifier", "RandomForestClassifier", "LGBMClassifier")},
    **{f"{name}_missing": regressor(REGRESSORS[name], missing=True, element="float32")
       for name in ("DecisionTreeRegressor", "LGBMRegressor")},
    **{f"{name}_several": regressor(REGRESSORS[name], outputs=3)
       for name in ("LinearRegression", "Ridge", "DecisionTreeRegressor", "RandomForestRegressor", "MLPRegressor",
                    "KNeighborsRegressor")},
    "LogisticRegression_int64": classifier(CLASSIFIERS["LogisticRegression"], whole=True, element="int64"),
    "RandomForestClassifier_int64": classifier(CLASSIFIERS["RandomForestClassifier"], whole=True, element="int64"),
    "Ridge_int64": regressor(REGRESSORS["Ridge"], whole=True, element="int64"),
    "MultiOutputRegressor": regressor(lambda rng: MultiOutputRegressor(DecisionTreeRegressor(**tree(rng))), outputs=2),
    "BernoulliNB": classifier(lambda rng: BernoulliNB(**chosen(rng, binarize=[0.0, 0.5]))),
    "CategoricalNB": classifier(lambda rng: CategoricalNB(min_categories=8), whole=True, positive=True, element="int64"),
    "XGBClassifier": xgboost_classifier,
    "XGBRegressor": regressor(lambda rng: XGBRegressor(**xgboost(rng), **chosen(rng, objective=[
        "reg:squarederror", "count:poisson", "reg:absoluteerror"])), element="float32"),
    "LGBMClassifier_categories": lightgbm_categories,
    "IsolationForest": unsupervised(lambda rng: IsolationForest(n_estimators=10, max_samples=64, random_state=seed(rng))),
    "OneClassSVM": unsupervised(lambda rng: OneClassSVM(nu=0.2, **svm(rng))),
    "LocalOutlierFactor": unsupervised(lambda rng: LocalOutlierFactor(novelty=True)),
    "KMeans": unsupervised(lambda rng: KMeans(n_clusters=3, n_init=1, random_state=seed(rng))),
    "MiniBatchKMeans": unsupervised(lambda rng: MiniBatchKMeans(n_clusters=3, n_init=1, random_state=seed(rng))),
    "GaussianMixture": unsupervised(lambda rng: GaussianMixture(2, reg_covar=0.01, random_state=seed(rng), **chosen(
        rng, covariance_type=["full", "tied", "diag", "spherical"]))),
    "BayesianGaussianMixture": unsupervised(lambda rng: BayesianGaussianMixture(n_components=2, reg_covar=0.01, random_state=seed(rng))),
}  # fmt: skip
