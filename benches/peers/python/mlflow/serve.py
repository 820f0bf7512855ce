"""The churn model in MLflow, saved anew at each start: `python serve.py`."""

import os
import shutil
import sys
from pathlib import Path

from mlflow.models import ModelSignature
from mlflow.pyfunc import save_model
from mlflow.types import ColSpec, Schema

sys.path.append(str(Path(__file__).parents[1]))

from churn import Customer

HERE = Path(__file__).parent
SAVED = Path(sys.prefix) / "churn"


def column(name: str, kind: object) -> ColSpec:
    if kind is int:
        return ColSpec("long", name)
    if kind is str:
        return ColSpec("string", name)
    return ColSpec("float", name, required=kind is float)


def save() -> None:
    columns = [column(name, kind) for name, kind in Customer.__annotations__.items()]
    shutil.rmtree(SAVED, ignore_errors=True)
    save_model(
        SAVED,
        python_model=HERE / "churn_model.py",
        code_paths=[HERE.parent / "churn.py"],
        artifacts={"onnx": os.environ["MODEL"]},
        signature=ModelSignature(Schema(columns)),
        pip_requirements=[],
    )


if __name__ == "__main__":
    save()
    os.environ |= {"MLFLOW_DISABLE_TELEMETRY": "true", "UVICORN_ACCESS_LOG": "false", "UVICORN_LOG_LEVEL": "warning"}
    command = ["mlflow", "models", "serve", "--model-uri", str(SAVED), "--env-manager", "local", "--workers", "1"]
    os.execvp(command[0], [*command, "--host", "127.0.0.1", "--port", os.environ["PORT"]])
