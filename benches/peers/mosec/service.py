"""The model behind mosec: `python service.py --port PORT`, with `MODEL` naming the pipeline's file."""

import os

import joblib
import pandas
from mosec import Server, Worker


class Churn(Worker):
    """Answers rows with the chance of each class."""

    def __init__(self):
        self.model = joblib.load(os.environ["MODEL"])

    def forward(self, data):
        chances = self.model.predict_proba(pandas.DataFrame(data["rows"]))
        return [dict(zip(self.model.classes_, row.tolist())) for row in chances]


if __name__ == "__main__":
    server = Server()
    server.append_worker(Churn, num=1)
    server.run()
