"""The model as MLflow saves it, as code, and serves it."""

import pandas
from mlflow.models import set_model
from mlflow.pyfunc import PythonModel, PythonModelContext

from churn import Churn


class ChurnModel(PythonModel):
    def load_context(self, context: PythonModelContext) -> None:
        self.model = Churn(context.artifacts["onnx"])

    def predict(self, context: PythonModelContext, model_input: pandas.DataFrame) -> pandas.DataFrame:
        return pandas.DataFrame(self.model.probabilities(model_input), columns=["No", "Yes"])


set_model(ChurnModel())
