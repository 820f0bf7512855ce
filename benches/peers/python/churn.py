"""The churn model in ONNX Runtime: from customers to the chances that they stay or leave."""

from collections.abc import Mapping
from itertools import islice

import numpy
import onnxruntime
from numpy.typing import ArrayLike
from typing_extensions import TypedDict

TYPES = {"tensor(int64)": numpy.int64, "tensor(float)": numpy.float32, "tensor(string)": numpy.object_}


class Customer(TypedDict):
    female: int
    senior_citizen: int
    partner: int
    dependents: int
    tenure: int
    phone_service: int
    multiple_lines: str
    internet_service: str
    online_security: str
    online_backup: str
    device_protection: str
    tech_support: str
    streaming_tv: str
    streaming_movies: str
    contract: str
    paperless_billing: int
    payment_method: str
    monthly_charges: float
    total_charges: float | None


class Chances(TypedDict):
    No: float
    Yes: float


class Churn:
    """The ONNX file at `path`, run on one thread."""

    def __init__(self, path: str) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(path, options, ["CPUExecutionProvider"])
        self.columns = {column.name: TYPES[column.type] for column in self.session.get_inputs()}

    def probabilities(self, columns: Mapping[str, ArrayLike]) -> numpy.ndarray:
        """Takes every column with one value for each row; a missing amount is NaN."""
        tensors = {name: numpy.asarray(columns[name], dtype).reshape(-1, 1) for name, dtype in self.columns.items()}
        return self.session.run(["probabilities"], tensors)[0]

    def chances(self, rows: list[Customer]) -> list[Chances]:
        probabilities = self.probabilities({name: [row[name] for row in rows] for name in self.columns})
        return [{"No": no, "Yes": yes} for no, yes in probabilities.tolist()]

    def batch(self, requests: list[list[Customer]]) -> list[list[Chances]]:
        """Answers several requests with one run of the model."""
        answers = iter(self.chances([row for rows in requests for row in rows]))
        return [list(islice(answers, len(rows))) for rows in requests]
