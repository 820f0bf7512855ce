"""Trains the pipeline of `examples/churn` and saves it as a server wants it: `python train.py SERVER FOLDER`."""

import json
import pathlib
import sys

CHURN = pathlib.Path(__file__).resolve().parents[2] / "examples" / "churn"


def main(server, folder):
    features, model = trained()
    folder.mkdir(parents=True, exist_ok=True)
    if server == "mlflow":
        import mlflow

        mlflow.sklearn.save_model(model, folder / "churn", pyfunc_predict_fn="predict_proba",
                                  serialization_format=mlflow.sklearn.SERIALIZATION_FORMAT_CLOUDPICKLE,
                                  signature=mlflow.models.infer_signature(features, model.predict_proba(features)))
        return
    import joblib

    joblib.dump(model, folder / "churn.joblib")
    if server == "mlserver":
        write(folder / "settings.json", {"parallel_workers": 0, "debug": False, "http_port": 18082, "grpc_port": 18083,
                                         "metrics_port": 18084})
        write(folder / "model-settings.json", {"name": "churn", "implementation": "mlserver_sklearn.SKLearnModel",
                                               "parameters": {"uri": "./churn.joblib"}})


def trained():
    """The example's own customers and pipeline; its exporter, which is not needed, is not loaded."""
    sys.path.insert(0, str(CHURN / "train"))
    import customers
    from sklearn.compose import ColumnTransformer
    from sklearn.ensemble import GradientBoostingClassifier
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import OneHotEncoder

    features, target = customers.read(CHURN / "data" / "customers.csv")
    columns = ColumnTransformer([
        ("numbers", "passthrough", [*customers.FLAGS, *customers.COUNTS]),
        ("amounts", SimpleImputer(strategy="median"), customers.AMOUNTS),
        ("words", OneHotEncoder(handle_unknown="ignore"), customers.WORDS),
    ])  # fmt: skip
    classify = GradientBoostingClassifier(random_state=20180901, n_estimators=150, learning_rate=0.05, max_depth=3,
                                          min_samples_leaf=20, subsample=0.5)
    return features, Pipeline([("columns", columns), ("classify", classify)]).fit(features, target)


def write(path, value):
    path.write_text(json.dumps(value, indent=2) + "\n")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python train.py SERVER FOLDER")
    main(sys.argv[1], pathlib.Path(sys.argv[2]))
