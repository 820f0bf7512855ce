"""The churn model in BentoML: `python serve.py`."""

import os
import sys
from pathlib import Path

import bentoml

sys.path.append(str(Path(__file__).parents[1]))

from churn import Chances, Churn, Customer


@bentoml.service(workers=1, metrics={"enabled": False}, logging={"access": {"enabled": False}})
class ChurnService:
    def __init__(self) -> None:
        self.model = Churn(os.environ["MODEL"])

    @bentoml.api(batchable=True)
    async def predict(self, rows: list[Customer]) -> list[Chances]:
        return self.model.chances(rows)


if __name__ == "__main__":
    command = ["bentoml", "serve", "serve:ChurnService", "--do-not-track"]
    os.execvp(command[0], [*command, "--host", "127.0.0.1", "--port", os.environ["PORT"]])
